//! Numbers with fewer places. A number that has fewer than are asked for stays as it is.

use super::shapes::{Shape, number, refused};
use super::{Behavior, Function, Parameter, back, base, count, hold, there};
use crate::program::Stop;
use crate::value::{Type, Value};
use rust_decimal::{Decimal, RoundingStrategy};

const ROUND: Function = Function { parameters: &[Parameter::Places("places")], ..base("numbers", rounded) };
const WHOLE: Function =
    Function { fails: Some("A number of more digits than a whole number can have."), ..base("numbers", whole) };

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "round",
        doc: "Rounds to so many places after the point, half away from zero.",
        examples: &[
            there("round(2)", two, || number_of(12_345, 3), || number_of(1_235, 2)),
            there("round(2)", two, || number_of(-12_345, 3), || number_of(-1_235, 2)),
        ],
        forward: |value, args| Ok(round(value, args, RoundingStrategy::MidpointAwayFromZero)),
        ..ROUND
    },
    Function {
        name: "round_even",
        doc: "Rounds to so many places after the point, half to the even digit.",
        examples: &[there("round_even(2)", two, || number_of(12_345, 3), || number_of(1_234, 2))],
        forward: |value, args| Ok(round(value, args, RoundingStrategy::MidpointNearestEven)),
        ..ROUND
    },
    Function {
        name: "round_up",
        doc: "Rounds to so many places after the point, away from zero: -1.01 becomes -1.1 with one place.",
        examples: &[
            there("round_up(2)", two, || number_of(12_341, 3), || number_of(1_235, 2)),
            there("round_up(2)", two, || number_of(-12_341, 3), || number_of(-1_235, 2)),
        ],
        forward: |value, args| Ok(round(value, args, RoundingStrategy::AwayFromZero)),
        ..ROUND
    },
    Function {
        name: "round_down",
        doc: "Rounds to so many places after the point, towards zero: the digits after them are dropped.",
        examples: &[
            there("round_down(2)", two, || number_of(12_349, 3), || number_of(1_234, 2)),
            there("round_down(2)", two, || number_of(-12_349, 3), || number_of(-1_234, 2)),
        ],
        forward: |value, args| Ok(round(value, args, RoundingStrategy::ToZero)),
        ..ROUND
    },
    Function {
        name: "floor",
        doc: "The whole number at or below a number: -1.5 becomes -2.",
        examples: &[
            there("floor", Vec::new, || number_of(79, 1), || Value::Int(7)),
            there("floor", Vec::new, || number_of(-15, 1), || Value::Int(-2)),
        ],
        forward: |value, _| to_whole(value, |number| number.floor()),
        ..WHOLE
    },
    Function {
        name: "ceiling",
        doc: "The whole number at or above a number: -1.5 becomes -1.",
        examples: &[
            there("ceiling", Vec::new, || number_of(71, 1), || Value::Int(8)),
            there("ceiling", Vec::new, || number_of(-15, 1), || Value::Int(-1)),
        ],
        forward: |value, _| to_whole(value, |number| number.ceil()),
        ..WHOLE
    },
    Function {
        name: "whole",
        behavior: Behavior::Exact,
        fails: Some("A number with places other than 0, or of more digits than a whole number can have."),
        doc: "A number without places as a whole number; one with places is held.",
        examples: &[
            there("whole", Vec::new, || number_of(1_200, 2), || Value::Int(12)),
            back("whole", Vec::new, || Value::Int(12), || number_of(12, 0)),
        ],
        typing_back: |given, _| match given {
            Shape::One(Type::Int) => Ok(Shape::One(Type::Decimal(28, 0))),
            other => Err(refused("a whole number", other)),
        },
        forward: |value, _| match value {
            Value::Decimal(number) if !number.is_integer() => hold(format!("{value} is not a whole number")),
            _ => to_whole(value, |number| number),
        },
        backward: |value, _| Ok(value.as_decimal().map_or_else(|| value.clone(), Value::Decimal)),
        ..WHOLE
    },
];

fn two() -> Vec<Value> {
    vec![Value::Int(2)]
}

fn number_of(digits: i64, places: u32) -> Value {
    Value::Decimal(Decimal::new(digits, places))
}

/// As many places as are said, even if the number before has fewer by its type: products have more than theirs says.
fn rounded(given: &Shape, args: &[Value]) -> Result<Shape, String> {
    let places = u8::try_from(count(args, 0)).unwrap_or(28);
    match number(given, args)? {
        Shape::One(Type::Decimal(digits, before)) => {
            // 9.99 has one digit before the point, and two once it is rounded.
            let digits = digits.saturating_sub(before).saturating_add(1).saturating_add(places).min(28);
            Ok(Shape::One(Type::Decimal(digits, places)))
        }
        whole => Ok(whole),
    }
}

fn whole(given: &Shape, args: &[Value]) -> Result<Shape, String> {
    number(given, args).map(|_| Shape::One(Type::Int))
}

fn round(value: &Value, args: &[Value], strategy: RoundingStrategy) -> Value {
    let places = u32::try_from(count(args, 0)).unwrap_or(28);
    match value {
        Value::Decimal(number) => Value::Decimal(number.round_dp_with_strategy(places, strategy)),
        other => other.clone(),
    }
}

fn to_whole(value: &Value, change: impl Fn(Decimal) -> Decimal) -> Result<Value, Stop> {
    match value {
        Value::Decimal(number) => match i64::try_from(change(*number)) {
            Ok(whole) => Ok(Value::Int(whole)),
            Err(_) => hold(format!("{value} has more digits than a whole number can have")),
        },
        other => Ok(other.clone()),
    }
}
