//! The asynchronous part of a command: its threads, and being interrupted.

use super::exit::{Exit, Failure};
use tokio::runtime::{Builder, Runtime};

pub fn start() -> Result<Runtime, Failure> {
    // A second start of the same process finds it installed, which is as good.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(|error| {
        Failure::new(Exit::System, format!("threads cannot be started: {error}"), "check the limits of this machine")
    })
}

/// Ends when the person or the system asks us to stop.
pub async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        // Without the signal there is nothing to wait for; the process can still be ended from outside.
        std::future::pending::<()>().await;
    }
}
