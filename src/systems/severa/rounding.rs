//! The row that an invoice lacks where its rows, each rounded to the cent, do not come to its total.
//!
//! No member of an answer says how Severa rounds (`currencyRoundingType` names a way and not its formula), and an
//! order in Visma Business sums up lines that are rounded one by one. So that both come to the same, the difference
//! is a row of its own, known by `isRounding`; a mapping says what becomes of it.

use super::answer::{Extra, Parsed};
use crate::systems::Select;
use crate::value::{Guid, Type, Value};
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::HashMap;

/// An invoice's total, without VAT.
pub struct Total {
    amount: Decimal,
    currency: Value,
}

/// What the adapter wants of an invoice; the last of its wishes.
pub fn wanted() -> [Extra; 2] {
    [("totalExcludingTax.amount", Type::Decimal(18, 6)), ("totalExcludingTax.currencyCode", Type::Text(None))]
}

/// The totals of the invoices, where a row for the difference is asked for.
pub fn totals(select: &Select, parsed: &[Parsed]) -> HashMap<String, Total> {
    let rows = select.fields.iter().find(|field| field.name == "rows").and_then(|field| field.of.as_ref());
    if select.record.name != "Invoice" || rows.is_none_or(|rows| rows.slot("isRounding").is_none()) {
        return HashMap::new();
    }
    let total = |parsed: &Parsed| match parsed.extra.as_slice() {
        [.., Value::Decimal(amount), currency] => {
            Some((parsed.row.id.clone(), Total { amount: *amount, currency: currency.clone() }))
        }
        _ => None,
    };
    parsed.iter().filter_map(total).collect()
}

/// The row for the difference, none where there is none. A mapping that asks for neither quantity nor price has no sum.
pub fn row(of: &Select, invoice: &str, total: &Total, elements: &[Value]) -> Option<Value> {
    let (quantity, price) = (of.slot("quantity")?, of.slot("unitPrice.amount")?);
    let currency = of.slot("unitPrice.currencyCode");
    let mut sum = Decimal::ZERO;
    for element in elements {
        let Value::Record(values) = element else { continue };
        // The total is in the invoice's own currency, and a row in another is the mapping's to judge.
        if currency.and_then(|slot| values.get(slot)).is_some_and(|own| !own.is_null() && !own.same(&total.currency)) {
            return None;
        }
        sum += cents(number(values.get(quantity)) * number(values.get(price)));
    }
    let difference = total.amount - sum;
    if difference.is_zero() || elements.is_empty() {
        return None;
    }
    let mut values = vec![Value::Null; of.fields.len()];
    let mut set = |name: &str, value: Value| {
        if let Some(slot) = of.slot(name) {
            values[slot] = value;
        }
    };
    // It has no identifier of its own; the invoice's own is nobody else's among the rows.
    if let Ok(guid) = invoice.parse::<Guid>() {
        set("guid", Value::Guid(guid));
    }
    set("isRounding", Value::Bool(true));
    set("quantity", Value::Decimal(Decimal::ONE));
    set("unitPrice.amount", Value::Decimal(difference));
    set("unitPrice.currencyCode", total.currency.clone());
    if let Some(slot) = of.slot("vatRate") {
        set("vatRate", rate(slot, elements));
    }
    Some(Value::Record(values))
}

/// The VAT rate that all rows have; nothing where they differ.
fn rate(slot: usize, elements: &[Value]) -> Value {
    let mut rates = elements.iter().filter_map(|element| match element {
        Value::Record(values) => values.get(slot),
        _ => None,
    });
    let Some(first) = rates.next() else { return Value::Null };
    if rates.all(|rate| rate.same(first)) { first.clone() } else { Value::Null }
}

fn number(value: Option<&Value>) -> Decimal {
    match value {
        Some(Value::Decimal(number)) => *number,
        Some(Value::Int(number)) => Decimal::from(*number),
        _ => Decimal::ZERO,
    }
}

/// As Visma Business rounds a line (guess: halves away from zero).
fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}
