//! What an invoice sums up to.
//!
//! GUESS throughout: a row is quantity by price, rounded to the hundredth, halves away from zero; tax is taken of the
//! rows of one rate together and rounded then; a price in another currency is exchanged by the tenant's rates.

use super::{decimal, fixed};
use crate::sandbox::severa::json::{Json, object};
use crate::sandbox::severa::world::{Record, State};
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::BTreeMap;

/// A member that follows from the rows. One that was put there by hand stays as it is.
pub fn member(state: &State, invoice: &Record, name: &str) -> Option<Json> {
    if invoice.body.contains_key(name) {
        return None;
    }
    let rows = || state.children("invoicerows", "invoiceGuid", &invoice.guid);
    let sum = |holds: &dyn Fn(&Record) -> bool| {
        rows().into_iter().filter(|row| holds(row)).map(|row| amount(state, invoice, row)).sum::<Decimal>()
    };
    let is = |row: &Record, row_type: &str| row.text("rowType") == Some(row_type);
    let total = match name {
        "canBeDeleted" => {
            let numbered = invoice.body.get("number").is_some_and(|number| !number.is_null());
            return Some(Json::Bool(!numbered && !fixed(state, invoice)));
        }
        "workHoursQuantity" => {
            let hours = rows().into_iter().filter(|row| is(row, "Hours"));
            return Some(hours.filter_map(|row| decimal(row.body.get("quantity"))).sum::<Decimal>().into());
        }
        "workHourValueAddedTax" => {
            return rows().into_iter().find(|row| is(row, "Hours")).and_then(|row| row.body.get("vatRate").cloned());
        }
        "totalExcludingTax" => sum(&|_| true),
        "totalTax" => tax(state, invoice),
        "totalIncludingTax" => sum(&|_| true) + tax(state, invoice),
        "workHoursTotalExcludingTax" => sum(&|row| is(row, "Hours")),
        "projectFeesTotalExcludingTax" => sum(&|row| is(row, "ProjectFees")),
        "projectTravelExpensesTotalExcludingTax" => sum(&|row| is(row, "TravelExpenses")),
        "flatRatesTotalExcludingTax" => sum(&|row| is(row, "FlatRate")),
        _ => return None,
    };
    let currency = currency(state, invoice).and_then(|currency| currency.body.get("code").cloned());
    Some(object([("amount", total.into()), ("currencyCode", currency.into())]))
}

fn currency<'a>(state: &'a State, invoice: &Record) -> Option<&'a Record> {
    state.record("currencies", invoice.reference("currency")?).map(AsRef::as_ref)
}

/// A row without tax, in the invoice's currency.
fn amount(state: &State, invoice: &Record, row: &Record) -> Decimal {
    let price = row.body.get("unitPrice");
    let each = decimal(price.and_then(|price| price.get("amount"))).unwrap_or_default();
    let amount = decimal(row.body.get("quantity")).unwrap_or_default() * each;
    let own = currency(state, invoice);
    let other = price.and_then(|price| price.get("currencyCode")?.as_text());
    let other = other.and_then(|code| state.rows("currencies").iter().find(|held| held.text("code") == Some(code)));
    let rate = |currency: &Record| decimal(currency.body.get("rate")).filter(|rate| !rate.is_zero());
    let exchanged = match (own, other) {
        (Some(own), Some(other)) if own.guid != other.guid => {
            rate(own).zip(rate(other)).map_or(amount, |(own, other)| amount / other * own)
        }
        _ => amount,
    };
    rounded(exchanged)
}

fn tax(state: &State, invoice: &Record) -> Decimal {
    let mut by_rate: BTreeMap<Decimal, Decimal> = BTreeMap::new();
    for row in state.children("invoicerows", "invoiceGuid", &invoice.guid) {
        let rate = decimal(row.body.get("vatRate")).unwrap_or_default();
        *by_rate.entry(rate).or_default() += amount(state, invoice, row);
    }
    by_rate.into_iter().map(|(rate, sum)| rounded(sum * rate / Decimal::ONE_HUNDRED)).sum()
}

fn rounded(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}
