//! Another date from a date.

use super::shapes::{Shape, date, refused};
use super::{Behavior, Function, Parameter, back, base, hold, there, word};
use crate::program::Stop;
use crate::value::{Type, Value};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};

const DATE: Function = base("dates", date);
const SHIFT: Function = Function { fails: Some("A date outside the years -9999 to 9999."), ..DATE };

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "add_days",
        parameters: &[Parameter::Whole("days")],
        behavior: Behavior::Exact,
        doc: "So many days later, or earlier with a number below 0; the way back takes them off again.",
        examples: &[
            there("add_days(14)", || vec![Value::Int(14)], || day(2026, 2, 20), || day(2026, 3, 6)),
            back("add_days(14)", || vec![Value::Int(14)], || day(2026, 3, 6), || day(2026, 2, 20)),
        ],
        typing_back: date,
        forward: |value, args| shifted(value, args, |days| Span::new().try_days(days).ok()),
        backward: |value, args| shifted(value, args, |days| Span::new().try_days(days.checked_neg()?).ok()),
        ..SHIFT
    },
    Function {
        name: "add_months",
        parameters: &[Parameter::Whole("months")],
        doc: "So many months later, or earlier with a number below 0; the last day of a shorter month stands in for a day it does not have.",
        examples: &[
            there("add_months(1)", || vec![Value::Int(1)], || day(2026, 1, 31), || day(2026, 2, 28)),
            there("add_months(-12)", || vec![Value::Int(-12)], || day(2026, 3, 5), || day(2025, 3, 5)),
        ],
        forward: |value, args| shifted(value, args, |months| Span::new().try_months(months).ok()),
        ..SHIFT
    },
    Function {
        name: "month_start",
        doc: "The first day of the month.",
        examples: &[there("month_start", Vec::new, || day(2026, 3, 5), || day(2026, 3, 1))],
        forward: |value, _| Ok(changed(value, Date::first_of_month)),
        ..DATE
    },
    Function {
        name: "month_end",
        doc: "The last day of the month.",
        examples: &[there("month_end", Vec::new, || day(2028, 2, 5), || day(2028, 2, 29))],
        forward: |value, _| Ok(changed(value, Date::last_of_month)),
        ..DATE
    },
    Function {
        name: "year_start",
        doc: "The first day of the year.",
        examples: &[there("year_start", Vec::new, || day(2026, 3, 5), || day(2026, 1, 1))],
        forward: |value, _| Ok(changed(value, Date::first_of_year)),
        ..DATE
    },
    Function {
        name: "year_end",
        doc: "The last day of the year.",
        examples: &[there("year_end", Vec::new, || day(2026, 3, 5), || day(2026, 12, 31))],
        forward: |value, _| Ok(changed(value, Date::last_of_year)),
        ..DATE
    },
    Function {
        name: "week_start",
        doc: "The Monday of the week.",
        examples: &[there("week_start", Vec::new, || day(2026, 3, 5), || day(2026, 3, 2))],
        fails: Some("A week that begins before the year -9999."),
        forward: |value, _| match value {
            Value::Date(date) => {
                let since = i64::from(date.weekday().to_monday_zero_offset());
                moved(*date, Some((-since).days()))
            }
            other => Ok(other.clone()),
        },
        ..DATE
    },
    Function {
        name: "date_in",
        parameters: &[Parameter::Zone("time zone")],
        doc: "The date on which an instant falls in a time zone, which must be said: an instant alone has none.",
        examples: &[there(
            "date_in(\"Europe/Oslo\")",
            || vec![Value::text("Europe/Oslo")],
            || Value::Instant(jiff::Timestamp::constant(1_772_751_600, 0)),
            || day(2026, 3, 6),
        )],
        fails: Some("A time zone that this computer's zone database does not have."),
        typing: |given, _| match given {
            Shape::One(Type::Instant) => Ok(Shape::One(Type::Date)),
            other => Err(refused("an instant", other)),
        },
        forward: |value, args| match value {
            Value::Instant(instant) => match TimeZone::get(word(args, 0)) {
                Ok(zone) => Ok(Value::Date(zone.to_datetime(*instant).date())),
                Err(_) => hold(format!("the time zone {} is not known on this computer", word(args, 0))),
            },
            other => Ok(other.clone()),
        },
        ..DATE
    },
];

fn day(year: i16, month: i8, day: i8) -> Value {
    Value::Date(Date::constant(year, month, day))
}

fn changed(value: &Value, change: impl Fn(Date) -> Date) -> Value {
    match value {
        Value::Date(date) => Value::Date(change(*date)),
        other => other.clone(),
    }
}

fn shifted(value: &Value, args: &[Value], span: impl Fn(i64) -> Option<Span>) -> Result<Value, Stop> {
    match value {
        Value::Date(date) => moved(*date, args.first().and_then(Value::as_int).and_then(span)),
        other => Ok(other.clone()),
    }
}

fn moved(date: Date, span: Option<Span>) -> Result<Value, Stop> {
    match span.and_then(|span| date.checked_add(span).ok()) {
        Some(date) => Ok(Value::Date(date)),
        None => hold(format!("there is no such date so far from {date}")),
    }
}
