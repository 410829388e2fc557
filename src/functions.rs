//! The transforms: one table entry each, with types, what can fail, the way back, and examples.
//!
//! A transform is pure: what comes out depends on the value and the constant arguments alone. An
//! entry is written over the entry of its group (`..TEXT`), which is one-way and has no parameters.

mod affixes;
mod arithmetic;
mod bools;
mod calendar;
mod cleaning;
mod cutting;
mod date_text;
mod dates;
mod keys;
mod letters;
mod lists;
mod number_text;
mod parameter;
mod parts;
mod pattern;
mod rounding;
mod shapes;

pub mod page;

pub use page::markdown;
pub use parameter::Parameter;
pub use shapes::Shape;

use crate::program::Stop;
use crate::value::Value;
use std::collections::HashMap;
use std::sync::LazyLock;

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

pub type Step = fn(&Value, &[Value]) -> Result<Value, Stop>;

/// A piece of a text.
pub type Part = for<'t> fn(&'t str, &[Value]) -> &'t str;

/// What a transform makes of the type before it, or why it cannot stand there.
pub type Typing = fn(&Shape, &[Value]) -> Result<Shape, String>;

#[derive(Debug)]
pub struct Function {
    pub name: &'static str,
    /// One of [`GROUPS`].
    pub group: &'static str,
    pub parameters: &'static [Parameter],
    pub behavior: Behavior,
    /// It can leave a part of a text out, which a change on the other side must not be written over.
    pub cuts: bool,
    /// It can make nothing of something: `word(3)` of a text of two words.
    pub empties: bool,
    /// When a value is held, either way; `None` if never.
    pub fails: Option<&'static str>,
    /// One sentence for people.
    pub doc: &'static str,
    /// As written after an input, and what comes out; of two-way transforms also the way back.
    pub examples: &'static [Example],
    /// The type in the direction in which the line is read.
    pub typing: Typing,
    /// The type against it.
    pub typing_back: Typing,
    /// Where all it does is to choose a piece of a text: the same as `forward`, without a copy.
    pub(crate) part: Option<Part>,
    forward: Step,
    backward: Step,
}

/// An input, the arguments, and what comes out; shown in the documentation and run by a test.
#[derive(Debug)]
pub struct Example {
    pub call: &'static str,
    /// It goes against the direction in which the line is read.
    pub back: bool,
    pub args: fn() -> Vec<Value>,
    pub input: fn() -> Value,
    pub output: fn() -> Value,
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

    /// The type after it, or why it cannot stand there; `back` is against the direction in which the line is read.
    pub fn shape(&self, given: &Shape, args: &[Value], back: bool) -> Result<Shape, String> {
        if back { (self.typing_back)(given, args) } else { (self.typing)(given, args) }
    }
}

/// The groups, in the order of the documentation.
pub const GROUPS: &[&str] = &["text", "numbers", "dates", "lists", "keys", "bools"];

/// All transforms, by group.
pub fn all() -> impl Iterator<Item = &'static Function> {
    [
        cutting::FUNCTIONS,
        cleaning::FUNCTIONS,
        letters::FUNCTIONS,
        affixes::FUNCTIONS,
        parts::FUNCTIONS,
        number_text::FUNCTIONS,
        rounding::FUNCTIONS,
        arithmetic::FUNCTIONS,
        dates::FUNCTIONS,
        calendar::FUNCTIONS,
        date_text::FUNCTIONS,
        lists::FUNCTIONS,
        keys::FUNCTIONS,
        bools::FUNCTIONS,
    ]
    .into_iter()
    .flatten()
}

pub fn find(name: &str) -> Option<&'static Function> {
    static BY_NAME: LazyLock<HashMap<&'static str, &'static Function>> =
        LazyLock::new(|| all().map(|function| (function.name, function)).collect());
    BY_NAME.get(name).copied()
}

/// What entries are written over: `Function { name: "trim", …, ..TEXT }`.
const fn base(group: &'static str, typing: Typing) -> Function {
    Function {
        name: "",
        group,
        parameters: &[],
        behavior: Behavior::OneWay,
        cuts: false,
        empties: false,
        fails: None,
        doc: "",
        examples: &[],
        typing,
        typing_back: shapes::no_way_back,
        part: None,
        forward: same,
        backward: no_way_back,
    }
}

const TEXT: Function = base("text", shapes::text);

const fn there(call: &'static str, args: fn() -> Vec<Value>, input: fn() -> Value, output: fn() -> Value) -> Example {
    Example { call, back: false, args, input, output }
}

const fn back(call: &'static str, args: fn() -> Vec<Value>, input: fn() -> Value, output: fn() -> Value) -> Example {
    Example { call, back: true, args, input, output }
}

/// The value as it is: the way back of transforms that only normalize.
fn same(value: &Value, _: &[Value]) -> Result<Value, Stop> {
    Ok(value.clone())
}

/// For one-way transforms; the checker never lets a line go back through one.
fn no_way_back(_: &Value, _: &[Value]) -> Result<Value, Stop> {
    hold("this transform has no way back")
}

fn hold(reason: impl Into<String>) -> Result<Value, Stop> {
    Err(Stop::Hold(reason.into()))
}

/// A whole number among the arguments; the largest where there is none.
fn count(args: &[Value], place: usize) -> usize {
    args.get(place).and_then(Value::as_int).and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX)
}

/// A text among the arguments; blank where there is none.
fn word(args: &[Value], place: usize) -> &str {
    args.get(place).and_then(Value::as_text).unwrap_or_default()
}

/// A text made anew; what comes out blank is nothing, so that `or default` stands in for it.
fn texts(value: &Value, change: impl Fn(&str) -> String + Copy) -> Value {
    match value {
        Value::Text(text) => text_or_nothing(change(text)),
        Value::Record(parts) => Value::Record(parts.iter().map(|part| texts(part, change)).collect()),
        other => other.clone(),
    }
}

fn text_or_nothing(text: impl Into<String>) -> Value {
    let text = text.into();
    if text.is_empty() { Value::Null } else { Value::Text(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_holds() {
        for function in all() {
            assert!(function.examples.iter().any(|e| !e.back), "{} has no example", function.name);
            let two_ways = function.behavior != Behavior::OneWay;
            assert!(!two_ways || function.examples.iter().any(|e| e.back), "{}: no example back", function.name);
            for example in function.examples {
                let (input, args) = ((example.input)(), (example.args)());
                let out = if example.back { function.backward(&input, &args) } else { function.forward(&input, &args) };
                assert_eq!(out, Ok((example.output)()), "{}", example.call);
                if let (Some(part), false, Some(text)) = (function.part, example.back, input.as_text()) {
                    assert_eq!(text_or_nothing(part(text, &args)), (example.output)(), "{}", example.call);
                }
            }
        }
    }

    #[test]
    fn every_entry_is_filled_in_and_named_once() {
        let mut names: Vec<_> = all().map(|f| f.name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|two| two[0] != two[1]), "{names:?}");
        for function in all() {
            assert!(!function.name.is_empty() && function.doc.ends_with('.'), "{}: `{}`", function.name, function.doc);
            assert!(GROUPS.contains(&function.group), "{}", function.name);
            for example in function.examples {
                assert!(example.call.starts_with(function.name), "{}", example.call);
                let args = (example.args)();
                assert!(function.name == "key" || args.len() == function.parameters.len(), "{}", example.call);
                for (parameter, arg) in function.parameters.iter().zip(&args) {
                    assert_eq!(parameter.check(arg), Ok(()), "{}", example.call);
                }
            }
        }
    }
}
