//! A connection to a running sandbox's company, made as any client makes it.

use super::Refusal;
use std::path::PathBuf;
use tiberius::{AuthMethod, Client, Config, EncryptionLevel};
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt};

/// Where a company is served, and as whom to log in. It has no `Debug`, so that the password shows nowhere.
#[derive(Clone)]
pub struct Access {
    /// `127.0.0.1:4712`
    pub server: String,
    pub database: String,
    pub user: String,
    pub password: String,
    /// The certificate that the server must show; without one the rest is not encrypted.
    pub certificate: Option<PathBuf>,
}

/// Logs in.
pub async fn connect(access: &Access) -> Result<Client<Compat<TcpStream>>, Refusal> {
    let mut config = Config::new();
    let (host, port) = access.server.rsplit_once(':').unwrap_or((access.server.as_str(), "1433"));
    config.host(host);
    config.port(port.parse().unwrap_or(1433));
    config.database(&access.database);
    config.application_name("samband accountant");
    config.authentication(AuthMethod::sql_server(&access.user, &access.password));
    match &access.certificate {
        Some(path) => {
            config.encryption(EncryptionLevel::Required);
            config.trust_cert_ca(path.display().to_string());
        }
        None => {
            config.encryption(EncryptionLevel::Off);
            config.trust_cert();
        }
    }
    let failed = |why: String| {
        let what = format!("Visma Business does not answer at {}: {why}", access.server);
        Refusal::new(what, "start it with `samband sandbox`, and leave it running")
    };
    let tcp = TcpStream::connect(config.get_addr()).await.map_err(|e| failed(e.to_string()))?;
    tcp.set_nodelay(true).map_err(|e| failed(e.to_string()))?;
    Client::connect(config, tcp.compat_write()).await.map_err(|e| failed(e.to_string()))
}
