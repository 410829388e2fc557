//! The tokens an answer is made of.

use super::super::errors::SqlError;
use super::super::translate::OutColumn;
use super::super::value::SqlValue;
use super::cursor::to_utf16;
use super::types::{put_type, put_value};

pub const DONE: u8 = 0xfd;
pub const DONE_PROC: u8 = 0xfe;
pub const DONE_IN_PROC: u8 = 0xff;

pub const MORE: u16 = 0x01;
pub const ERROR: u16 = 0x02;
pub const IN_TRANSACTION: u16 = 0x04;
pub const COUNT: u16 = 0x10;
pub const ATTENTION: u16 = 0x20;

const SERVER: &str = "SAMBAND-SANDBOX";

fn with_length(out: &mut Vec<u8>, token: u8, body: &[u8]) {
    out.push(token);
    out.extend_from_slice(&u16::try_from(body.len()).unwrap_or(u16::MAX).to_le_bytes());
    out.extend_from_slice(body);
}

fn short_text(out: &mut Vec<u8>, text: &str) {
    out.push(u8::try_from(text.encode_utf16().count()).unwrap_or_default());
    out.extend_from_slice(&to_utf16(text));
}

/// ENVCHANGE with texts: 1 database, 2 language, 4 packet size.
pub fn env_text(out: &mut Vec<u8>, kind: u8, new: &str, old: &str) {
    let mut body = vec![kind];
    short_text(&mut body, new);
    short_text(&mut body, old);
    with_length(out, 0xe3, &body);
}

/// ENVCHANGE with bytes: 7 collation, 8 to 10 transactions.
pub fn env_bytes(out: &mut Vec<u8>, kind: u8, new: &[u8], old: &[u8]) {
    let mut body = vec![kind];
    for part in [new, old] {
        body.push(u8::try_from(part.len()).unwrap_or_default());
        body.extend_from_slice(part);
    }
    with_length(out, 0xe3, &body);
}

/// LOGINACK.
pub fn login_ack(out: &mut Vec<u8>, version: u32) {
    let mut body = vec![1];
    body.extend_from_slice(&version.to_be_bytes());
    short_text(&mut body, "Microsoft SQL Server");
    body.extend_from_slice(&[15, 0, 0x07, 0xd0]);
    with_length(out, 0xad, &body);
}

/// ERROR, or INFO when `info` is set.
pub fn message(out: &mut Vec<u8>, error: &SqlError, info: bool) {
    let mut body = error.number.to_le_bytes().to_vec();
    body.push(error.state);
    body.push(error.class);
    let text: String = error.message.chars().take(4000).collect();
    body.extend_from_slice(&u16::try_from(text.encode_utf16().count()).unwrap_or(u16::MAX).to_le_bytes());
    body.extend_from_slice(&to_utf16(&text));
    short_text(&mut body, SERVER);
    short_text(&mut body, "");
    body.extend_from_slice(&error.line.to_le_bytes());
    with_length(out, if info { 0xab } else { 0xaa }, &body);
}

/// COLMETADATA.
pub fn columns(out: &mut Vec<u8>, columns: &[OutColumn]) {
    out.push(0x81);
    out.extend_from_slice(&u16::try_from(columns.len()).unwrap_or(u16::MAX).to_le_bytes());
    for column in columns {
        out.extend_from_slice(&0_u32.to_le_bytes());
        // Bit 0: nullable; bit 3: updatable unknown, as SQL Server sends it for plain selects.
        out.extend_from_slice(&(u16::from(column.nullable) | 0x08).to_le_bytes());
        put_type(out, column.ty, column.nullable);
        short_text(out, &column.name);
    }
}

/// ROW.
pub fn row(out: &mut Vec<u8>, columns: &[OutColumn], values: &[SqlValue]) {
    out.push(0xd1);
    for (column, value) in columns.iter().zip(values) {
        put_value(out, value, column.ty, column.nullable);
    }
}

/// RETURNSTATUS.
pub fn status(out: &mut Vec<u8>, status: i32) {
    out.push(0x79);
    out.extend_from_slice(&status.to_le_bytes());
}

/// DONE, DONEPROC or DONEINPROC.
pub fn done(out: &mut Vec<u8>, token: u8, status: u16, command: u16, rows: u64) {
    out.push(token);
    out.extend_from_slice(&status.to_le_bytes());
    out.extend_from_slice(&command.to_le_bytes());
    out.extend_from_slice(&rows.to_le_bytes());
}
