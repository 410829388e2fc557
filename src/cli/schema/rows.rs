//! What `samband schema` shows, before it is laid out.

use crate::schema::{Enumeration, Field, Record, Schema};
use crate::value::{Side, Type};
use serde::Serialize;

/// The records of one side or both.
#[derive(Debug, Serialize)]
pub struct List<'a> {
    pub records: Vec<Listed<'a>>,
    pub enumerations: Vec<Words<'a>>,
}

#[derive(Debug, Serialize)]
pub struct Listed<'a> {
    pub side: Side,
    pub record: &'a str,
    pub title: &'a str,
    pub key: Vec<&'a str>,
    /// The first and last number of a numbered table.
    pub numbers: Option<(u8, u8)>,
    pub fields: usize,
}

#[derive(Debug, Serialize)]
pub struct Words<'a> {
    pub side: Side,
    pub name: &'a str,
    pub words: &'static [&'static str],
}

/// One record with its fields.
#[derive(Debug, Serialize)]
pub struct Table<'a> {
    pub side: Side,
    pub record: &'a str,
    pub title: &'a str,
    pub number: Option<u8>,
    pub key: Vec<&'a str>,
    /// Where the live schema comes from; none where the standard one is shown.
    pub live: Option<&'a str>,
    /// The live schema was read and has no such table, or the login may not see it.
    pub missing: bool,
    pub fields: Vec<Row>,
}

#[derive(Debug, Serialize)]
pub struct Row {
    pub name: String,
    #[serde(rename = "type")]
    pub ty: String,
    /// What a named enumeration allows.
    pub words: Option<&'static [&'static str]>,
    pub nullable: bool,
    /// Visma Business' 0 or blank means nothing.
    pub blank_is_nothing: bool,
    pub create: bool,
    pub update: bool,
    pub required: bool,
    pub refers_to: Option<String>,
    /// The first and last number of the tables that have it, where that is not all.
    pub tables: Option<(u8, u8)>,
    pub derived: bool,
    pub owner: bool,
    pub personal: bool,
    /// A column of this company's own.
    pub own: bool,
    pub missing: bool,
}

pub fn list<'a>(schemas: &[&'a Schema]) -> List<'a> {
    let records = schemas.iter().flat_map(|schema| {
        schema.records.iter().map(|record| Listed {
            side: schema.side,
            record: &record.name,
            title: &record.title,
            key: record.keys().collect(),
            numbers: record.index.clone().map(|range| (*range.start(), *range.end())),
            fields: record.fields.len(),
        })
    });
    let enumerations = schemas.iter().flat_map(|schema| {
        let words = |Enumeration { name, words }: &'a Enumeration| Words { side: schema.side, name, words };
        schema.enumerations.iter().map(words)
    });
    List { records: records.collect(), enumerations: enumerations.collect() }
}

pub fn table<'a>(schema: &'a Schema, record: &'a Record, number: Option<u8>, about: Option<&'a str>) -> Table<'a> {
    let tables = record.live.as_ref();
    let fields = record.fields.iter().filter(|f| f.is_in(number));
    Table {
        side: schema.side,
        record: &record.name,
        title: &record.title,
        number,
        key: record.keys().collect(),
        live: about.filter(|_| tables.is_some()),
        missing: tables.is_some_and(|live| match number {
            None => live.is_empty(),
            number => !live.has(number),
        }),
        fields: fields.flat_map(|f| rows(schema, record, f, number)).collect(),
    }
}

/// A field as one row; a numbered family as one for each stretch of numbers that are alike.
fn rows(schema: &Schema, record: &Record, field: &Field, number: Option<u8>) -> Vec<Row> {
    let settled = |index| record.column(&field.name, index, number).map(|c| (c.ty, c.missing));
    let Some(range) = field.index.clone() else {
        let (ty, missing) = match settled(None) {
            Some((ty, missing)) => (named(schema, &ty), missing),
            // Of no unit in particular.
            None => ("int in 1-6, text(10) in 7-12".to_owned(), false),
        };
        return vec![row(field, field.name.clone(), ty, missing)];
    };
    let mut stretches: Vec<(u8, u8, (Type, bool))> = Vec::new();
    for index in range {
        let Some(is) = settled(Some(index)) else { continue };
        match stretches.last_mut() {
            Some((_, last, same)) if *same == is => *last = index,
            _ => stretches.push((index, index, is)),
        }
    }
    let name = |first, last| match first == last {
        true => format!("{}[{first}]", field.name),
        false => format!("{}[{first}..{last}]", field.name),
    };
    let one = |(first, last, (ty, missing)): (u8, u8, (Type, bool))| {
        row(field, name(first, last), named(schema, &ty), missing)
    };
    stretches.into_iter().map(one).collect()
}

/// The type by its name, of an enumeration its own.
fn named(schema: &Schema, ty: &Type) -> String {
    let Type::Enum(words) = ty else { return ty.to_string() };
    let known = schema.enumerations.iter().find(|e| std::ptr::eq(e.words, *words));
    known.map_or_else(|| ty.to_string(), |e| e.name.clone())
}

fn row(field: &Field, name: String, ty: String, missing: bool) -> Row {
    Row {
        name,
        ty,
        words: if let Some(Type::Enum(words)) = &field.ty { Some(words) } else { None },
        nullable: field.nullable,
        blank_is_nothing: field.blank_is_nothing,
        create: field.create,
        update: field.update,
        required: field.required,
        refers_to: field.refers.as_ref().map(|(record, column)| format!("{record}.{column}")),
        tables: field.tables.clone().map(|range| (*range.start(), *range.end())),
        derived: field.derived,
        owner: field.owner,
        personal: field.personal,
        own: field.own,
        missing,
    }
}
