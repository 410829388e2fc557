//! Transforms of texts.

use super::{Behavior, Example, Function, Parameter, Shape, count, no_way_back, same, text_only};
use crate::program::Stop;
use crate::value::{Type, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "fit",
        parameters: &[Parameter::Count("size")],
        behavior: Behavior::Normalizing,
        cuts: true,
        doc: "Cuts a text to so many characters; a text that was cut is never written back over the longer one.",
        examples: &[Example {
            call: "fit(5)",
            args: || vec![Value::Int(5)],
            input: || Value::text("Kuusikko"),
            output: || Value::text("Kuusi"),
        }],
        typing: sized,
        forward: cut,
        backward: same,
    },
    Function {
        name: "truncate",
        parameters: &[Parameter::Count("size")],
        behavior: Behavior::OneWay,
        cuts: true,
        doc: "Cuts a text to so many characters.",
        examples: &[Example {
            call: "truncate(3)",
            args: || vec![Value::Int(3)],
            input: || Value::text("Ærø by"),
            output: || Value::text("Ærø"),
        }],
        typing: sized,
        forward: cut,
        backward: no_way_back,
    },
    Function {
        name: "trim",
        parameters: &[],
        behavior: Behavior::Normalizing,
        cuts: false,
        doc: "Drops blanks at both ends.",
        examples: &[Example {
            call: "trim",
            args: Vec::new,
            input: || Value::text("  Oslo "),
            output: || Value::text("Oslo"),
        }],
        typing: |given, _| text_only(given, "trim").map(|()| given.clone()),
        forward: |value, _| Ok(texts(value, |t| t.trim().to_owned())),
        backward: |value, _| Ok(texts(value, |t| t.trim().to_owned())),
    },
    Function {
        name: "lower",
        parameters: &[],
        behavior: Behavior::Normalizing,
        cuts: false,
        doc: "Small letters only.",
        examples: &[Example {
            call: "lower",
            args: Vec::new,
            input: || Value::text("Kari@Example.NO"),
            output: || Value::text("kari@example.no"),
        }],
        typing: |given, _| text_only(given, "lower").map(|()| given.clone()),
        forward: |value, _| Ok(texts(value, str::to_lowercase)),
        backward: |value, _| Ok(texts(value, str::to_lowercase)),
    },
    Function {
        name: "upper",
        parameters: &[],
        behavior: Behavior::Normalizing,
        cuts: false,
        doc: "Capital letters only.",
        examples: &[Example {
            call: "upper",
            args: Vec::new,
            input: || Value::text("no914782007mva"),
            output: || Value::text("NO914782007MVA"),
        }],
        typing: |given, _| text_only(given, "upper").map(|()| given.clone()),
        forward: |value, _| Ok(texts(value, str::to_uppercase)),
        backward: |value, _| Ok(texts(value, str::to_uppercase)),
    },
];

fn sized(given: &Shape, args: &[Value]) -> Result<Shape, String> {
    let size = u32::try_from(count(args)).unwrap_or(u32::MAX);
    let cut = |ty: &Type| match ty {
        Type::Text(Some(given)) => Type::Text(Some(size.min(*given))),
        _ => Type::Text(Some(size)),
    };
    match given {
        Shape::Tuple(types) if types.iter().all(Type::is_text) => Ok(Shape::Tuple(types.iter().map(cut).collect())),
        Shape::One(ty) => text_only(given, "fit").map(|()| Shape::One(cut(ty))),
        Shape::Tuple(_) => text_only(given, "fit").map(|()| given.clone()),
    }
}

/// By characters, without the blanks that a cut may leave at the end: columns are read right-trimmed.
fn cut(value: &Value, args: &[Value]) -> Result<Value, Stop> {
    Ok(texts(value, |text| text.chars().take(count(args)).collect::<String>().trim_end().to_owned()))
}

fn texts(value: &Value, change: impl Fn(&str) -> String + Copy) -> Value {
    match value {
        Value::Text(text) => Value::Text(change(text)),
        Value::Record(parts) => Value::Record(parts.iter().map(|part| texts(part, change)).collect()),
        other => other.clone(),
    }
}
