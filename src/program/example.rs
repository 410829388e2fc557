//! Examples: a record on one side, and what it must become on the other.

use super::Origin;
use crate::source::Span;
use crate::value::{Side, Value};

/// One example of the mapping, ready to be carried.
#[derive(Debug)]
pub struct Example {
    pub title: String,
    /// Its place in [`super::Program::entities`].
    pub entity: usize,
    pub origin: Origin,
    pub span: Span,
    /// The side that is given; the other one is expected.
    pub given: Side,
    /// The record that is given, in the order of the entity's select of that side.
    pub values: Vec<Value>,
    pub expected: Expected,
}

#[derive(Debug)]
pub enum Expected {
    /// The record must stay where it is.
    Nothing,
    /// A record comes to be, with these fields among its own.
    Record(Vec<ExpectedField>),
}

#[derive(Debug)]
pub struct ExpectedField {
    /// As it is written: `Gr[5]`.
    pub written: String,
    /// As the side knows it: `Gr5`.
    pub field: String,
    pub wanted: Wanted,
}

#[derive(Debug)]
pub enum Wanted {
    /// `any`: something that is not known before.
    Any,
    Is(Value),
    /// Each of these records must be among those of the list.
    Among(Vec<Vec<ExpectedField>>),
}
