//! A live company laid over the schema: real types and sizes, the customer's own columns, and what is not there.

use super::live::Declared;
use super::{Field, Record, Schema, physical, table};
use crate::value::{Side, Type};
use std::collections::BTreeMap;

type Columns = BTreeMap<String, Declared>;

/// The tables of one record as they really are, by the record's number.
#[derive(Debug, Clone, Default)]
pub struct LiveTables {
    tables: BTreeMap<Option<u8>, Columns>,
}

impl LiveTables {
    /// Whether the table is there and the login may see it.
    pub fn has(&self, of_record: Option<u8>) -> bool {
        self.tables.contains_key(&of_record)
    }

    /// Whether none of the record's tables is there.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// The column's real type instead of `known`, and whether it is missing. Without the record's
    /// number, of the first of its tables that has the column.
    pub(super) fn column(&self, of_record: Option<u8>, name: &str, known: Type) -> (Type, bool) {
        let found = match self.tables.get(&of_record) {
            Some(columns) => find(columns, name),
            None if of_record.is_none() => self.tables.values().find_map(|columns| find(columns, name)),
            None => None,
        };
        match found {
            Some((_, declared)) => (declared.instead_of(&known), false),
            None => (known, true),
        }
    }
}

/// SQL Server's names are compared without case.
fn find<'a>(columns: &'a Columns, name: &str) -> Option<(&'a String, &'a Declared)> {
    columns.get_key_value(name).or_else(|| columns.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)))
}

/// The numbers of a record's tables; one without a number for most.
pub fn numbers(record: &Record) -> Vec<Option<u8>> {
    record.index.clone().map_or(vec![None], |range| range.map(Some).collect())
}

/// Lays the company's tables over the schema of Visma Business.
pub(super) fn lay_over(schema: &mut Schema, tables: &BTreeMap<String, Columns>) {
    for record in &mut schema.records {
        let mut live = LiveTables::default();
        for number in numbers(record) {
            let name = table(&record.name, number);
            let found = tables.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name));
            if let Some((_, columns)) = found {
                live.tables.insert(number, columns.clone());
            }
        }
        let mut own: BTreeMap<&str, (&str, &Declared)> = BTreeMap::new();
        let lower: Vec<(String, &str, &Declared)> = live
            .tables
            .values()
            .flatten()
            .map(|(name, declared)| (name.to_ascii_lowercase(), name.as_str(), declared))
            .collect();
        for (key, name, declared) in &lower {
            if !knows(record, name) {
                own.entry(key).or_insert((name, declared));
            }
        }
        let own: Vec<Field> = own.into_values().filter_map(|(name, declared)| own_field(name, declared)).collect();
        own.into_iter().for_each(|field| record.add(field));
        record.live = Some(live);
    }
}

/// Whether a column is one of the record's fields, or of a numbered family of them.
fn knows(record: &Record, column: &str) -> bool {
    record.fields.iter().filter(|f| !f.derived).any(|field| match &field.index {
        None => field.name.eq_ignore_ascii_case(column),
        Some(range) => range.clone().any(|n| physical(&field.name, Some(n)).eq_ignore_ascii_case(column)),
    })
}

/// Adds a tenant's own fields to the schema of Severa: they can be read, and nothing more is known of them.
pub(super) fn add_fields(schema: &mut Schema, fields: &BTreeMap<String, BTreeMap<String, String>>) {
    for record in &mut schema.records {
        for (name, ty) in fields.get(&record.name).into_iter().flatten() {
            let Some(ty) = super::parse::value_type(ty) else { continue };
            if record.field(name).is_none() {
                let field = bare_field(name, ty);
                record.fields.push(Field { nullable: true, create: false, update: false, ..field });
            }
        }
    }
}

/// A column that only this company has: nothing is known of it but its type. It may be about people.
fn own_field(name: &str, declared: &Declared) -> Option<Field> {
    let ty = declared.value_type()?;
    let blank = declared.nullable || ty.is_text();
    Some(Field { nullable: blank, blank_is_nothing: blank, ..bare_field(name, ty) })
}

/// It may be about people.
fn bare_field(name: &str, ty: Type) -> Field {
    Field {
        name: name.to_owned(),
        index: None,
        ty: Some(ty),
        nullable: false,
        blank_is_nothing: false,
        create: true,
        update: true,
        tables: None,
        required: false,
        refers: None,
        derived: false,
        owner: false,
        personal: true,
        own: true,
    }
}

/// In what a company differs from what its schema says, one line each, for people.
pub fn differences(schema: &Schema) -> Vec<String> {
    debug_assert_eq!(schema.side, Side::Business);
    let (mut found, mut hidden) = (Vec::new(), Vec::new());
    for record in &schema.records {
        let Some(live) = &record.live else { continue };
        for number in numbers(record) {
            let name = table(&record.name, number);
            let Some(columns) = live.tables.get(&number) else {
                hidden.push(name);
                continue;
            };
            in_table(record, number, &name, columns, &mut found);
        }
    }
    if !hidden.is_empty() {
        found.push(format!("tables that are not there, or hidden from the login: {}", hidden.join(", ")));
    }
    found
}

fn in_table(record: &Record, number: Option<u8>, table: &str, columns: &Columns, found: &mut Vec<String>) {
    let mut missing = Vec::new();
    for field in record.fields.iter().filter(|f| !f.derived && f.is_in(number)) {
        let indices: Vec<Option<u8>> = field.index.clone().map_or(vec![None], |range| range.map(Some).collect());
        for index in indices {
            // A unit does not refer to itself by its own column.
            if record.name == "OrgUnit" && field.name == "R" && index == number {
                continue;
            }
            let name = physical(&field.name, index);
            let Some((_, declared)) = find(columns, &name) else {
                if !field.own {
                    missing.push(name);
                }
                continue;
            };
            if field.own {
                found.push(format!("{table}.{name}: {declared}, a column of this company's own"));
                continue;
            }
            let known = field.ty.clone().or_else(|| index.or(number).map(super::unit_number));
            let Some(known) = known else { continue };
            let real = declared.instead_of(&known);
            if declared.value_type().is_none() {
                found.push(format!("{table}.{name}: {declared}, which cannot be used; {known} by the schema"));
            } else if real != known {
                found.push(format!("{table}.{name}: {real} here, {known} by the schema"));
            }
        }
    }
    for (name, declared) in columns {
        if declared.value_type().is_none() && !knows(record, name) {
            found.push(format!("{table}.{name}: {declared}, of a type that cannot be used"));
        }
    }
    if !missing.is_empty() {
        found.push(format!("{table}: without {}", missing.join(", ")));
    }
}
