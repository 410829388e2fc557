//! The Visma Business adapter over real sockets, against the sandbox's SQL Server or a real one.

mod accountant;
mod faults;
mod ledger;
mod orders;
mod parts;
mod products;
mod rows;
mod together;

#[path = "../support"]
mod support {
    pub mod business;
}

use samband::systems::business::Business;
use samband::systems::{Comparison, Condition, Create, Next, Read, Row, Select, System, Test, Update, Watermark};
use samband::value::{Type, Value};
use support::business::{select, values};

fn is(field: &str, comparison: Comparison, value: Value) -> Condition {
    Condition { field: field.into(), test: Test::Compare(comparison, value) }
}

fn customers() -> Select {
    let scope = vec![is("CustNo", Comparison::Gt, Value::Int(0))];
    select(
        "Actor",
        None,
        scope,
        &[
            ("CustNo", Type::Int, true),
            ("Nm", Type::Text(Some(80)), true),
            ("Inf8", Type::Text(Some(80)), true),
            ("Gr", Type::Int, false),
        ],
    )
}

fn projects() -> Select {
    select(
        "OrgUnit",
        Some(7),
        Vec::new(),
        &[("RNo", Type::Text(Some(10)), false), ("Nm", Type::Text(Some(80)), true), ("EStDt", Type::Date, true)],
    )
}

fn hours() -> Select {
    let scope = vec![is("InfCatNo", Comparison::Eq, Value::Int(77))];
    select(
        "FreeInf",
        Some(1),
        scope,
        &[("Dt1", Type::Date, true), ("Val1", Type::Decimal(28, 6), false), ("Txt4", Type::Text(Some(80)), true)],
    )
}

fn listing(select: &Select) -> Read {
    Read { select: select.clone(), since: None, push: Vec::new(), start_date: None }
}

fn create(select: &Select, of: &[(&str, Value)], numbers: &[&str], identity: Option<(&str, Value)>) -> Create {
    Create {
        select: select.clone(),
        values: values(of),
        numbers: numbers.iter().map(|n| (*n).to_owned()).collect(),
        identity: identity.map(|(name, value)| (name.to_owned(), value)),
        parts: Vec::new(),
        children: Vec::new(),
        joins: Vec::new(),
    }
}

fn update(select: &Select, id: &str, expect: &[(&str, Value)], set: &[(&str, Value)]) -> Update {
    Update { select: select.clone(), id: id.into(), expect: values(expect), set: values(set), parts: Vec::new() }
}

async fn read_all(adapter: &mut Business, read: &Read) -> (Vec<Row>, usize, Watermark) {
    let (mut rows, mut pages, mut token) = (Vec::new(), 0, None);
    loop {
        let page = adapter.read(read, token.as_ref()).await.unwrap();
        rows.extend(page.rows);
        pages += 1;
        match page.next {
            Next::More(next) => token = Some(next),
            Next::End(watermark) => return (rows, pages, watermark),
        }
    }
}

fn ids(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|r| r.id.as_str()).collect()
}
