//! Rows of Visma Business's company as plain data, with its habits: dates as yyyymmdd, 0 and blank for "unset".

use super::Maker;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

/// A row of a table; columns that are not named have their defaults (0, blank).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedRow {
    pub table: &'static str,
    pub columns: Vec<(&'static str, SeedValue)>,
}

/// A column's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeedValue {
    Int(i64),
    Text(String),
    Decimal(Decimal),
}

impl From<i64> for SeedValue {
    fn from(value: i64) -> Self {
        SeedValue::Int(value)
    }
}

impl From<&str> for SeedValue {
    fn from(value: &str) -> Self {
        SeedValue::Text(value.to_owned())
    }
}

impl From<String> for SeedValue {
    fn from(value: String) -> Self {
        SeedValue::Text(value)
    }
}

impl From<Decimal> for SeedValue {
    fn from(value: Decimal) -> Self {
        SeedValue::Decimal(value)
    }
}

impl SeedRow {
    /// The column's value, where it is named.
    pub fn get(&self, column: &str) -> Option<&SeedValue> {
        self.columns.iter().find(|(name, _)| *name == column).map(|(_, value)| value)
    }
}

impl Maker {
    /// Adds a row with the stamps of a user's work in the client. Stamps are the server's local time without a zone.
    pub(super) fn row<const N: usize>(&mut self, table: &'static str, columns: [(&'static str, SeedValue); N]) {
        let local = self.tick().to_zoned(zone());
        let day = i64::from(local.year()) * 10_000 + i64::from(local.month()) * 100 + i64::from(local.day());
        let time = i64::from(local.hour()) * 100 + i64::from(local.minute());
        let millis =
            (i64::from(local.hour()) * 60 + i64::from(local.minute())) * 60_000 + i64::from(local.second()) * 1_000;
        let mut columns: Vec<(&'static str, SeedValue)> = columns.into();
        for (name, value) in [("ChDt", day), ("ChTm", time), ("ChTmms", millis), ("CreDt", day), ("CreTm", time)] {
            if !columns.iter().any(|(known, _)| *known == name) {
                columns.push((name, value.into()));
            }
        }
        columns.push(("ChUsr", "system".into()));
        columns.push(("CreUsr", "system".into()));
        self.rows.push(SeedRow { table, columns });
    }

    /// Adds a row of Actor with the next `ActNo`, which it answers.
    pub(super) fn actor<const N: usize>(&mut self, columns: [(&'static str, SeedValue); N]) -> i64 {
        let number = self.actor;
        self.actor += 1;
        self.row("Actor", columns);
        if let Some(row) = self.rows.last_mut() {
            row.columns.insert(0, ("ActNo", number.into()));
        }
        number
    }
}

/// The company's server stands in Norway.
fn zone() -> TimeZone {
    TimeZone::get("Europe/Oslo").unwrap_or(TimeZone::UTC)
}

/// The number of a country by its two letters: Visma Business's numbers look like telephone prefixes.
pub fn country(code2: &str) -> i64 {
    match code2 {
        "DK" => 45,
        "SE" => 46,
        "DE" => 49,
        "FI" => 358,
        _ => 47,
    }
}

/// The number of a currency by its ISO code. GUESS, but for SEK's 46.
pub fn currency(code: &str) -> i64 {
    match code {
        "DKK" => 45,
        "SEK" => 46,
        "EUR" => 978,
        _ => 47,
    }
}
