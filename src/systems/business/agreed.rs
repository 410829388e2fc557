//! What encryption client and server agreed on. The driver does not tell, so the server's answer to
//! the first packet (MS-TDS, PRELOGIN) is read along.

use super::dial::Wire;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The first bytes that the server sent.
pub(super) type Seen = Arc<Mutex<Vec<u8>>>;

/// Bytes that went over a connection, below any encryption.
#[derive(Debug, Clone, Default)]
pub(super) struct Traffic(Arc<[AtomicU64; 2]>);

impl Traffic {
    /// Bytes sent, and bytes received.
    pub fn bytes(&self) -> (u64, u64) {
        let [out, into] = &*self.0;
        (out.load(Ordering::Relaxed), into.load(Ordering::Relaxed))
    }
}

/// A connection that keeps the first bytes it reads, and counts all.
pub(super) struct Watched {
    inner: Box<dyn Wire>,
    seen: Seen,
    done: bool,
    traffic: Traffic,
}

const ENOUGH: usize = 512;

impl Watched {
    pub fn new(inner: Box<dyn Wire>) -> (Self, Seen) {
        let seen = Seen::default();
        (Self { inner, seen: Arc::clone(&seen), done: false, traffic: Traffic::default() }, seen)
    }

    pub fn traffic(&self) -> Traffic {
        self.traffic.clone()
    }
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(cx, buf);
        let came = buf.filled().len().saturating_sub(before) as u64;
        self.traffic.0[1].fetch_add(came, Ordering::Relaxed);
        if !self.done {
            let new = buf.filled().get(before..).unwrap_or_default();
            let mut full = true;
            if let Ok(mut seen) = self.seen.lock() {
                let room = ENOUGH.saturating_sub(seen.len());
                seen.extend(new.iter().take(room));
                full = seen.len() >= ENOUGH;
            }
            self.done = full;
        }
        polled
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write(cx, buf);
        if let Poll::Ready(Ok(count)) = &polled {
            self.traffic.0[0].fetch_add(*count as u64, Ordering::Relaxed);
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// The server's word on encryption: 0 off (the login only), 1 on, 2 not supported, 3 required.
pub(super) fn server_encryption(seen: &Seen) -> Option<u8> {
    const HEADER: usize = 8;
    const ENCRYPTION: u8 = 1;
    let bytes = seen.lock().ok()?;
    let message = bytes.get(HEADER..)?;
    let option = message
        .chunks_exact(5)
        .take_while(|option| option.first() != Some(&0xFF))
        .find(|option| option.first() == Some(&ENCRYPTION))?;
    let offset = u16::from_be_bytes([*option.get(1)?, *option.get(2)?]);
    message.get(usize::from(offset)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encryption_option_is_found() {
        let mut packet = vec![4, 1, 0, 30, 0, 0, 1, 0];
        packet.extend([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xFF, 15, 0, 0, 0, 0, 0, 3]);
        assert_eq!(server_encryption(&Arc::new(Mutex::new(packet.clone()))), Some(3));
        packet.truncate(12);
        assert_eq!(server_encryption(&Arc::new(Mutex::new(packet))), None);
    }
}
