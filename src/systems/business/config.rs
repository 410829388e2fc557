//! What the adapter must be told: where the company is, as whom, and by which rules.

use crate::systems::Secret;
use crate::systems::error::{ErrorKind, SystemError};
use crate::value::Side;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

/// The settings of one Visma Business company on one SQL Server.
#[derive(Debug, Clone)]
pub struct BusinessConfig {
    /// `host:port`, `host` (port 1433) or `host\instance` (SQL Server Browser is asked for the port).
    pub server: String,
    /// The company database: `F0001`.
    pub database: String,
    pub login: Login,
    pub encrypt: Encrypt,
    /// Accepts any certificate; not together with `ca_certificate`.
    pub trust_certificate: bool,
    /// A PEM or DER file with the authority that signed the server's certificate.
    pub ca_certificate: Option<PathBuf>,
    /// The zone of the server's clock: change stamps are its local time (NXT docs).
    pub time_zone: TimeZone,
    /// What goes into `ChUsr` and `CreUsr`, cut to 20 characters.
    pub change_user: String,
    /// From which numbers a column is given (`CustNo`, or `R2.RNo` for one table's column); a column that is not here takes the next after its highest.
    pub series: BTreeMap<String, RangeInclusive<i64>>,
    /// The ISO code of the company's own currency; without it the currency table tells, if it can.
    pub home_currency: Option<String>,
    /// How far an incremental read looks back behind its watermark.
    pub overlap: Duration,
    /// How long a statement of ours can still be at work after we lost sight of it.
    pub settle_time: Duration,
    /// How long the exchange before the first statement may take, for a server that accepts and then says nothing.
    pub handshake_timeout: Duration,
    /// How long one statement waits for a lock.
    pub lock_timeout: Duration,
    /// How long one statement may take in all.
    pub request_timeout: Duration,
    /// How many rows one read answers.
    pub page_size: u32,
}

/// How to log in.
#[derive(Debug, Clone)]
pub enum Login {
    Sql {
        user: String,
        password: Secret,
    },
    /// The account the program runs as. This build cannot, and says so before it connects.
    Windows,
}

/// Whether the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encrypt {
    /// Only the login, without looking at the certificate.
    Off,
    /// Refused if the server cannot.
    On,
    /// As `On`; the server is also told that it must.
    Required,
}

impl BusinessConfig {
    /// The settings with their defaults: encryption required, nothing trusted, the time zone UTC, no series.
    pub fn new(server: impl Into<String>, database: impl Into<String>, login: Login) -> Self {
        Self {
            server: server.into(),
            database: database.into(),
            login,
            encrypt: Encrypt::Required,
            trust_certificate: false,
            ca_certificate: None,
            time_zone: TimeZone::UTC,
            change_user: "samband".into(),
            series: BTreeMap::new(),
            home_currency: None,
            overlap: Duration::from_secs(120),
            settle_time: Duration::from_secs(60),
            handshake_timeout: Duration::from_secs(20),
            lock_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(60),
            page_size: 1000,
        }
    }

    /// The numbers that a column may be given: its table's own series before the column's.
    pub(super) fn series_of(&self, table: &str, column: &str) -> Option<&RangeInclusive<i64>> {
        let find =
            |name: &str| self.series.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, series)| series);
        find(&format!("{table}.{column}")).or_else(|| find(column))
    }

    /// What can be told to be wrong without a connection.
    pub(super) fn check(&self) -> Result<(), SystemError> {
        let wrong =
            |what: &str, help: &str| Err(SystemError::new(Side::Business, ErrorKind::Unreachable, what).help(help));
        if self.trust_certificate && self.ca_certificate.is_some() {
            return wrong(
                "`trust_certificate` and `ca_certificate` are both set",
                "remove `trust_certificate`: with an authority of its own the certificate is checked",
            );
        }
        match self.login {
            Login::Windows => wrong(
                "this build of samband cannot log in with a Windows account",
                "give `user` and `password` of an SQL Server login in the settings (docs/sql-login.sql makes one)",
            ),
            Login::Sql { .. } => Ok(()),
        }
    }
}

/// Where a server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub host: String,
    pub at: At,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum At {
    Port(u16),
    Instance(String),
}

impl Address {
    /// `None` if the text is no address. A port beside an instance wins, as in Microsoft's clients.
    pub fn parse(server: &str) -> Option<Self> {
        let server = server.trim();
        let server = server.strip_prefix("tcp:").unwrap_or(server);
        let (named, port) = match server.rsplit_once([':', ',']) {
            // Colons inside an IPv6 address do not part a port from it.
            Some((host, port)) if !host.contains(':') || host.ends_with(']') || server.contains(',') => {
                (host, Some(port.trim().parse::<u16>().ok()?))
            }
            _ => (server, None),
        };
        let (host, instance) = match named.split_once('\\') {
            Some((host, instance)) => (host, Some(instance.trim())),
            None => (named, None),
        };
        let host = host.trim().trim_start_matches('[').trim_end_matches(']');
        let host = if matches!(host, "." | "(local)") { "localhost" } else { host };
        let at = match (port, instance) {
            (Some(port), _) => At::Port(port),
            (None, Some(instance)) if !instance.is_empty() => At::Instance(instance.to_owned()),
            (None, Some(_)) => return None,
            (None, None) => At::Port(1433),
        };
        (!host.is_empty()).then(|| Self { host: host.to_owned(), at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let at = |text: &str| Address::parse(text).map(|a| (a.host, a.at));
        assert_eq!(at("sql01"), Some(("sql01".into(), At::Port(1433))));
        assert_eq!(at("sql01.example.local:1435"), Some(("sql01.example.local".into(), At::Port(1435))));
        assert_eq!(at("tcp:sql01,1435"), Some(("sql01".into(), At::Port(1435))));
        assert_eq!(at(r"sql01\VISMA"), Some(("sql01".into(), At::Instance("VISMA".into()))));
        assert_eq!(at(r"sql01\VISMA:1500"), Some(("sql01".into(), At::Port(1500))));
        assert_eq!(at(r".\VISMA"), Some(("localhost".into(), At::Instance("VISMA".into()))));
        assert_eq!(at("[::1]:1433"), Some(("::1".into(), At::Port(1433))));
        assert_eq!(at("fe80::1"), Some(("fe80::1".into(), At::Port(1433))));
        for wrong in ["", ":1433", "sql01:", "sql01:99999", "sql01\\", "sql01:port"] {
            assert_eq!(at(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_tables_own_series_comes_first() {
        let mut config = BusinessConfig::new("s", "F0001", Login::Windows);
        config.series = BTreeMap::from([("RNo".into(), 1..=9), ("r2.rno".into(), 100..=199)]);
        assert_eq!(config.series_of("R2", "RNo"), Some(&(100..=199)));
        assert_eq!(config.series_of("R1", "RNo"), Some(&(1..=9)));
        assert_eq!(config.series_of("Actor", "CustNo"), None);
    }
}
