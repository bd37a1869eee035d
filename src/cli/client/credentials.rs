//! The credential arguments of commands: token and certificates.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use articled_client::Builder;
use clap::Args;

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

impl CredentialArguments {
    /// Gives the credentials to a client.
    pub(super) fn set(&self, mut builder: Builder) -> anyhow::Result<Builder> {
        if let Some(token) = self.token()? {
            builder = builder.token(token).allow_unencrypted_token(self.insecure);
        }
        if let Some(path) = &self.ca {
            builder = builder.ca_certificates(read(path, "--ca")?);
        }
        if let (Some(cert), Some(key)) = (&self.cert, &self.key) {
            builder = builder.identity(read(cert, "--cert")?, read(key, "--key")?);
        }
        if let Some(name) = &self.server_name {
            builder = builder.server_name(name);
        }
        Ok(builder)
    }

    /// The first given flag that only an https server has a use for.
    pub(super) fn tls_flag(&self) -> &'static str {
        match self {
            Self { ca: Some(_), .. } => "--ca",
            Self { cert: Some(_), .. } => "--cert",
            _ => "--server-name",
        }
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
}

fn read(path: &Path, flag: &str) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("{flag} {} cannot be read", path.display()))
}

#[cfg(test)]
mod tests {
    use articled_client::Client;
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
    fn a_token_is_given_once() {
        assert!(arguments(&["--token", "a", "--token-file", "b"]).credentials.token().is_err());
    }

    #[test]
    fn names_the_flag_of_a_file_that_cannot_be_read() {
        let set = arguments(&["--ca", "/nowhere"]).credentials.set(Client::builder("https://127.0.0.1:1"));
        assert!(set.expect_err("no such file").to_string().contains("--ca /nowhere"));
    }
}
