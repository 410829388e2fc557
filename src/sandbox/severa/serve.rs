//! The server on a socket: HTTP/1.1 without TLS, for the loopback address.

use super::{Request, Response, SeveraServer};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::io;
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// The largest body that is read.
const BODY: usize = 4 << 20;

/// A server that listens. It stops when it is dropped.
pub struct Running {
    server: SeveraServer,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL that a client is configured with, e.g. `http://127.0.0.1:4711/rest-api`.
    pub fn url(&self) -> String {
        format!("http://{}/rest-api", self.address)
    }

    /// The server behind the socket.
    pub fn server(&self) -> &SeveraServer {
        &self.server
    }

    /// Stops listening and cuts the connections that are open.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if let Some(task) = self.task.take() {
            // The task ends by itself; a panic in it was reported by the runtime.
            let _ = task.await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

/// Listens on the address and serves until stopped.
pub async fn start(server: SeveraServer, address: &str) -> io::Result<Running> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = watch::channel(false);
    let task = tokio::spawn(accept(listener, server.clone(), stopped));
    Ok(Running { server, address, stop, task: Some(task) })
}

async fn accept(listener: TcpListener, server: SeveraServer, mut stopped: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = stopped.changed() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, server.clone()));
                }
                Err(fault) => {
                    tracing::warn!(%fault, "severa sandbox: a connection could not be accepted");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            },
        }
    }
    connections.shutdown().await;
}

async fn connection(stream: TcpStream, server: SeveraServer) {
    let service = service_fn(move |request| answer(server.clone(), request));
    // A client may go away at any time; that is no fault of ours.
    if let Err(fault) = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%fault, "severa sandbox: a connection ended");
    }
}

async fn answer(
    server: SeveraServer,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Full<Bytes>>, io::Error> {
    let (head, body) = request.into_parts();
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let body = match Limited::new(body, BODY).collect().await {
        Ok(body) => body.to_bytes().to_vec(),
        Err(_) => return Ok(reply(Response::text(413, "the body is too large or was cut off"))),
    };
    let request = Request {
        method: head.method.to_string(),
        path_and_query: head.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        headers: headers.collect(),
        body,
    };
    match server.handle(request).await {
        Ok(mut response) => {
            // The tenant's own time, which is not this machine's where the world's clock is another.
            let now = (server.world().clock())();
            if let Ok(date) = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now) {
                response.headers.push(("Date".to_owned(), date));
            }
            Ok(reply(response))
        }
        // An error of the service makes hyper close the connection without an answer.
        Err(_) => Err(io::Error::new(io::ErrorKind::ConnectionReset, "cut by the sandbox's fault hook")),
    }
}

fn reply(response: Response) -> hyper::Response<Full<Bytes>> {
    let mut built = hyper::Response::builder().status(response.status);
    for (name, value) in &response.headers {
        built = built.header(name, value);
    }
    built.body(Full::new(Bytes::from(response.body))).unwrap_or_else(|_| {
        let mut plain = hyper::Response::new(Full::new(Bytes::from_static(b"the sandbox made a malformed answer")));
        *plain.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        plain
    })
}
