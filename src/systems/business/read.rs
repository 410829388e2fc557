//! Reading: page by page in the order of the keys, by keys, and by values.

use super::Business;
use super::changes::{self, Mark, Since};
use super::columns::{Column, Family, Table};
use super::conditions;
use super::dates;
use super::gone;
use super::key;
use super::link::Cell;
use super::raw::{self, Raw};
use super::related::{self, Asker};
use super::shape::Shape;
use super::statements::{self, Param, Statement};
use crate::systems::error::{ErrorKind, SystemError};
use crate::systems::{Next, Page, PageToken, Read, Row, Select, Watermark};
use crate::value::{Guid, Side, Value};
use jiff::civil::{Date, DateTime};
use std::collections::BTreeMap;

/// How many values one statement searches for.
const CHUNK: usize = 1_000;

/// Where a listing stands: how far the company had come when it began, and the last key answered.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Token {
    from: Mark,
    after: String,
    /// The table itself has been read; what is left are orders that only the ledger knows.
    #[serde(default)]
    gone: bool,
}

pub(super) async fn read(business: &mut Business, read: &Read, page: Option<&PageToken>) -> Result<Page, SystemError> {
    let select = &read.select;
    let table = business.table(&select.record).await?;
    let related = related::related(business, select).await?;
    let shape = Shape::of(select, &table)?;
    let what = format!("could not read dbo.{}", table.name);
    let token: Option<Token> = match page {
        Some(page) => Some(serde_json::from_str(&page.0).map_err(|_| foreign(&page.0))?),
        None => None,
    };
    let from = match &token {
        Some(token) => token.from,
        None => mark(business, changes::journals(&table, &related)).await?,
    };
    let since = match &read.since {
        Some(since) => {
            let mark = Mark::parse(&since.0).ok_or_else(|| foreign(&since.0))?;
            let local = dates::since(mark.at, business.config.overlap, &business.config.time_zone);
            Some(Since { local, journal: mark.journal, today: from.at.date() })
        }
        None => None,
    };
    let zone = business.config.time_zone.clone();
    let size = business.config.page_size.max(1);
    let whole = usize::try_from(size).unwrap_or(usize::MAX);
    let mut rows = Vec::new();
    if token.as_ref().is_none_or(|token| !token.gone) {
        let mut params = Vec::new();
        let mut tests: Vec<String> = Vec::new();
        if let Some(token) = &token {
            let after = key::parse(&table, &token.after).ok_or_else(|| foreign(&token.after))?;
            tests.push(key::after(&table, &after, &mut params));
        }
        if let Some(since) = &since {
            let mut asker = Asker::Any(business);
            let changed = changes::test(&mut asker, select, &table, &related, since, &mut params).await;
            tests.extend(changed.map_err(|broken| broken.of_read(&what))?);
        }
        tests.extend(read.start_date.and_then(|date| dated(&table, date, &mut params)));
        tests.extend(select.scope.iter().chain(&read.push).filter_map(|c| conditions::sql(c, &table, &mut params)));
        let answer = business.ask(&statements::page(&table, &shape.columns, &tests, size, params), &what).await?;
        let made = shape.rows(&mut Asker::Any(business), &related, &answer, &zone).await;
        rows = made.map_err(|broken| broken.of_read(&what))?;
        if let Some(last) = answer.last().filter(|_| answer.len() >= whole) {
            let after = key::text(&shape.key(last));
            if token.is_some_and(|token| token.after == after) {
                return Err(SystemError::new(Side::Business, ErrorKind::Answer, what)
                    .why(format!("the page after {after} repeated itself"))
                    .help("the next run tries again"));
            }
            return Ok(Page { rows, next: more(&Token { from, after, gone: false }, &what)? });
        }
    }
    // A full read needs none of them: who is linked with one fetches it.
    if let (Some(since), Some(ledger)) = (&since, gone::ledger(select, &related)) {
        let after = token.filter(|token| token.gone).and_then(|token| token.after.parse().ok()).unwrap_or(0);
        let mut asker = Asker::Any(business);
        let left = gone::changed(&mut asker, ledger, &table, since, after, size).await;
        let left = left.map_err(|broken| broken.of_read(&what))?;
        let made = gone::orders(&mut asker, &related, &shape, &left, &zone).await;
        rows.extend(made.map_err(|broken| broken.of_read(&what))?);
        if let Some(last) = left.last().filter(|_| left.len() >= whole) {
            return Ok(Page { rows, next: more(&Token { from, after: last.to_string(), gone: true }, &what)? });
        }
    }
    Ok(Page { rows, next: Next::End(Watermark(from.to_string())) })
}

fn more(token: &Token, what: &str) -> Result<Next, SystemError> {
    let text = serde_json::to_string(token)
        .map_err(|e| SystemError::new(Side::Business, ErrorKind::Answer, what).why(e.to_string()))?;
    Ok(Next::More(PageToken(text)))
}

/// Rows of that day or later, where the record has a day of its own. A row without one is of no earlier day.
fn dated(table: &Table, date: Date, params: &mut Vec<Param>) -> Option<String> {
    let name = match table.name.as_str() {
        "FreeInf1" | "FreeInf2" | "FreeInf3" => "Dt1",
        "AcTr" => "ValDt",
        _ => return None,
    };
    let column = table.column(name)?;
    let name = statements::compared(column);
    let place = statements::place(params, &Raw::Int(dates::date_number(date)), column);
    Some(format!("({name} >= {place} OR {name} = 0)"))
}

pub(super) async fn fetch(business: &mut Business, select: &Select, ids: &[String]) -> Result<Vec<Row>, SystemError> {
    let table = business.table(&select.record).await?;
    // What is no key of this table cannot be in it.
    let keys: Vec<Vec<Raw>> = ids.iter().filter_map(|id| key::parse(&table, id)).collect();
    let mut found = BTreeMap::new();
    match table.keys.as_slice() {
        [column] => {
            let values: Vec<Value> = keys.iter().flatten().map(plain).collect();
            search(business, select, column, &values, &mut found).await?;
        }
        columns => {
            for chunk in keys.chunks(CHUNK / columns.len().max(1)) {
                let mut params = Vec::new();
                let each: Vec<String> =
                    chunk.iter().map(|key| format!("({})", key::is(&table, key, &mut params))).collect();
                collect(business, select, vec![format!("({})", each.join(" OR "))], params, &mut found).await?;
            }
        }
    }
    let missing: Vec<i64> =
        ids.iter().filter(|id| !found.contains_key(id.trim_end())).filter_map(|id| id.trim().parse().ok()).collect();
    let related = related::related(business, select).await?;
    if gone::ledger(select, &related).is_some() && !missing.is_empty() {
        let shape = Shape::of(select, &table)?;
        let zone = business.config.time_zone.clone();
        let rows = gone::orders(&mut Asker::Any(business), &related, &shape, &missing, &zone).await;
        let rows = rows.map_err(|broken| broken.of_read(&looking_up(&table)))?;
        found.extend(rows.into_iter().map(|row| (row.id.clone(), row)));
    }
    Ok(ids.iter().filter_map(|id| found.remove(id.trim_end())).collect())
}

fn plain(raw: &Raw) -> Value {
    match raw {
        Raw::Int(number) => Value::Int(*number),
        raw => Value::Text(raw.text()),
    }
}

pub(super) async fn candidates(
    business: &mut Business,
    select: &Select,
    any_of: &[(String, Vec<Value>)],
) -> Result<Vec<Row>, SystemError> {
    let table = business.table(&select.record).await?;
    let mut found = BTreeMap::new();
    let mut searches = Vec::new();
    for (name, values) in any_of {
        // What no column holds is searched in all rows.
        let values = table.column(name).and_then(|column| Some((column, searchable(column, values)?)));
        match values {
            Some(search) => searches.push(search),
            None => return all(business, select).await,
        }
    }
    for (column, values) in searches {
        search(business, select, column, &values, &mut found).await?;
    }
    Ok(found.into_values().collect())
}

/// The values to search a column for, if SQL's equality is certain to find all that our own rules would match.
///
/// Numbers are. Names are not: we fold blanks and ignore case where a collation may not. Our own
/// identifiers are, and so is what stands in an information field, as long as it has no blanks inside.
fn searchable(column: &Column, values: &[Value]) -> Option<Vec<Value>> {
    let Family::Text { ignores_case, .. } = column.family else {
        let fits = |v: &Value| !v.is_null() && raw::raw(v, &column.family).is_some();
        return values.iter().all(fits).then(|| values.to_vec());
    };
    let information = column.name.len() <= 4 && column.name.to_ascii_lowercase().starts_with("inf");
    let mut exact = Vec::new();
    for value in values {
        let text = match value {
            Value::Guid(guid) => guid.to_string(),
            Value::Text(text) if text.parse::<Guid>().is_ok() => text.trim().to_owned(),
            Value::Text(text)
                if information && !text.trim().is_empty() && !text.trim().contains(char::is_whitespace) =>
            {
                text.trim().to_owned()
            }
            _ => return None,
        };
        if !ignores_case {
            exact.extend([text.to_lowercase(), text.to_uppercase()].map(Value::Text));
        }
        exact.push(Value::Text(text));
    }
    Some(exact)
}

async fn search(
    business: &mut Business,
    select: &Select,
    column: &Column,
    values: &[Value],
    found: &mut BTreeMap<String, Row>,
) -> Result<(), SystemError> {
    for chunk in values.chunks(CHUNK) {
        let mut params = Vec::new();
        let tests: Vec<String> = conditions::one_of(chunk, column, &mut params).into_iter().collect();
        collect(business, select, tests, params, found).await?;
    }
    Ok(())
}

/// Adds the rows within the scope that pass the tests.
async fn collect(
    business: &mut Business,
    select: &Select,
    mut tests: Vec<String>,
    mut params: Vec<Param>,
    found: &mut BTreeMap<String, Row>,
) -> Result<(), SystemError> {
    let table = business.table(&select.record).await?;
    let related = related::related(business, select).await?;
    let shape = Shape::of(select, &table)?;
    let what = looking_up(&table);
    tests.extend(select.scope.iter().filter_map(|c| conditions::sql(c, &table, &mut params)));
    let answer = business.ask(&statements::rows(&table, &shape.columns, &tests, params), &what).await?;
    let zone = business.config.time_zone.clone();
    let rows = shape.rows(&mut Asker::Any(business), &related, &answer, &zone).await;
    found.extend(rows.map_err(|broken| broken.of_read(&what))?.into_iter().map(|row| (row.id.clone(), row)));
    Ok(())
}

fn looking_up(table: &Table) -> String {
    format!("could not look up records in dbo.{}", table.name)
}

async fn all(business: &mut Business, select: &Select) -> Result<Vec<Row>, SystemError> {
    let listing = Read { select: select.clone(), since: None, push: Vec::new(), start_date: None };
    let (mut rows, mut token) = (Vec::new(), None);
    loop {
        let page = read(business, &listing, token.as_ref()).await?;
        rows.extend(page.rows);
        match page.next {
            Next::More(next) => token = Some(next),
            Next::End(_) => return Ok(rows),
        }
    }
}

/// Where the server's clock stands, and the last journal of a ledger.
async fn mark(business: &mut Business, ledger: Option<&Table>) -> Result<Mark, SystemError> {
    let what = "could not read the server's clock";
    let answer = business.ask(&Statement { sql: statements::NOW.into(), params: Vec::new() }, what).await?;
    let at: DateTime = answer
        .first()
        .and_then(|row| row.first())
        .and_then(Cell::moment)
        .ok_or_else(|| SystemError::new(Side::Business, ErrorKind::Answer, what).why("the answer is no time"))?;
    let Some(ledger) = ledger else { return Ok(Mark { at, journal: None }) };
    let last = business.ask(&statements::last_journal(ledger), &format!("could not read dbo.{}", ledger.name)).await?;
    Ok(Mark { at, journal: Some(last.first().and_then(|row| row.first()).and_then(Cell::int).unwrap_or(0)) })
}

fn foreign(text: &str) -> SystemError {
    SystemError::new(Side::Business, ErrorKind::Answer, format!("`{text}` is no place in a listing of this side"))
        .help("the state file was made by something else: run a full comparison with `samband run --full`")
}
