//! Creating a record: its numbers, its row and our identifier in one transaction.

use super::{Business, BusinessConfig};
use super::columns::{Column, Family, Table};
use super::conditions;
use super::fault::Fault;
use super::link::{Cell, Link};
use super::raw::{self, Raw};
use super::shape::{self, Shape};
use super::statements;
use super::write::{self, Broken};
use crate::systems::error::{ErrorKind, SystemError};
use crate::systems::{Comparison, Condition, Create, Row, Test};
use crate::value::{Side, Value};
use std::sync::Arc;

pub(super) async fn create(business: &mut Business, create: &Create) -> Result<Row, SystemError> {
    let table = business.table(&create.select.record).await?;
    let what = format!("could not create a record in dbo.{}", table.name);
    write::no_parts(&what, &create.parts)?;
    let identity = create.identity.iter().cloned();
    let given: Vec<(String, Value)> = identity.chain(create.values.iter().cloned()).collect();
    // All that can be refused is refused before anything is sent.
    write::columns_of(&table, &what, &given)?;
    for number in &create.numbers {
        shape::known(&table, number)?;
    }
    let config = Arc::clone(&business.config);
    let mut attempt = 0;
    loop {
        let mut link = business.take(attempt > 0).await?;
        let outcome = once(&config, &mut link, &table, create, &given, &what).await;
        match business.settle(link, outcome).await {
            Ok(row) => return Ok(row),
            Err(Broken::Stopped(error)) => return Err(error),
            Err(Broken::Unsure(fault)) => return Err(fault.report_unknown(what)),
            Err(Broken::Undone(fault)) => {
                let number_taken = fault.is_duplicate() && !create.numbers.is_empty();
                let again = number_taken || fault.is_busy() || matches!(fault, Fault::Lost(_));
                if !again || !business.pause(&mut attempt).await {
                    return Err(fault.report(what, ErrorKind::Refused));
                }
            }
        }
    }
}

async fn once(config: &BusinessConfig, link: &mut Link, table: &Table, create: &Create, given: &[(String, Value)], what: &str) -> Result<Row, Broken> {
    let shape = Shape::of(&create.select, table)?;
    link.batch(statements::BEGIN).await?;
    let locked = link.run(&statements::creation_lock(table, config.lock_timeout)).await?;
    let locked = locked.first().map(Vec::as_slice).unwrap_or_default();
    let (status, now) = (locked.first().and_then(Cell::int), locked.get(1).and_then(Cell::moment));
    match status {
        Some(0..) => {}
        Some(-3) => return Err(busy(1205, "chosen as the victim of a deadlock").into()),
        Some(-2 | -1) => return Err(busy(1222, "another program of ours is creating records in this table").into()),
        other => return Err(stopped(what, format!("sp_getapplock answered {other:?}")).into()),
    }
    let now = now.ok_or_else(|| stopped(what, "the server's clock answered no time".into()))?;

    if let Some((name, value)) = &create.identity
        && let Some(row) = existing(link, &shape, name, value, config).await?
    {
        // An earlier request of ours did take effect: this is its row.
        write::commit(link).await?;
        return Ok(row);
    }
    let mut values = Vec::new();
    for name in &create.numbers {
        values.push(number(link, table, shape::known(table, name)?, config, what).await?);
    }
    let stamps = write::stamps(table, now, &config.change_user, true);
    for (column, raw) in write::columns_of(table, what, given)?.into_iter().chain(stamps) {
        if !values.iter().any(|(other, _): &(&Column, Raw)| *other == column) {
            values.push((column, raw));
        }
    }
    let Some((_, key)) = values.iter().find(|(column, raw)| **column == table.key && !raw.is_blank()).cloned() else {
        let help = "let the mapping give it, or have it numbered";
        return Err(write::refused(what.to_owned(), format!("the key {} has no value", table.key.name), help).into());
    };
    link.run(&statements::insert(table, &values)).await?;
    let row = read_back(link, &shape, &key, config).await?;
    write::commit(link).await?;
    Ok(row)
}

/// The row within the scope that has our identifier already.
async fn existing(link: &mut Link, shape: &Shape<'_>, name: &str, value: &Value, config: &BusinessConfig) -> Result<Option<Row>, Broken> {
    let (table, select) = (shape.table, shape.select);
    let column = shape::known(table, name)?;
    let test = Test::Compare(Comparison::Eq, value.clone());
    let ours = Condition { field: name.to_owned(), test };
    let mut columns = Shape::of(select, table)?;
    let place = columns.add(name)?;
    let mut params = Vec::new();
    let tests: Vec<String> = [&ours].into_iter().chain(&select.scope).filter_map(|c| conditions::sql(c, table, &mut params)).collect();
    for cells in link.run(&statements::rows(table, &columns.columns, &tests, params)).await? {
        let Some(Cell::Plain(held)) = cells.get(place) else { continue };
        let same = raw::raw(value, &column.family).is_some_and(|raw| raw.same(held)) || value.same(&Value::Text(held.text()));
        if same && let Some(row) = columns.scoped(&cells, &config.time_zone)? {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// The next number of a column: after the highest in its series, or in the whole column.
async fn number<'t>(link: &mut Link, table: &Table, column: &'t Column, config: &BusinessConfig, what: &str) -> Result<(&'t Column, Raw), Broken> {
    let series = config.series_of(&table.name, &column.name).map(|s| (*s.start(), *s.end()));
    let answer = link.run(&statements::highest(table, column, series)).await?;
    let highest = answer.first().and_then(|row| row.first()).and_then(Cell::int);
    let next = match (highest, series) {
        (Some(highest), _) => highest.saturating_add(1).max(1),
        (None, Some((from, _))) => from,
        (None, None) => 1,
    };
    if let Some((from, to)) = series
        && next > to
    {
        let why = format!("the series {from} to {to} of {} is used up", column.name);
        return Err(write::refused(what.to_owned(), why, "give the column a wider or a further series in the settings").into());
    }
    let value = if matches!(column.family, Family::Text { .. }) { Value::Text(next.to_string()) } else { Value::Int(next) };
    let raw = raw::writable(&value, column).map_err(|why| write::refused(what.to_owned(), why, "give the column a series in the settings"))?;
    Ok((column, raw))
}

pub(super) async fn read_back(link: &mut Link, shape: &Shape<'_>, key: &Raw, config: &BusinessConfig) -> Result<Row, Broken> {
    let table = shape.table;
    let mut params = Vec::new();
    let test = format!("{} = {}", statements::quoted(&table.key.name), statements::place(&mut params, key, &table.key));
    let answer = link.run(&statements::rows(table, &shape.columns, &[test], params)).await?;
    match answer.first() {
        Some(cells) => Ok(shape.row(cells, &config.time_zone)?),
        None => Err(write::refused(
            format!("the record {} of dbo.{} was gone as soon as it was written", key.text(), table.name),
            "a trigger of this database moved or removed it",
            "ask whoever looks after the database's triggers",
        )
        .into()),
    }
}

fn busy(number: u32, text: &str) -> Fault {
    Fault::Server { number, class: 13, text: text.into() }
}

fn stopped(what: &str, why: String) -> SystemError {
    SystemError::new(Side::Business, ErrorKind::Answer, what).why(why)
}
