//! A procedure call's parameters on the wire.

use std::io;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

use super::super::text;
use super::super::value::{SqlType, SqlValue};
use super::cursor::{Cursor, utf16};
use super::types::{GUID_ORDER, time_size};

fn invalid(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}

/// TYPE_INFO and value of an RPC's parameter.
pub fn take_parameter(from: &mut Cursor<'_>) -> io::Result<(SqlType, SqlValue)> {
    let kind = from.u8()?;
    match kind {
        0x1f => Ok((SqlType::Null, SqlValue::Null)),
        0x30 => Ok((SqlType::TinyInt, SqlValue::Int(from.u8()?.into()))),
        0x32 => Ok((SqlType::Bit, SqlValue::Bit(from.u8()? != 0))),
        0x34 => Ok((SqlType::SmallInt, whole(from.take(2)?))),
        0x38 => Ok((SqlType::Int, whole(from.take(4)?))),
        0x7f => Ok((SqlType::BigInt, whole(from.take(8)?))),
        0x3e => Ok((SqlType::Float, float(from.take(8)?)?)),
        0x24 | 0x26 | 0x68 | 0x6d | 0x6e | 0x6f => {
            let declared = from.u8()?;
            let value = short(from)?;
            by_size(kind, declared, value)
        }
        0x6a | 0x6c => {
            let (_, precision, scale) = (from.u8()?, from.u8()?, from.u8()?);
            let ty = SqlType::Decimal(precision, scale);
            match short(from)? {
                None => Ok((ty, SqlValue::Null)),
                Some(bytes) => {
                    let (sign, magnitude) = bytes.split_first().ok_or_else(|| invalid("a decimal without its sign"))?;
                    let mut number = magnitude.iter().rev().fold(0_i128, |n, b| n << 8 | i128::from(*b));
                    if *sign == 0 {
                        number = -number;
                    }
                    let number = Decimal::try_from_i128_with_scale(number, scale.into())
                        .map_err(|_| invalid("a decimal of more than 28 digits, which the sandbox does not carry"))?;
                    Ok((ty, SqlValue::Decimal(number)))
                }
            }
        }
        0x28 => Ok((
            SqlType::Date,
            short(from)?
                .map_or(Ok(SqlValue::Null), |b| Ok::<_, io::Error>(SqlValue::DateTime(date(b)?.at(0, 0, 0, 0))))?,
        )),
        0x29..=0x2b => {
            let scale = from.u8()?;
            let value = short(from)?;
            timed(kind, scale, value)
        }
        0xa5 | 0xad | 0xa7 | 0xaf | 0xe7 | 0xef => {
            let declared = from.u16()?;
            if !matches!(kind, 0xa5 | 0xad) {
                from.take(5)?;
            }
            let bytes = if declared == 0xffff { chunks(from)? } else { counted(from)? };
            let length = Some(declared).filter(|n| *n != 0xffff);
            Ok(match kind {
                0xa5 | 0xad => (SqlType::VarBinary(length), bytes.map_or(SqlValue::Null, SqlValue::Bytes)),
                0xa7 | 0xaf => (
                    SqlType::Varchar(length),
                    bytes.map_or(SqlValue::Null, |b| SqlValue::Text(text::from_code_page(&b))),
                ),
                _ => (
                    SqlType::NVarchar(length.map(|n| (n / 2).max(1))),
                    bytes.map_or(SqlValue::Null, |b| SqlValue::Text(utf16(&b))),
                ),
            })
        }
        other => Err(invalid(format!("a parameter of TDS type 0x{other:02x}, which the sandbox does not carry"))),
    }
}

fn short<'a>(from: &mut Cursor<'a>) -> io::Result<Option<&'a [u8]>> {
    match from.u8()? {
        0 => Ok(None),
        size => from.take(size.into()).map(Some),
    }
}

fn counted(from: &mut Cursor<'_>) -> io::Result<Option<Vec<u8>>> {
    match from.u16()? {
        0xffff => Ok(None),
        size => from.take(size.into()).map(|b| Some(b.to_vec())),
    }
}

fn chunks(from: &mut Cursor<'_>) -> io::Result<Option<Vec<u8>>> {
    if from.u64()? == u64::MAX {
        return Ok(None);
    }
    let mut all = Vec::new();
    loop {
        match from.u32()? {
            0 => return Ok(Some(all)),
            size => all.extend_from_slice(from.take(usize::try_from(size).map_err(|_| invalid("a chunk too large"))?)?),
        }
    }
}

fn whole(bytes: &[u8]) -> SqlValue {
    let negative = bytes.last().is_some_and(|b| b & 0x80 != 0);
    let start = if negative { -1_i64 } else { 0 };
    SqlValue::Int(bytes.iter().rev().fold(start, |n, b| n << 8 | i64::from(*b)))
}

fn float(bytes: &[u8]) -> io::Result<SqlValue> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Ok(SqlValue::Float(f32::from_le_bytes(four).into()));
    }
    bytes
        .try_into()
        .map(|eight| SqlValue::Float(f64::from_le_bytes(eight)))
        .map_err(|_| invalid("a float of neither four nor eight bytes"))
}

fn by_size(kind: u8, declared: u8, value: Option<&[u8]>) -> io::Result<(SqlType, SqlValue)> {
    let ty = match (kind, declared) {
        (0x24, _) => SqlType::Guid,
        (0x26, 1) => SqlType::TinyInt,
        (0x26, 2) => SqlType::SmallInt,
        (0x26, 4) => SqlType::Int,
        (0x26, _) => SqlType::BigInt,
        (0x68, _) => SqlType::Bit,
        (0x6d, _) => SqlType::Float,
        (0x6e, _) => SqlType::Decimal(19, 4),
        _ => SqlType::DateTime,
    };
    let Some(bytes) = value else {
        return Ok((ty, SqlValue::Null));
    };
    let value = match ty {
        SqlType::Guid => SqlValue::Text(guid_text(bytes)),
        SqlType::TinyInt => SqlValue::Int(bytes.first().copied().unwrap_or_default().into()),
        SqlType::Bit => SqlValue::Bit(bytes.first().is_some_and(|b| *b != 0)),
        SqlType::Float => float(bytes)?,
        SqlType::Decimal(..) => {
            // Money of eight bytes travels with its high half first.
            let number = match bytes.split_at_checked(4) {
                Some((high, low)) if low.len() == 4 => whole(&[low, high].concat()),
                _ => whole(bytes),
            };
            match number {
                SqlValue::Int(n) => SqlValue::Decimal(Decimal::new(n, 4)),
                other => other,
            }
        }
        SqlType::DateTime => SqlValue::DateTime(old_moment(bytes)?),
        _ => whole(bytes),
    };
    Ok((ty, value))
}

/// datetime: days since 1900 and 1/300 seconds; smalldatetime: days and minutes.
fn old_moment(bytes: &[u8]) -> io::Result<DateTime> {
    let mut from = Cursor(bytes);
    let (days, nanos) = if bytes.len() == 4 {
        (i64::from(from.u16()?), u64::from(from.u16()?) * 60_000_000_000)
    } else {
        let days = i64::from(from.u32()?.cast_signed());
        (days, u64::from(from.u32()?) * 10_000_000 / 3)
    };
    let start = Date::constant(1900, 1, 1).at(0, 0, 0, 0);
    start.checked_add(days.days().nanoseconds(nanos.cast_signed())).map_err(|_| invalid("a date out of range"))
}

fn date(bytes: &[u8]) -> io::Result<Date> {
    let days = Cursor(bytes).uint(3)?;
    Date::constant(1, 1, 1).checked_add(days.cast_signed().days()).map_err(|_| invalid("a date out of range"))
}

fn timed(kind: u8, scale: u8, value: Option<&[u8]>) -> io::Result<(SqlType, SqlValue)> {
    let ty = match kind {
        0x29 => SqlType::Time(scale),
        0x2a => SqlType::DateTime2(scale),
        _ => SqlType::DateTimeOffset(scale),
    };
    let Some(bytes) = value else {
        return Ok((ty, SqlValue::Null));
    };
    let mut from = Cursor(bytes);
    let ticks = from.uint(time_size(scale))?;
    let nanos = ticks.saturating_mul(10_u64.pow(9 - u32::from(scale.min(7))));
    let day = if kind == 0x29 { Date::constant(1900, 1, 1) } else { date(from.take(3)?)? };
    let moment = day
        .at(0, 0, 0, 0)
        .checked_add(nanos.cast_signed().nanoseconds())
        .map_err(|_| invalid("a time out of range"))?;
    if kind != 0x2b {
        return Ok((ty, SqlValue::DateTime(moment)));
    }
    let minutes = from.u16()?.cast_signed();
    let local = moment.checked_add(i64::from(minutes).minutes()).map_err(|_| invalid("a time out of range"))?;
    let sign = if minutes < 0 { '-' } else { '+' };
    let offset = format!("{sign}{:02}:{:02}", minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60);
    Ok((ty, SqlValue::Text(format!("{} {offset}", local.strftime("%Y-%m-%d %H:%M:%S.%7f")))))
}

fn guid_text(bytes: &[u8]) -> String {
    let mut text = String::new();
    for (at, from) in GUID_ORDER.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{:02X}", bytes.get(*from).copied().unwrap_or_default()));
    }
    text
}
