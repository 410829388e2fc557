//! Reads the schema files: `enum NAME WORD|WORD`, `record NAME[a..b] "title" key FIELD,FIELD`, then
//! one line a field.
//!
//! A field line is `name[a..b] TYPE WORD…`. Types are `text(n)`, `int`, `decimal(p,s)`, `bool`, `date`,
//! `time`, `instant`, `guid`, the name of an enumeration, `list Record`, `values(TYPE)`, and
//! `unit_number`. The words:
//!
//! - `null`; `blank` (0 or blank means nothing), `value` (blank is a value of its own);
//! - `read` (never written), `create` (written on creation only), `update` (never on creation), and
//!   `required` on creation;
//! - `derived` (by the adapter, and read only unless `create`, `update` or `write` follows);
//! - `owner` (the record that it belongs to, given when it is created there);
//! - `in a..b` (only in these of the numbered tables);
//! - `personal`, and `ref Record.field`.

use super::{Enumeration, Field, Record, Schema};
use crate::value::{Side, Type};
use std::collections::HashMap;
use std::ops::RangeInclusive;

/// The files are part of the program: a fault in them is one of ours, and every test meets it.
pub(super) fn parse(side: Side, text: &'static str) -> Schema {
    let mut records: Vec<Record> = Vec::new();
    let mut enumerations: Vec<Enumeration> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split("//").next().unwrap_or("").trim_end();
        if line.trim().is_empty() {
            continue;
        }
        let parsed = if let Some(header) = line.strip_prefix("record ") {
            record(header).map(|r| records.push(r))
        } else if let Some(words) = line.strip_prefix("enum ") {
            enumeration(words).map(|e| enumerations.push(e))
        } else {
            let field = field(side, line, &enumerations);
            records.last_mut().zip(field).map(|(record, field)| record.add(field))
        };
        assert!(parsed.is_some(), "{} schema, line {}: {line}", side.word(), number + 1);
    }
    Schema { side, records, enumerations }
}

fn enumeration(line: &'static str) -> Option<Enumeration> {
    let (name, words) = line.split_once(' ')?;
    Some(Enumeration { name: name.to_owned(), words: words.trim().split('|').collect::<Vec<_>>().leak() })
}

fn record(header: &str) -> Option<Record> {
    let (head, rest) = header.split_once('"')?;
    let (title, rest) = rest.split_once('"')?;
    let (name, index) = indexed(head.trim())?;
    let key = rest.trim().strip_prefix("key ")?.trim().to_owned();
    Some(Record { name, title: title.to_owned(), index, key, fields: Vec::new(), places: HashMap::new(), live: None })
}

fn field(side: Side, line: &'static str, enumerations: &[Enumeration]) -> Option<Field> {
    let mut words = line.split_whitespace();
    let (name, index) = indexed(words.next()?)?;
    let ty = words.next()?;
    let mut list = None;
    let mut field = Field {
        name,
        index,
        ty: None,
        nullable: false,
        blank_is_nothing: false,
        create: true,
        update: true,
        tables: None,
        required: false,
        refers: None,
        derived: false,
        owner: false,
        personal: false,
        own: false,
    };
    let mut blank = side == Side::Business && (ty.starts_with("text") || ty == "date" || ty == "unit_number");
    if ty == "list" {
        list = words.next();
    }
    while let Some(word) = words.next() {
        match word {
            "null" => field.nullable = true,
            "blank" => blank = true,
            "value" => blank = false,
            "read" => (field.create, field.update) = (false, false),
            "create" => (field.create, field.update) = (true, false),
            "update" => (field.create, field.update) = (false, true),
            "write" => (field.create, field.update) = (true, true),
            "required" => field.required = true,
            "derived" => (field.derived, field.create, field.update) = (true, false, false),
            "owner" => (field.owner, field.update) = (true, false),
            "personal" => field.personal = true,
            "in" => {
                let (from, to) = words.next()?.split_once("..")?;
                field.tables = Some(from.parse().ok()?..=to.parse().ok()?);
            }
            "ref" => {
                let (record, column) = words.next()?.rsplit_once('.')?;
                field.refers = Some((record.to_owned(), column.to_owned()));
            }
            _ => return None,
        }
    }
    field.blank_is_nothing = blank;
    field.nullable |= blank;
    field.ty = match ty {
        "unit_number" => None,
        "list" => Some(Type::List(list?)),
        _ => Some(plain(ty, enumerations)?),
    };
    Some(field)
}

/// A type as it is written in the schema files, without those that a schema declares itself.
pub(super) fn value_type(ty: &str) -> Option<Type> {
    plain(ty, &[])
}

fn plain(ty: &str, enumerations: &[Enumeration]) -> Option<Type> {
    let (name, inner) = match ty.split_once('(') {
        Some((name, inner)) => (name, Some(inner.strip_suffix(')')?)),
        None => (ty, None),
    };
    Some(match (name, inner) {
        ("text", None) => Type::Text(None),
        ("text", Some(size)) => Type::Text(Some(size.parse().ok()?)),
        ("int", None) => Type::Int,
        ("decimal", Some(digits)) => {
            let (digits, scale) = digits.split_once(',')?;
            Type::Decimal(digits.parse().ok()?, scale.parse().ok()?)
        }
        ("bool", None) => Type::Bool,
        ("date", None) => Type::Date,
        ("time", None) => Type::Time,
        ("instant", None) => Type::Instant,
        ("guid", None) => Type::Guid,
        ("values", Some(of)) => Type::Values(Box::new(plain(of, enumerations)?)),
        (name, None) => Type::Enum(enumerations.iter().find(|e| e.name == name)?.words),
        _ => return None,
    })
}

fn indexed(text: &str) -> Option<(String, Option<RangeInclusive<u8>>)> {
    let Some((name, range)) = text.split_once('[') else {
        return Some((text.to_owned(), None));
    };
    let (from, to) = range.strip_suffix(']')?.split_once("..")?;
    Some((name.to_owned(), Some(from.parse().ok()?..=to.parse().ok()?)))
}
