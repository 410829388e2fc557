//! Tokens: issued for client credentials, refreshed, expired.

use super::error::Fault;
use super::json::{Json, object};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeSet, HashMap};
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// How long a refresh token lives. GUESS: not published.
const REFRESH: SignedDuration = SignedDuration::from_hours(24);

/// What one token may do, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub scopes: BTreeSet<String>,
    pub expires: Timestamp,
}

/// The tokens that a server has given out. No `Debug`: tokens are secrets.
#[derive(Default)]
pub struct Tokens {
    access: HashMap<String, Grant>,
    refresh: HashMap<String, Grant>,
    issued: u64,
}

/// Splits a request's `scope`: comma, blank or both.
pub fn scopes(text: &str) -> BTreeSet<String> {
    text.split([',', ' ']).filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
}

impl Tokens {
    /// Gives out a token, as `PublicAuthenticationOutputModel` shows it.
    pub fn issue(&mut self, scopes: BTreeSet<String>, lifetime: SignedDuration, now: Timestamp, seed: u64) -> Json {
        self.access.retain(|_, grant| grant.expires > now);
        self.refresh.retain(|_, grant| grant.expires > now);
        let (expires, refreshed) = (later(now, lifetime), later(now, REFRESH));
        let (access, refresh) = (self.secret(seed, now), self.secret(seed, now));
        self.access.insert(access.clone(), Grant { scopes: scopes.clone(), expires });
        self.refresh.insert(refresh.clone(), Grant { scopes: scopes.clone(), expires: refreshed });
        object([
            ("access_token", access.into()),
            ("access_token_type", "Bearer".into()),
            ("access_token_expires_in", lifetime.as_secs().into()),
            ("access_token_expires_utc", expires.to_string().into()),
            ("refresh_token", refresh.into()),
            ("refresh_token_expires_in", REFRESH.as_secs().into()),
            ("refresh_token_expires_utc", refreshed.to_string().into()),
            ("scope", scopes.into_iter().collect::<Vec<_>>().join(" ").into()),
        ])
    }

    /// The scopes of a refresh token that still holds; it is used up by it.
    pub fn refresh(&mut self, token: &str, now: Timestamp) -> Result<BTreeSet<String>, Fault> {
        match self.refresh.remove(token) {
            Some(grant) if grant.expires > now => Ok(grant.scopes),
            _ => Err(Fault::authentication("the refresh token is unknown or has expired")),
        }
    }

    /// Makes a refresh token useless.
    pub fn sign_out(&mut self, token: &str) {
        self.refresh.remove(token);
    }

    /// What the `Authorization` header allows.
    pub fn grant(&self, header: Option<&str>, now: Timestamp) -> Result<&Grant, Fault> {
        let token =
            header.and_then(|header| header.split_once(' ')).filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
        let token =
            token.map(|(_, token)| token.trim()).ok_or_else(|| Fault::authentication("a bearer token is needed"))?;
        match self.access.get(token) {
            Some(grant) if grant.expires > now => Ok(grant),
            Some(_) => Err(Fault::authentication("the access token has expired")),
            None => Err(Fault::authentication("the access token is unknown")),
        }
    }

    /// Ends every access token at once, as when the server restarts in the middle of a run.
    pub fn expire_all(&mut self) {
        self.access.clear();
    }

    fn secret(&mut self, seed: u64, now: Timestamp) -> String {
        self.issued += 1;
        let source = format!("{}/{}", self.issued, now.as_nanosecond());
        format!("{:032x}", xxh3_128_with_seed(source.as_bytes(), seed))
    }
}

fn later(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.checked_add(span).unwrap_or(Timestamp::MAX)
}
