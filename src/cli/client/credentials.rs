//! The credentials of commands, and the verification of the server: token and certificates.

use std::fmt;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use http::Uri;
use tonic::metadata::AsciiMetadataValue;
use tonic::service::Interceptor;
use tonic::transport::{Certificate, ClientTlsConfig, Identity};
use tonic::{Request, Status};

use crate::cli::failure::Usage;

#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Connection")]
pub(super) struct CredentialArguments {
    /// The token to send. Other users of the machine can see a command's arguments, so prefer --token-file or the environment
    /// variable.
    #[arg(
        long,
        env = "ARTICLED_TOKEN",
        value_name = "TOKEN",
        default_value = "",
        hide_env_values = true,
        hide_default_value = true
    )]
    token: Secret,
    /// A file with the token to send.
    #[arg(long, env = "ARTICLED_TOKEN_FILE", value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// The file with the certificate authorities of https servers, in PEM. Default: those of the system.
    #[arg(long, env = "ARTICLED_CA", value_name = "FILE")]
    ca: Option<PathBuf>,
    /// The file with the client certificate for https servers, in PEM.
    #[arg(long, env = "ARTICLED_CERT", value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// The file with the private key of --cert, in PEM.
    #[arg(long, env = "ARTICLED_KEY", value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// The name in an https server's certificate, if it differs from the host in --server.
    #[arg(long, env = "ARTICLED_SERVER_NAME", value_name = "NAME")]
    server_name: Option<String>,
    /// Allows sending the token unencrypted to another machine, where others may read it.
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
}

/// A secret, which is not shown when arguments are printed.
#[derive(Clone)]
struct Secret(String);

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("…")
    }
}

/// Adds the token, if there is one, to each call.
#[derive(Clone)]
pub(crate) struct TokenInterceptor(Option<AsciiMetadataValue>);

impl Interceptor for TokenInterceptor {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(value) = &self.0 {
            request.metadata_mut().insert("authorization", value.clone());
        }
        Ok(request)
    }
}

impl CredentialArguments {
    /// The interceptor for calls to this server.
    pub(super) fn interceptor(&self, server: &Uri) -> anyhow::Result<TokenInterceptor> {
        let Some(token) = self.token()? else { return Ok(TokenInterceptor(None)) };
        if server.scheme_str() != Some("https") && !self.insecure && !is_loopback(server) {
            return Err(Usage(format!(
                "the token would travel to {server} unencrypted: use https://, or --insecure if the network is yours alone"
            ))
            .into());
        }
        let mut value: AsciiMetadataValue =
            format!("Bearer {token}").parse().map_err(|_| Usage("the token contains invalid characters".to_owned()))?;
        // So it is not shown when headers are printed, and not kept in HTTP/2's header compression table.
        value.set_sensitive(true);
        Ok(TokenInterceptor(Some(value)))
    }

    fn token(&self) -> anyhow::Result<Option<String>> {
        let given = self.token.0.trim();
        match (&self.token_file, given.is_empty()) {
            (None, true) => Ok(None),
            (None, false) => Ok(Some(given.to_owned())),
            (Some(_), false) => {
                Err(Usage("--token and --token-file (or their variables) cannot both be given".to_owned()).into())
            }
            (Some(path), true) => {
                let text = read(path, "--token-file")?;
                let token = text.trim();
                if token.is_empty() || token.contains(char::is_whitespace) {
                    return Err(Usage(format!("--token-file {}: it must hold one token", path.display())).into());
                }
                Ok(Some(token.to_owned()))
            }
        }
    }

    /// The TLS settings for an https server; `None` for http.
    pub(super) fn tls(&self, server: &Uri) -> anyhow::Result<Option<ClientTlsConfig>> {
        if server.scheme_str() != Some("https") {
            let given = [
                ("--ca", self.ca.is_some()),
                ("--cert", self.cert.is_some()),
                ("--server-name", self.server_name.is_some()),
            ];
            return match given.into_iter().find(|(_, is_given)| *is_given) {
                Some((flag, _)) => Err(Usage(format!("{flag} is for an https:// server, not for {server}")).into()),
                None => Ok(None),
            };
        }
        let mut tls = ClientTlsConfig::new();
        tls = match &self.ca {
            Some(path) => tls.ca_certificate(Certificate::from_pem(read(path, "--ca")?)),
            None => tls.with_native_roots(),
        };
        if let (Some(cert), Some(key)) = (&self.cert, &self.key) {
            tls = tls.identity(Identity::from_pem(read(cert, "--cert")?, read(key, "--key")?));
        }
        if let Some(name) = &self.server_name {
            tls = tls.domain_name(name);
        }
        Ok(Some(tls))
    }
}

fn read(path: &Path, flag: &str) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("{flag} {} cannot be read", path.display()))
}

/// Whether a server is on this machine, so that nothing is sent over a network.
fn is_loopback(server: &Uri) -> bool {
    let host = server.host().unwrap_or_default();
    let address: Result<IpAddr, _> = host.trim_matches(['[', ']']).parse();
    host == "localhost" || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser, Debug)]
    struct Line {
        #[command(flatten)]
        credentials: CredentialArguments,
    }

    fn arguments(line: &[&str]) -> Line {
        Line::parse_from(["articled"].iter().chain(line))
    }

    #[test]
    fn a_token_is_not_sent_where_others_may_read_it() {
        let check = |server: &'static str, line: &[&str], is_sent: bool| {
            let sent = arguments(line).credentials.interceptor(&Uri::from_static(server));
            assert_eq!(sent.is_ok(), is_sent, "{server} {line:?}");
        };
        for near in ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "http://[::ffff:127.0.0.1]:1"] {
            check(near, &["--token", "a"], true);
        }
        for far in ["http://192.0.2.1:1", "http://a.example:1", "http://localhost.example:1", "http://[2001:db8::1]:1"]
        {
            check(far, &["--token", "a"], false);
            check(far, &["--token", "a", "--insecure"], true);
            check(far, &[], true);
        }
        check("https://a.example:1", &["--token", "a"], true);
        check("https://a.example:1", &["--token", "a\u{1}b"], false);
        check("https://a.example:1", &["--token", "a", "--token-file", "b"], false);
    }

    #[test]
    fn a_token_is_not_shown_with_the_arguments() {
        let shown = format!("{:?}", arguments(&["--token", "hush"]));
        assert!(!shown.contains("hush"), "{shown}");
    }

    #[test]
    fn a_file_holds_one_token_and_space_around_it() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let line = ["--token-file", file.path().to_str().expect("a plain path")];
        let token = |text: &str| {
            fs::write(file.path(), text).expect("written");
            arguments(&line)
                .credentials
                .token()
                .map(|token| token.unwrap_or_default())
                .map_err(|error| error.to_string())
        };
        assert_eq!(token(" a\r\n").as_deref(), Ok("a"));
        for bad in ["", "\n", "a b", "a\nb"] {
            assert!(token(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn certificates_are_for_https() {
        let tls = |server| arguments(&["--ca", "/nowhere"]).credentials.tls(&Uri::from_static(server));
        assert!(tls("http://127.0.0.1:1").expect_err("unused").is::<Usage>());
        assert!(tls("https://127.0.0.1:1").expect_err("no such file").to_string().contains("--ca /nowhere"));
    }
}
