//! Checks bodies against the contract's input models.

use super::contract::{Kind, Schema, contract};
use super::error::Fault;
use super::json::{Json, Members};
use super::world::State;
use rust_decimal::Decimal;

/// All faults of a body of the named model. `strict` refuses unknown and read-only members; else they are ignored.
pub fn body(state: &State, model: &str, body: &Json, strict: bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    members(state, model, body, "", strict, &mut faults);
    faults
}

/// All faults of one value at a place of the body.
pub fn value(state: &State, schema: &Schema, value: &Json, path: &str, strict: bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    check(state, schema, value, path, strict, &mut faults);
    faults
}

fn members(state: &State, model: &str, body: &Json, path: &str, strict: bool, faults: &mut Vec<Fault>) {
    let Some(given) = body.members() else {
        faults.push(Fault::body(path, format!("{} must be an object", place(path))));
        return;
    };
    let model = contract().model(model);
    for (name, value) in given {
        let path = join(path, name);
        match model.member(name) {
            None if strict => faults.push(Fault::body(&path, format!("there is no member `{path}`"))),
            None => {}
            // A sub-model's other members only show what its `guid` refers to: harmless when sent back.
            Some(member) if member.schema.read_only && path.contains('.') => {}
            Some(member) if member.schema.read_only && strict => {
                faults.push(Fault::body(&path, format!("`{path}` is read-only")))
            }
            Some(member) if member.schema.read_only => {}
            Some(member) => check(state, &member.schema, value, &path, strict, faults),
        }
    }
    for member in model.members.iter().filter(|member| member.required && !member.schema.read_only) {
        if !given.contains_key(&member.name) {
            let path = join(path, &member.name);
            faults.push(Fault::body(&path, format!("`{path}` is required")));
        }
    }
}

fn check(state: &State, schema: &Schema, value: &Json, path: &str, strict: bool, faults: &mut Vec<Fault>) {
    if value.is_null() {
        if !schema.nullable && schema.kind != Kind::Any {
            faults.push(Fault::body(path, format!("`{path}` must not be null")));
        }
        return;
    }
    let mut wrong = |what: &str| faults.push(Fault::body(path, format!("`{path}` must be {what}")));
    match (&schema.kind, value) {
        (Kind::Any, _) | (Kind::Boolean, Json::Bool(_)) => {}
        (Kind::Text | Kind::Binary, Json::Text(text)) => {
            let length = text.chars().count();
            if let Some(most) = schema.max_length.filter(|most| length > *most) {
                wrong(&format!("at most {most} characters, it has {length}"));
            }
            if let Some(least) = schema.min_length.filter(|least| length < *least) {
                wrong(&format!("at least {least} characters"));
            }
            if let Some(table) = &schema.relation {
                known(state, table, text, path, faults);
            }
            if path.ends_with("currencyCode") && !has_currency(state, text) {
                faults.push(Fault::body(path, format!("`{path}`: there is no currency `{text}`")));
            }
        }
        (Kind::Date, Json::Text(text)) if date(text) => {}
        (Kind::Date, _) => wrong("a date, YYYY-MM-DD"),
        (Kind::Instant, Json::Text(text)) if instant(text).is_some() => {}
        (Kind::Instant, _) => wrong("a date and time with its offset"),
        (Kind::Integer(32), Json::Number(text)) if text.parse::<i32>().is_ok() => {}
        (Kind::Integer(64), Json::Number(text)) if text.parse::<i64>().is_ok() => {}
        (Kind::Integer(bits), _) => wrong(&format!("a whole number of {bits} bits")),
        (Kind::Number, Json::Number(text)) if decimal(text).is_some() => {}
        (Kind::Number, _) => wrong("a number"),
        (Kind::Boolean, _) => wrong("true or false"),
        (Kind::Enum(values), Json::Text(text)) if values.contains(text) => {}
        (Kind::Enum(values), _) => wrong(&format!("one of {}", values.join(", "))),
        (Kind::Object(model), Json::Object(given)) => {
            members(state, model, value, path, strict, faults);
            if let (Some(table), Some(guid)) = (&schema.relation, given.get("guid").and_then(Json::as_text)) {
                known(state, table, guid, &join(path, "guid"), faults);
            }
        }
        (Kind::Object(_), _) => wrong("an object"),
        (Kind::List(item), Json::List(items)) => {
            for (place, value) in items.iter().enumerate() {
                let held =
                    Schema { relation: schema.relation.clone().or_else(|| item.relation.clone()), ..(**item).clone() };
                check(state, &held, value, &format!("{path}[{place}]"), strict, faults);
            }
        }
        (Kind::List(_), _) => wrong("a list"),
        (Kind::Text | Kind::Binary, _) => wrong("a text"),
    }
}

fn known(state: &State, table: &str, guid: &str, path: &str, faults: &mut Vec<Fault>) {
    if state.record(table, guid).is_none() {
        faults.push(Fault::body(path, format!("`{path}`: {table} have no `{guid}`")));
    }
}

fn has_currency(state: &State, code: &str) -> bool {
    state.rows("currencies").iter().any(|currency| currency.text("code") == Some(code))
}

/// A number, exactly; exponents are understood.
pub fn decimal(text: &str) -> Option<Decimal> {
    text.parse().ok().or_else(|| Decimal::from_scientific(text).ok())
}

/// Whether the text is a calendar date.
pub fn date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// A moment with its offset; without one it is taken as UTC, as a date alone is (both are accepted by ASP.NET).
pub fn instant(text: &str) -> Option<jiff::Timestamp> {
    if let Ok(moment) = text.parse() {
        return Some(moment);
    }
    let civil = match text.len() {
        10 => text.parse::<jiff::civil::Date>().ok()?.to_datetime(jiff::civil::Time::midnight()),
        _ => text.parse::<jiff::civil::DateTime>().ok()?,
    };
    civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|moment| moment.timestamp())
}

/// Keeps of a body what its input model takes: unknown and read-only members are dropped (lenient mode).
pub fn kept(model: &str, body: &Json) -> Members {
    let model = contract().model(model);
    let takes = |name: &str| model.member(name).is_some_and(|member| !member.schema.read_only);
    let members = body.members().into_iter().flatten();
    members.filter(|(name, _)| takes(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn place(path: &str) -> String {
    if path.is_empty() { "the body".to_owned() } else { format!("`{path}`") }
}
