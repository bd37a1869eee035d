//! TLS for the server's connections.
//!
//! rustls verifies certificates and does the handshake; this module configures and reloads its files.

mod files;
mod transport;

pub(crate) use self::files::{Loaded, TlsFiles, load};
pub(crate) use self::transport::{Identity, Transport};

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tokio::sync::watch;
use tokio_rustls::rustls::ServerConfig;

/// The encryption of new connections. Open connections keep theirs.
#[derive(Clone)]
pub(crate) struct Encryption {
    pub config: watch::Receiver<Arc<ServerConfig>>,
    /// Handshakes that failed; for those that were never finished, the connection limiter closes the connection.
    pub failed_handshakes: Arc<AtomicU64>,
}
