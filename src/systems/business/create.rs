//! Creating a record: its numbers, its row, our identifier and all its children in one transaction.

use super::columns::{Column, Family, Table};
use super::conditions;
use super::family::{self, Member};
use super::fault::Fault;
use super::key;
use super::link::{Cell, Link};
use super::raw::{self, Raw};
use super::related::{Asker, Related};
use super::shape::{self, Shape};
use super::statements::{self, MOST_PARAMS};
use super::write::{self, Broken};
use super::{Business, BusinessConfig};
use crate::systems::error::{ErrorKind, SystemError};
use crate::systems::{Comparison, Condition, Create, Row, Test};
use crate::value::{Side, Value};
use jiff::civil::DateTime;
use std::collections::BTreeMap;
use std::sync::Arc;

/// SQL Server takes so many rows in one INSERT.
pub(super) const MOST_ROWS: usize = 1_000;

pub(super) async fn create(business: &mut Business, create: &Create) -> Result<Row, SystemError> {
    // All that can be refused is refused before anything is sent.
    let member = family::member(business, create).await?;
    let what = family::failure(&member.table);
    let config = Arc::clone(&business.config);
    let mut attempt = 0;
    loop {
        let mut link = business.take(attempt > 0).await?;
        let outcome = once(&config, &mut link, &member).await;
        match business.settle(link, outcome).await {
            Ok(row) => return Ok(row),
            Err(Broken::Stopped(error)) => return Err(error),
            Err(Broken::Unsure(fault)) => return Err(fault.report_unknown(what)),
            Err(Broken::Undone(fault)) => {
                let number_taken = fault.is_duplicate() && member.takes_numbers();
                let again = number_taken || fault.is_busy() || matches!(fault, Fault::Lost(_));
                if !again || !business.pause(&mut attempt).await {
                    return Err(fault.report(what, ErrorKind::Refused));
                }
            }
        }
    }
}

async fn once(config: &BusinessConfig, link: &mut Link, member: &Member<'_>) -> Result<Row, Broken> {
    let what = family::failure(&member.table);
    let shape = Shape::of(&member.create.select, &member.table)?;
    link.batch(statements::BEGIN).await?;
    let mut now = None;
    for table in member.tables() {
        now = Some(lock(link, table, config, &what).await?);
    }
    let now = now.ok_or_else(|| stopped(&what, "the server's clock answered no time".into()))?;
    if let Some((name, value)) = &member.create.identity
        && let Some(row) = existing(link, &shape, &member.related, name, value, config).await?
    {
        // An earlier request of ours did take effect: this is its row, and its children came with it.
        write::commit(link).await?;
        return Ok(row);
    }
    let mut writer = Writer { config, link, now, last: BTreeMap::new() };
    let values = writer.values(member, &[]).await?;
    writer.link.run(&statements::insert(&member.table, std::slice::from_ref(&values))).await?;
    writer.children(member, &values).await?;
    let row = read_back(link, &shape, &member.related, &key_of(&member.table, &values), config).await?;
    write::commit(link).await?;
    Ok(row)
}

/// One creation at a time among programs of ours; answers the server's time.
pub(super) async fn lock(
    link: &mut Link,
    table: &Table,
    config: &BusinessConfig,
    what: &str,
) -> Result<DateTime, Broken> {
    let locked = link.run(&statements::creation_lock(table, config.lock_timeout)).await?;
    let locked = locked.first().map(Vec::as_slice).unwrap_or_default();
    match locked.first().and_then(Cell::int) {
        Some(0..) => {}
        Some(-3) => return Err(busy(1205, "chosen as the victim of a deadlock").into()),
        Some(-2 | -1) => return Err(busy(1222, "another program of ours is creating records in this table").into()),
        other => return Err(stopped(what, format!("sp_getapplock answered {other:?}")).into()),
    }
    let now = locked.get(1).and_then(Cell::moment);
    Ok(now.ok_or_else(|| stopped(what, "the server's clock answered no time".into()))?)
}

/// Rows on their way in, within a transaction.
pub(super) struct Writer<'w> {
    pub config: &'w BusinessConfig,
    pub link: &'w mut Link,
    pub now: DateTime,
    /// The last number given, by what it is unique within.
    pub last: BTreeMap<String, i64>,
}

/// A row's columns with their values.
pub(super) type Values<'m> = Vec<(&'m Column, Raw)>;

impl Writer<'_> {
    /// The row of a record: what is known of it, the numbers it gets, and the stamps.
    pub async fn values<'m>(&mut self, member: &'m Member<'_>, above: &[(&Column, Raw)]) -> Result<Values<'m>, Broken> {
        let table = &member.table;
        let what = family::failure(table);
        let known = member.columns(above)?;
        let mut values: Values<'m> = Vec::with_capacity(known.len() + 8);
        for name in &member.create.numbers {
            let column = shape::known(table, name)?;
            // A key's last number is counted within the rest of the key: the lines of one order.
            let rest = table.keys.iter().filter(|key| table.is_key(column) && *key != column);
            let within: Values<'m> = rest.filter_map(|key| known.iter().find(|(c, _)| *c == key)).cloned().collect();
            let raw = self.number(table, column, &within, &what).await?;
            values.push((column, raw));
        }
        let stamps = write::stamps(table, self.now, &self.config.change_user, true);
        for (column, raw) in known.into_iter().chain(stamps) {
            if !values.iter().any(|(other, _)| *other == column) {
                values.push((column, raw));
            }
        }
        for key in &table.keys {
            let held = values.iter().find(|(column, _)| *column == key);
            if held.is_none_or(|(_, raw)| raw.is_blank()) {
                let why = format!("the key {} has no value", key.name);
                return Err(write::refused(what, why, "let the mapping give it, or have it numbered").into());
            }
        }
        Ok(values)
    }

    /// The children of a row, in their order; those of one form go in together.
    async fn children(&mut self, member: &Member<'_>, above: &[(&Column, Raw)]) -> Result<(), Broken> {
        let mut waiting: Option<(&Member<'_>, Vec<Values<'_>>)> = None;
        for child in &member.children {
            let values = self.values(child, above).await?;
            let joins = waiting.as_ref().is_some_and(|(first, rows)| {
                let alike =
                    rows.first().is_some_and(|row| row.iter().map(|(c, _)| *c).eq(values.iter().map(|(c, _)| *c)));
                let fits = rows.len() < MOST_ROWS && (rows.len() + 1) * values.len() <= MOST_PARAMS;
                first.table.name == child.table.name && alike && fits
            });
            if !joins {
                self.flush(waiting.take()).await?;
            }
            if child.children.is_empty() {
                waiting.get_or_insert_with(|| (child, Vec::new())).1.push(values);
            } else {
                self.flush(waiting.take()).await?;
                self.link.run(&statements::insert(&child.table, std::slice::from_ref(&values))).await?;
                Box::pin(self.children(child, &values)).await?;
            }
        }
        self.flush(waiting).await
    }

    async fn flush(&mut self, waiting: Option<(&Member<'_>, Vec<Values<'_>>)>) -> Result<(), Broken> {
        if let Some((member, rows)) = waiting.filter(|(_, rows)| !rows.is_empty()) {
            self.link.run(&statements::insert(&member.table, &rows)).await?;
        }
        Ok(())
    }

    /// The next number of a column: after the highest in its series, or in the whole column.
    async fn number(
        &mut self,
        table: &Table,
        column: &Column,
        within: &[(&Column, Raw)],
        what: &str,
    ) -> Result<Raw, Broken> {
        let series = self.config.series_of(&table.name, &column.name).map(|s| (*s.start(), *s.end()));
        let parts: Vec<String> = within.iter().map(|(c, raw)| format!("{}={}", c.name, raw.text())).collect();
        let counter = format!("{}.{} {}", table.name, column.name, parts.join(" "));
        let highest = match self.last.get(&counter) {
            Some(last) => Some(*last),
            None => {
                let answer = self.link.run(&statements::highest(table, column, series, within)).await?;
                answer.first().and_then(|row| row.first()).and_then(Cell::int)
            }
        };
        let next = match (highest, series) {
            (Some(highest), _) => highest.saturating_add(1).max(1),
            (None, Some((from, _))) => from,
            (None, None) => 1,
        };
        if let Some((from, to)) = series
            && next > to
        {
            let why = format!("the series {from} to {to} of {} is used up", column.name);
            let help = "give the column a wider or a further series in the settings";
            return Err(write::refused(what.to_owned(), why, help).into());
        }
        self.last.insert(counter, next);
        let text = matches!(column.family, Family::Text { .. });
        let value = if text { Value::Text(next.to_string()) } else { Value::Int(next) };
        let help = "give the column a series in the settings";
        Ok(raw::writable(&value, column).map_err(|why| write::refused(what.to_owned(), why, help))?)
    }
}

pub(super) fn key_of(table: &Table, values: &[(&Column, Raw)]) -> Vec<Raw> {
    let held = |key: &Column| values.iter().find(|(column, _)| *column == key).map(|(_, raw)| raw.clone());
    table.keys.iter().map(|key| held(key).unwrap_or(Raw::Nothing)).collect()
}

/// The row within the scope that has our identifier already.
async fn existing(
    link: &mut Link,
    shape: &Shape<'_>,
    related: &Related,
    name: &str,
    value: &Value,
    config: &BusinessConfig,
) -> Result<Option<Row>, Broken> {
    let (table, select) = (shape.table, shape.select);
    let column = shape::known(table, name)?;
    let test = Test::Compare(Comparison::Eq, value.clone());
    let ours = Condition { field: name.to_owned(), test };
    let mut columns = Shape::of(select, table)?;
    let place = columns.add(name)?;
    let mut params = Vec::new();
    let tests: Vec<String> =
        [&ours].into_iter().chain(&select.scope).filter_map(|c| conditions::sql(c, table, &mut params)).collect();
    for cells in link.run(&statements::rows(table, &columns.columns, &tests, params)).await? {
        let Some(Cell::Plain(held)) = cells.get(place) else { continue };
        let same =
            raw::raw(value, &column.family).is_some_and(|raw| raw.same(held)) || value.same(&Value::Text(held.text()));
        if same && columns.inside(&cells) {
            let row = columns.any_row(&mut Asker::Transaction(&mut *link), related, &cells, &config.time_zone).await?;
            return Ok(Some(row));
        }
    }
    Ok(None)
}

pub(super) async fn read_back(
    link: &mut Link,
    shape: &Shape<'_>,
    related: &Related,
    key: &[Raw],
    config: &BusinessConfig,
) -> Result<Row, Broken> {
    let table = shape.table;
    let mut params = Vec::new();
    let test = key::is(table, key, &mut params);
    let answer = link.run(&statements::rows(table, &shape.columns, &[test], params)).await?;
    match answer.first() {
        Some(cells) => shape.any_row(&mut Asker::Transaction(link), related, cells, &config.time_zone).await,
        None => Err(gone_at_once(table, &key::text(key)).into()),
    }
}

pub(super) fn gone_at_once(table: &Table, id: &str) -> SystemError {
    write::refused(
        format!("the record {id} of dbo.{} was gone as soon as it was written", table.name),
        "a trigger of this database moved or removed it",
        "ask whoever looks after the database's triggers",
    )
}

fn busy(number: u32, text: &str) -> Fault {
    Fault::Server { number, class: 13, text: text.into() }
}

fn stopped(what: &str, why: String) -> SystemError {
    SystemError::new(Side::Business, ErrorKind::Answer, what).why(why)
}
