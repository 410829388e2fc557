//! Changing a record that still holds what we think it holds.

use super::columns::Table;
use super::conditions;
use super::create::read_back;
use super::derived::{self, Derived};
use super::fault::Fault;
use super::key;
use super::link::{Cell, Link};
use super::raw::{self, Raw};
use super::related::{self, Related};
use super::shape::{self, Shape};
use super::statements;
use super::write::{self, Broken};
use super::{Business, BusinessConfig};
use crate::systems::error::{ErrorKind, SystemError};
use crate::systems::{Row, Update};
use crate::value::{Side, Value};
use std::sync::Arc;

pub(super) async fn update(business: &mut Business, update: &Update) -> Result<Row, SystemError> {
    let table = business.table(&update.select.record).await?;
    let what = format!("could not change the record {} of dbo.{}", update.id, table.name);
    write::no_parts(&what, &update.parts)?;
    let key_name = |name: &String| table.keys.iter().find(|key| key.name.eq_ignore_ascii_case(name));
    if let Some(key) = update.set.iter().find_map(|(name, _)| key_name(name)) {
        let why = format!("{} is the key, and keys of Visma Business never change", key.name);
        return Err(write::refused(what, why, "take the key out of the mapping's updates"));
    }
    write::columns_of(&table, &what, &write::physical(&update.select.record, &what, &update.set, 0)?)?;
    let Some(key) = key::parse(&table, &update.id) else {
        return Err(gone(&what, &table));
    };
    let related = related::related(business, &update.select).await?;
    let target = Target { table: &table, related: &related, key: &key };
    let config = Arc::clone(&business.config);
    let mut attempt = 0;
    loop {
        let mut link = business.take(attempt > 0).await?;
        let outcome = once(&config, &mut link, &target, update, &what).await;
        match business.settle(link, outcome).await {
            Ok(row) => return Ok(row),
            Err(Broken::Stopped(error)) => return Err(error),
            Err(Broken::Unsure(fault)) => return Err(fault.report_unknown(what)),
            Err(Broken::Undone(fault)) => {
                // A row that stayed locked for the whole lock time-out is that record's matter, not the
                // whole side's: it is held and comes again with the next run.
                let held = fault.number() == Some(1222);
                let again = !held && (fault.is_busy() || matches!(fault, Fault::Lost(_)));
                if again && business.pause(&mut attempt).await {
                    continue;
                }
                let mut error = fault.report(what, ErrorKind::Refused);
                if held {
                    error.kind = ErrorKind::Refused;
                }
                return Err(error);
            }
        }
    }
}

/// The row to change.
struct Target<'t> {
    table: &'t Table,
    related: &'t Related,
    key: &'t [Raw],
}

async fn once(
    config: &BusinessConfig,
    link: &mut Link,
    target: &Target<'_>,
    update: &Update,
    what: &str,
) -> Result<Row, Broken> {
    let Target { table, related, key } = *target;
    let record = &update.select.record;
    let shape = Shape::of(&update.select, table)?;
    let mut seen = Shape::of(&update.select, table)?;
    let mut expected = Vec::new();
    let mut bits = Vec::new();
    for (name, value) in &update.expect {
        match Derived::of(record, name) {
            None => {
                let place = seen.add(name)?;
                expected.push((place, shape::field(&update.select, table, name)?, shape::known(table, name)?, value));
            }
            Some(Derived::CreditNote) => bits.push((name, value)),
            Some(_) => {}
        }
    }
    // A derived field is written as a bit among others that must stay as they are.
    let has_bits = update.expect.iter().chain(&update.set).any(|(name, _)| Derived::of(record, name).is_some());
    if has_bits {
        seen.add("OrdPref")?;
    }
    link.batch(statements::BEGIN).await?;
    let mut params = Vec::new();
    let mut tests = vec![key::is(table, key, &mut params)];
    tests.extend(update.select.scope.iter().filter_map(|c| conditions::sql(c, table, &mut params)));
    let answer = link.run(&statements::row_to_change(table, &seen.columns, &tests, params)).await?;
    let mut cells = answer.into_iter().next().ok_or_else(|| gone(what, table))?.into_iter();
    let now = cells.next().and_then(|cell| cell.moment());
    let now = now.ok_or_else(|| {
        SystemError::new(Side::Business, ErrorKind::Answer, what).why("the server's clock answered no time")
    })?;
    let cells: Vec<Cell> = cells.collect();
    if !seen.inside(&cells) {
        return Err(gone(what, table).into());
    }
    for (place, field, column, value) in expected {
        let Some(cell @ Cell::Plain(held)) = cells.get(place) else { continue };
        let same = raw::value(cell, &field).is_ok_and(|held| held.same(value))
            || raw::raw(value, &column.family).is_some_and(|raw| raw.same(held));
        if !same {
            return Err(moved(what, format!("{} holds \"{}\" now, not {value}", column.name, held.text())).into());
        }
    }
    let preferences = seen.int(&cells, "OrdPref");
    for (name, value) in bits {
        let held = Value::Bool(derived::is_credit_note(preferences));
        let same = held.same(value) || (value.is_null() && held == Value::Bool(false));
        if !same {
            return Err(moved(what, format!("{name} is {held} now, not {value}")).into());
        }
    }
    let mut values = write::columns_of(table, what, &write::physical(record, what, &update.set, preferences)?)?;
    if !values.is_empty() {
        values.extend(write::stamps(table, now, &config.change_user, false));
        link.run(&statements::update(table, &values, key)).await?;
    }
    let row = read_back(link, &shape, related, key, config).await?;
    write::commit(link).await?;
    Ok(row)
}

fn moved(what: &str, why: String) -> SystemError {
    SystemError::new(Side::Business, ErrorKind::Moved, what)
        .why(why)
        .help("it was changed in the meantime: the next run plans it again")
}

fn gone(what: &str, table: &Table) -> SystemError {
    SystemError::new(Side::Business, ErrorKind::Gone, what)
        .why(format!("dbo.{} has no such record any more within what the mapping reads", table.name))
        .help("was it deleted, or is it another kind of record now? it stays on the list of `samband status` until somebody decides")
}
