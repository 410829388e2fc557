//! JSON Patch on a record's input model. Only `Replace` is carried, as by Severa itself.

use super::contract::{Kind, Model, Schema, contract};
use super::error::Fault;
use super::json::{Json, Members};
use super::validate;
use super::world::{Record, State};
use std::collections::BTreeSet;

/// The record's members after the operations, or what is wrong with them. Nothing is stored.
pub fn apply(
    state: &State,
    table: &str,
    record: &Record,
    operations: &Json,
    strict: bool,
) -> Result<Members, Vec<Fault>> {
    let Some(name) = contract().written.get(table) else {
        return Err(vec![Fault::not_carried(&format!("patches of {table}"))]);
    };
    let model = contract().model(name);
    let Json::List(operations) = operations else {
        return Err(vec![Fault::request("the body must be a JSON Patch document: a list of operations")]);
    };
    let mut body = record.body.clone();
    let mut touched = BTreeSet::new();
    for (place, operation) in operations.iter().enumerate() {
        touched.insert(one(state, model, &mut body, operation, place, strict)?);
    }
    let mut faults = Vec::new();
    for member in model.members.iter().filter(|member| touched.contains(&member.name)) {
        if let Some(value) = body.get(&member.name) {
            // What was stored beside the patched part (a status's own GUID) is no input and not checked.
            let value = trimmed(&member.schema, value);
            faults.extend(validate::value(state, &member.schema, &value, &member.name, strict));
        }
    }
    if faults.is_empty() { Ok(body) } else { Err(faults) }
}

/// Carries out one operation; answers the top-level member that it touched.
fn one(
    state: &State,
    model: &Model,
    body: &mut Members,
    operation: &Json,
    place: usize,
    strict: bool,
) -> Result<String, Vec<Fault>> {
    let at = |name: &str| format!("[{place}].{name}");
    let fault = |fault: Fault| Err(vec![fault]);
    let Some(members) = operation.members() else {
        return fault(Fault::body(&format!("[{place}]"), "an operation must be an object"));
    };
    if let Some(name) = members.keys().find(|name| strict && !matches!(name.as_str(), "op" | "path" | "value" | "from"))
    {
        return fault(Fault::body(&at(name), format!("an operation has no member `{name}`")));
    }
    match members.get("op").and_then(Json::as_text) {
        Some(op) if op.eq_ignore_ascii_case("replace") => {}
        Some(op) if ["add", "copy", "move", "remove"].iter().any(|known| op.eq_ignore_ascii_case(known)) => {
            return fault(Fault {
                place: Some(super::error::Place { kind: "RequestBody", name: at("op") }),
                ..Fault::operation(format!("`{op}` is not supported; only Replace is"))
            });
        }
        _ => return fault(Fault::body(&at("op"), "`op` must be one of Add, Copy, Move, Remove, Replace")),
    }
    let Some(path) = members.get("path").and_then(Json::as_text) else {
        return fault(Fault::body(&at("path"), "`path` is required"));
    };
    let Some(value) = members.get("value") else {
        return fault(Fault::body(&at("value"), "`value` is required to replace"));
    };
    let unknown = || vec![Fault::body(path, format!("there is no `{path}` to replace"))];
    let steps: Vec<String> = match path.strip_prefix('/') {
        Some(steps) => steps.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect(),
        None => return Err(unknown()),
    };
    let schema = resolve(model, &steps).ok_or_else(unknown)?;
    if read_only(model, &steps) {
        return fault(Fault::body(path, format!("`{path}` is read-only")));
    }
    let faults = validate::value(state, schema, value, path, strict);
    if !faults.is_empty() {
        return Err(faults);
    }
    let (top, rest) = steps.split_first().ok_or_else(unknown)?;
    set(body.entry(top.clone()).or_insert(Json::Null), rest, value);
    Ok(top.clone())
}

fn resolve<'a>(model: &'a Model, steps: &[String]) -> Option<&'a Schema> {
    let (first, rest) = steps.split_first()?;
    let schema = &model.member(first)?.schema;
    match (&schema.kind, rest) {
        (_, []) => Some(schema),
        (Kind::Object(name), rest) => resolve(contract().model(name), rest),
        _ => None,
    }
}

fn read_only(model: &Model, steps: &[String]) -> bool {
    let Some((first, rest)) = steps.split_first() else { return false };
    let Some(member) = model.member(first) else { return false };
    member.schema.read_only
        || match &member.schema.kind {
            Kind::Object(name) if !rest.is_empty() => read_only(contract().model(name), rest),
            _ => false,
        }
}

fn set(target: &mut Json, steps: &[String], value: &Json) {
    match steps.split_first() {
        None => *target = value.clone(),
        Some((first, rest)) => {
            if target.members().is_none() {
                *target = Json::Object(Members::new());
            }
            if let Json::Object(members) = target {
                set(members.entry(first.clone()).or_insert(Json::Null), rest, value);
            }
        }
    }
}

/// A stored value cut to what the input model takes. A reference whose GUID was set to null is no reference.
fn trimmed(schema: &Schema, value: &Json) -> Json {
    match (&schema.kind, value) {
        (Kind::Object(name), Json::Object(members)) => {
            let model = contract().model(name);
            let kept = members.iter().filter(|(name, _)| model.member(name).is_some());
            Json::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
        }
        _ => value.clone(),
    }
}
