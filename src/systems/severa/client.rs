//! Requests with a token, paced, and tried again where that is safe.

use super::http::{Http, HttpFailure, HttpRequest, HttpResponse};
use super::pace::Pace;
use super::{SeveraConfig, answer, scope};
use crate::systems::meter::{Meter, Route};
use crate::systems::{Clock, ErrorKind, SystemError, Usage};
use crate::value::{Guid, Side};
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

pub struct Client {
    config: SeveraConfig,
    http: Arc<dyn Http>,
    clock: Arc<dyn Clock>,
    pace: Pace,
    token: Option<Token>,
    /// What a token must allow.
    scopes: BTreeSet<String>,
    usage: Usage,
    meter: Meter,
    /// The route that was asked last: rows are counted once they have been read.
    last: String,
    /// The server's clock as its last answer said it, and ours then.
    date: Option<(String, Timestamp)>,
}

struct Token {
    text: String,
    /// Renewed from here on, a margin before it runs out.
    until: Timestamp,
}

/// Severa's own names for what OAuth calls otherwise.
#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    access_token_expires_in: Option<i64>,
}

/// How a request may be tried again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
    /// A read changes nothing.
    Always,
    /// A write only where it certainly had no effect.
    WhenWithoutEffect,
}

impl Client {
    pub fn new(config: SeveraConfig, http: Arc<dyn Http>, clock: Arc<dyn Clock>) -> Self {
        let pace = Pace::new(config.requests_per_second);
        Self {
            config,
            http,
            clock,
            pace,
            token: None,
            scopes: BTreeSet::new(),
            usage: Usage::default(),
            meter: Meter::default(),
            last: String::new(),
            date: None,
        }
    }

    pub fn usage(&self) -> Usage {
        self.usage
    }

    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// From now on tokens allow these as well.
    pub fn need(&mut self, scopes: impl IntoIterator<Item = String>) {
        for scope in scopes {
            if self.scopes.insert(scope) {
                self.token = None;
            }
        }
    }

    /// Whether a token with just these scopes is given out; the refusal, where it is not. Later tokens have them as well.
    pub async fn granted(&mut self, scopes: &BTreeSet<String>) -> Result<Result<(), SystemError>, SystemError> {
        let before = std::mem::replace(&mut self.scopes, scopes.clone());
        self.token = None;
        match self.token().await {
            Ok(_) => {
                self.need(before);
                Ok(Ok(()))
            }
            Err(refusal) => {
                self.scopes = before;
                if refusal.kind == ErrorKind::Credentials { Ok(Err(refusal)) } else { Err(refusal) }
            }
        }
    }

    /// The `Date` of the last answer, and our time when it came.
    pub fn date(&self) -> Option<(&str, Timestamp)> {
        self.date.as_ref().map(|(text, ours)| (text.as_str(), *ours))
    }

    pub fn rows(&mut self, count: usize) {
        self.usage.rows += count as u64;
        self.meter.count(self.last.clone(), Route { rows: count as u64, ..Route::default() });
    }

    pub async fn get(&mut self, path: &str, query: &[(String, String)]) -> Result<HttpResponse, SystemError> {
        self.request("GET", path, query, None, Again::Always).await
    }

    pub async fn post(&mut self, path: &str, body: String) -> Result<HttpResponse, SystemError> {
        self.request("POST", path, &[], Some(body), Again::WhenWithoutEffect).await
    }

    pub async fn patch(&mut self, path: &str, body: String) -> Result<HttpResponse, SystemError> {
        self.request("PATCH", path, &[], Some(body), Again::WhenWithoutEffect).await
    }

    /// What a state file is bound to: the tenant's address and, where it may be asked, its company.
    pub async fn identity(&mut self) -> Result<String, SystemError> {
        let answer = self.get("/v1/businessunits", &[("rowCount".to_owned(), "1".to_owned())]).await?;
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Unit {
            company_guid: Option<String>,
        }
        let units: Vec<Unit> = answer::whole(&answer, "/v1/businessunits")?;
        let company = units.into_iter().next().and_then(|u| u.company_guid);
        Ok(company.unwrap_or_else(|| self.config.client_id.clone()))
    }

    async fn request(
        &mut self,
        method: &'static str,
        path: &str,
        query: &[(String, String)],
        body: Option<String>,
        again: Again,
    ) -> Result<HttpResponse, SystemError> {
        let url = self.url(path, query);
        self.need(scope::of(method, path));
        let mut renewed = false;
        let mut tries = 0;
        loop {
            tries += 1;
            let token = self.token().await?;
            let mut headers = vec![
                ("Authorization", format!("Bearer {token}")),
                ("Client_Id", self.config.client_id.clone()),
                ("Accept", "application/json".to_owned()),
            ];
            if body.is_some() {
                headers.push(("Content-Type", "application/json".to_owned()));
            }
            let request = HttpRequest { method, url: url.clone(), headers, body: body.clone() };
            let last = tries >= self.config.tries;
            match self.send(request).await {
                Ok(response) if response.status == 401 && !renewed => {
                    // Expired on the way, or renewed elsewhere: once with a new one.
                    renewed = true;
                    self.token = None;
                }
                // The quota's answer comes before any effect.
                Ok(response) if response.status == 429 && !last => {
                    self.back_off(tries, response.header("retry-after")).await
                }
                Ok(response) if response.status >= 500 => match again {
                    Again::Always if !last => self.back_off(tries, response.header("retry-after")).await,
                    Again::Always => return Err(self.refused(method, path, &response)),
                    Again::WhenWithoutEffect => {
                        return Err(self.unknown(method, path, &answer::server_text(&response)));
                    }
                },
                Ok(response) if response.status >= 300 => return Err(self.refused(method, path, &response)),
                Ok(response) => return Ok(response),
                Err(HttpFailure::NotSent(_)) if !last && tries < 3 => self.back_off(tries, None).await,
                Err(HttpFailure::NotSent(why)) => return Err(self.unreachable(why)),
                Err(HttpFailure::NoAnswer(why)) => match again {
                    Again::Always if !last => self.back_off(tries, None).await,
                    Again::Always => return Err(self.unreachable(why)),
                    Again::WhenWithoutEffect => return Err(self.unknown(method, path, &why)),
                },
                Err(HttpFailure::TooLarge) if again == Again::WhenWithoutEffect => {
                    return Err(self.unknown(method, path, "the answer was larger than any record"));
                }
                Err(HttpFailure::TooLarge) => {
                    return Err(error(
                        ErrorKind::Answer,
                        format!("{method} {path} was answered with more than any page holds"),
                    ));
                }
            }
        }
    }

    async fn send(&mut self, request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
        self.meter.waited += self.pace.wait(self.clock.as_ref()).await;
        self.usage.requests += 1;
        self.last = route(request.method, request.url.strip_prefix(&self.config.url).unwrap_or_default());
        let out = (request.url.len() + request.body.as_ref().map_or(0, String::len)) as u64;
        tracing::debug!(method = request.method, url = %request.url, "severa");
        let answer = self.http.send(request).await;
        let bytes_in = answer.as_ref().map_or(0, |response| response.body.len() as u64);
        self.meter.count(self.last.clone(), Route { requests: 1, rows: 0, bytes_out: out, bytes_in });
        if let Ok(Some(date)) = answer.as_ref().map(|response| response.header("date")) {
            self.date = Some((date.to_owned(), self.clock.now()));
        }
        answer
    }

    fn url(&self, path: &str, query: &[(String, String)]) -> String {
        let mut url = format!("{}{path}", self.config.url);
        for (place, (name, value)) in query.iter().enumerate() {
            url.push(if place == 0 { '?' } else { '&' });
            url.push_str(name);
            url.push('=');
            escape(value, &mut url);
        }
        url
    }

    async fn token(&mut self) -> Result<String, SystemError> {
        if let Some(token) = &self.token
            && token.until > self.clock.now()
        {
            return Ok(token.text.clone());
        }
        let scopes: Vec<&str> = self.scopes.iter().map(String::as_str).collect();
        let scopes = scopes.join(",");
        let body = serde_json::json!({"client_id": self.config.client_id, "client_secret": self.config.client_secret.reveal(), "scope": scopes});
        let mut tries = 0;
        loop {
            tries += 1;
            let request = HttpRequest {
                method: "POST",
                url: self.url("/v1/token", &[]),
                headers: vec![
                    ("Content-Type", "application/json".to_owned()),
                    ("Client_Id", self.config.client_id.clone()),
                ],
                body: Some(body.to_string()),
            };
            let again = tries < self.config.tries.min(3);
            match self.send(request).await {
                Ok(response) if response.status == 200 => {
                    let answer: TokenAnswer = answer::whole(&response, "/v1/token")?;
                    let seconds = answer.access_token_expires_in.unwrap_or(3600).max(0);
                    // A margin of a tenth, five minutes at most, for requests under way.
                    let margin = (seconds / 10).min(300);
                    let until = self
                        .clock
                        .now()
                        .checked_add(jiff::SignedDuration::from_secs(seconds - margin))
                        .unwrap_or(Timestamp::MAX);
                    self.token = Some(Token { text: answer.access_token.clone(), until });
                    return Ok(answer.access_token);
                }
                Ok(response) if response.status == 400 || response.status == 401 || response.status == 403 => {
                    return Err(error(ErrorKind::Credentials, format!("{} refused the client `{}`", self.config.url, self.config.client_id))
                        .why(answer::server_text(&response))
                        .help(format!("check `client_id` and `client_secret` in samband.yaml, and that the client has the scopes {scopes}: secrets are made, and run out, in Severa under Settings > Integrations > REST API")));
                }
                Ok(response) if (response.status == 429 || response.status >= 500) && again => {
                    self.back_off(tries, response.header("retry-after")).await;
                }
                Ok(response) => return Err(self.refused("POST", "/v1/token", &response)),
                Err(HttpFailure::NotSent(_) | HttpFailure::NoAnswer(_)) if again => self.back_off(tries, None).await,
                Err(HttpFailure::NotSent(why) | HttpFailure::NoAnswer(why)) => return Err(self.unreachable(why)),
                Err(HttpFailure::TooLarge) => {
                    return Err(error(ErrorKind::Answer, "the token was answered with more than any page holds"));
                }
            }
        }
    }

    /// As long as the server asks, or else twice as long each time.
    async fn back_off(&mut self, tries: u32, retry_after: Option<&str>) {
        let asked = retry_after.and_then(|text| text.trim().parse::<u64>().ok()).map(Duration::from_secs);
        let doubling = Duration::from_millis(500 << tries.min(6));
        let wait = asked.unwrap_or(doubling).min(Duration::from_secs(60));
        self.meter.waited += wait;
        self.clock.sleep(wait).await;
    }

    fn unreachable(&self, why: String) -> SystemError {
        error(ErrorKind::Unreachable, format!("no connection to {}", self.config.url))
            .why(why)
            .help("check `severa: url` in samband.yaml, and that this machine may reach it")
    }

    fn unknown(&self, method: &str, path: &str, why: &str) -> SystemError {
        error(ErrorKind::Unknown, format!("{method} {path} was sent, and what became of it is not known"))
            .why(why)
            .help("nothing to do: the next run looks the record up before it tries again")
    }

    fn refused(&self, method: &str, path: &str, response: &HttpResponse) -> SystemError {
        let (kind, help) = match response.status {
            401 => (ErrorKind::Credentials, "check `client_id` and `client_secret` in samband.yaml"),
            403 => (
                ErrorKind::Rights,
                "grant the client the scope that is named, in Severa under Settings > Integrations > REST API",
            ),
            404 => (ErrorKind::Gone, "look the record up in Severa"),
            429 => (ErrorKind::Busy, "another program uses up the tenant's quota of ten requests a second; try later"),
            500.. => (ErrorKind::Busy, "try later; if it lasts, ask Severa's support"),
            300..=399 => {
                (ErrorKind::Answer, "check `severa: url` in samband.yaml: the address answers with a redirect")
            }
            _ => (ErrorKind::Refused, "mend what the server names, in the record or in the mapping"),
        };
        error(kind, format!("{method} {path} was refused ({})", response.status))
            .why(answer::server_text(response))
            .help(help)
    }
}

pub fn error(kind: ErrorKind, what: impl Into<String>) -> SystemError {
    SystemError::new(Side::Severa, kind, what)
}

/// Everything but letters, digits and `-._~` is written as its bytes.
fn escape(value: &str, into: &mut String) {
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => into.push(byte as char),
            _ => into.push_str(&format!("%{byte:02X}")),
        }
    }
}

/// Method and path, with `{guid}` in the place of identifiers and without the query.
fn route(method: &str, path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let part = |part: &str| if part.parse::<Guid>().is_ok() { "{guid}".to_owned() } else { part.to_owned() };
    format!("{method} {}", path.split('/').map(part).collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::route;

    #[test]
    fn a_route_names_no_record() {
        let path = "/v1/customers/0a0b0c0d-1111-2222-3333-444455556666/addresses?rowCount=1";
        assert_eq!(route("GET", path), "GET /v1/customers/{guid}/addresses");
        assert_eq!(route("POST", "/v1/token"), "POST /v1/token");
    }
}
