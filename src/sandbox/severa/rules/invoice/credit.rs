//! Credit notes.

use super::{decimal, has, status_with};
use crate::sandbox::severa::error::Fault;
use crate::sandbox::severa::json::{Json, Members, link};
use crate::sandbox::severa::rules::{create, day};
use crate::sandbox::severa::world::State;
use jiff::Timestamp;

/// What a credit note does not take over from the invoice that it credits.
const OWN: &[&str] = &[
    "createdBy",
    "createdDateTime",
    "creditNoteInvoice",
    "guid",
    "lastUpdatedBy",
    "lastUpdatedDateTime",
    "notes",
    "number",
    "paymentDate",
    "referenceNumber",
];

/// Makes the credit note of an invoice that was sent: the same rows with negative quantities, so that its sums are the
/// invoice's, negated. Hours, fees and travel expenses stay with the invoice, and nothing points at the rows. GUESS:
/// which of the two names the other by `creditNoteInvoice` and which by `reimburseInvoice`. Answers its GUID.
pub fn credit(state: &mut State, now: Timestamp, invoice: &str) -> Result<String, Fault> {
    let missing = || Fault::missing(format!("no invoice {invoice}"));
    let credited = state.record("invoices", invoice).cloned().ok_or_else(missing)?;
    if credited.body.get("isCreditNote") == Some(&Json::Bool(true)) {
        return Err(Fault::operation("a credit note cannot be credited"));
    }
    if credited.reference("creditNoteInvoice").is_some() {
        return Err(Fault::operation("the invoice has its credit note already"));
    }
    if !has(state, &credited.body, "isSent") && !has(state, &credited.body, "isPaid") {
        return Err(Fault::operation("a draft is changed or deleted, not credited"));
    }
    let mut body: Members = credited.body.clone();
    OWN.iter().for_each(|name| {
        body.remove(*name);
    });
    let term = body.get("paymentTerm").and_then(Json::as_int).unwrap_or(0);
    let today = day(now);
    let due = today.checked_add(jiff::Span::new().try_days(term).unwrap_or_default()).unwrap_or(today);
    body.insert("date".into(), today.to_string().into());
    body.insert("dueDate".into(), due.to_string().into());
    body.insert("isCreditNote".into(), true.into());
    body.insert("reimburseInvoice".into(), link(&credited.guid));
    body.insert("status".into(), status_with(state, "isDefaultForCreditNote").as_deref().map(link).into());
    let rows: Vec<_> = state.children("invoicerows", "invoiceGuid", &credited.guid).into_iter().cloned().collect();
    let note = create(state, now, "invoices", body)?;
    for row in rows {
        let mut body = row.body.clone();
        OWN.iter().for_each(|name| {
            body.remove(*name);
        });
        body.insert("invoiceGuid".into(), note.as_str().into());
        body.insert("quantity".into(), (-decimal(row.body.get("quantity")).unwrap_or_default()).into());
        create(state, now, "invoicerows", body)?;
    }
    let mut body = credited.body.clone();
    body.insert("creditNoteInvoice".into(), link(&note));
    body.insert("lastUpdatedDateTime".into(), now.to_string().into());
    body.insert("lastUpdatedBy".into(), state.user.as_deref().map(link).into());
    state.replace("invoices", &credited.guid, body);
    Ok(note)
}
