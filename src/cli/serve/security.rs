//! The settings of `articled serve` for encryption and access.

use articled::config::{ClientCertificates, Config, Exposure, Web};
use clap::{Args, ValueEnum};
use toml::Table;

#[derive(Args, Debug)]
#[command(next_help_heading = "Security")]
pub(super) struct SecurityArguments {
    /// The file with the server's certificate chain, in PEM. With --tls-key, both listeners use TLS. Reloaded when it changes,
    /// and at SIGHUP.
    #[arg(long, env = "ARTICLED_TLS_CERT", value_name = "FILE", default_value = "")]
    tls_cert: String,
    /// The file with the certificate's private key, in PEM.
    #[arg(long, env = "ARTICLED_TLS_KEY", value_name = "FILE", default_value = "")]
    tls_key: String,
    /// The file with the certificate authorities of client certificates, in PEM (mutual TLS).
    #[arg(long, env = "ARTICLED_CLIENT_CA", value_name = "FILE", default_value = "")]
    client_ca: String,
    /// Whether a gRPC connection needs a certificate of --client-ca.
    #[arg(long, env = "ARTICLED_CLIENT_CERTIFICATES", value_enum, default_value = "required")]
    client_certificates: Certificates,
    /// The file that maps tokens and client certificates to roles, as `articled token new` writes it. Without it callers are
    /// not authenticated. Reloaded when it changes, and at SIGHUP.
    #[arg(long, env = "ARTICLED_TOKENS", value_name = "FILE", default_value = "")]
    tokens: String,
    /// Allows listeners to be reachable from other machines without encryption and authentication.
    #[arg(
        long,
        env = "ARTICLED_INSECURE",
        value_name = "BOOL",
        require_equals = true,
        num_args = 0..=1,
        default_value = "false",
        default_missing_value = "true"
    )]
    insecure: bool,
    /// Who may use gRPC reflection, as tools such as grpcurl do: off, reader, writer, admin or anyone.
    #[arg(
        long,
        env = "ARTICLED_REFLECTION",
        value_name = "WHO",
        require_equals = true,
        num_args = 0..=1,
        default_value_t = Config::default().reflection,
        default_missing_value = "true"
    )]
    reflection: Exposure,
    /// Who may read /metrics: off, reader, writer, admin or anyone.
    #[arg(long, env = "ARTICLED_METRICS_ACCESS", value_name = "WHO", default_value_t = Config::default().metrics_access)]
    metrics_access: Exposure,
    /// Whether the HTTP listener (--metrics-listen) also serves gRPC-Web, for programs in a browser.
    #[arg(long, env = "ARTICLED_WEB", value_enum, default_value = "loopback")]
    web: WebArgument,
}

/// When gRPC-Web is served.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum WebArgument {
    /// Never.
    Off,
    /// If the HTTP listener is on a loopback address.
    Loopback,
    /// Always.
    On,
}

impl From<WebArgument> for Web {
    fn from(web: WebArgument) -> Self {
        match web {
            WebArgument::Off => Self::Off,
            WebArgument::Loopback => Self::Loopback,
            WebArgument::On => Self::On,
        }
    }
}

/// Whether a connection needs a certificate.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Certificates {
    /// A connection without one is refused.
    Required,
    /// A connection may have no certificate; its calls then need a token.
    Optional,
}

impl From<Certificates> for ClientCertificates {
    fn from(certificates: Certificates) -> Self {
        match certificates {
            Certificates::Required => Self::Required,
            Certificates::Optional => Self::Optional,
        }
    }
}

impl SecurityArguments {
    /// Sets each setting under its key.
    pub(super) fn put(&self, all: &mut Table) {
        let Self {
            tls_cert,
            tls_key,
            client_ca,
            client_certificates,
            tokens,
            insecure,
            reflection,
            metrics_access,
            web,
        } = self;
        let texts = [
            ("tls_cert", tls_cert.clone()),
            ("tls_key", tls_key.clone()),
            ("client_ca", client_ca.clone()),
            ("client_certificates", ClientCertificates::from(*client_certificates).as_str().to_owned()),
            ("tokens", tokens.clone()),
            ("reflection", reflection.to_string()),
            ("metrics_access", metrics_access.to_string()),
            ("web", Web::from(*web).as_str().to_owned()),
        ];
        all.extend(texts.map(|(key, text)| (key.to_owned(), text.into())));
        all.insert("insecure".to_owned(), (*insecure).into());
    }
}
