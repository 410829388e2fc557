//! Ledger lines that cancel each other out.
//!
//! A correction is a new line of the opposite amount, never a change of the old one (GUESS of the
//! facts). GUESS: two lines are such a pair when account, units, supplier, counter account and invoice
//! number are the same; of several equal lines the earliest are paired with the earliest reversals.

use super::columns::Column;
use super::conditions;
use super::link::{Cell, Cells};
use super::raw::Raw;
use super::related::Asker;
use super::shape::{self, Shape};
use super::statements;
use super::write::Broken;
use crate::value::Value;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// The columns of its own row that a reversal is told from.
pub(super) const OWN: &[&str] = &["JNo", "EntNo", "AcNo", "AcAm", "Sup", "AgAcCl", "AgAcNo", "InvoNo"];

/// Lines a statement: each needs an account and two amounts.
const CHUNK: usize = 500;

/// Key and amount of a line.
struct Line {
    key: (i64, i64),
    twins: String,
    amount: Decimal,
}

/// Whether each line among the rows is cancelled by another, or cancels one.
pub(super) async fn reversed(asker: &mut Asker<'_>, shape: &Shape<'_>, rows: &[Cells]) -> Result<Vec<bool>, Broken> {
    let table = shape.table;
    let unit = |c: &&Column| units().any(|name| c.name.eq_ignore_ascii_case(&name));
    let mut names: Vec<String> = OWN.iter().map(|n| (*n).to_owned()).collect();
    names.extend(table.columns.iter().filter(unit).map(|c| c.name.clone()));
    let (account, amount) = (shape::known(table, "AcNo")?, shape::known(table, "AcAm")?);
    let mut lines: BTreeMap<(i64, i64), Line> = BTreeMap::new();
    for chunk in rows.chunks(CHUNK) {
        let accounts: BTreeSet<i64> = chunk.iter().map(|cells| shape.int(cells, "AcNo")).collect();
        let amounts: BTreeSet<Decimal> = chunk
            .iter()
            .map(|cells| shape.decimal(cells, "AcAm"))
            .filter(|amount| !amount.is_zero())
            .flat_map(|amount| [amount, -amount])
            .collect();
        if amounts.is_empty() {
            continue;
        }
        let accounts: Vec<Value> = accounts.into_iter().map(Value::Int).collect();
        let amounts: Vec<Value> = amounts.into_iter().map(Value::Decimal).collect();
        let mut params = Vec::new();
        let tests: Vec<String> = [(accounts, account), (amounts, amount)]
            .iter()
            .filter_map(|(values, column)| conditions::one_of(values, column, &mut params))
            .collect();
        let statement = statements::rows(table, &names, &tests, params);
        for cells in asker.ask(&statement, "could not look up reversals in dbo.AcTr").await? {
            if let Some(line) = line(&names, &cells) {
                lines.insert(line.key, line);
            }
        }
    }
    let cancelled = cancelled(lines.into_values());
    Ok(rows.iter().map(|cells| cancelled.contains(&(shape.int(cells, "JNo"), shape.int(cells, "EntNo")))).collect())
}

fn units() -> impl Iterator<Item = String> {
    (1..=12).map(|n| format!("R{n}"))
}

fn line(names: &[String], cells: &Cells) -> Option<Line> {
    let raw = |name: &str| match cells.get(names.iter().position(|n| n == name)?)? {
        Cell::Plain(raw) => Some(raw),
        _ => None,
    };
    let amount = match raw("AcAm")? {
        Raw::Decimal(amount) => *amount,
        Raw::Int(amount) => Decimal::from(*amount),
        _ => return None,
    };
    let int = |name: &str| match raw(name) {
        Some(Raw::Int(number)) => Some(*number),
        _ => None,
    };
    let shared = names.iter().filter(|n| !matches!(n.as_str(), "JNo" | "EntNo" | "AcAm"));
    let twins: Vec<String> = shared.map(|n| raw(n).map(Raw::text).unwrap_or_default()).collect();
    Some(Line { key: (int("JNo")?, int("EntNo")?), twins: twins.join("\u{1f}").to_lowercase(), amount })
}

/// Keys of debits and of credits.
type Sides = [Vec<(i64, i64)>; 2];

/// The keys of lines that stand in a pair.
fn cancelled(lines: impl Iterator<Item = Line>) -> BTreeSet<(i64, i64)> {
    let mut groups: BTreeMap<(String, Decimal), Sides> = BTreeMap::new();
    for line in lines.filter(|line| !line.amount.is_zero()) {
        let sides = groups.entry((line.twins, line.amount.abs())).or_default();
        sides[usize::from(line.amount.is_sign_negative())].push(line.key);
    }
    let mut cancelled = BTreeSet::new();
    for [mut debits, mut credits] in groups.into_values() {
        debits.sort_unstable();
        credits.sort_unstable();
        cancelled.extend(debits.into_iter().zip(credits).flat_map(|(debit, credit)| [debit, credit]));
    }
    cancelled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_one_to_one_and_the_earliest_come_first() {
        let line = |journal: i64, twins: &str, amount: i64| Line {
            key: (journal, 1),
            twins: twins.into(),
            amount: amount.into(),
        };
        let of = |lines: Vec<Line>| cancelled(lines.into_iter()).into_iter().map(|(j, _)| j).collect::<Vec<_>>();
        assert_eq!(of(vec![line(1, "a", 100), line(2, "a", 100), line(3, "a", -100)]), [1, 3]);
        assert_eq!(of(vec![line(1, "a", 100), line(2, "b", -100), line(3, "a", -99)]), [0; 0]);
        assert_eq!(of(vec![line(1, "a", 0), line(2, "a", 0)]), [0; 0]);
    }
}
