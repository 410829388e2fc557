//! Reads the schema files: `record NAME[a..b] "title" key FIELD`, then one line a field.
//!
//! A field line is `name[a..b] TYPE WORD…`, with the words `null`, `blank` (0 or blank means
//! nothing), `value` (blank is a value of its own), `read` (never written), `create` (written on
//! creation only), `required`, `derived`, `personal`, and `ref Record.field`.

use super::{Field, Record, Schema};
use crate::value::{Side, Type};
use std::ops::RangeInclusive;

/// The files are part of the program: a fault in them is one of ours, and every test meets it.
pub(super) fn parse(side: Side, text: &'static str) -> Schema {
    let mut records: Vec<Record> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split("//").next().unwrap_or("").trim_end();
        if line.trim().is_empty() {
            continue;
        }
        let parsed = match line.strip_prefix("record ") {
            Some(header) => record(header).map(|r| records.push(r)),
            None => records.last_mut().zip(field(side, line)).map(|(record, field)| record.fields.push(field)),
        };
        assert!(parsed.is_some(), "{} schema, line {}: {line}", side.word(), number + 1);
    }
    Schema { side, records }
}

fn record(header: &str) -> Option<Record> {
    let (head, rest) = header.split_once('"')?;
    let (title, rest) = rest.split_once('"')?;
    let (name, index) = indexed(head.trim())?;
    let key = rest.trim().strip_prefix("key ")?.trim().to_owned();
    Some(Record { name, title: title.to_owned(), index, key, fields: Vec::new() })
}

fn field(side: Side, line: &'static str) -> Option<Field> {
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
        required: false,
        refers: None,
        derived: false,
        personal: false,
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
            "create" => field.update = false,
            "required" => field.required = true,
            "derived" => (field.derived, field.create, field.update) = (true, false, false),
            "personal" => field.personal = true,
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
        _ => Some(plain(ty)?),
    };
    Some(field)
}

fn plain(ty: &'static str) -> Option<Type> {
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
        ("enum", Some(words)) => Type::Enum(words.split('|').collect::<Vec<_>>().leak()),
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
