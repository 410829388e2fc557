//! What changed since a watermark.
//!
//! A row changes with its own stamps, and where derived fields are asked for also with the rows of
//! other tables that they are computed from: a payment changes its order, though nobody touched the
//! order. A row without a change date was never edited since it was made and counts as changed, as
//! other integrations found.
//!
//! Ledgers also have journals, whose numbers grow with every posting. A line may bear the stamp of the
//! batch that it was entered in and be posted days later, so the watermark of what is read from a
//! ledger says its last journal too, and every line of a later one counts as changed.

use super::columns::Table;
use super::derived::Source;
use super::link::Cell;
use super::raw::Raw;
use super::related::{self, Asker, Related};
use super::statements::{self, Param, Statement};
use super::write::Broken;
use super::{conditions, dates, shape};
use crate::systems::Select;
use crate::value::Value;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use std::collections::BTreeSet;
use std::fmt;

/// How many journals behind the last one are read again: one may be committed after a later one.
const JOURNALS: i64 = 20;

/// How many accounts and amounts of new ledger lines are searched for; with more everything is read.
const MOST: usize = 400;

/// A watermark: how far the clock and the ledger had come when a listing began.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct Mark {
    pub at: DateTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<i64>,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.at)?;
        self.journal.map_or(Ok(()), |journal| write!(f, " journal {journal}"))
    }
}

impl Mark {
    pub fn parse(text: &str) -> Option<Self> {
        let (at, journal) = match text.split_once(" journal ") {
            Some((at, journal)) => (at, Some(journal.parse().ok()?)),
            None => (text, None),
        };
        Some(Self { at: at.parse().ok()?, journal })
    }
}

/// From where on rows count as changed, in the server's own time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Since {
    pub local: DateTime,
    pub journal: Option<i64>,
    /// The day the listing began.
    pub today: Date,
}

/// The ledger whose journals tell of a select's changes.
pub(super) fn journals<'t>(table: &'t Table, related: &'t Related) -> Option<&'t Table> {
    [Some(table), related.ledger.as_deref()]
        .into_iter()
        .flatten()
        .find(|t| t.column("JNo").is_some() && t.name != "OrdLn")
}

/// The rows that may have changed; `None` where nothing can be told to be unchanged.
pub(super) async fn test(
    asker: &mut Asker<'_>,
    select: &Select,
    table: &Table,
    related: &Related,
    since: &Since,
    params: &mut Vec<Param>,
) -> Result<Option<String>, Broken> {
    let Some(own) = stamps(table, "", since, params) else { return Ok(None) };
    let mut ways = vec![own];
    for source in related::sources(select) {
        let more = match (source, &related.ledger, &related.prices) {
            (Source::Ledger, Some(ledger), _) => payments(table, ledger, since, params),
            (Source::Prices, _, Some(prices)) => offers(prices, since, params),
            (Source::Lines, ..) => twins(asker, table, since, params).await?,
            _ => continue,
        };
        match more {
            Some(more) => ways.push(more),
            None => return Ok(None),
        }
    }
    Ok(Some(format!("({})", ways.join(" OR "))))
}

/// Rows changed or created at or after a minute of the server's clock, or posted in a later journal.
fn stamps(table: &Table, alias: &str, since: &Since, params: &mut Vec<Param>) -> Option<String> {
    let [day, minute, _] = dates::stamp(since.local);
    let mut tests = Vec::new();
    let journal = since.journal.and_then(|last| Some((last, table.column("JNo").filter(|_| table.name != "OrdLn")?)));
    if let Some((last, column)) = journal {
        let from = statements::place(params, &Raw::Int(last.saturating_sub(JOURNALS)), column);
        tests.push(format!("{} > {from}", statements::compared_of(alias, column)));
    }
    for (day_name, minute_name, never) in [("ChDt", "ChTm", true), ("CreDt", "CreTm", false)] {
        let (Some(day_column), Some(minute_column)) = (table.column(day_name), table.column(minute_name)) else {
            // Without change stamps nothing can be told to be unchanged.
            if never {
                return None;
            }
            continue;
        };
        let (d, m) = (statements::compared_of(alias, day_column), statements::compared_of(alias, minute_column));
        let day = statements::place(params, &Raw::Int(day), day_column);
        let minute = statements::place(params, &Raw::Int(minute), minute_column);
        // The lines of the general ledger are never edited (GUESS of the facts): most have no change
        // date for ever, and their journal tells when they came.
        if never && !(table.name == "AcTr" && journal.is_some()) {
            tests.push(format!("{d} = 0"));
        }
        tests.push(format!("{d} > {day}"));
        tests.push(format!("({d} = {day} AND {m} >= {minute})"));
    }
    Some(format!("({})", tests.join(" OR ")))
}

/// The same of an invoice in the customers' ledger, or one that was paid since that day.
fn invoices(ledger: &Table, alias: &str, since: &Since, params: &mut Vec<Param>) -> Option<String> {
    let stamps = stamps(ledger, alias, since, params)?;
    let paid = ledger.column("PayedDt")?;
    let day = statements::place(params, &Raw::Int(dates::date_number(since.local.date())), paid);
    Some(format!("({stamps} OR {} >= {day})", statements::compared_of(alias, paid)))
}

/// Changed rows of the customers' ledger that belong to an order.
pub(super) fn entries(ledger: &Table, alias: &str, since: &Since, params: &mut Vec<Param>) -> Vec<String> {
    let mut tests = vec![format!("{alias}.[OrdNo] <> 0")];
    tests.extend(invoices(ledger, alias, since, params));
    tests
}

/// Orders with a changed invoice, by its order or its number: also another order's invoice of the same
/// number, or another order that names it, makes that nothing is known of this one any more.
fn payments(orders: &Table, ledger: &Table, since: &Since, params: &mut Vec<Param>) -> Option<String> {
    let of = statements::of(ledger);
    let numbers = |params: &mut Vec<Param>| {
        let changed = invoices(ledger, "d", since, params)?;
        Some(format!(
            "SELECT d.[InvoNo] FROM {of} d WHERE d.[InvoNo] <> '' AND (d.[Am] > 0 OR d.[OrdNo] <> 0) AND {changed}"
        ))
    };
    let own = invoices(ledger, "c", since, params)?;
    let (by_order, by_number) = (numbers(params)?, numbers(params)?);
    let heads = stamps(orders, "o", since, params)?;
    Some(format!(
        "[OrdNo] IN (SELECT c.[OrdNo] FROM {of} c WHERE c.[OrdNo] <> 0 AND ({own} OR c.[InvoNo] IN ({by_order}))) \
         OR [InvoNo] IN ({by_number}) \
         OR [InvoNo] IN (SELECT o.[InvoNo] FROM {} o WHERE o.[InvoNo] <> '' AND {heads})",
        statements::of(orders)
    ))
}

/// Products with a price row that changed, or that began or ceased to hold.
fn offers(prices: &Table, since: &Since, params: &mut Vec<Param>) -> Option<String> {
    let stamps = stamps(prices, "p", since, params)?;
    let (from, to) = (prices.column("FrDt")?, prices.column("ToDt")?);
    let first = since.local.date();
    let mut day = |date: Date, column| statements::place(params, &Raw::Int(dates::date_number(date)), column);
    let (first_from, last_from) = (day(first, from), day(since.today, from));
    let (first_to, last_to) = (day(first.saturating_sub(1.day()), to), day(since.today, to));
    Some(format!(
        "[ProdNo] IN (SELECT p.[ProdNo] FROM {} p WHERE {stamps} OR (p.[FrDt] >= {first_from} AND p.[FrDt] <= {last_from}) \
         OR (p.[ToDt] >= {first_to} AND p.[ToDt] <= {last_to}))",
        statements::of(prices)
    ))
}

/// Ledger lines that a new line may cancel.
async fn twins(
    asker: &mut Asker<'_>,
    table: &Table,
    since: &Since,
    params: &mut Vec<Param>,
) -> Result<Option<String>, Broken> {
    let (account, amount) = (shape::known(table, "AcNo")?, shape::known(table, "AcAm")?);
    let mut own = Vec::new();
    let Some(changed) = stamps(table, "", since, &mut own) else { return Ok(None) };
    let sql = format!("SELECT DISTINCT [AcNo], [AcAm] FROM {} WHERE [AcAm] <> 0 AND {changed}", statements::of(table));
    let new = asker.ask(&Statement { sql, params: own }, "could not look up new lines in dbo.AcTr").await?;
    let accounts: BTreeSet<i64> = new.iter().filter_map(|row| row.first().and_then(Cell::int)).collect();
    let mut amounts: Vec<Value> = Vec::new();
    for row in &new {
        if let Some(Cell::Plain(Raw::Decimal(amount))) = row.get(1) {
            amounts.push(Value::Decimal(-*amount));
        }
    }
    if accounts.len() + amounts.len() > MOST {
        return Ok(None);
    }
    if amounts.is_empty() {
        return Ok(Some("1 = 0".into()));
    }
    let accounts: Vec<Value> = accounts.into_iter().map(Value::Int).collect();
    let tests = [(accounts, account), (amounts, amount)];
    let tests: Option<Vec<String>> =
        tests.iter().map(|(values, column)| conditions::one_of(values, column, params)).collect();
    Ok(tests.map(|tests| format!("({})", tests.join(" AND "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn watermarks_there_and_back() {
        for text in ["2026-06-01T00:01:30", "2026-06-01T00:01:30.25 journal 17"] {
            assert_eq!(Mark::parse(text).map(|m| m.to_string()).as_deref(), Some(text));
        }
        for wrong in ["yesterday", "2026-06-01T00:01:30 journal x", "2026-06-01T00:01:30 page 2"] {
            assert_eq!(Mark::parse(wrong), None, "{wrong}");
        }
    }
}
