//! Project fees, travel expenses and invoices.

use super::{day, fill, number};
use crate::sandbox::severa::error::Fault;
use crate::sandbox::severa::json::{Json, Members, link};
use crate::sandbox::severa::world::{Record, State};
use jiff::Timestamp;

/// The customer follows from the project; a fee takes name, type and prices of its product where it gives none.
pub fn create(state: &State, table: &str, body: &mut Members) -> Result<(), Fault> {
    let at = |member: &str, table: &str| {
        body.get(member).and_then(Json::reference).and_then(|guid| state.record(table, guid))
    };
    let project = at("project", "projects").ok_or_else(|| Fault::body("project.guid", "there is no such project"))?;
    if let Some(phase) = at("phase", "phases")
        && phase.reference("project") != Some(project.guid.as_str())
    {
        return Err(Fault::body("phase.guid", "the phase belongs to another project"));
    }
    let customer = project.reference("customer").map(link);
    let source =
        if table == "projectfees" { at("product", "products") } else { at("travelExpense", "travelexpensetypes") };
    let nameless = table == "projectfees" && source.is_none() && body.get("name").and_then(Json::as_text).is_none();
    if nameless {
        return Err(Fault::operation("a fee needs a product or a name"));
    }
    // A user on a fee implies the phase it was done in (a rule of the older SOAP interface).
    if table == "projectfees" && at("user", "users").is_some() && at("phase", "phases").is_none() {
        return Err(Fault::body("phase.guid", "a fee of a user needs its phase"));
    }
    let source = source.cloned();
    body.insert("customer".into(), customer.into());
    for (member, from) in [
        ("name", "name"),
        ("productType", "type"),
        ("unitCost", "unitCost"),
        ("unitPrice", "unitPrice"),
        ("measurementUnit", "measurementUnit"),
        ("vatRate", "vatRate"),
        ("salesAccount", "salesAccount"),
    ] {
        fill(body, member, source.as_ref().and_then(|source| source.body.get(from).cloned()));
    }
    Ok(())
}

/// `isMileage` and `isDailyAllowance` follow from the expense class.
pub fn type_member(record: &Record, name: &str) -> Option<Json> {
    let class = match name {
        "isMileage" => "Mileage",
        "isDailyAllowance" => "DailyAllowance",
        _ => return None,
    };
    Some(Json::Bool(record.text("expenseClass") == Some(class)))
}

/// An invoice gets its number when it enters a status that has one. An invoice in a read-only status takes nothing but
/// another status (GUESS).
pub fn invoice_changed(state: &mut State, now: Timestamp, old: &Record, body: &mut Members) -> Result<(), Fault> {
    let flag = |body: &Members, flag: &str| {
        let status =
            body.get("status").and_then(Json::reference).and_then(|guid| state.record("invoicestatuses", guid));
        status.is_some_and(|status| status.body.get(flag) == Some(&Json::Bool(true)))
    };
    let same_status = old.reference("status") == body.get("status").and_then(Json::reference);
    if same_status && flag(body, "isReadOnly") {
        return Err(Fault::operation("the invoice's status does not let it be changed"));
    }
    let (numbered, paid) = (flag(body, "hasInvoiceNumber"), flag(body, "isPaid"));
    if numbered && body.get("number").is_none_or(Json::is_null) {
        number(state, body, "nextInvoiceNumber", "lastInvoiceNumber");
    }
    if paid {
        fill(body, "paymentDate", Some(day(now).to_string().into()));
    }
    Ok(())
}
