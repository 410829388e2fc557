//! Dates as texts and as whole numbers.

use super::shapes::{Shape, date, refused, size_of};
use super::{Behavior, Function, Parameter, back, base, hold, pattern, there, word};
use crate::program::Stop;
use crate::value::{Type, Value};
use jiff::civil::Date;

const PATTERN: &[Parameter] = &[Parameter::Pattern("pattern")];

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "format_date",
        parameters: PATTERN,
        behavior: Behavior::Exact,
        fails: Some(
            "A year that the pattern cannot write (`yy` stands for 1970 to 2069), and on the way back a text that is not so written.",
        ),
        doc: "A date as a text: yyyy, yy, MM, M, dd and d stand for its parts, other letters in '…' for themselves; the way back needs all three parts.",
        examples: &[
            there("format_date(\"dd.MM.yyyy\")", nordic, day, || Value::text("05.03.2026")),
            back("format_date(\"dd.MM.yyyy\")", nordic, || Value::text("05.03.2026"), day),
            there("format_date(\"yyyy-MM\")", || vec![Value::text("yyyy-MM")], day, || Value::text("2026-03")),
        ],
        typing: to_text,
        typing_back: to_date,
        forward: write,
        backward: read,
        ..base("dates", date)
    },
    Function {
        name: "parse_date",
        parameters: PATTERN,
        behavior: Behavior::Normalizing,
        fails: Some(
            "A text that is not written so or is no day there is, and on the way back a year that the pattern cannot write.",
        ),
        doc: "A text as a date, with the parts of a pattern as in format_date; blanks round it do not count.",
        examples: &[
            there("parse_date(\"d.M.yyyy\")", || vec![Value::text("d.M.yyyy")], || Value::text("5.3.2026"), day),
            back("parse_date(\"d.M.yyyy\")", || vec![Value::text("d.M.yyyy")], day, || Value::text("5.3.2026")),
        ],
        typing: to_date,
        typing_back: to_text,
        forward: read,
        backward: write,
        ..base("dates", date)
    },
    Function {
        name: "yyyymmdd",
        behavior: Behavior::Exact,
        empties: true,
        fails: Some("A year that has not four digits, and on the way back a number that is no day there is."),
        doc: "A date as a whole number, as 20260305; on the way back, 0 is no date.",
        examples: &[
            there("yyyymmdd", Vec::new, day, || Value::Int(20_260_305)),
            back("yyyymmdd", Vec::new, || Value::Int(20_260_305), day),
        ],
        typing: |given, args| date(given, args).map(|_| Shape::One(Type::Int)),
        typing_back: |given, _| match given {
            Shape::One(Type::Int) => Ok(Shape::One(Type::Date)),
            other => Err(refused("a whole number", other)),
        },
        forward: |value, _| match value {
            Value::Date(date) if !(1..=9999).contains(&date.year()) => {
                hold(format!("{date} has no year of four digits"))
            }
            Value::Date(date) => {
                Ok(Value::Int(i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day())))
            }
            other => Ok(other.clone()),
        },
        backward: |value, _| match value {
            Value::Int(0) => Ok(Value::Null),
            Value::Int(number) => match from_number(*number) {
                Some(date) => Ok(Value::Date(date)),
                None => hold(format!("{number} is no day, as 20260305 is")),
            },
            other => Ok(other.clone()),
        },
        ..base("dates", date)
    },
];

fn nordic() -> Vec<Value> {
    vec![Value::text("dd.MM.yyyy")]
}

fn day() -> Value {
    Value::Date(Date::constant(2026, 3, 5))
}

fn to_text(given: &Shape, args: &[Value]) -> Result<Shape, String> {
    date(given, args)?;
    Ok(Shape::One(Type::Text(Some(pattern::longest(word(args, 0))))))
}

fn to_date(given: &Shape, args: &[Value]) -> Result<Shape, String> {
    size_of(given)?;
    let pattern = word(args, 0);
    if pattern::is_whole(pattern) {
        Ok(Shape::One(Type::Date))
    } else {
        Err(format!("no date can be read from \"{pattern}\": the year, the month or the day is missing"))
    }
}

fn write(value: &Value, args: &[Value]) -> Result<Value, Stop> {
    match value {
        Value::Date(date) => pattern::write(word(args, 0), *date).map(Value::Text).map_err(Stop::Hold),
        other => Ok(other.clone()),
    }
}

fn read(value: &Value, args: &[Value]) -> Result<Value, Stop> {
    match value {
        Value::Text(text) if text.trim().is_empty() => Ok(Value::Null),
        Value::Text(text) => match pattern::read(word(args, 0), text.trim()) {
            Some(date) => Ok(Value::Date(date)),
            None => hold(format!("\"{}\" is no day written as {}", text.trim(), word(args, 0))),
        },
        other => Ok(other.clone()),
    }
}

fn from_number(number: i64) -> Option<Date> {
    let year = i16::try_from(number / 10_000).ok().filter(|year| (1..=9999).contains(year))?;
    let part = |n: i64| i8::try_from(n % 100).ok();
    Date::new(year, part(number / 100)?, part(number)?).ok()
}
