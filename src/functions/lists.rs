//! Lists of values: one of them, how many, all as one text; and a text as a list.

use super::shapes::{Shape, refused, size_of};
use super::{Function, Parameter, base, count, text_or_nothing, there, word};
use crate::program::Stop;
use crate::value::{Type, Value};

const LIST: Function = base("lists", element);

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "only",
        empties: true,
        doc: "The element of a list of one; nothing where there are none or several.",
        examples: &[there("only", Vec::new, || Value::List(vec![Value::Int(7)]), || Value::Int(7))],
        forward: |value, _| {
            Ok(match value {
                Value::List(values) => match values.as_slice() {
                    [one] => one.clone(),
                    _ => Value::Null,
                },
                _ => Value::Null,
            })
        },
        ..LIST
    },
    Function {
        name: "first",
        empties: true,
        doc: "The first element of a list, in the order in which the system gives them.",
        examples: &[there("first", Vec::new, words, || Value::text("consulting"))],
        forward: |value, _| Ok(elements(value).first().cloned().unwrap_or_default()),
        ..LIST
    },
    Function {
        name: "last",
        empties: true,
        doc: "The last element of a list, in the order in which the system gives them.",
        examples: &[there("last", Vec::new, words, || Value::text("consulting"))],
        forward: |value, _| Ok(elements(value).last().cloned().unwrap_or_default()),
        ..LIST
    },
    Function {
        name: "unique",
        doc: "A list with each value once, where it first stands.",
        examples: &[there("unique", Vec::new, words, || {
            Value::List(vec![Value::text("consulting"), Value::text("travel")])
        })],
        typing: |given, _| plain_list(given).map(|_| given.clone()),
        forward: |value, _| {
            Ok(match value {
                Value::List(values) => {
                    let mut once: Vec<Value> = Vec::new();
                    for value in values {
                        if !once.iter().any(|seen| seen.same(value)) {
                            once.push(value.clone());
                        }
                    }
                    Value::List(once)
                }
                other => other.clone(),
            })
        },
        ..LIST
    },
    Function {
        name: "count",
        doc: "How many elements a list has.",
        examples: &[there("count", Vec::new, words, || Value::Int(3))],
        typing: |given, _| match given {
            Shape::One(Type::Values(_) | Type::List(_)) => Ok(Shape::One(Type::Int)),
            other => Err(refused("a list", other)),
        },
        forward: |value, _| {
            Ok(match value {
                Value::List(values) => Value::Int(i64::try_from(values.len()).unwrap_or(i64::MAX)),
                other => other.clone(),
            })
        },
        ..LIST
    },
    Function {
        name: "join",
        parameters: &[Parameter::Replacement("separator")],
        empties: true,
        doc: "The texts of a list as one, with a separator between them; blank ones are left out.",
        examples: &[there(
            "join(\", \")",
            || vec![Value::text(", ")],
            words,
            || Value::text("consulting, travel, consulting"),
        )],
        typing: |given, _| match plain_list(given)? {
            Type::Text(_) | Type::Enum(_) => Ok(Shape::One(Type::Text(None))),
            _ => Err(refused("a list of texts", given)),
        },
        forward: |value, args| {
            Ok(match value {
                Value::List(values) => {
                    let mut all = String::new();
                    for text in values.iter().filter_map(Value::as_text).map(str::trim).filter(|t| !t.is_empty()) {
                        if !all.is_empty() {
                            all.push_str(word(args, 0));
                        }
                        all.push_str(text);
                    }
                    text_or_nothing(all)
                }
                other => other.clone(),
            })
        },
        ..LIST
    },
    Function {
        name: "split",
        parameters: &[Parameter::Text("separator")],
        doc: "A text as the list of what stands between its separators; blank pieces are left out.",
        examples: &[there(
            "split(\";\")",
            || vec![Value::text(";")],
            || Value::text("red; green;;blue"),
            || Value::List(vec![Value::text("red"), Value::text("green"), Value::text("blue")]),
        )],
        typing: |given, _| Ok(Shape::One(Type::Values(Box::new(Type::Text(size_of(given)?))))),
        forward: |value, args| {
            Ok(match value {
                Value::Text(text) => {
                    let pieces = text.split(word(args, 0)).map(str::trim).filter(|piece| !piece.is_empty());
                    Value::List(pieces.map(Value::text).collect())
                }
                other => other.clone(),
            })
        },
        ..LIST
    },
    Function {
        name: "wrap",
        parameters: &[Parameter::Count("size")],
        doc: "A text as a list of lines of at most so many characters, broken at blanks and line breaks; a longer word is broken where the line ends, and nothing is lost.",
        examples: &[there(
            "wrap(14)",
            || vec![Value::Int(14)],
            || Value::text("Workshop with the steering group\nin Oslo"),
            || {
                let lines = ["Workshop with", "the steering", "group", "in Oslo"];
                Value::List(lines.into_iter().map(Value::text).collect())
            },
        )],
        typing: |given, args| {
            let size = u32::try_from(count(args, 0)).unwrap_or(u32::MAX);
            let size = size_of(given)?.map_or(size, |before| before.min(size));
            Ok(Shape::One(Type::Values(Box::new(Type::Text(Some(size))))))
        },
        forward: wrap,
        ..LIST
    },
];

fn words() -> Value {
    Value::List(vec![Value::text("consulting"), Value::text("travel"), Value::text("consulting")])
}

fn elements(value: &Value) -> &[Value] {
    match value {
        Value::List(values) => values,
        _ => &[],
    }
}

fn plain_list(given: &Shape) -> Result<&Type, String> {
    match given {
        Shape::One(Type::Values(of)) => Ok(of),
        other => Err(refused("a list of plain values", other)),
    }
}

fn element(given: &Shape, _: &[Value]) -> Result<Shape, String> {
    plain_list(given).map(|of| Shape::One(of.clone()))
}

/// Blanks inside a line stay as they are; those where a line is broken are dropped, and so are blank lines.
fn wrap(value: &Value, args: &[Value]) -> Result<Value, Stop> {
    let Value::Text(text) = value else {
        return Ok(value.clone());
    };
    let size = count(args, 0).max(1);
    let mut lines = Vec::new();
    for mut rest in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        while !rest.is_empty() {
            let (line, more) = break_at(rest, size);
            lines.push(Value::text(line));
            rest = more;
        }
    }
    Ok(Value::List(lines))
}

/// The longest beginning that ends before a blank, or so many characters if there is none. What
/// comes in begins with no blank, and what is left neither.
fn break_at(text: &str, size: usize) -> (&str, &str) {
    let Some((end, next)) = text.char_indices().nth(size) else {
        return (text.trim_end(), "");
    };
    let (line, rest) = text.split_at(end);
    let broken = if next.is_whitespace() { line.len() } else { line.rfind(char::is_whitespace).unwrap_or(line.len()) };
    let (line, over) = line.split_at(broken);
    let left = text.get(text.len() - rest.len() - over.len()..).unwrap_or_default();
    (line.trim_end(), left.trim_start())
}
