//! The constant arguments that transforms take.

use super::pattern;
use crate::value::Value;
use jiff::tz::TimeZone;

/// A constant argument of a transform; the text is its name, for documentation and messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameter {
    /// A whole number from 1.
    Count(&'static str),
    /// A whole number from 0 to 28: places after the point.
    Places(&'static str),
    /// A whole number, also below 0.
    Whole(&'static str),
    /// A number, also below 0 and with places.
    Number(&'static str),
    /// A number other than 0.
    Factor(&'static str),
    /// A text of at least one character.
    Text(&'static str),
    /// A text of exactly one character.
    Character(&'static str),
    /// A text that may be empty.
    Replacement(&'static str),
    /// `else "?"`: a text after the word `else`.
    Else(&'static str),
    /// One of some words, written without quotes.
    Choice(&'static str, &'static [&'static str]),
    /// How a date is written: `"dd.MM.yyyy"`.
    Pattern(&'static str),
    /// A time zone by its IANA name: `"Europe/Oslo"`.
    Zone(&'static str),
}

impl Parameter {
    pub fn name(&self) -> &'static str {
        match self {
            Parameter::Count(name)
            | Parameter::Places(name)
            | Parameter::Whole(name)
            | Parameter::Number(name)
            | Parameter::Factor(name)
            | Parameter::Text(name)
            | Parameter::Character(name)
            | Parameter::Replacement(name)
            | Parameter::Else(name)
            | Parameter::Choice(name, _)
            | Parameter::Pattern(name)
            | Parameter::Zone(name) => name,
        }
    }

    /// Whether a constant can stand there; if not, what is wanted: `size: a whole number from 1`.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        let characters = || value.as_text().map(|t| t.chars().count());
        let fits = match self {
            Parameter::Count(_) => value.as_int().is_some_and(|n| n > 0),
            Parameter::Places(_) => value.as_int().is_some_and(|n| (0..=28).contains(&n)),
            Parameter::Whole(_) => value.as_int().is_some(),
            Parameter::Number(_) => value.as_decimal().is_some(),
            Parameter::Factor(_) => value.as_decimal().is_some_and(|n| !n.is_zero()),
            Parameter::Text(_) => characters().is_some_and(|n| n > 0),
            Parameter::Character(_) => characters() == Some(1),
            Parameter::Replacement(_) | Parameter::Else(_) => value.as_text().is_some(),
            Parameter::Choice(_, words) => value.as_text().is_some_and(|t| words.contains(&t)),
            Parameter::Pattern(name) => match value.as_text().map(pattern::check) {
                Some(Err(why)) => return Err(format!("{name}: {why}")),
                fits => fits.is_some(),
            },
            Parameter::Zone(_) => value.as_text().is_some_and(|t| TimeZone::get(t).is_ok()),
        };
        if fits { Ok(()) } else { Err(format!("{}: {}", self.name(), self.wanted())) }
    }

    /// What may stand there, for people.
    pub fn wanted(&self) -> String {
        match self {
            Parameter::Count(_) => "a whole number from 1".to_owned(),
            Parameter::Places(_) => "a whole number from 0 to 28".to_owned(),
            Parameter::Whole(_) => "a whole number".to_owned(),
            Parameter::Number(_) => "a number".to_owned(),
            Parameter::Factor(_) => "a number other than 0".to_owned(),
            Parameter::Text(_) => "a text of at least one character".to_owned(),
            Parameter::Character(_) => "a text of one character".to_owned(),
            Parameter::Replacement(_) | Parameter::Else(_) => "a text".to_owned(),
            Parameter::Choice(_, words) => format!("one of {}", words.join(", ")),
            Parameter::Pattern(_) => "how a date is written, as in \"dd.MM.yyyy\"".to_owned(),
            Parameter::Zone(_) => "the name of a time zone, as in \"Europe/Oslo\"".to_owned(),
        }
    }
}
