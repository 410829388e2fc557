//! What becomes of one record that has no counterpart yet, as a run would plan it.

use super::record;
use crate::program::{Entity, Env, Line, Origin, Outcome, Planned, Sends, Slot, eval};
use crate::systems::{Comparison, Condition, Row, Test};
use crate::value::{Side, Value};

/// How far a record gets.
#[derive(Debug, Clone, PartialEq)]
pub enum Journey {
    /// The condition that keeps it on its side, in the mapping's words.
    LeftOut(String),
    /// It waits for a person, for this reason.
    Held(String),
    /// A line says that it does not travel.
    Skipped(String),
    /// The fields that come out on the other side.
    Arrives(Vec<Made>),
}

/// A field of the record that comes out.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// As the side knows it.
    pub field: String,
    /// Of an element of a list: the part that makes it.
    pub part: Option<usize>,
    pub value: MadeValue,
    /// Where the mapping says so.
    pub because: Origin,
}

#[derive(Debug, Clone, PartialEq)]
pub enum MadeValue {
    Is(Value),
    /// The side gives it a value when the record is created.
    Assigned,
}

/// The fields whose values the side that is written to assigns itself, and our identifier among them.
pub fn assigned(entity: &Entity, to: Side) -> Vec<String> {
    match to {
        Side::Severa => record::known_key(to, entity.select(to)).into_iter().collect(),
        Side::Business => {
            let numbers = entity.numbers.iter().map(|(column, _)| column.clone());
            let positions = entity.positions.iter().map(|(column, _)| column.clone());
            numbers
                .chain(positions)
                .chain(entity.identity.map(|slot| entity.field_name(to, Slot::Own(slot)).to_owned()))
                .collect()
        }
    }
}

/// Where the entity creates nothing on the other side, the record is taken as linked and what its
/// lines write back comes out.
pub fn travel(entity: &Entity, from: Side, row: &Row, env: &Env) -> Journey {
    let to = from.other();
    let creates = entity.creates_on(to);
    let select = entity.select(from);
    if let Some(scope) = select.scope.iter().find(|c| !fulfills(select, row, c)) {
        return Journey::LeftOut(words(scope));
    }
    let own = if from == Side::Severa { &entity.own_severa } else { &entity.own_business };
    if !own.iter().all(|condition| eval::holds(condition, &eval::Scope::new(entity, from, row), env)) {
        return Journey::LeftOut("its own `where`".to_owned());
    }
    if creates && let Sends::No(condition) = entity.sends(from, row, env) {
        return Journey::LeftOut(condition);
    }
    if creates
        && from == Side::Severa
        && let Some(reason) = entity.held_by(row, env)
    {
        return Journey::Held(reason.to_owned());
    }
    let mut made = Vec::new();
    for line in entity.lines.iter().filter(|l| l.writes_to(to) && l.write_back != creates) {
        match line.carry(entity, to, row, None, env).outcome {
            Outcome::Keep => {}
            Outcome::Hold(reason) => return Journey::Held(reason),
            Outcome::Skip(reason) => return Journey::Skipped(reason),
            Outcome::Write(values) => made.extend(values.into_iter().map(|v| written(entity, line, to, v))),
        }
    }
    if creates {
        given_by_the_side(entity, to, &mut made);
        if let Some(missing) = missing(entity, to, &made) {
            return Journey::Held(format!("{} does not create a {} without {missing}", to.title(), entity.title));
        }
    }
    Journey::Arrives(made)
}

fn written(entity: &Entity, line: &Line, to: Side, (slot, value): (Slot, Planned)) -> Made {
    let value = match value {
        Planned::Value(value) => {
            let blank = record::field(entity, to, slot).is_some_and(|f| f.blank_is_nothing);
            MadeValue::Is(record::as_read(to, blank, value))
        }
        Planned::Pending(_) => MadeValue::Assigned,
    };
    let part = if let Slot::Part { part, .. } = slot { Some(part) } else { None };
    Made { field: entity.field_name(to, slot).to_owned(), part, value, because: line.origin.clone() }
}

/// What a new record gets besides its lines: the values of its own `where`, numbers, identifiers.
fn given_by_the_side(entity: &Entity, to: Side, made: &mut Vec<Made>) {
    let has = |made: &[Made], field: &str| {
        made.iter().any(|m| m.part.is_none() && m.field == field && m.value != MadeValue::Is(Value::Null))
    };
    let made_of = |field: &str, value: MadeValue| Made {
        field: field.to_owned(),
        part: None,
        value,
        because: entity.origin.clone(),
    };
    for (field, value) in entity.constants(to) {
        if !has(made, field) {
            made.push(made_of(field, MadeValue::Is(value.clone())));
        }
    }
    for field in assigned(entity, to) {
        if !has(made, &field) {
            made.retain(|m| m.part.is_some() || m.field != field);
            made.push(made_of(&field, MadeValue::Assigned));
        }
    }
    for (place, part) in entity.parts.iter().enumerate() {
        if to == Side::Severa && made.iter().any(|m| m.part == Some(place) && m.value != MadeValue::Is(Value::Null)) {
            made.extend(
                part.constants
                    .iter()
                    .map(|(field, value)| Made { part: Some(place), ..made_of(field, MadeValue::Is(value.clone())) }),
            );
        }
    }
}

fn missing(entity: &Entity, to: Side, made: &[Made]) -> Option<String> {
    let there = |name: &&String| {
        made.iter().any(|m| m.part.is_none() && m.field == **name && m.value != MadeValue::Is(Value::Null))
    };
    let missing: Vec<&str> = entity.required(to).iter().filter(|name| !there(name)).map(String::as_str).collect();
    (!missing.is_empty()).then(|| missing.join(", "))
}

/// Whether a record is one of the entity's at all.
fn fulfills(select: &crate::systems::Select, row: &Row, condition: &Condition) -> bool {
    let Some(value) = select.slot(&condition.field).and_then(|slot| row.values.get(slot)) else {
        return true;
    };
    match &condition.test {
        Test::Compare(op, with) => eval::compare(*op, value, with),
        Test::In(values) => values.iter().any(|v| v.same(value)),
    }
}

fn words(condition: &Condition) -> String {
    let op = |op: Comparison| match op {
        Comparison::Eq => "=",
        Comparison::Ne => "!=",
        Comparison::Lt => "<",
        Comparison::Le => "<=",
        Comparison::Gt => ">",
        Comparison::Ge => ">=",
    };
    match &condition.test {
        Test::Compare(Comparison::Eq, Value::Null) => format!("{} is blank", condition.field),
        Test::Compare(Comparison::Ne, Value::Null) => format!("{} is not blank", condition.field),
        Test::Compare(test, value) => format!("{} {} {value}", condition.field, op(*test)),
        Test::In(values) => {
            let values: Vec<_> = values.iter().map(Value::to_string).collect();
            format!("{} in [{}]", condition.field, values.join(", "))
        }
    }
}
