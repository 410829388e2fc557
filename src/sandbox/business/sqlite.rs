//! SQLite underneath: how values are kept, and the collations and functions a company's connection has.
//!
//! Whole numbers are INTEGER. Decimals are TEXT with exactly their column's digits after the point, compared by value: never a float.
//! Moments are ISO text. Text is UTF-8, already reduced to what the column's code page can hold.

use std::path::Path;
use std::sync::{Arc, Mutex};

use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql};
use rust_decimal::Decimal;

use super::coerce;
use super::errors::{self, SqlError};
use super::text;
use super::value::{SqlType, SqlValue};

/// The place where a function called by SQLite leaves the error SQL Server would have raised.
pub(super) type Raised = Arc<Mutex<Option<SqlError>>>;

impl ToSql for SqlValue {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Bit(bit) => ToSqlOutput::Owned(Value::Integer((*bit).into())),
            Self::Int(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Self::Decimal(number) => ToSqlOutput::Owned(Value::Text(number.to_string())),
            Self::Float(number) => ToSqlOutput::Owned(Value::Real(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::DateTime(moment) => ToSqlOutput::Owned(Value::Text(moment.to_string())),
        })
    }
}

/// A stored value as one of the given type. What an aggregate pushed beyond its type's range is error 8115.
pub(super) fn read(value: ValueRef<'_>, ty: SqlType) -> Result<SqlValue, SqlError> {
    let number = |text: &str| {
        text.parse::<Decimal>().map(SqlValue::Decimal).map_err(|_| errors::overflow("expression", "numeric"))
    };
    match (value, ty) {
        (ValueRef::Null, _) => Ok(SqlValue::Null),
        (ValueRef::Integer(n), SqlType::Bit) => Ok(SqlValue::Bit(n != 0)),
        (ValueRef::Integer(n), SqlType::Decimal(p, s)) => {
            coerce::cast(SqlValue::Int(n), SqlType::BigInt, SqlType::Decimal(p, s))
        }
        (ValueRef::Integer(n), SqlType::Int) if i32::try_from(n).is_err() => Err(errors::overflow("expression", "int")),
        (ValueRef::Integer(n), _) => Ok(SqlValue::Int(n)),
        (ValueRef::Real(n), _) => Ok(SqlValue::Float(n)),
        (ValueRef::Blob(bytes), _) => Ok(SqlValue::Bytes(bytes.to_vec())),
        (ValueRef::Text(bytes), ty) => {
            let text = String::from_utf8_lossy(bytes);
            match ty {
                SqlType::Decimal(..) => number(&text),
                ty if ty.is_moment() => {
                    text.parse().map(SqlValue::DateTime).map_err(|_| errors::date_conversion_failed())
                }
                _ => Ok(SqlValue::Text(text.into_owned())),
            }
        }
    }
}

/// A connection to a company's file, with the collations and functions the translated statements use.
pub(super) fn open(path: &Path) -> rusqlite::Result<(Connection, Raised)> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // A sandbox need not survive a power cut: what matters is speed and that readers see committed rows only.
    connection.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY;")?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.create_collation("VB_TEXT", text::compare)?;
    connection.create_collation("VB_DEC", |a, b| match (a.parse::<Decimal>(), b.parse::<Decimal>()) {
        (Ok(a), Ok(b)) => a.cmp(&b),
        _ => a.cmp(b),
    })?;
    let raised = Raised::default();
    functions(&connection, &raised)?;
    Ok((connection, raised))
}

fn functions(connection: &Connection, raised: &Raised) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let slot = Arc::clone(raised);
    connection.create_scalar_function("vb_cast", 4, flags, move |ctx| {
        let (from, to) = (type_from_code(ctx.get(1)?), type_from_code(ctx.get(2)?));
        let attempt: bool = ctx.get(3)?;
        let cast = read(ctx.get_raw(0), from).and_then(|value| coerce::cast(value, from, to));
        match cast {
            Err(_) if attempt => Ok(SqlValue::Null),
            result => result.map_err(|e| raise(&slot, e)),
        }
    })?;
    connection.create_scalar_function("vb_like", 3, flags, |ctx| {
        let (Some(text), Some(pattern)) = (ctx.get::<Option<String>>(0)?, ctx.get::<Option<String>>(1)?) else {
            return Ok(None);
        };
        let escape = ctx.get::<Option<String>>(2)?.and_then(|e| e.chars().next());
        Ok(Some(text::like(&text, &pattern, escape)))
    })?;
    let slot = Arc::clone(raised);
    connection.create_scalar_function("vb_calc", 5, flags, move |ctx| calculate(ctx).map_err(|e| raise(&slot, e)))?;
    connection.create_scalar_function("vb_len", 1, flags, |ctx| {
        Ok(ctx
            .get::<Option<String>>(0)?
            .map(|t| i64::try_from(t.trim_end_matches(' ').encode_utf16().count()).unwrap_or(i64::MAX)))
    })?;
    connection.create_scalar_function("vb_case", 2, flags, |ctx| {
        let upper: bool = ctx.get(1)?;
        Ok(ctx.get::<Option<String>>(0)?.map(|t| if upper { t.to_uppercase() } else { t.to_lowercase() }))
    })?;
    connection.create_aggregate_function("vb_sum", 1, flags, Sum(Arc::clone(raised)))
}

fn raise(slot: &Raised, error: SqlError) -> rusqlite::Error {
    let text = error.message.clone();
    *slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(error);
    rusqlite::Error::UserFunctionError(text.into())
}

/// Decimal arithmetic: `vb_calc(left, operator, right, precision, scale)`.
fn calculate(ctx: &Context<'_>) -> Result<SqlValue, SqlError> {
    let broken = |_| errors::overflow("expression", "numeric");
    let number = |at| read(ctx.get_raw(at), SqlType::Decimal(38, 0));
    let (left, right) = match (number(0)?, number(2)?) {
        (SqlValue::Decimal(left), SqlValue::Decimal(right)) => (left, right),
        _ => return Ok(SqlValue::Null),
    };
    let operator: String = ctx.get(1).map_err(broken)?;
    let (precision, scale): (u8, u8) = (ctx.get(3).map_err(broken)?, ctx.get(4).map_err(broken)?);
    let result = match operator.as_str() {
        "+" => left.checked_add(right),
        "-" => left.checked_sub(right),
        "*" => left.checked_mul(right),
        _ if right.is_zero() => return Err(errors::divide_by_zero()),
        "/" => left.checked_div(right),
        "div" => left.checked_div(right).map(|n| n.trunc()),
        _ => left.checked_rem(right),
    };
    result
        .and_then(|n| coerce::fit_decimal(n, precision, scale))
        .map(SqlValue::Decimal)
        .ok_or_else(|| errors::overflow("expression", "numeric"))
}

struct Sum(Raised);

impl Aggregate<Option<Decimal>, Option<String>> for Sum {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Option<Decimal>> {
        Ok(None)
    }

    fn step(&self, ctx: &mut Context<'_>, sum: &mut Option<Decimal>) -> rusqlite::Result<()> {
        if let Ok(SqlValue::Decimal(number)) = read(ctx.get_raw(0), SqlType::Decimal(38, 0)) {
            let total = sum
                .unwrap_or_default()
                .checked_add(number)
                .ok_or_else(|| raise(&self.0, errors::overflow("expression", "numeric")))?;
            *sum = Some(total);
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, sum: Option<Option<Decimal>>) -> rusqlite::Result<Option<String>> {
        Ok(sum.flatten().map(|n| n.to_string()))
    }
}

/// A type as one number, to hand it to a function.
pub(super) fn type_code(ty: SqlType) -> i64 {
    let length = |n: Option<u16>| i64::from(n.map_or(0xffff, |n| n));
    match ty {
        SqlType::Null => 0,
        SqlType::Bit => 1,
        SqlType::TinyInt => 2,
        SqlType::SmallInt => 3,
        SqlType::Int => 4,
        SqlType::BigInt => 5,
        SqlType::Float => 6,
        SqlType::Date => 7,
        SqlType::DateTime => 8,
        SqlType::Guid => 9,
        SqlType::Decimal(p, s) => 0x1_0000_0000 | i64::from(p) << 8 | i64::from(s),
        SqlType::Varchar(n) => 0x2_0000_0000 | length(n),
        SqlType::NVarchar(n) => 0x3_0000_0000 | length(n),
        SqlType::VarBinary(n) => 0x4_0000_0000 | length(n),
        SqlType::Time(d) => 0x5_0000_0000 | i64::from(d),
        SqlType::DateTime2(d) => 0x6_0000_0000 | i64::from(d),
        SqlType::DateTimeOffset(d) => 0x7_0000_0000 | i64::from(d),
    }
}

fn type_from_code(code: i64) -> SqlType {
    let low = u8::try_from(code & 0xff).unwrap_or_default();
    let middle = u8::try_from(code >> 8 & 0xff).unwrap_or_default();
    let length = u16::try_from(code & 0xffff).ok().filter(|n| *n != 0xffff);
    match code >> 32 {
        1 => SqlType::Decimal(middle, low),
        2 => SqlType::Varchar(length),
        3 => SqlType::NVarchar(length),
        4 => SqlType::VarBinary(length),
        5 => SqlType::Time(low),
        6 => SqlType::DateTime2(low),
        7 => SqlType::DateTimeOffset(low),
        _ => match code {
            1 => SqlType::Bit,
            2 => SqlType::TinyInt,
            3 => SqlType::SmallInt,
            4 => SqlType::Int,
            5 => SqlType::BigInt,
            6 => SqlType::Float,
            7 => SqlType::Date,
            8 => SqlType::DateTime,
            9 => SqlType::Guid,
            _ => SqlType::Null,
        },
    }
}
