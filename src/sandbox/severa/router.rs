//! From a request to its answer: limit, route, token, scopes, query, then what the route does.

mod special;

use super::contract::{Kind, Route, Schema, Segment, contract};
use super::error::{self, Fault};
use super::json::{Json, Members};
use super::query::{Query, decode};
use super::world::State;
use super::{Request, Response, SeveraServer};
use super::{lists, paging, patch, present, rules, validate};

/// The sentence of a request beyond the rate limit, word for word.
const QUOTA: &str = "API calls quota exceeded! maximum admitted 10 per 1s.";

/// The GUIDs of a path by parameter name.
type Steps = Vec<(String, String)>;

/// A request that has passed all that is the same for every route.
struct Call<'a> {
    server: &'a SeveraServer,
    request: &'a Request,
    route: &'static Route,
    /// The request's path without version and query.
    path: String,
    steps: Steps,
    query: Query,
}

/// Answers a request.
pub fn answer(server: &SeveraServer, request: &Request) -> Response {
    let now = (server.world.clock())();
    let url = request.path_and_query.split('?').next().unwrap_or_default();
    if let Some(most) = server.options.rate_limit
        && !server.session().window.admits(most, now)
    {
        let sentence = QUOTA.replace("admitted 10", &format!("admitted {most}"));
        let mut response = Response::text(429, &sentence);
        response.headers.push(("Retry-After".to_owned(), "1".to_owned()));
        return response;
    }
    match admit(server, request) {
        Ok(call) => carry_out(&call).unwrap_or_else(|faults| error::answer(&faults, url)),
        Err(faults) => error::answer(&faults, url),
    }
}

fn admit<'a>(server: &'a SeveraServer, request: &'a Request) -> Result<Call<'a>, Vec<Fault>> {
    let (path, query) = request.path_and_query.split_once('?').unwrap_or((&request.path_and_query, ""));
    let below = path.strip_prefix("/rest-api").filter(|path| path.starts_with('/'));
    let path = below.ok_or_else(|| vec![Fault::missing("everything lies below /rest-api")])?;
    let path = match path.strip_prefix("/v1.0/") {
        Some(rest) => format!("/v1/{rest}"),
        None => path.to_owned(),
    };
    let (route, steps) = find(&request.method, &path).map_err(|fault| vec![fault])?;
    *server.session().counts.entry(format!("{} {}", route.method, route.path)).or_default() += 1;
    authorise(server, request, route).map_err(|fault| vec![fault])?;
    let query = Query::parse(query);
    let faults = query.faults(route, server.options.strict);
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Call { server, request, route, path, steps, query })
}

/// The route of a path. Several look-ups of countries share one place; the shape of the value decides (GUESS).
fn find(method: &str, path: &str) -> Result<(&'static Route, Steps), Fault> {
    let given: Vec<&str> = path.split('/').filter(|step| !step.is_empty()).collect();
    let fits = |route: &&Route| {
        route.segments.len() == given.len()
            && route.segments.iter().zip(&given).all(|(segment, step)| match segment {
                Segment::Literal(text) => text.eq_ignore_ascii_case(step),
                Segment::Parameter(_) => true,
            })
    };
    let mut of_path = contract().routes.iter().filter(fits).peekable();
    if of_path.peek().is_none() {
        return Err(Fault::missing(format!("no route {path}")));
    }
    let wanted = special::country_step(&given);
    let mut of_method = of_path.filter(|route| route.method == method);
    let route = of_method
        .find(|route| wanted.is_none_or(|wanted| route.segments.last() == Some(&Segment::Parameter(wanted.to_owned()))))
        .ok_or_else(|| Fault { status: 405, ..Fault::request(format!("`{path}` has no {method}")) })?;
    let steps = route.segments.iter().zip(given).filter_map(|(segment, step)| match segment {
        Segment::Parameter(name) => Some((name.clone(), decode(&step.replace('+', "%2B")))),
        Segment::Literal(_) => None,
    });
    Ok((route, steps.collect()))
}

fn authorise(server: &SeveraServer, request: &Request, route: &Route) -> Result<(), Fault> {
    if !route.secured {
        return Ok(());
    }
    match request.header("Client_Id") {
        Some(id) if id != server.options.client_id => {
            return Err(Fault::authentication("the header Client_Id names another client"));
        }
        None if server.options.client_id_header => return Err(Fault::authentication("the header Client_Id is needed")),
        _ => {}
    }
    let now = (server.world.clock())();
    let session = server.session();
    let grant = session.tokens.grant(request.header("Authorization"), now)?;
    if route.scopes.is_empty() || route.scopes.iter().any(|scope| grant.scopes.contains(scope)) {
        return Ok(());
    }
    Err(Fault::scope(format!("`{} {}` needs the scope {}", route.method, route.path, route.scopes.join(" or "))))
}

fn carry_out(call: &Call<'_>) -> Result<Response, Vec<Fault>> {
    if let Some(answer) = special::answer(call) {
        return answer;
    }
    let one = |fault: Fault| vec![fault];
    let unknown = || one(Fault::not_carried(&format!("`{} {}`", call.route.method, call.route.path)));
    let answer = call.route.answer.as_ref().ok_or_else(unknown)?;
    let model = model(answer).ok_or_else(unknown)?;
    let table = contract().tables.get(model).ok_or_else(unknown)?;
    let mut state = call.server.world.lock();
    let guid = call.steps.first().map(|(_, guid)| guid.as_str());
    match (call.route.method.as_str(), &answer.kind, call.route.segments.last()) {
        ("GET", Kind::List(_), _) => {
            let rows = lists::rows(&state, call.route, table, guid).map_err(one)?;
            let most = call.server.options.max_rows;
            let page = paging::page(&state, call.route, &call.path, table, &rows, &call.query, most).map_err(one)?;
            let shown = page.rows.iter().map(|record| present::as_model(&state, table, model, record));
            let mut response = Response::json(call.route.status, &Json::List(shown.collect()));
            response.headers.extend(page.next.map(|token| ("NextPageToken".to_owned(), token)));
            Ok(response)
        }
        ("GET", _, Some(Segment::Parameter(_))) => {
            let record =
                guid.and_then(|guid| state.record(table, guid)).ok_or_else(|| one(Fault::missing("no such record")))?;
            Ok(Response::json(200, &present::as_model(&state, table, model, record)))
        }
        ("POST", ..) => create(call, &mut state, table, model, guid),
        ("PATCH", ..) => change(call, &mut state, table, model, guid),
        _ => Err(unknown()),
    }
}

fn create(
    call: &Call<'_>,
    state: &mut State,
    table: &str,
    model: &str,
    parent: Option<&str>,
) -> Result<Response, Vec<Fault>> {
    let one = |fault: Fault| vec![fault];
    let Some(Schema { kind: Kind::Object(input), .. }) = &call.route.body else {
        return Err(one(Fault::not_carried(&format!("`POST {}`", call.route.path))));
    };
    super::filter::Conditions::read(call.route, table, &call.query).map_err(one)?;
    if let Some(parent) = parent
        && state.record("customers", parent).is_none()
    {
        return Err(one(Fault::missing("no such customer")));
    }
    let body = read(call).map_err(one)?;
    let faults = validate::body(state, input, &body, call.server.options.strict);
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut members = validate::kept(input, &body);
    if let Some(parent) = parent {
        if members.get("customer").and_then(Json::reference).is_some_and(|given| !given.eq_ignore_ascii_case(parent)) {
            return Err(one(Fault::body("customer.guid", "the path names another customer")));
        }
        members.insert("customer".to_owned(), super::json::link(parent));
    }
    let now = (call.server.world.clock())();
    let guid = rules::create(state, now, table, members).map_err(one)?;
    shown(call, state, table, model, &guid)
}

fn change(
    call: &Call<'_>,
    state: &mut State,
    table: &str,
    model: &str,
    guid: Option<&str>,
) -> Result<Response, Vec<Fault>> {
    let one = |fault: Fault| vec![fault];
    let guid = guid.unwrap_or_default();
    if guid.contains(',') {
        return Err(one(Fault::not_carried(
            "patches of several records at once (the shape of the answer is not published)",
        )));
    }
    let record = state.record(table, guid).cloned().ok_or_else(|| one(Fault::missing("no such record")))?;
    let body = read(call).map_err(one)?;
    let members: Members = patch::apply(state, table, &record, &body, call.server.options.strict)?;
    let now = (call.server.world.clock())();
    rules::change(state, now, table, &record, members).map_err(one)?;
    shown(call, state, table, model, &record.guid)
}

/// The record as the route answers it: alone or as a list of one.
fn shown(call: &Call<'_>, state: &State, table: &str, model: &str, guid: &str) -> Result<Response, Vec<Fault>> {
    let record = state.record(table, guid).ok_or_else(|| vec![Fault::missing("no such record")])?;
    let shown = present::as_model(state, table, model, record);
    let list = matches!(call.route.answer, Some(Schema { kind: Kind::List(_), .. }));
    Ok(Response::json(call.route.status, &if list { Json::List(vec![shown]) } else { shown }))
}

/// The request's body as JSON.
fn read(call: &Call<'_>) -> Result<Json, Fault> {
    let kind = call.request.header("Content-Type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let takes = kind == "application/json" || (call.request.method == "PATCH" && kind == "application/json-patch+json");
    if call.server.options.strict && !takes {
        return Err(Fault {
            status: 415,
            ..Fault::request(format!("the content type must be application/json, not `{kind}`"))
        });
    }
    let text = std::str::from_utf8(&call.request.body).map_err(|_| Fault::request("the body is not UTF-8"))?;
    Json::parse(text).map_err(|fault| Fault::request(format!("the body is not JSON: {fault}")))
}

fn model(schema: &Schema) -> Option<&str> {
    match &schema.kind {
        Kind::Object(name) => Some(name),
        Kind::List(item) => model(item),
        _ => None,
    }
}
