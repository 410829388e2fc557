//! Many records created in one transaction.

use super::support::business::TestCompany;
use super::{create, hours};
use samband::systems::{ErrorKind, System};
use samband::value::{Guid, Value};

fn hour(number: u128, text: &str) -> samband::systems::Create {
    let values =
        [("Dt1", Value::Date(jiff::civil::date(2026, 2, 3))), ("Val1", Value::Int(7)), ("Txt1", Value::text(text))];
    create(&hours(), &values, &["PK"], Some(("Txt4", Value::text(Guid(number).to_string()))))
}

#[tokio::test]
async fn many_rows_take_few_statements_and_each_its_own_number() {
    let mut company = TestCompany::new().await;
    company.run("INSERT INTO dbo.FreeInf1 (PK, InfCatNo) VALUES (41, 5)").await;
    let mut adapter = company.adapter();
    adapter.open(&[hours()]).await.unwrap();
    let creates: Vec<_> = (0..450).map(|n| hour(n, "a")).collect();
    let before = adapter.usage().requests;
    let rows: Vec<_> = adapter.create_all(&creates).await.into_iter().map(Result::unwrap).collect();
    let asked = adapter.usage().requests - before;
    assert!(asked < 15, "{asked} statements");
    for (number, row) in (0u128..).zip(&rows) {
        assert_eq!(row.id, (42 + number).to_string());
        assert_eq!(row.values[2], Value::text(Guid(number).to_string()));
        assert!(row.changed.is_some());
    }
    assert_eq!(company.count("FreeInf1 WHERE InfCatNo = 77 AND ChUsr = 'samband'").await, 450);

    // Asked again, as after a lost answer, with new ones among them.
    let creates: Vec<_> = (440..460).map(|n| hour(n, "a")).collect();
    let again: Vec<_> = adapter.create_all(&creates).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(
        again[..10].iter().map(|r| &r.id).collect::<Vec<_>>(),
        rows[440..].iter().map(|r| &r.id).collect::<Vec<_>>()
    );
    assert_eq!(company.count("FreeInf1 WHERE InfCatNo = 77").await, 460);
    company.end().await;
}

#[tokio::test]
async fn one_that_is_refused_does_not_take_the_others_with_it() {
    let mut company = TestCompany::new().await;
    let mut adapter = company.adapter();
    let mut creates: Vec<_> = (0..5).map(|n| hour(n, "a")).collect();
    // Too long, which is told before anything is sent; and one that only the server refuses.
    creates[1] = hour(1, &"x".repeat(4_000));
    let taken = Value::Int(7);
    company.run("INSERT INTO dbo.FreeInf1 (PK, InfCatNo) VALUES (7, 5)").await;
    creates[3].numbers.clear();
    creates[3].values.push(("PK".to_owned(), taken));
    let answers = adapter.create_all(&creates).await;
    let kinds: Vec<Option<ErrorKind>> = answers.iter().map(|a| a.as_ref().err().map(|e| e.kind)).collect();
    assert_eq!(kinds, [None, Some(ErrorKind::Refused), None, Some(ErrorKind::Refused), None]);
    assert_eq!(company.count("FreeInf1 WHERE InfCatNo = 77").await, 3);
    company.end().await;
}
