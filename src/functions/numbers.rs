//! Transforms of numbers.

use super::{Behavior, Example, Function, Parameter, Shape, count, no_way_back};
use crate::value::{Type, Value};
use rust_decimal::{Decimal, RoundingStrategy};

pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "round",
    parameters: &[Parameter::Count("places")],
    behavior: Behavior::OneWay,
    cuts: false,
    doc: "Rounds to so many places after the point, half away from zero.",
    examples: &[Example {
        call: "round(2)",
        args: || vec![Value::Int(2)],
        input: || Value::Decimal(Decimal::new(12_345, 3)),
        output: || Value::Decimal(Decimal::new(1_235, 2)),
    }],
    typing: |given, args| match given {
        Shape::One(Type::Int) => Ok(Shape::One(Type::Int)),
        Shape::One(Type::Decimal(digits, _)) => {
            Ok(Shape::One(Type::Decimal(*digits, u8::try_from(count(args)).unwrap_or(28))))
        }
        other => Err(format!("`round` takes a number, and what comes here is {other}")),
    },
    forward: |value, args| {
        let places = u32::try_from(count(args)).unwrap_or(28);
        Ok(match value {
            Value::Decimal(number) => {
                Value::Decimal(number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero))
            }
            other => other.clone(),
        })
    },
    backward: no_way_back,
}];
