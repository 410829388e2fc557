//! Values as the columns hold them, and as the rest of the program knows them.

use super::columns::{Column, Family};
use super::dates;
use super::link::Cell;
use crate::systems::SelectField;
use crate::value::{Type, Value};
use rust_decimal::Decimal;

/// A column's value, texts without trailing blanks.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Raw {
    /// SQL's NULL, which Visma Business does not use; it is taken for 0 and blank.
    Nothing,
    Int(i64),
    Decimal(Decimal),
    Text(String),
}

impl Raw {
    pub fn is_blank(&self) -> bool {
        match self {
            Raw::Nothing => true,
            Raw::Int(value) => *value == 0,
            Raw::Decimal(value) => value.is_zero(),
            Raw::Text(text) => text.is_empty(),
        }
    }

    pub fn same(&self, other: &Raw) -> bool {
        match (self, other) {
            (Raw::Nothing, other) | (other, Raw::Nothing) => other.is_blank(),
            (Raw::Int(int), Raw::Decimal(decimal)) | (Raw::Decimal(decimal), Raw::Int(int)) => Decimal::from(*int) == *decimal,
            (a, b) => a == b,
        }
    }

    /// For people and as a row's identifier.
    pub fn text(&self) -> String {
        match self {
            Raw::Nothing => String::new(),
            Raw::Int(value) => value.to_string(),
            Raw::Decimal(value) => value.normalize().to_string(),
            Raw::Text(text) => text.clone(),
        }
    }
}

/// A value as its column's family holds it; `None` if the family cannot hold its kind at all.
pub(super) fn raw(value: &Value, family: &Family) -> Option<Raw> {
    Some(match (family, value) {
        (Family::Int { .. }, Value::Null) => Raw::Int(0),
        (Family::Int { .. }, Value::Bool(value)) => Raw::Int(i64::from(*value)),
        (Family::Int { .. }, Value::Date(value)) => Raw::Int(dates::date_number(*value)),
        (Family::Int { .. }, Value::Time(value)) => Raw::Int(dates::time_number(*value)),
        (Family::Int { .. }, value) => Raw::Int(value.as_int()?),
        (Family::Decimal { .. }, Value::Null) => Raw::Decimal(Decimal::ZERO),
        (Family::Decimal { .. }, value) => Raw::Decimal(value.as_decimal()?.normalize()),
        (Family::Text { .. }, Value::Null) => Raw::Text(String::new()),
        (Family::Text { .. }, Value::Text(text)) => Raw::Text(text.trim_end().to_owned()),
        (Family::Text { .. }, Value::Guid(guid)) => Raw::Text(guid.to_string()),
        (Family::Text { .. }, Value::Int(number)) => Raw::Text(number.to_string()),
        (Family::Text { .. } | Family::Other, _) => return None,
    })
}

/// A value to be written, or why its column cannot hold it unchanged.
pub(super) fn writable(value: &Value, column: &Column) -> Result<Raw, String> {
    let name = &column.name;
    let raw = raw(value, &column.family).ok_or_else(|| format!("{name} is {}, which cannot hold {value}", column.declared))?;
    match (&raw, &column.family) {
        (Raw::Int(number), Family::Int { least, most }) if !(*least..=*most).contains(number) => {
            Err(format!("{name} is {}, which holds {least} to {most}, not {number}", column.declared))
        }
        (Raw::Decimal(number), Family::Decimal { precision, scale }) => {
            let whole = number.trunc().abs().to_string();
            let digits = if whole == "0" { 0 } else { whole.len() };
            if number.scale() > u32::from(*scale) || digits > usize::from(precision.saturating_sub(*scale)) {
                return Err(format!("{name} is {}, which cannot hold {number} exactly", column.declared));
            }
            Ok(raw)
        }
        (Raw::Text(text), Family::Text { most, charset, .. }) => {
            let lost = charset.lost(text);
            if !lost.is_empty() {
                let lost: Vec<String> = lost.iter().map(|c| format!("`{c}` (U+{:04X})", u32::from(*c))).collect();
                return Err(format!("{name} is stored as {}, which lacks {}", charset.name(), lost.join(", ")));
            }
            match most {
                Some(most) if charset.length(text) > *most => {
                    Err(format!("{name} holds {most} characters, and the text has {}: \"{text}\"", charset.length(text)))
                }
                _ => Ok(raw),
            }
        }
        _ => Ok(raw),
    }
}

/// What a cell means in a field; the error says what is wrong with it.
pub(super) fn value(cell: &Cell, field: &SelectField) -> Result<Value, String> {
    let raw = match cell {
        Cell::Plain(raw) => raw,
        Cell::Foreign(what) => return Err(format!("holds a {what}")),
        Cell::Moment(_) | Cell::Guid(_) => return Err("holds a type that Visma Business does not use".into()),
    };
    if raw.is_blank() && (field.blank_is_nothing || matches!(field.ty, Type::Date | Type::Guid)) {
        return Ok(Value::Null);
    }
    let wrong = || format!("holds {}, which is no {}", raw.text(), field.ty);
    Ok(match (&field.ty, raw) {
        (Type::Int, Raw::Int(number)) => Value::Int(*number),
        (Type::Int, Raw::Nothing) => Value::Int(0),
        (Type::Decimal(..), Raw::Decimal(number)) => Value::Decimal(*number),
        (Type::Decimal(..), Raw::Int(number)) => Value::Decimal(Decimal::from(*number)),
        (Type::Decimal(..), Raw::Nothing) => Value::Decimal(Decimal::ZERO),
        (Type::Bool, Raw::Int(number)) => Value::Bool(*number != 0),
        (Type::Bool, Raw::Nothing) => Value::Bool(false),
        (Type::Date, Raw::Int(number)) => Value::Date(dates::date(*number).ok_or_else(wrong)?),
        (Type::Time, Raw::Int(number)) => Value::Time(dates::time(*number).ok_or_else(wrong)?),
        (Type::Guid, Raw::Text(text)) => text.parse().map_or_else(|()| Value::Text(text.clone()), Value::Guid),
        (Type::Text(_) | Type::Enum(_), Raw::Text(text)) => Value::Text(text.clone()),
        (Type::Text(_) | Type::Enum(_), Raw::Nothing) => Value::Text(String::new()),
        (Type::Text(_), Raw::Int(number)) => Value::Text(number.to_string()),
        _ => return Err(wrong()),
    })
}

#[cfg(test)]
mod tests {
    use super::super::columns::Described;
    use super::*;

    fn column(declared: &str) -> Column {
        let (data_type, size) = declared.split_once('(').map_or((declared, ""), |(d, s)| (d, s.trim_end_matches(')')));
        let mut sizes = size.split(',').map(|n| n.parse::<i64>().ok());
        let (first, second) = (sizes.next().flatten(), sizes.next().flatten());
        let text = data_type.contains("char");
        Column::described(&Described {
            name: "C".into(),
            data_type: data_type.into(),
            length: first.filter(|_| text),
            precision: first.filter(|_| !text),
            scale: second,
            collation: "Danish_Norwegian_CI_AS".into(),
            nullable: false,
        })
    }

    #[test]
    fn what_a_column_holds_unchanged() {
        let decimal = |text: &str| Value::Decimal(text.parse().unwrap());
        for (declared, value, fits) in [
            ("int", Value::Int(2_147_483_647), true),
            ("int", Value::Int(2_147_483_648), false),
            ("smallint", Value::Int(40_000), false),
            ("tinyint", Value::Int(-1), false),
            ("int", Value::text("7"), false),
            ("decimal(28,6)", decimal("7.500000"), true),
            ("decimal(28,6)", decimal("0.0000001"), false),
            ("decimal(4,2)", decimal("99.99"), true),
            ("decimal(4,2)", decimal("100"), false),
            ("varchar(5)", Value::text("Ærø å"), true),
            ("varchar(5)", Value::text("Ærø åå"), false),
            ("varchar(5)", Value::text("abcde   "), true),
            ("varchar(5)", Value::text("Łódź"), false),
            ("nvarchar(5)", Value::text("Łódź"), true),
        ] {
            assert_eq!(writable(&value, &column(declared)).is_ok(), fits, "{declared} {value}");
        }
    }

    #[test]
    fn the_message_names_column_character_and_limit() {
        assert_eq!(writable(&Value::text("Łódź"), &column("varchar(9)")), Err("C is stored as windows-1252, which lacks `Ł` (U+0141), `ź` (U+017A)".into()));
        assert_eq!(writable(&Value::text("abcdef"), &column("varchar(5)")), Err("C holds 5 characters, and the text has 6: \"abcdef\"".into()));
    }

    #[test]
    fn blanks_dates_and_identifiers() {
        let field = |ty, blank_is_nothing| SelectField { name: "C".into(), ty, blank_is_nothing, of: None };
        let plain = |raw| Cell::Plain(raw);
        assert_eq!(value(&plain(Raw::Int(0)), &field(Type::Int, true)), Ok(Value::Null));
        assert_eq!(value(&plain(Raw::Int(0)), &field(Type::Int, false)), Ok(Value::Int(0)));
        assert_eq!(value(&plain(Raw::Text(String::new())), &field(Type::Text(Some(80)), false)), Ok(Value::text("")));
        assert_eq!(value(&plain(Raw::Int(0)), &field(Type::Date, false)), Ok(Value::Null));
        assert_eq!(value(&plain(Raw::Int(20230231)), &field(Type::Date, true)), Err("holds 20230231, which is no date".into()));
        assert_eq!(value(&plain(Raw::Text("no guid".into())), &field(Type::Guid, true)), Ok(Value::text("no guid")));
        assert!(value(&Cell::Foreign("float or money"), &field(Type::Decimal(28, 6), false)).is_err());
    }
}
