//! Yes and no.

use super::shapes::{Shape, refused};
use super::{Behavior, Function, back, base, there};
use crate::program::Stop;
use crate::value::{Type, Value};

pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "negated",
    behavior: Behavior::Exact,
    doc: "True becomes false and false true.",
    examples: &[
        there("negated", Vec::new, || Value::Bool(true), || Value::Bool(false)),
        back("negated", Vec::new, || Value::Bool(true), || Value::Bool(false)),
    ],
    typing_back: truth,
    forward: negated,
    backward: negated,
    ..base("bools", truth)
}];

fn truth(given: &Shape, _: &[Value]) -> Result<Shape, String> {
    match given {
        Shape::One(Type::Bool) => Ok(given.clone()),
        other => Err(refused("true or false", other)),
    }
}

fn negated(value: &Value, _: &[Value]) -> Result<Value, Stop> {
    Ok(match value {
        Value::Bool(truth) => Value::Bool(!truth),
        other => other.clone(),
    })
}
