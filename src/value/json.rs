//! Values in files of our own (plans, the state): each with its type, so that reading gives back what was written.

use super::Value;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::str::FromStr;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Stored {
    Null,
    Bool(bool),
    Int(i64),
    Decimal(String),
    Text(String),
    Guid(String),
    Date(String),
    Time(String),
    Instant(String),
    List(Vec<Stored>),
    Record(Vec<Stored>),
}

pub fn serialize<S: Serializer>(value: &Value, serializer: S) -> Result<S::Ok, S::Error> {
    stored(value).serialize(serializer)
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    let stored = Stored::deserialize(deserializer)?;
    value(stored).ok_or_else(|| serde::de::Error::custom("a value that is not of its type"))
}

fn stored(value: &Value) -> Stored {
    match value {
        Value::Null => Stored::Null,
        Value::Bool(v) => Stored::Bool(*v),
        Value::Int(v) => Stored::Int(*v),
        Value::Decimal(v) => Stored::Decimal(v.to_string()),
        Value::Text(v) => Stored::Text(v.clone()),
        Value::Guid(v) => Stored::Guid(v.to_string()),
        Value::Date(v) => Stored::Date(v.to_string()),
        Value::Time(v) => Stored::Time(v.to_string()),
        Value::Instant(v) => Stored::Instant(v.to_string()),
        Value::List(v) => Stored::List(v.iter().map(stored).collect()),
        Value::Record(v) => Stored::Record(v.iter().map(stored).collect()),
    }
}

fn value(stored: Stored) -> Option<Value> {
    fn read<T: FromStr>(text: &str) -> Option<T> {
        text.parse().ok()
    }
    Some(match stored {
        Stored::Null => Value::Null,
        Stored::Bool(v) => Value::Bool(v),
        Stored::Int(v) => Value::Int(v),
        Stored::Decimal(v) => Value::Decimal(read(&v)?),
        Stored::Text(v) => Value::Text(v),
        Stored::Guid(v) => Value::Guid(read(&v)?),
        Stored::Date(v) => Value::Date(read(&v)?),
        Stored::Time(v) => Value::Time(read(&v)?),
        Stored::Instant(v) => Value::Instant(read(&v)?),
        Stored::List(v) => Value::List(v.into_iter().map(value).collect::<Option<_>>()?),
        Stored::Record(v) => Value::Record(v.into_iter().map(value).collect::<Option<_>>()?),
    })
}
