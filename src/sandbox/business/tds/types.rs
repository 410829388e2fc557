//! Types and values on the wire.

use jiff::civil::{Date, Time};

use super::super::coerce::moment_text;
use super::super::text;
use super::super::value::{SqlType, SqlValue};
use super::cursor::to_utf16;

/// Danish_Norwegian_CI_AS: locale 0x0406, case ignored, kana and width ignored.
pub const COLLATION: [u8; 5] = [0x06, 0x04, 0xd0, 0x00, 0x00];

/// TYPE_INFO of an answer's column. A column that takes no NULL has the fixed-length form, as SQL Server sends it.
pub fn put_type(out: &mut Vec<u8>, ty: SqlType, nullable: bool) {
    match (ty, nullable) {
        (SqlType::Bit, false) => out.push(0x32),
        (SqlType::TinyInt, false) => out.push(0x30),
        (SqlType::SmallInt, false) => out.push(0x34),
        (SqlType::Int, false) => out.push(0x38),
        (SqlType::BigInt, false) => out.push(0x7f),
        (SqlType::Bit, true) => out.extend_from_slice(&[0x68, 1]),
        (SqlType::TinyInt, true) => out.extend_from_slice(&[0x26, 1]),
        (SqlType::SmallInt, true) => out.extend_from_slice(&[0x26, 2]),
        (SqlType::Int | SqlType::Null, _) => out.extend_from_slice(&[0x26, 4]),
        (SqlType::BigInt, true) => out.extend_from_slice(&[0x26, 8]),
        (SqlType::Decimal(precision, scale), _) => {
            out.extend_from_slice(&[0x6a, decimal_size(precision), precision, scale])
        }
        (SqlType::Float, _) => out.extend_from_slice(&[0x6d, 8]),
        (SqlType::Varchar(length), _) => {
            out.push(0xa7);
            out.extend_from_slice(&length.unwrap_or(0xffff).to_le_bytes());
            out.extend_from_slice(&COLLATION);
        }
        (SqlType::NVarchar(length), _) => {
            out.push(0xe7);
            out.extend_from_slice(&length.map_or(0xffff, |n| n.min(4000) * 2).to_le_bytes());
            out.extend_from_slice(&COLLATION);
        }
        (SqlType::VarBinary(length), _) => {
            out.push(0xa5);
            out.extend_from_slice(&length.unwrap_or(0xffff).to_le_bytes());
        }
        (SqlType::Date, _) => out.push(0x28),
        (SqlType::Time(scale), _) => out.extend_from_slice(&[0x29, scale]),
        (SqlType::DateTime2(scale), _) => out.extend_from_slice(&[0x2a, scale]),
        (SqlType::DateTimeOffset(scale), _) => out.extend_from_slice(&[0x2b, scale]),
        (SqlType::DateTime, _) => out.extend_from_slice(&[0x6f, 8]),
        (SqlType::Guid, _) => out.extend_from_slice(&[0x24, 16]),
    }
}

fn decimal_size(precision: u8) -> u8 {
    match precision {
        0..=9 => 5,
        10..=19 => 9,
        20..=28 => 13,
        _ => 17,
    }
}

fn sized(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(u8::try_from(bytes.len()).unwrap_or(u8::MAX));
    out.extend_from_slice(bytes);
}

fn long(out: &mut Vec<u8>, bytes: Option<&[u8]>, max: bool) {
    match (bytes, max) {
        (None, false) => out.extend_from_slice(&u16::MAX.to_le_bytes()),
        (None, true) => out.extend_from_slice(&u64::MAX.to_le_bytes()),
        (Some(bytes), false) => {
            out.extend_from_slice(&u16::try_from(bytes.len()).unwrap_or(u16::MAX - 1).to_le_bytes());
            out.extend_from_slice(bytes);
        }
        (Some(bytes), true) => {
            out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
            if !bytes.is_empty() {
                out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
                out.extend_from_slice(bytes);
            }
            out.extend_from_slice(&0_u32.to_le_bytes());
        }
    }
}

/// A value of a row, in the form its column's TYPE_INFO promised.
pub fn put_value(out: &mut Vec<u8>, value: &SqlValue, ty: SqlType, nullable: bool) {
    match (ty, value) {
        (SqlType::Varchar(length), SqlValue::Null) => long(out, None, length.is_none()),
        (SqlType::NVarchar(length), SqlValue::Null) => long(out, None, length.is_none()),
        (SqlType::VarBinary(length), SqlValue::Null) => long(out, None, length.is_none()),
        (_, SqlValue::Null) => out.push(0),
        (SqlType::Varchar(length), value) => long(out, Some(&text::to_code_page(&plain(value))), length.is_none()),
        (SqlType::NVarchar(length), value) => long(out, Some(&to_utf16(&plain(value))), length.is_none()),
        (SqlType::VarBinary(length), SqlValue::Bytes(bytes)) => long(out, Some(bytes), length.is_none()),
        (ty, value) if ty.is_whole() => {
            let number = match value {
                SqlValue::Int(n) => *n,
                SqlValue::Bit(b) => i64::from(*b),
                _ => 0,
            };
            let size = match ty {
                SqlType::Bit | SqlType::TinyInt => 1,
                SqlType::SmallInt => 2,
                SqlType::Int => 4,
                _ => 8,
            };
            if nullable {
                out.push(size);
            }
            out.extend(number.to_le_bytes().into_iter().take(size.into()));
        }
        (SqlType::Decimal(precision, scale), SqlValue::Decimal(number)) => {
            let mut number = *number;
            number.rescale(u32::from(scale));
            let size = decimal_size(precision);
            out.push(size);
            out.push(u8::from(!number.is_sign_negative()));
            out.extend(number.mantissa().unsigned_abs().to_le_bytes().into_iter().take(usize::from(size) - 1));
        }
        (SqlType::Float, SqlValue::Float(number)) => sized(out, &number.to_le_bytes()),
        (SqlType::Date, SqlValue::DateTime(moment)) => sized(out, &date_bytes(moment.date())),
        (SqlType::Time(scale), SqlValue::DateTime(moment)) => sized(out, &time_bytes(moment.time(), scale)),
        (SqlType::DateTime2(scale), SqlValue::DateTime(moment)) => {
            let mut bytes = time_bytes(moment.time(), scale);
            bytes.extend_from_slice(&date_bytes(moment.date()));
            sized(out, &bytes);
        }
        (SqlType::DateTimeOffset(scale), SqlValue::Text(text)) => {
            sized(out, &offset_bytes(text, scale).unwrap_or_default())
        }
        (SqlType::DateTime, SqlValue::DateTime(moment)) => {
            let days = days_between(Date::constant(1900, 1, 1), moment.date());
            let ticks = (nanos(moment.time()) * 3 + 5_000_000) / 10_000_000;
            let mut bytes = days.to_le_bytes().to_vec();
            bytes.extend_from_slice(&u32::try_from(ticks).unwrap_or_default().to_le_bytes());
            sized(out, &bytes);
        }
        (SqlType::Guid, SqlValue::Text(text)) => sized(out, &guid_bytes(text)),
        _ => out.push(0),
    }
}

fn plain(value: &SqlValue) -> String {
    match value {
        SqlValue::Text(text) => text.clone(),
        SqlValue::Int(n) => n.to_string(),
        SqlValue::Decimal(n) => n.to_string(),
        SqlValue::DateTime(m) => moment_text(*m, SqlType::DateTime2(7)),
        other => format!("{other:?}"),
    }
}

fn days_between(from: Date, to: Date) -> i32 {
    to.since((jiff::Unit::Day, from)).map_or(0, |span| span.get_days())
}

fn date_bytes(date: Date) -> [u8; 3] {
    let [a, b, c, _] = days_between(Date::constant(1, 1, 1), date).to_le_bytes();
    [a, b, c]
}

fn nanos(time: Time) -> u64 {
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    seconds.unsigned_abs() * 1_000_000_000 + i64::from(time.subsec_nanosecond()).unsigned_abs()
}

pub fn time_size(scale: u8) -> usize {
    match scale {
        0..=2 => 3,
        3..=4 => 4,
        _ => 5,
    }
}

fn time_bytes(time: Time, scale: u8) -> Vec<u8> {
    let ticks = nanos(time) / 10_u64.pow(9 - u32::from(scale.min(7)));
    ticks.to_le_bytes().into_iter().take(time_size(scale)).collect()
}

/// A datetimeoffset from its ISO text: the moment in UTC, then the offset in minutes.
fn offset_bytes(text: &str, scale: u8) -> Option<Vec<u8>> {
    let zoned = jiff::fmt::strtime::parse("%Y-%m-%d %H:%M:%S%.f %:z", text).ok()?;
    let offset = zoned.offset()?;
    let utc = offset.to_timestamp(zoned.to_datetime().ok()?).ok()?.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let mut bytes = time_bytes(utc.time(), scale);
    bytes.extend_from_slice(&date_bytes(utc.date()));
    bytes.extend_from_slice(&i16::try_from(offset.seconds() / 60).ok()?.to_le_bytes());
    Some(bytes)
}

/// The first three groups of a GUID travel with their bytes reversed.
pub const GUID_ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

fn guid_bytes(text: &str) -> Vec<u8> {
    let hex: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let bytes: Vec<u8> =
        hex.chunks(2).filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    GUID_ORDER.iter().map(|at| bytes.get(*at).copied().unwrap_or_default()).collect()
}
