//! The settings of a connection: server, token, TLS, deadline.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderValue, Uri};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tower::ServiceExt;

use crate::client::{Calls, Client};
use crate::error::Error;
use crate::settings_error::SettingsError;
use crate::transport::Transport;

/// How often an idle connection is checked, and how long the peer has for its answer. Without it a watch does not notice
/// that its server's machine is gone.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(20);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(20);

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Settings of a [`Client`]; see [`Client::builder`].
#[derive(Clone)]
#[must_use]
pub struct Builder {
    url: String,
    token: Option<String>,
    allow_unencrypted_token: bool,
    ca: Option<Vec<u8>>,
    identity: Option<(Vec<u8>, Vec<u8>)>,
    server_name: Option<String>,
    deadline: Option<Duration>,
    max_attempts: Option<u32>,
}

impl Builder {
    pub(crate) fn new(url: String) -> Self {
        Self {
            url,
            token: None,
            allow_unencrypted_token: false,
            ca: None,
            identity: None,
            server_name: None,
            deadline: None,
            max_attempts: None,
        }
    }

    /// The token to send with each call, as `articled token new` prints it.
    pub fn token(self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self }
    }

    /// Allows sending the token unencrypted to another machine, where others may read it. On loopback this is not needed.
    pub fn allow_unencrypted_token(self, allow: bool) -> Self {
        Self { allow_unencrypted_token: allow, ..self }
    }

    /// The authorities of the server's certificate, in PEM. Default: those of the system.
    pub fn ca_certificates(self, pem: impl Into<Vec<u8>>) -> Self {
        Self { ca: Some(pem.into()), ..self }
    }

    /// The client's own certificate and its key, in PEM, for servers that ask for one.
    pub fn identity(self, certificate_pem: impl Into<Vec<u8>>, key_pem: impl Into<Vec<u8>>) -> Self {
        Self { identity: Some((certificate_pem.into(), key_pem.into())), ..self }
    }

    /// The name in the server's certificate, if it differs from the host in the URL.
    pub fn server_name(self, name: impl Into<String>) -> Self {
        Self { server_name: Some(name.into()), ..self }
    }

    /// The deadline of a unary call, its retries included. Default: the server's, 5 s for each attempt. At most 30 s are
    /// granted for an attempt. Streams have no deadline.
    pub fn deadline(self, deadline: Duration) -> Self {
        Self { deadline: Some(deadline), ..self }
    }

    /// The maximum number of attempts of a call, and of streams in a row that bring nothing; 1 turns retries off. Default: 5,
    /// from the contract's retry policy.
    pub fn max_attempts(self, count: u32) -> Self {
        Self { max_attempts: Some(count.max(1)), ..self }
    }

    /// Connects, and fails if no server answers.
    pub async fn connect(self) -> Result<Client, Error> {
        let url = with_scheme(&self.url)?;
        let (endpoint, token) = self.endpoint(&url)?;
        let channel = endpoint.connect().await.map_err(|source| Error::Connect { url, source })?;
        Ok(self.client(channel, token))
    }

    /// Connects with the first call, so that a client can be made before its server is up. Must be called within a Tokio
    /// runtime.
    pub fn connect_lazy(self) -> Result<Client, Error> {
        let (endpoint, token) = self.endpoint(&with_scheme(&self.url)?)?;
        Ok(self.client(endpoint.connect_lazy(), token))
    }

    fn client(self, channel: Channel, token: Option<HeaderValue>) -> Client {
        let transport = match token {
            None => Transport::new(channel),
            Some(token) => Transport::new(channel.map_request(move |mut request: http::Request<_>| {
                request.headers_mut().insert(AUTHORIZATION, token.clone());
                request
            })),
        };
        Client::new(transport, Calls { deadline: self.deadline, max_attempts: self.max_attempts })
    }

    /// The connection's settings, and the header `authorization` of its requests.
    fn endpoint(&self, url: &str) -> Result<(Endpoint, Option<HeaderValue>), SettingsError> {
        let endpoint = Endpoint::from_shared(url.to_owned());
        let mut endpoint =
            endpoint.map_err(|error| SettingsError::Url { url: url.to_owned(), message: error.to_string() })?;
        let token = self.authorization(endpoint.uri())?;
        if let Some(tls) = self.tls(endpoint.uri())? {
            endpoint = endpoint.tls_config(tls).map_err(SettingsError::Tls)?;
        }
        let endpoint = endpoint
            .connect_timeout(CONNECT_TIMEOUT)
            .http2_keep_alive_interval(KEEPALIVE_INTERVAL)
            .keep_alive_timeout(KEEPALIVE_TIMEOUT)
            .keep_alive_while_idle(true);
        Ok((endpoint, token))
    }

    /// The header `authorization`; `None` without a token.
    fn authorization(&self, server: &Uri) -> Result<Option<HeaderValue>, SettingsError> {
        let Some(token) = &self.token else { return Ok(None) };
        if server.scheme_str() != Some("https") && !self.allow_unencrypted_token && !is_loopback(server) {
            return Err(SettingsError::TokenUnencrypted { url: server.to_string() });
        }
        let value = HeaderValue::from_str(&format!("Bearer {token}"));
        let mut value = value.map_err(|_| SettingsError::Token)?;
        // So it is not shown when headers are printed, and not kept in HTTP/2's header compression table.
        value.set_sensitive(true);
        Ok(Some(value))
    }

    /// The TLS settings for an https server; `None` for http.
    fn tls(&self, server: &Uri) -> Result<Option<ClientTlsConfig>, SettingsError> {
        let Self { ca, identity, server_name, .. } = self;
        if server.scheme_str() != Some("https") {
            let is_for_tls = ca.is_some() || identity.is_some() || server_name.is_some();
            return if is_for_tls { Err(SettingsError::TlsWithoutHttps { url: server.to_string() }) } else { Ok(None) };
        }
        let mut tls = match ca {
            Some(pem) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)),
            None => ClientTlsConfig::new().with_native_roots(),
        };
        if let Some((certificate, key)) = identity {
            tls = tls.identity(Identity::from_pem(certificate, key));
        }
        if let Some(name) = server_name {
            tls = tls.domain_name(name);
        }
        Ok(Some(tls))
    }
}

impl fmt::Debug for Builder {
    /// Shows neither token nor key.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Builder").field("url", &self.url).finish_non_exhaustive()
    }
}

/// The URL of a server that may be given without a scheme: `host:port`.
fn with_scheme(server: &str) -> Result<String, SettingsError> {
    match server.split_once("://") {
        None => Ok(format!("http://{server}")),
        Some(("http" | "https", _)) => Ok(server.to_owned()),
        Some((scheme, _)) => Err(SettingsError::Scheme { url: server.to_owned(), scheme: scheme.to_owned() }),
    }
}

/// Whether a server is on this machine, so that nothing is sent over a network.
fn is_loopback(server: &Uri) -> bool {
    let host = server.host().unwrap_or_default();
    let address: Result<IpAddr, _> = host.trim_matches(['[', ']']).parse();
    host == "localhost" || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_needs_no_scheme() {
        let check = |server: &str, url: Option<&str>| assert_eq!(with_scheme(server).ok().as_deref(), url, "{server}");
        check("localhost:50051", Some("http://localhost:50051"));
        check("http://localhost:50051", Some("http://localhost:50051"));
        check("grpc://localhost:50051", None);
        check("https://localhost:50051", Some("https://localhost:50051"));
    }

    #[test]
    fn a_token_is_not_sent_where_others_may_read_it() {
        let check = |server: &str, token: &str, allow: bool, is_sent: bool| {
            let builder = Client::builder(server).token(token).allow_unencrypted_token(allow);
            assert_eq!(builder.endpoint(server).is_ok(), is_sent, "{server} {token:?} {allow}");
            assert!(Client::builder(server).endpoint(server).is_ok(), "{server}");
        };
        for near in ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "http://[::ffff:127.0.0.1]:1"] {
            check(near, "a", false, true);
        }
        for far in ["http://192.0.2.1:1", "http://a.example:1", "http://localhost.example:1", "http://[2001:db8::1]:1"]
        {
            check(far, "a", false, false);
            check(far, "a", true, true);
        }
        check("https://a.example:1", "a", false, true);
        check("https://a.example:1", "a\u{1}b", false, false);
    }

    #[test]
    fn secrets_are_not_shown() {
        let shown = format!("{:?}", Client::builder("http://localhost:1").token("hush").identity("a", "hush"));
        assert!(!shown.contains("hush"), "{shown}");
    }

    #[test]
    fn certificates_are_for_https() {
        for builder in [
            Client::builder("http://localhost:1").ca_certificates("x"),
            Client::builder("http://localhost:1").identity("x", "y"),
            Client::builder("http://localhost:1").server_name("x"),
        ] {
            assert!(matches!(builder.endpoint("http://localhost:1"), Err(SettingsError::TlsWithoutHttps { .. })));
        }
    }
}
