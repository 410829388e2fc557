//! What the server does beyond storing: defaults, numbers, stamps and what one record means for others.

mod cost;
mod customer;
mod hour;
mod invoice;
mod people;
mod project;

pub use invoice::{Bill, bill, credit};
pub use people::contract_of;

use super::contract::{Kind, contract};
use super::error::Fault;
use super::json::{Json, Members, link, object};
use super::world::{Record, State};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// Tables whose deleted records can still be listed, with the table of the deleted ones.
const DELETED: &[(&str, &str)] = &[
    ("workhours", "deletedworkhours"),
    ("projectfees", "deletedprojectfees"),
    ("projecttravelexpenses", "deletedprojecttravelexpenses"),
];

/// Creates a record from checked input. Answers its GUID, or why a rule refuses it.
pub fn create(state: &mut State, now: Timestamp, table: &str, input: Members) -> Result<String, Fault> {
    let mut body = input;
    if !body.contains_key("guid") {
        let guid = state.fresh_guid();
        body.insert("guid".into(), guid.into());
    }
    defaults(table, &mut body);
    normalise(table, &mut body);
    match table {
        "addresses" => customer::address(state, &mut body)?,
        "customers" => customer::create(state, &mut body),
        "phases" => project::phase(state, &mut body)?,
        "projectfees" | "projecttravelexpenses" => cost::create(state, table, &mut body)?,
        "projects" => project::create(state, now, &mut body)?,
        "workhours" => hour::create(state, now, &mut body)?,
        _ => {}
    }
    body.insert("createdDateTime".into(), now.to_string().into());
    body.insert("createdBy".into(), state.user.as_deref().map(link).into());
    body.insert("lastUpdatedDateTime".into(), Json::Null);
    body.insert("lastUpdatedBy".into(), Json::Null);
    let guid = state.insert(table, body, now);
    match table {
        "addresses" => customer::address_created(state, &guid),
        "projects" => project::created(state, now, &guid),
        "users" => people::user_created(state, now, &guid),
        _ => {}
    }
    Ok(guid)
}

/// Gives a record new members and stamps it. GUESS: a patch that changes nothing stamps as well.
pub fn change(state: &mut State, now: Timestamp, table: &str, old: &Record, body: Members) -> Result<(), Fault> {
    let mut body = body;
    normalise(table, &mut body);
    match table {
        "invoicerows" => invoice::row_changed(state, old)?,
        "invoices" => invoice::changed(state, now, old, &mut body)?,
        "projectfees" | "projecttravelexpenses" => cost::changed(old, &body)?,
        "projects" => project::changed(state, now, old, &mut body)?,
        "workhours" => hour::changed(state, old, &mut body)?,
        _ => {}
    }
    body.insert("lastUpdatedDateTime".into(), now.to_string().into());
    body.insert("lastUpdatedBy".into(), state.user.as_deref().map(link).into());
    state.replace(table, &old.guid, body);
    Ok(())
}

/// Removes a record; tells whether it was there.
pub fn remove(state: &mut State, now: Timestamp, table: &str, guid: &str) -> bool {
    let Some(record) = state.remove(table, guid) else { return false };
    if let Some((_, deleted)) = DELETED.iter().find(|(name, _)| *name == table) {
        let mut body = record.body.clone();
        body.insert("deletedDateTime".into(), now.to_string().into());
        state.insert(deleted, body, now);
    }
    true
}

/// What a member shows that is not stored with its record.
pub fn derived(state: &State, table: &str, record: &Record, name: &str) -> Option<Json> {
    match table {
        "addresses" => customer::address_member(state, record, name),
        "contactpersons" => people::contact_member(state, record, name),
        "invoices" => invoice::member(state, record, name),
        "phases" => project::phase_member(state, record, name),
        "products" if name == "productCode" => record.body.get("code").cloned(),
        "projectbillingcustomers" if name == "canBeDeleted" => Some(Json::Bool(true)),
        "projects" if name == "companyGuid" => company(state, record),
        "travelexpensetypes" => cost::type_member(record, name),
        "users" => people::user_member(state, record, name),
        "workhours" => hour::member(state, record, name),
        _ => None,
    }
}

/// The company of a record's business unit.
pub(super) fn company(state: &State, record: &Record) -> Option<Json> {
    let unit = state.record("businessunits", record.reference("businessUnit")?)?;
    unit.body.get("companyGuid").cloned()
}

/// The calendar day of a moment. GUESS: the tenant's day is taken as that of UTC.
pub(super) fn day(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

/// A member of the organisation's settings.
pub(super) fn setting(state: &State, name: &str) -> Option<Json> {
    state.rows("organizationsettings").first().and_then(|settings| settings.body.get(name)).cloned()
}

/// Gives the record the next number of a series, or moves the series past the number it was given.
pub(super) fn number(state: &mut State, body: &mut Members, next: &str, last: &str) {
    let Some(settings) = state.rows("organizationsettings").first().cloned() else { return };
    let coming = settings.body.get(next).and_then(Json::as_int).unwrap_or(1);
    let given = body.get("number").and_then(Json::as_int);
    let number = given.unwrap_or(coming);
    body.insert("number".into(), number.into());
    let mut changed = settings.body.clone();
    changed.insert(next.to_owned(), coming.max(number.saturating_add(1)).into());
    let highest = settings.body.get(last).and_then(Json::as_int).unwrap_or(0).max(number);
    changed.insert(last.to_owned(), highest.into());
    state.replace("organizationsettings", &settings.guid, changed);
}

/// The first active record of a table of settings, by `sortOrder` where it has one.
pub(super) fn first_active(state: &State, table: &str, holds: impl Fn(&Record) -> bool) -> Option<String> {
    let active = |record: &&std::sync::Arc<Record>| record.body.get("isActive").and_then(Json::as_bool).unwrap_or(true);
    let rows = state.rows(table).iter().filter(active).filter(|record| holds(record));
    rows.min_by_key(|record| record.body.get("sortOrder").and_then(Json::as_int).unwrap_or(0))
        .map(|record| record.guid.clone())
}

/// The GUID of the organisation's own currency.
pub(super) fn own_currency(state: &State) -> Option<String> {
    let own = |record: &&std::sync::Arc<Record>| record.body.get("isOrganizationCurrency") == Some(&Json::Bool(true));
    state.rows("currencies").iter().find(own).map(|record| record.guid.clone())
}

/// Money of nothing in the organisation's currency.
pub(super) fn no_money(state: &State) -> Json {
    let code = own_currency(state).and_then(|guid| state.record("currencies", &guid)?.body.get("code").cloned());
    object([("amount", 0.into()), ("currencyCode", code.into())])
}

/// Sets a member that is missing or null.
pub(super) fn fill(body: &mut Members, name: &str, value: Option<Json>) {
    if body.get(name).is_none_or(Json::is_null)
        && let Some(value) = value
    {
        body.insert(name.to_owned(), value);
    }
}

fn defaults(table: &str, body: &mut Members) {
    let contract = contract();
    for model in [contract.written(table), contract.shown(table)].into_iter().flatten() {
        for member in &model.members {
            if let Some(value) = &member.schema.default {
                body.entry(member.name.clone()).or_insert_with(|| value.clone());
            }
        }
    }
}

/// Cuts references down to their GUID in lower case: the rest is filled in when the record is shown.
fn normalise(table: &str, body: &mut Members) {
    let Some(model) = contract().shown(table) else { return };
    let plain = |value: &Json| Json::from(value.reference().map(|guid| link(&guid.to_ascii_lowercase())));
    for member in &model.members {
        let (Some(value), Some(_)) = (body.get_mut(&member.name), &member.schema.relation) else { continue };
        match (&member.schema.kind, &mut *value) {
            (Kind::Object(_), Json::Object(_) | Json::Null) => *value = plain(value),
            (Kind::List(_), Json::List(items)) => items.iter_mut().for_each(|item| *item = plain(item)),
            (Kind::Text, Json::Text(guid)) => guid.make_ascii_lowercase(),
            _ => {}
        }
    }
}
