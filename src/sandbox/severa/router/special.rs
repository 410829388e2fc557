//! Routes that are not plain lists, look-ups, creations or patches.

use super::{Call, read};
use crate::sandbox::severa::auth;
use crate::sandbox::severa::error::Fault;
use crate::sandbox::severa::json::{Json, Members};
use crate::sandbox::severa::rules::{self, Bill};
use crate::sandbox::severa::{Response, present, validate};

/// What one of these routes answers; nothing for the others.
pub fn answer(call: &Call<'_>) -> Option<Result<Response, Vec<Fault>>> {
    let answer = match (call.route.method.as_str(), call.route.path.as_str()) {
        (_, "/heartbeat/server" | "/heartbeat/database") => Ok(Response::text(200, "OK")),
        (_, "/heartbeat/authorized") => Ok(Response::empty(204)),
        (_, "/v1/token") => token(call),
        (_, "/v1/refreshtoken") => refresh(call),
        (_, "/v1/signout") => sign_out(call),
        ("GET", "/v1/organizationsettings") => first(call, "organizationsettings"),
        ("GET", "/v1/users/{userGuid}/workcontracts/current") => contract_now(call),
        ("GET", path) if path.starts_with("/v1/localization/countries/{") && !path.ends_with("{guid}") => {
            Ok(countries(call))
        }
        ("POST", "/v1/invoices") => return Some(bill(call)),
        _ => return None,
    };
    Some(answer.map_err(|fault| vec![fault]))
}

/// Which of the country look-ups a value means: a GUID, two letters, three letters, or a name (GUESS).
pub fn country_step(given: &[&str]) -> Option<&'static str> {
    let [_, "localization", "countries", value] = given else { return None };
    Some(match value.len() {
        2 => "code2",
        3 => "code3",
        36 => "guid",
        _ => "countryName",
    })
}

fn countries(call: &Call<'_>) -> Response {
    let state = call.server.world.lock();
    let (name, value) = call.steps.first().cloned().unwrap_or_default();
    let member = if name == "countryName" { "englishName" } else { name.as_str() };
    let fits = |held: Option<&str>| held.is_some_and(|held| held.to_lowercase() == value.to_lowercase());
    let found = state.rows("countries").iter().filter(|country| fits(country.text(member)));
    Response::json(200, &Json::List(found.map(|country| present::record(&state, "countries", country)).collect()))
}

/// Drafts of all that is billable on the projects named. GUESS: `groupProjects` makes one invoice of them.
fn bill(call: &Call<'_>) -> Result<Response, Vec<Fault>> {
    let one = |fault: Fault| vec![fault];
    let body = read(call).map_err(one)?;
    let mut state = call.server.world.lock();
    let faults = validate::body(&state, "CreateInvoiceModel", &body, call.server.options.strict);
    if !faults.is_empty() {
        return Err(faults);
    }
    let text = |name: &str| body.get(name).and_then(Json::as_text).map(str::to_owned);
    let projects = body.get("projects").map(Json::items).unwrap_or_default();
    let bill = Bill {
        projects: projects.iter().filter_map(Json::reference).map(str::to_owned).collect(),
        together: body.get("groupProjects").and_then(Json::as_bool).unwrap_or(false),
        billing_customer: text("billingCustomerGuid"),
        date: text("date").and_then(|date| date.parse().ok()),
        status: text("invoiceStatusGuid"),
    };
    let now = (call.server.world.clock())();
    let made = rules::bill(&mut state, now, &bill).map_err(one)?;
    let shown =
        made.iter().filter_map(|guid| Some(present::record(&state, "invoices", state.record("invoices", guid)?)));
    Ok(Response::json(201, &Json::List(shown.collect())))
}

fn first(call: &Call<'_>, table: &str) -> Result<Response, Fault> {
    let state = call.server.world.lock();
    let record = state.rows(table).first().ok_or_else(|| Fault::missing("nothing there"))?;
    Ok(Response::json(200, &present::record(&state, table, record)))
}

fn contract_now(call: &Call<'_>) -> Result<Response, Fault> {
    let state = call.server.world.lock();
    let user = call
        .steps
        .first()
        .and_then(|(_, guid)| state.record("users", guid))
        .ok_or_else(|| Fault::missing("no such user"))?;
    let held = crate::sandbox::severa::rules::contract_of(&state, &user.guid)
        .ok_or_else(|| Fault::missing("no work contract"))?;
    Ok(Response::json(200, &present::record(&state, "workcontracts", held)))
}

/// A token for client credentials. The names of the body's members are read without regard to case, and unknown ones
/// (a `grant_type`) are ignored, as Severa does in practice.
fn token(call: &Call<'_>) -> Result<Response, Fault> {
    let body = read(call)?;
    let given = body.members().ok_or_else(|| Fault::request("the body must be an object"))?;
    let given: Members = given.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
    let text = |name: &str| {
        let text = given.get(name).and_then(Json::as_text).filter(|text| !text.is_empty());
        text.ok_or_else(|| Fault::body(name, format!("`{name}` is required")))
    };
    let (id, secret) = (text("client_id")?, text("client_secret")?);
    let options = &call.server.options;
    if id != options.client_id || secret != options.client_secret {
        return Err(Fault::authentication("the client's id or secret is wrong"));
    }
    let wanted = match given.get("scope") {
        None | Some(Json::Null) => options.scopes.clone(),
        Some(Json::Text(text)) => auth::scopes(text),
        Some(_) => return Err(Fault::body("scope", "`scope` must be a text")),
    };
    if let Some(scope) = wanted.iter().find(|scope| !options.scopes.contains(*scope)) {
        return Err(Fault::authentication(format!("the scope {scope} was not granted to the client")));
    }
    Ok(issue(call, wanted))
}

/// Another token for a refresh token, which comes as a bare JSON string.
fn refresh(call: &Call<'_>) -> Result<Response, Fault> {
    let Json::Text(token) = read(call)? else {
        return Err(Fault::request("the body must be the refresh token as a JSON string"));
    };
    if call.request.header("Client_Id").is_some_and(|id| id != call.server.options.client_id) {
        return Err(Fault::authentication("the header Client_Id names another client"));
    }
    let now = (call.server.world.clock())();
    let scopes = call.server.session().tokens.refresh(&token, now)?;
    Ok(issue(call, scopes))
}

fn sign_out(call: &Call<'_>) -> Result<Response, Fault> {
    let Json::Text(token) = read(call)? else {
        return Err(Fault::request("the body must be the refresh token as a JSON string"));
    };
    call.server.session().tokens.sign_out(&token);
    Ok(Response::empty(200))
}

fn issue(call: &Call<'_>, scopes: std::collections::BTreeSet<String>) -> Response {
    let now = (call.server.world.clock())();
    let lifetime = call.server.options.token_lifetime;
    Response::json(200, &call.server.session().tokens.issue(scopes, lifetime, now, 0))
}
