//! Looking into both systems, and changing them as their users would, through their own protocols.
//!
//! The demo checks its story with this and not with the adapters: what they believe to have
//! written is what is to be shown.

use crate::cli::exit::{Exit, Failure};
use crate::cli::sandbox::home::{Access, severa_url};
use serde_json::Value;
use std::path::Path;
use tiberius::{AuthMethod, Client, ColumnData, Config, EncryptionLevel};
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt};

pub struct Look {
    http: reqwest::Client,
    url: String,
    token: String,
    sql: Client<Compat<TcpStream>>,
}

fn failed(what: &str, error: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::System, format!("{what}: {error}"), "look at the log with -v; the sandbox runs in this process")
}

impl Look {
    /// Logs in to both; `certificate` is the one that the SQL server must show.
    pub async fn open(access: &Access, certificate: &Path) -> Result<Self, Failure> {
        let http = reqwest::Client::builder().no_proxy().build().map_err(|e| failed("no HTTP client", e))?;
        let url = severa_url(&access.severa);
        let body = serde_json::json!({
            "client_id": access.client_id,
            "client_secret": access.client_secret,
            "grant_type": "client_credentials",
        });
        let request = http.post(format!("{url}/v1/token")).header("Content-Type", "application/json");
        let answer = answered(request.body(body.to_string())).await?;
        let token = answer["access_token"].as_str().unwrap_or_default().to_owned();
        let sql = connect(access, certificate).await?;
        Ok(Self { http, url, token, sql })
    }

    /// The records of a list of Severa's interface: `/v1/customers`.
    pub async fn severa(&self, list: &str) -> Result<Vec<Value>, Failure> {
        let between = if list.contains('?') { '&' } else { '?' };
        let request = self.http.get(format!("{}{list}{between}rowCount=100", self.url)).bearer_auth(&self.token);
        match answered(request).await? {
            Value::Array(rows) => Ok(rows),
            other => Ok(vec![other]),
        }
    }

    /// Changes one member of a record, as a user of Severa would.
    pub async fn patch(&self, record: &str, member: &str, value: Value) -> Result<(), Failure> {
        let body = serde_json::json!([{ "op": "Replace", "path": format!("/{member}"), "value": value }]);
        let request = self.http.patch(format!("{}{record}", self.url)).bearer_auth(&self.token);
        answered(request.header("Content-Type", "application/json").body(body.to_string())).await.map(drop)
    }

    /// The rows of a query, all values as text.
    pub async fn business(&mut self, sql: &str) -> Result<Vec<Vec<String>>, Failure> {
        let what = "the query of Visma Business failed";
        let stream = self.sql.simple_query(sql).await.map_err(|e| failed(what, e))?;
        let rows = stream.into_first_result().await.map_err(|e| failed(what, e))?;
        Ok(rows.into_iter().map(|row| row.into_iter().map(|value| shown(&value)).collect()).collect())
    }

    /// The connection, for the accountant's own work.
    pub fn sql(&mut self) -> &mut Client<Compat<TcpStream>> {
        &mut self.sql
    }

    /// Changes rows, as Visma Business does for its user; answers how many.
    pub async fn change(&mut self, sql: &str) -> Result<u64, Failure> {
        let done = self.sql.execute(sql, &[]).await.map_err(|e| failed("the change of Visma Business failed", e))?;
        Ok(done.total())
    }
}

async fn connect(access: &Access, certificate: &Path) -> Result<Client<Compat<TcpStream>>, Failure> {
    let mut config = Config::new();
    let (host, port) = access.business.rsplit_once(':').unwrap_or((access.business.as_str(), "1433"));
    config.host(host);
    config.port(port.parse().unwrap_or(1433));
    config.database(&access.database);
    config.authentication(AuthMethod::sql_server(&access.user, &access.password));
    config.encryption(EncryptionLevel::Required);
    config.trust_cert_ca(certificate.display().to_string());
    let what = "no connection to the sandbox's Visma Business";
    let tcp = TcpStream::connect(config.get_addr()).await.map_err(|e| failed(what, e))?;
    tcp.set_nodelay(true).map_err(|e| failed(what, e))?;
    Client::connect(config, tcp.compat_write()).await.map_err(|e| failed(what, e))
}

async fn answered(request: reqwest::RequestBuilder) -> Result<Value, Failure> {
    let what = "the sandbox's Severa failed";
    // The sandbox admits ten requests a second, as Severa does.
    for _ in 0..20 {
        let request = request.try_clone().ok_or_else(|| failed(what, "the request cannot be repeated"))?;
        let response = request.send().await.map_err(|e| failed(what, e.without_url()))?;
        let status = response.status();
        if status.as_u16() == 429 {
            tokio::time::sleep(std::time::Duration::from_millis(150)).await;
            continue;
        }
        let text = response.text().await.map_err(|e| failed(what, e.without_url()))?;
        if !status.is_success() {
            return Err(failed(what, format!("{status}: {text}")));
        }
        if text.is_empty() {
            return Ok(Value::Null);
        }
        return serde_json::from_str(&text).map_err(|e| failed(what, e));
    }
    Err(failed(what, "it answers nothing but 429"))
}

fn shown(value: &ColumnData<'_>) -> String {
    match value {
        ColumnData::U8(Some(n)) => n.to_string(),
        ColumnData::I16(Some(n)) => n.to_string(),
        ColumnData::I32(Some(n)) => n.to_string(),
        ColumnData::I64(Some(n)) => n.to_string(),
        ColumnData::Bit(Some(b)) => u8::from(*b).to_string(),
        ColumnData::Numeric(Some(n)) => n.to_string(),
        ColumnData::String(Some(text)) => text.trim_end().to_owned(),
        _ => String::new(),
    }
}
