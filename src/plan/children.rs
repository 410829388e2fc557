//! Records that come to be with the one above: the rows of an invoice, as lines of its order.

use super::{Child, FieldChange, fingerprint};
use crate::program::{Above, Entity, Env, Origin, Outcome, Planned, Reference, Scope, Sends, Slot, eval};
use crate::systems::Row;
use crate::value::{Side, Value};

/// The children of a record that is to be created, in their order.
#[derive(Debug, Default)]
pub struct Children {
    pub records: Vec<Child>,
    pub waits: Vec<Reference>,
}

/// One of them cannot travel, so none does, and neither does the record above.
#[derive(Debug)]
pub struct Stopped {
    pub code: &'static str,
    pub reason: String,
    pub waits: Vec<Reference>,
}

pub fn children(entity: &Entity, from: Side, row: &Row, env: &Env) -> Result<Children, Stopped> {
    let mut children = Children::default();
    let mut first = None;
    if from != Side::Severa {
        return Ok(children);
    }
    for child in entity.children.iter().filter(|child| child.comes_with_owner()) {
        let env = env.below(Above { severa: Some(row), ..Above::default() });
        for (place, element) in elements(entity, child, row, &env).iter().enumerate() {
            match one(child, element, place, &env, &mut children.waits) {
                Ok(record) => children.records.extend(record),
                // One is enough to hold them all; what the others wait for is asked for all the same.
                Err(stopped) => drop(first.get_or_insert(stopped)),
            }
        }
    }
    match first {
        Some(stopped) => Err(Stopped { waits: children.waits, ..stopped }),
        None => Ok(children),
    }
}

/// The elements of the owner's list that a part stands for, as rows of its own.
pub fn elements(entity: &Entity, child: &Entity, row: &Row, env: &Env) -> Vec<Row> {
    let Some(owner) = &child.owner else { return Vec::new() };
    if let Some(pieces) = &owner.pieces {
        let scope = Scope::new(entity, Side::Severa, row);
        let Ok(Value::List(pieces)) = eval::value(pieces, &scope, env) else { return Vec::new() };
        let piece = |(place, value): (usize, Value)| Row {
            id: format!("{}/{}", row.id, place + 1),
            changed: row.changed,
            values: vec![value],
        };
        return pieces.into_iter().enumerate().map(piece).collect();
    }
    let Some(Value::List(elements)) = row.values.get(owner.slot) else { return Vec::new() };
    let not_in = owner.not_in.and_then(|part| entity.picked(part, row)).and_then(|values| values.first());
    let mut rows: Vec<Row> = elements
        .iter()
        .filter_map(|element| match element {
            Value::Record(values) => Some(values),
            _ => None,
        })
        .filter(|values| not_in.is_none_or(|taken| !values.first().is_some_and(|id| id.same(taken))))
        .map(|values| Row {
            id: values.first().map(ToString::to_string).unwrap_or_default(),
            changed: stamp_of(child, values).or(row.changed),
            values: values.clone(),
        })
        .filter(|element| {
            let scope = Scope::of(child, Side::Severa, element, env);
            owner.condition.as_ref().is_none_or(|condition| eval::holds(condition, &scope, env))
        })
        .collect();
    if owner.first {
        let by = |row: &Row| owner.first_by.and_then(|slot| row.values.get(slot)).map(ToString::to_string);
        rows.sort_by(|a, b| (by(a), &a.id).cmp(&(by(b), &b.id)));
        rows.truncate(1);
    }
    rows
}

/// An element's own stamp: when it was changed, or else created.
fn stamp_of(child: &Entity, values: &[Value]) -> Option<jiff::Timestamp> {
    ["lastUpdatedDateTime", "createdDateTime"].into_iter().find_map(|name| {
        match child.severa.slot(name).and_then(|slot| values.get(slot)) {
            Some(Value::Instant(at)) => Some(*at),
            _ => None,
        }
    })
}

fn one(
    child: &Entity,
    element: &Row,
    place: usize,
    env: &Env,
    waits: &mut Vec<Reference>,
) -> Result<Option<Child>, Stopped> {
    let (_, name) = child.label(Side::Severa, element);
    let stopped = |code: &'static str, reason: &str| {
        let part = child.name.rsplit('.').next().unwrap_or(&child.name).to_lowercase();
        let label = format!("{part} {} {name}", place + 1);
        Stopped { code, reason: format!("{}: {reason}", label.trim()), waits: Vec::new() }
    };
    if child.sends(Side::Severa, element, env) != Sends::Yes {
        return Ok(None);
    }
    if let Some(reason) = child.held_by(element, env) {
        return Err(stopped("hold", reason));
    }
    let mut fields: Vec<FieldChange> = Vec::new();
    let mut set = |field: &str, new: Planned, because: &Origin, line: u64| {
        let known = fields.iter().any(|f| f.field == field);
        if !known && !matches!(new, Planned::Value(Value::Null)) {
            let (field, because) = (field.to_owned(), because.clone());
            fields.push(FieldChange { field, part: None, old: Value::Null, new, because, line });
        }
    };
    for line in child.lines.iter().filter(|line| line.writes_to(Side::Business) && !line.write_back) {
        let carried = line.carry(child, Side::Business, element, None, env);
        let unlinked = !carried.waits.is_empty();
        waits.extend(carried.waits.iter().cloned());
        match carried.outcome {
            Outcome::Keep => {}
            Outcome::Skip(_) => return Ok(None),
            Outcome::Hold(reason) => {
                let code = if unlinked { "not-linked" } else { "does-not-fit" };
                return Err(stopped(code, &reason));
            }
            Outcome::Write(values) => {
                let key = fingerprint::line_key(line);
                for (slot, new) in values {
                    set(child.field_name(Side::Business, slot), new, &line.origin, key);
                }
            }
        }
    }
    for (field, value) in child.constants(Side::Business) {
        set(field, Planned::Value(value.clone()), &child.origin, 0);
    }
    let position = i64::try_from(place + 1).unwrap_or(i64::MAX);
    for (column, _) in &child.positions {
        set(column, Planned::Value(Value::Int(position)), &child.origin, 0);
    }
    if let Some(slot) = child.identity {
        let column = child.field_name(Side::Business, Slot::Own(slot));
        set(column, Planned::Value(Value::text(element.id.as_str())), &child.identity_origin, 0);
    }
    let numbers: Vec<String> = child
        .numbers
        .iter()
        .map(|(column, _)| column.clone())
        .filter(|column| !fields.iter().any(|f| f.field == *column))
        .collect();
    let joined = |name: &str| child.owner.iter().flat_map(|owner| &owner.joins).any(|(column, _)| column == name);
    let missing: Vec<&str> = child
        .required(Side::Business)
        .iter()
        .map(String::as_str)
        .filter(|name| !fields.iter().any(|f| f.field == *name) && !joined(name))
        .filter(|name| !numbers.iter().any(|number| number == name))
        .collect();
    if !missing.is_empty() {
        let reason = format!("Visma Business does not create it without {}", missing.join(", "));
        return Err(stopped("missing-required", &reason));
    }
    Ok(Some(Child { entity: child.name.clone(), source_id: element.id.clone(), name, fields, numbers }))
}
