//! A value as an expression gives it: copied only where something new comes to be.

use crate::value::Value;
use std::borrow::Cow;
use std::fmt::Write;

#[derive(Debug, Clone, PartialEq)]
pub enum Seen<'v> {
    /// It lies in a row, in the mapping or in a table.
    There(&'v Value),
    /// A piece of such a text, never empty.
    Part(&'v str),
    Made(Value),
}

impl<'v> Seen<'v> {
    pub const NOTHING: Seen<'static> = Seen::Made(Value::Null);

    pub fn is_null(&self) -> bool {
        match self {
            Seen::There(value) => value.is_null(),
            Seen::Made(value) => value.is_null(),
            Seen::Part(_) => false,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Seen::There(value) => value.as_text(),
            Seen::Made(value) => value.as_text(),
            Seen::Part(text) => Some(text),
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Seen::There(value) => value.as_bool(),
            Seen::Made(value) => value.as_bool(),
            Seen::Part(_) => None,
        }
    }

    /// As a value; a piece of a text is copied.
    pub fn value(&self) -> Cow<'_, Value> {
        match self {
            Seen::There(value) => Cow::Borrowed(value),
            Seen::Made(value) => Cow::Borrowed(value),
            Seen::Part(text) => Cow::Owned(Value::text(*text)),
        }
    }

    pub fn owned(self) -> Value {
        match self {
            Seen::There(value) => value.clone(),
            Seen::Made(value) => value,
            Seen::Part(text) => Value::text(text),
        }
    }

    /// A text without what stands around the piece that `choose` gives of it; nothing of that is nothing.
    pub fn part(self, choose: impl Fn(&str) -> &str) -> Seen<'v> {
        let lies: &'v str = match self {
            Seen::There(Value::Text(text)) => text,
            Seen::Part(text) => text,
            Seen::Made(Value::Text(mut text)) => {
                let (start, length) = place(&text, choose(&text));
                text.truncate(start + length);
                text.drain(..start);
                return if text.is_empty() { Seen::NOTHING } else { Seen::Made(Value::Text(text)) };
            }
            other => return other,
        };
        match choose(lies) {
            "" => Seen::NOTHING,
            part => Seen::Part(part),
        }
    }

    /// At the end of a text: nothing as nothing, texts as they are.
    pub fn write(&self, text: &mut String) {
        let value = match self {
            Seen::There(value) => value,
            Seen::Made(value) => value,
            Seen::Part(part) => return text.push_str(part),
        };
        match value {
            Value::Null => {}
            Value::Text(value) => text.push_str(value),
            Value::Int(value) => text.push_str(itoa::Buffer::new().format(*value)),
            // Writing to a text never fails.
            other => drop(write!(text, "{other}")),
        }
    }
}

/// Where a piece begins in the text that it was taken from, and its length.
fn place(text: &str, part: &str) -> (usize, usize) {
    let start = (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
    match text.get(start..start.saturating_add(part.len())) {
        Some(_) => (start, part.len()),
        // Not a piece of it: only a blank one is not.
        None => (0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_same_of_texts_that_lie_somewhere_and_of_new_ones() {
        type Choose = fn(&str) -> &str;
        let whole = Value::text("  Åse  ");
        let all: [Choose; 4] = [str::trim, |t: &str| t.get(2..4).unwrap_or(""), |_: &str| "", |t: &str| t];
        for choose in all {
            let lies = Seen::There(&whole).part(choose).owned();
            assert_eq!(lies, Seen::Made(whole.clone()).part(choose).owned());
            assert_eq!(lies.is_null(), choose("  Åse  ").is_empty());
        }
        assert_eq!(Seen::Part("Åse").part(|t| t.trim_start_matches('Å')).owned(), Value::text("se"));
        assert_eq!(Seen::Made(Value::Int(7)).part(str::trim).owned(), Value::Int(7));
    }
}
