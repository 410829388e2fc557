//! Conditions as SQL, and as a test of what came back.
//!
//! SQL may let more through, never less: a database's collation ignores case, and blanks at the
//! end. What must hold exactly (the scope) is tested again on the rows.

use super::columns::{Column, Family, Table};
use super::raw::{self, Raw};
use super::statements::{self, MOST_PARAMS, Param};
use crate::systems::{Comparison, Condition, Test};
use crate::value::Value;
use std::cmp::Ordering;

/// The condition as SQL; `None` where SQL could leave out a row that passes.
pub(super) fn sql(condition: &Condition, table: &Table, params: &mut Vec<Param>) -> Option<String> {
    let column = table.column(&condition.field)?;
    match &condition.test {
        Test::Compare(comparison, value) => {
            let raw = raw::raw(value, &column.family)?;
            let operator = match comparison {
                Comparison::Eq => "=",
                Comparison::Ne => "<>",
                _ if value.is_null() => return None,
                Comparison::Lt => "<",
                Comparison::Le => "<=",
                Comparison::Gt => ">",
                Comparison::Ge => ">=",
            };
            // By its collation a database takes different texts for equal, and orders them its own way.
            let text = matches!(column.family, Family::Text { .. });
            if text && *comparison != Comparison::Eq && !raw.is_blank() {
                return None;
            }
            if *comparison == Comparison::Eq && cannot_be(&raw, column) {
                return Some("1 = 0".into());
            }
            Some(format!("{} {operator} {}", statements::compared(column), literal(params, &raw, column)))
        }
        Test::In(values) => one_of(values, column, params),
    }
}

/// `column IN (…)`; `None` if there are too many values for one statement or one does not suit the column.
pub(super) fn one_of(values: &[Value], column: &Column, params: &mut Vec<Param>) -> Option<String> {
    if params.len() + values.len() > MOST_PARAMS {
        return None;
    }
    let raws = values.iter().map(|v| raw::raw(v, &column.family)).collect::<Option<Vec<_>>>()?;
    let places: Vec<String> =
        raws.iter().filter(|r| !cannot_be(r, column)).map(|r| literal(params, r, column)).collect();
    if places.is_empty() {
        return Some("1 = 0".into());
    }
    Some(format!("{} IN ({})", statements::compared(column), places.join(", ")))
}

/// Zero and blank stand in the text: they are the same in every call.
fn literal(params: &mut Vec<Param>, raw: &Raw, column: &Column) -> String {
    match raw {
        Raw::Text(text) if text.is_empty() => "''".into(),
        Raw::Int(0) => "0".into(),
        raw => statements::place(params, raw, column),
    }
}

/// A text with characters that the column cannot hold would become another in the cast, and match that.
fn cannot_be(raw: &Raw, column: &Column) -> bool {
    match (raw, &column.family) {
        (Raw::Text(text), Family::Text { charset, .. }) => !charset.lost(text).is_empty(),
        _ => false,
    }
}

/// Whether a value passes, exactly.
pub(super) fn holds(test: &Test, held: &Raw, column: &Column) -> bool {
    let equal = |value: &Value| raw::raw(value, &column.family).is_some_and(|raw| raw.same(held));
    match test {
        Test::In(values) => values.iter().any(equal),
        Test::Compare(Comparison::Eq, value) => equal(value),
        Test::Compare(Comparison::Ne, value) => !equal(value),
        // Nothing is neither before nor after a day; of plain numbers 0 is one.
        Test::Compare(_, Value::Null) => false,
        Test::Compare(_, Value::Date(_)) if held.is_blank() => false,
        Test::Compare(comparison, value) => {
            raw::raw(value, &column.family).and_then(|raw| order(held, &raw)).is_some_and(|order| match comparison {
                Comparison::Lt => order.is_lt(),
                Comparison::Le => order.is_le(),
                Comparison::Gt => order.is_gt(),
                Comparison::Ge => order.is_ge(),
                Comparison::Eq | Comparison::Ne => false,
            })
        }
    }
}

/// Whether the value of a derived field passes, by the same rules.
pub(super) fn passes(test: &Test, held: &Value) -> bool {
    let order = |with: &Value| match (held, with) {
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (a, b) => Some(a.as_decimal()?.cmp(&b.as_decimal()?)),
    };
    match test {
        Test::In(values) => values.iter().any(|v| v.same(held)),
        Test::Compare(Comparison::Eq, value) => value.same(held),
        Test::Compare(Comparison::Ne, value) => !value.same(held),
        Test::Compare(_, Value::Null) => false,
        Test::Compare(Comparison::Lt, value) => order(value).is_some_and(Ordering::is_lt),
        Test::Compare(Comparison::Le, value) => order(value).is_some_and(Ordering::is_le),
        Test::Compare(Comparison::Gt, value) => order(value).is_some_and(Ordering::is_gt),
        Test::Compare(Comparison::Ge, value) => order(value).is_some_and(Ordering::is_ge),
    }
}

fn order(held: &Raw, other: &Raw) -> Option<Ordering> {
    match (held, other) {
        (Raw::Nothing, Raw::Int(b)) => Some(0.cmp(b)),
        (Raw::Int(a), Raw::Int(b)) => Some(a.cmp(b)),
        (Raw::Nothing, Raw::Decimal(b)) => Some(rust_decimal::Decimal::ZERO.cmp(b)),
        (Raw::Decimal(a), Raw::Decimal(b)) => Some(a.cmp(b)),
        (Raw::Text(a), Raw::Text(b)) => Some(a.cmp(b)),
        _ => None,
    }
}
