//! Work hours.

use super::people::contract_of;
use super::{fill, setting};
use crate::sandbox::severa::error::Fault;
use crate::sandbox::severa::json::{Json, Members, link};
use crate::sandbox::severa::world::{Record, State};
use jiff::Timestamp;

/// Project and customer follow from the phase; costs from the user's work contract. Completed and locked phases refuse
/// hours (GUESS: 400 `InvalidOperation`).
pub fn create(state: &State, _now: Timestamp, body: &mut Members) -> Result<(), Fault> {
    place(state, body)?;
    fill(body, "isBillable", Some(Json::Bool(true)));
    if body.get("isBillable") == Some(&Json::Bool(true)) {
        fill(body, "plannedInvoiceQuantity", body.get("quantity").cloned());
    }
    let contract = body.get("user").and_then(Json::reference).and_then(|user| contract_of(state, user));
    fill(body, "unitCost", contract.and_then(|contract| contract.body.get("hourCost").cloned()));
    // With approval off, hours become approved when invoiced; until then nothing is decided.
    let decided = setting(state, "workHourApprovalMode").is_some_and(|mode| mode.as_text() == Some("InvoicableAlways"));
    fill(body, "isApproved", decided.then_some(Json::Bool(false)));
    Ok(())
}

/// Hours that are on an invoice cannot be changed (`isModifiable`).
pub fn changed(state: &State, old: &Record, body: &mut Members) -> Result<(), Fault> {
    if old.reference("invoice").is_some() && old.body.get("invoice") == body.get("invoice") {
        return Err(Fault::operation("the work hour is on an invoice"));
    }
    if old.reference("phase") != body.get("phase").and_then(Json::reference) {
        place(state, body)?;
    }
    Ok(())
}

fn place(state: &State, body: &mut Members) -> Result<(), Fault> {
    let phase = body.get("phase").and_then(Json::reference).and_then(|guid| state.record("phases", guid));
    let phase = phase.ok_or_else(|| Fault::body("phase.guid", "there is no such phase"))?;
    if ["isLocked", "isCompleted"].iter().any(|flag| phase.body.get(*flag) == Some(&Json::Bool(true))) {
        return Err(Fault::operation("the phase is completed or locked and takes no hours"));
    }
    let project = phase.reference("project").and_then(|guid| state.record("projects", guid));
    body.insert("project".into(), project.map(|project| link(&project.guid)).into());
    body.insert("customer".into(), project.and_then(|project| project.reference("customer")).map(link).into());
    Ok(())
}

/// What follows from the other members.
pub fn member(state: &State, record: &Record, name: &str) -> Option<Json> {
    match name {
        "billableStatus" if !record.body.contains_key(name) => {
            let billable = record.body.get("isBillable") != Some(&Json::Bool(false));
            Some(if billable { "Billable" } else { "NotBillable" }.into())
        }
        "isModifiable" => Some(Json::Bool(record.reference("invoice").is_none())),
        "isProductive" => {
            let kind = record.reference("workType").and_then(|guid| state.record("worktypes", guid));
            kind.and_then(|kind| kind.body.get("isProductive").cloned())
        }
        _ => None,
    }
}
