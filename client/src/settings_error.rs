//! What can be wrong with the settings of a connection.

/// Why the settings of a connection cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The URL of the server does not parse.
    #[error("{url}: {message}; it has the form http://host:port or https://host:port")]
    Url {
        /// The URL.
        url: String,
        /// What is wrong.
        message: String,
    },
    /// The scheme of the URL is neither http nor https.
    #[error("{url}: the scheme {scheme} is not supported; use http://host:port or https://host:port")]
    Scheme {
        /// The URL.
        url: String,
        /// Its scheme.
        scheme: String,
    },
    /// A certificate or a server name is set, but the server is not an https one.
    #[error("certificates and server names are for an https:// server, not for {url}")]
    TlsWithoutHttps {
        /// The URL.
        url: String,
    },
    /// A certificate or a key cannot be used.
    #[error("the certificates or the key cannot be used")]
    Tls(#[source] tonic::transport::Error),
    /// The token would be sent unencrypted to another machine.
    #[error("the token would travel to {url} unencrypted: use https://, or allow it if the network is yours alone")]
    TokenUnencrypted {
        /// The URL.
        url: String,
    },
    /// The token has characters that a header cannot have.
    #[error("the token contains invalid characters")]
    Token,
}
