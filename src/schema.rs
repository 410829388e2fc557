//! What both systems can hold: records, fields, types, sizes, rights, keys and references.
//!
//! The facts stand in two text files beside this one, one line a field, so that they can be read
//! and compared with their sources; tests hold `severa.schema` against the published contract and
//! `business.schema` against the company database.

mod parse;

use crate::value::{Side, Type};
use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// Everything known about one system.
#[derive(Debug)]
pub struct Schema {
    pub side: Side,
    pub records: Vec<Record>,
}

/// A kind of record: Severa's `Customer`, Visma Business' `Actor`.
#[derive(Debug)]
pub struct Record {
    pub name: String,
    /// What people call one of them: `customer`.
    pub title: String,
    /// For numbered tables (`OrgUnit[1..12]`): the numbers there are.
    pub index: Option<RangeInclusive<u8>>,
    /// The field that identifies a row: a GUID, or the primary key.
    pub key: String,
    pub fields: Vec<Field>,
}

/// A field, or a numbered family of them (`Inf[1..8]`).
#[derive(Debug)]
pub struct Field {
    pub name: String,
    pub index: Option<RangeInclusive<u8>>,
    /// `None`: the number key of an organisational unit, whose type follows the unit's number.
    pub ty: Option<Type>,
    /// May hold nothing.
    pub nullable: bool,
    /// Visma Business' 0 or blank means nothing here.
    pub blank_is_nothing: bool,
    pub create: bool,
    pub update: bool,
    /// Creating a record without it is refused.
    pub required: bool,
    /// The record and field that its values are taken from.
    pub refers: Option<(String, String)>,
    /// Computed by the adapter from several fields or records.
    pub derived: bool,
    /// Says something about a person.
    pub personal: bool,
}

/// A field with its numbers settled.
#[derive(Debug, Clone, PartialEq)]
pub struct Column<'a> {
    pub field: &'a Field,
    /// The name under which the adapter knows it: `Inf8`, `country.guid`.
    pub name: String,
    pub ty: Type,
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

pub fn severa() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> =
        LazyLock::new(|| parse::parse(Side::Severa, include_str!("schema/severa.schema")));
    &SCHEMA
}

pub fn business() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> =
        LazyLock::new(|| parse::parse(Side::Business, include_str!("schema/business.schema")));
    &SCHEMA
}

pub fn of(side: Side) -> &'static Schema {
    match side {
        Side::Severa => severa(),
        Side::Business => business(),
    }
}

/// One of the pieces that `each (text -> wrap(60))` makes of a value.
pub fn piece() -> &'static Record {
    static PIECE: LazyLock<Record> = LazyLock::new(|| {
        let text = "record Piece \"piece\" key value\n  value text read\n  position int read\n";
        parse::parse(Side::Severa, text).records.remove(0)
    });
    &PIECE
}

/// The type of an organisational unit's number: whole numbers in units 1-6, ten characters in 7-12 (Visma's column docs).
pub fn unit_number(unit: u8) -> Type {
    if unit <= 6 { Type::Int } else { Type::Text(Some(10)) }
}

impl Schema {
    pub fn record(&self, name: &str) -> Option<&Record> {
        self.records.iter().find(|r| r.name == name)
    }
}

impl Record {
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// A field with its own number and its record's settled.
    pub fn column(&self, name: &str, index: Option<u8>, of_record: Option<u8>) -> Option<Column<'_>> {
        let field = self.field(name)?;
        match (&field.index, index) {
            (Some(range), Some(number)) if range.contains(&number) => {}
            (None, None) => {}
            _ => return None,
        }
        let ty = match &field.ty {
            Some(ty) => ty.clone(),
            None => unit_number(index.or(of_record)?),
        };
        Some(Column { field, name: physical(name, index), ty })
    }

    pub fn key_column(&self, of_record: Option<u8>) -> Option<Column<'_>> {
        self.column(&self.key, None, of_record)
    }
}

/// `Inf` number 1 is the column `Inf`, number 8 is `Inf8`; `R` always carries its number.
pub fn physical(name: &str, index: Option<u8>) -> String {
    match index {
        None => name.to_owned(),
        Some(1) if name == "Gr" || name == "Inf" => name.to_owned(),
        Some(number) => format!("{name}{number}"),
    }
}

/// The table of a record: `OrgUnit[2]` is `R2`, `FreeInf[1]` is `FreeInf1`.
pub fn table(record: &str, index: Option<u8>) -> String {
    match (record, index) {
        ("OrgUnit", Some(number)) => format!("R{number}"),
        (_, Some(number)) => format!("{record}{number}"),
        (_, None) => record.to_owned(),
    }
}
