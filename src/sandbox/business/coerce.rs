//! Transact-SQL's conversions: implicit ones (comparisons, storing) and CAST.

use jiff::civil::{Date, DateTime, Time};
use rust_decimal::{Decimal, RoundingStrategy};

use super::errors::{self, SqlError};
use super::text::within_code_page;
use super::value::{SqlType, SqlValue};

/// CAST of a value of type `from` to `to`. Text that is too long is cut, as CAST does; a number that does not fit is an error.
pub fn cast(value: SqlValue, from: SqlType, to: SqlType) -> Result<SqlValue, SqlError> {
    match (&value, to) {
        (SqlValue::Null, _) | (_, SqlType::Null) => Ok(value),
        (_, SqlType::Bit | SqlType::TinyInt | SqlType::SmallInt | SqlType::Int | SqlType::BigInt) => {
            to_whole(&value, from, to)
        }
        (_, SqlType::Decimal(precision, scale)) => to_decimal(&value, from, precision, scale),
        (_, SqlType::Float) => to_float(&value, from),
        (_, SqlType::Varchar(length)) => {
            Ok(SqlValue::Text(cut(within_code_page(&to_text(&value, from, to, length)?), length)))
        }
        (_, SqlType::NVarchar(length)) => Ok(SqlValue::Text(cut(to_text(&value, from, to, length)?, length))),
        (SqlValue::Bytes(bytes), SqlType::VarBinary(length)) => {
            Ok(SqlValue::Bytes(bytes.iter().copied().take(length.map_or(usize::MAX, usize::from)).collect()))
        }
        (_, SqlType::Date | SqlType::Time(_) | SqlType::DateTime | SqlType::DateTime2(_)) => {
            to_moment(&value, from, to)
        }
        (SqlValue::Text(text), SqlType::Guid) => to_guid(text),
        (SqlValue::Text(_), SqlType::DateTimeOffset(_)) if matches!(from, SqlType::DateTimeOffset(_)) => Ok(value),
        _ => Err(errors::cast_not_allowed(from.name(), to.name())),
    }
}

/// The longest prefix of at most `length` characters.
pub(super) fn cut(text: String, length: Option<u16>) -> String {
    match length {
        Some(length) if text.chars().count() > usize::from(length) => text.chars().take(usize::from(length)).collect(),
        _ => text,
    }
}

/// The declared length of a text or bytes of that size, never zero; `None` (max) beyond `most`.
pub(super) fn within(size: usize, most: u16) -> Option<u16> {
    u16::try_from(size.max(1)).ok().filter(|n| *n <= most)
}

fn to_whole(value: &SqlValue, from: SqlType, to: SqlType) -> Result<SqlValue, SqlError> {
    let number = match value {
        SqlValue::Bit(bit) => i64::from(*bit),
        SqlValue::Int(number) => *number,
        SqlValue::Decimal(number) => whole_of(number.trunc()).ok_or_else(|| errors::overflow("numeric", to.name()))?,
        SqlValue::Float(number) => Decimal::from_f64_retain(number.trunc())
            .and_then(whole_of)
            .ok_or_else(|| errors::overflow("float", to.name()))?,
        SqlValue::Text(text) => whole_of_text(text, from, to)?,
        _ => return Err(errors::cast_not_allowed(from.name(), to.name())),
    };
    let fits = match to {
        SqlType::Bit => return Ok(SqlValue::Bit(number != 0)),
        SqlType::TinyInt => u8::try_from(number).is_ok(),
        SqlType::SmallInt => i16::try_from(number).is_ok(),
        SqlType::Int => i32::try_from(number).is_ok(),
        _ => true,
    };
    match (fits, to, from) {
        (true, _, _) => Ok(SqlValue::Int(number)),
        (false, _, from) if from.is_text() => Err(errors::text_overflow(from.name(), &number.to_string(), to.name())),
        (false, SqlType::TinyInt | SqlType::SmallInt, from) if from.is_whole() => {
            Err(errors::small_overflow(to.name(), number))
        }
        (false, _, SqlType::Decimal(..)) => Err(errors::overflow("numeric", to.name())),
        (false, _, _) => Err(errors::overflow("expression", to.name())),
    }
}

fn whole_of(number: Decimal) -> Option<i64> {
    i64::try_from(number.normalize()).ok()
}

fn whole_of_text(text: &str, from: SqlType, to: SqlType) -> Result<i64, SqlError> {
    let trimmed = text.trim_matches(' ');
    if trimmed.is_empty() {
        return Ok(0);
    }
    let digits = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(errors::conversion_failed(from.name(), text, to.name()));
    }
    trimmed
        .strip_prefix('+')
        .unwrap_or(trimmed)
        .parse()
        .map_err(|_| errors::text_overflow(from.name(), text, to.name()))
}

fn to_decimal(value: &SqlValue, from: SqlType, precision: u8, scale: u8) -> Result<SqlValue, SqlError> {
    let number = match value {
        SqlValue::Bit(bit) => Decimal::from(u8::from(*bit)),
        SqlValue::Int(number) => Decimal::from(*number),
        SqlValue::Decimal(number) => *number,
        SqlValue::Float(number) => {
            Decimal::from_f64_retain(*number).ok_or_else(|| errors::overflow("float", "numeric"))?
        }
        SqlValue::Text(text) => number_of_text(text).ok_or_else(|| errors::conversion_error(from.name(), "numeric"))?,
        _ => return Err(errors::cast_not_allowed(from.name(), "numeric")),
    };
    fit_decimal(number, precision, scale)
        .map(SqlValue::Decimal)
        .ok_or_else(|| errors::overflow(origin(from), "numeric"))
}

/// A number in a text: digits, a sign, one point. No exponent, as in SQL Server's conversion to decimal.
pub(super) fn number_of_text(text: &str) -> Option<Decimal> {
    let trimmed = text.trim_matches(' ');
    let plain = trimmed.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.'))
        && trimmed.bytes().any(|b| b.is_ascii_digit());
    if plain { Decimal::from_str_exact(trimmed).ok() } else { None }
}

fn origin(from: SqlType) -> &'static str {
    if from.is_whole() {
        from.name()
    } else if from.is_text() {
        "varchar"
    } else {
        "numeric"
    }
}

/// The number with exactly `scale` digits after the point, if it then has at most `precision` digits.
pub(super) fn fit_decimal(number: Decimal, precision: u8, scale: u8) -> Option<Decimal> {
    let mut fitted = number.round_dp_with_strategy(u32::from(scale), RoundingStrategy::MidpointAwayFromZero);
    fitted.rescale(u32::from(scale));
    if fitted.scale() != u32::from(scale) {
        return None;
    }
    let limit = 10_i128.checked_pow(u32::from(precision)).unwrap_or(i128::MAX);
    (fitted.mantissa().abs() < limit).then_some(fitted)
}

fn to_float(value: &SqlValue, from: SqlType) -> Result<SqlValue, SqlError> {
    let text = match value {
        SqlValue::Float(_) => return Ok(value.clone()),
        SqlValue::Bit(bit) => u8::from(*bit).to_string(),
        SqlValue::Int(number) => number.to_string(),
        SqlValue::Decimal(number) => number.to_string(),
        SqlValue::Text(text) => text.trim_matches(' ').to_string(),
        _ => return Err(errors::cast_not_allowed(from.name(), "float")),
    };
    text.parse().map(SqlValue::Float).map_err(|_| errors::conversion_error(from.name(), "float"))
}

fn to_text(value: &SqlValue, from: SqlType, to: SqlType, length: Option<u16>) -> Result<String, SqlError> {
    let text = match value {
        SqlValue::Text(text) => return Ok(text.clone()),
        SqlValue::Bit(bit) => u8::from(*bit).to_string(),
        SqlValue::Int(number) => number.to_string(),
        SqlValue::Decimal(number) => number.to_string(),
        SqlValue::Float(number) => number.to_string(),
        SqlValue::DateTime(moment) => moment_text(*moment, from),
        SqlValue::Bytes(_) | SqlValue::Null => return Err(errors::cast_not_allowed(from.name(), to.name())),
    };
    match length {
        Some(length) if text.len() > usize::from(length) && !from.is_moment() => {
            Err(errors::overflow(origin(from), to.name()))
        }
        _ => Ok(text),
    }
}

/// A moment as ISO text; SQL Server's own default for datetime ("Nov 23 2026  5:06AM") is nothing a program should read.
pub(super) fn moment_text(moment: DateTime, ty: SqlType) -> String {
    match ty {
        SqlType::Date => moment.date().to_string(),
        SqlType::Time(digits) => moment.time().strftime(&format!("%H:%M:%S{}", fraction(digits))).to_string(),
        SqlType::DateTime => moment.strftime("%Y-%m-%d %H:%M:%S.%3f").to_string(),
        SqlType::DateTime2(digits) => moment.strftime(&format!("%Y-%m-%d %H:%M:%S{}", fraction(digits))).to_string(),
        _ => moment.strftime("%Y-%m-%d %H:%M:%S.%7f").to_string(),
    }
}

fn fraction(digits: u8) -> String {
    if digits == 0 { String::new() } else { format!(".%{digits}f") }
}

fn to_moment(value: &SqlValue, from: SqlType, to: SqlType) -> Result<SqlValue, SqlError> {
    let moment = match value {
        SqlValue::DateTime(moment) => *moment,
        SqlValue::Text(text) => moment_of_text(text).ok_or_else(errors::date_conversion_failed)?,
        _ => return Err(errors::cast_not_allowed(from.name(), to.name())),
    };
    Ok(SqlValue::DateTime(match to {
        SqlType::Date => moment.date().at(0, 0, 0, 0),
        SqlType::Time(_) => Date::constant(1900, 1, 1).to_datetime(moment.time()),
        _ => moment,
    }))
}

/// ISO dates, times and moments, and yyyymmdd.
pub(super) fn moment_of_text(text: &str) -> Option<DateTime> {
    let text = text.trim_matches(' ');
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Date::strptime("%Y%m%d", text).ok().map(|date| date.at(0, 0, 0, 0));
    }
    if let Ok(moment) = text.parse::<DateTime>() {
        return Some(moment);
    }
    text.parse::<Time>().ok().map(|time| Date::constant(1900, 1, 1).to_datetime(time))
}

fn to_guid(text: &str) -> Result<SqlValue, SqlError> {
    let bare = text.trim_matches(['{', '}', ' ']).to_ascii_uppercase();
    let shape = bare.len() == 36
        && bare
            .bytes()
            .enumerate()
            .all(|(at, b)| if matches!(at, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_hexdigit() });
    if shape {
        Ok(SqlValue::Text(bare))
    } else {
        Err(SqlError::new(
            8169,
            16,
            2,
            "Conversion failed when converting from a character string to uniqueidentifier.",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(s: &str) -> SqlValue {
        SqlValue::Text(s.into())
    }

    #[test]
    fn casts_keep_exact_numbers_and_refuse_what_does_not_fit() {
        let varchar = SqlType::Varchar(Some(40));
        assert_eq!(
            cast(text("12345678901234567890.1234565"), varchar, SqlType::Decimal(28, 6)),
            Ok(SqlValue::Decimal("12345678901234567890.123457".parse().unwrap()))
        );
        assert_eq!(cast(text(" 42 "), varchar, SqlType::Int), Ok(SqlValue::Int(42)));
        assert_eq!(cast(text("Ærø"), SqlType::NVarchar(None), SqlType::Varchar(Some(2))), Ok(text("Ær")));
        for (value, from, to, number) in [
            (text("4x"), varchar, SqlType::Int, 245),
            (text("4x"), varchar, SqlType::Decimal(28, 6), 8114),
            (text("99999999999"), varchar, SqlType::Int, 248),
            (SqlValue::Int(70_000), SqlType::Int, SqlType::SmallInt, 220),
            (SqlValue::Int(5_000_000_000), SqlType::BigInt, SqlType::Int, 8115),
            (SqlValue::Decimal("1000".parse().unwrap()), SqlType::Decimal(4, 0), SqlType::Decimal(5, 2), 8115),
            (text("31.12.2026x"), varchar, SqlType::Date, 241),
        ] {
            assert_eq!(cast(value.clone(), from, to).unwrap_err().number, number, "{value:?}");
        }
    }
}
