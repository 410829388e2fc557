//! Types and values that travel between the two systems.

mod guid;
pub mod json;
mod text;
mod types;

pub use guid::Guid;
pub use text::{match_form, trimmed};
pub use types::{Type, words};

use jiff::{Timestamp, civil};
use rust_decimal::Decimal;
use std::fmt;

/// One of the two systems. In mapping files Severa is always left, Visma Business right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    Severa,
    Business,
}

impl Side {
    pub const BOTH: [Side; 2] = [Side::Severa, Side::Business];

    pub fn other(self) -> Side {
        match self {
            Side::Severa => Side::Business,
            Side::Business => Side::Severa,
        }
    }

    /// The word for it in mapping files, settings and machine output.
    pub fn word(self) -> &'static str {
        match self {
            Side::Severa => "severa",
            Side::Business => "business",
        }
    }

    /// The product's name, for people.
    pub fn title(self) -> &'static str {
        match self {
            Side::Severa => "Severa",
            Side::Business => "Visma Business",
        }
    }
}

/// A value read from or written to a field.
///
/// `Null` is "nothing": JSON's null, and Visma Business' 0 and blank where the schema says that
/// they mean nothing. There is no float: numbers come from their decimal text.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Decimal(Decimal),
    Text(String),
    Guid(Guid),
    Date(civil::Date),
    Time(civil::Time),
    Instant(Timestamp),
    /// The elements of a list field; of records, each a [`Value::Record`].
    List(Vec<Value>),
    /// The selected fields of a record inside a list, in the order in which they were asked for.
    Record(Vec<Value>),
}

impl Value {
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    pub fn text(value: impl Into<String>) -> Value {
        Value::Text(value.into())
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(value) => Some(*value),
            Value::Decimal(value) if value.is_integer() => i64::try_from(*value).ok(),
            _ => None,
        }
    }

    pub fn as_decimal(&self) -> Option<Decimal> {
        match self {
            Value::Int(value) => Some(Decimal::from(*value)),
            Value::Decimal(value) => Some(*value),
            _ => None,
        }
    }

    pub fn as_guid(&self) -> Option<Guid> {
        match self {
            Value::Guid(guid) => Some(*guid),
            Value::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Equality as the systems see it: 7 and 7.00 are one number, `Null` and an empty text are both nothing.
    pub fn same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Text(a), Value::Text(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Null, Value::Text(text)) | (Value::Text(text), Value::Null) => text.is_empty(),
            (Value::Text(text), Value::Guid(guid)) | (Value::Guid(guid), Value::Text(text)) => {
                text.parse::<Guid>().is_ok_and(|t| t == *guid)
            }
            (Value::List(a), Value::List(b)) | (Value::Record(a), Value::Record(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b))
            }
            (a, b) => match (a.as_decimal(), b.as_decimal()) {
                (Some(a), Some(b)) => a == b,
                _ => a == b,
            },
        }
    }
}

/// For people: in plans, reasons and history.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("(nothing)"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Int(value) => write!(f, "{value}"),
            Value::Decimal(value) => write!(f, "{}", value.normalize()),
            Value::Text(value) => write!(f, "\"{}\"", value.replace('\n', "\\n")),
            Value::Guid(value) => write!(f, "{value}"),
            Value::Date(value) => write!(f, "{value}"),
            Value::Time(value) => write!(f, "{value}"),
            Value::Instant(value) => write!(f, "{value}"),
            Value::List(values) | Value::Record(values) => {
                let parts: Vec<_> = values.iter().map(Value::to_string).collect();
                write!(f, "({})", parts.join(", "))
            }
        }
    }
}
