//! Loads the certificates and tokens of the settings, at the start and when the files change.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use tokio::sync::watch;
use tokio_rustls::rustls::ServerConfig;

use super::auth::{Authority, Credentials};
use super::reload::{Source, SourceError, read_all};
use super::tls::{self, Encryption, Loaded, TlsFiles};
use crate::clock::Clock;
use crate::config::Config;

/// The encryption and authorization of the listeners.
pub(crate) struct Security {
    pub authority: Authority,
    pub grpc_encryption: Option<Encryption>,
    pub metrics_encryption: Option<Encryption>,
    /// Whether the server's certificate is valid now; true without TLS.
    pub is_certificate_valid: bool,
    /// The files to check for changes.
    pub sources: Vec<Source>,
    pub stats: SecurityStats,
}

/// The state of certificates and tokens, for metrics.
#[derive(Default)]
pub(crate) struct SecurityStats {
    /// By kind of file: whether its current contents are invalid.
    pub stale: Vec<(&'static str, Arc<AtomicBool>)>,
    /// `None` without TLS.
    pub tls: Option<TlsStats>,
}

/// The state of TLS, for metrics.
pub(crate) struct TlsStats {
    /// The last second at which the server's certificate is valid, since 1970.
    pub valid_until_s: Arc<AtomicI64>,
    pub failed_handshakes: Arc<AtomicU64>,
}

impl Security {
    pub(crate) fn load(config: &Config, clock: &Clock) -> Result<Self, SourceError> {
        let mut sources = Vec::new();
        let mut stats = SecurityStats::default();
        let mut is_certificate_valid = true;
        let (grpc_encryption, metrics_encryption) = match TlsFiles::of(config) {
            None => (None, None),
            Some(files) => {
                let tls = Tls::load(files, clock)?;
                is_certificate_valid = tls.is_valid_now;
                stats.stale.push(("tls", tls.source.is_stale()));
                stats.tls = Some(tls.stats);
                sources.push(tls.source);
                (Some(tls.grpc), Some(tls.metrics))
            }
        };
        let credentials = match &config.tokens {
            None => None,
            Some(path) => {
                let (credentials, source) = load_tokens(path.clone())?;
                stats.stale.push(("tokens", source.is_stale()));
                sources.push(source);
                Some(credentials)
            }
        };
        let authority = Authority::new(config.reflection, credentials);
        Ok(Self { authority, grpc_encryption, metrics_encryption, is_certificate_valid, sources, stats })
    }
}

/// Loads the files of the settings, and returns what is wrong with them.
pub fn check_files(config: &Config, clock: &Clock) -> Result<(), SourceError> {
    Security::load(config, clock).map(drop)
}

/// TLS of both listeners, from the same files.
struct Tls {
    grpc: Encryption,
    metrics: Encryption,
    /// Whether the server's certificate is valid now.
    is_valid_now: bool,
    source: Source,
    stats: TlsStats,
}

impl Tls {
    const SETTING: &str = "tls_cert, tls_key, client_ca";

    fn load(files: TlsFiles, clock: &Clock) -> Result<Self, SourceError> {
        let paths = files.paths();
        let contents = read_all(&paths)?;
        let unusable = |why| SourceError::Unusable { setting: Self::SETTING, why };
        let Loaded { grpc, metrics, valid_until_s, is_valid_now } =
            tls::load(&files, &contents, clock.now().as_second()).map_err(unusable)?;
        let (grpc, metrics) = (watch::Sender::new(grpc), watch::Sender::new(metrics));
        let failed_handshakes: Arc<AtomicU64> = Arc::default();
        let encryption = |sender: &watch::Sender<Arc<ServerConfig>>| Encryption {
            config: sender.subscribe(),
            failed_handshakes: Arc::clone(&failed_handshakes),
        };
        let (grpc_encryption, metrics_encryption) = (encryption(&grpc), encryption(&metrics));
        let valid_until = Arc::new(AtomicI64::new(valid_until_s));
        let stats = TlsStats { valid_until_s: Arc::clone(&valid_until), failed_handshakes };
        let clock = clock.clone();
        let adopt = move |contents: &[Vec<u8>]| {
            let loaded = tls::load(&files, contents, clock.now().as_second())?;
            if !loaded.is_valid_now {
                return Err("tls_cert: the certificate is not valid today".to_owned());
            }
            grpc.send_replace(loaded.grpc);
            metrics.send_replace(loaded.metrics);
            valid_until.store(loaded.valid_until_s, Ordering::Relaxed);
            Ok(())
        };
        let source = Source::new(Self::SETTING, paths, contents, Box::new(adopt));
        Ok(Self { grpc: grpc_encryption, metrics: metrics_encryption, is_valid_now, source, stats })
    }
}

fn load_tokens(path: PathBuf) -> Result<(watch::Receiver<Arc<Credentials>>, Source), SourceError> {
    const SETTING: &str = "tokens";
    let paths = vec![path];
    let contents = read_all(&paths)?;
    let read = |contents: &[Vec<u8>]| {
        Credentials::read(contents.first().map_or(&[], Vec::as_slice)).map_err(|error| error.to_string())
    };
    let credentials = read(&contents).map_err(|why| SourceError::Unusable { setting: SETTING, why })?;
    let (sender, receiver) = watch::channel(Arc::new(credentials));
    let adopt = move |contents: &[Vec<u8>]| {
        let credentials = read(contents)?.replace(&sender.borrow());
        sender.send_replace(Arc::new(credentials));
        Ok(())
    };
    Ok((receiver, Source::new(SETTING, paths, contents, Box::new(adopt))))
}

/// Warns about a certificate that is not valid now, and about listeners that other machines can reach without encryption or
/// authentication.
pub(crate) fn warn_of_gaps(config: &Config, is_certificate_valid: bool) {
    if !is_certificate_valid {
        // Not a reason to stop: the next certificate is loaded without a restart.
        tracing::error!(setting = Tls::SETTING, "the certificate is not valid at this time; clients will refuse it");
    }
    if config.listen.ip().to_canonical().is_loopback() {
        return;
    }
    let has_tls = config.tls_cert.is_some();
    if config.tokens.is_some() && !has_tls {
        tracing::warn!("tokens are sent unencrypted: set tls_cert and tls_key, unless a proxy in front encrypts");
    }
    if config.tokens.is_none() && config.client_ca.is_none() {
        tracing::warn!(listen = %config.listen, "every client that can connect may read, change and delete: set tokens or client_ca");
    }
}
