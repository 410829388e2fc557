//! What creating and changing share: checks before anything is sent, transactions, and trying again.

use super::columns::{Column, Table};
use super::derived;
use super::fault::Fault;
use super::link::Link;
use super::raw::{self, Raw};
use super::shape;
use super::statements;
use crate::systems::error::{ErrorKind, SystemError};
use crate::systems::{PartWrite, RecordName};
use crate::value::{Side, Value};
use jiff::civil::DateTime;

/// How an attempt at a transaction ended without success.
pub(super) enum Broken {
    /// Nothing was written: the transaction was rolled back, or can only be.
    Undone(Fault),
    /// The commit was sent and not answered.
    Unsure(Fault),
    /// We stopped it ourselves.
    Stopped(SystemError),
}

impl Broken {
    /// As the fault of reading, which leaves nothing behind.
    pub fn of_read(self, what: &str) -> SystemError {
        match self {
            Broken::Undone(fault) | Broken::Unsure(fault) => fault.report(what, ErrorKind::Answer),
            Broken::Stopped(error) => error,
        }
    }
}

impl From<Fault> for Broken {
    fn from(fault: Fault) -> Self {
        Broken::Undone(fault)
    }
}

impl From<SystemError> for Broken {
    fn from(error: SystemError) -> Self {
        Broken::Stopped(error)
    }
}

pub(super) async fn commit(link: &mut Link) -> Result<(), Broken> {
    match link.batch(statements::COMMIT).await {
        Ok(_) => Ok(()),
        Err(fault @ Fault::Lost(_)) => Err(Broken::Unsure(fault)),
        Err(fault) => Err(Broken::Undone(fault)),
    }
}

pub(super) fn refused(what: String, why: impl Into<String>, help: &str) -> SystemError {
    SystemError::new(Side::Business, ErrorKind::Refused, what).why(why).help(help)
}

pub(super) fn no_parts(what: &str, parts: &[PartWrite]) -> Result<(), SystemError> {
    match parts.first() {
        None => Ok(()),
        Some(part) => Err(refused(
            format!("{what}: the list `{}` cannot be written", part.list),
            "a record of Visma Business is one row, and lists of other rows are not written with it",
            "map the columns themselves, or the other rows as an entity of their own",
        )),
    }
}

/// The values as the columns hold them; a value that a column would cut, round or spoil is refused.
pub(super) fn columns_of<'t>(
    table: &'t Table,
    what: &str,
    values: &[(String, Value)],
) -> Result<Vec<(&'t Column, Raw)>, SystemError> {
    let mut written: Vec<(&Column, Raw)> = Vec::with_capacity(values.len());
    for (name, value) in values {
        let column = shape::known(table, name)?;
        let raw = raw::writable(value, column)
            .map_err(|why| refused(what.to_owned(), why, "let the mapping shorten, round or replace the value"))?;
        if !written.iter().any(|(other, _)| *other == column) {
            written.push((column, raw));
        }
    }
    Ok(written)
}

/// The derived fields among the values as the columns that hold them.
pub(super) fn physical(
    record: &RecordName,
    what: &str,
    values: &[(String, Value)],
    held: i64,
) -> Result<Vec<(String, Value)>, SystemError> {
    derived::as_columns(record, values, held).map_err(|name| {
        let why = format!("{name} is computed from other fields, and no column holds it");
        refused(what.to_owned(), why, "take it out of what the mapping writes")
    })
}

/// The stamps of a change, and of a creation too if it is one, for those columns that the table has.
pub(super) fn stamps<'t>(table: &'t Table, now: DateTime, user: &str, creates: bool) -> Vec<(&'t Column, Raw)> {
    let [day, minute, milliseconds] = super::dates::stamp(now);
    let user: String = user.chars().take(20).collect();
    let mut stamps = vec![
        ("ChDt", Raw::Int(day)),
        ("ChTm", Raw::Int(minute)),
        ("ChTmms", Raw::Int(milliseconds)),
        ("ChUsr", Raw::Text(user.clone())),
    ];
    if creates {
        stamps.extend([("CreDt", Raw::Int(day)), ("CreTm", Raw::Int(minute)), ("CreUsr", Raw::Text(user))]);
    }
    stamps.into_iter().filter_map(|(name, raw)| Some((table.column(name)?, raw))).collect()
}
