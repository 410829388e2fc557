//! Conversion between number keys and text keys.

use super::shapes::{Shape, refused};
use super::{Behavior, Function, back, base, hold, there};
use crate::program::Stop;
use crate::value::{Type, Value};

/// The model gives it two arguments: the size of the text key towards which it goes (nothing for a
/// whole number), for either way.
pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "key",
    behavior: Behavior::Normalizing,
    fails: Some("Letters, 0 or a number beyond 32 bits towards a whole number; a text longer than the key."),
    doc: "Between a number key and a text key, as the column on the other side wants it; letters towards a whole number are held.",
    examples: &[
        there("key", number_and_text, || Value::text("1042"), || Value::Int(1042)),
        back("key", number_and_text, || Value::Int(1042), || Value::text("1042")),
    ],
    typing_back: |given, args| typed(given, args.get(1)),
    forward: |value, args| convert(value, args.first()),
    backward: |value, args| convert(value, args.get(1)),
    ..base("keys", |given, args| typed(given, args.first()))
}];

fn number_and_text() -> Vec<Value> {
    vec![Value::text("int"), Value::text("text")]
}

fn typed(given: &Shape, towards: Option<&Value>) -> Result<Shape, String> {
    let into = match towards {
        Some(Value::Int(size)) => Type::Text(u32::try_from(*size).ok()),
        Some(Value::Text(text)) if text == "int" => Type::Int,
        _ => Type::Text(None),
    };
    match given {
        Shape::One(Type::Text(_) | Type::Int) => Ok(Shape::One(into)),
        other => Err(refused("a number or a text", other)),
    }
}

/// Arguments are `int`, `text`, or a text's size.
fn convert(value: &Value, towards: Option<&Value>) -> Result<Value, Stop> {
    let to_int = towards.and_then(Value::as_text) == Some("int");
    match value {
        Value::Text(text) if text.trim().is_empty() => Ok(Value::Null),
        Value::Text(text) if to_int => match text.trim().parse::<i64>() {
            Ok(0) => hold("0 stands for no number in Visma Business"),
            Ok(number) if i32::try_from(number).is_ok() => Ok(Value::Int(number)),
            Ok(number) => hold(format!("{number} is larger than a number there can be")),
            Err(_) => hold(format!("`{}` is not a whole number, which is what a number is there", text.trim())),
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
        Some(size) if text.chars().count() > size => {
            hold(format!("`{text}` has {} characters, and a number there has at most {size}", text.chars().count()))
        }
        _ => Ok(Value::Text(text)),
    }
}
