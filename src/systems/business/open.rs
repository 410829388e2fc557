//! Opening: who the company is, and whether it has what the selects ask for.

use super::Business;
use super::columns::{self, Described, Table};
use super::config::{Encrypt, Login};
use super::link::{Cell, Cells};
use super::related;
use super::statements;
use crate::schema;
use crate::systems::error::{ErrorKind, SystemError};
use crate::systems::{Opened, RecordName, Select};
use crate::value::Side;
use std::sync::Arc;

pub(super) async fn open(business: &mut Business, selects: &[Select]) -> Result<Opened, SystemError> {
    business.currencies = None;
    let opened = describe(business).await?;
    let mut found: Vec<String> = Vec::new();
    for select in selects {
        let mut differences = match look_up(business, &select.record).await? {
            Looked::Table(table) => columns::differences(select, &table),
            other => difference(&select.record, &other).into_iter().collect(),
        };
        differences.extend(related::differences(business, select).await?);
        for difference in differences {
            if !found.contains(&difference) {
                found.push(difference);
            }
        }
    }
    if found.is_empty() {
        return Ok(opened);
    }
    Err(SystemError::new(
        Side::Business,
        ErrorKind::Schema,
        format!("the company database {} lacks what the mapping asks for", business.config.database),
    )
    .why(found.join("; "))
    .help(
        "correct the mapping (the company's own client shows its columns), or grant the rights of docs/sql-login.sql",
    ))
}

/// What is wrong with a table, if anything.
pub(super) fn difference(record: &RecordName, looked: &Looked) -> Option<String> {
    let name = schema::table(&record.name, record.index);
    match looked {
        Looked::Table(_) => None,
        Looked::Hidden => Some(format!("dbo.{name}: there is no such table, or the login has no right to it")),
        Looked::NoKey(key) => Some(format!("dbo.{name}.{key}: there is no such column")),
        Looked::Unreadable => Some(format!("dbo.{name}: the login may not read it (GRANT SELECT ON dbo.{name})")),
    }
}

async fn describe(business: &mut Business) -> Result<Opened, SystemError> {
    let server = business.config.server.clone();
    let what = format!("could not ask {server} what it is");
    let about =
        business.ask(&statements::Statement { sql: statements::ABOUT.into(), params: Vec::new() }, &what).await?;
    let texts: Vec<String> = about
        .first()
        .map(|row| row.iter().map(|c| c.text().unwrap_or_default().to_owned()).collect())
        .unwrap_or_default();
    let [version, edition, server_name, database] = texts.as_slice() else {
        return Err(SystemError::new(Side::Business, ErrorKind::Answer, what)
            .why("the answer has another form than asked for")
            .help("is this a Microsoft SQL Server?"));
    };
    let guid = database_guid(business).await?;
    let encrypted = business.encrypted();
    let encryption = match (encrypted, business.config.encrypt, business.config.trust_certificate) {
        (false, ..) => "not encrypted",
        (true, Encrypt::Off, _) | (true, _, true) => "encrypted, certificate not checked",
        (true, _, false) => "encrypted, certificate checked",
    };
    if business.config.encrypt == Encrypt::Off {
        tracing::warn!(server, "`encrypt` is off: what is read and written can be read along on the network");
    }
    let user = match &business.config.login {
        Login::Sql { user, .. } => user.as_str(),
        Login::Windows => "a Windows account",
    };
    let mut identity = format!("{server_name}/{database}");
    if let Some(guid) = guid {
        identity = format!("{identity}/{guid}");
    }
    let description =
        format!("{database} on {server} ({server_name}, SQL Server {version} {edition}) as {user}, {encryption}");
    Ok(Opened { identity: identity.to_lowercase(), description })
}

/// The GUID that tells this database from another of its name, unless the login or server has none to give.
async fn database_guid(business: &mut Business) -> Result<Option<String>, SystemError> {
    let statement = statements::Statement { sql: statements::DATABASE_GUID.into(), params: Vec::new() };
    match business.ask(&statement, "could not read the database's own identifier").await {
        Ok(rows) => Ok(rows.first().and_then(|row| row.first()).and_then(Cell::text).map(str::to_owned)),
        // Another fault than a missing right or view must not give the company another identity for one run.
        Err(error) if matches!(error.kind, ErrorKind::Rights | ErrorKind::Schema) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) enum Looked {
    Table(Arc<Table>),
    Hidden,
    NoKey(String),
    Unreadable,
}

/// A table's columns, from the server once and then from memory.
pub(super) async fn look_up(business: &mut Business, record: &RecordName) -> Result<Looked, SystemError> {
    let name = schema::table(&record.name, record.index);
    if let Some(table) = business.tables.get(&name) {
        return Ok(Looked::Table(Arc::clone(table)));
    }
    let Some(keys) = columns::keys(record) else {
        return Ok(Looked::Hidden);
    };
    let what = format!("could not read the columns of dbo.{name}");
    let described: Vec<Described> =
        business.ask(&statements::columns(&name), &what).await?.iter().map(described).collect();
    if described.is_empty() {
        return Ok(Looked::Hidden);
    }
    let may = business.ask(&statements::may_select(&name), &what).await?;
    if may.first().and_then(|row| row.first()).and_then(Cell::int) == Some(0) {
        return Ok(Looked::Unreadable);
    }
    let Some(table) = Table::described(record, &described) else {
        let lacks = |key: &&&str| !described.iter().any(|c| c.name.eq_ignore_ascii_case(key));
        return Ok(Looked::NoKey(keys.iter().find(lacks).map(|k| (*k).to_owned()).unwrap_or_default()));
    };
    let table = Arc::new(table);
    business.tables.insert(name, Arc::clone(&table));
    Ok(Looked::Table(table))
}

pub(super) fn described(row: &Cells) -> Described {
    let text = |place: usize| row.get(place).and_then(Cell::text).unwrap_or_default().to_owned();
    let number = |place: usize| row.get(place).and_then(Cell::int);
    Described {
        name: text(0),
        data_type: text(1),
        length: number(2),
        precision: number(3),
        scale: number(4),
        collation: text(5),
        nullable: text(6).eq_ignore_ascii_case("YES"),
    }
}
