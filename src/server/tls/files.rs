//! Converts PEM files to rustls configurations. Refuses a key that does not match its certificate. Reports
//! whether the certificate is valid at this time.

use std::path::PathBuf;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use tokio_rustls::rustls::{Error, RootCertStore, ServerConfig};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::config::{ClientCertificates, Config};

/// The ALPN protocols of the two listeners (RFC 7301).
const GRPC_PROTOCOL: &[u8] = b"h2";
const METRICS_PROTOCOL: &[u8] = b"http/1.1";

/// The files of a server's TLS configuration, and the rule for client certificates.
#[derive(Clone, Debug)]
pub(crate) struct TlsFiles {
    certificate: PathBuf,
    key: PathBuf,
    client_authority: Option<PathBuf>,
    client_certificates: ClientCertificates,
}

/// The TLS configuration from the files.
pub(crate) struct Loaded {
    pub grpc: Arc<ServerConfig>,
    /// Metrics and probes: a client certificate gives a role there too, but is never required.
    pub metrics: Arc<ServerConfig>,
    /// The last second at which the server's certificate is valid, since 1970.
    pub(crate) valid_until_s: i64,
    /// Whether the certificate is valid now.
    pub(crate) is_valid_now: bool,
}

impl TlsFiles {
    /// `None` if the settings name no certificate; [`Config::check`] sees to it that a key is named with it.
    pub(crate) fn of(config: &Config) -> Option<Self> {
        Some(Self {
            certificate: config.tls_cert.clone()?,
            key: config.tls_key.clone()?,
            client_authority: config.client_ca.clone(),
            client_certificates: config.client_certificates,
        })
    }

    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        [&self.certificate, &self.key].into_iter().chain(&self.client_authority).cloned().collect()
    }
}

/// Builds the TLS configuration from the files' contents, in the order of [`TlsFiles::paths`].
pub(crate) fn load(files: &TlsFiles, contents: &[Vec<u8>], now_s: i64) -> Result<Loaded, String> {
    let [certificate, key, rest @ ..] = contents else { return Err("files are missing".to_owned()) };
    let chain = certificates(certificate).map_err(|error| format!("tls_cert: {error}"))?;
    let (valid_from_s, valid_until_s) = validity(&chain).ok_or("tls_cert: its first certificate cannot be read")?;
    let authority = rest.first().map(|pem| certificates(pem)).transpose();
    let authority = authority.map_err(|error| format!("client_ca: {error}"))?;
    let provider = Arc::new(ring::default_provider());
    let verifier = |is_optional: bool| {
        authority.as_deref().map(|certificates| client_verifier(certificates, is_optional, &provider)).transpose()
    };
    let is_optional = files.client_certificates == ClientCertificates::Optional;
    let make = |verifier, protocol| server_config(&chain, key, verifier, protocol, &provider);
    Ok(Loaded {
        grpc: make(verifier(is_optional)?, GRPC_PROTOCOL)?,
        metrics: make(verifier(true)?, METRICS_PROTOCOL)?,
        valid_until_s,
        is_valid_now: (valid_from_s..=valid_until_s).contains(&now_s),
    })
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let certificates = certificates.map_err(|error| format!("not PEM: {error}"))?;
    if certificates.is_empty() { Err("no CERTIFICATE in it".to_owned()) } else { Ok(certificates) }
}

/// The first and the last second of the first certificate.
fn validity(chain: &[CertificateDer<'static>]) -> Option<(i64, i64)> {
    let (_, certificate) = X509Certificate::from_der(chain.first()?).ok()?;
    let validity = certificate.validity();
    Some((validity.not_before.timestamp(), validity.not_after.timestamp()))
}

fn client_verifier(
    authority: &[CertificateDer<'static>],
    is_optional: bool,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, String> {
    let mut roots = RootCertStore::empty();
    for certificate in authority {
        roots.add(certificate.clone()).map_err(|error| format!("client_ca: {error}"))?;
    }
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    let builder = if is_optional { builder.allow_unauthenticated() } else { builder };
    builder.build().map_err(|error| format!("client_ca: {error}"))
}

fn server_config(
    chain: &[CertificateDer<'static>],
    key: &[u8],
    verifier: Option<Arc<dyn ClientCertVerifier>>,
    protocol: &[u8],
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<ServerConfig>, String> {
    // What the error says of a key is never its contents.
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|error| format!("tls_key: no unencrypted private key in PEM: {error}"))?;
    let builder = ServerConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let builder = match verifier {
        Some(verifier) => builder.with_client_cert_verifier(verifier),
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_single_cert(chain.to_vec(), key).map_err(|error| match error {
        Error::InconsistentKeys(_) => format!("tls_cert and tls_key do not go together: {error}"),
        _ => format!("tls_key: cannot be used: {error}"),
    })?;
    config.alpn_protocols = vec![protocol.to_vec()];
    // A session that is resumed is not checked again: its client's certificate may have expired since. Connections here are
    // few and long, so that there is little to save.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}
