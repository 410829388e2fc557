//! What is read once a run: tables that a system keeps, and names of the tenant.

use super::Program;
use super::eval::Stop;
use crate::systems::Select;
use crate::value::{Guid, Side, Value};
use std::collections::HashMap;

/// `table country from business Ctry { ISO <-> CtryNo }`
#[derive(Debug)]
pub struct KeptTable {
    pub name: String,
    pub side: Side,
    /// Two fields: the left one and the right one.
    pub select: Select,
    /// Something that is carried out uses it.
    pub needed: bool,
}

/// `setting won_status: severa SalesStatusType by name`, with the name from the settings.
#[derive(Debug)]
pub struct NamedSetting {
    pub setting: String,
    pub side: Side,
    /// Two fields: the identifier and the field it is named by.
    pub select: Select,
    /// For people: `sales status type`.
    pub title: String,
    pub wanted: String,
    /// Something that is carried out uses it.
    pub needed: bool,
}

/// The tables and names of one run.
#[derive(Debug, Default)]
pub struct Lookups {
    entities: Vec<String>,
    /// None where a table has not been read.
    kept: Vec<Option<Kept>>,
    named: Vec<Value>,
    /// What the identifiers of tenant's own records are called.
    called: HashMap<Guid, String>,
}

#[derive(Debug, Default)]
struct Kept {
    name: String,
    left_to_right: HashMap<String, Value>,
    right_to_left: HashMap<String, Value>,
}

/// A name that the tenant does not have, with the names that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName {
    pub setting: String,
    pub title: String,
    pub wanted: String,
    pub known: Vec<String>,
}

impl Lookups {
    /// From the rows that each kept table's and each named setting's select was answered with.
    pub fn new(
        program: &Program,
        kept: Vec<Vec<Vec<Value>>>,
        named: Vec<Vec<Vec<Value>>>,
    ) -> Result<Self, Vec<UnknownName>> {
        let (lookups, unknown) = Self::with_gaps(program, kept, named);
        if unknown.is_empty() { Ok(lookups) } else { Err(unknown) }
    }

    /// The same, with nothing for a name that the tenant does not have.
    pub fn with_gaps(
        program: &Program,
        kept: Vec<Vec<Vec<Value>>>,
        named: Vec<Vec<Vec<Value>>>,
    ) -> (Self, Vec<UnknownName>) {
        let mut unknown = Vec::new();
        let mut values = Vec::new();
        let called = kept.iter().chain(&named).flatten().filter_map(|row| match row.as_slice() {
            [Value::Guid(guid), Value::Text(name), ..] => Some((*guid, name.clone())),
            _ => None,
        });
        let called = called.collect();
        let tables = program.kept.iter().zip(kept).map(|(table, rows)| Some(Kept::new(&table.name, rows))).collect();
        for (setting, rows) in program.named.iter().zip(named) {
            if !setting.needed {
                values.push(Value::Null);
                continue;
            }
            let wanted = crate::value::match_form(&setting.wanted);
            let found = rows.iter().find(|row| row.get(1).is_some_and(|name| text_key(name) == wanted));
            match found.and_then(|row| row.first()) {
                Some(value) => values.push(value.clone()),
                None => {
                    values.push(Value::Null);
                    unknown.push(UnknownName {
                        setting: setting.setting.clone(),
                        title: setting.title.clone(),
                        wanted: setting.wanted.clone(),
                        known: rows.iter().filter_map(|row| row.get(1)?.as_text().map(str::to_owned)).collect(),
                    });
                }
            }
        }
        let entities = program.entities.iter().map(|e| e.name.clone()).collect();
        (Self { entities, kept: tables, named: values, called }, unknown)
    }

    /// The name of a record of the tenant's own that a setting or a table has: `Transferred`, `NO`.
    pub fn called(&self, guid: &Guid) -> Option<String> {
        self.called.get(guid).cloned()
    }

    /// From what is at hand of the systems' tables and names; the rest is nothing.
    pub fn partly(program: &Program, kept: Vec<Vec<Vec<Value>>>, named: Vec<Value>) -> Self {
        let read =
            |(table, rows): (&KeptTable, Vec<Vec<Value>>)| (!rows.is_empty()).then(|| Kept::new(&table.name, rows));
        let kept = program.kept.iter().zip(kept).map(read).collect();
        let entities = program.entities.iter().map(|e| e.name.clone()).collect();
        Self { entities, kept, named, called: HashMap::new() }
    }

    pub(super) fn entity_name(&self, entity: usize) -> String {
        self.entities.get(entity).cloned().unwrap_or_default()
    }

    /// The name of a table that a system keeps.
    pub(super) fn kept_name(&self, table: usize) -> &str {
        self.kept.get(table).and_then(Option::as_ref).map_or("", |table| table.name.as_str())
    }

    pub(super) fn named(&self, place: usize) -> &Value {
        self.named.get(place).unwrap_or(&Value::Null)
    }

    /// A value's counterpart in a kept table. Nothing stays nothing; a value that the table lacks is held.
    pub(super) fn kept(&self, table: usize, back: bool, given: &Value) -> Result<&Value, Stop> {
        if given.is_null() {
            return Ok(&Value::Null);
        }
        let Some(Some(table)) = self.kept.get(table) else {
            return Ok(&Value::Null);
        };
        let map = if back { &table.right_to_left } else { &table.left_to_right };
        let missing = || Stop::Hold(format!("{given} is not in the table `{}` that the system keeps", table.name));
        map.get(&text_key(given)).ok_or_else(missing)
    }
}

impl Kept {
    /// Rows with a blank on either side say nothing; of several with one key the first stands.
    fn new(name: &str, rows: Vec<Vec<Value>>) -> Self {
        let mut table = Kept { name: name.to_owned(), ..Kept::default() };
        for row in rows {
            let [left, right] = row.as_slice() else {
                continue;
            };
            if left.is_null() || right.is_null() {
                continue;
            }
            table.left_to_right.entry(text_key(left)).or_insert_with(|| right.clone());
            table.right_to_left.entry(text_key(right)).or_insert_with(|| left.clone());
        }
        table
    }
}

fn text_key(value: &Value) -> String {
    match value {
        Value::Text(text) => crate::value::match_form(text),
        other => other.to_string(),
    }
}
