//! A small SQL Server with a Visma Business company: a server of the TDS protocol that runs its Transact-SQL on SQLite.
//!
//! It carries the statements an integration needs and refuses all others by name, with error 102: never an empty success.
//! Where it knowingly differs from SQL Server:
//! - one writer at a time for the whole company, where SQL Server locks rows; readers see what is committed and never wait
//!   (READ COMMITTED with row versioning), whatever hint they give;
//! - `UPDLOCK`, `HOLDLOCK` and their like, and the isolation levels REPEATABLE READ and SERIALIZABLE, take that one write lock;
//! - decimals have 28 digits, not 38;
//! - deadlocks (1205) do not come about by themselves: a fault hook can inject them;
//! - text is in code page 1252: a character outside it becomes `?` in a varchar, as in SQL Server.

mod applock;
mod batch;
pub mod catalog;
mod coerce;
pub mod company;
pub mod errors;
pub mod login;
mod session;
mod sqlite;
mod tds;
mod text;
mod tls;
mod translate;
pub mod value;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

pub use company::{Company, Rowset};
pub use errors::SqlError;
pub use login::{Login, Right, Rights};
pub use session::Clock;
pub use value::{SqlType, SqlValue};

/// The server's stand on encryption.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encryption {
    /// As the client wishes: everything, the login only, or nothing for a client that cannot.
    #[default]
    Offered,
    /// Everything, or no connection.
    Required,
    /// Nothing: a server without a certificate, as they were before 2005.
    NotSupported,
}

/// What kind of request came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A batch of statements without parameters.
    Batch,
    /// A statement with parameters (sp_executesql).
    Statement,
    /// A call of another procedure.
    Procedure,
    /// Begin, commit or rollback.
    Transaction,
}

/// A request a fault hook is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The connection's number (`@@SPID`).
    pub connection: u64,
    /// What kind of request it is.
    pub kind: Kind,
    /// The statement's text, or the procedure's name; empty for [`Kind::Transaction`].
    pub text: &'a str,
}

/// When a fault hook is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before the request is carried out.
    Before,
    /// After it was carried out, before its answer is written.
    After,
}

/// What a fault hook wants to happen.
#[derive(Clone, Debug, Default)]
pub enum Disturbance {
    /// Nothing.
    #[default]
    None,
    /// Waiting, on tokio's clock.
    Delay(Duration),
    /// The connection ends without a word. After the request, that is a lost reply: autocommitted work stays, an open transaction is
    /// rolled back.
    Cut,
    /// The connection ends in the middle of the answer; before the request the same as [`Disturbance::Cut`].
    CutHalfway,
    /// This error instead of the answer; before the request it is not carried out, after it what it did stays.
    Fail(SqlError),
}

type Hook = Arc<dyn Fn(Moment, &Request<'_>) -> Disturbance + Send + Sync>;

/// How a server behaves.
#[derive(Clone)]
pub struct Options {
    /// The database's name, F0001 for company 1.
    pub database: String,
    /// Who may log in.
    pub logins: Vec<Login>,
    /// What GETDATE says.
    pub clock: Clock,
    /// The stand on encryption.
    pub encryption: Encryption,
    /// Where [`BusinessServer::start`] listens; port 0 takes a free one.
    pub address: SocketAddr,
    /// Asked around each request, to inject faults.
    pub hook: Option<Hook>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            database: company::DATABASE.into(),
            logins: Vec::new(),
            clock: Clock::system(),
            encryption: Encryption::default(),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            hook: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("database", &self.database)
            .field("logins", &self.logins)
            .field("encryption", &self.encryption)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// A company served over TDS. Cloning is cheap and gives the same server.
#[derive(Clone, Debug)]
pub struct BusinessServer {
    company: Company,
    options: Arc<Options>,
    identity: Arc<tls::Identity>,
}

impl BusinessServer {
    /// A server that listens nowhere yet, with this process' certificate. Fails when no certificate can be made.
    pub fn new(company: Company, options: Options) -> io::Result<Self> {
        Ok(Self { company, options: Arc::new(options), identity: tls::Identity::shared()? })
    }

    /// A server listening at the options' address. Fails when the address is taken.
    pub async fn start(company: Company, options: Options) -> io::Result<Running> {
        let server = Self::new(company, options)?;
        let listener = TcpListener::bind(server.options.address).await?;
        server.listen(listener)
    }

    /// Serves a listener until the result is stopped or dropped.
    pub fn listen(self, listener: TcpListener) -> io::Result<Running> {
        let address = listener.local_addr()?;
        let server = self.clone();
        let (stop, mut stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                tokio::select! {
                    accepted = listener.accept() => match accepted {
                        Ok((stream, peer)) => {
                            let server = server.clone();
                            let _ = stream.set_nodelay(true);
                            connections.spawn(async move {
                                if let Err(error) = server.serve(stream).await {
                                    tracing::debug!(%peer, %error, "a client of the sandbox's SQL Server broke off");
                                }
                            });
                        }
                        Err(error) => tracing::warn!(%error, "the sandbox's SQL Server could not accept a client"),
                    },
                    Some(_) = connections.join_next() => {}
                    _ = &mut stopped => break,
                }
            }
            connections.shutdown().await;
        });
        Ok(Running { server: self, address, stop, task })
    }

    /// Serves one connection to its end, over any stream: a socket, or one end of `tokio::io::duplex`.
    pub async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send>(&self, stream: S) -> io::Result<()> {
        tds::connection::serve(self, stream).await
    }

    /// The self-signed certificate, good for localhost and 127.0.0.1.
    pub fn certificate_pem(&self) -> &str {
        &self.identity.pem
    }

    /// The company served.
    pub fn company(&self) -> &Company {
        &self.company
    }

    fn options(&self) -> &Options {
        &self.options
    }

    fn acceptor(&self) -> &tokio_rustls::TlsAcceptor {
        &self.identity.acceptor
    }

    /// Asks the hook; a delay is waited for here.
    async fn disturb(&self, moment: Moment, request: &Request<'_>) -> Disturbance {
        let disturbance = self.options.hook.as_ref().map_or(Disturbance::None, |hook| hook(moment, request));
        if let Disturbance::Delay(time) = disturbance {
            tokio::time::sleep(time).await;
        }
        disturbance
    }
}

/// A server that listens; it ends with this value.
#[derive(Debug)]
pub struct Running {
    server: BusinessServer,
    address: SocketAddr,
    /// Dropped, it ends the task.
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// The self-signed certificate, good for localhost and 127.0.0.1.
    pub fn certificate_pem(&self) -> &str {
        self.server.certificate_pem()
    }

    /// The company served.
    pub fn company(&self) -> &Company {
        self.server.company()
    }

    /// The server, for connections without a socket.
    pub fn server(&self) -> &BusinessServer {
        &self.server
    }

    /// The connection string's parts but for the login: `server=tcp:127.0.0.1,50123;database=F0001`.
    pub fn ado_string(&self) -> String {
        format!("server=tcp:{},{};database={}", self.address.ip(), self.address.port(), self.server.options.database)
    }

    /// Ends all connections, rolling back what is open, and waits until they are gone.
    pub async fn stop(self) {
        let Self { stop, task, .. } = self;
        drop(stop);
        let _ = task.await;
    }
}
