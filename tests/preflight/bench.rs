//! Both sandbox systems on sockets, a project over them, and the program run in it.

use jiff::tz::TimeZone;
use samband::sandbox::business::{BusinessServer, Clock, Company, Encryption, Login, Options, SqlValue};
use samband::sandbox::seed::{Seed, SeedValue, Size, seed};
use samband::sandbox::severa::{self, Json, SeveraServer, World, object, system_clock};
use samband::sandbox::{business, seed as seeding};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// What a test may change before both systems are served.
pub struct Setup {
    pub world: World,
    pub company: Company,
    pub severa: severa::Options,
    pub business: Options,
    pub settings: String,
    /// The project's own mapping, where it has one.
    pub mapping: Option<String>,
}

impl Setup {
    /// Changes Severa's record that holds this text or number, past the server's own rules.
    pub fn put<const N: usize>(&self, table: &str, path: &str, value: &str, members: [(&str, Json); N]) {
        let guid = self.world.find(table, path, value).unwrap_or_else(|| panic!("no {table} with {path} {value}"));
        self.world.put(table, object([("guid", guid.as_str().into())]));
        for (name, value) in members {
            self.world.put(table, object([("guid", guid.as_str().into()), (name, value)]));
        }
    }

    /// Carries out Transact-SQL in the company, as its owner; it must touch something.
    pub fn sql(&self, sql: &str) {
        let touched = self.company.execute(sql, &[]).unwrap_or_else(|e| panic!("{sql}: {}", e.message));
        assert!(touched > 0, "{sql}");
    }

    pub fn settings(&mut self, from: &str, to: &str) {
        assert!(self.settings.contains(from), "{from}");
        self.settings = self.settings.replace(from, to);
    }
}

pub struct Bench {
    pub folder: tempfile::TempDir,
    pub severa: severa::Running,
    pub business: business::Running,
}

pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {}{}", self.out, self.err))
    }
}

/// The local time of the server, so many hours off.
pub fn oslo(hours: i64) -> Clock {
    let zone = TimeZone::get("Europe/Oslo").expect("the zone");
    Clock::new(move || {
        let now = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(hours);
        now.to_zoned(zone.clone()).datetime()
    })
}

const SETTINGS: &str = "\
mapping: MAPPING
environment: secrets.env
severa:
  url: SEVERA
  client_id: sandbox
  client_secret: { env: SEVERA_CLIENT_SECRET }
  requests_per_second: 1000
business:
  server: BUSINESS
  database: F0001
  user: samband
  password: { env: VB_PASSWORD }
  encrypt: required
  ca_certificate: ca.pem
  time_zone: Europe/Oslo
  series: { CustNo: 10000..19999 }
settings:
  master: severa
  Project:
    default_owner: ingrid.solberg@example.no
    won_status: Order
  Invoice:
    status_to_send: Ready for transfer
    transferred: Transferred
    sent: Sent
    paid: Paid
    failed: Error
  TravelExpense: { group: 90 }
  WorkType: { group: 91 }
  PurchaseCost: { accounts: [4300..4999] }
start_date: 2026-01-01
state: state.db
";

impl Bench {
    /// The data of the demo's story, and what `change` makes of them.
    pub async fn start(change: impl FnOnce(&mut Setup)) -> Bench {
        let Seed { world, business } = seed(Size::Small, 1, system_clock());
        let company = Company::temporary().expect("a company");
        for row in &business {
            insert(&company, row);
        }
        let mut setup = Setup {
            world,
            company,
            severa: severa::Options { rate_limit: None, ..severa::Options::default() },
            business: Options {
                logins: vec![Login::owner("samband", "secret")],
                clock: oslo(0),
                encryption: Encryption::Required,
                ..Options::default()
            },
            settings: SETTINGS.to_owned(),
            mapping: None,
        };
        change(&mut setup);
        let secret = setup.severa.client_secret.clone();
        let severa = SeveraServer::start(setup.world, setup.severa, "127.0.0.1:0").await.expect("Severa");
        let business = BusinessServer::start(setup.company, setup.business).await.expect("Visma Business");
        let folder = tempfile::tempdir().expect("a folder");
        let mapping = if setup.mapping.is_some() { "own" } else { "standard" };
        let settings = setup
            .settings
            .replace("MAPPING", mapping)
            .replace("SEVERA\n", &format!("{}\n", severa.url()))
            .replace("BUSINESS\n", &format!("{}\n", business.addr()));
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
        write("samband.yaml", &settings);
        write("secrets.env", &format!("SEVERA_CLIENT_SECRET={secret}\nVB_PASSWORD=secret\n"));
        write("ca.pem", business.certificate_pem());
        if let Some(mapping) = &setup.mapping {
            write("own.mapping", mapping);
        }
        Bench { folder, severa, business }
    }

    /// `samband preflight` in the project's folder.
    pub fn preflight(&self, args: &[&str]) -> Ran {
        tokio::task::block_in_place(|| preflight(self.folder.path(), args))
    }
}

pub fn preflight(folder: &Path, args: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_samband"));
    command.arg("preflight").args(args).current_dir(folder).env_remove("SAMBAND_LOG");
    let output = command.output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

fn insert(company: &Company, row: &seeding::SeedRow) {
    let value = |value: &SeedValue| match value {
        SeedValue::Int(number) => SqlValue::Int(*number),
        SeedValue::Text(text) => SqlValue::Text(text.clone()),
        SeedValue::Decimal(number) => SqlValue::Decimal(*number),
    };
    let values: Vec<_> = row.columns.iter().map(|(name, held)| (*name, value(held))).collect();
    company.insert(row.table, &values).unwrap_or_else(|e| panic!("{}: {}", row.table, e.message));
}

/// A section of the JSON document.
pub fn section<'a>(document: &'a Value, check: &str) -> &'a Value {
    let sections = document["sections"].as_array().expect("sections");
    sections.iter().find(|s| s["check"] == check).unwrap_or_else(|| panic!("no section {check}"))
}

/// A section's findings as `entity side key name: what`.
pub fn findings(document: &Value, check: &str) -> Vec<String> {
    let findings = section(document, check)["findings"].as_array().expect("findings");
    let text = |f: &Value, name: &str| f[name].as_str().unwrap_or_default().to_owned();
    let line = |f: &Value| {
        let head = ["entity", "side", "key", "name"].map(|name| text(f, name)).join(" ");
        format!("{head}: {}", text(f, "what"))
    };
    findings.iter().map(line).collect()
}
