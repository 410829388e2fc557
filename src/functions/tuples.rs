//! Transforms between one text and several fields.

use super::{Behavior, Example, Function, Parameter, Shape, count, no_way_back};
use crate::program::Stop;
use crate::value::{Type, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "split_last",
        parameters: &[Parameter::Text("separator"), Parameter::Else("first part of a text without one")],
        behavior: Behavior::Normalizing,
        cuts: false,
        doc: "Two fields as one text with a separator between them, and back: split at the last separator.",
        examples: &[
            Example {
                call: "split_last(\" \", else \"?\")",
                args: space,
                input: || Value::Record(vec![Value::text("Anna Maria"), Value::text("Virtanen")]),
                output: || Value::text("Anna Maria Virtanen"),
            },
            Example {
                call: "split_last(\" \", else \"?\")",
                args: space,
                input: || Value::text("Madonna"),
                output: || Value::Record(vec![Value::text("?"), Value::text("Madonna")]),
            },
        ],
        typing: |given, _| match given {
            Shape::Tuple(types) if types.len() == 2 && types.iter().all(Type::is_text) => {
                Ok(Shape::One(Type::Text(None)))
            }
            Shape::One(Type::Text(size)) => Ok(Shape::Tuple(vec![Type::Text(*size); 2])),
            other => Err(format!("`split_last` goes between two texts and one, and what comes here is {other}")),
        },
        forward: split_or_join,
        backward: split_or_join,
    },
    Function {
        name: "lines",
        parameters: &[Parameter::Count("lines")],
        behavior: Behavior::Normalizing,
        cuts: false,
        doc: "A text of several lines as so many fields, and back; lines beyond the last field are held.",
        examples: &[Example {
            call: "lines(2)",
            args: || vec![Value::Int(2)],
            input: || Value::text("c/o Hansen\nStorgata 5"),
            output: || Value::Record(vec![Value::text("c/o Hansen"), Value::text("Storgata 5")]),
        }],
        typing: |given, args| match given {
            Shape::One(Type::Text(size)) => Ok(Shape::Tuple(vec![Type::Text(*size); count(args)])),
            Shape::Tuple(types) if types.iter().all(Type::is_text) => Ok(Shape::One(Type::Text(None))),
            other => Err(format!("`lines` goes between a text and its lines, and what comes here is {other}")),
        },
        forward: lines,
        backward: lines,
    },
    Function {
        name: "only",
        parameters: &[],
        behavior: Behavior::OneWay,
        cuts: false,
        doc: "The element of a list of one; nothing where there are none or several.",
        examples: &[Example {
            call: "only",
            args: Vec::new,
            input: || Value::List(vec![Value::Int(7)]),
            output: || Value::Int(7),
        }],
        typing: |given, _| match given {
            Shape::One(Type::Values(of)) => Ok(Shape::One((**of).clone())),
            other => Err(format!("`only` takes a list, and what comes here is {other}")),
        },
        forward: |value, _| {
            Ok(match value {
                Value::List(values) if values.len() == 1 => values[0].clone(),
                _ => Value::Null,
            })
        },
        backward: no_way_back,
    },
];

fn space() -> Vec<Value> {
    vec![Value::text(" "), Value::text("?")]
}

/// Which of the two it does follows from what it is given.
fn split_or_join(value: &Value, args: &[Value]) -> Result<Value, Stop> {
    let separator = args.first().and_then(Value::as_text).unwrap_or(" ");
    let otherwise = args.get(1).and_then(Value::as_text).unwrap_or_default();
    Ok(match value {
        Value::Record(parts) => {
            let [first, last] = parts.as_slice() else {
                return Ok(Value::Null);
            };
            let join = |first: &str, last: &str| match (first.trim(), last.trim()) {
                ("", last) => last.to_owned(),
                (first, last) if first == otherwise => last.to_owned(),
                (first, "") => first.to_owned(),
                (first, last) => format!("{first}{separator}{last}"),
            };
            let whole = join(first.as_text().unwrap_or_default(), last.as_text().unwrap_or_default());
            // Blanks that would be lost where the text is split again are left out at once.
            let split = whole.rsplit_once(separator).map(|(first, last)| join(first, last));
            let whole = split.unwrap_or(whole);
            if whole.is_empty() { Value::Null } else { Value::Text(whole) }
        }
        Value::Text(text) => {
            let text = text.trim();
            let (first, last) = text.rsplit_once(separator).unwrap_or((otherwise, text));
            Value::Record(vec![Value::text(first.trim()), Value::text(last.trim())])
        }
        other => other.clone(),
    })
}

fn lines(value: &Value, args: &[Value]) -> Result<Value, Stop> {
    let places = count(args);
    match value {
        Value::Text(text) => {
            let lines: Vec<_> = text.lines().map(str::trim_end).filter(|l| !l.trim().is_empty()).collect();
            if lines.len() > places {
                return Err(Stop::Hold(format!("the text has {} lines, and there is room for {places}", lines.len())));
            }
            let fields = (0..places).map(|i| lines.get(i).map_or(Value::Null, |line| Value::text(*line)));
            Ok(Value::Record(fields.collect()))
        }
        Value::Record(fields) => {
            let lines: Vec<_> =
                fields.iter().filter_map(Value::as_text).flat_map(str::lines).map(str::trim_end).collect();
            let lines: Vec<_> = lines.into_iter().filter(|l| !l.trim().is_empty()).collect();
            Ok(if lines.is_empty() { Value::Null } else { Value::text(lines.join("\n")) })
        }
        other => Ok(other.clone()),
    }
}
