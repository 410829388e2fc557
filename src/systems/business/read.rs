//! Reading: page by page in the order of the keys, by keys, and by values.

use super::Business;
use super::columns::{Column, Family, Table};
use super::conditions;
use super::dates;
use super::link::Cell;
use super::raw::{self, Raw};
use super::shape::Shape;
use super::statements::{self, Param};
use crate::systems::error::{ErrorKind, SystemError};
use crate::systems::{Next, Page, PageToken, Read, Row, Select, Watermark};
use crate::value::{Guid, Side, Value};
use jiff::civil::DateTime;
use std::collections::BTreeMap;

/// How many values one statement searches for.
const CHUNK: usize = 1_000;

/// Where a listing stands: when it began by the server's clock, and the last key answered.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Token {
    from: DateTime,
    after: String,
}

pub(super) async fn read(business: &mut Business, read: &Read, page: Option<&PageToken>) -> Result<Page, SystemError> {
    let table = business.table(&read.select.record).await?;
    let shape = Shape::of(&read.select, &table)?;
    let what = format!("could not read dbo.{}", table.name);
    let token: Option<Token> = match page {
        Some(page) => Some(serde_json::from_str(&page.0).map_err(|_| foreign(&page.0))?),
        None => None,
    };
    let from = match &token {
        Some(token) => token.from,
        None => now(business).await?,
    };
    let mut params = Vec::new();
    let mut tests: Vec<String> = Vec::new();
    if let Some(token) = &token {
        let key = key(&table.key, &token.after).ok_or_else(|| foreign(&token.after))?;
        tests.push(format!("{} > {}", statements::quoted(&table.key.name), statements::place(&mut params, &key, &table.key)));
    }
    if let Some(since) = &read.since {
        let watermark: DateTime = since.0.parse().map_err(|_| foreign(&since.0))?;
        let local = dates::since(watermark, business.config.overlap, &business.config.time_zone);
        tests.extend(changed_since(&table, local, &mut params));
    }
    if let Some(date) = read.start_date.filter(|_| read.select.record.name == "FreeInf")
        && let Some(column) = table.column("Dt1")
    {
        // A row without a date is of no earlier date.
        let name = statements::compared(column);
        let place = statements::place(&mut params, &Raw::Int(dates::date_number(date)), column);
        tests.push(format!("({name} >= {place} OR {name} = 0)"));
    }
    tests.extend(read.select.scope.iter().chain(&read.push).filter_map(|c| conditions::sql(c, &table, &mut params)));
    let size = business.config.page_size.max(1);
    let answer = business.ask(&statements::page(&table, &shape.columns, &tests, size, params), &what).await?;
    let mut rows = Vec::with_capacity(answer.len());
    for cells in &answer {
        rows.extend(shape.scoped(cells, &business.config.time_zone)?);
    }
    let next = match answer.last() {
        Some(last) if answer.len() >= usize::try_from(size).unwrap_or(usize::MAX) => {
            let after = shape.key(last);
            if token.is_some_and(|token| token.after == after) {
                return Err(SystemError::new(Side::Business, ErrorKind::Answer, what).why(format!("the page after {after} repeated itself")).help("the next run tries again"));
            }
            let text = serde_json::to_string(&Token { from, after }).map_err(|e| SystemError::new(Side::Business, ErrorKind::Answer, what).why(e.to_string()))?;
            Next::More(PageToken(text))
        }
        _ => Next::End(Watermark(from.to_string())),
    };
    Ok(Page { rows, next })
}

/// Rows changed or created at or after a minute of the server's clock. A row without a change date was
/// never edited since it was made and counts as changed, as other integrations found.
fn changed_since(table: &Table, local: DateTime, params: &mut Vec<Param>) -> Option<String> {
    let [day, minute, _] = dates::stamp(local);
    let mut tests = Vec::new();
    for (day_name, minute_name, never) in [("ChDt", "ChTm", true), ("CreDt", "CreTm", false)] {
        let (Some(day_column), Some(minute_column)) = (table.column(day_name), table.column(minute_name)) else {
            // Without change stamps nothing can be told to be unchanged.
            if never {
                return None;
            }
            continue;
        };
        let (d, m) = (statements::compared(day_column), statements::compared(minute_column));
        let day = statements::place(params, &Raw::Int(day), day_column);
        let minute = statements::place(params, &Raw::Int(minute), minute_column);
        if never {
            tests.push(format!("{d} = 0"));
        }
        tests.push(format!("{d} > {day}"));
        tests.push(format!("({d} = {day} AND {m} >= {minute})"));
    }
    Some(format!("({})", tests.join(" OR ")))
}

pub(super) async fn fetch(business: &mut Business, select: &Select, ids: &[String]) -> Result<Vec<Row>, SystemError> {
    let table = business.table(&select.record).await?;
    // What is no key of this table cannot be in it.
    let keys: Vec<Value> = ids.iter().filter_map(|id| key(&table.key, id)).map(|raw| if let Raw::Int(n) = raw { Value::Int(n) } else { Value::Text(raw.text()) }).collect();
    let mut found = BTreeMap::new();
    search(business, select, &table.key, &keys, &mut found).await?;
    Ok(ids.iter().filter_map(|id| found.remove(id.trim_end())).collect())
}

pub(super) async fn candidates(business: &mut Business, select: &Select, any_of: &[(String, Vec<Value>)]) -> Result<Vec<Row>, SystemError> {
    let table = business.table(&select.record).await?;
    let mut found = BTreeMap::new();
    let mut searches = Vec::new();
    for (name, values) in any_of {
        let column = super::shape::known(&table, name)?;
        match searchable(column, values) {
            Some(values) => searches.push((column, values)),
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
            Value::Text(text) if information && !text.trim().is_empty() && !text.trim().contains(char::is_whitespace) => text.trim().to_owned(),
            _ => return None,
        };
        if !ignores_case {
            exact.extend([text.to_lowercase(), text.to_uppercase()].map(Value::Text));
        }
        exact.push(Value::Text(text));
    }
    Some(exact)
}

async fn search(business: &mut Business, select: &Select, column: &Column, values: &[Value], found: &mut BTreeMap<String, Row>) -> Result<(), SystemError> {
    let table = business.table(&select.record).await?;
    let shape = Shape::of(select, &table)?;
    for chunk in values.chunks(CHUNK) {
        let mut params = Vec::new();
        let mut tests: Vec<String> = conditions::one_of(chunk, column, &mut params).into_iter().collect();
        tests.extend(select.scope.iter().filter_map(|c| conditions::sql(c, &table, &mut params)));
        let statement = statements::rows(&table, &shape.columns, &tests, params);
        for cells in business.ask(&statement, &format!("could not look up records in dbo.{}", table.name)).await? {
            if let Some(row) = shape.scoped(&cells, &business.config.time_zone)? {
                found.insert(row.id.clone(), row);
            }
        }
    }
    Ok(())
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

/// An identifier as the key's column holds it; `None` if it cannot be one.
pub(super) fn key(column: &Column, id: &str) -> Option<Raw> {
    match column.family {
        Family::Int { least, most } => id.trim().parse().ok().filter(|n| (least..=most).contains(n)).map(Raw::Int),
        Family::Text { .. } => Some(Raw::Text(id.trim_end().to_owned())),
        Family::Decimal { .. } | Family::Other => None,
    }
}

async fn now(business: &mut Business) -> Result<DateTime, SystemError> {
    let what = "could not read the server's clock";
    let answer = business.ask(&statements::Statement { sql: statements::NOW.into(), params: Vec::new() }, what).await?;
    answer.first().and_then(|row| row.first()).and_then(Cell::moment).ok_or_else(|| SystemError::new(Side::Business, ErrorKind::Answer, what).why("the answer is no time"))
}

fn foreign(text: &str) -> SystemError {
    SystemError::new(Side::Business, ErrorKind::Answer, format!("`{text}` is no place in a listing of this side"))
        .help("the state file was made by something else: run a full comparison with `samband run --full`")
}
