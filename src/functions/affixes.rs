//! Texts that are put before or after another, and taken off on the way back.

use super::shapes::{length, resized};
use super::{Behavior, Function, Parameter, TEXT, back, count, hold, same, text_or_nothing, texts, there, word};
use crate::program::Stop;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "prefix",
        parameters: &[Parameter::Text("text")],
        behavior: Behavior::Exact,
        empties: true,
        fails: Some("On the way back, a text that does not begin with it."),
        doc: "Puts a text before, and takes it off on the way back.",
        examples: &[
            there("prefix(\"SE-\")", || vec![Value::text("SE-")], || Value::text("1042"), || Value::text("SE-1042")),
            back("prefix(\"SE-\")", || vec![Value::text("SE-")], || Value::text("SE-1042"), || Value::text("1042")),
        ],
        typing: longer,
        typing_back: shorter,
        forward: |value, args| Ok(texts(value, |text| around(word(args, 0), text, ""))),
        backward: |value, args| {
            let taken_off = |text: &str| Some(text.strip_prefix(word(args, 0))?.to_owned());
            undone(value, taken_off, "begin", word(args, 0))
        },
        ..TEXT
    },
    Function {
        name: "suffix",
        parameters: &[Parameter::Text("text")],
        behavior: Behavior::Exact,
        empties: true,
        fails: Some("On the way back, a text that does not end with it."),
        doc: "Puts a text after, and takes it off on the way back.",
        examples: &[
            there("suffix(\" %\")", || vec![Value::text(" %")], || Value::text("25"), || Value::text("25 %")),
            back("suffix(\" %\")", || vec![Value::text(" %")], || Value::text("25 %"), || Value::text("25")),
        ],
        typing: |given, args| match word(args, 0).ends_with(char::is_whitespace) {
            true => Err("a blank at the end would not come back: columns are read without it".to_owned()),
            false => longer(given, args),
        },
        typing_back: shorter,
        forward: |value, args| Ok(texts(value, |text| around("", text, word(args, 0)))),
        backward: |value, args| {
            let taken_off = |text: &str| Some(text.strip_suffix(word(args, 0))?.to_owned());
            undone(value, taken_off, "end", word(args, 0))
        },
        ..TEXT
    },
    Function {
        name: "pad_left",
        parameters: &[Parameter::Count("size"), Parameter::Character("character")],
        behavior: Behavior::Normalizing,
        doc: "Fills a text up to a size with a character at its beginning, and takes that character off on the way back; a longer text stays as long as it is without it.",
        examples: &[
            there(
                "pad_left(6, \"0\")",
                || vec![Value::Int(6), Value::text("0")],
                || Value::text("1042"),
                || Value::text("001042"),
            ),
            back(
                "pad_left(6, \"0\")",
                || vec![Value::Int(6), Value::text("0")],
                || Value::text("001042"),
                || Value::text("1042"),
            ),
        ],
        typing: |given, args| {
            let size = u32::try_from(count(args, 0)).unwrap_or(u32::MAX);
            resized(given, |before| before.map(|before| before.max(size)))
        },
        typing_back: super::shapes::text,
        forward: |value, args| {
            let (size, character) = (count(args, 0), word(args, 1));
            Ok(texts(value, |text| {
                let bare = unpadded(text, character);
                if bare.is_empty() {
                    return String::new();
                }
                // A size that no column has is no reason to run out of memory.
                let missing = size.saturating_sub(bare.chars().count()).min(4_000);
                let mut padded = String::with_capacity(missing * character.len() + bare.len());
                (0..missing).for_each(|_| padded.push_str(character));
                padded.push_str(bare);
                padded
            }))
        },
        backward: |value, args| Ok(texts(value, |text| unpadded(text, word(args, 1)).to_owned())),
        ..TEXT
    },
];

fn longer(given: &super::Shape, args: &[Value]) -> Result<super::Shape, String> {
    resized(given, |size| size.map(|n| n.saturating_add(length(word(args, 0)))))
}

fn shorter(given: &super::Shape, args: &[Value]) -> Result<super::Shape, String> {
    resized(given, |size| size.map(|n| n.saturating_sub(length(word(args, 0)))))
}

/// A blank text is nothing, and nothing stands before nothing.
fn around(before: &str, text: &str, after: &str) -> String {
    if text.is_empty() { String::new() } else { [before, text, after].concat() }
}

fn undone(value: &Value, taken_off: impl Fn(&str) -> Option<String>, place: &str, affix: &str) -> Result<Value, Stop> {
    match value {
        Value::Text(text) if text.is_empty() => Ok(Value::Null),
        Value::Text(text) => match taken_off(text) {
            Some(inner) => Ok(text_or_nothing(inner)),
            None => hold(format!("\"{text}\" does not {place} with \"{affix}\"")),
        },
        other => same(other, &[]),
    }
}

/// Without the padding; of a text of nothing else, one character stays.
fn unpadded<'a>(text: &'a str, character: &str) -> &'a str {
    let bare = character.chars().next().map_or(text, |c| text.trim_start_matches(c));
    if bare.is_empty() {
        text.char_indices().next_back().map_or("", |(at, _)| text.get(at..).unwrap_or_default())
    } else {
        bare
    }
}
