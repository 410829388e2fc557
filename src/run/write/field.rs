//! The fields of an operation with their values settled, as an adapter takes them.

use crate::plan::FieldChange;
use crate::program::Entity;
use crate::systems::{PartWrite, Row};
use crate::value::{Side, Value};

/// A field with its value settled.
pub(super) struct Field<'a> {
    pub change: &'a FieldChange,
    pub value: Value,
}

/// Whether it is a field of a list's element that is not there yet.
pub(super) fn makes_element(field: &Field) -> bool {
    field.change.part.as_ref().is_some_and(|part| part.id.is_none()) && !field.value.is_null()
}

/// Whether a field's element should have come to be and has not.
pub(super) fn is_missing(entity: &Entity, side: Side, field: &Field, row: &Row) -> bool {
    let Some(part) = field.change.part.as_ref().map(|part| part.part) else { return false };
    side == Side::Severa && makes_element(field) && entity.picked(part, row).is_none()
}

/// Fields inside lists, one write for each element.
pub(super) fn parts(entity: &Entity, fields: &[Field]) -> Vec<PartWrite> {
    let mut writes: Vec<PartWrite> = Vec::new();
    // An e-mail address and a phone number may both come to be in one list.
    let mut of: Vec<usize> = Vec::new();
    for field in fields {
        let Some(part) = &field.change.part else { continue };
        if part.id.is_none() && field.value.is_null() {
            continue;
        }
        let place = match of.iter().zip(&writes).position(|(place, w)| *place == part.part && w.id == part.id) {
            Some(place) => place,
            None => {
                let constants = entity.parts.get(part.part).filter(|_| part.id.is_none()).map(|p| p.constants.clone());
                writes.push(PartWrite {
                    list: part.list.clone(),
                    id: part.id.clone(),
                    expect: Vec::new(),
                    set: constants.unwrap_or_default(),
                });
                of.push(part.part);
                writes.len() - 1
            }
        };
        let write = &mut writes[place];
        if part.id.is_some() {
            write.expect.push((field.change.field.clone(), field.change.old.clone()));
        }
        write.set.push((field.change.field.clone(), field.value.clone()));
    }
    writes
}
