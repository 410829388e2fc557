//! Reckoning with numbers. Nothing is rounded unless the entry says so: what has no room is held.

use super::shapes::{Shape, number, refused};
use super::{Behavior, Function, Parameter, back, base, hold, there};
use crate::program::Stop;
use crate::value::{Type, Value};
use rust_decimal::{Decimal, RoundingStrategy};

const NUMBER: Function = base("numbers", number);

/// Places to which `divide` rounds what does not come out even.
const PLACES: u8 = 12;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "abs",
        fails: Some("The lowest whole number there is, which has no positive one."),
        doc: "A number without its sign.",
        examples: &[there("abs", Vec::new, || Value::Int(-7), || Value::Int(7))],
        forward: |value, _| match value {
            Value::Int(number) => number.checked_abs().map(Value::Int).map_or_else(too_large, Ok),
            Value::Decimal(number) => Ok(Value::Decimal(number.abs())),
            other => Ok(other.clone()),
        },
        ..NUMBER
    },
    Function {
        name: "negate",
        behavior: Behavior::Exact,
        fails: Some("The lowest whole number there is, which has no positive one."),
        doc: "Turns the sign of a number.",
        examples: &[
            there("negate", Vec::new, || decimal(1250, 2), || decimal(-1250, 2)),
            back("negate", Vec::new, || decimal(-1250, 2), || decimal(1250, 2)),
        ],
        typing_back: number,
        forward: negate,
        backward: negate,
        ..NUMBER
    },
    Function {
        name: "times",
        parameters: &[Parameter::Factor("factor")],
        behavior: Behavior::Exact,
        fails: Some(
            "A result of more than 28 digits; on the way back, a number that the factor does not divide evenly.",
        ),
        doc: "Multiplies by a number, and divides by it on the way back; nothing is rounded.",
        examples: &[
            there("times(100)", || vec![Value::Int(100)], || decimal(25, 2), || decimal(25, 0)),
            back("times(100)", || vec![Value::Int(100)], || decimal(25, 0), || decimal(25, 2)),
        ],
        typing: |given, args| {
            let factor = factor(args);
            after(given, factor.is_integer(), |places| times_places(places, factor))
        },
        typing_back: |given, args| {
            let factor = factor(args);
            after(given, factor.is_integer(), |places| even_places(places, factor))
        },
        forward: |value, args| reckon(value, factor(args), product, "has too many digits"),
        backward: |value, args| {
            let factor = factor(args);
            reckon(value, factor, quotient, &format!("cannot be divided evenly by {factor}"))
        },
        ..NUMBER
    },
    Function {
        name: "divide",
        parameters: &[Parameter::Factor("divisor")],
        behavior: Behavior::Normalizing,
        fails: Some("A result of more than 28 digits, either way."),
        doc: "Divides by a number, to 12 places at most, half away from zero; multiplies by it on the way back.",
        examples: &[
            there("divide(100)", || vec![Value::Int(100)], || Value::Int(25), || decimal(25, 2)),
            back("divide(100)", || vec![Value::Int(100)], || decimal(25, 2), || decimal(25, 0)),
        ],
        typing: |given, args| {
            let places = |places| divided_places(places, factor(args)).unwrap_or(PLACES).min(PLACES);
            after(given, false, places)
        },
        typing_back: |given, args| after(given, false, |places| times_places(places, factor(args))),
        forward: |value, args| match value.as_decimal() {
            Some(number) => match number.checked_div(factor(args)) {
                Some(result) => Ok(Value::Decimal(
                    result
                        .round_dp_with_strategy(u32::from(PLACES), RoundingStrategy::MidpointAwayFromZero)
                        .normalize(),
                )),
                None => too_large(),
            },
            None => Ok(value.clone()),
        },
        backward: |value, args| match value.as_decimal() {
            Some(number) => product(number, factor(args)).map(Value::Decimal).map_or_else(too_large, Ok),
            None => Ok(value.clone()),
        },
        ..NUMBER
    },
    Function {
        name: "at_least",
        parameters: &[Parameter::Number("least")],
        doc: "A number, or the least there may be if it is below that.",
        examples: &[there("at_least(0)", || vec![Value::Int(0)], || decimal(-350, 2), || decimal(0, 0))],
        typing: bounded,
        forward: |value, args| Ok(bound(value, args, |number, least| number < least)),
        ..NUMBER
    },
    Function {
        name: "at_most",
        parameters: &[Parameter::Number("most")],
        doc: "A number, or the most there may be if it is above that.",
        examples: &[there("at_most(100)", || vec![Value::Int(100)], || Value::Int(120), || Value::Int(100))],
        typing: bounded,
        forward: |value, args| Ok(bound(value, args, |number, most| number > most)),
        ..NUMBER
    },
    Function {
        name: "minutes",
        behavior: Behavior::Normalizing,
        fails: Some("More minutes than a whole number can hold."),
        doc: "Hours as whole minutes, half a minute up, and minutes as hours on the way back.",
        examples: &[
            there("minutes", Vec::new, || decimal(75, 1), || Value::Int(450)),
            back("minutes", Vec::new, || Value::Int(455), || decimal(7_583_333, 6)),
        ],
        typing: |given, args| number(given, args).map(|_| Shape::One(Type::Int)),
        typing_back: |given, _| match given {
            Shape::One(Type::Int) => Ok(Shape::One(Type::Decimal(28, 6))),
            other => Err(refused("a whole number of minutes", other)),
        },
        forward: |value, _| match value.as_decimal() {
            Some(hours) => {
                let minutes = hours.checked_mul(Decimal::from(60));
                let whole = minutes.map(|m| m.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero));
                whole.and_then(|m| i64::try_from(m).ok()).map(Value::Int).map_or_else(too_large, Ok)
            }
            None => Ok(value.clone()),
        },
        backward: |value, _| {
            let hours = value.as_decimal().and_then(|minutes| minutes.checked_div(Decimal::from(60)));
            Ok(hours.map_or_else(|| value.clone(), |h| Value::Decimal(h.round_dp(6).normalize())))
        },
        ..NUMBER
    },
];

fn decimal(digits: i64, places: u32) -> Value {
    Value::Decimal(Decimal::new(digits, places))
}

fn factor(args: &[Value]) -> Decimal {
    args.first().and_then(Value::as_decimal).unwrap_or(Decimal::ONE).normalize()
}

fn too_large() -> Result<Value, Stop> {
    hold("the number has too many digits")
}

fn negate(value: &Value, _: &[Value]) -> Result<Value, Stop> {
    match value {
        Value::Int(number) => number.checked_neg().map(Value::Int).map_or_else(too_large, Ok),
        Value::Decimal(number) => Ok(Value::Decimal(-number)),
        other => Ok(other.clone()),
    }
}

/// A whole number and a whole factor make a whole number; anything else a decimal one.
fn reckon(
    value: &Value,
    factor: Decimal,
    with: fn(Decimal, Decimal) -> Option<Decimal>,
    why_not: &str,
) -> Result<Value, Stop> {
    let Some(number) = value.as_decimal() else {
        return Ok(value.clone());
    };
    let result = match with(number, factor) {
        Some(result) if matches!(value, Value::Int(_)) && factor.is_integer() => whole(result),
        result => result.map(Value::Decimal),
    };
    result.map_or_else(|| hold(format!("{value} {why_not}")), Ok)
}

fn whole(number: Decimal) -> Option<Value> {
    i64::try_from(number).ok().filter(|_| number.is_integer()).map(Value::Int)
}

/// The exact product; `None` if it has no room. The library's own rounds silently.
fn product(a: Decimal, b: Decimal) -> Option<Decimal> {
    let (a, b) = (a.normalize(), b.normalize());
    let (mut digits, mut scale) = (a.mantissa().checked_mul(b.mantissa())?, a.scale() + b.scale());
    while scale > 0 && digits % 10 == 0 {
        digits /= 10;
        scale -= 1;
    }
    Decimal::try_from_i128_with_scale(digits, scale).ok()
}

/// The exact quotient; `None` if there is none.
fn quotient(a: Decimal, b: Decimal) -> Option<Decimal> {
    let result = a.checked_div(b)?.normalize();
    (product(result, b) == Some(a)).then_some(result)
}

fn bounded(given: &Shape, args: &[Value]) -> Result<Shape, String> {
    let limit = factor(args);
    let scale = u8::try_from(limit.scale()).unwrap_or(28);
    match number(given, args)? {
        Shape::One(Type::Decimal(_, places)) => Ok(Shape::One(Type::Decimal(28, places.max(scale)))),
        whole if limit.is_integer() => Ok(whole),
        _ => Ok(Shape::One(Type::Decimal(28, scale))),
    }
}

fn bound(value: &Value, args: &[Value], beyond: impl Fn(Decimal, Decimal) -> bool) -> Value {
    let limit = factor(args);
    let Some(number) = value.as_decimal() else {
        return value.clone();
    };
    let nearest = if beyond(number, limit) { limit } else { number };
    match value {
        Value::Int(_) if limit.is_integer() => whole(nearest).unwrap_or(Value::Decimal(nearest)),
        _ => Value::Decimal(nearest),
    }
}

/// Whole numbers stay whole where they can.
fn after(given: &Shape, stays_whole: bool, places: impl Fn(u8) -> u8) -> Result<Shape, String> {
    match number(given, &[])? {
        Shape::One(Type::Decimal(_, before)) => Ok(Shape::One(Type::Decimal(28, places(before)))),
        whole if stays_whole => Ok(whole),
        _ => Ok(Shape::One(Type::Decimal(28, places(0)))),
    }
}

/// Places of a product: those of both, less the zeros at the factor's end (0.25 times 100 has none).
fn times_places(places: u8, factor: Decimal) -> u8 {
    let (mut zeros, mut digits) = (0u32, factor.mantissa());
    while digits != 0 && digits % 10 == 0 {
        digits /= 10;
        zeros += 1;
    }
    u8::try_from((u32::from(places) + factor.scale()).saturating_sub(zeros).min(28)).unwrap_or(28)
}

/// Places of a quotient; `None` if it may have no end.
fn divided_places(places: u8, divisor: Decimal) -> Option<u8> {
    let one_part = quotient(Decimal::ONE, divisor)?;
    Some(times_places(places, one_part))
}

/// Places of a quotient that comes out even: only the twos and fives of the divisor make any.
fn even_places(places: u8, divisor: Decimal) -> u8 {
    let (mut rest, mut kept) = (divisor.mantissa(), 1i128);
    for prime in [2, 5] {
        while rest != 0 && rest % prime == 0 {
            rest /= prime;
            kept *= prime;
        }
    }
    let divisor = Decimal::try_from_i128_with_scale(kept, divisor.scale()).unwrap_or(Decimal::ONE);
    divided_places(places, divisor).unwrap_or(28)
}
