//! How a connection to the server comes to be: a seam, so that tests can cut and watch it.

use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// A connection's bytes in both directions.
pub trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// Opens connections.
#[async_trait::async_trait]
pub trait Dial: Send + Sync {
    async fn dial(&self, host: &str, port: u16) -> io::Result<Box<dyn Wire>>;

    /// A connection to a named instance, whose port the host's SQL Server Browser knows.
    async fn dial_instance(&self, host: &str, instance: &str) -> io::Result<Box<dyn Wire>> {
        let text = format!("{host}\\{instance}: named instances are not reachable this way, give a port");
        Err(io::Error::new(io::ErrorKind::Unsupported, text))
    }
}

/// TCP without delay for small packets, given up after `timeout`.
#[derive(Debug, Clone, Copy)]
pub struct TcpDial {
    pub timeout: Duration,
}

impl Default for TcpDial {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(15) }
    }
}

#[async_trait::async_trait]
impl Dial for TcpDial {
    async fn dial(&self, host: &str, port: u16) -> io::Result<Box<dyn Wire>> {
        let stream = tokio::time::timeout(self.timeout, TcpStream::connect((host, port))).await.map_err(|_| timed_out(self.timeout))??;
        stream.set_nodelay(true)?;
        Ok(Box::new(stream))
    }

    async fn dial_instance(&self, host: &str, instance: &str) -> io::Result<Box<dyn Wire>> {
        let mut config = tiberius::Config::new();
        config.host(host);
        config.instance_name(instance);
        let connect = <TcpStream as tiberius::SqlBrowser>::connect_named(&config);
        let stream = tokio::time::timeout(self.timeout, connect).await.map_err(|_| timed_out(self.timeout))?.map_err(io::Error::other)?;
        stream.set_nodelay(true)?;
        Ok(Box::new(stream))
    }
}

fn timed_out(after: Duration) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {} s", after.as_secs()))
}
