//! Personal data in what leaves the house: each value is replaced by `***`, in a finding's name and in its words.
//!
//! Which fields are personal is what the schema says. A record is still found by its number or identifier.

use super::Checklist;
use crate::program::{Entity, Program};
use crate::run::Survey;
use crate::schema::{self, Record};
use crate::systems::{Row, Select};
use crate::value::{Side, Value};
use std::collections::{HashMap, HashSet};

const MASKED: &str = "***";

/// Shorter values are no names, and would blot out half of every sentence.
const SHORTEST: usize = 3;

/// The personal values of all records that were read.
#[derive(Debug, Default)]
pub struct Mask {
    /// By their first word, the longest first.
    values: HashMap<String, Vec<String>>,
    /// Names of records whose name is personal.
    names: HashSet<String>,
}

impl Mask {
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
        for values in mask.values.values_mut() {
            values.sort_by_key(|value| std::cmp::Reverse(value.len()));
            values.dedup();
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
                    *text = self.text(text);
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
            self.add(name);
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
                (Value::Text(text), _) if is_personal(record, &field.name) && tells(text) => self.add(text),
                _ => {}
            }
        }
    }

    fn add(&mut self, text: &str) {
        let text = text.trim();
        if text.chars().count() < SHORTEST || text.chars().all(|c| c.is_ascii_digit()) {
            return;
        }
        let first = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned();
        let values = self.values.entry(first).or_default();
        if !values.iter().any(|known| known == text) {
            values.push(text.to_owned());
        }
    }

    /// A text with every personal value in it masked, where it stands as words of its own; e-mail addresses always.
    fn text(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        let mut inside = false;
        while let Some(c) = rest.chars().next() {
            let taken = if inside { None } else { self.at(rest) };
            if let Some(length) = taken {
                out.push_str(MASKED);
                rest = &rest[length..];
                inside = true;
                continue;
            }
            inside = c.is_alphanumeric();
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
        out
    }

    /// The length of the personal value that a text begins with.
    fn at(&self, text: &str) -> Option<usize> {
        let word = text.split(char::is_whitespace).next().unwrap_or_default();
        let address = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        let is_address = address.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
        if is_address && address.starts_with(char::is_alphanumeric) {
            return Some(address.len());
        }
        let first = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let values = self.values.get(first)?;
        let ends = |length: usize| !text[length..].starts_with(char::is_alphanumeric);
        values.iter().find(|value| text.starts_with(value.as_str()) && ends(value.len())).map(String::len)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_masked_where_they_stand_as_words() {
        let mut mask = Mask::default();
        for value in ["Per", "Per Lund", "Fjellveien 3", "Ål", "1042"] {
            mask.add(value);
        }
        mask.values.values_mut().for_each(|values| values.sort_by_key(|v| std::cmp::Reverse(v.len())));
        for (text, masked) in [
            ("5 Per Lund lives at Fjellveien 3.", "5 *** lives at ***."),
            ("Performance (Per)", "Performance (***)"),
            ("Ål 1042", "Ål 1042"),
            ("mail to `per@example.no`, or a@b", "mail to `***`, or a@b"),
            ("Super", "Super"),
        ] {
            assert_eq!(mask.text(text), masked);
        }
    }
}
