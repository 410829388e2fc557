//! Both systems of a sandbox in this process, a project over them, and a look into each by its own protocol.

use samband::plan::{Plan, render};
use samband::project::{self, Standard};
use samband::run::{Engine, Options, Quiet, Report};
use samband::sandbox::accountant::{self, Access};
use samband::sandbox::business::{self, BusinessServer, Company, Login, SqlValue};
use samband::sandbox::seed::{Seed, SeedValue, Size, seed};
use samband::sandbox::severa::{self, Json, SeveraServer, World, system_clock};
use samband::source::Sources;
use samband::state::State;
use samband::systems::business::{Business, BusinessConfig, Encrypt, TcpDial};
use samband::systems::severa::{ReqwestHttp, Severa, SeveraConfig};
use samband::systems::{Secret, SystemClock};
use serde_json::{Map, Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tiberius::{Client, ColumnData};
use tokio::net::TcpStream;
use tokio_util::compat::Compat;

pub type Sql = Client<Compat<TcpStream>>;

/// A tenant of Severa and a company of Visma Business with the small seed, and a project between them.
pub struct Systems {
    pub world: World,
    pub sql: Sql,
    severa: severa::Running,
    business: business::Running,
    http: reqwest::Client,
    token: String,
    folder: TempDir,
    settings: Value,
    mapping: String,
}

const USER: &str = "samband";
const PASSWORD: &str = "secret";

impl Systems {
    pub async fn start() -> Self {
        let Seed { world, business: rows } = seed(Size::Small, 1, system_clock());
        let options = severa::Options { rate_limit: None, ..severa::Options::default() };
        let (id, secret) = (options.client_id.clone(), options.client_secret.clone());
        let severa = SeveraServer::start(world.clone(), options, "127.0.0.1:0").await.unwrap();
        let company = Company::temporary().unwrap();
        for row in &rows {
            let values: Vec<_> = row.columns.iter().map(|(name, value)| (*name, sql_value(value))).collect();
            company.insert(row.table, &values).unwrap();
        }
        let options = business::Options { logins: vec![Login::owner(USER, PASSWORD)], ..Default::default() };
        let business = BusinessServer::start(company, options).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let certificate = folder.path().join("server.pem");
        std::fs::write(&certificate, business.certificate_pem()).unwrap();
        let access = Access {
            server: format!("localhost:{}", business.addr().port()),
            database: "F0001".into(),
            user: USER.into(),
            password: PASSWORD.into(),
            certificate: Some(certificate),
        };
        let sql = accountant::connect(&access).await.unwrap();
        // It chooses the provider of TLS for the whole process.
        ReqwestHttp::new().unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let body = json!({ "client_id": id, "client_secret": secret, "grant_type": "client_credentials" });
        let request = http.post(format!("{}/v1/token", severa.url())).header("Content-Type", "application/json");
        let answer: Value =
            serde_json::from_str(&request.body(body.to_string()).send().await.unwrap().text().await.unwrap()).unwrap();
        let token = answer["access_token"].as_str().unwrap().to_owned();
        let settings = json!({
            "master": "severa",
            "Project": { "default_owner": "ingrid.solberg@example.no", "won_status": "Order" },
            "Invoice": {
                "status_to_send": "Ready for transfer", "transferred": "Transferred", "sent": "Sent",
                "paid": "Paid", "failed": "Error",
            },
            "TravelExpense": { "group": 90 },
            "WorkType": { "group": 91 },
            "PurchaseCost": { "accounts": ["4300..4999"] },
        });
        let mapping = String::new();
        Self { world, sql, severa, business, http, token, folder, settings, mapping }
    }

    /// Another value of a setting: `master`, `Invoice.failed`. `Value::Null` takes it out of the file.
    pub fn set(&mut self, setting: &str, value: Value) {
        let mut place = self.settings.as_object_mut().unwrap();
        let mut path = setting.split('.').peekable();
        while let Some(name) = path.next() {
            if path.peek().is_none() {
                match value {
                    Value::Null => drop(place.remove(name)),
                    value => drop(place.insert(name.to_owned(), value)),
                }
                return;
            }
            place = place.entry(name).or_insert(Value::Object(Map::new())).as_object_mut().unwrap();
        }
    }

    /// What the customer's own mapping changes.
    pub fn change(&mut self, statements: &str) {
        self.mapping = format!("edition 2026\nmapping customer extends standard\n\n{statements}\n");
    }

    /// As a consultant's project in a folder would be read.
    fn engine(&self, options: Options) -> Engine {
        let name = if self.mapping.is_empty() { "standard" } else { "customer" };
        let settings = json!({
            "mapping": name,
            "severa": {
                "url": self.severa.url(),
                "client_id": { "env": "SEVERA_CLIENT_ID" },
                "client_secret": { "env": "SEVERA_CLIENT_SECRET" },
            },
            "business": {
                "server": format!("localhost:{}", self.business.addr().port()),
                "database": "F0001", "user": USER, "password": { "env": "VB_PASSWORD" },
                "time_zone": "Europe/Oslo",
            },
            "settings": self.settings,
            "state": "state.db",
        });
        let folder = self.folder.path();
        // JSON is YAML as well.
        std::fs::write(folder.join("samband.yaml"), settings.to_string()).unwrap();
        let own = folder.join("customer.mapping");
        if !self.mapping.is_empty() {
            std::fs::write(&own, &self.mapping).unwrap();
        }
        let mut sources = Sources::default();
        let standard = Standard::load(&mut sources);
        let found = project::find_one(Some(folder), folder).unwrap();
        let checked = project::check(&mut sources, &standard, &found, folder).unwrap();
        let faults: Vec<_> =
            checked.diagnostics.iter().filter(|d| d.code.name() != "not-in-layout").map(|d| &d.message).collect();
        assert!(faults.is_empty(), "{faults:?}");
        let options = Options { start_date: Some(jiff::civil::date(2026, 1, 1)), ..options };
        Engine::new(
            checked.program.unwrap(),
            Box::new(self.severa_side()),
            Box::new(self.business_side()),
            Arc::new(SystemClock),
            State::open(Path::new(&folder.join("state.db"))).unwrap(),
            options,
        )
    }

    fn severa_side(&self) -> Severa {
        let mut config = SeveraConfig::new(self.severa.url(), "sandbox", Secret::new("sandbox-secret"));
        config.requests_per_second = 1_000;
        config.settle_time = Duration::from_millis(200);
        Severa::new(config, Arc::new(ReqwestHttp::new().unwrap()), Arc::new(SystemClock))
    }

    fn business_side(&self) -> Business {
        let login = samband::systems::business::Login::Sql { user: USER.into(), password: Secret::new(PASSWORD) };
        let mut config = BusinessConfig::new(format!("localhost:{}", self.business.addr().port()), "F0001", login);
        config.encrypt = Encrypt::Off;
        config.settle_time = Duration::from_millis(200);
        config.series = [("CustNo".to_owned(), 10_000..=19_999)].into_iter().collect();
        Business::new(config, Arc::new(TcpDial::default()), Arc::new(SystemClock))
    }

    pub async fn run(&self) -> (Plan, Report) {
        let (plan, report) = self.engine(Options::default()).run(&mut Quiet).await.unwrap();
        assert_eq!(report.failure, None, "{}", render(&plan, true));
        (plan, report)
    }

    pub async fn plan(&self) -> Plan {
        self.engine(Options::default()).plan(&mut Quiet).await.unwrap()
    }

    /// A run, and one after it that must plan nothing.
    pub async fn settle(&self) -> Plan {
        let (plan, _) = self.run().await;
        let again = self.plan().await;
        assert!(again.is_empty(), "the run was\n{}\nand then\n{}", render(&plan, true), render(&again, true));
        plan
    }

    /// The records of a list of Severa whose member holds the value, by its interface.
    pub async fn severa(&self, list: &str, pointer: &str, value: impl Into<Value>) -> Vec<Value> {
        let value = value.into();
        let mut found = Vec::new();
        let mut token = String::new();
        loop {
            let url = format!("{}/v1/{list}?rowCount=100{token}", self.severa.url());
            let response = self.http.get(url).bearer_auth(&self.token).send().await.unwrap();
            let next = response.headers().get("nextpagetoken").map(|t| t.to_str().unwrap().to_owned());
            let text = response.text().await.unwrap();
            let rows: Vec<Value> = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{list}: {e}: {text}"));
            found.extend(rows.into_iter().filter(|row| row.pointer(pointer) == Some(&value)));
            match next.filter(|next| !next.is_empty()) {
                Some(next) => token = format!("&pageToken={next}"),
                None => return found,
            }
        }
    }

    /// The only one of them.
    pub async fn one(&self, list: &str, pointer: &str, value: impl Into<Value>) -> Value {
        let value = value.into();
        let mut found = self.severa(list, pointer, value.clone()).await;
        assert_eq!(found.len(), 1, "{list} {pointer} {value}: {found:#?}");
        found.remove(0)
    }

    /// The rows of a query of Visma Business, all values as text.
    pub async fn rows(&mut self, sql: &str) -> Vec<Vec<String>> {
        let rows = self
            .sql
            .simple_query(sql)
            .await
            .unwrap()
            .into_first_result()
            .await
            .unwrap_or_else(|e| panic!("{e}: {sql}"));
        rows.into_iter().map(|row| row.into_iter().map(|value| shown(&value)).collect()).collect()
    }

    /// The only row.
    pub async fn row(&mut self, sql: &str) -> Vec<String> {
        let mut rows = self.rows(sql).await;
        assert_eq!(rows.len(), 1, "{sql}: {rows:?}");
        rows.remove(0)
    }

    pub async fn count(&mut self, table_and_filter: &str) -> usize {
        self.row(&format!("SELECT COUNT(*) FROM {table_and_filter}")).await.remove(0).parse().unwrap()
    }

    /// A row as Visma Business' client would add it, stamped by the server's clock.
    pub async fn insert(&mut self, table: &str, columns: &[(&str, SqlText<'_>)]) {
        let (names, values): (Vec<_>, Vec<_>) = columns.iter().map(|(name, value)| (*name, value.to_string())).unzip();
        let (dates, times) = (["ChDt", "ChTm", "ChTmms", "CreDt", "CreTm"], stamp());
        let sql = format!(
            "INSERT INTO {table} ({}, {}) VALUES ({}, {})",
            names.join(", "),
            dates.join(", "),
            values.join(", "),
            times.join(", "),
        );
        self.execute(&sql).await;
    }

    /// A change as Visma Business' client would make it.
    pub async fn update(&mut self, table: &str, set: &str, filter: &str) {
        let [day, minute, millis, ..] = stamp();
        let sql = format!("UPDATE {table} SET {set}, ChDt = {day}, ChTm = {minute}, ChTmms = {millis} WHERE {filter}");
        let rows = self.execute(&sql).await;
        assert!(rows > 0, "{sql} changed nothing");
    }

    async fn execute(&mut self, sql: &str) -> u64 {
        self.sql.execute(sql, &[]).await.unwrap_or_else(|e| panic!("{e}: {sql}")).total()
    }

    /// A record of Severa, made in its own screens; answers its GUID.
    pub fn make(&self, table: &str, members: Value) -> String {
        self.world.create(table, json_of(&members)).unwrap_or_else(|fault| panic!("{fault:?}: {members}"))
    }

    /// Changes a record in Severa's own screens.
    pub fn edit(&self, table: &str, guid: &str, members: Value) {
        self.world.edit(table, guid, json_of(&members)).unwrap_or_else(|fault| panic!("{fault:?}: {members}"));
    }

    /// The GUID of the record whose member holds that text or number.
    pub fn guid(&self, table: &str, member: &str, value: &str) -> String {
        self.world.find(table, member, value).unwrap_or_else(|| panic!("no {table} with {member} {value}"))
    }

    /// `{"guid": …}` of it.
    pub fn link(&self, table: &str, member: &str, value: &str) -> Value {
        json!({ "guid": self.guid(table, member, value) })
    }
}

/// A literal of SQL.
pub enum SqlText<'a> {
    Number(i64),
    Text(&'a str),
}

impl std::fmt::Display for SqlText<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SqlText::Number(number) => write!(f, "{number}"),
            SqlText::Text(text) => write!(f, "N'{}'", text.replace('\'', "''")),
        }
    }
}

impl From<i64> for SqlText<'_> {
    fn from(number: i64) -> Self {
        SqlText::Number(number)
    }
}

impl<'a> From<&'a str> for SqlText<'a> {
    fn from(text: &'a str) -> Self {
        SqlText::Text(text)
    }
}

/// Day, minute and millisecond of the change, and day and minute of the making, in the server's zone.
fn stamp() -> [String; 5] {
    let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::get("Europe/Oslo").unwrap());
    let millis = ((i64::from(now.hour()) * 60 + i64::from(now.minute())) * 60 + i64::from(now.second())) * 1_000
        + i64::from(now.millisecond());
    let (day, minute) = (now.strftime("%Y%m%d").to_string(), now.strftime("%-H%M").to_string());
    [day.clone(), minute.clone(), millis.to_string(), day, minute]
}

fn sql_value(value: &SeedValue) -> SqlValue {
    match value {
        SeedValue::Int(number) => SqlValue::Int(*number),
        SeedValue::Text(text) => SqlValue::Text(text.clone()),
        SeedValue::Decimal(number) => SqlValue::Decimal(*number),
    }
}

fn json_of(value: &Value) -> Json {
    Json::parse(&value.to_string()).unwrap()
}

fn shown(value: &ColumnData<'_>) -> String {
    match value {
        ColumnData::U8(Some(n)) => n.to_string(),
        ColumnData::I16(Some(n)) => n.to_string(),
        ColumnData::I32(Some(n)) => n.to_string(),
        ColumnData::I64(Some(n)) => n.to_string(),
        ColumnData::Bit(Some(b)) => u8::from(*b).to_string(),
        ColumnData::Numeric(Some(n)) => n.to_string().trim_end_matches('0').trim_end_matches('.').to_owned(),
        ColumnData::String(Some(text)) => text.trim_end().to_owned(),
        _ => String::new(),
    }
}
