//! Packets, and the messages they add up to.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub const HEADER: usize = 8;
pub const BATCH: u8 = 0x01;
pub const RPC: u8 = 0x03;
pub const ANSWER: u8 = 0x04;
pub const ATTENTION: u8 = 0x06;
pub const TRANSACTION: u8 = 0x0e;
pub const LOGIN: u8 = 0x10;
pub const PRELOGIN: u8 = 0x12;

/// The largest message taken, so that a broken client cannot eat all memory.
const MOST: usize = 256 * 1024 * 1024;

/// A whole message of a client.
#[derive(Debug)]
pub struct Message {
    pub kind: u8,
    pub body: Vec<u8>,
}

/// What has come in and is not yet a whole message.
#[derive(Default)]
pub struct Inbox {
    bytes: Vec<u8>,
    body: Vec<u8>,
}

impl Inbox {
    /// The next message, or `None` when the client closed. Dropping the future loses nothing that was read.
    pub async fn next<S: AsyncRead + Unpin>(&mut self, stream: &mut S) -> io::Result<Option<Message>> {
        loop {
            if let Some(message) = self.whole()? {
                return Ok(Some(message));
            }
            let mut part = [0; 8192];
            let count = stream.read(&mut part).await?;
            if count == 0 {
                return Ok(None);
            }
            self.bytes.extend_from_slice(part.get(..count).unwrap_or_default());
        }
    }

    /// Whether bytes wait that belong to no message taken so far.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.body.is_empty()
    }

    fn whole(&mut self) -> io::Result<Option<Message>> {
        loop {
            let [kind, status, high, low, ..] = *self.bytes.as_slice() else {
                return Ok(None);
            };
            let length = usize::from(u16::from_be_bytes([high, low]));
            if length < HEADER || self.body.len() > MOST {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a TDS packet with an impossible length"));
            }
            let Some(body) = self.bytes.get(HEADER..length) else {
                return Ok(None);
            };
            self.body.extend_from_slice(body);
            self.bytes.drain(..length);
            // Bit 0 ends the message, bit 1 says the client wants it ignored.
            if status & 1 != 0 {
                let body = std::mem::take(&mut self.body);
                if status & 2 == 0 {
                    return Ok(Some(Message { kind, body }));
                }
            }
        }
    }
}

/// Sends a message in packets of at most `size` bytes.
pub async fn send<S: AsyncWrite + Unpin>(stream: &mut S, kind: u8, body: &[u8], size: usize) -> io::Result<()> {
    stream.write_all(&packets(kind, body, size)).await?;
    stream.flush().await
}

/// A message cut into packets.
pub fn packets(kind: u8, body: &[u8], size: usize) -> Vec<u8> {
    let parts = body.chunks(size.max(512) - HEADER).collect::<Vec<_>>();
    let parts = if parts.is_empty() { vec![&[][..]] } else { parts };
    let last = parts.len() - 1;
    let mut out = Vec::with_capacity(body.len() + parts.len() * HEADER);
    for (at, part) in parts.into_iter().enumerate() {
        let length = u16::try_from(part.len() + HEADER).unwrap_or(u16::MAX).to_be_bytes();
        let number = u8::try_from((at + 1) % 256).unwrap_or_default();
        out.extend_from_slice(&[kind, u8::from(at == last), length[0], length[1], 0, 0, number, 0]);
        out.extend_from_slice(part);
    }
    out
}
