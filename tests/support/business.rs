//! A company to test the adapter against: the sandbox's, or one on a real SQL Server.
//!
//! With `SAMBAND_TEST_SQLSERVER` set to an ADO connection string of a login that may create
//! databases, every test makes its own database there from facts/visma-business-company.sql and drops it.

use samband::sandbox::business::{
    BusinessServer, Company, Encryption, Login as SandboxLogin, Options, Rights, Running,
};
use samband::systems::business::{Business, BusinessConfig, Dial, Encrypt, Login, TcpDial, Wire};
use samband::systems::{Condition, RecordName, Secret, Select, SelectField, SystemClock};
use samband::value::{Type, Value};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll};
use tiberius::{AuthMethod, Client, Config, EncryptionLevel};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt};

const DDL: &str = include_str!("../../facts/visma-business-company.sql");

/// A company, and a client of it beside the adapter.
pub struct TestCompany {
    pub config: BusinessConfig,
    pub sandbox: Option<Running>,
    client: Client<Compat<TcpStream>>,
}

impl TestCompany {
    pub async fn new() -> Self {
        match std::env::var("SAMBAND_TEST_SQLSERVER") {
            Ok(ado) => Self::real(&ado).await,
            Err(_) => Self::sandbox(Options::default()).await,
        }
    }

    pub async fn sandbox(options: Options) -> Self {
        // A server without encryption hangs up on a client that offers it.
        let level = if options.encryption == Encryption::NotSupported {
            EncryptionLevel::NotSupported
        } else {
            EncryptionLevel::Off
        };
        let logins = vec![
            SandboxLogin::owner("samband", "secret"),
            SandboxLogin { user: "reader".into(), password: "r".into(), rights: Rights::ReadOnly },
        ];
        let running =
            BusinessServer::start(Company::temporary().unwrap(), Options { logins, ..options }).await.unwrap();
        let mut config =
            BusinessConfig::new(format!("localhost:{}", running.addr().port()), "F0001", login("samband", "secret"));
        config.encrypt = Encrypt::Off;
        let client = connect(&config, "F0001", level).await;
        Self { config, sandbox: Some(running), client }
    }

    async fn real(ado: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("samband_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let part = |names: &[&str]| {
            let found = ado
                .split(';')
                .filter_map(|p| p.split_once('='))
                .find(|(key, _)| names.contains(&key.trim().to_lowercase().as_str()));
            found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        let login = login(&part(&["user id", "uid", "user"]), &part(&["password", "pwd"]));
        let mut config = BusinessConfig::new(part(&["server", "data source"]), name.clone(), login);
        config.encrypt = Encrypt::Off;
        let mut client = connect(&config, "master", EncryptionLevel::Off).await;
        run(&mut client, &format!("CREATE DATABASE [{name}] COLLATE Danish_Norwegian_CI_AS")).await;
        run(&mut client, &format!("USE [{name}]")).await;
        for statement in DDL.split(";\n").filter(|s| !s.trim().is_empty()) {
            run(&mut client, statement).await;
        }
        Self { config, sandbox: None, client }
    }

    pub fn adapter(&self) -> Business {
        self.adapter_with(self.config.clone(), Arc::new(TcpDial::default()))
    }

    pub fn adapter_with(&self, config: BusinessConfig, dial: Arc<dyn Dial>) -> Business {
        Business::new(config, dial, Arc::new(SystemClock))
    }

    /// What a user does in Visma Business.
    pub async fn run(&mut self, sql: &str) {
        run(&mut self.client, sql).await;
    }

    pub async fn count(&mut self, table_and_filter: &str) -> i32 {
        let sql = format!("SELECT COUNT(*) FROM dbo.{table_and_filter}");
        let row = self.client.simple_query(sql).await.unwrap().into_row().await.unwrap().unwrap();
        row.get(0).unwrap()
    }

    /// Drops the database again, on a real server.
    pub async fn end(mut self) {
        if self.sandbox.is_none() {
            let name = &self.config.database;
            let sql = format!(
                "USE master; ALTER DATABASE [{name}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE; DROP DATABASE [{name}]"
            );
            run(&mut self.client, &sql).await;
        }
    }
}

pub fn login(user: &str, password: &str) -> Login {
    Login::Sql { user: user.into(), password: Secret::new(password) }
}

async fn connect(config: &BusinessConfig, database: &str, level: EncryptionLevel) -> Client<Compat<TcpStream>> {
    let Login::Sql { user, password } = &config.login else { unreachable!("tests log in with SQL logins") };
    let server = config.server.trim_start_matches("tcp:").replace(',', ":");
    let (host, port) = server.split_once(':').unwrap_or((&server, "1433"));
    let mut settings = Config::new();
    settings.host(host);
    settings.port(port.parse().unwrap());
    settings.database(database);
    settings.authentication(AuthMethod::sql_server(user, password.reveal()));
    settings.encryption(level);
    settings.trust_cert();
    let stream = TcpStream::connect(settings.get_addr()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    Client::connect(settings, stream.compat_write()).await.unwrap()
}

async fn run(client: &mut Client<Compat<TcpStream>>, sql: &str) {
    client.simple_query(sql).await.unwrap().into_results().await.unwrap_or_else(|e| panic!("{e}: {sql}"));
}

pub fn select(name: &str, index: Option<u8>, scope: Vec<Condition>, fields: &[(&str, Type, bool)]) -> Select {
    let fields = fields
        .iter()
        .map(|(name, ty, blank)| SelectField {
            name: (*name).into(),
            ty: ty.clone(),
            blank_is_nothing: *blank,
            of: None,
        })
        .collect();
    Select { record: RecordName { name: name.into(), index }, scope, fields }
}

pub fn values(of: &[(&str, Value)]) -> Vec<(String, Value)> {
    of.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// Ends the connection, once, around a statement that contains a word; only over connections in clear text.
pub struct CutDial {
    pub word: &'static str,
    /// Whether the statement still reaches the server.
    pub delivered: bool,
    pub armed: Arc<AtomicBool>,
}

impl CutDial {
    pub fn new(word: &'static str, delivered: bool) -> Self {
        Self { word, delivered, armed: Arc::new(AtomicBool::new(true)) }
    }
}

#[async_trait::async_trait]
impl Dial for CutDial {
    async fn dial(&self, host: &str, port: u16) -> io::Result<Box<dyn Wire>> {
        let inner = TcpDial::default().dial(host, port).await?;
        let needle = self.word.encode_utf16().flat_map(u16::to_le_bytes).collect();
        Ok(Box::new(CutWire { inner, needle, delivered: self.delivered, armed: Arc::clone(&self.armed), cut: false }))
    }
}

struct CutWire {
    inner: Box<dyn Wire>,
    needle: Vec<u8>,
    delivered: bool,
    armed: Arc<AtomicBool>,
    cut: bool,
}

impl AsyncRead for CutWire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.cut {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl AsyncWrite for CutWire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if buf.windows(self.needle.len()).any(|window| window == self.needle)
            && self.armed.swap(false, Ordering::SeqCst)
        {
            self.cut = true;
        }
        if self.cut && !self.delivered {
            return Poll::Ready(Ok(buf.len()));
        }
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
