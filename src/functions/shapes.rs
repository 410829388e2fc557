//! What flows through a line, by type, and what transforms make of it.

use crate::value::{Type, Value};

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

/// Why a transform cannot stand after a type: `a text is needed here, and what comes is date`.
pub(super) fn refused(wanted: &str, given: &Shape) -> String {
    format!("{wanted} is needed here, and what comes is {given}")
}

/// There is no way back, which the checker says before it asks for a type.
pub(super) fn no_way_back(_: &Shape, _: &[Value]) -> Result<Shape, String> {
    Err("this transform has no way back".to_owned())
}

/// A text of the same size. The words of an enumeration become a text as long as the longest.
pub(super) fn text(given: &Shape, _: &[Value]) -> Result<Shape, String> {
    resized(given, |size| size)
}

/// A text whose size follows from the size before.
pub(super) fn resized(given: &Shape, size: impl Fn(Option<u32>) -> Option<u32>) -> Result<Shape, String> {
    size_of(given).map(|before| Shape::One(Type::Text(size(before))))
}

/// The size of a text; of an enumeration that of its longest word.
pub(super) fn size_of(given: &Shape) -> Result<Option<u32>, String> {
    match given {
        Shape::One(Type::Text(size)) => Ok(*size),
        Shape::One(Type::Enum(words)) => Ok(words.iter().map(|w| length(w)).max()),
        other => Err(refused("a text", other)),
    }
}

pub(super) fn date(given: &Shape, _: &[Value]) -> Result<Shape, String> {
    match given {
        Shape::One(Type::Date) => Ok(Shape::One(Type::Date)),
        Shape::One(Type::Instant) => {
            Err("a date is needed here, and what comes is instant: put `date_in(\"Europe/Oslo\")` before it".to_owned())
        }
        other => Err(refused("a date", other)),
    }
}

pub(super) fn number(given: &Shape, _: &[Value]) -> Result<Shape, String> {
    match given {
        Shape::One(ty) if ty.is_number() => Ok(given.clone()),
        other => Err(refused("a number", other)),
    }
}

/// A text's length in characters, as a size.
pub(super) fn length(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}
