//! Statements with parameters, and rows by the names of their columns.

use super::Refusal;
use crate::sandbox::seed::SeedValue;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::collections::BTreeMap;
use tiberius::{Client, ColumnData, Query};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::compat::Compat;

/// What carries a connection: a socket, or one end of a pipe.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection to a company.
pub type Sql<S> = Client<Compat<S>>;

/// A row to write: its columns and their values.
pub(super) type Columns = Vec<(String, SeedValue)>;

/// A row that was read. What it has no column for is 0 and blank, as everywhere in Visma Business.
#[derive(Debug, Clone, Default)]
pub(super) struct Record(BTreeMap<String, SeedValue>);

impl Record {
    pub fn int(&self, name: &str) -> i64 {
        match self.0.get(name) {
            Some(SeedValue::Int(number)) => *number,
            _ => 0,
        }
    }

    pub fn decimal(&self, name: &str) -> Decimal {
        match self.0.get(name) {
            Some(SeedValue::Decimal(number)) => *number,
            Some(SeedValue::Int(number)) => Decimal::from(*number),
            _ => Decimal::ZERO,
        }
    }

    pub fn text(&self, name: &str) -> String {
        match self.0.get(name) {
            Some(SeedValue::Text(text)) => text.trim_end().to_owned(),
            _ => String::new(),
        }
    }

    /// The organisational units that it carries.
    pub fn units(&self) -> Columns {
        let unit = |n| {
            let name = format!("R{n}");
            let value = self.0.get(&name)?;
            let blank =
                matches!(value, SeedValue::Int(0)) || matches!(value, SeedValue::Text(t) if t.trim().is_empty());
            (!blank).then(|| (name, value.clone()))
        };
        (1..=12).filter_map(unit).collect()
    }

    /// All its columns but these.
    pub fn without(&self, names: &[&str]) -> Columns {
        self.0.iter().filter(|(n, _)| !names.contains(&n.as_str())).map(|(n, v)| (n.clone(), v.clone())).collect()
    }
}

/// Rows of a query whose parameters are `@P1`, `@P2`…
pub(super) async fn rows<S: Stream>(
    sql: &mut Sql<S>,
    text: &str,
    values: &[SeedValue],
) -> Result<Vec<Record>, Refusal> {
    let answer = async { bound(text, values).query(sql).await?.into_first_result().await };
    let rows = answer.await.map_err(failed)?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let names: Vec<String> = row.columns().iter().map(|c| c.name().to_owned()).collect();
            Record(names.into_iter().zip(row).filter_map(|(name, data)| Some((name, plain(data)?))).collect())
        })
        .collect())
}

/// The one row of a query.
pub(super) async fn row<S: Stream>(
    sql: &mut Sql<S>,
    text: &str,
    values: &[SeedValue],
) -> Result<Option<Record>, Refusal> {
    Ok(rows(sql, text, values).await?.into_iter().next())
}

/// The one number of a query that calls it `n`.
pub(super) async fn number<S: Stream>(sql: &mut Sql<S>, text: &str, values: &[SeedValue]) -> Result<i64, Refusal> {
    Ok(row(sql, text, values).await?.unwrap_or_default().int("n"))
}

pub(super) async fn execute<S: Stream>(sql: &mut Sql<S>, text: &str, values: &[SeedValue]) -> Result<(), Refusal> {
    bound(text, values).execute(sql).await.map(drop).map_err(failed)
}

pub(super) async fn insert<S: Stream>(
    sql: &mut Sql<S>,
    table: &str,
    columns: &[(String, SeedValue)],
) -> Result<(), Refusal> {
    let names: Vec<String> = columns.iter().map(|(name, _)| format!("[{name}]")).collect();
    let places: Vec<String> = (1..=columns.len()).map(|n| format!("@P{n}")).collect();
    let text = format!("INSERT INTO dbo.[{table}] ({}) VALUES ({})", names.join(", "), places.join(", "));
    let values: Vec<SeedValue> = columns.iter().map(|(_, value)| value.clone()).collect();
    execute(sql, &text, &values).await
}

/// Changes the rows that a condition names; its parameters come after those of the columns, `{1}` being its first.
pub(super) async fn update<S: Stream>(
    sql: &mut Sql<S>,
    table: &str,
    columns: &[(String, SeedValue)],
    condition: &str,
    values: &[SeedValue],
) -> Result<(), Refusal> {
    let sets: Vec<String> =
        columns.iter().enumerate().map(|(n, (name, _))| format!("[{name}] = @P{}", n + 1)).collect();
    let condition = (1..=values.len())
        .fold(condition.to_owned(), |text, n| text.replace(&format!("{{{n}}}"), &format!("@P{}", columns.len() + n)));
    let all: Vec<SeedValue> = columns.iter().map(|(_, value)| value.clone()).chain(values.iter().cloned()).collect();
    execute(sql, &format!("UPDATE dbo.[{table}] SET {} WHERE {condition}", sets.join(", ")), &all).await
}

/// Begins the transaction; answers the server's time.
pub(super) async fn begin<S: Stream>(sql: &mut Sql<S>) -> Result<DateTime, Refusal> {
    let begun = async { sql.simple_query("SET XACT_ABORT ON; BEGIN TRANSACTION").await?.into_results().await };
    begun.await.map_err(failed)?;
    let now = async { sql.simple_query("SELECT SYSDATETIME()").await?.into_row().await };
    let row = now.await.map_err(failed)?;
    let moment = row.into_iter().flatten().find_map(|data| match data {
        ColumnData::DateTime2(Some(moment)) => moment_of(moment),
        _ => None,
    });
    moment.ok_or_else(|| Refusal::new("the server's clock answered no time", ""))
}

/// Keeps what was done, or nothing of it.
pub(super) async fn end<S: Stream, T>(sql: &mut Sql<S>, outcome: Result<T, Refusal>) -> Result<T, Refusal> {
    let last = if outcome.is_ok() { "COMMIT TRANSACTION" } else { "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION" };
    let ended = async { sql.simple_query(last).await?.into_results().await };
    match ended.await {
        Err(error) if outcome.is_ok() => Err(failed(error)),
        _ => outcome,
    }
}

/// A day as Visma Business writes it.
pub(super) fn day(date: Date) -> i64 {
    i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day())
}

/// The stamps of a change made now, and of a creation too if it is one.
pub(super) fn stamps(now: DateTime, creates: bool) -> Columns {
    let minute = i64::from(now.hour()) * 100 + i64::from(now.minute());
    let seconds = i64::from(now.hour()) * 3_600 + i64::from(now.minute()) * 60 + i64::from(now.second());
    let milliseconds = seconds * 1_000 + i64::from(now.millisecond());
    let mut stamps = vec![
        ("ChDt", day(now.date()).into()),
        ("ChTm", minute.into()),
        ("ChTmms", milliseconds.into()),
        ("ChUsr", "accountant".into()),
    ];
    if creates {
        stamps.extend([("CreDt", day(now.date()).into()), ("CreTm", minute.into()), ("CreUsr", "accountant".into())]);
    }
    named(stamps)
}

/// Columns by plain names.
pub(super) fn named(columns: Vec<(&str, SeedValue)>) -> Columns {
    columns.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn bound<'t>(text: &'t str, values: &'t [SeedValue]) -> Query<'t> {
    let mut query = Query::new(text);
    for value in values {
        match value {
            SeedValue::Int(number) => query.bind(*number),
            SeedValue::Decimal(number) => query.bind(*number),
            SeedValue::Text(text) => query.bind(Cow::Borrowed(text.as_str())),
        }
    }
    query
}

fn plain(data: ColumnData<'static>) -> Option<SeedValue> {
    Some(match data {
        ColumnData::U8(Some(n)) => i64::from(n).into(),
        ColumnData::I16(Some(n)) => i64::from(n).into(),
        ColumnData::I32(Some(n)) => i64::from(n).into(),
        ColumnData::I64(Some(n)) => n.into(),
        ColumnData::Numeric(Some(n)) => {
            Decimal::try_from_i128_with_scale(n.value(), u32::from(n.scale())).ok()?.normalize().into()
        }
        ColumnData::String(Some(text)) => text.into_owned().into(),
        _ => return None,
    })
}

fn moment_of(moment: tiberius::time::DateTime2) -> Option<DateTime> {
    let date = Date::constant(1, 1, 1).checked_add(i64::from(moment.date().days()).days()).ok()?;
    let scale = 9u32.checked_sub(u32::from(moment.time().scale()))?;
    let nanoseconds = i64::try_from(moment.time().increments()).ok()?.checked_mul(10i64.checked_pow(scale)?)?;
    date.at(0, 0, 0, 0).checked_add(nanoseconds.nanoseconds()).ok()
}

fn failed(error: tiberius::error::Error) -> Refusal {
    match error {
        tiberius::error::Error::Server(token) => {
            Refusal::new(format!("Visma Business refused it: {} ({})", token.message().trim_end(), token.code()), "")
        }
        other => Refusal::new(format!("the connection to Visma Business broke: {other}"), "try again"),
    }
}
