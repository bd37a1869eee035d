//! The gRPC client of the commands: connection, and error messages for people.

mod credentials;

use anyhow::Context;
use articled::rpc::proto::article_service_client::ArticleServiceClient;
use clap::Args;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use self::credentials::{CredentialArguments, TokenInterceptor};
use super::failure::Usage;

/// A connection that puts the token into each call.
pub(super) type Connection = InterceptedService<Channel, TokenInterceptor>;

pub(super) type Client = ArticleServiceClient<Connection>;

/// The largest response: a RAW article of 12 MiB, with room for the message around it.
const MAX_RESPONSE_BYTES: usize = 13 << 20;

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

    pub(super) async fn channel(&self) -> anyhow::Result<Connection> {
        let url = &with_scheme(&self.server)?;
        let mut endpoint = Endpoint::from_shared(url.clone()).map_err(|error| {
            Usage(format!("--server {url}: {error}; it has the form http://host:port or https://host:port"))
        })?;
        let interceptor = self.credentials.interceptor(endpoint.uri())?;
        let tls = self.credentials.tls(endpoint.uri())?;
        let is_encrypted = tls.is_some();
        if let Some(tls) = tls {
            endpoint = endpoint.tls_config(tls).context("--ca, --cert and --key cannot be used")?;
        }
        let channel = endpoint.connect().await.with_context(|| match is_encrypted {
            true => format!(
                "cannot connect to {url}; --ca sets the authority of the server's certificate, --cert and --key set the \
                 client's own certificate"
            ),
            false => format!("no server answers at {url}; start one with `articled serve`, or give another with --server"),
        })?;
        Ok(InterceptedService::new(channel, interceptor))
    }

    pub(super) async fn connect(&self) -> anyhow::Result<Client> {
        Ok(Client::new(self.channel().await?).max_decoding_message_size(MAX_RESPONSE_BYTES))
    }
}

/// The URL of a server that may be given without a scheme: `host:port`.
fn with_scheme(server: &str) -> Result<String, Usage> {
    match server.split_once("://") {
        None => Ok(format!("http://{server}")),
        Some(("http" | "https", _)) => Ok(server.to_owned()),
        Some((scheme, _)) => Err(Usage(format!(
            "--server {server}: the scheme {scheme} is not supported; use http://host:port or https://host:port"
        ))),
    }
}

/// Converts a status into an error for people. INVALID_ARGUMENT is a usage error.
pub(super) fn explain(status: Status) -> anyhow::Error {
    let text = describe(&status);
    if status.code() == Code::InvalidArgument { Usage(text).into() } else { anyhow::Error::msg(text) }
}

/// The status in one line: code, message and field violations.
pub(super) fn describe(status: &Status) -> String {
    if lost_connection(status) && status.code() != Code::Unavailable {
        let cause = status.message();
        return format!(
            "the connection ended without a response ({cause}): did the server stop, does it need https:// or --cert, or is \
             --server a port that does not speak gRPC, such as the metrics port?"
        );
    }
    let mut text = format!("{}: {}", code_name(status.code()), status.message());
    let details = status.get_error_details();
    for violation in details.bad_request().into_iter().flat_map(|bad| &bad.field_violations) {
        // Often the message already contains it.
        if !status.message().contains(&violation.description) {
            text += &format!("; {}: {}", violation.field, violation.description);
        }
    }
    text
}

/// Whether the connection broke before the response, or the peer does not speak gRPC, such as the metrics port. tonic
/// reports both with codes that the service never uses without an ErrorInfo.
pub(super) fn lost_connection(status: &Status) -> bool {
    match status.code() {
        Code::Unavailable => true,
        Code::Unknown | Code::Internal | Code::Cancelled => status.get_details_error_info().is_none(),
        _ => false,
    }
}

/// The name of a code in gRPC's documentation.
pub(super) fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn a_port_without_grpc_is_named_as_such() {
        // What tonic says of the metrics port, which closes the connection at once.
        for status in [Status::internal("h2 protocol error: http2 error"), Status::cancelled("operation was canceled")]
        {
            let text = describe(&status);
            assert!(text.contains("does not speak gRPC"), "{text}");
        }
        let reason = ErrorDetails::with_error_info("INTERNAL", "articled", HashMap::new());
        assert_eq!(describe(&Status::with_error_details(Code::Internal, "disk", reason)), "INTERNAL: disk");
    }

    #[test]
    fn a_server_needs_no_scheme() {
        let check = |server: &str, url: Option<&str>| assert_eq!(with_scheme(server).ok().as_deref(), url, "{server}");
        check("localhost:50051", Some("http://localhost:50051"));
        check("http://localhost:50051", Some("http://localhost:50051"));
        check("grpc://localhost:50051", None);
        check("https://localhost:50051", Some("https://localhost:50051"));
    }
}
