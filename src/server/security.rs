//! What the settings say of certificates and tokens: read for the start, and again when the files change.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;

use super::auth::{Authority, Credentials};
use super::reload::{Source, SourceError, read_all};
use super::tls::{self, TlsConfigs, TlsFiles};
use crate::clock::Clock;
use crate::config::Config;

/// What protects the listeners.
pub(crate) struct Security {
    pub authority: Authority,
    pub grpc_tls: TlsConfigs,
    pub metrics_tls: TlsConfigs,
    /// The files that are looked at again.
    pub sources: Vec<Source>,
}

impl Security {
    pub(crate) fn load(config: &Config, clock: &Clock) -> Result<Self, SourceError> {
        let mut sources = Vec::new();
        let (grpc_tls, metrics_tls) = match TlsFiles::of(config) {
            None => (None, None),
            Some(files) => {
                let (grpc, metrics, source) = load_tls(files, clock)?;
                sources.push(source);
                (Some(grpc), Some(metrics))
            }
        };
        let credentials = match &config.tokens {
            None => None,
            Some(path) => {
                let (credentials, source) = load_tokens(path.clone())?;
                sources.push(source);
                Some(credentials)
            }
        };
        Ok(Self { authority: Authority::new(config.reflection, credentials), grpc_tls, metrics_tls, sources })
    }
}

/// Reads the files that the settings name, and says what is wrong with them.
pub fn check_files(config: &Config, clock: &Clock) -> Result<(), SourceError> {
    Security::load(config, clock).map(drop)
}

type Tls = watch::Receiver<Arc<tokio_rustls::rustls::ServerConfig>>;

fn load_tls(files: TlsFiles, clock: &Clock) -> Result<(Tls, Tls, Source), SourceError> {
    const SETTING: &str = "tls_cert, tls_key, client_ca";
    let paths = files.paths();
    let contents = read_all(&paths)?;
    let unusable = |why| SourceError::Unusable { setting: SETTING, why };
    let loaded = tls::load(&files, &contents, clock.now().as_second()).map_err(unusable)?;
    if !loaded.is_valid_now {
        // No reason to stay down: the next certificate is taken over without a start.
        tracing::error!(setting = SETTING, "the certificate is not valid today; clients refuse it");
    }
    let (grpc, metrics) = (watch::Sender::new(loaded.grpc), watch::Sender::new(loaded.metrics));
    let receivers = (grpc.subscribe(), metrics.subscribe());
    let clock = clock.clone();
    let adopt = move |contents: &[Vec<u8>]| {
        let loaded = tls::load(&files, contents, clock.now().as_second())?;
        if !loaded.is_valid_now {
            return Err("tls_cert: the certificate is not valid today".to_owned());
        }
        grpc.send_replace(loaded.grpc);
        metrics.send_replace(loaded.metrics);
        Ok(())
    };
    Ok((receivers.0, receivers.1, Source::new(SETTING, paths, contents, Box::new(adopt))))
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

/// Says what the settings leave open where others can reach it.
pub(crate) fn warn_of_gaps(config: &Config) {
    if config.listen.ip().to_canonical().is_loopback() {
        return;
    }
    let has_tls = config.tls_cert.is_some();
    if config.tokens.is_some() && !has_tls {
        tracing::warn!("tokens travel unencrypted: set tls_cert and tls_key, unless a proxy in front encrypts");
    }
    if config.tokens.is_none() && config.client_ca.is_none() {
        tracing::warn!(listen = %config.listen, "every client that reaches it may read, change and delete: set tokens or client_ca");
    }
}
