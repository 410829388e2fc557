//! The settings of a mapping project: `samband.yaml`.
//!
//! Everything is typed and has its place in the file. Reading never fails: what cannot be used is
//! left out and said in the diagnostics. Paths are kept as written, relative to the file's folder.

mod locate;
mod mask;
mod node;
mod reader;
mod secret;
mod sections;
mod units;

use crate::diag::Diagnostic;
use crate::model::Given;
use crate::source::{FileId, Sources, Span, Spanned};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use std::ops::RangeInclusive;
use std::time::Duration;

pub use secret::{Environment, NoSecret, SecretRef};
pub use units::{ServerAddress, Share};

/// The name of the settings file.
pub const FILE_NAME: &str = "samband.yaml";
/// Where Severa's interface is, unless the settings say otherwise (Severa's own documentation).
pub const SEVERA_URL: &str = "https://api.severa.visma.com/rest-api";

/// All of samband.yaml.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The mapping to run: one of the folder, or `standard`.
    pub mapping: Option<Spanned<String>>,
    /// `KEY=VALUE` lines that `{ env: NAME }` looks into before the process environment.
    pub environment: Option<Spanned<String>>,
    pub severa: Option<Severa>,
    pub business: Option<Business>,
    /// The mapping's own settings, for the model to type.
    pub settings: Vec<Given>,
    /// The key they stand below, or else the one that names the mapping.
    pub settings_at: Option<Span>,
    /// Older hours, invoices and costs stay out.
    pub start_date: Option<Date>,
    pub limits: Limits,
    pub schedule: Option<Schedule>,
    /// The state file; `state.db` unless given.
    pub state: Option<Spanned<String>>,
    /// How long personal data stay in the history.
    pub history_keep: Option<Duration>,
    pub log: Option<Log>,
    pub notify: Option<Notify>,
}

/// How Severa is reached.
#[derive(Debug, Clone)]
pub struct Severa {
    pub url: Spanned<String>,
    pub client_id: ClientId,
    pub client_secret: SecretRef,
    /// How long a request of ours may still be at work there after we lost sight of it.
    pub settle_time: Option<Duration>,
    /// Our share of the tenant's quota of ten requests a second.
    pub requests_per_second: Option<u32>,
    /// Rows asked for in one page. Severa's documents name 100 as the most, its support article 1,000; each page is
    /// one request of the quota.
    pub page_size: Option<u32>,
    /// How far before the watermark a listing begins.
    pub overlap: Option<Duration>,
    pub span: Span,
}

/// An identifier that is no secret by itself, and may be kept like one.
#[derive(Debug, Clone)]
pub enum ClientId {
    Plain(String),
    Kept(SecretRef),
}

/// How the Visma Business company is reached.
#[derive(Debug, Clone)]
pub struct Business {
    pub server: Spanned<ServerAddress>,
    pub database: Spanned<String>,
    pub login: Login,
    pub encrypt: Encrypt,
    /// Take any certificate: for tests only.
    pub trust_certificate: bool,
    /// A certificate (PEM) to trust besides those of the operating system.
    pub ca_certificate: Option<Spanned<String>>,
    /// The zone of the server's clock: Visma Business keeps local time without a zone.
    pub time_zone: TimeZone,
    /// The ISO code of the company's own currency, for amounts and prices in it.
    pub currency: Option<String>,
    /// Column and the numbers that we may give out for it: `CustNo: 10000..19999`.
    pub series: Vec<(Spanned<String>, RangeInclusive<i64>)>,
    pub settle_time: Option<Duration>,
    pub overlap: Option<Duration>,
    /// What we write into `ChUsr`.
    pub change_user: Option<String>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub enum Login {
    Password {
        user: String,
        password: SecretRef,
    },
    /// The Windows account of the process.
    Windows,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encrypt {
    Off,
    /// If the server can.
    On,
    #[default]
    Required,
}

/// What a run may change at most; without a limit, anything.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    pub changes: Option<u64>,
    /// Of the linked records of an entity.
    pub share: Option<Share>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    pub every: Duration,
    /// No runs from the first time to the second, which may lie on the next day.
    pub quiet: Option<(Time, Time)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Log {
    pub dir: Option<Spanned<String>>,
    /// Files kept.
    pub keep: Option<u32>,
}

#[derive(Debug, Clone)]
pub struct Notify {
    pub webhook: SecretRef,
    pub on: Vec<Event>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    Failed,
    Held,
    Done,
}

/// Adds a settings file to the sources, its secrets in plain text blanked first, so that nothing
/// that prints sources can show one.
pub fn add(sources: &mut Sources, name: impl Into<String>, text: &str) -> FileId {
    sources.add(name, mask::masked(text))
}

/// Reads a settings file that [`add`] has added.
pub fn read(sources: &Sources, file: FileId) -> (Settings, Vec<Diagnostic>) {
    let text = mask::for_parser(&sources.get(file).text);
    let (settings, mut diagnostics) = sections::read(file, &text);
    crate::diag::tidy(&mut diagnostics);
    (settings, diagnostics)
}

impl Settings {
    /// The state file, relative to the settings file's folder.
    pub fn state_file(&self) -> &str {
        self.state.as_ref().map_or("state.db", |s| &s.value)
    }
}

#[cfg(test)]
mod tests;
