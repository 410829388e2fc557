//! Numbers of a date: its year, month, week.

use super::shapes::{Shape, date};
use super::{Function, base, there};
use crate::program::Stop;
use crate::value::{Type, Value};
use jiff::civil::Date;

const NUMBER: Function = base("dates", |given, args| date(given, args).map(|_| Shape::One(Type::Int)));

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "year",
        doc: "The year of a date.",
        examples: &[there("year", Vec::new, day, || Value::Int(2026))],
        forward: |value, _| number(value, |date| i64::from(date.year())),
        ..NUMBER
    },
    Function {
        name: "quarter",
        doc: "The quarter of a date, 1 to 4.",
        examples: &[there("quarter", Vec::new, day, || Value::Int(1))],
        forward: |value, _| number(value, |date| (i64::from(date.month()) + 2) / 3),
        ..NUMBER
    },
    Function {
        name: "month",
        doc: "The month of a date, 1 to 12.",
        examples: &[there("month", Vec::new, day, || Value::Int(3))],
        forward: |value, _| number(value, |date| i64::from(date.month())),
        ..NUMBER
    },
    Function {
        name: "day",
        doc: "The day of the month, 1 to 31.",
        examples: &[there("day", Vec::new, day, || Value::Int(5))],
        forward: |value, _| number(value, |date| i64::from(date.day())),
        ..NUMBER
    },
    Function {
        name: "week",
        doc: "The ISO week of a date, 1 to 53: the first days of January may still be in the last week of the year before.",
        examples: &[
            there("week", Vec::new, day, || Value::Int(10)),
            there("week", Vec::new, || Value::Date(Date::constant(2027, 1, 1)), || Value::Int(53)),
        ],
        forward: |value, _| number(value, |date| i64::from(date.iso_week_date().week())),
        ..NUMBER
    },
    Function {
        name: "week_year",
        doc: "The year to which the ISO week of a date belongs.",
        examples: &[there("week_year", Vec::new, || Value::Date(Date::constant(2027, 1, 1)), || Value::Int(2026))],
        forward: |value, _| number(value, |date| i64::from(date.iso_week_date().year())),
        ..NUMBER
    },
    Function {
        name: "weekday",
        doc: "The day of the week, 1 for Monday to 7 for Sunday.",
        examples: &[there("weekday", Vec::new, day, || Value::Int(4))],
        forward: |value, _| number(value, |date| i64::from(date.weekday().to_monday_one_offset())),
        ..NUMBER
    },
];

fn day() -> Value {
    Value::Date(Date::constant(2026, 3, 5))
}

fn number(value: &Value, of: impl Fn(&Date) -> i64) -> Result<Value, Stop> {
    Ok(match value {
        Value::Date(date) => Value::Int(of(date)),
        other => other.clone(),
    })
}
