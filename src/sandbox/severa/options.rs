//! How the server behaves.

use super::{Request, Response};
use jiff::SignedDuration;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Settings of the server.
#[derive(Clone)]
pub struct Options {
    pub client_id: String,
    pub client_secret: String,
    /// The scopes that an administrator granted to the client; a token can have no others.
    pub scopes: BTreeSet<String>,
    /// How long an access token lives. GUESS: one hour.
    pub token_lifetime: SignedDuration,
    /// Requests admitted in any second; none switches the limit off.
    pub rate_limit: Option<usize>,
    /// Refuses what the document does not know (parameters, members, content types). Severa itself is believed to
    /// ignore it; a test must not.
    pub strict: bool,
    /// Refuses requests without the header `Client_Id`, which the document asks for and Severa seems not to need.
    pub client_id_header: bool,
    /// The most rows of a page: 100 by the document, 1000 by the support article.
    pub max_rows: usize,
    /// Consulted before each request and after it took effect.
    pub fault: Option<FaultHook>,
}

/// Decides what goes wrong with a request.
pub type FaultHook = Arc<dyn Fn(Trouble<'_>) -> Outcome + Send + Sync>;

/// A request that something may happen to.
#[derive(Clone, Copy, Debug)]
pub struct Trouble<'a> {
    pub moment: Moment,
    pub request: &'a Request,
}

/// When the hook is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Nothing has happened yet.
    Before,
    /// The request has taken effect; its answer has not left.
    After,
}

/// What happens to the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing.
    Pass,
    /// This answer takes the place of the right one. Before the request, it has no effect then.
    Answer(Response),
    /// The connection is cut.
    Drop,
    /// The answer comes later.
    Delay(Duration),
    /// All access tokens become unknown, then the request goes on.
    ExpireTokens,
}

impl Default for Options {
    /// A client with the scopes that an integration needs, the published limits, strict.
    fn default() -> Options {
        let read =
            ["customers", "projects", "users", "hours", "invoices", "fees", "travels", "settings", "organization"];
        let write = ["customers", "projects", "users", "hours", "invoices", "fees", "travels", "settings"];
        let scopes =
            read.iter().map(|name| format!("{name}:read")).chain(write.iter().map(|name| format!("{name}:write")));
        Options {
            client_id: "sandbox".to_owned(),
            client_secret: "sandbox-secret".to_owned(),
            scopes: scopes.collect(),
            token_lifetime: SignedDuration::from_hours(1),
            rate_limit: Some(10),
            strict: true,
            client_id_header: false,
            max_rows: 100,
            fault: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("client_id", &self.client_id)
            .field("scopes", &self.scopes)
            .field("token_lifetime", &self.token_lifetime)
            .field("rate_limit", &self.rate_limit)
            .field("strict", &self.strict)
            .field("max_rows", &self.max_rows)
            .field("fault", &self.fault.is_some())
            .finish_non_exhaustive()
    }
}
