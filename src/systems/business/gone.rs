//! Orders that have left `Ord` and live on in the customers' ledger.
//!
//! Completed orders may be removed (GUESS of the facts, by the company's setup); `CustTr.OrdNo` still
//! tells that they were invoiced, and whether they are paid. Only a select that asks for such derived
//! fields gets them: the row holds what the ledger knows (number, last invoice and its date, currency,
//! due date) and what the scope says of every row; everything else is nothing.

use super::columns::Table;
use super::ledger::{self, Books, Entry, Head};
use super::link::{Cell, Cells};
use super::raw::{self, Raw};
use super::related::{Asker, Related, record};
use super::shape::Shape;
use super::statements::{self, Param};
use super::write::Broken;
use super::{changes, conditions};
use crate::systems::{Comparison, Row, Select, Test};
use crate::value::Value;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// `TrTp` of a sale; the customers' ledger has no others.
const SALE: i64 = 1;

/// How many orders are looked up at a time.
const CHUNK: usize = 900;

/// The ledger, if the select's rows can also come from there.
pub(super) fn ledger<'r>(select: &Select, related: &'r Related) -> Option<&'r Table> {
    related.ledger.as_deref().filter(|_| select.record == record("Ord"))
}

/// Those of the orders that are not in `Ord` at all and have an invoice in the ledger.
pub(super) async fn orders(
    asker: &mut Asker<'_>,
    related: &Related,
    shape: &Shape<'_>,
    numbers: &[i64],
    zone: &jiff::tz::TimeZone,
) -> Result<Vec<Row>, Broken> {
    let Some(table) = ledger(shape.select, related) else { return Ok(Vec::new()) };
    let mut rows = Vec::new();
    for chunk in numbers.chunks(CHUNK) {
        let key = shape.table.keys.first().map(|k| k.name.clone()).unwrap_or_default();
        let asked: Vec<Value> = chunk.iter().map(|n| Value::Int(*n)).collect();
        let mut params = Vec::new();
        let column = super::shape::known(shape.table, &key)?;
        let tests: Vec<String> = conditions::one_of(&asked, column, &mut params).into_iter().collect();
        let there = statements::rows(shape.table, &[key], &tests, params);
        let there = asker.ask(&there, "could not look up orders in dbo.Ord").await?;
        let there: BTreeSet<i64> = there.iter().filter_map(|row| row.first().and_then(Cell::int)).collect();
        let heads: Vec<Head> = chunk
            .iter()
            .filter(|n| !there.contains(n))
            .map(|n| Head { order: *n, invoice: String::new(), credit: false, open: false })
            .collect();
        if heads.is_empty() {
            continue;
        }
        let books = ledger::books(asker, table, shape.table, &heads).await?;
        let made: Vec<Cells> = heads.iter().filter_map(|head| cells(head.order, &books, shape)).collect();
        rows.extend(shape.rows(asker, related, &made, zone).await?);
    }
    Ok(rows)
}

/// The orders after this one whose ledger rows changed and that are not in `Ord`.
pub(super) async fn changed(
    asker: &mut Asker<'_>,
    ledger: &Table,
    orders: &Table,
    since: &changes::Since,
    after: i64,
    size: u32,
) -> Result<Vec<i64>, Broken> {
    let mut params: Vec<Param> = Vec::new();
    let mut tests: Vec<String> = changes::entries(ledger, "c", since, &mut params).into_iter().collect();
    tests.push(format!(
        "c.[OrdNo] > {}",
        statements::place(&mut params, &Raw::Int(after), super::shape::known(ledger, "OrdNo")?)
    ));
    let statement = statements::orders_left(ledger, orders, &tests, size, params);
    let rows = asker.ask(&statement, "could not look up orders in dbo.CustTr").await?;
    Ok(rows.iter().filter_map(|row| row.first().and_then(Cell::int)).collect())
}

/// The order's row as the ledger has it; `None` without an invoice.
fn cells(order: i64, books: &Books, shape: &Shape<'_>) -> Option<Cells> {
    let invoices: Vec<&Entry> = books.entries.iter().filter(|e| e.order == order && !e.invoice.is_empty()).collect();
    // Payments have no order; of an order's rows the biggest says which sign its invoices have.
    let biggest = invoices.iter().max_by_key(|e| e.amount.abs())?;
    let credit = biggest.amount < Decimal::ZERO;
    let last = invoices.iter().filter(|e| (e.amount < Decimal::ZERO) == credit).max_by_key(|e| (e.journal, e.line))?;
    let known = |name: &str| {
        Some(match name {
            "OrdNo" => Raw::Int(order),
            "TrTp" => Raw::Int(SALE),
            "InvoNo" => Raw::Text(last.number.clone()),
            "LstInvDt" => Raw::Int(last.voucher_date),
            "DueDt" => Raw::Int(last.due),
            "Cur" => Raw::Int(last.currency),
            "OrdPref" if credit => Raw::Int(2),
            _ => return None,
        })
    };
    let of_scope = |name: &str| {
        let same = shape.select.scope.iter().find(|c| c.field.eq_ignore_ascii_case(name))?;
        match &same.test {
            Test::Compare(Comparison::Eq, value) => raw::raw(value, &shape.table.column(name)?.family),
            _ => None,
        }
    };
    let held = |name: &String| Cell::Plain(known(name).or_else(|| of_scope(name)).unwrap_or(Raw::Nothing));
    Some(shape.columns.iter().map(held).collect())
}
