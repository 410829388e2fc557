//! A JSON value as a value of a field's type.

use crate::value::{Guid, Type, Value};
use serde_json::value::RawValue;

/// A value from its own text: numbers never pass through a float.
pub fn scalar(text: &str, ty: &Type) -> Result<Value, &'static str> {
    if text == "null" {
        return Ok(Value::Null);
    }
    let string = || serde_json::from_str::<String>(text).map_err(|_| "a text");
    match ty {
        Type::Bool => match text {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err("true or false"),
        },
        Type::Int => match text.parse::<i64>() {
            Ok(number) => Ok(Value::Int(number)),
            Err(_) => decimal(text)
                .filter(|d| d.is_integer())
                .and_then(|d| i64::try_from(d).ok())
                .map(Value::Int)
                .ok_or("a whole number"),
        },
        Type::Decimal(..) => decimal(text).map(Value::Decimal).ok_or("a number"),
        Type::Guid => string()?.parse::<Guid>().map(Value::Guid).map_err(|()| "a GUID"),
        Type::Date => date(&string()?).map(Value::Date).ok_or("a date"),
        Type::Instant => instant(&string()?).map(Value::Instant).ok_or("a date and time"),
        Type::Time => string()?.parse().map(Value::Time).map_err(|_| "a time"),
        Type::Text(_) | Type::Enum(_) | Type::Side => {
            let text = string()?;
            Ok(if text.is_empty() { Value::Null } else { Value::Text(text) })
        }
        Type::Values(of) => elements(text, of),
        Type::List(_) | Type::Range => Ok(Value::Null),
    }
}

/// A list of plain values; of records, their identifiers.
fn elements(text: &str, of: &Type) -> Result<Value, &'static str> {
    #[derive(serde::Deserialize)]
    struct Reference<'a> {
        #[serde(borrow)]
        guid: &'a RawValue,
    }
    let raw: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| "a list")?;
    let element = |raw: &RawValue| match serde_json::from_str::<Reference>(raw.get()) {
        Ok(reference) => scalar(reference.guid.get(), of),
        Err(_) => scalar(raw.get(), of),
    };
    raw.into_iter().map(element).collect::<Result<_, _>>().map(Value::List)
}

pub fn decimal(text: &str) -> Option<rust_decimal::Decimal> {
    match text.contains(['e', 'E']) {
        true => rust_decimal::Decimal::from_scientific(text).ok(),
        false => text.parse().ok(),
    }
}

/// With an offset as the document says; one without is taken as UTC.
pub fn instant(text: &str) -> Option<jiff::Timestamp> {
    text.parse().ok().or_else(|| {
        let local: jiff::civil::DateTime = text.parse().ok()?;
        local.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    })
}

/// The day of a date or of a date with a time, `2026-03-05T00:00:00`.
pub fn date(text: &str) -> Option<jiff::civil::Date> {
    let day = text.get(..10).unwrap_or(text);
    match *day.as_bytes() {
        [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] => {
            let digits = [y1, y2, y3, y4, m1, m2, d1, d2];
            if !digits.iter().all(u8::is_ascii_digit) {
                return None;
            }
            let number = |digits: &[u8]| digits.iter().fold(0_i16, |n, d| n * 10 + i16::from(d - b'0'));
            let part = |tens: u8, ones: u8| i8::try_from(number(&[tens, ones])).ok();
            jiff::civil::Date::new(number(&[y1, y2, y3, y4]), part(m1, m2)?, part(d1, d2)?).ok()
        }
        _ => day.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        let number = |text: &str| scalar(text, &Type::Decimal(18, 6)).map(|v| v.to_string());
        assert_eq!(number("0.1"), Ok("0.1".to_owned()));
        assert_eq!(number("120.50"), Ok("120.5".to_owned()));
        assert_eq!(number("1e2"), Ok("100".to_owned()));
        assert_eq!(number("\"7\""), Err("a number"));
        assert_eq!(scalar("7.0", &Type::Int), Ok(Value::Int(7)));
        assert_eq!(scalar("7.5", &Type::Int), Err("a whole number"));
    }

    #[test]
    fn dates_are_read_as_the_calendar_has_them() {
        for text in [
            "2026-03-05",
            "2024-02-29",
            "2023-02-29",
            "2026-13-01",
            "0000-01-01",
            "2026-3-5",
            "",
            "26-03-05xx",
            "2026-03-0x",
        ] {
            assert_eq!(date(text), text.parse().ok(), "{text}");
        }
        assert_eq!(date("2026-03-05T08:00:00Z"), date("2026-03-05"));
    }

    #[test]
    fn lists_hold_values_or_identifiers() {
        let texts = Type::Values(Box::new(Type::Text(None)));
        assert_eq!(scalar(r#"["a", "b"]"#, &texts), Ok(Value::List(vec![Value::text("a"), Value::text("b")])));
        assert_eq!(scalar("null", &texts), Ok(Value::Null));
        assert_eq!(scalar(r#""a""#, &texts), Err("a list"));
        let guids = Type::Values(Box::new(Type::Guid));
        let guid = "39f9432a-a141-fcab-9142-8045bf8ed54a";
        let expected = Value::List(vec![Value::Guid(guid.parse().unwrap())]);
        assert_eq!(scalar(&format!(r#"[{{"guid":"{guid}","name":"A"}}]"#), &guids), Ok(expected));
        assert_eq!(scalar(r#"[{"guid":7}]"#, &guids), Err("a text"));
    }
}
