//! One value into its slot: texts are copied once, numbers come from their own digits.

use super::Into;
use super::shape::Leaf;
use crate::systems::scalar;
use crate::value::{Guid, Side, Type, Value};
use jiff::civil::{Date, Time};
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use sonic_rs::LazyValue;
use std::fmt;

/// Reads the next value of `json`.
pub(super) fn read<'de, D: Deserializer<'de>>(
    leaf: &Leaf,
    name: &str,
    into: &mut Into,
    json: D,
) -> Result<(), D::Error> {
    into.seen(leaf.slot);
    let plain = leaf.side == Side::Severa;
    match leaf.ty {
        Type::Bool | Type::Guid | Type::Date | Type::Text(_) | Type::Enum(_) if plain => {
            json.deserialize_any(Plain { leaf, name, into })
        }
        _ => {
            let raw = LazyValue::deserialize(json)?;
            let read = match leaf.side {
                Side::Severa => of_severa(raw.as_raw_str(), &leaf.ty),
                Side::Business => of_business(raw.as_raw_str(), leaf),
            };
            match read {
                Ok(value) => into.set(leaf.slot, value),
                Err(expected) => into.wrong(name, format!("{}, and {expected} was expected", short(raw.as_raw_str()))),
            }
            Ok(())
        }
    }
}

/// Numbers in quotes are numbers too: other tools write decimals so, to keep their digits.
fn of_severa(raw: &str, ty: &Type) -> Result<Value, &'static str> {
    match (ty, raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))) {
        (Type::Int | Type::Decimal(..), Some("")) => Ok(Value::Null),
        (Type::Int | Type::Decimal(..), Some(digits)) => scalar::scalar(digits, ty),
        _ => scalar::scalar(raw, ty),
    }
}

/// As a table has it: dates and times as numbers, texts with blanks at their end, 0 and blank for nothing.
fn of_business(raw: &str, leaf: &Leaf) -> Result<Value, &'static str> {
    let number = || raw.parse::<i64>().ok();
    let value = match (&leaf.ty, number()) {
        (Type::Date, Some(0)) => Value::Null,
        (Type::Date, Some(number)) => Value::Date(date(number).ok_or("a date")?),
        (Type::Time, Some(number)) => Value::Time(time(number).ok_or("a time")?),
        (Type::Bool, Some(number @ (0 | 1))) => Value::Bool(number == 1),
        _ => of_severa(raw, &leaf.ty)?,
    };
    let value = match value {
        Value::Text(mut text) => {
            text.truncate(text.trim_end().len());
            Value::Text(text)
        }
        other => other,
    };
    let blank = value.as_int() == Some(0) || value.as_text().is_some_and(str::is_empty);
    Ok(if leaf.blank_is_nothing && blank { Value::Null } else { value })
}

fn date(number: i64) -> Option<Date> {
    let part = |n: i64| i8::try_from(n % 100).ok();
    Date::new(i16::try_from(number / 10_000).ok()?, part(number / 100)?, part(number)?).ok()
}

fn time(number: i64) -> Option<Time> {
    Time::new(i8::try_from(number / 100).ok()?, i8::try_from(number % 100).ok()?, 0, 0).ok()
}

/// A value for people, without its end where it is long.
fn short(raw: &str) -> String {
    match raw.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", raw.get(..end).unwrap_or_default()),
        None => raw.to_owned(),
    }
}

struct Plain<'r> {
    leaf: &'r Leaf,
    name: &'r str,
    into: &'r mut Into,
}

impl Plain<'_> {
    fn set<E>(self, value: Value) -> Result<(), E> {
        self.into.set(self.leaf.slot, value);
        Ok(())
    }

    fn wrong<E: Error>(self, found: &str) -> Result<(), E> {
        let expected = match self.leaf.ty {
            Type::Bool => "true or false",
            Type::Guid => "a GUID",
            Type::Date => "a date",
            _ => "a text",
        };
        self.into.wrong(self.name, format!("{found}, and {expected} was expected"));
        Ok(())
    }
}

impl<'de> Visitor<'de> for Plain<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.set(Value::Null)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        let value = match self.leaf.ty {
            Type::Text(_) | Type::Enum(_) if text.is_empty() => Some(Value::Null),
            Type::Text(_) | Type::Enum(_) => {
                self.into.set_text(self.leaf.slot, text);
                return Ok(());
            }
            Type::Guid if text.is_empty() => Some(Value::Null),
            Type::Guid => text.parse::<Guid>().ok().map(Value::Guid),
            Type::Date => scalar::date(text).map(Value::Date),
            _ => None,
        };
        match value {
            Some(value) => self.set(value),
            None => self.wrong(&format!("\"{}\"", short(text))),
        }
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        match self.leaf.ty {
            Type::Bool => self.set(Value::Bool(value)),
            _ => self.wrong(if value { "true" } else { "false" }),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.wrong(&number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.wrong(&number.to_string())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.wrong("a number")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        self.wrong("a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.wrong("a record")
    }
}
