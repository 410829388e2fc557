//! Conversion between number keys and text keys.

use super::{Behavior, Example, Function, Shape};
use crate::program::Stop;
use crate::value::{Type, Value};

/// The model gives it two arguments: the size of the text key towards which it goes (nothing for a
/// whole number), for either way.
pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "key",
    parameters: &[],
    behavior: Behavior::Normalizing,
    cuts: false,
    doc: "Between a number key and a text key, as the column on the other side wants it; letters towards a whole number are held.",
    examples: &[Example {
        call: "key",
        args: || vec![Value::text("int"), Value::text("text")],
        input: || Value::text("1042"),
        output: || Value::Int(1042),
    }],
    typing: |given, _| match given {
        Shape::One(Type::Text(_) | Type::Int) => Ok(given.clone()),
        other => Err(format!("`key` takes a number or a text, and what comes here is {other}")),
    },
    forward: |value, args| convert(value, args.first()),
    backward: |value, args| convert(value, args.get(1)),
}];

/// Arguments are `int`, `text`, or a text's size.
fn convert(value: &Value, towards: Option<&Value>) -> Result<Value, Stop> {
    let to_int = towards.and_then(Value::as_text) == Some("int");
    match value {
        Value::Text(text) if to_int => match text.trim().parse::<i64>() {
            Ok(0) => Err(Stop::Hold("0 stands for no number in Visma Business".to_owned())),
            Ok(number) if i32::try_from(number).is_ok() => Ok(Value::Int(number)),
            Ok(number) => Err(Stop::Hold(format!("{number} is larger than a number there can be"))),
            Err(_) => {
                Err(Stop::Hold(format!("`{}` is not a whole number, which is what a number is there", text.trim())))
            }
        },
        Value::Text(text) => sized(text.trim().to_owned(), towards),
        Value::Int(0) if to_int => Err(Stop::Hold("0 stands for no number in Visma Business".to_owned())),
        Value::Int(number) if to_int => Ok(Value::Int(*number)),
        Value::Int(number) => sized(number.to_string(), towards),
        other => Ok(other.clone()),
    }
}

fn sized(text: String, towards: Option<&Value>) -> Result<Value, Stop> {
    match towards.and_then(Value::as_int).and_then(|size| usize::try_from(size).ok()) {
        Some(size) if text.chars().count() > size => Err(Stop::Hold(format!(
            "`{text}` has {} characters, and a number there has at most {size}",
            text.chars().count()
        ))),
        _ => Ok(Value::Text(text)),
    }
}
