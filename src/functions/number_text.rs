//! Numbers as texts, with the decimal sign that is said.

use super::shapes::{Shape, refused, size_of};
use super::{Behavior, Function, Parameter, back, base, count, hold, there, word};
use crate::program::Stop;
use crate::value::{Type, Value};
use rust_decimal::Decimal;

const SIGN: Parameter = Parameter::Choice("decimal sign", &["comma", "point"]);

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "parse_number",
        parameters: &[SIGN],
        behavior: Behavior::Normalizing,
        fails: Some(
            "A text that is not a number written with this decimal sign, or one of more than 6 places or 28 digits.",
        ),
        doc: "A text as a number; blanks and the other sign may stand between groups of three digits; the way back writes it without them.",
        examples: &[
            there("parse_number(comma)", comma, || Value::text("1 234,50"), || decimal(123_450, 2)),
            back("parse_number(comma)", comma, || decimal(123_450, 2), || Value::text("1234,5")),
        ],
        typing: |given, _| size_of(given).map(|_| Shape::One(Type::Decimal(28, PLACES))),
        typing_back: |given, _| super::shapes::number(given, &[]).map(|_| Shape::One(Type::Text(Some(LONGEST)))),
        forward: |value, args| parse(value, sign(args, 0), u32::from(PLACES)),
        backward: |value, args| {
            Ok(value.as_decimal().map_or_else(|| value.clone(), |n| Value::Text(written(n.normalize(), sign(args, 0)))))
        },
        ..base("numbers", super::shapes::number)
    },
    Function {
        name: "format_number",
        parameters: &[Parameter::Places("places"), SIGN],
        behavior: Behavior::Exact,
        fails: Some("A number of more places than are written, and on the way back a text that is not such a number."),
        doc: "A number as a text with so many places and no groups; one of more places is held, so put `round` before it where digits may go.",
        examples: &[
            there("format_number(2, comma)", two_comma, || decimal(12_345, 1), || Value::text("1234,50")),
            back("format_number(2, comma)", two_comma, || Value::text("1234,50"), || decimal(12_345, 1)),
        ],
        typing: |given, args| match given {
            Shape::One(Type::Decimal(digits, scale)) => {
                let places = u32::try_from(count(args, 0)).unwrap_or(28);
                // A sign, at least one digit before the point, the point. 28 digits are any number.
                let before = if *digits < 28 { u32::from(digits.saturating_sub(*scale)).max(1) } else { 29 };
                let point = u32::from(places > 0);
                Ok(Shape::One(Type::Text(Some((1 + before + point + places).min(LONGEST)))))
            }
            Shape::One(Type::Int) => Err("`key` makes a text of a whole number".to_owned()),
            other => Err(refused("a decimal number", other)),
        },
        typing_back: |given, args| {
            let places = u8::try_from(count(args, 0)).unwrap_or(28);
            size_of(given).map(|_| Shape::One(Type::Decimal(28, places)))
        },
        forward: |value, args| match value {
            Value::Decimal(number) => format(*number, count(args, 0), sign(args, 1)),
            other => Ok(other.clone()),
        },
        backward: |value, args| parse(value, sign(args, 1), u32::try_from(count(args, 0)).unwrap_or(28)),
        ..base("numbers", super::shapes::number)
    },
];

/// As many as both systems keep of a number.
const PLACES: u8 = 6;

/// A sign, 29 digits, a zero before the point, the point.
const LONGEST: u32 = 32;

fn comma() -> Vec<Value> {
    vec![Value::text("comma")]
}

fn two_comma() -> Vec<Value> {
    vec![Value::Int(2), Value::text("comma")]
}

fn decimal(digits: i64, places: u32) -> Value {
    Value::Decimal(Decimal::new(digits, places))
}

fn sign(args: &[Value], place: usize) -> char {
    if word(args, place) == "comma" { ',' } else { '.' }
}

fn written(number: Decimal, sign: char) -> String {
    let text = number.to_string();
    if sign == '.' { text } else { text.replace('.', ",") }
}

fn format(number: Decimal, places: usize, sign: char) -> Result<Value, Stop> {
    let mut number = number;
    let places = u32::try_from(places).unwrap_or(28);
    if number.scale() > places || number.is_zero() {
        number = number.normalize();
    }
    if number.scale() > places {
        return hold(format!("{number} has more than {places} places: put `round({places})` before"));
    }
    number.rescale(places);
    if number.scale() < places {
        return hold(format!("{number} with {places} places has too many digits"));
    }
    Ok(Value::Text(written(number, sign)))
}

/// Strict in what it takes: a number read wrongly is worse than one that waits for a person.
fn parse(value: &Value, sign: char, places: u32) -> Result<Value, Stop> {
    let Value::Text(text) = value else {
        return Ok(value.clone());
    };
    let text = text.trim();
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let group = if sign == ',' { '.' } else { ',' };
    let name = if sign == ',' { "comma" } else { "point" };
    match read(text, sign, group) {
        Some(number) if number.scale() > places => hold(format!("\"{text}\" has more than {places} places")),
        Some(number) => Ok(Value::Decimal(number)),
        None => hold(format!("\"{text}\" is not a number with a decimal {name}")),
    }
}

fn read(text: &str, sign: char, group: char) -> Option<Decimal> {
    let (minus, digits) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (before, after) = digits.split_once(sign).map_or((digits, None), |(before, after)| (before, Some(after)));
    let mut plain = String::with_capacity(text.len());
    if minus {
        plain.push('-');
    }
    for (place, piece) in before.split(|c: char| c == group || c.is_whitespace()).enumerate() {
        if place > 0 && piece.len() != 3 || !all_digits(piece) {
            return None;
        }
        plain.push_str(piece);
    }
    if let Some(after) = after {
        if !all_digits(after) {
            return None;
        }
        plain.push('.');
        plain.push_str(after.trim_end_matches('0'));
    }
    Decimal::from_str_exact(plain.strip_suffix('.').unwrap_or(&plain)).ok()
}

fn all_digits(piece: &str) -> bool {
    !piece.is_empty() && piece.bytes().all(|b| b.is_ascii_digit())
}
