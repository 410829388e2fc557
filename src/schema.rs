//! What both systems can hold: records, fields, types, sizes, rights, keys and references.
//!
//! The facts stand in two text files beside this one, one line a field, so that they can be read
//! and compared with their sources; tests hold `severa.schema` against the published contract and
//! `business.schema` against the company database. What a customer's own systems hold beyond or
//! otherwise than that is laid over them from a file ([`live`]).

pub mod live;
mod overlay;
mod parse;

use crate::value::{Side, Type};
use live::Live;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

pub use overlay::{LiveTables, differences, numbers};

/// Both systems.
#[derive(Debug, Clone)]
pub struct Schemas {
    pub severa: Schema,
    pub business: Schema,
    /// The tenant's own names, where they have been pulled.
    pub tenant: Option<live::Tenant>,
}

/// Everything known about one system.
#[derive(Debug, Clone)]
pub struct Schema {
    pub side: Side,
    pub records: Vec<Record>,
    pub enumerations: Vec<Enumeration>,
}

/// A named set of words: Severa's `ExpensesClass`. Records have names of their own: `SalesStatusType` is both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enumeration {
    pub name: String,
    pub words: &'static [&'static str],
}

/// A kind of record: Severa's `Customer`, Visma Business' `Actor`.
#[derive(Debug, Clone)]
pub struct Record {
    pub name: String,
    /// What people call one of them: `customer`.
    pub title: String,
    /// For numbered tables (`OrgUnit[1..12]`): the numbers there are.
    pub index: Option<RangeInclusive<u8>>,
    /// The field that identifies a row: a GUID, or the primary key. Of a key of several fields all
    /// their names with commas (`OrdNo,LnNo`), which is the name of none: see [`Record::keys`].
    pub key: String,
    pub fields: Vec<Field>,
    /// The place of each field by its name: there are hundreds, and a check asks for them all the time.
    places: HashMap<String, usize>,
    /// The tables as they really are, where a live schema was laid over this one.
    pub live: Option<LiveTables>,
}

/// A field, or a numbered family of them (`Inf[1..8]`).
#[derive(Debug, Clone)]
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
    /// Of a numbered table: the numbers that have it, where that is not all.
    pub tables: Option<RangeInclusive<u8>>,
    /// Creating a record without it is refused.
    pub required: bool,
    /// The record and field that its values are taken from.
    pub refers: Option<(String, String)>,
    /// Computed by the adapter from several fields or records.
    pub derived: bool,
    /// The record that it belongs to (a contact person's customer): whoever creates it there gives it.
    pub owner: bool,
    /// Says something about a person.
    pub personal: bool,
    /// A column of the customer's own, known from a live schema only.
    pub own: bool,
}

/// A field with its numbers settled.
#[derive(Debug, Clone, PartialEq)]
pub struct Column<'a> {
    pub field: &'a Field,
    /// The name under which the adapter knows it: `Inf8`, `country.guid`.
    pub name: String,
    pub ty: Type,
    /// A live schema has been read, and does not have it: it is not there, or hidden from the login.
    pub missing: bool,
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Schemas {
    /// Both systems as their sources describe them.
    pub fn standard() -> &'static Schemas {
        static STANDARD: LazyLock<Schemas> = LazyLock::new(|| Schemas {
            severa: parse::parse(Side::Severa, include_str!("schema/severa.schema")),
            business: parse::parse(Side::Business, include_str!("schema/business.schema")),
            tenant: None,
        });
        &STANDARD
    }

    pub fn of(&self, side: Side) -> &Schema {
        match side {
            Side::Severa => &self.severa,
            Side::Business => &self.business,
        }
    }

    /// The same with the types, sizes and columns of a customer's own company laid over it.
    pub fn with_live(&self, live: &Live) -> Schemas {
        let mut schemas = self.clone();
        schemas.tenant.clone_from(&live.severa);
        if let Some(tenant) = &live.severa {
            overlay::add_fields(&mut schemas.severa, &tenant.fields);
        }
        if let Some(company) = &live.business {
            overlay::lay_over(&mut schemas.business, &company.tables);
        }
        schemas
    }
}

pub fn severa() -> &'static Schema {
    &Schemas::standard().severa
}

pub fn business() -> &'static Schema {
    &Schemas::standard().business
}

pub fn of(side: Side) -> &'static Schema {
    Schemas::standard().of(side)
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

    /// The words of a named enumeration.
    pub fn enumeration(&self, name: &str) -> Option<&Enumeration> {
        self.enumerations.iter().find(|e| e.name == name)
    }
}

impl Record {
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.places.get(name).and_then(|place| self.fields.get(*place))
    }

    /// Adds a field; of two with one name the first is the one that is found.
    fn add(&mut self, field: Field) {
        self.places.entry(field.name.clone()).or_insert(self.fields.len());
        self.fields.push(field);
    }

    /// A field with its own number and its record's settled; `None` where the one or the other has no such field.
    pub fn column(&self, name: &str, index: Option<u8>, of_record: Option<u8>) -> Option<Column<'_>> {
        let field = self.field(name).filter(|f| f.is_in(of_record))?;
        match (&field.index, index) {
            (Some(range), Some(number)) if range.contains(&number) => {}
            (None, None) => {}
            _ => return None,
        }
        let ty = match &field.ty {
            Some(ty) => ty.clone(),
            None => unit_number(index.or(of_record)?),
        };
        let name = physical(name, index);
        let (ty, missing) = match &self.live {
            Some(live) if !field.derived => live.column(of_record, &name, ty),
            _ => (ty, false),
        };
        Some(Column { field, name, ty, missing })
    }

    /// Whether a column (`Inf8`, `user.email`) says something about a person.
    pub fn is_personal(&self, column: &str) -> bool {
        let named = |field: &Field| match &field.index {
            None => field.name == column,
            Some(numbers) => numbers.clone().any(|number| physical(&field.name, Some(number)) == column),
        };
        self.fields.iter().any(|field| field.personal && named(field))
    }

    /// The names of the fields that together identify a row.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.key.split(',')
    }

    /// `None` for a key of several fields.
    pub fn key_column(&self, of_record: Option<u8>) -> Option<Column<'_>> {
        self.column(&self.key, None, of_record)
    }
}

impl Field {
    /// Whether the record with this number has it; without a number, whether any has.
    pub fn is_in(&self, of_record: Option<u8>) -> bool {
        self.tables.as_ref().is_none_or(|tables| of_record.is_none_or(|number| tables.contains(&number)))
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
