//! From the settings to a connection that is logged in.

use super::agreed::{self, Watched};
use super::config::{Address, At, BusinessConfig, Encrypt, Login};
use super::dial::Dial;
use super::link::Link;
use super::statements;
use crate::systems::error::{ErrorKind, SystemError};
use crate::value::Side;
use tiberius::error::Error;
use tiberius::{AuthMethod, Client, EncryptionLevel};
use tokio_util::compat::TokioAsyncReadCompatExt;

/// A new connection with our session settings.
pub(super) async fn connect(config: &BusinessConfig, dial: &dyn Dial) -> Result<Link, SystemError> {
    config.check()?;
    let server = &config.server;
    let fault = |kind, what: String| SystemError::new(Side::Business, kind, what);
    let address = Address::parse(server).ok_or_else(|| {
        fault(ErrorKind::Unreachable, format!("`{server}` is not a server's address"))
            .help(r"write `host`, `host:port` or `host\instance`")
    })?;
    let settings = settings(config, &address)?;
    let wire = match &address.at {
        At::Port(port) => dial.dial(&address.host, *port).await,
        At::Instance(instance) => dial.dial_instance(&address.host, instance).await,
    };
    let wire = wire.map_err(|e| {
        let instance = "look at the server's name and network; a named instance needs the SQL Server Browser service (UDP 1434), or give its port as `host:port`";
        let port = "look at the server's name, its port and the firewall; SQL Server must have TCP/IP enabled (SQL Server Configuration Manager)";
        fault(ErrorKind::Unreachable, format!("could not reach {server}")).why(e.to_string()).help(if matches!(address.at, At::Instance(_)) { instance } else { port })
    })?;
    let (wire, seen) = Watched::new(wire);
    let traffic = wire.traffic();
    let opening = Client::connect(settings, wire.compat());
    let client = match tokio::time::timeout(config.handshake_timeout, opening).await {
        Ok(opened) => opened.map_err(|e| refused(config, e))?,
        Err(_) => {
            return Err(fault(ErrorKind::Unreachable, format!("could not log in to {server}"))
                .why(format!(
                    "it accepted the connection and said nothing for {} s",
                    config.handshake_timeout.as_secs()
                ))
                .help("is there really an SQL Server at that port?"));
        }
    };
    // Only where both say "off" is the rest in clear text; otherwise the driver encrypts or fails.
    let encrypted = config.encrypt != Encrypt::Off || agreed::server_encryption(&seen) != Some(0);
    let mut link = Link::new(client, encrypted, config.request_timeout, traffic);
    link.batch(&statements::session(config.lock_timeout))
        .await
        .map_err(|f| f.report(format!("could not set up the session at {server}"), ErrorKind::Unreachable))?;
    Ok(link)
}

fn settings(config: &BusinessConfig, address: &Address) -> Result<tiberius::Config, SystemError> {
    let mut settings = tiberius::Config::new();
    settings.host(&address.host);
    if let At::Port(port) = address.at {
        settings.port(port);
    }
    settings.database(&config.database);
    settings.application_name("samband");
    if let Login::Sql { user, password } = &config.login {
        settings.authentication(AuthMethod::sql_server(user, password.reveal()));
    }
    settings.encryption(match config.encrypt {
        Encrypt::Off => EncryptionLevel::Off,
        Encrypt::On => EncryptionLevel::On,
        Encrypt::Required => EncryptionLevel::Required,
    });
    if let Some(path) = &config.ca_certificate {
        let bytes = std::fs::read(path).map_err(|e| {
            SystemError::new(
                Side::Business,
                ErrorKind::Unreachable,
                format!("could not read `ca_certificate` {}", path.display()),
            )
            .why(e.to_string())
            .help("give the path of a PEM or DER file with the authority's certificate")
        })?;
        settings.trust_cert_ca_bundle(bytes);
    } else if config.trust_certificate || config.encrypt == Encrypt::Off {
        settings.trust_cert();
    }
    // Our own limits hold instead: the request's in `Link`, the handshake's above.
    settings.command_timeout(None);
    settings.handshake_timeout(None);
    Ok(settings)
}

fn refused(config: &BusinessConfig, error: Error) -> SystemError {
    let (server, database) = (&config.server, &config.database);
    let user = match &config.login {
        Login::Sql { user, .. } => user.as_str(),
        Login::Windows => "a Windows account",
    };
    let login = format!("could not log in to {server} as {user}");
    let said =
        |kind, what: String, why: String, help: &str| SystemError::new(Side::Business, kind, what).why(why).help(help);
    match error {
        Error::Server(token) => {
            let why = format!("{} (SQL Server error {})", token.message().trim_end(), token.code());
            match token.code() {
                4060 | 911 => said(
                    ErrorKind::Unreachable,
                    format!("could not open the database {database} on {server}"),
                    why,
                    "a company's database is F and its number (F0001); if it is there, make the login a user in it (docs/sql-login.sql)",
                ),
                18456 | 18452 | 18450 | 18470 | 18486 | 18487 | 18488 => said(
                    ErrorKind::Credentials,
                    login,
                    why,
                    "look at `user` and `password` in the settings, and whether the server allows SQL Server logins; its error log has the cause",
                ),
                _ => said(ErrorKind::Unreachable, login, why, "the text is SQL Server's own; its error log has more"),
            }
        }
        Error::Tls(why) => tls(server, &why),
        Error::Io { message, .. } if message.contains("certificate") => tls(server, &message),
        Error::Protocol(why) if why.contains("encryption") => said(
            ErrorKind::Unreachable,
            format!("{server} does not encrypt, and `encrypt` in the settings asks for it"),
            why.into_owned(),
            "give the server a certificate (SQL Server Configuration Manager), or set `encrypt: off` and know that everybody on the network can read along",
        ),
        Error::Routing { host, port } => said(
            ErrorKind::Unreachable,
            login,
            format!("the server sends its clients on to {host}:{port}"),
            "give that address as `server`",
        ),
        other => said(
            ErrorKind::Unreachable,
            login,
            other.to_string(),
            "is there an SQL Server at that port, and does it speak TLS 1.2? Those before 2016 need updates for it",
        ),
    }
}

fn tls(server: &str, why: &str) -> SystemError {
    // The driver goes on to advise on its own settings, which are not ours.
    let why = why.split(" To connect anyway you can:").next().unwrap_or(why);
    SystemError::new(Side::Business, ErrorKind::Unreachable, format!("the certificate of {server} was not accepted")).why(why).help(
        "name the authority that signed it as `ca_certificate`, and the server by the name in its certificate; `trust_certificate: true` accepts any, which is only safe on a network you trust",
    )
}
