//! Personal data in what leaves the house: each value is replaced by `***`, in a finding's name and in its words.
//!
//! Which fields are personal is what the schema says. A record is still found by its number or identifier.

use super::Checklist;
use crate::program::mask::{MASKED, Mask};
use crate::program::{Entity, Program};
use crate::run::Survey;
use crate::schema::{self, Record};
use crate::systems::{Row, Select};
use crate::value::{Side, Value};
use std::collections::HashSet;

/// The personal values of all records that were read.
#[derive(Debug, Default)]
pub struct Hidden {
    values: Mask,
    /// Names of records whose name is personal.
    names: HashSet<String>,
}

impl Hidden {
    pub fn new(program: &Program, survey: &Survey) -> Self {
        let mut mask = Self::default();
        let Ok(data) = &survey.records else { return mask };
        for (place, known) in &data.known {
            let Some(entity) = program.entities.get(*place) else { continue };
            // What bears a person's name on one side may bear it on the other.
            let named = Side::BOTH.iter().any(|side| names_people(entity, *side));
            for (side, rows) in [(Side::Severa, &known.severa), (Side::Business, &known.business)] {
                for row in rows {
                    mask.of_values(entity.select(side), side, &row.values);
                    if named {
                        mask.of_name(entity, side, row);
                    }
                }
            }
        }
        mask
    }

    /// The checklist without personal data.
    pub fn applied(&self, checklist: &Checklist) -> Checklist {
        let mut masked = checklist.clone();
        for section in &mut masked.sections {
            for finding in &mut section.findings {
                if self.names.contains(&finding.name) {
                    finding.name = MASKED.to_owned();
                }
                for text in [&mut finding.key, &mut finding.name, &mut finding.what, &mut finding.todo] {
                    *text = self.values.text(text);
                }
            }
        }
        masked
    }

    fn of_name(&mut self, entity: &Entity, side: Side, row: &Row) {
        let (_, name) = entity.label(side, row);
        let name = name.trim();
        if !name.is_empty() {
            self.names.insert(name.to_owned());
            self.values.add(name);
        }
    }

    fn of_values(&mut self, select: &Select, side: Side, values: &[Value]) {
        let Some(record) = schema::of(side).record(&select.record.name) else { return };
        for (field, value) in select.fields.iter().zip(values) {
            match (value, &field.of) {
                (Value::List(elements), Some(of)) => elements.iter().for_each(|element| {
                    if let Value::Record(values) = element {
                        self.of_values(of, side, values);
                    }
                }),
                // A single word, as a town, tells of nobody; a person's name is taken from the record's label.
                (Value::Text(text), _) if is_personal(record, &field.name) && tells(text) => self.values.add(text),
                _ => {}
            }
        }
    }
}

fn tells(text: &str) -> bool {
    text.trim().contains(|c: char| c.is_whitespace() || c.is_ascii_digit() || c == '@')
}

/// Whether the field that gives a record its name says something about a person.
fn names_people(entity: &Entity, side: Side) -> bool {
    let label = if side == Side::Severa { &entity.label_severa } else { &entity.label_business };
    let Some(record) = schema::of(side).record(&entity.select(side).record.name) else { return false };
    let fields = label.name.iter().filter_map(|slot| entity.select(side).fields.get(*slot));
    fields.into_iter().any(|field| is_personal(record, &field.name))
}

/// `Ad1` is a field of its own, `Inf8` one of a numbered family.
fn is_personal(record: &Record, name: &str) -> bool {
    let plain = record.fields.iter().find(|field| field.name == name);
    let family = || {
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        record.fields.iter().find(|field| field.index.is_some() && field.name == stem)
    };
    plain.or_else(family).is_some_and(|field| field.personal)
}
