//! Orders and their lines: keys of several columns, and records that come to be together.

use super::support::business::{CutDial, TestCompany, select};
use super::{create, ids, is, listing, read_all, update};
use samband::systems::{Comparison, Create, ErrorKind, Select, System};
use samband::value::{Type, Value};
use std::sync::Arc;
use std::time::Duration;

const GUID: &str = "39f9432a-a141-fcab-9142-8045bf8ed54a";

pub fn orders() -> Select {
    let scope = vec![is("TrTp", Comparison::Eq, Value::Int(1)), is("OrdTp", Comparison::Eq, Value::Int(1))];
    select(
        "Ord",
        None,
        scope,
        &[
            ("OrdNo", Type::Int, false),
            ("CustNo", Type::Int, true),
            ("isCreditNote", Type::Bool, false),
            ("isSent", Type::Bool, false),
            ("isPartPaid", Type::Bool, false),
            ("isPaid", Type::Bool, false),
            ("paidDate", Type::Date, true),
            ("invoiceNumber", Type::Int, true),
            ("Inf6", Type::Text(Some(80)), true),
        ],
    )
}

fn lines() -> Select {
    select(
        "OrdLn",
        None,
        Vec::new(),
        &[
            ("OrdNo", Type::Int, false),
            ("LnNo", Type::Int, false),
            ("Descr", Type::Text(Some(60)), true),
            ("NoInvoAb", Type::Decimal(28, 6), false),
            ("CustNo", Type::Int, true),
        ],
    )
}

/// An order with as many lines as there are texts.
fn order(texts: &[&str]) -> Create {
    let line = |text: &&str| {
        let mut values = vec![("Descr", Value::text(*text)), ("NoInvoAb", Value::Decimal("7.25".parse().unwrap()))];
        // A line without a text has other columns than its neighbors.
        values.retain(|(name, _)| *name != "Descr" || !text.is_empty());
        let mut line = create(&lines(), &values, &["LnNo"], Some(("TrInf1", Value::text(format!("line {text}")))));
        line.joins = vec![("OrdNo".into(), "OrdNo".into())];
        line
    };
    let values = [("CustNo", Value::Int(10_001)), ("isCreditNote", Value::Bool(true)), ("Cur", Value::Int(978))];
    let mut order = create(&orders(), &values, &["OrdNo"], Some(("Inf6", Value::text(GUID))));
    order.children = texts.iter().map(line).collect();
    order
}

#[tokio::test]
async fn an_order_comes_with_all_its_lines() {
    let mut company = TestCompany::new().await;
    company.run("INSERT INTO dbo.Ord (OrdNo, TrTp, OrdTp) VALUES (1000, 1, 1), (1001, 6, 1)").await;
    company.run("INSERT INTO dbo.OrdLn (OrdNo, LnNo) VALUES (1000, 1), (1000, 2), (1001, 7)").await;
    let mut adapter = company.adapter();
    let wanted = order(&["Consulting", "", "Ærø", "Travel"]);
    let row = adapter.create(&wanted).await.unwrap();
    assert_eq!((row.id.as_str(), &row.values[2], &row.values[3]), ("1002", &Value::Bool(true), &Value::Bool(false)));
    assert!(row.changed.is_some());
    let (rows, ..) = read_all(&mut adapter, &listing(&lines())).await;
    assert_eq!(ids(&rows), ["1000/1", "1000/2", "1001/7", "1002/1", "1002/2", "1002/3", "1002/4"]);
    let texts: Vec<&Value> = rows[3..].iter().map(|r| &r.values[2]).collect();
    assert_eq!(texts, [&Value::text("Consulting"), &Value::Null, &Value::text("Ærø"), &Value::text("Travel")]);
    assert_eq!(rows[3].values[3..], [Value::Decimal("7.25".parse().unwrap()), Value::Int(10_001)]);
    // The scope holds for what was created, lines repeat their head, and all rows have stamps.
    assert_eq!(
        company.count("Ord WHERE OrdNo = 1002 AND TrTp = 1 AND OrdTp = 1 AND OrdPref = 2 AND ChDt > 0").await,
        1
    );
    assert_eq!(
        company.count("OrdLn WHERE OrdNo = 1002 AND CustNo = 10001 AND Cur = 978 AND ChDt > 0 AND CreUsr = 'samband' AND TrInf1 LIKE 'line%'").await,
        4
    );

    assert_eq!(adapter.create(&wanted).await.unwrap(), row, "repeated, it answers what is there");
    assert_eq!((company.count("Ord").await, company.count("OrdLn").await), (3, 7));
    let many: Vec<String> = (0..450).map(|n| format!("Line {n}")).collect();
    let mut big = order(&many.iter().map(String::as_str).collect::<Vec<_>>());
    big.identity = None;
    let row = adapter.create(&big).await.unwrap();
    assert_eq!(company.count(&format!("OrdLn WHERE OrdNo = {} AND LnNo BETWEEN 1 AND 450", row.id)).await, 450);
    company.end().await;
}

#[tokio::test]
async fn an_order_with_a_line_that_is_refused_is_not_there_at_all() {
    let mut company = TestCompany::new().await;
    let mut adapter = company.adapter();
    let long = "x".repeat(61);
    let error = adapter.create(&order(&["fits", &long])).await.unwrap_err();
    assert_eq!((error.kind, error.what.as_str()), (ErrorKind::Refused, "could not create a record in dbo.OrdLn"));
    let mut taken = order(&["one", "two"]);
    for line in &mut taken.children {
        line.numbers.clear();
        line.values.push(("LnNo".into(), Value::Int(1)));
    }
    assert_eq!(adapter.create(&taken).await.unwrap_err().kind, ErrorKind::Refused);
    let mut orphan = order(&["one"]);
    orphan.children[0].joins = vec![("OrdNo".into(), "MainOrd".into())];
    let error = adapter.create(&orphan).await.unwrap_err();
    assert_eq!(error.why, "OrdNo is to be the MainOrd of the record above, which is not given one");
    let mut computed = order(&[]);
    computed.values.push(("isPaid".into(), Value::Bool(true)));
    assert!(adapter.create(&computed).await.unwrap_err().why.starts_with("isPaid is computed"));
    assert_eq!((company.count("Ord").await, company.count("OrdLn").await), (0, 0));
    company.end().await;
}

#[tokio::test]
async fn an_answer_lost_after_the_lines_never_doubles_an_order() {
    for (word, delivered) in
        [("COMMIT TRANSACTION", true), ("COMMIT TRANSACTION", false), ("INSERT INTO dbo.[OrdLn]", true)]
    {
        let mut company = TestCompany::new().await;
        let mut adapter = company.adapter_with(company.config.clone(), Arc::new(CutDial::new(word, delivered)));
        adapter.open(&[orders(), lines()]).await.unwrap();
        let wanted = order(&["one", "two"]);
        if word.starts_with("COMMIT") {
            assert_eq!(adapter.create(&wanted).await.unwrap_err().kind, ErrorKind::Unknown);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        adapter.create(&wanted).await.unwrap();
        assert_eq!((company.count("Ord").await, company.count("OrdLn").await), (1, 2), "{word} {delivered}");
        company.end().await;
    }
}

#[tokio::test]
async fn two_writers_number_their_orders_and_lines_apart() {
    let mut company = TestCompany::new().await;
    let work = |from: u32| {
        let mut adapter = company.adapter();
        async move {
            for n in from..from + 4 {
                let mut wanted = order(&["one", "two", "three"]);
                wanted.identity = Some(("Inf6".into(), Value::text(format!("guid-{n}"))));
                adapter.create(&wanted).await.unwrap();
            }
        }
    };
    let (a, b) = tokio::join!(tokio::spawn(work(0)), tokio::spawn(work(10)));
    a.unwrap();
    b.unwrap();
    assert_eq!(
        (company.count("Ord WHERE OrdNo BETWEEN 1 AND 8").await, company.count("OrdLn WHERE LnNo <= 3").await),
        (8, 24)
    );
    company.end().await;
}

#[tokio::test]
async fn rows_with_keys_of_several_columns_and_of_texts() {
    let mut company = TestCompany::new().await;
    let rows: Vec<String> = (1..=40).flat_map(|o| (1..=5).map(move |l| format!("({o}, {l}, 'Line {l}')"))).collect();
    company.run(&format!("INSERT INTO dbo.OrdLn (OrdNo, LnNo, Descr) VALUES {}", rows.join(", "))).await;
    let mut config = company.config.clone();
    config.page_size = 7;
    let mut adapter = company.adapter_with(config, Arc::new(samband::systems::business::TcpDial::default()));
    let (rows, pages, _) = read_all(&mut adapter, &listing(&lines())).await;
    assert_eq!((rows.len(), pages), (200, 29), "a page may end within an order");
    let asked: Vec<String> = ["7/5", "1/2", "41/1", "7", "7/5/1"].map(str::to_owned).into();
    assert_eq!(ids(&adapter.fetch(&lines(), &asked).await.unwrap()), ["7/5", "1/2"]);
    let row = adapter
        .update(&update(&lines(), "7/5", &[("Descr", Value::text("Line 5"))], &[("Descr", Value::text("New"))]))
        .await;
    assert_eq!(
        (row.unwrap().id.as_str(), company.count("OrdLn WHERE Descr = 'New' AND ChUsr = 'samband'").await),
        ("7/5", 1)
    );
    let key = adapter.update(&update(&lines(), "7/5", &[], &[("LnNo", Value::Int(9))])).await.unwrap_err();
    assert_eq!(key.why, "LnNo is the key, and keys of Visma Business never change");
    let one = create(&lines(), &[("OrdNo", Value::Int(7))], &["LnNo"], None);
    assert_eq!(adapter.create(&one).await.unwrap().id, "7/6", "a line of its own comes after the order's last");

    company
        .run("INSERT INTO dbo.Prod (ProdNo, Descr) VALUES ('A/1', 'Slash'), ('a~b', 'Tilde'), ('Ærø', 'Island')")
        .await;
    let products = select("Prod", None, Vec::new(), &[("ProdNo", Type::Text(Some(40)), false)]);
    let asked: Vec<String> = ["A/1", "Ærø", "a~b", "nothing"].map(str::to_owned).into();
    assert_eq!(ids(&adapter.fetch(&products, &asked).await.unwrap()), ["A/1", "Ærø", "a~b"]);
    company.run("INSERT INTO dbo.Txt (Lang, TxtTp, TxtNo, Txt) VALUES (47, 6, 1, 'Netto 14'), (0, 6, 2, 'Own')").await;
    let texts =
        select("Txt", None, vec![is("TxtTp", Comparison::Eq, Value::Int(6))], &[("Txt", Type::Text(Some(60)), true)]);
    assert_eq!(ids(&read_all(&mut adapter, &listing(&texts)).await.0), ["0/6/2", "47/6/1"]);
    company.end().await;
}

#[tokio::test]
async fn a_credit_note_is_a_bit_that_leaves_the_others_alone() {
    let mut company = TestCompany::new().await;
    company.run("INSERT INTO dbo.Ord (OrdNo, TrTp, OrdTp, OrdPref) VALUES (5, 1, 1, 516)").await;
    let mut adapter = company.adapter();
    let flag = |value: bool| [("isCreditNote", Value::Bool(value))];
    let row = adapter.update(&update(&orders(), "5", &flag(false), &flag(true))).await.unwrap();
    assert_eq!(row.values[2], Value::Bool(true));
    assert_eq!(company.count("Ord WHERE OrdPref = 518").await, 1);
    let moved = adapter.update(&update(&orders(), "5", &flag(false), &flag(true))).await.unwrap_err();
    assert_eq!((moved.kind, moved.why.as_str()), (ErrorKind::Moved, "isCreditNote is true now, not false"));
    adapter.update(&update(&orders(), "5", &flag(true), &flag(false))).await.unwrap();
    assert_eq!(company.count("Ord WHERE OrdPref = 516").await, 1);
    company.end().await;
}
