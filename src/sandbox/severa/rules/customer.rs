//! Customers and their addresses.

use super::{fill, number, own_currency, setting};
use crate::sandbox::severa::error::Fault;
use crate::sandbox::severa::json::{Json, Members, link};
use crate::sandbox::severa::world::{Record, State};

/// A number of the series, the organisation's currency and terms. GUESS: what exactly is filled in is not published.
pub fn create(state: &mut State, body: &mut Members) {
    number(state, body, "nextCustomerNumber", "lastCustomerNumber");
    fill(body, "currency", own_currency(state).map(|guid| link(&guid)));
    fill(body, "isInternal", Some(Json::Bool(false)));
    fill(body, "paymentTerm", setting(state, "paymentTerm"));
}

/// An address belongs to a customer; its country is the organisation's where none is given (GUESS).
pub fn address(state: &State, body: &mut Members) -> Result<(), Fault> {
    let owner = body.get("customer").and_then(Json::reference).map(str::to_owned);
    if owner.is_none_or(|guid| state.record("customers", &guid).is_none()) {
        return Err(Fault::body("customer.guid", "an address needs the customer it belongs to"));
    }
    let home = state
        .rows("countries")
        .iter()
        .find(|country| country.body.get("isRegistrationCountry") == Some(&Json::Bool(true)));
    fill(body, "country", home.map(|country| link(&country.guid)));
    Ok(())
}

/// A customer's first address is that of its headquarters (GUESS). The customer is not stamped for it.
pub fn address_created(state: &mut State, guid: &str) {
    let owner = state.record("addresses", guid).and_then(|address| address.reference("customer").map(str::to_owned));
    let Some(owner) = owner.and_then(|owner| state.record("customers", &owner).cloned()) else { return };
    if owner.reference("headquarterAddress").is_none() {
        let mut body = owner.body.clone();
        body.insert("headquarterAddress".into(), link(guid));
        state.replace("customers", &owner.guid, body);
    }
}

/// The contacts who have the address.
pub fn address_member(state: &State, record: &Record, name: &str) -> Option<Json> {
    if name != "contacts" {
        return None;
    }
    let contacts = state.children("contactpersons", "addressGuid", &record.guid);
    Some(Json::List(contacts.iter().map(|contact| link(&contact.guid)).collect()))
}
