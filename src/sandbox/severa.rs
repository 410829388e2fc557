//! A Severa REST server for tests, the demo and CI. It enforces the vendor's published contract
//! (`facts/severa-openapi.json`): routes, scopes, parameters, bodies and answers are derived from it, so a request
//! that Severa's document does not allow fails here as well. What the document leaves open is decided as the facts say
//! and marked GUESS; `docs/contract-gaps.md` lists it.
//!
//! [`SeveraServer::handle`] answers a request in process, on the world's own clock; [`SeveraServer::start`] serves the
//! same over HTTP on the loopback address.

mod auth;
mod contract;
mod error;
mod filter;
mod json;
mod limit;
mod lists;
mod options;
mod paging;
mod patch;
mod present;
mod query;
mod router;
mod rules;
mod serve;
mod validate;
mod world;

pub use error::{Fault, Place};
pub use json::{Json, Members, link, object};
pub use options::{FaultHook, Moment, Options, Outcome, Trouble};
pub use rules::Bill;
pub use serve::Running;
pub use world::{Clock, SnapshotError, World, system_clock};

use auth::Tokens;
use limit::Window;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A request as the server takes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// In capitals, e.g. `GET`.
    pub method: String,
    /// From the path's first slash on, e.g. `/rest-api/v1/customers?rowCount=100`; escapes as on the wire.
    pub path_and_query: String,
    /// Names in any case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// An answer of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    /// An answer without a body.
    pub fn empty(status: u16) -> Response {
        Response { status, headers: Vec::new(), body: Vec::new() }
    }

    /// An answer of JSON.
    pub fn json(status: u16, body: &Json) -> Response {
        let headers = vec![("Content-Type".to_owned(), "application/json; charset=utf-8".to_owned())];
        Response { status, headers, body: body.to_string().into_bytes() }
    }

    /// An answer of plain text.
    pub fn text(status: u16, body: &str) -> Response {
        let headers = vec![("Content-Type".to_owned(), "text/plain".to_owned())];
        Response { status, headers, body: body.as_bytes().to_vec() }
    }

    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as text; bytes that are no UTF-8 are replaced.
    pub fn body_text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// The connection was cut: there is no answer, and whether the request took effect cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped;

/// The server. Clones share the world, the tokens and the rate limit.
#[derive(Clone)]
pub struct SeveraServer {
    world: World,
    options: Arc<Options>,
    session: Arc<Mutex<Session>>,
}

/// What the server remembers between requests beside the records.
#[derive(Default)]
struct Session {
    tokens: Tokens,
    window: Window,
    /// How many requests came, by method and the route's path.
    counts: BTreeMap<String, u64>,
}

impl SeveraServer {
    /// A server over the tenant's records. Time is the world's clock.
    pub fn new(world: World, options: Options) -> SeveraServer {
        SeveraServer { world, options: Arc::new(options), session: Arc::default() }
    }

    /// The records that it serves.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// How many requests came per operation, e.g. `GET /v1/customers`; refused ones count as well.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        self.session().counts.clone()
    }

    /// Makes every access token that was given out unknown.
    pub fn expire_tokens(&self) {
        self.session().tokens.expire_all();
    }

    /// Answers one request. Faults of the hook may delay the answer, replace it or cut the connection.
    pub async fn handle(&self, request: Request) -> Result<Response, Dropped> {
        if let Some(answer) = self.trouble(Moment::Before, &request).await? {
            return Ok(answer);
        }
        let answer = router::answer(self, &request);
        tracing::debug!(method = request.method, path = path(&request), status = answer.status, "severa sandbox");
        match self.trouble(Moment::After, &request).await? {
            Some(other) => Ok(other),
            None => Ok(answer),
        }
    }

    /// Serves on `address`, e.g. `127.0.0.1:0` for a free port, until the handle is stopped or dropped.
    /// Fails where the address cannot be listened on.
    pub async fn start(world: World, options: Options, address: &str) -> std::io::Result<Running> {
        serve::start(SeveraServer::new(world, options), address).await
    }

    async fn trouble(&self, moment: Moment, request: &Request) -> Result<Option<Response>, Dropped> {
        let outcome = self.options.fault.as_ref().map_or(Outcome::Pass, |hook| hook(Trouble { moment, request }));
        match outcome {
            Outcome::Pass => Ok(None),
            Outcome::Answer(response) => Ok(Some(response)),
            Outcome::Drop => Err(Dropped),
            Outcome::ExpireTokens => {
                self.expire_tokens();
                Ok(None)
            }
            Outcome::Delay(time) => {
                tokio::time::sleep(time).await;
                Ok(None)
            }
        }
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SeveraServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeveraServer").field("world", &self.world).field("options", &self.options).finish()
    }
}

/// The request's path without its query, which may hold personal data.
fn path(request: &Request) -> &str {
    request.path_and_query.split('?').next().unwrap_or_default()
}
