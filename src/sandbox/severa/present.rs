//! Shows stored records in the contract's output models: every member is written, `null` where there is nothing, and
//! sub-models are filled from the records that references point at.

use super::contract::{Kind, Model, Schema, contract};
use super::json::{Json, Members};
use super::rules;
use super::world::{Record, State};

/// The record in the model of its table. Records of tables that the contract does not show come as they are stored.
pub fn record(state: &State, table: &str, record: &Record) -> Json {
    match contract().shown(table) {
        Some(model) => shape(state, table, model, record),
        None => Json::Object(record.body.clone()),
    }
}

/// The record in the named model.
pub fn as_model(state: &State, table: &str, model: &str, record: &Record) -> Json {
    shape(state, table, contract().model(model), record)
}

/// A member's value before it is shown: what a rule derives, else what is stored.
pub fn raw(state: &State, table: &str, record: &Record, name: &str) -> Option<Json> {
    rules::derived(state, table, record, name).or_else(|| record.body.get(name).cloned())
}

/// The value at a dotted path that may lead through references, e.g. `customer.owner.guid`.
pub fn look(state: &State, table: &str, record: &Record, path: &str) -> Option<Json> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let value = raw(state, table, record, first)?;
    let Some(rest) = rest else { return Some(value) };
    if rest == "guid" {
        return value.reference().map(Json::from);
    }
    let relation = contract().shown(table)?.member(first).and_then(|member| member.schema.relation.as_deref());
    match (relation, value.reference()) {
        (Some(table), Some(guid)) => look(state, table, state.record(table, guid)?, rest),
        _ => value.at(rest).cloned(),
    }
}

/// What a value of this schema is when nobody gave one.
pub fn default(schema: &Schema) -> Json {
    if let Some(value) = &schema.default {
        return value.clone();
    }
    if schema.nullable {
        return Json::Null;
    }
    match &schema.kind {
        Kind::Boolean => Json::Bool(false),
        Kind::Integer(_) | Kind::Number => Json::from(0),
        Kind::Enum(values) => values.first().map_or(Json::Null, |value| value.as_str().into()),
        Kind::List(_) => Json::List(Vec::new()),
        Kind::Text => Json::from(""),
        _ => Json::Null,
    }
}

fn shape(state: &State, table: &str, model: &Model, record: &Record) -> Json {
    let members = model.members.iter().map(|member| {
        let value = raw(state, table, record, &member.name);
        (member.name.clone(), fill(state, &member.schema, value.as_ref()))
    });
    Json::Object(members.collect())
}

fn fill(state: &State, schema: &Schema, value: Option<&Json>) -> Json {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return if schema.nullable { Json::Null } else { default(schema) };
    };
    match (&schema.kind, value) {
        (Kind::Object(model), value) => match &schema.relation {
            Some(table) => referred(state, table, contract().model(model), value),
            None => plain(state, contract().model(model), value),
        },
        (Kind::List(item), Json::List(items)) => {
            let item =
                Schema { relation: schema.relation.clone().or_else(|| item.relation.clone()), ..(**item).clone() };
            Json::List(items.iter().map(|value| fill(state, &item, Some(value))).collect())
        }
        _ => value.clone(),
    }
}

/// A sub-model that shows the record which the reference points at; null where there is none.
fn referred(state: &State, table: &str, model: &Model, reference: &Json) -> Json {
    let Some(target) = reference.reference().and_then(|guid| state.record(table, guid)) else { return Json::Null };
    let members = model.members.iter().map(|member| {
        let mut value = raw(state, table, target, &member.name);
        if member.schema.kind == Kind::Text
            && let Some(held) = value.as_ref().filter(|value| value.members().is_some())
        {
            value = Some(named(state, table, &member.name, held));
        }
        (member.name.clone(), fill(state, &member.schema, value.as_ref()))
    });
    Json::Object(members.collect())
}

/// The name of what a member of the table refers to, where a sub-model shows it as text (an address's country).
fn named(state: &State, table: &str, member: &str, reference: &Json) -> Json {
    let relation = contract().shown(table).and_then(|model| model.member(member)?.schema.relation.as_deref());
    let target = relation.zip(reference.reference()).and_then(|(table, guid)| state.record(table, guid));
    let name = target.and_then(|target| target.body.get("englishName").or_else(|| target.body.get("name")));
    name.cloned().unwrap_or(Json::Null)
}

/// A sub-model that is stored itself (money, a status). Its `name` is that of the record whose GUID stands beside it.
fn plain(state: &State, model: &Model, value: &Json) -> Json {
    let mut members = Members::new();
    for member in &model.members {
        let mut held = value.get(&member.name).cloned();
        if member.name == "name" && held.is_none() {
            let beside = model.members.iter().find_map(|other| {
                let table = other.schema.relation.as_deref()?;
                state.record(table, value.get(&other.name)?.as_text()?)
            });
            held = beside.and_then(|record| record.body.get("name").cloned());
        }
        members.insert(member.name.clone(), fill(state, &member.schema, held.as_ref()));
    }
    Json::Object(members)
}
