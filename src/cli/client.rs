//! The connection arguments of the commands, and errors of calls as messages for people.

mod credentials;

use articled_client::{CallError, Client, Error, SettingsError};
use clap::Args;
use tonic::Code;

use self::credentials::CredentialArguments;
use super::failure::Usage;

/// The maximum number of attempts of a call. More than the default of the client, because a command has more time than a
/// request of a person.
const MAX_ATTEMPTS: u32 = 8;

#[derive(Args, Clone, Debug)]
pub(super) struct ServerArguments {
    /// The URL of the server.
    #[arg(long, env = "ARTICLED_SERVER", value_name = "URL", default_value = "http://127.0.0.1:50051")]
    server: String,
    #[command(flatten)]
    credentials: CredentialArguments,
}

impl ServerArguments {
    pub(super) fn url(&self) -> &str {
        &self.server
    }

    pub(super) async fn connect(&self) -> anyhow::Result<Client> {
        let builder = self.credentials.set(Client::builder(&self.server).max_attempts(MAX_ATTEMPTS))?;
        let connected = builder.connect().await;
        connected.map_err(|error| match error {
            Error::Settings(error) => self.settings_error(error),
            Error::Connect { url, source } => anyhow::Error::new(source).context(no_connection(&url)),
            error => explain(error),
        })
    }

    /// The same error with the flags that it is about.
    fn settings_error(&self, error: SettingsError) -> anyhow::Error {
        let server = &self.server;
        let usage = match error {
            SettingsError::Url { .. } | SettingsError::Scheme { .. } => format!("--server {error}"),
            SettingsError::TlsWithoutHttps { .. } => {
                format!("{} is for an https:// server, not for {server}", self.credentials.tls_flag())
            }
            SettingsError::TokenUnencrypted { url } => format!(
                "the token would travel to {url} unencrypted: use https://, or --insecure if the network is yours alone"
            ),
            SettingsError::Tls(source) => {
                return anyhow::Error::new(source).context("--ca, --cert and --key cannot be used");
            }
            error => error.to_string(),
        };
        Usage(usage).into()
    }
}

fn no_connection(url: &str) -> String {
    match url.starts_with("https://") {
        true => format!(
            "cannot connect to {url}; --ca sets the authority of the server's certificate, --cert and --key set the client's \
             own certificate"
        ),
        false => format!("no server answers at {url}; start one with `articled serve`, or give another with --server"),
    }
}

/// Converts the error of a call into an error for people. INVALID_ARGUMENT is a usage error.
pub(super) fn explain(error: Error) -> anyhow::Error {
    match error {
        Error::Call(error) if error.code == Code::InvalidArgument => Usage(describe(&error)).into(),
        Error::Call(error) => anyhow::Error::msg(describe(&error)),
        error => error.into(),
    }
}

/// The error of a call in one line.
pub(super) fn describe(error: &CallError) -> String {
    if error.is_connection_lost() && error.code != Code::Unavailable {
        return format!(
            "the connection ended without a response ({}): did the server stop, does it need https:// or --cert, or is \
             --server a port that does not speak gRPC, such as the metrics port?",
            error.message
        );
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tonic::Status;
    use tonic_types::{ErrorDetails, StatusExt};

    use super::*;

    #[test]
    fn a_port_without_grpc_is_named_as_such() {
        // What tonic says of the metrics port, which closes the connection at once.
        for status in [Status::internal("h2 protocol error: http2 error"), Status::cancelled("operation was canceled")]
        {
            let text = describe(&status.into());
            assert!(text.contains("does not speak gRPC"), "{text}");
        }
        let reason = ErrorDetails::with_error_info("INTERNAL", "articled", HashMap::new());
        let status = Status::with_error_details(Code::Internal, "disk", reason);
        assert_eq!(describe(&status.into()), "INTERNAL: disk");
    }
}
