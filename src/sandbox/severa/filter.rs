//! Which records a list's query parameters let through.

mod table;

use super::contract::{Kind, Route};
use super::error::Fault;
use super::json::Json;
use super::present::look;
use super::query::{Query, parameter};
use super::validate::{decimal, instant};
use super::world::{Record, State};
use jiff::Timestamp;
use rust_decimal::Decimal;

/// What a parameter compares. Paths are dotted and may lead through references.
#[derive(Debug, Clone, Copy)]
pub enum Filter {
    /// The boolean at the path.
    Flag(&'static str),
    /// The text at the path is one of the values; case is ignored (GUESS).
    Text(&'static str),
    /// The number at the path is one of the values.
    Number(&'static str),
    /// The list at the path holds a reference to one of the values.
    Any(&'static str),
    /// Something stands at the path (`true`) or nothing does (`false`).
    Present(&'static str),
    /// The record was added or changed at that moment or later.
    Changed,
    /// The moment at the path is that one or later.
    Since(&'static str),
    /// The date at the path is that day or later.
    From(&'static str),
    /// The date at the path is that day or earlier.
    To(&'static str),
    AtLeast(&'static str),
    AtMost(&'static str),
    /// Names, codes and numbers contain the text; case is ignored (GUESS: which members differs by route).
    Search,
    /// Only its quiet value (`false`) is carried.
    Quiet,
    /// Read by paging, not by filtering.
    Paging,
}

/// One condition of a request.
struct Condition {
    filter: Filter,
    values: Vec<String>,
    moment: Option<Timestamp>,
    amount: Option<Decimal>,
}

/// The conditions of a request, ready to be asked about records.
pub struct Conditions {
    table: String,
    conditions: Vec<Condition>,
}

impl Conditions {
    /// Reads the query of a list. A documented parameter that the sandbox does not carry is a 501, never ignored.
    pub fn read(route: &Route, table: &str, query: &Query) -> Result<Conditions, Fault> {
        let mut conditions: Vec<Condition> = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in &query.0 {
            let Some(parameter) = parameter(route, name) else { continue };
            if value.is_empty() || seen.contains(&parameter.name.as_str()) {
                continue;
            }
            seen.push(&parameter.name);
            let what = format!("the parameter `{}` of `{} {}`", parameter.name, route.method, route.path);
            let filter = table::find(table, &parameter.name).ok_or_else(|| Fault::not_carried(&what))?;
            match filter {
                Filter::Paging => continue,
                Filter::Quiet if value.eq_ignore_ascii_case("false") => continue,
                Filter::Quiet => return Err(Fault::not_carried(&format!("{what} when it is true"))),
                _ => {}
            }
            let values: Vec<String> = match parameter.schema.kind {
                Kind::List(_) => query.all(&parameter.name).map(str::to_owned).collect(),
                _ => vec![value.clone()],
            };
            let (moment, amount) = (instant(value), decimal(value));
            conditions.push(Condition { filter, values, moment, amount });
        }
        Ok(Conditions { table: table.to_owned(), conditions })
    }

    /// Whether the record is one of the list.
    pub fn hold(&self, state: &State, record: &Record) -> bool {
        self.conditions.iter().all(|condition| condition.holds(state, &self.table, record))
    }
}

impl Condition {
    fn holds(&self, state: &State, table: &str, record: &Record) -> bool {
        let at = |path: &str| look(state, table, record, path).filter(|value| !value.is_null());
        let wanted = || self.values.first().is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let day = || self.values.first().map(|value| value.get(..10).unwrap_or(value).to_owned());
        match self.filter {
            Filter::Flag(path) => at(path).and_then(|value| value.as_bool()).unwrap_or(false) == wanted(),
            Filter::Present(path) => at(path).is_some() == wanted(),
            Filter::Text(path) => at(path)
                .and_then(|value| value.as_text().map(str::to_lowercase))
                .is_some_and(|text| self.values.iter().any(|value| value.to_lowercase() == text)),
            Filter::Number(path) => match at(path) {
                Some(Json::Number(text)) => self.values.iter().any(|value| decimal(value) == decimal(&text)),
                _ => false,
            },
            Filter::Any(path) => at(path).is_some_and(|list| {
                list.items()
                    .iter()
                    .filter_map(Json::reference)
                    .any(|guid| self.values.iter().any(|value| value.eq_ignore_ascii_case(guid)))
            }),
            Filter::Changed => self.moment.is_some_and(|moment| record.changed >= moment),
            Filter::Since(path) => {
                let held = at(path).and_then(|value| value.as_text().and_then(instant));
                held.zip(self.moment).is_some_and(|(held, moment)| held >= moment)
            }
            Filter::From(path) => {
                at(path).zip(day()).is_some_and(|(held, day)| held.as_text().is_some_and(|held| held >= day.as_str()))
            }
            Filter::To(path) => {
                at(path).zip(day()).is_some_and(|(held, day)| held.as_text().is_some_and(|held| held <= day.as_str()))
            }
            Filter::AtLeast(path) => self.amount_at(at(path)).is_some_and(|(held, amount)| held >= amount),
            Filter::AtMost(path) => self.amount_at(at(path)).is_some_and(|(held, amount)| held <= amount),
            Filter::Search => {
                let wanted = self.values.first().map(|value| value.to_lowercase()).unwrap_or_default();
                ["name", "code", "identifier", "number", "firstName", "lastName", "value"]
                    .iter()
                    .filter_map(|name| at(name))
                    .any(|held| match held {
                        Json::Text(text) | Json::Number(text) => text.to_lowercase().contains(&wanted),
                        _ => false,
                    })
            }
            Filter::Quiet | Filter::Paging => true,
        }
    }

    fn amount_at(&self, value: Option<Json>) -> Option<(Decimal, Decimal)> {
        match value {
            Some(Json::Number(text)) => decimal(&text).zip(self.amount),
            _ => None,
        }
    }
}
