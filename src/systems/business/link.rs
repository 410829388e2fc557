//! One connection: statements go in, result sets or a [`Fault`] come out.

use super::agreed::{Traffic, Watched};
use super::fault::Fault;
use super::raw::Raw;
use super::statements::{Param, Statement};
use crate::systems::meter::{Meter, Route};
use jiff::civil::DateTime;
use std::borrow::Cow;
use std::time::Duration;
use tiberius::{Client, ColumnData, Query};
use tokio_util::compat::Compat;

/// A row of an answer.
pub(super) type Cells = Vec<Cell>;

/// A value as the server sent it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Plain(Raw),
    Moment(DateTime),
    Guid(String),
    /// A type that no column of ours may have; its name.
    Foreign(&'static str),
}

impl Cell {
    pub fn int(&self) -> Option<i64> {
        match self {
            Cell::Plain(Raw::Int(value)) => Some(*value),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Cell::Plain(Raw::Text(text)) | Cell::Guid(text) => Some(text),
            _ => None,
        }
    }

    pub fn moment(&self) -> Option<DateTime> {
        match self {
            Cell::Moment(moment) => Some(*moment),
            _ => None,
        }
    }
}

/// A connection that is logged in.
pub(super) struct Link {
    client: Client<Compat<Watched>>,
    /// Whether everything after the login is encrypted.
    pub encrypted: bool,
    timeout: Duration,
    /// What was asked of the server since it was last counted.
    pub requests: u64,
    /// The same by statement and table.
    pub meter: Meter,
    traffic: Traffic,
}

impl Link {
    pub fn new(client: Client<Compat<Watched>>, encrypted: bool, timeout: Duration, traffic: Traffic) -> Self {
        Self { client, encrypted, timeout, requests: 0, meter: Meter::default(), traffic }
    }

    fn count(&mut self, sql: &str, before: (u64, u64), rows: usize) {
        self.requests += 1;
        let (out, into) = self.traffic.bytes();
        let (bytes_out, bytes_in) = (out.saturating_sub(before.0), into.saturating_sub(before.1));
        self.meter.count(route(sql), Route { requests: 1, rows: rows as u64, bytes_out, bytes_in });
    }

    /// Runs a statement with its parameters and answers the rows of its last result set.
    ///
    /// After [`Fault::Lost`] the connection must be dropped: it may still be inside a transaction,
    /// or about to read the answer to this statement as that to the next.
    pub async fn run(&mut self, statement: &Statement) -> Result<Vec<Cells>, Fault> {
        let before = self.traffic.bytes();
        tracing::trace!(sql = statement.sql, "statement");
        let mut query = Query::new(statement.sql.as_str());
        for param in &statement.params {
            match param {
                Param::Int(value) => query.bind(*value),
                Param::Decimal(value) => query.bind(*value),
                Param::Text(value) => query.bind(Cow::Borrowed(value.as_str())),
            }
        }
        let answer = async { query.query(&mut self.client).await?.into_results().await };
        let results = timed(self.timeout, answer).await;
        let rows = results.as_ref().ok().and_then(|sets| sets.last()).map_or(0, Vec::len);
        self.count(&statement.sql, before, rows);
        Ok(cells(results?))
    }

    /// Runs a batch without parameters outside `sp_executesql`, so that its settings and transactions last.
    pub async fn batch(&mut self, sql: &str) -> Result<Vec<Cells>, Fault> {
        let before = self.traffic.bytes();
        tracing::trace!(sql, "batch");
        let client = &mut self.client;
        let answer = async { client.simple_query(sql).await?.into_results().await };
        let results = timed(self.timeout, answer).await;
        let rows = results.as_ref().ok().and_then(|sets| sets.last()).map_or(0, Vec::len);
        self.count(sql, before, rows);
        Ok(cells(results?))
    }
}

/// The rows of the last result set.
fn cells(results: Vec<Vec<tiberius::Row>>) -> Vec<Cells> {
    let last = results.into_iter().next_back().unwrap_or_default();
    last.into_iter().map(|row| row.into_iter().map(cell).collect()).collect()
}

/// What a statement does to which table: `INSERT FreeInf1`.
fn route(sql: &str) -> String {
    let verb = sql.split_whitespace().next().unwrap_or_default();
    let table = sql.split_once("dbo.[").and_then(|(_, rest)| rest.split_once(']')).map(|(table, _)| table);
    match table {
        Some(table) => format!("{verb} {table}"),
        None => verb.to_owned(),
    }
}

/// The wire's own time, not the run's: a simulated clock cannot make a socket faster.
async fn timed<T>(limit: Duration, answer: impl Future<Output = tiberius::Result<T>>) -> Result<T, Fault> {
    match tokio::time::timeout(limit, answer).await {
        Ok(answered) => answered.map_err(Fault::of),
        Err(_) => Err(Fault::Lost(format!("no answer within {} s", limit.as_secs()))),
    }
}

fn cell(data: ColumnData<'static>) -> Cell {
    let int = |value: Option<i64>| Cell::Plain(value.map_or(Raw::Nothing, Raw::Int));
    match data {
        ColumnData::U8(value) => int(value.map(i64::from)),
        ColumnData::I16(value) => int(value.map(i64::from)),
        ColumnData::I32(value) => int(value.map(i64::from)),
        ColumnData::I64(value) => int(value),
        ColumnData::Bit(value) => int(value.map(i64::from)),
        ColumnData::Numeric(None) | ColumnData::String(None) => Cell::Plain(Raw::Nothing),
        ColumnData::Numeric(Some(value)) => {
            // A decimal has up to 38 digits, ours 28: what does not fit is told apart, never rounded.
            match rust_decimal::Decimal::try_from_i128_with_scale(value.value(), u32::from(value.scale())) {
                Ok(decimal) => Cell::Plain(Raw::Decimal(decimal.normalize())),
                Err(_) => Cell::Foreign("decimal of more than 28 digits"),
            }
        }
        ColumnData::String(Some(text)) => Cell::Plain(Raw::Text(text.trim_end().to_owned())),
        ColumnData::Guid(Some(guid)) => Cell::Guid(guid.to_string()),
        ColumnData::DateTime2(Some(moment)) => {
            moment_of(moment).map_or(Cell::Foreign("datetime2 out of range"), Cell::Moment)
        }
        ColumnData::Guid(None) | ColumnData::DateTime2(None) => Cell::Plain(Raw::Nothing),
        ColumnData::F32(_) | ColumnData::F64(_) => Cell::Foreign("float or money"),
        ColumnData::Binary(_) => Cell::Foreign("binary"),
        ColumnData::Xml(_) => Cell::Foreign("xml"),
        _ => Cell::Foreign("date or time"),
    }
}

fn moment_of(moment: tiberius::time::DateTime2) -> Option<DateTime> {
    let days = jiff::Span::new().try_days(i64::from(moment.date().days())).ok()?;
    let date = jiff::civil::Date::constant(1, 1, 1).checked_add(days).ok()?;
    let time = moment.time();
    let nanoseconds = i64::try_from(time.increments())
        .ok()?
        .checked_mul(10i64.checked_pow(9u32.checked_sub(u32::from(time.scale()))?)?)?;
    date.to_datetime(jiff::civil::Time::midnight()).checked_add(jiff::SignedDuration::from_nanos(nanoseconds)).ok()
}
