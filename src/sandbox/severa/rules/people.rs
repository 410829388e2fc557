//! Users and contact persons.

use super::{company, day, no_money};
use crate::sandbox::severa::json::{Json, Members, link};
use crate::sandbox::severa::world::{Record, State};
use jiff::Timestamp;

/// The default work contract of a new user. GUESS: its title and hours are not published.
pub fn user_created(state: &mut State, now: Timestamp, guid: &str) {
    let Some(user) = state.record("users", guid).cloned() else { return };
    let mut body = user.body.clone();
    let wanted = body.remove("createDefaultWorkContract").and_then(|wanted| wanted.as_bool()).unwrap_or(true);
    state.replace("users", guid, body);
    if wanted {
        let contract = Members::from([
            ("user".to_owned(), link(guid)),
            ("title".to_owned(), "Employee".into()),
            ("startDate".to_owned(), day(now).to_string().into()),
            ("dailyHours".to_owned(), Json::Number("7.5".to_owned())),
            ("hourCost".to_owned(), no_money(state)),
            ("isFlextimeActive".to_owned(), Json::Bool(true)),
            ("isOvertimeAllowed".to_owned(), Json::Bool(false)),
        ]);
        state.insert("workcontracts", contract, now);
    }
}

/// The contract that holds now: the one that started last and has not ended.
pub fn contract_of<'a>(state: &'a State, user: &str) -> Option<&'a std::sync::Arc<Record>> {
    let contracts = state.children("workcontracts", "user", user);
    contracts
        .into_iter()
        .filter(|contract| contract.text("endDate").is_none())
        .max_by_key(|contract| contract.text("startDate").map(str::to_owned))
}

/// A user's name is written "Last First" (the published sample; tenants may have it otherwise).
pub fn user_member(state: &State, record: &Record, name: &str) -> Option<Json> {
    match name {
        "name" => Some(full_name(record)),
        "companyGuid" => company(state, record),
        "title" => contract_of(state, &record.guid).and_then(|contract| contract.body.get("title").cloned()),
        "workContract" => contract_of(state, &record.guid).map(|contract| link(&contract.guid)),
        _ => None,
    }
}

/// E-mail addresses and telephone numbers come from the contact's communications.
pub fn contact_member(state: &State, record: &Record, name: &str) -> Option<Json> {
    let of = |kinds: &[&str]| {
        let all = state.children("contactcommunications", "contact", &record.guid);
        let held = all.iter().filter(|held| {
            let kind = held.reference("communicationType").and_then(|guid| state.record("communicationtypes", guid));
            kind.and_then(|kind| kind.text("type")).is_some_and(|kind| kinds.contains(&kind))
        });
        Some(Json::List(held.filter_map(|held| held.body.get("value").cloned()).collect()))
    };
    match name {
        "name" => Some(full_name(record)),
        "emails" => of(&["EmailAddress"]),
        "phoneNumbers" => of(&["Phone", "MobilePhone", "IPPhone"]),
        _ => None,
    }
}

fn full_name(record: &Record) -> Json {
    let name = |member: &str| record.text(member).unwrap_or_default();
    format!("{} {}", name("lastName"), name("firstName")).trim().into()
}
