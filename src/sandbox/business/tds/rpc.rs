//! RPC requests.

use std::io;

use super::super::errors::SqlError;
use super::super::session::Parameter;
use super::super::value::SqlValue;
use super::super::{batch, coerce};
use super::cursor::Cursor;
use super::parameter::take_parameter;

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

/// The statement and the parameters of a call of sp_executesql: the statement, the declaration, then the values, which take the
/// types declared for them.
pub fn statement(call: Call) -> Result<(String, Vec<Parameter>), SqlError> {
    let mut all = call.parameters.into_iter();
    let Some((_, _, SqlValue::Text(statement))) = all.next() else {
        let text = "Procedure expects parameter '@statement' of type 'ntext/nchar/nvarchar'.";
        return Err(SqlError::new(214, 16, 2, text));
    };
    let declared = match all.next() {
        Some((_, _, SqlValue::Text(declared))) => batch::declarations(&declared)?,
        _ => Vec::new(),
    };
    let mut parameters = Vec::new();
    for (place, (name, from, value)) in all.enumerate() {
        let declaration = match name.as_str() {
            "" => declared.get(place),
            name => declared.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)),
        };
        let Some((name, ty)) = declaration else {
            return Err(SqlError::new(8145, 16, 2, format!("{name} is not a parameter for procedure sp_executesql.")));
        };
        let ty = ty.unwrap_or(from);
        parameters.push((name.clone(), ty, coerce::cast(value, from, ty)?));
    }
    Ok((statement, parameters))
}
