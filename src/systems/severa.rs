//! Severa over its public REST API.
//!
//! Facts stand beside the code that rests on them; their source is facts/severa-openapi.json
//! unless another is named.

mod answer;
mod client;
mod derived;
mod examine;
mod fetch;
mod http;
mod listing;
mod pace;
mod related;
mod reqwest_http;
mod resources;
mod rounding;
mod scope;
mod sources;
mod write;

pub use http::{Http, HttpFailure, HttpRequest, HttpResponse};
pub use reqwest_http::ReqwestHttp;

use super::examine::{Examined, Need};
use super::meter::Meter;
use super::secret::Secret;
use super::{Clock, Create, Opened, Page, PageToken, Read, Row, Select, System, SystemError, Update, Usage, Watermark};
use crate::schema;
use crate::value::{Side, Value};
use client::Client;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// How a tenant is reached.
#[derive(Debug, Clone)]
pub struct SeveraConfig {
    /// Up to and with `/rest-api`, without a slash at its end.
    pub url: String,
    pub client_id: String,
    pub client_secret: Secret,
    /// Our share of the tenant's ten requests a second.
    pub requests_per_second: u32,
    /// Rows asked for in one page; Severa's documents name 100 as the most, others 1,000.
    pub page_size: u32,
    /// How far before its watermark an incremental read begins.
    pub overlap: Duration,
    /// How long a request may still be at work after we lost sight of it. Severa publishes no figure.
    pub settle_time: Duration,
    /// Tries of a read before its fault is told.
    pub tries: u32,
}

impl SeveraConfig {
    pub fn new(url: impl Into<String>, client_id: impl Into<String>, client_secret: Secret) -> Self {
        Self {
            url: url.into().trim_end_matches('/').to_owned(),
            client_id: client_id.into(),
            client_secret,
            requests_per_second: 9,
            page_size: 100,
            overlap: Duration::from_secs(60),
            settle_time: Duration::from_secs(180),
            tries: 6,
        }
    }
}

/// The Severa side of a run.
pub struct Severa {
    client: Client,
    config: SeveraConfig,
    /// The sales status types that are Won, resolved once.
    won: Option<Vec<String>>,
    /// Each user's business unit, read once a run where work hours want it.
    units_of_users: Option<HashMap<String, Value>>,
    /// By the record: whose code it is, where one alone has it.
    codes: HashMap<&'static str, HashMap<String, Value>>,
    /// A listing under way: what was gathered beside its pages.
    under_way: Option<listing::UnderWay>,
}

impl Severa {
    pub fn new(config: SeveraConfig, http: Arc<dyn Http>, clock: Arc<dyn Clock>) -> Self {
        let client = Client::new(config.clone(), http, clock);
        Self { client, config, won: None, units_of_users: None, codes: HashMap::new(), under_way: None }
    }
}

/// What a token must allow for a select.
fn scopes(select: &Select) -> Result<Vec<String>, SystemError> {
    let mut scopes = Vec::new();
    for resource in resources::asked(select)? {
        let known = schema::severa().record(resource.record);
        let writable = known.is_some_and(|known| known.fields.iter().any(|f| f.create || f.update));
        scopes.extend(scope::at_opening(resource.list, writable));
    }
    if derived::of_users(select) {
        scopes.extend(scope::of("GET", "/v1/users"));
    }
    Ok(scopes)
}

#[async_trait::async_trait]
impl System for Severa {
    fn side(&self) -> Side {
        Side::Severa
    }

    async fn open(&mut self, selects: &[Select]) -> Result<Opened, SystemError> {
        for select in selects {
            self.client.need(scopes(select)?);
        }
        // What an earlier run has learned may not be true any more.
        self.won = None;
        self.units_of_users = None;
        self.codes.clear();
        let identity = self.client.identity().await?;
        let description = format!("Severa at {}", self.config.url);
        Ok(Opened { identity, description })
    }

    async fn examine(&mut self, needs: &[Need]) -> Result<Examined, SystemError> {
        self.look_around(needs).await
    }

    async fn read(&mut self, read: &Read, page: Option<&PageToken>) -> Result<Page, SystemError> {
        self.page(read, page).await
    }

    async fn fetch(&mut self, select: &Select, ids: &[String]) -> Result<Vec<Row>, SystemError> {
        self.by_id(select, ids).await
    }

    async fn candidates(&mut self, select: &Select, any_of: &[(String, Vec<Value>)]) -> Result<Vec<Row>, SystemError> {
        self.whoever(select, any_of).await
    }

    async fn deleted(&mut self, select: &Select, since: &Watermark) -> Result<Vec<String>, SystemError> {
        self.deleted_since(select, since).await
    }

    async fn create(&mut self, create: &Create) -> Result<Row, SystemError> {
        self.post(create).await
    }

    async fn update(&mut self, update: &Update) -> Result<Row, SystemError> {
        self.patch(update).await
    }

    fn settle_time(&self) -> Duration {
        self.config.settle_time
    }

    fn usage(&self) -> Usage {
        self.client.usage()
    }

    fn meter(&self) -> Meter {
        self.client.meter().clone()
    }
}
