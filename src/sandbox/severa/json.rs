//! JSON whose numbers stay the text they were written as, so that `7.25` never passes through a float.

use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;

/// The members of an object, in the order of their names.
pub type Members = BTreeMap<String, Json>;

/// A JSON value. `Number` holds the number's own text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Members),
}

/// How deep values may nest; deeper ones are refused instead of exhausting the stack.
const DEPTH: usize = 64;

impl Json {
    /// Reads one JSON document. The error says what is wrong and where, in the parser's words.
    pub fn parse(text: &str) -> Result<Json, String> {
        let raw: &RawValue = serde_json::from_str(text).map_err(|error| error.to_string())?;
        read(raw, 0)
    }

    /// The member `name` of an object; nothing for other values.
    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.get(name),
            _ => None,
        }
    }

    /// The value at a dotted path of members, e.g. `customer.guid`.
    pub fn at(&self, path: &str) -> Option<&Json> {
        path.split('.').try_fold(self, |value, name| value.get(name))
    }

    /// The text of a string.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The truth of a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Json::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// A whole number that fits 64 bits.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Json::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The elements of a list; empty for other values.
    pub fn items(&self) -> &[Json] {
        match self {
            Json::List(items) => items,
            _ => &[],
        }
    }

    /// The members of an object.
    pub fn members(&self) -> Option<&Members> {
        match self {
            Json::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Json::Null)
    }

    /// The GUID that a reference holds: `guid` of an object, or the text of a bare GUID.
    pub fn reference(&self) -> Option<&str> {
        match self {
            Json::Text(guid) => Some(guid),
            Json::Object(members) => members.get("guid").and_then(Json::as_text),
            _ => None,
        }
    }
}

/// A reference `{"guid": …}`.
pub fn link(guid: &str) -> Json {
    object([("guid", Json::from(guid))])
}

/// An object of the given members.
pub fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn read(raw: &RawValue, depth: usize) -> Result<Json, String> {
    if depth > DEPTH {
        return Err(format!("values nest deeper than {DEPTH}"));
    }
    let text = raw.get();
    let fault = |error: serde_json::Error| error.to_string();
    Ok(match text.as_bytes().first() {
        Some(b'{') => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).map_err(fault)?;
            let read = |(name, value)| Ok::<_, String>((name, read(value, depth + 1)?));
            Json::Object(members.into_iter().map(read).collect::<Result<_, _>>()?)
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text).map_err(fault)?;
            Json::List(items.into_iter().map(|item| read(item, depth + 1)).collect::<Result<_, _>>()?)
        }
        Some(b'"') => Json::Text(serde_json::from_str(text).map_err(fault)?),
        Some(b't') => Json::Bool(true),
        Some(b'f') => Json::Bool(false),
        Some(b'n') => Json::Null,
        _ => Json::Number(text.to_owned()),
    })
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(value) => write!(f, "{value}"),
            Json::Number(text) => f.write_str(text),
            Json::Text(text) => quoted(f, text),
            Json::List(items) => {
                f.write_str("[")?;
                for (place, item) in items.iter().enumerate() {
                    if place > 0 {
                        f.write_str(",")?;
                    }
                    write!(f, "{item}")?;
                }
                f.write_str("]")
            }
            Json::Object(members) => {
                f.write_str("{")?;
                for (place, (name, value)) in members.iter().enumerate() {
                    if place > 0 {
                        f.write_str(",")?;
                    }
                    quoted(f, name)?;
                    write!(f, ":{value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Json::Text(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Json::Text(text)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Json::Bool(value)
    }
}

impl From<i64> for Json {
    fn from(value: i64) -> Self {
        Json::Number(value.to_string())
    }
}

impl From<rust_decimal::Decimal> for Json {
    fn from(value: rust_decimal::Decimal) -> Self {
        Json::Number(value.to_string())
    }
}

impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Json::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_text() {
        let text = r#"{"a":[7.250,120.50,-0,1e3,12345678901234567890.123456789],"b":{"c":"å\"\n"},"d":null,"e":true}"#;
        assert_eq!(Json::parse(text).unwrap().to_string(), text);
    }

    #[test]
    fn deep_nesting_is_refused() {
        let text = format!("{}{}", "[".repeat(100), "]".repeat(100));
        assert!(Json::parse(&text).unwrap_err().contains("deeper"));
        assert!(Json::parse("{\"a\":").is_err());
        assert!(Json::parse("[1] 2").is_err());
    }
}
