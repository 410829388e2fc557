//! A record that stands on one side only: created on the other, kept back, or held.

use super::output::{Output, columns, part_of};
use super::pair::{held, is_of_another_role};
use super::{Child, FieldChange, Kind, Operation, Wait, children, fingerprint};
use crate::program::{Entity, Env, Line, Outcome, Planned, Reference, Sends, Slot};
use crate::systems::Row;
use crate::value::{Guid, Side, Value};

/// Plans what becomes of a record of `from` that has no counterpart.
pub fn create(entity: &Entity, from: Side, row: &Row, env: &Env, start: Option<jiff::civil::Date>, out: &mut Output) {
    let to = from.other();
    if !entity.creates_on(to) {
        return;
    }
    if let Sends::No(condition) = entity.sends(from, row, env) {
        out.keep_back(condition);
        return;
    }
    if let (Some((side, slot)), Some(start)) = (entity.dated, start)
        && side == from
        && matches!(row.values.get(slot), Some(Value::Date(date)) if *date < start)
    {
        out.keep_back(format!("before the start date {start}"));
        return;
    }
    if from == Side::Severa
        && let Some(reason) = entity.held_by(row, env)
    {
        out.hold(held(entity, from, row, "hold", reason.to_owned()));
        return;
    }
    let mut record = Record::default();
    for line in entity.lines.iter().filter(|l| l.writes_to(to) && !l.write_back) {
        if !add(entity, line, from, row, env, &mut record, out) {
            return;
        }
    }
    // What goes the other way only is as it is: nobody has changed it yet.
    for line in entity.lines.iter().filter(|l| entity.owner.is_some() && !l.writes_to(to) && !l.on_create) {
        record.bases.push((fingerprint::line_key(line), fingerprint::end(entity, line, from, row)));
    }
    let numbers: Vec<String> = match to {
        Side::Business => {
            let given = |column: &str| record.fields.iter().any(|f| f.field == column && has_value(&f.new));
            entity.numbers.iter().filter(|(column, _)| !given(column)).map(|(column, _)| column.clone()).collect()
        }
        Side::Severa => Vec::new(),
    };
    // A number that is only going to be assigned is not in step before it has been written back.
    let assigned = |line: &Line| {
        let own = |slot: &Slot| matches!(slot, Slot::Own(place) if entity.numbers.iter().any(|(c, at)| at == place && numbers.contains(c)));
        line.business.iter().any(own)
    };
    let back = entity.lines.iter().filter(|line| line.writes_to(Side::Severa) && assigned(line));
    let open: Vec<u64> = back.map(fingerprint::line_key).collect();
    record.bases.retain(|(line, _)| !open.contains(line));
    if from == Side::Business {
        mark(entity, row, env, &mut record);
    }
    if let Some(column) = belongs(entity, to, env, &mut record) {
        let reason = format!("the record that it belongs to has no {column} in {}", to.title());
        out.hold(held(entity, from, row, "missing-required", reason));
        return;
    }
    for (field, value) in entity.constants(to) {
        if !record.fields.iter().any(|f| f.field == *field && f.part.is_none()) {
            let because = entity.origin.clone();
            record.fields.push(FieldChange {
                field: field.clone(),
                part: None,
                old: Value::Null,
                new: Planned::Value(value.clone()),
                because,
                line: 0,
            });
        }
    }
    record.fields.retain(|f| has_value(&f.new));
    let missing: Vec<&str> = entity
        .required(to)
        .iter()
        .filter(|name| !record.fields.iter().any(|f| f.field == **name) && !numbers.contains(name))
        .map(String::as_str)
        .collect();
    if !missing.is_empty() {
        let reason = format!("{} does not create a {} without {}", to.title(), entity.title, missing.join(", "));
        out.hold(held(entity, from, row, "missing-required", reason));
        return;
    }
    let children = match children::children(entity, from, row, env) {
        Ok(children) => children,
        Err(stopped) => {
            out.hold(held(entity, from, row, stopped.code, stopped.reason));
            record.waits.extend(stopped.waits);
            out.waits.push(Wait { side: from, id: row.id.clone(), references: record.waits });
            return;
        }
    };
    record.waits.extend(children.waits);
    record.children = children.records;
    write_back(entity, (from, row), &numbers, env, out, record);
}

#[derive(Default)]
struct Record {
    fields: Vec<FieldChange>,
    bases: Vec<(u64, u64)>,
    waits: Vec<Reference>,
    children: Vec<Child>,
}

/// The mark by which a record of Visma Business is found again stands at the end of its text in Severa.
fn mark(entity: &Entity, row: &Row, env: &Env, record: &mut Record) {
    let (Some(mark), Some(text)) = (&entity.mark, entity.mark_of(row, env)) else { return };
    let field = entity.field_name(Side::Severa, Slot::Own(mark.within)).to_owned();
    if let Some(written) = record.fields.iter_mut().find(|f| f.field == field && f.part.is_none()) {
        let before = match &written.new {
            Planned::Value(Value::Text(before)) if !before.trim().is_empty() => format!("{before} "),
            _ => String::new(),
        };
        written.new = Planned::Value(Value::Text(before + &text));
        return;
    }
    record.fields.push(FieldChange {
        field,
        part: None,
        old: Value::Null,
        new: Planned::Value(Value::Text(text)),
        because: entity.identity_origin.clone(),
        line: 0,
    });
}

/// Of a part: whose it is. The record above may only be going to be created on that side. Answers the column
/// that is blank there.
fn belongs<'e>(entity: &'e Entity, to: Side, env: &Env, record: &mut Record) -> Option<&'e str> {
    let (owner, above) = (entity.owner.as_ref()?, env.above()?);
    let mut set = |field: &str, new: Planned| {
        record.fields.retain(|f| f.field != field || f.part.is_some());
        let because = entity.origin.clone();
        record.fields.push(FieldChange {
            field: field.to_owned(),
            part: None,
            old: Value::Null,
            new,
            because,
            line: 0,
        });
    };
    let pending = |from: Side, value: &Row, column: &str| {
        let entity = entity.name.rsplit_once('.').map_or("", |(above, _)| above).to_owned();
        Planned::Pending(Reference { entity, from, value: value.id.clone(), column: column.to_owned() })
    };
    match to {
        Side::Business => {
            for ((column, slot), theirs) in owner.joins.iter().zip(&owner.columns) {
                match (above.business.map(|row| row.values.get(*slot)), above.severa) {
                    (Some(None | Some(Value::Null)), _) => return Some(theirs),
                    (Some(Some(value)), _) => set(column, Planned::Value(value.clone())),
                    (None, Some(row)) => set(column, pending(Side::Severa, row, theirs)),
                    (None, None) => {}
                }
            }
        }
        Side::Severa => {
            if let Some((field, _)) = &owner.field {
                match (above.severa, above.business) {
                    (Some(row), _) => set(field, Planned::Value(identifier(row))),
                    (None, Some(row)) => set(field, pending(Side::Business, row, "")),
                    (None, None) => {}
                }
            }
        }
    }
    None
}

fn identifier(row: &Row) -> Value {
    row.id.parse::<Guid>().map_or_else(|_| Value::text(row.id.as_str()), Value::Guid)
}

fn has_value(planned: &Planned) -> bool {
    !matches!(planned, Planned::Value(Value::Null))
}

/// Adds a line's values; false where the record cannot travel.
fn add(entity: &Entity, line: &Line, from: Side, row: &Row, env: &Env, record: &mut Record, out: &mut Output) -> bool {
    let to = from.other();
    let carried = line.carry(entity, to, row, None, env);
    let settled = carried.waits.is_empty();
    record.waits.extend(carried.waits);
    match carried.outcome {
        Outcome::Keep => {}
        Outcome::Hold(reason) => {
            let code = if record.waits.is_empty() { "does-not-fit" } else { "not-linked" };
            out.hold(held(entity, from, row, code, reason));
            out.waits.push(Wait { side: from, id: row.id.clone(), references: std::mem::take(&mut record.waits) });
            return false;
        }
        Outcome::Skip(reason) => {
            out.keep_back(reason);
            return false;
        }
        Outcome::Write(values) => {
            for (slot, new) in values {
                record.fields.push(FieldChange {
                    field: entity.field_name(to, slot).to_owned(),
                    part: part_of(entity, slot, None),
                    old: Value::Null,
                    new,
                    because: line.origin.clone(),
                    line: fingerprint::line_key(line),
                });
            }
        }
    }
    if !line.on_create {
        let source = if settled { fingerprint::end(entity, line, from, row) } else { fingerprint::UNSETTLED };
        record.bases.push((fingerprint::line_key(line), source));
    }
    true
}

/// The creation itself, and what must flow back once it has been done.
fn write_back(
    entity: &Entity,
    (from, row): (Side, &Row),
    numbers: &[String],
    env: &Env,
    out: &mut Output,
    record: Record,
) {
    let to = from.other();
    let (key, name) = entity.label(from, row);
    out.waits.push(Wait { side: from, id: row.id.clone(), references: record.waits });
    let operation = |kind: Kind, side: Side, record_id: Option<String>, fields: Vec<FieldChange>| Operation {
        id: String::new(),
        kind,
        side,
        key: key.clone(),
        name: name.clone(),
        source_id: row.id.clone(),
        record_id,
        fields,
        numbers: Vec::new(),
        children: Vec::new(),
        follows: false,
        bases: Vec::new(),
        ahead: Vec::new(),
        source_stamp: row.changed.map(|s| s.to_string()),
        columns: if from == Side::Business { columns(entity, row) } else { Default::default() },
    };
    let mut creation = operation(Kind::Create, to, None, record.fields);
    creation.numbers = numbers.to_vec();
    creation.bases = record.bases;
    creation.children = record.children;
    out.operation(creation);
    match from {
        // A number that Visma Business assigns goes back to the record it was made from.
        Side::Severa => {
            for line in entity.lines.iter().filter(|l| l.writes_to(Side::Severa) && l.numbered) {
                let assigned = line.business.iter().filter_map(|slot| match slot {
                    Slot::Own(place) => {
                        entity.numbers.iter().find(|(column, own)| own == place && numbers.contains(column))
                    }
                    Slot::Part { .. } | Slot::Owner(_) => None,
                });
                let fields = assigned.zip(&line.severa).map(|((column, _), slot)| FieldChange {
                    field: entity.field_name(Side::Severa, *slot).to_owned(),
                    part: None,
                    old: entity.slot(Side::Severa, row, *slot).clone(),
                    new: Planned::Pending(Reference {
                        entity: entity.name.clone(),
                        from: Side::Severa,
                        value: row.id.clone(),
                        column: column.clone(),
                    }),
                    because: line.origin.clone(),
                    line: fingerprint::line_key(line),
                });
                let fields: Vec<_> = fields.collect();
                if !fields.is_empty() {
                    out.operation(operation(Kind::WriteBack, Side::Severa, Some(row.id.clone()), fields));
                }
            }
            let fields = said_of_a_new_one(entity, row, env);
            if !fields.is_empty() {
                let mut back = operation(Kind::WriteBack, Side::Severa, Some(row.id.clone()), fields);
                back.follows = true;
                out.operation(back);
            }
        }
        // Our identifier in a record that Visma Business had before Severa.
        Side::Business => {
            let Some(slot) = entity.identity.filter(|_| !is_of_another_role(entity, row, env)) else { return };
            let field = FieldChange {
                field: entity.field_name(Side::Business, Slot::Own(slot)).to_owned(),
                part: None,
                old: entity.slot(Side::Business, row, Slot::Own(slot)).clone(),
                new: Planned::Pending(Reference {
                    entity: entity.name.clone(),
                    from: Side::Business,
                    value: row.id.clone(),
                    column: String::new(),
                }),
                because: entity.identity_origin.clone(),
                line: 0,
            };
            out.operation(operation(Kind::Link, Side::Business, Some(row.id.clone()), vec![field]));
        }
    }
}

/// What lines against the entity's arrow say in Severa of a record that has just been created: of a
/// new order that it is there. Nothing is known of it yet, so all its fields count as blank.
fn said_of_a_new_one(entity: &Entity, row: &Row, env: &Env) -> Vec<FieldChange> {
    let values = vec![Value::Null; entity.business.fields.len()];
    let new = Row { id: String::new(), changed: None, values };
    let mut fields = Vec::new();
    for line in entity.lines.iter().filter(|l| l.write_back && l.writes_to(Side::Severa)) {
        let Outcome::Write(values) = line.carry(entity, Side::Severa, &new, Some(row), env).outcome else { continue };
        for (slot, value) in values {
            let old = entity.slot(Side::Severa, row, slot).clone();
            // A blank is not said of what is only going to be there.
            let says = matches!(&value, Planned::Value(new) if !new.is_null() && !new.same(&old));
            if says {
                fields.push(FieldChange {
                    field: entity.field_name(Side::Severa, slot).to_owned(),
                    part: part_of(entity, slot, Some(row)),
                    old,
                    new: value,
                    because: line.origin.clone(),
                    line: fingerprint::line_key(line),
                });
            }
        }
    }
    fields
}
