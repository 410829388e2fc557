//! The server's certificate.

use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};

use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

/// A self-signed certificate, made once in a process, and what accepts TLS with it.
pub(super) struct Identity {
    pub pem: String,
    pub acceptor: TlsAcceptor,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}

impl Identity {
    /// The identity of all servers of this process.
    pub fn shared() -> io::Result<Arc<Self>> {
        static SHARED: OnceLock<Arc<Identity>> = OnceLock::new();
        match SHARED.get() {
            Some(identity) => Ok(Arc::clone(identity)),
            None => {
                let made = Arc::new(Self::make()?);
                Ok(Arc::clone(SHARED.get_or_init(|| made)))
            }
        }
    }

    fn make() -> io::Result<Self> {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_string(), "127.0.0.1".to_string()])
            .map_err(io::Error::other)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        // TDS 7 has TLS 1.2 at most: the tickets TLS 1.3 sends after the handshake have no place in PRELOGIN packets.
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS12])
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .map_err(io::Error::other)?;
        Ok(Self { pem: made.cert.pem(), acceptor: TlsAcceptor::from(Arc::new(config)) })
    }
}
