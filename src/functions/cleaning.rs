//! A text without what does not belong in it.

use super::shapes::{self, length, resized};
use super::{Behavior, Function, Parameter, TEXT, back, texts, there, word};
use crate::program::Stop;
use crate::value::Value;

/// The way back makes the same of a text, so that both sides have one normal form.
const NORMAL: Function = Function { behavior: Behavior::Normalizing, typing_back: shapes::text, ..TEXT };

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "trim",
        doc: "Drops blanks at both ends.",
        examples: &[
            there("trim", Vec::new, || Value::text("  Oslo "), || Value::text("Oslo")),
            back("trim", Vec::new, || Value::text("Bergen "), || Value::text("Bergen")),
        ],
        part: Some(|text, _| text.trim()),
        forward: trim,
        backward: trim,
        ..NORMAL
    },
    Function {
        name: "squeeze",
        doc: "Makes one blank of several, and drops those at both ends; line breaks stay.",
        examples: &[
            there("squeeze", Vec::new, || Value::text("Kuusikko   Oy "), || Value::text("Kuusikko Oy")),
            back("squeeze", Vec::new, || Value::text("Kuusikko  Ab"), || Value::text("Kuusikko Ab")),
        ],
        forward: squeeze,
        backward: squeeze,
        ..NORMAL
    },
    Function {
        name: "one_line",
        doc: "Puts a text of several lines on one, with one blank in the place of each line break.",
        examples: &[
            there(
                "one_line",
                Vec::new,
                || Value::text("Storgata 5\n\n0155 Oslo"),
                || Value::text("Storgata 5 0155 Oslo"),
            ),
            back("one_line", Vec::new, || Value::text("Storgata 7"), || Value::text("Storgata 7")),
        ],
        forward: one_line,
        backward: one_line,
        ..NORMAL
    },
    Function {
        name: "strip",
        parameters: &[Parameter::Text("characters")],
        empties: true,
        doc: "Drops these characters wherever they stand.",
        examples: &[
            there(
                "strip(\" -\")",
                || vec![Value::text(" -")],
                || Value::text("914 782-007"),
                || Value::text("914782007"),
            ),
            back(
                "strip(\" -\")",
                || vec![Value::text(" -")],
                || Value::text("914782 015"),
                || Value::text("914782015"),
            ),
        ],
        forward: strip,
        backward: strip,
        ..NORMAL
    },
    Function {
        name: "digits",
        empties: true,
        doc: "Keeps the digits 0 to 9 and drops all else.",
        examples: &[there("digits", Vec::new, || Value::text("+47 22 99-00"), || Value::text("47229900"))],
        forward: |value, _| Ok(texts(value, |text| text.chars().filter(char::is_ascii_digit).collect())),
        ..TEXT
    },
    Function {
        name: "replace",
        parameters: &[Parameter::Text("text"), Parameter::Replacement("replacement")],
        empties: true,
        doc: "Puts one text in the place of another wherever it stands; capital and small letters differ.",
        examples: &[there(
            "replace(\"&\", \"and\")",
            || vec![Value::text("&"), Value::text("and")],
            || Value::text("Salt & Pepper"),
            || Value::text("Salt and Pepper"),
        )],
        typing: |given, args| {
            let (old, new) = (length(word(args, 0)).max(1), length(word(args, 1)));
            let grown = |n: u32| (n / old).saturating_mul(new).saturating_add(n % old);
            resized(given, |size| size.map(|n| grown(n).max(n)))
        },
        forward: |value, args| {
            Ok(texts(value, |text| text.replace(word(args, 0), word(args, 1)).trim_end().to_owned()))
        },
        ..TEXT
    },
];

/// Those of Unicode: texts pasted from documents have them.
const LINE_BREAKS: [char; 7] = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];

fn trim(value: &Value, _: &[Value]) -> Result<Value, Stop> {
    Ok(texts(value, |text| text.trim().to_owned()))
}

fn squeeze(value: &Value, _: &[Value]) -> Result<Value, Stop> {
    Ok(texts(value, |text| {
        let mut out = String::with_capacity(text.len());
        for line in text.trim().split('\n') {
            if !out.is_empty() {
                out.push('\n');
            }
            join_words(&mut out, line);
        }
        out
    }))
}

fn one_line(value: &Value, _: &[Value]) -> Result<Value, Stop> {
    Ok(texts(value, |text| {
        let mut out = String::with_capacity(text.len());
        for line in text.split(LINE_BREAKS).map(str::trim).filter(|line| !line.is_empty()) {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(line);
        }
        out
    }))
}

fn strip(value: &Value, args: &[Value]) -> Result<Value, Stop> {
    Ok(texts(value, |text| {
        let kept: String = text.chars().filter(|c| !word(args, 0).contains(*c)).collect();
        kept.trim_end().to_owned()
    }))
}

fn join_words(out: &mut String, line: &str) {
    for (place, word) in line.split_whitespace().enumerate() {
        if place > 0 {
            out.push(' ');
        }
        out.push_str(word);
    }
}
