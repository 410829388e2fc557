//! Values as JSON.

use crate::program::Seen;
use crate::program::eval::Told;
use crate::value::Value;
use std::io::Write;

/// A member's name with its colon.
pub(super) fn key(name: &str) -> Vec<u8> {
    let mut key = Vec::new();
    text(&mut key, name);
    key.push(b':');
    key
}

/// Writes a value that came out of an expression; true where it is nothing.
pub(super) fn told(out: &mut Vec<u8>, told: &Told) -> bool {
    match told {
        Told::Value(Seen::There(Value::Null) | Seen::Made(Value::Null)) => return true,
        Told::Value(Seen::There(value)) => self::value(out, value),
        Told::Value(Seen::Made(value)) => self::value(out, value),
        Told::Value(Seen::Part(part)) => text(out, part),
        Told::Pending(reference) => {
            // What is known of it: which record is meant, and which of its columns.
            let link = serde_json::json!({"link": {
                "entity": reference.entity, "from": reference.from.word(),
                "value": reference.value, "column": reference.column,
            }});
            drop(write!(out, "{link}"));
        }
    }
    false
}

/// Numbers in their own digits, dates and identifiers as texts.
pub(super) fn value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Text(value) => text(out, value),
        Value::Int(value) => out.extend_from_slice(itoa::Buffer::new().format(*value).as_bytes()),
        // Writing to memory never fails.
        Value::Decimal(value) => drop(write!(out, "{value}")),
        Value::Guid(value) => {
            out.push(b'"');
            out.extend_from_slice(&value.ascii());
            out.push(b'"');
        }
        Value::Date(value) => drop(write!(out, "\"{value}\"")),
        Value::Time(value) => drop(write!(out, "\"{value}\"")),
        Value::Instant(value) => drop(write!(out, "\"{value}\"")),
        Value::List(values) | Value::Record(values) => {
            out.push(b'[');
            for (place, value) in values.iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                self::value(out, value);
            }
            out.push(b']');
        }
    }
}

/// In quotes, with what JSON wants escaped.
fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = first_special(rest) {
        let (plain, from) = rest.split_at(at);
        out.extend_from_slice(plain);
        match from[0] {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            other => drop(write!(out, "\\u{other:04x}")),
        }
        rest = &from[1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// Sixteen at a time, which the compiler turns into one comparison.
fn first_special(bytes: &[u8]) -> Option<usize> {
    let special = |byte: &u8| *byte < b' ' || *byte == b'"' || *byte == b'\\';
    let mut at = 0;
    for chunk in bytes.chunks(16) {
        if chunk.iter().fold(false, |any, byte| any | special(byte)) {
            return chunk.iter().position(special).map(|place| at + place);
        }
        at += chunk.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_as_they_were() {
        for given in
            ["", "a\"b\\c\nd\te\u{1}f\u{7f}", "0123456789abcde\"", "Åse — “ok” 🎈 and a text beyond sixteen bytes\r\n"]
        {
            let mut out = Vec::new();
            text(&mut out, given);
            assert_eq!(serde_json::from_slice::<String>(&out).ok().as_deref(), Some(given));
        }
    }
}
