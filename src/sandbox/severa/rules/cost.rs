//! Project fees and travel expenses.

use super::fill;
use crate::sandbox::severa::error::Fault;
use crate::sandbox::severa::json::{Json, Members, link};
use crate::sandbox::severa::world::{Record, State};

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
    // GUESS: what is entered is billed unless somebody says otherwise, and at once.
    fill(body, "isBillable", Some(Json::Bool(true)));
    fill(body, "billingSchedule", Some("Immediately".into()));
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

/// What is on an invoice cannot be changed (GUESS, as for work hours).
pub fn changed(old: &Record, body: &Members) -> Result<(), Fault> {
    if old.reference("invoice").is_some() && old.body.get("invoice") == body.get("invoice") {
        return Err(Fault::operation("it is on an invoice"));
    }
    Ok(())
}
