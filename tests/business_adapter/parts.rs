//! Rows that belong to a customer: contacts and delivery addresses, in each place that a company may keep them.

use super::support::business::{TestCompany, select};
use super::{create, ids, is};
use samband::systems::{Comparison, Select, System};
use samband::value::{Type, Value};

const GUID: &str = "39f9432a-a141-fcab-9142-8045bf8ed54a";

/// A placing: its rows, the column that names the customer, and the key that is numbered.
fn placings() -> [(Select, &'static str, &'static str); 4] {
    let fields = |table: &str, tie: &str, scope| {
        let text = |name| (name, Type::Text(None), true);
        let fields = [(tie, Type::Int, true), text("Nm"), text("Ad1"), ("Inf8", Type::Text(Some(80)), true)];
        select(table, None, scope, &fields)
    };
    let some = |field: &str| is(field, Comparison::Ne, Value::Null);
    let marked = vec![is("Gr3", Comparison::Eq, Value::Int(10)), some("CustNo")];
    [
        (fields("Actor", "LiaAct", vec![some("LiaAct")]), "LiaAct", "ActNo"),
        (fields("Actor", "DelToAct", vec![some("DelToAct")]), "DelToAct", "ActNo"),
        (fields("Actor", "CustNo", marked), "CustNo", "ActNo"),
        (fields("Address", "ActNo", vec![some("ActNo")]), "ActNo", "AdNo"),
    ]
}

#[tokio::test]
async fn rows_are_made_under_their_customer_once_and_read_by_their_customers_alone() {
    for (select, tie, key) in placings() {
        let mut company = TestCompany::new().await;
        company
            .run("INSERT INTO dbo.Actor (ActNo, CustNo, Nm) VALUES (1, 10001, 'Hansen AS'), (2, 10002, 'Berg AS')")
            .await;
        let mut adapter = company.adapter();
        adapter.open(std::slice::from_ref(&select)).await.unwrap();
        let owner = Value::Int(if tie == "CustNo" { 10_001 } else { 1 });
        let of = |name: &str, owner: &Value| {
            vec![(tie, owner.clone()), ("Nm", Value::text(name)), ("Ad1", Value::text("Anleggsveien 12"))]
        };
        let ours = Some(("Inf8", Value::text(GUID)));
        let first = adapter.create(&create(&select, &of("Lager", &owner), &[key], ours.clone())).await.unwrap();
        // The same identifier is the same record, whatever became of the first answer.
        let again = adapter.create(&create(&select, &of("Lager", &owner), &[key], ours)).await.unwrap();
        assert_eq!(first, again, "{tie}");
        assert_eq!(first.values[..2], [owner.clone(), Value::text("Lager")], "{tie}");
        let other = Value::Int(if tie == "CustNo" { 10_002 } else { 2 });
        let second = adapter.create(&create(&select, &of("Annet lager", &other), &[key], None)).await.unwrap();
        assert_ne!(first.id, second.id, "{tie}");
        let mine = adapter.candidates(&select, &[(tie.to_owned(), vec![owner.clone()])]).await.unwrap();
        assert_eq!(ids(&mine), [first.id.as_str()], "{tie}");
        let both = adapter.candidates(&select, &[(tie.to_owned(), vec![owner, other])]).await.unwrap();
        assert_eq!(both.len(), 2, "{tie}: customers themselves are none of them");
        company.end().await;
    }
}
