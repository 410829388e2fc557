//! Invoices: drafts made of what is billable on projects, their sums, their statuses, and credit notes.
//!
//! Severa publishes that `POST /v1/invoices` bills everything billable on the projects named, and that no route makes
//! rows. How it groups and rounds is not published; what is taken instead is marked GUESS here.

mod credit;
mod draft;
mod lines;
mod totals;

pub use credit::credit;
pub use draft::{Bill, bill};
pub use totals::member;

use super::{day, fill, number};
use crate::sandbox::severa::error::Fault;
use crate::sandbox::severa::json::{Json, Members};
use crate::sandbox::severa::world::{Record, State};
use jiff::Timestamp;
use rust_decimal::Decimal;

/// What an invoice that was sent still takes beside another status (GUESS): the header is what the customer has.
const AFTER_SENDING: &[&str] = &["notes", "number", "paymentDate", "status"];

/// Whether the invoice is in a status with that flag.
fn has(state: &State, body: &Members, flag: &str) -> bool {
    let status = body.get("status").and_then(Json::reference).and_then(|guid| state.record("invoicestatuses", guid));
    status.is_some_and(|status| status.body.get(flag) == Some(&Json::Bool(true)))
}

/// An invoice gets its number when it enters a status that has one, and a payment date when it is paid. In a read-only
/// status it takes nothing but another status; once sent it keeps what the customer has been told (both GUESS).
pub fn changed(state: &mut State, now: Timestamp, old: &Record, body: &mut Members) -> Result<(), Fault> {
    let same_status = old.reference("status") == body.get("status").and_then(Json::reference);
    if same_status && has(state, body, "isReadOnly") {
        return Err(Fault::operation("the invoice's status does not let it be changed"));
    }
    if has(state, &old.body, "isSent") {
        let kept = |name: &&String| !AFTER_SENDING.contains(&name.as_str());
        let other = body.keys().filter(kept).find(|name| body.get(*name) != old.body.get(*name));
        if let Some(name) = other {
            return Err(Fault::body(name, format!("the invoice has been sent: `{name}` cannot be changed")));
        }
    }
    if has(state, body, "hasInvoiceNumber") && body.get("number").is_none_or(Json::is_null) {
        number(state, body, "nextInvoiceNumber", "lastInvoiceNumber");
    }
    if has(state, body, "isPaid") {
        fill(body, "paymentDate", Some(day(now).to_string().into()));
    }
    Ok(())
}

/// Rows are fixed once their invoice is read-only or sent (GUESS).
pub fn row_changed(state: &State, old: &Record) -> Result<(), Fault> {
    let invoice = old.reference("invoiceGuid").and_then(|guid| state.record("invoices", guid));
    let fixed = invoice.is_some_and(|invoice| fixed(state, invoice));
    if fixed { Err(Fault::operation("the row's invoice cannot be changed any more")) } else { Ok(()) }
}

fn fixed(state: &State, invoice: &Record) -> bool {
    ["isReadOnly", "isSent", "isPaid"].iter().any(|flag| has(state, &invoice.body, flag))
}

/// The active status with that flag, else the default one.
fn status_with(state: &State, flag: &str) -> Option<String> {
    let with = |flag: &str| {
        super::first_active(state, "invoicestatuses", |status| status.body.get(flag) == Some(&Json::Bool(true)))
    };
    with(flag).or_else(|| with("isDefault")).or_else(|| super::first_active(state, "invoicestatuses", |_| true))
}

/// The number that a member holds.
fn decimal(value: Option<&Json>) -> Option<Decimal> {
    match value {
        Some(Json::Number(text)) => crate::sandbox::severa::validate::decimal(text),
        _ => None,
    }
}
