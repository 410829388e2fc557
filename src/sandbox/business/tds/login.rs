//! LOGIN7.

use std::io;

use super::cursor::{Cursor, utf16};

/// What a client says about itself. The password is in it, hence no Debug.
pub struct LoginRequest {
    pub version: u32,
    pub packet_size: u32,
    pub user: String,
    pub password: String,
    pub database: String,
    /// Whether the client wants Windows' own authentication.
    pub integrated: bool,
}

/// Reads LOGIN7.
pub fn read(body: &[u8]) -> io::Result<LoginRequest> {
    let mut fixed = Cursor(body);
    fixed.take(4)?;
    let version = fixed.u32()?;
    let packet_size = fixed.u32()?;
    let flags = body.get(25).copied().unwrap_or_default();
    let field = |at: usize| -> io::Result<Vec<u8>> {
        let mut place = Cursor(body.get(at..).unwrap_or_default());
        let (offset, units) = (usize::from(place.u16()?), usize::from(place.u16()?));
        Ok(Cursor(body.get(offset..).unwrap_or_default()).take(units * 2)?.to_vec())
    };
    let password: Vec<u8> = field(44)?.iter().map(|b| (b ^ 0xa5).rotate_left(4)).collect();
    Ok(LoginRequest {
        version,
        packet_size,
        user: utf16(&field(40)?),
        password: utf16(&password),
        database: utf16(&field(68)?),
        integrated: flags & 0x80 != 0,
    })
}
