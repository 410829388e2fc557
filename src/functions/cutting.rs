//! A part of a text.

use super::shapes::{Shape, resized};
use super::{Behavior, Function, Parameter, TEXT, back, count, same, texts, there, word};
use crate::program::Stop;
use crate::value::{Type, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "fit",
        parameters: &[Parameter::Count("size")],
        behavior: Behavior::Normalizing,
        cuts: true,
        empties: true,
        doc: "Cuts a text to so many characters; a text that was cut is never written back over the longer one.",
        examples: &[
            there("fit(5)", || vec![Value::Int(5)], || Value::text("Kuusikko"), || Value::text("Kuusi")),
            back("fit(5)", || vec![Value::Int(5)], || Value::text("Oslo"), || Value::text("Oslo")),
        ],
        typing: sized,
        typing_back: as_given,
        part: Some(first),
        forward: cut,
        backward: same,
        ..TEXT
    },
    Function {
        name: "truncate",
        parameters: &[Parameter::Count("size")],
        cuts: true,
        empties: true,
        doc: "Cuts a text to so many characters.",
        examples: &[there("truncate(3)", || vec![Value::Int(3)], || Value::text("Ærø by"), || Value::text("Ærø"))],
        typing: sized,
        part: Some(first),
        forward: cut,
        ..TEXT
    },
    Function {
        name: "substring",
        parameters: &[Parameter::Count("from"), Parameter::Count("size")],
        cuts: true,
        empties: true,
        doc: "So many characters of a text, from a place that is counted from 1; nothing if the text ends before it.",
        examples: &[there(
            "substring(3, 4)",
            || vec![Value::Int(3), Value::Int(4)],
            || Value::text("NO914782007"),
            || Value::text("9147"),
        )],
        typing: |given, args| {
            let size = u32::try_from(count(args, 1)).unwrap_or(u32::MAX);
            resized(given, |before| Some(before.map_or(size, |before| before.min(size))))
        },
        forward: |value, args| {
            let before = count(args, 0).saturating_sub(1);
            Ok(texts(value, |text| part(text, before, count(args, 1)).to_owned()))
        },
        ..TEXT
    },
    Function {
        name: "before",
        parameters: &[Parameter::Text("separator")],
        cuts: true,
        empties: true,
        doc: "What stands before the first separator; all of a text without one.",
        examples: &[
            there("before(\":\")", || vec![Value::text(":")], || Value::text("4300: Travel"), || Value::text("4300")),
            there("before(\":\")", || vec![Value::text(":")], || Value::text("Travel"), || Value::text("Travel")),
        ],
        forward: |value, args| {
            let first = |text: &str| text.split_once(word(args, 0)).map_or(text, |(first, _)| first).trim().to_owned();
            Ok(texts(value, first))
        },
        ..TEXT
    },
    Function {
        name: "after",
        parameters: &[Parameter::Text("separator")],
        cuts: true,
        empties: true,
        doc: "What stands after the first separator; nothing of a text without one.",
        examples: &[there(
            "after(\"@\")",
            || vec![Value::text("@")],
            || Value::text("kari@example.no"),
            || Value::text("example.no"),
        )],
        forward: |value, args| {
            let rest = |text: &str| text.split_once(word(args, 0)).map_or("", |(_, rest)| rest).trim().to_owned();
            Ok(texts(value, rest))
        },
        ..TEXT
    },
    Function {
        name: "word",
        parameters: &[Parameter::Count("number")],
        cuts: true,
        empties: true,
        doc: "One word of a text, counted from 1; nothing if there are fewer.",
        examples: &[there(
            "word(2)",
            || vec![Value::Int(2)],
            || Value::text("Anna Maria Virtanen"),
            || Value::text("Maria"),
        )],
        forward: |value, args| {
            let place = count(args, 0).saturating_sub(1);
            Ok(texts(value, |text| text.split_whitespace().nth(place).unwrap_or_default().to_owned()))
        },
        ..TEXT
    },
];

/// One text, or each of several.
fn sized(given: &Shape, args: &[Value]) -> Result<Shape, String> {
    let size = u32::try_from(count(args, 0)).unwrap_or(u32::MAX);
    let cut = |before: Option<u32>| Some(before.map_or(size, |before| before.min(size)));
    match given {
        Shape::Tuple(types) => {
            let fields = types.iter().map(|ty| match ty {
                Type::Text(before) => Ok(Type::Text(cut(*before))),
                _ => Err(super::shapes::refused("a text", given)),
            });
            fields.collect::<Result<_, _>>().map(Shape::Tuple)
        }
        _ => resized(given, cut),
    }
}

fn as_given(given: &Shape, args: &[Value]) -> Result<Shape, String> {
    sized(given, args).map(|_| given.clone())
}

fn cut(value: &Value, args: &[Value]) -> Result<Value, Stop> {
    Ok(texts(value, |text| first(text, args).to_owned()))
}

fn first<'t>(text: &'t str, args: &[Value]) -> &'t str {
    part(text, 0, count(args, 0))
}

/// By characters, without the blanks that a cut may leave at the end: columns are read right-trimmed.
fn part(text: &str, before: usize, size: usize) -> &str {
    // No more bytes than characters asked for: all of it.
    if before == 0 && text.len() <= size {
        return text.trim_end();
    }
    let place = |text: &str, n: usize| text.char_indices().nth(n).map_or(text.len(), |(at, _)| at);
    let rest = text.get(place(text, before)..).unwrap_or_default();
    rest.get(..place(rest, size)).unwrap_or(rest).trim_end()
}
