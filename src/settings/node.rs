//! The values of a YAML text with their places: the parser's values joined with the locator's shape.

use super::locate::{Kind, Located, locate};
use crate::source::{FileId, Span, Spanned};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub what: What,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum What {
    Nothing,
    Bool(bool),
    /// The number as it was written: never by way of a float.
    Number(String),
    Text(String),
    List(Vec<Node>),
    /// In the order of the file, with keys that stand twice standing twice.
    Map(Vec<(Spanned<String>, Node)>),
}

impl What {
    /// What it is, for messages: `a list`.
    pub fn title(&self) -> &'static str {
        match self {
            What::Nothing => "nothing",
            What::Bool(_) => "a yes or no",
            What::Number(_) => "a number",
            What::Text(_) => "a text",
            What::List(_) => "a list",
            What::Map(_) => "a group of keys",
        }
    }
}

/// Why a text is no YAML, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotYaml {
    pub reason: String,
    pub at: usize,
}

/// Reads a text. `text` must be the text of `file`, or one of the same shape.
pub fn parse(file: FileId, text: &str) -> Result<Node, NotYaml> {
    let located = locate(text);
    let blank =
        text.trim_start_matches('\u{feff}').lines().all(|l| l.trim().is_empty() || l.trim_start().starts_with('#'));
    if blank {
        return Ok(Node { what: What::Nothing, span: Span::new(file, 0, 0) });
    }
    let value: Value = serde_yaml::from_str(text).map_err(|error| not_yaml(text, &error))?;
    let whole = Span::new(file, located.range.start, located.range.end);
    Ok(join(file, text, value, Some(&located), whole))
}

fn not_yaml(text: &str, error: &serde_yaml::Error) -> NotYaml {
    let at = error.location().map_or(0, |l| offset(text, l.line(), l.column()));
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
    NotYaml { reason, at }
}

fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(start..).unwrap_or("");
    let in_line: usize =
        rest.chars().take(column.saturating_sub(1)).take_while(|c| *c != '\n').map(char::len_utf8).sum();
    start + in_line
}

fn join(file: FileId, text: &str, value: Value, located: Option<&Located>, above: Span) -> Node {
    let span = match located {
        Some(located) => Span::new(file, located.range.start, located.range.end),
        None => above,
    };
    let plain = located
        .filter(|l| l.kind == Kind::Plain)
        .and_then(|l| text.get(l.range.clone()))
        .filter(|raw| !raw.starts_with('*'));
    let what = match value {
        Value::Nothing => What::Nothing,
        Value::Bool(b) => What::Bool(b),
        Value::Number(printed) => What::Number(plain.map_or(printed, str::to_owned)),
        Value::Text(text) => What::Text(text),
        Value::List(values) => {
            let items = match located.map(|l| &l.kind) {
                Some(Kind::List(items)) if items.len() == values.len() => Some(items),
                _ => None,
            };
            What::List(
                values
                    .into_iter()
                    .enumerate()
                    .map(|(i, v)| join(file, text, v, items.and_then(|items| items.get(i)), span))
                    .collect(),
            )
        }
        Value::Map(pairs) => {
            let entries = match located.map(|l| &l.kind) {
                Some(Kind::Map(entries)) if entries.len() == pairs.len() => Some(entries),
                _ => None,
            };
            What::Map(
                pairs
                    .into_iter()
                    .enumerate()
                    .map(|(i, (key, v))| {
                        let entry = entries.and_then(|entries| entries.get(i));
                        let at = entry.map_or(span, |e| Span::new(file, e.key.start, e.key.end));
                        (Spanned::new(key, at), join(file, text, v, entry.map(|e| &e.value), at))
                    })
                    .collect(),
            )
        }
    };
    Node { what, span }
}

/// What the parser says, in the order of the file.
#[derive(Debug, Clone)]
enum Value {
    Nothing,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a plain value")
    }

    fn visit_bool<E>(self, b: bool) -> Result<Value, E> {
        Ok(Value::Bool(b))
    }

    fn visit_i64<E>(self, n: i64) -> Result<Value, E> {
        Ok(Value::Number(n.to_string()))
    }

    fn visit_u64<E>(self, n: u64) -> Result<Value, E> {
        Ok(Value::Number(n.to_string()))
    }

    fn visit_i128<E>(self, n: i128) -> Result<Value, E> {
        Ok(Value::Number(n.to_string()))
    }

    fn visit_u128<E>(self, n: u128) -> Result<Value, E> {
        Ok(Value::Number(n.to_string()))
    }

    /// Only the printed form is kept, and that only where the text of the place is not to be had.
    fn visit_f64<E>(self, n: f64) -> Result<Value, E> {
        Ok(Value::Number(n.to_string()))
    }

    fn visit_str<E>(self, s: &str) -> Result<Value, E> {
        Ok(Value::Text(s.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some((key, value)) = map.next_entry::<Value, Value>()? {
            let key = match key {
                Value::Text(text) | Value::Number(text) => text,
                Value::Bool(b) => b.to_string(),
                Value::Nothing => "null".to_owned(),
                Value::List(_) | Value::Map(_) => {
                    return Err(A::Error::custom("a key must be a word"));
                }
            };
            pairs.push((key, value));
        }
        Ok(Value::Map(pairs))
    }

    fn visit_enum<A>(self, _: A) -> Result<Value, A::Error>
    where
        A: serde::de::EnumAccess<'de>,
    {
        Err(A::Error::custom("tags (`!name`) have no meaning here"))
    }
}
