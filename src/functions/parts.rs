//! Transforms between one text and several fields.

use super::shapes::{Shape, length, refused};
use super::{Behavior, Function, Parameter, TEXT, back, count, hold, text_or_nothing, there, word};
use crate::program::Stop;
use crate::value::{Type, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "split_last",
        parameters: &[Parameter::Text("separator"), Parameter::Else("first part of a text without one")],
        doc: "Two fields as one text with a separator between them, and back: split at the last separator.",
        examples: &[
            there(
                "split_last(\" \", else \"?\")",
                space,
                || pair("Anna Maria", "Virtanen"),
                || Value::text("Anna Maria Virtanen"),
            ),
            back(
                "split_last(\" \", else \"?\")",
                space,
                || Value::text("Anna Maria Virtanen"),
                || pair("Anna Maria", "Virtanen"),
            ),
            back("split_last(\" \", else \"?\")", space, || Value::text("Madonna"), || pair("?", "Madonna")),
        ],
        typing: two_or_one,
        typing_back: two_or_one,
        forward: at_last,
        backward: at_last,
        ..TWO_WAYS
    },
    Function {
        name: "split_first",
        parameters: &[Parameter::Text("separator"), Parameter::Else("second part of a text without one")],
        doc: "Two fields as one text with a separator between them, and back: split at the first separator.",
        examples: &[
            there(
                "split_first(\": \", else \"?\")",
                colon,
                || pair("4300", "Travel: abroad"),
                || Value::text("4300: Travel: abroad"),
            ),
            back(
                "split_first(\": \", else \"?\")",
                colon,
                || Value::text("4300: Travel: abroad"),
                || pair("4300", "Travel: abroad"),
            ),
            back("split_first(\": \", else \"?\")", colon, || Value::text("4300"), || pair("4300", "?")),
        ],
        typing: two_or_one,
        typing_back: two_or_one,
        forward: at_first,
        backward: at_first,
        ..TWO_WAYS
    },
    Function {
        name: "lines",
        parameters: &[Parameter::Count("lines")],
        fails: Some("A text of more lines than there are fields."),
        doc: "A text of several lines as so many fields, and back; blank lines are left out, and a text of more lines than fields is held.",
        examples: &[
            there(
                "lines(2)",
                || vec![Value::Int(2)],
                || Value::text("c/o Hansen\nStorgata 5"),
                || pair("c/o Hansen", "Storgata 5"),
            ),
            back(
                "lines(2)",
                || vec![Value::Int(2)],
                || pair("c/o Hansen", "Storgata 5"),
                || Value::text("c/o Hansen\nStorgata 5"),
            ),
        ],
        typing: text_or_lines,
        typing_back: text_or_lines,
        forward: lines,
        backward: lines,
        ..TWO_WAYS
    },
];

/// Which of the two ways they go follows from what they are given.
const TWO_WAYS: Function = Function { behavior: Behavior::Normalizing, ..TEXT };

fn space() -> Vec<Value> {
    vec![Value::text(" "), Value::text("?")]
}

fn colon() -> Vec<Value> {
    vec![Value::text(": "), Value::text("?")]
}

fn pair(first: &str, second: &str) -> Value {
    Value::Record(vec![Value::text(first), Value::text(second)])
}

fn two_or_one(given: &Shape, args: &[Value]) -> Result<Shape, String> {
    match given {
        Shape::Tuple(types) if types.len() == 2 => joined(types, length(word(args, 0)), given),
        Shape::One(Type::Text(size)) => {
            let size = size.map(|n| n.max(length(word(args, 1))));
            Ok(Shape::Tuple(vec![Type::Text(size); 2]))
        }
        other => Err(refused("a text, or two", other)),
    }
}

fn text_or_lines(given: &Shape, args: &[Value]) -> Result<Shape, String> {
    let places = count(args, 0);
    match given {
        Shape::One(Type::Text(size)) if places <= MOST_FIELDS => Ok(Shape::Tuple(vec![Type::Text(*size); places])),
        Shape::One(Type::Text(_)) => Err(format!("no record has {places} fields for the lines of a text")),
        Shape::Tuple(types) if types.len() == places => joined(types, 1, given),
        Shape::Tuple(types) => Err(format!("{places} lines are said here, and {} fields come", types.len())),
        other => Err(refused("a text, or its lines", other)),
    }
}

/// More than any record has.
const MOST_FIELDS: usize = 100;

/// The texts as one, which is as long as all of them with what stands between.
fn joined(types: &[Type], between: u32, given: &Shape) -> Result<Shape, String> {
    let mut all = Some(0u32);
    for (place, ty) in types.iter().enumerate() {
        let Type::Text(size) = ty else {
            return Err(refused("a text, or several", given));
        };
        let before = if place > 0 { between } else { 0 };
        all = all.zip(*size).map(|(all, size)| all.saturating_add(before).saturating_add(size));
    }
    Ok(Shape::One(Type::Text(all)))
}

/// Which separator a text is split at.
#[derive(Clone, Copy)]
enum At {
    First,
    Last,
}

fn at_first(value: &Value, args: &[Value]) -> Result<Value, Stop> {
    Ok(split_or_join(At::First, value, word(args, 0), word(args, 1)))
}

fn at_last(value: &Value, args: &[Value]) -> Result<Value, Stop> {
    Ok(split_or_join(At::Last, value, word(args, 0), word(args, 1)))
}

fn split_or_join(at: At, value: &Value, separator: &str, otherwise: &str) -> Value {
    match value {
        Value::Record(parts) => {
            let part = |place: usize| parts.get(place).and_then(Value::as_text).unwrap_or_default().trim();
            join(at, (part(0), part(1)), separator, otherwise)
        }
        Value::Text(text) => match (split(at, text.trim(), separator), at) {
            _ if text.trim().is_empty() => Value::Null,
            (Some((first, last)), _) => pair(first, last),
            (None, At::First) => pair(text.trim(), otherwise),
            (None, At::Last) => pair(otherwise, text.trim()),
        },
        other => other.clone(),
    }
}

/// A separator with nothing on one of its sides separates nothing, and stays in the text.
fn split<'a>(at: At, text: &'a str, separator: &str) -> Option<(&'a str, &'a str)> {
    let (first, last) = match at {
        At::First => text.split_once(separator),
        At::Last => text.rsplit_once(separator),
    }?;
    let (first, last) = (first.trim(), last.trim());
    (!first.is_empty() && !last.is_empty()).then_some((first, last))
}

/// With one separator between them. What would be lost where the text is split again (blanks
/// there, a part that stands for none) is left out at once, so that both sides have one normal form.
fn join(at: At, parts: (&str, &str), separator: &str, otherwise: &str) -> Value {
    let text = |(first, last): (&str, &str)| {
        let (first, last) = match at {
            At::First if last == otherwise => (first, ""),
            At::Last if first == otherwise => ("", last),
            _ => (first, last),
        };
        let between = if first.is_empty() || last.is_empty() { "" } else { separator };
        [first, between, last].concat()
    };
    let once = text(parts);
    text_or_nothing(split(at, &once, separator).map(text).unwrap_or(once))
}

fn lines(value: &Value, args: &[Value]) -> Result<Value, Stop> {
    let places = count(args, 0).min(MOST_FIELDS);
    match value {
        Value::Text(text) => {
            let lines = || text.lines().map(str::trim_end).filter(|line| !line.is_empty());
            let found = lines().count();
            if found == 0 {
                return Ok(Value::Null);
            }
            if found > places {
                return hold(format!("the text has {found} lines, and there is room for {places}"));
            }
            let nothing = std::iter::repeat_n(Value::Null, places - found);
            Ok(Value::Record(lines().map(Value::text).chain(nothing).collect()))
        }
        Value::Record(fields) => {
            let mut all = String::new();
            // A line break inside a field would make two fields of it on the way back.
            let pieces = fields.iter().filter_map(Value::as_text).map(str::trim_end).filter(|line| !line.is_empty());
            for field in pieces {
                if !all.is_empty() {
                    all.push('\n');
                }
                all.extend(field.chars().map(|c| if c == '\n' { ' ' } else { c }));
            }
            Ok(text_or_nothing(all))
        }
        other => Ok(other.clone()),
    }
}
