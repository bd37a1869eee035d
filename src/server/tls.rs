//! TLS: what the certificate, its key and the clients' authority make of a connection.
//!
//! rustls checks certificates and does the handshake; this room says with which files, and reads them again.

mod files;
mod transport;

pub(crate) use self::files::{Loaded, TlsFiles, load};
pub(crate) use self::transport::{Identity, Transport};

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tokio::sync::watch;
use tokio_rustls::rustls::ServerConfig;

/// How new connections are encrypted. Open connections keep what they began with.
#[derive(Clone)]
pub(crate) struct Encryption {
    pub config: watch::Receiver<Arc<ServerConfig>>,
    /// Handshakes that failed; for those that were never finished, the connection limiter closes the connection.
    pub failed_handshakes: Arc<AtomicU64>,
}
