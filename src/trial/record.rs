//! Records of an entity made of single values, as the two systems would hold them.

use crate::program::{Entity, Planned, Slot};
use crate::schema::{self, Field};
use crate::systems::{Row, Select, SelectField};
use crate::value::{Side, Value};

/// A value as its side answers it once it stands there: Visma Business gives texts without blanks
/// at their end, and 0 and blank as nothing where the schema says so.
pub fn as_read(side: Side, blank_is_nothing: bool, value: Value) -> Value {
    if side == Side::Severa {
        return value;
    }
    let value = match value {
        Value::Text(text) => Value::text(text.trim_end()),
        other => other,
    };
    let blank = value.as_text().is_some_and(str::is_empty) || value.as_int() == Some(0);
    if blank_is_nothing && blank { Value::Null } else { value }
}

/// The question that a slot is part of.
pub fn select(entity: &Entity, side: Side, slot: Slot) -> Option<&Select> {
    match slot {
        Slot::Own(_) => Some(entity.select(side)),
        Slot::Owner(_) => None,
        Slot::Part { part, .. } => entity.parts.get(part).map(|p| &p.select),
    }
}

/// The field that a slot stands for.
pub fn field(entity: &Entity, side: Side, slot: Slot) -> Option<&SelectField> {
    let place = match slot {
        Slot::Own(place) => place,
        Slot::Part { field, .. } => field,
        Slot::Owner(_) => return None,
    };
    select(entity, side, slot)?.fields.get(place)
}

/// What the schema says of a column that an adapter knows by `name`.
pub fn known(side: Side, select: &Select, name: &str) -> Option<&'static Field> {
    let record = schema::of(side).record(&select.record.name)?;
    record.fields.iter().find(|field| match &field.index {
        None => field.name == name,
        Some(range) => range.clone().any(|number| schema::physical(&field.name, Some(number)) == name),
    })
}

/// A record with nothing in it but what its own `where` says, and an element for each part to stand on.
pub fn blank(entity: &Entity, side: Side) -> Row {
    let select = entity.select(side);
    let mut row = Row { id: "1".to_owned(), changed: None, values: vec![Value::Null; select.fields.len()] };
    for (name, value) in entity.constants(side) {
        if let Some(place) = select.slot(name).and_then(|slot| row.values.get_mut(slot)) {
            *place = value.clone();
        }
    }
    if side == Side::Severa {
        for part in &entity.parts {
            let mut element = vec![Value::Null; part.select.fields.len()];
            for (name, value) in &part.constants {
                if let Some(place) = part.select.slot(name).and_then(|slot| element.get_mut(slot)) {
                    *place = value.clone();
                }
            }
            if let Some(list) = row.values.get_mut(part.list) {
                match list {
                    Value::List(elements) => elements.push(Value::Record(element)),
                    other => *other = Value::List(vec![Value::Record(element)]),
                }
            }
        }
    }
    row
}

/// Sets a slot; of a part, in the element that the part picks. False where it picks none.
pub fn put(entity: &Entity, side: Side, row: &mut Row, slot: Slot, value: Value) -> bool {
    let value = match field(entity, side, slot) {
        Some(field) => as_read(side, field.blank_is_nothing, value),
        None => value,
    };
    let place = match slot {
        Slot::Own(place) => row.values.get_mut(place),
        // The record above is written by its own entity.
        Slot::Owner(_) => None,
        Slot::Part { part, field } => {
            let picked = entity.picked(part, row).map(<[Value]>::to_vec);
            let list = entity.parts.get(part).and_then(|p| row.values.get_mut(p.list));
            match (picked, list) {
                (Some(picked), Some(Value::List(elements))) => elements
                    .iter_mut()
                    .find_map(|e| match e {
                        Value::Record(values) if *values == picked => Some(values),
                        _ => None,
                    })
                    .and_then(|values| values.get_mut(field)),
                _ => None,
            }
        }
    };
    match place {
        Some(place) => {
            *place = value;
            true
        }
        None => false,
    }
}

/// Sets what a line writes; false where something of it is not known yet.
pub fn write(entity: &Entity, side: Side, row: &mut Row, values: &[(Slot, Planned)]) -> bool {
    values.iter().all(|(slot, planned)| match planned {
        Planned::Value(value) => put(entity, side, row, *slot, value.clone()),
        Planned::Pending(_) => false,
    })
}

/// The field that identifies a record on its side, as the adapter knows it.
pub fn known_key(side: Side, select: &Select) -> Option<String> {
    let record = schema::of(side).record(&select.record.name)?;
    Some(record.key_column(select.record.index)?.name)
}
