//! RPC requests.

use std::io;

use super::super::session::Parameter;
use super::super::value::{SqlType, SqlValue};
use super::cursor::Cursor;
use super::types::take_parameter;

/// A call of a procedure.
#[derive(Debug)]
pub struct Call {
    /// The procedure's name; numbers are turned into names.
    pub procedure: String,
    /// Its parameters in order; names carry their `@` or are empty.
    pub parameters: Vec<Parameter>,
}

/// Skips ALL_HEADERS, which every request of TDS 7.2 and later begins with.
pub fn without_headers(body: &[u8]) -> io::Result<&[u8]> {
    let length = usize::try_from(Cursor(body).u32()?).unwrap_or(usize::MAX);
    body.get(length..)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the request's headers are longer than the request"))
}

/// Reads a call; several calls in one request are not carried.
pub fn read(body: &[u8]) -> io::Result<Call> {
    let mut from = Cursor(without_headers(body)?);
    let procedure = match from.u16()? {
        0xffff => match from.u16()? {
            10 => "sp_executesql".to_string(),
            11 => "sp_prepare".to_string(),
            12 => "sp_execute".to_string(),
            13 => "sp_prepexec".to_string(),
            15 => "sp_unprepare".to_string(),
            number => format!("system procedure {number}"),
        },
        units => from.utf16(units.into())?,
    };
    from.u16()?;
    let mut parameters = Vec::new();
    while !from.is_empty() {
        if matches!(from.0.first(), Some(0x80 | 0xff | 0xfe)) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "several procedure calls in one request, which the sandbox does not carry",
            ));
        }
        let name = from.short_text()?;
        from.u8()?;
        let (ty, value) = take_parameter(&mut from)?;
        parameters.push((name, ty, value));
    }
    Ok(Call { procedure, parameters })
}

/// The statement and the parameters of a call of sp_executesql: the statement, the declaration, then the values.
pub fn statement(call: Call) -> Option<(String, Vec<Parameter>)> {
    let mut all = call.parameters.into_iter();
    let (_, _, SqlValue::Text(statement)) = all.next()? else {
        return None;
    };
    let declared = match all.next() {
        Some((_, _, SqlValue::Text(declared))) => declared,
        _ => String::new(),
    };
    let mut names = declared
        .split(',')
        .filter_map(|d| d.split_whitespace().next())
        .filter(|d| d.starts_with('@'))
        .map(str::to_string);
    let parameters = all
        .map(|(name, ty, value)| {
            let place = names.next().unwrap_or_default();
            let name = if name.is_empty() { place } else { name };
            (if name.starts_with('@') { name } else { format!("@{name}") }, widened(ty), value)
        })
        .collect();
    Some((statement, parameters))
}

/// A parameter's declared length says nothing about its text: clients send what fits.
fn widened(ty: SqlType) -> SqlType {
    match ty {
        SqlType::NVarchar(Some(_)) => SqlType::NVarchar(Some(4000)),
        SqlType::Varchar(Some(_)) => SqlType::Varchar(Some(8000)),
        ty => ty,
    }
}
