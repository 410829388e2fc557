//! The transforms: one table entry each, with types, what can fail, the way back, and examples.

mod keys;
mod numbers;
pub mod page;
mod text;
mod tuples;

use crate::program::Stop;
use crate::value::{Type, Value};

pub use page::markdown;

/// How a transform behaves in a two-way line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behavior {
    /// The way back gives the very value.
    Exact,
    /// The way back gives a value of the same normal form, and values are compared in it.
    Normalizing,
    /// There is no way back.
    OneWay,
}

/// A constant argument of a transform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameter {
    /// A whole number from 1.
    Count(&'static str),
    /// A text.
    Text(&'static str),
    /// `else "?"`: a text after the word `else`.
    Else(&'static str),
}

pub type Step = fn(&Value, &[Value]) -> Result<Value, Stop>;

/// What a transform makes of the type before it, or why it cannot stand there.
pub type Typing = fn(&Shape, &[Value]) -> Result<Shape, String>;

#[derive(Debug)]
pub struct Function {
    pub name: &'static str,
    pub parameters: &'static [Parameter],
    pub behavior: Behavior,
    /// It can shorten a text.
    pub cuts: bool,
    /// One sentence for people.
    pub doc: &'static str,
    /// As written after an input, and what comes out.
    pub examples: &'static [Example],
    pub typing: Typing,
    forward: Step,
    backward: Step,
}

/// An input, the arguments, and what comes out; shown in the documentation and run by a test.
#[derive(Debug)]
pub struct Example {
    pub call: &'static str,
    pub args: fn() -> Vec<Value>,
    pub input: fn() -> Value,
    pub output: fn() -> Value,
}

/// The type of what flows through a line: one value, or several as one.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    One(Type),
    Tuple(Vec<Type>),
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Shape::One(ty) => write!(f, "{ty}"),
            Shape::Tuple(types) => {
                let types: Vec<_> = types.iter().map(Type::to_string).collect();
                write!(f, "({})", types.join(", "))
            }
        }
    }
}

impl Function {
    /// In the direction in which the line is read. Nothing stays nothing.
    pub fn forward(&self, value: &Value, args: &[Value]) -> Result<Value, Stop> {
        if value.is_null() { Ok(Value::Null) } else { (self.forward)(value, args) }
    }

    /// Against it.
    pub fn backward(&self, value: &Value, args: &[Value]) -> Result<Value, Stop> {
        if value.is_null() { Ok(Value::Null) } else { (self.backward)(value, args) }
    }
}

/// All transforms, by group.
pub fn all() -> impl Iterator<Item = &'static Function> {
    [text::FUNCTIONS, numbers::FUNCTIONS, tuples::FUNCTIONS, keys::FUNCTIONS].into_iter().flatten()
}

pub fn find(name: &str) -> Option<&'static Function> {
    all().find(|f| f.name == name)
}

/// The value as it is: the way back of transforms that only normalize.
fn same(value: &Value, _: &[Value]) -> Result<Value, Stop> {
    Ok(value.clone())
}

/// For one-way transforms; the checker never lets a line go back through one.
fn no_way_back(_: &Value, _: &[Value]) -> Result<Value, Stop> {
    Err(Stop::Hold("this transform has no way back".to_owned()))
}

fn count(args: &[Value]) -> usize {
    args.first().and_then(Value::as_int).and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX)
}

fn text_only(given: &Shape, name: &str) -> Result<(), String> {
    match given {
        Shape::One(Type::Text(_) | Type::Enum(_)) => Ok(()),
        other => Err(format!("`{name}` takes a text, and what comes here is {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_holds() {
        for function in all() {
            assert!(!function.examples.is_empty(), "{} has no example", function.name);
            for example in function.examples {
                let out = function.forward(&(example.input)(), &(example.args)());
                assert_eq!(out, Ok((example.output)()), "{}", example.call);
            }
        }
    }

    #[test]
    fn exact_functions_come_back_to_what_they_were_given() {
        for function in all().filter(|f| f.behavior == Behavior::Exact) {
            for example in function.examples {
                let (input, args) = ((example.input)(), (example.args)());
                let back = function.forward(&input, &args).and_then(|out| function.backward(&out, &args));
                assert_eq!(back, Ok(input), "{}", example.call);
            }
        }
    }
}
