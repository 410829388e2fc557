//! Projects, their sales status and their phases.

use super::{day, fill, first_active, number};
use crate::sandbox::severa::error::Fault;
use crate::sandbox::severa::json::{Json, Members, link, object};
use crate::sandbox::severa::world::{Record, State};
use jiff::Timestamp;

/// Number, currency, price list, unit and statuses of a new project. GUESS where the facts name no source: the
/// currency is the customer's, the business unit that of the owner.
pub fn create(state: &mut State, now: Timestamp, body: &mut Members) -> Result<(), Fault> {
    if body.get("projectOwner").and_then(Json::reference).is_none() {
        return Err(Fault::body("projectOwner.guid", "`projectOwner.guid` is required"));
    }
    number(state, body, "nextProjectNumber", "lastProjectNumber");
    let of = |table: &str, member: &str, wanted: &str| {
        let record = state.record(table, body.get(member)?.reference()?)?;
        record.body.get(wanted).filter(|value| !value.is_null()).cloned()
    };
    let currency =
        of("customers", "customer", "currency").or_else(|| super::own_currency(state).map(|guid| link(&guid)));
    let (unit, terms) = (of("users", "projectOwner", "businessUnit"), of("customers", "customer", "paymentTerm"));
    let prices = of("customers", "customer", "pricelist")
        .or_else(|| first_active(state, "pricelists", |_| true).map(|guid| link(&guid)));
    fill(body, "currency", currency);
    fill(body, "businessUnit", unit);
    fill(body, "paymentTerm", terms);
    fill(body, "pricelist", prices);
    if let Some(value) = body.remove("useWorktypesFromSetting") {
        body.insert("useWorkTypesFromSetting".into(), value);
    }
    let sales = first_active(state, "salesstatustypes", |kind| kind.text("salesState") == Some("InProgress"));
    fill(body, "salesStatus", sales.map(|guid| object([("salesStatusTypeGuid", guid.into())])));
    let status = first_active(state, "projectstatustypes", |_| true);
    fill(body, "projectStatus", status.map(|guid| object([("projectStatusTypeGuid", guid.into())])));
    sales_status(state, now, body);
    project_status(state, now, body);
    Ok(())
}

/// Every project has a root phase of its name.
pub fn created(state: &mut State, now: Timestamp, guid: &str) {
    let Some(project) = state.record("projects", guid).cloned() else { return };
    let phase = Members::from([
        ("name".to_owned(), project.body.get("name").cloned().into()),
        ("project".to_owned(), link(guid)),
        ("isCompleted".to_owned(), Json::Bool(false)),
        ("isLocked".to_owned(), Json::Bool(false)),
    ]);
    let root = state.insert("phases", phase, now);
    let mut body = project.body.clone();
    body.insert("rootPhase".into(), link(&root));
    state.replace("projects", guid, body);
}

/// A changed sales status enters the history; won and lost have their consequences (support article 77000545958).
pub fn changed(state: &mut State, now: Timestamp, old: &Record, body: &mut Members) -> Result<(), Fault> {
    if let Some(value) = body.remove("useWorktypesFromSetting") {
        body.insert("useWorkTypesFromSetting".into(), value);
    }
    let kind =
        |body: &Members, member: &str, wanted: &str| body.get(member).and_then(|status| status.get(wanted)).cloned();
    if kind(&old.body, "salesStatus", "salesStatusTypeGuid") != kind(body, "salesStatus", "salesStatusTypeGuid") {
        sales_status(state, now, body);
    }
    if kind(&old.body, "projectStatus", "projectStatusTypeGuid") != kind(body, "projectStatus", "projectStatusTypeGuid")
    {
        project_status(state, now, body);
    }
    let closed = |body: &Members| body.get("isClosed") == Some(&Json::Bool(true));
    if closed(body) != closed(&old.body) {
        body.insert("closedDate".into(), closed(body).then(|| day(now).to_string()).into());
    }
    Ok(())
}

fn sales_status(state: &mut State, now: Timestamp, body: &mut Members) {
    let Some(guid) =
        body.get("salesStatus").and_then(|status| status.get("salesStatusTypeGuid")?.as_text()).map(str::to_owned)
    else {
        return;
    };
    let Some(kind) = state.record("salesstatustypes", &guid).cloned() else { return };
    let project = body.get("guid").cloned().unwrap_or(Json::Null);
    let row = Members::from([
        ("project".to_owned(), object([("guid", project)])),
        ("salesStatusType".to_owned(), link(&guid)),
        ("timeStamp".to_owned(), now.to_string().into()),
    ]);
    let row = state.insert("salesstatushistory", row, now);
    body.insert("salesStatus".into(), object([("guid", row.into()), ("salesStatusTypeGuid", guid.into())]));
    body.insert("_salesStatusChanged".into(), now.to_string().into());
    match kind.text("salesState") {
        Some("Won") => {
            body.insert("probability".into(), 100.into());
            fill(body, "expectedOrderDate", Some(day(now).to_string().into()));
        }
        Some("Lost") => {
            body.insert("probability".into(), 0.into());
            body.insert("isClosed".into(), Json::Bool(true));
            fill(body, "closedDate", Some(day(now).to_string().into()));
        }
        _ => fill(body, "probability", kind.body.get("defaultProbability").cloned()),
    }
}

fn project_status(state: &mut State, now: Timestamp, body: &mut Members) {
    let guid = state.fresh_guid();
    if let Some(Json::Object(status)) = body.get_mut("projectStatus") {
        status.insert("guid".into(), guid.into());
        body.insert("_projectStatusChanged".into(), now.to_string().into());
    }
}

/// A phase is of its parent's project.
pub fn phase(state: &State, body: &mut Members) -> Result<(), Fault> {
    let parent = body.get("parentPhase").and_then(Json::reference).and_then(|guid| state.record("phases", guid));
    let project = parent.and_then(|parent| parent.reference("project"));
    let Some(project) = project else { return Err(Fault::body("parentPhase.guid", "there is no such phase")) };
    if body.get("project").and_then(Json::reference).is_some_and(|given| given != project) {
        return Err(Fault::body("project.guid", "the parent phase belongs to another project"));
    }
    body.insert("project".into(), link(project));
    Ok(())
}

/// Currency, customer and depth of a phase.
pub fn phase_member(state: &State, record: &Record, name: &str) -> Option<Json> {
    let project = || state.record("projects", record.reference("project")?);
    match name {
        "currencyCode" => project()?.reference("currency").map(link),
        "customer" => project()?.reference("customer").map(link),
        "hasChildren" => Some(Json::Bool(!state.children("phases", "parentPhase", &record.guid).is_empty())),
        "level" => {
            let above = std::iter::successors(Some(record), |phase| {
                state.record("phases", phase.reference("parentPhase")?).map(AsRef::as_ref)
            });
            Some(i64::try_from(above.skip(1).take(100).count()).unwrap_or(0).into())
        }
        _ => None,
    }
}
