//! A plan without personal data, for reports that leave the house.

use super::{FieldChange, Operation, Plan, Planned, line_key};
use crate::program::mask::{MASKED, Mask};
use crate::program::{Entity, Program};
use crate::state::Held;
use crate::value::{Side, Value};

/// The plan with every value that says something about a person replaced by `***`, and what masks the same
/// values in other sentences about it. Which values these are stands in the schema; of an entity that the
/// program does not have, all are.
pub fn masked(plan: &Plan, program: &Program) -> (Plan, Mask) {
    let mut plan = plan.clone();
    let mut mask = Mask::default();
    for planned in &mut plan.entities {
        let entity = program.named(&planned.entity);
        for operation in &mut planned.operations {
            of_operation(operation, entity, &mut mask);
        }
        if entity.is_none_or(Entity::has_personal_names) {
            let held = planned.held.iter_mut().map(|held| &mut held.name);
            held.chain(planned.notes.iter_mut().map(|note| &mut note.name)).for_each(|name| hide(name, &mut mask));
        }
    }
    // Sentences come last: they may name a record of another entity.
    for planned in &mut plan.entities {
        for held in &mut planned.held {
            held.reason = mask.text(&held.reason);
            held.key = mask.text(&held.key);
        }
        for note in &mut planned.notes {
            note.text = mask.text(&note.text);
            note.key = mask.text(&note.key);
        }
        for operation in &mut planned.operations {
            operation.key = mask.text(&operation.key);
        }
    }
    (plan, mask)
}

/// The same for records on the list of held ones.
pub fn mask_held<'a>(held: impl Iterator<Item = &'a mut Held>, program: &Program) {
    let mut mask = Mask::default();
    let mut held: Vec<_> = held.collect();
    for one in held.iter_mut().filter(|one| program.named(&one.entity).is_none_or(Entity::has_personal_names)) {
        hide(&mut one.name, &mut mask);
    }
    for one in held {
        one.reason = mask.text(&one.reason);
        one.key = mask.text(&one.key);
    }
}

fn of_operation(operation: &mut Operation, entity: Option<&Entity>, mask: &mut Mask) {
    if entity.is_none_or(Entity::has_personal_names) {
        hide(&mut operation.name, mask);
    }
    for field in &mut operation.fields {
        of_field(field, entity, operation.side, mask);
    }
    for child in &mut operation.children {
        let own =
            entity.and_then(|entity| entity.children.iter().find(|own| own.name == child.entity)).map(AsRef::as_ref);
        if own.is_none_or(Entity::has_personal_names) {
            hide(&mut child.name, mask);
        }
        for field in &mut child.fields {
            of_field(field, own, operation.side, mask);
        }
    }
}

fn of_field(field: &mut FieldChange, entity: Option<&Entity>, side: Side, mask: &mut Mask) {
    let is_personal = entity.is_none_or(|entity| {
        let line = entity.lines.iter().find(|line| field.line != 0 && line_key(line) == field.line);
        entity.is_personal(side, line, field.part.as_ref().map(|part| part.part), &field.field)
    });
    if !is_personal {
        return;
    }
    let new = if let Planned::Value(value) = &mut field.new { Some(value) } else { None };
    for value in std::iter::once(&mut field.old).chain(new).filter(|value| !value.is_null()) {
        // A single word, as a town, tells of nobody in a sentence; where it stands as a value it may.
        if let Value::Text(text) = &*value
            && text.contains(|c: char| c.is_whitespace() || c.is_ascii_digit() || c == '@')
        {
            mask.add(text);
        }
        *value = Value::text(MASKED);
    }
}

fn hide(name: &mut String, mask: &mut Mask) {
    if !name.is_empty() {
        mask.add(name);
        MASKED.clone_into(name);
    }
}
