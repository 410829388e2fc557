//! Cuts lists into pages: by opaque token or by `firstRow`, as each route does.

use super::contract::{Paging, Route};
use super::error::Fault;
use super::filter::Conditions;
use super::json::Json;
use super::present;
use super::query::Query;
use super::world::{Record, State};
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// Rows of a page when the request does not say.
const ROWS: usize = 20;

/// Lists whose document says "default all".
const WHOLE: &[&str] = &["productcategories", "travelexpensetypes", "phasestatustypes"];

/// The rows of one page, and the next page's token where there are more.
pub struct Page {
    pub rows: Vec<Arc<Record>>,
    pub next: Option<String>,
}

/// Cuts the page that the query asks for. `path` is the request's own path, which the token is bound to with the query.
pub fn page(
    state: &State,
    route: &Route,
    path: &str,
    table: &str,
    rows: &[Arc<Record>],
    query: &Query,
    most: usize,
) -> Result<Page, Fault> {
    let conditions = Conditions::read(route, table, query)?;
    let through = rows.iter().filter(|record| conditions.hold(state, record));
    match route.paging {
        Paging::None => Ok(Page { rows: through.cloned().collect(), next: None }),
        Paging::Token => {
            let bound = bound(path, query);
            let after = match query.get("pageToken") {
                Some(token) => Some(
                    read(token, bound)
                        .ok_or_else(|| Fault::query("pageToken", "this page token belongs to another query"))?,
                ),
                None => None,
            };
            let count = count(query, "rowCount")?.unwrap_or(ROWS).min(most);
            // Rows come in creation order, so a page starts where the last one ended without a look at what was before.
            let start = after.map_or(0, |after| rows.partition_point(|record| record.seq <= after));
            let rest = rows.get(start..).unwrap_or_default().iter();
            let through = rest.filter(|record| conditions.hold(state, record));
            let mut rows: Vec<Arc<Record>> = through.take(count + 1).cloned().collect();
            let more = rows.len() > count;
            rows.truncate(count);
            let next = rows.last().filter(|_| more).map(|record| token(record.seq, bound));
            Ok(Page { rows, next })
        }
        Paging::Offset => {
            let first = natural(query, "firstRow")?.unwrap_or(0);
            let whole = WHOLE.contains(&table);
            let count = match count(query, "rowCount")? {
                Some(count) => count.min(most),
                None if whole => usize::MAX,
                None => ROWS.min(most),
            };
            let mut rows: Vec<Arc<Record>> = through.cloned().collect();
            sort(state, table, &mut rows, query)?;
            Ok(Page { rows: rows.into_iter().skip(first).take(count).collect(), next: None })
        }
    }
}

fn natural(query: &Query, name: &str) -> Result<Option<usize>, Fault> {
    let Some(value) = query.get(name) else { return Ok(None) };
    value.parse().map(Some).map_err(|_| Fault::query(name, format!("`{name}` must not be negative")))
}

fn count(query: &Query, name: &str) -> Result<Option<usize>, Fault> {
    match natural(query, name)? {
        Some(0) => Err(Fault::query(name, format!("`{name}` must be at least 1"))),
        count => Ok(count),
    }
}

/// A number for the path and all parameters but the token itself.
fn bound(path: &str, query: &Query) -> u64 {
    let mut pairs: Vec<String> = query
        .0
        .iter()
        .filter(|(name, _)| !name.eq_ignore_ascii_case("pageToken"))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.sort();
    xxh3_64(format!("{path}?{}", pairs.join("&")).as_bytes())
}

fn token(seq: u64, bound: u64) -> String {
    format!("{:016x}{bound:016x}", seq ^ bound.rotate_left(17))
}

fn read(token: &str, bound: u64) -> Option<u64> {
    let (seq, held) = (token.get(..16)?, token.get(16..)?);
    let (seq, held) = (u64::from_str_radix(seq, 16).ok()?, u64::from_str_radix(held, 16).ok()?);
    (held == bound).then_some(seq ^ bound.rotate_left(17))
}

/// Sorts by `sortings[0].key=name&sortings[0].value=Desc`, the first key first. Sub-models cannot be sorted by.
fn sort(state: &State, table: &str, rows: &mut [Arc<Record>], query: &Query) -> Result<(), Fault> {
    let mut keys: Vec<(String, String)> = Vec::new();
    for (name, key) in query.0.iter().filter(|(name, _)| name.starts_with("sortings")) {
        let Some(place) = name.strip_suffix(".key").or_else(|| name.strip_suffix("[key]")) else { continue };
        let direction =
            query.get(&format!("{place}.value")).or_else(|| query.get(&format!("{place}[value]"))).unwrap_or("Asc");
        if !["Asc", "Desc", "AscNullsFirst", "AscNullsLast", "DescNullsFirst", "DescNullsLast"].contains(&direction) {
            return Err(Fault::query(name, format!("`{direction}` is no direction to sort by")));
        }
        keys.push((key.clone(), direction.to_owned()));
    }
    for (key, direction) in keys.iter().rev() {
        let held = |record: &Record| present::raw(state, table, record, key).filter(|value| !value.is_null());
        rows.sort_by(|a, b| {
            let down = direction.starts_with("Desc");
            match (held(a), held(b)) {
                (Some(a), Some(b)) if down => compare(&b, &a),
                (Some(a), Some(b)) => compare(&a, &b),
                (None, None) => Ordering::Equal,
                // SQL Server's own order puts nulls first when rising and last when falling.
                (a, _) => {
                    let last = direction.ends_with("NullsLast") || direction == "Desc";
                    if a.is_none() == last { Ordering::Greater } else { Ordering::Less }
                }
            }
        });
    }
    Ok(())
}

fn compare(a: &Json, b: &Json) -> Ordering {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a.parse::<Decimal>().ok().cmp(&b.parse::<Decimal>().ok()),
        (Json::Text(a), Json::Text(b)) => a.to_lowercase().cmp(&b.to_lowercase()),
        _ => a.to_string().cmp(&b.to_string()),
    }
}
