//! The bytes below the packets: plain or TLS, with the handshake travelling inside PRELOGIN packets.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::packet::{HEADER, PRELOGIN};

/// A stream that, while the TLS handshake lasts, takes its bytes out of 0x12 packets and puts its own into them.
pub struct Wrapped<S> {
    stream: S,
    handshake: bool,
    header: [u8; HEADER],
    header_read: usize,
    left: usize,
    outgoing: Vec<u8>,
    /// A finished packet and how much of it is written.
    packet: Vec<u8>,
    written: usize,
}

impl<S> Wrapped<S> {
    pub fn new(stream: S) -> Self {
        Self {
            stream,
            handshake: false,
            header: [0; HEADER],
            header_read: 0,
            left: 0,
            outgoing: Vec::new(),
            packet: Vec::new(),
            written: 0,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wrapped<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if !this.handshake {
            return Pin::new(&mut this.stream).poll_read(cx, buf);
        }
        while this.left == 0 {
            let Some(rest) = this.header.get_mut(this.header_read..) else {
                return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
            };
            let mut header = ReadBuf::new(rest);
            ready!(Pin::new(&mut this.stream).poll_read(cx, &mut header))?;
            let read = header.filled().len();
            if read == 0 {
                return Poll::Ready(Ok(()));
            }
            this.header_read += read;
            if this.header_read == HEADER {
                let [kind, _, high, low, ..] = this.header;
                let length = usize::from(u16::from_be_bytes([high, low]));
                if kind != PRELOGIN || length < HEADER {
                    return Poll::Ready(Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "expected a TLS handshake inside PRELOGIN packets",
                    )));
                }
                this.left = length - HEADER;
                this.header_read = 0;
            }
        }
        let wanted = this.left.min(buf.remaining());
        let mut part = ReadBuf::new(buf.initialize_unfilled_to(wanted));
        ready!(Pin::new(&mut this.stream).poll_read(cx, &mut part))?;
        let read = part.filled().len();
        this.left -= read;
        buf.advance(read);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wrapped<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        if !self.handshake {
            return Pin::new(&mut self.stream).poll_write(cx, data);
        }
        self.outgoing.extend_from_slice(data);
        Poll::Ready(Ok(data.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            while let Some(rest) = this.packet.get(this.written..).filter(|rest| !rest.is_empty()) {
                let count = ready!(Pin::new(&mut this.stream).poll_write(cx, rest))?;
                if count == 0 {
                    return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                }
                this.written += count;
            }
            if this.outgoing.is_empty() {
                return Pin::new(&mut this.stream).poll_flush(cx);
            }
            let part: Vec<u8> = this.outgoing.drain(..this.outgoing.len().min(4096 - HEADER)).collect();
            let length = u16::try_from(part.len() + HEADER).unwrap_or(u16::MAX).to_be_bytes();
            this.packet = vec![PRELOGIN, 1, length[0], length[1], 0, 0, 0, 0];
            this.packet.extend_from_slice(&part);
            this.written = 0;
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// The connection's bytes, before, in and after TLS.
pub enum Channel<S> {
    Plain(Wrapped<S>),
    Tls(Box<TlsStream<Wrapped<S>>>),
}

impl<S: AsyncRead + AsyncWrite + Unpin> Channel<S> {
    /// Answers the client's TLS handshake.
    pub async fn encrypt(self, acceptor: &TlsAcceptor) -> io::Result<Self> {
        match self {
            Self::Tls(_) => Ok(self),
            Self::Plain(mut wrapped) => {
                wrapped.handshake = true;
                let mut stream = acceptor.accept(wrapped).await?;
                stream.get_mut().0.handshake = false;
                Ok(Self::Tls(Box::new(stream)))
            }
        }
    }

    /// Leaves TLS after a login that only wanted its password hidden.
    pub fn decrypt(self) -> Self {
        match self {
            Self::Tls(stream) => Self::Plain(stream.into_inner().0),
            plain @ Self::Plain(_) => plain,
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Channel<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Channel<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, data),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, data),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
