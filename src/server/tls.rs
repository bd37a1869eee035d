//! TLS: what the certificate, its key and the clients' authority make of a connection.
//!
//! rustls checks certificates and does the handshake; this room says with which files, and reads them again.

mod files;
mod transport;

pub(crate) use self::files::{TlsFiles, load};
pub(crate) use self::transport::{Identity, Transport};

use std::sync::Arc;

use tokio::sync::watch;
use tokio_rustls::rustls::ServerConfig;

/// How new connections are encrypted; `None`: not at all. Open connections keep what they began with.
pub(crate) type TlsConfigs = Option<watch::Receiver<Arc<ServerConfig>>>;
