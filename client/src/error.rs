//! Errors of the client: a call that failed, with its details decoded, or a connection that could not be made.

use std::fmt;
use std::time::Duration;

use prost::Message;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::reason::Reason;
use crate::settings_error::SettingsError;

/// The domain of the service's ErrorInfo. Details of another domain are a proxy's.
const ERROR_DOMAIN: &str = "articled";

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The settings of the connection cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The server cannot be reached.
    #[error("cannot connect to {url}")]
    Connect {
        /// The URL of the server.
        url: String,
        /// The cause.
        source: tonic::transport::Error,
    },
    /// A call failed.
    #[error(transparent)]
    Call(#[from] Box<CallError>),
}

impl Error {
    /// The failed call; `None` if no call was made.
    pub fn call(&self) -> Option<&CallError> {
        match self {
            Self::Call(error) => Some(error),
            Self::Settings(_) | Self::Connect { .. } => None,
        }
    }

    /// The reason of a failed call; `None` if no call was made.
    pub fn reason(&self) -> Option<&Reason> {
        self.call().map(|error| &error.reason)
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        Self::Call(Box::new(status.into()))
    }
}

/// A status of the service, with its details decoded.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallError {
    /// The code of the status.
    pub code: Code,
    /// What happened, for people.
    pub message: String,
    /// What happened, for programs.
    pub reason: Reason,
    /// What the error is about.
    pub details: Details,
    /// The delay after which a retry may succeed; `None` if the service does not suggest a retry.
    pub retry_after: Option<Duration>,
    /// The id of the request in the server's log; empty if the error is not the service's.
    pub request_id: String,
}

/// What an error is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Details {
    /// Nothing beyond the reason.
    None,
    /// Invalid fields of the request, at most ten.
    Fields(Vec<FieldViolation>),
    /// An article, by its name.
    Article(String),
    /// How many of the requested names, from the first, fit in a response.
    BatchTooLarge {
        /// The number of names; 0 if the server does not say.
        fitting_names: usize,
    },
    /// The role that the method needs, and the caller's.
    RoleRequired {
        /// The role that the method needs.
        required: String,
        /// The role that the caller has, `none` if it has none.
        actual: String,
    },
}

/// An invalid field of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldViolation {
    /// The path of the field, such as `document.content`.
    pub field: String,
    /// What is wrong with it, for people.
    pub description: String,
    /// What is wrong with it, for programs.
    pub reason: Reason,
}

impl From<Status> for CallError {
    fn from(status: Status) -> Self {
        let details = status.get_error_details();
        let info = details.error_info().filter(|info| info.domain == ERROR_DOMAIN);
        let metadata = |key: &str| info.and_then(|info| info.metadata.get(key)).cloned().unwrap_or_default();
        let reason = Reason::from(info.map_or("", |info| info.reason.as_str()));
        let about = match (&reason, details.bad_request(), details.resource_info()) {
            (Reason::BatchTooLarge, ..) => {
                Details::BatchTooLarge { fitting_names: metadata("fitting_names").parse().unwrap_or_default() }
            }
            (Reason::RoleRequired, ..) => {
                Details::RoleRequired { required: metadata("required_role"), actual: metadata("role") }
            }
            (_, Some(bad), _) => Details::Fields(bad.field_violations.iter().map(FieldViolation::from).collect()),
            (_, None, Some(resource)) => Details::Article(resource.resource_name.clone()),
            (_, None, None) => Details::None,
        };
        Self {
            code: status.code(),
            message: status.message().to_owned(),
            details: about,
            retry_after: details.retry_info().and_then(|info| info.retry_delay),
            request_id: metadata("request_id"),
            reason,
        }
    }
}

impl From<&tonic_types::FieldViolation> for FieldViolation {
    fn from(violation: &tonic_types::FieldViolation) -> Self {
        Self {
            field: violation.field.clone(),
            description: violation.description.clone(),
            reason: Reason::from(violation.reason.as_str()),
        }
    }
}

impl From<&tonic_types::Status> for CallError {
    /// The error of one item of an import.
    fn from(error: &tonic_types::Status) -> Self {
        Status::with_details(Code::from_i32(error.code), error.message.clone(), error.encode_to_vec().into()).into()
    }
}

impl CallError {
    /// Whether the connection was lost, or the peer does not speak gRPC. tonic reports both with codes that the service never
    /// uses without an ErrorInfo. A call that failed so may have been carried out.
    pub fn is_connection_lost(&self) -> bool {
        match self.code {
            Code::Unavailable => true,
            Code::Unknown | Code::Internal | Code::Cancelled => self.reason.as_str().is_empty(),
            _ => false,
        }
    }

    /// The name of the code in gRPC's documentation, such as `NOT_FOUND`.
    pub fn code_name(&self) -> &'static str {
        match self.code {
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
}

impl fmt::Display for CallError {
    /// In one line: code, message, and the field violations that the message does not contain.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code_name(), self.message)?;
        let Details::Fields(violations) = &self.details else { return Ok(()) };
        for FieldViolation { field, description, reason: _ } in violations {
            if !self.message.contains(description.as_str()) {
                write!(formatter, "; {field}: {description}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for CallError {}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tonic_types::ErrorDetails;

    use super::*;

    fn details(reason: &str, metadata: &[(&str, &str)]) -> ErrorDetails {
        let metadata: HashMap<_, _> = metadata.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
        ErrorDetails::with_error_info(reason, ERROR_DOMAIN, metadata)
    }

    fn error(code: Code, details: ErrorDetails) -> CallError {
        Status::with_error_details(code, "no", details).into()
    }

    #[test]
    fn decodes_each_kind_of_details() {
        let mut fields = details("FIELD_REQUIRED", &[("request_id", "r1")]);
        fields.add_bad_request_violation("name", "must be set");
        let fields = error(Code::InvalidArgument, fields);
        assert_eq!((&fields.reason, fields.request_id.as_str()), (&Reason::FieldRequired, "r1"));
        assert_eq!(fields.to_string(), "INVALID_ARGUMENT: no; name: must be set");

        let mut article = details("ARTICLE_CONTENDED", &[]);
        article.set_resource_info("type", "articles/a", "", "").set_retry_info(Some(Duration::from_millis(200)));
        let article = error(Code::Aborted, article);
        assert_eq!(article.details, Details::Article("articles/a".to_owned()));
        assert_eq!(article.retry_after, Some(Duration::from_millis(200)));

        let batch = error(Code::ResourceExhausted, details("BATCH_TOO_LARGE", &[("fitting_names", "7")]));
        assert_eq!(batch.details, Details::BatchTooLarge { fitting_names: 7 });

        let role = details("ROLE_REQUIRED", &[("required_role", "writer"), ("role", "reader")]);
        let (required, actual) = ("writer".to_owned(), "reader".to_owned());
        assert_eq!(error(Code::PermissionDenied, role).details, Details::RoleRequired { required, actual });
    }

    #[test]
    fn only_a_lost_connection_counts_as_one() {
        let check = |status: Status, expected| {
            let error = CallError::from(status);
            assert_eq!(error.is_connection_lost(), expected, "{error}");
        };
        check(Status::unavailable("stopping"), true);
        // What tonic says of a port that does not speak gRPC.
        check(Status::unknown("h2 protocol error"), true);
        check(Status::cancelled("operation was canceled"), true);
        check(Status::with_error_details(Code::Internal, "damaged", details("INTERNAL", &[])), false);
        check(Status::out_of_range("too old"), false);
        check(Status::invalid_argument("filter"), false);
    }
}
