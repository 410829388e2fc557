//! Reading bytes that a stranger sent.

use std::io;

/// A place in a message. Every read fails when the message is too short.
pub struct Cursor<'a>(pub &'a [u8]);

fn short() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the TDS message ends too early")
}

impl<'a> Cursor<'a> {
    pub fn take(&mut self, count: usize) -> io::Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or_else(short)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| short())
    }

    pub fn u8(&mut self) -> io::Result<u8> {
        self.array().map(u8::from_le_bytes)
    }

    pub fn u16(&mut self) -> io::Result<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub fn u32(&mut self) -> io::Result<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub fn u64(&mut self) -> io::Result<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// An unsigned number of up to eight bytes, least first.
    pub fn uint(&mut self, bytes: usize) -> io::Result<u64> {
        Ok(self.take(bytes)?.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b)))
    }

    /// A text of `units` UTF-16 code units.
    pub fn utf16(&mut self, units: usize) -> io::Result<String> {
        Ok(utf16(self.take(units * 2)?))
    }

    /// A text with its length in one byte.
    pub fn short_text(&mut self) -> io::Result<String> {
        let units = self.u8()?;
        self.utf16(units.into())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// UTF-16LE bytes as text; broken surrogates become U+FFFD.
pub fn utf16(bytes: &[u8]) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Text as UTF-16LE bytes.
pub fn to_utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}
