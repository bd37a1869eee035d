//! Maps each error to the status that a client receives. The only place that builds a status.
//!
//! Every status has an ErrorInfo. One exhaustive match decides code, reason and further details.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

use super::violations::{ViolationReason, Violations, bad_field};
use crate::article::ArticleName;
use crate::ingest::IngestError;
use crate::parse::Refusal;
use crate::store::StoreError;
use crate::watch::WatchError;

/// The domain of every ErrorInfo.
pub(crate) const ERROR_DOMAIN: &str = "articled";

/// The resource type in every ResourceInfo, as annotated in the proto.
const RESOURCE_TYPE: &str = "articled.internal/Article";

/// The status message is percent-encoded into a header, which triples the size of Chinese text, and clients refuse headers
/// of more than 8 to 16 KiB.
const MAX_MESSAGE_BYTES: usize = 1024;

/// For the description and for the path of a violation, which are sent in a header too.
const MAX_DESCRIPTION_BYTES: usize = 256;

/// The maximum number of reported violations. More would not help a caller.
const MAX_VIOLATIONS: usize = 10;

/// The maximum size of the reported violations. With a third more for base64, and with the percent-encoded message, they
/// stay below the 8 KiB of trailers that grpc-java accepts.
const MAX_DETAILS_BYTES: usize = 2800;

/// The tags and lengths that protobuf adds to the three strings of a violation.
const VIOLATION_OVERHEAD_BYTES: usize = 16;

/// The maximum size of a percent-encoded message, in which a byte that is not printable ASCII takes three.
const MAX_ENCODED_MESSAGE_BYTES: usize = 2048;

/// Why a call failed.
#[derive(Debug)]
pub enum RpcError {
    /// The request has invalid fields.
    BadRequest(Violations),
    /// No article has this name.
    NotFound(ArticleName),
    /// An article already has this name.
    AlreadyExists(ArticleName),
    /// The article was created without a document.
    NoRawDocument(ArticleName),
    /// The caller's etag is not the current one.
    EtagMismatch(ArticleName),
    /// Concurrent writes changed the article on every attempt.
    Contended(ArticleName),
    /// The requested articles are too large for one response.
    BatchTooLarge {
        /// How many articles, from the first, fit.
        fitting: usize,
    },
    /// The feed no longer has the position that a watch should resume from.
    ResumeTokenExpired,
    /// The queries of all watchers together are too large.
    TooManyWatches,
    /// Too many streams of this kind are open.
    TooManyStreams(&'static str),
    /// The server is shutting down.
    Stopping,
    /// The store failed.
    Store(StoreError),
}

impl From<Violations> for RpcError {
    fn from(violations: Violations) -> Self {
        RpcError::BadRequest(violations)
    }
}

impl From<IngestError> for RpcError {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::ArticleTooLarge { .. } => bad_field(
                "document.content",
                ViolationReason::TooLarge,
                format!("is too large for one article: {error}"),
            )
            .into(),
            IngestError::Refused(refusal) => {
                let reason = match refusal {
                    Refusal::Blank => ViolationReason::Required,
                    Refusal::BlankWithinBound => ViolationReason::TooLarge,
                    Refusal::NoText(_) => ViolationReason::Malformed,
                };
                bad_field("document.content", reason, refusal.to_string()).into()
            }
            IngestError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for RpcError {
    fn from(error: StoreError) -> Self {
        RpcError::Store(error)
    }
}

impl From<WatchError> for RpcError {
    fn from(error: WatchError) -> Self {
        match error {
            WatchError::Expired => RpcError::ResumeTokenExpired,
            WatchError::Stopping => RpcError::Stopping,
            WatchError::Broken => RpcError::Store(StoreError::Failed(error.to_string())),
            WatchError::Store(error) => RpcError::Store(error),
        }
    }
}

impl From<RpcError> for Status {
    fn from(error: RpcError) -> Self {
        match error {
            RpcError::BadRequest(violations) => bad_request(&violations),
            RpcError::NotFound(name) => {
                let mut details = info("ARTICLE_NOT_FOUND");
                details.set_resource_info(RESOURCE_TYPE, name.to_string(), "", "");
                status(Code::NotFound, &format!("{name} does not exist"), details)
            }
            RpcError::AlreadyExists(name) => {
                let mut details = info("ARTICLE_EXISTS");
                details.set_resource_info(RESOURCE_TYPE, name.to_string(), "", "");
                status(Code::AlreadyExists, &format!("{name} already exists"), details)
            }
            RpcError::NoRawDocument(name) => {
                let mut details = info("NO_RAW_DOCUMENT");
                details.set_resource_info(RESOURCE_TYPE, name.to_string(), "", "");
                status(Code::FailedPrecondition, &format!("{name} was created without a document"), details)
            }
            RpcError::EtagMismatch(name) => {
                let mut details = info("ETAG_MISMATCH");
                details.set_resource_info(RESOURCE_TYPE, name.to_string(), "", "");
                let message = format!("the etag is not the current one of {name}: read the article again");
                status(Code::Aborted, &message, details)
            }
            RpcError::Contended(name) => {
                let mut details = info("ARTICLE_CONTENDED");
                details.set_resource_info(RESOURCE_TYPE, name.to_string(), "", "");
                details.set_retry_info(Some(Duration::from_millis(200)));
                status(Code::Aborted, &format!("concurrent writes keep changing {name}"), details)
            }
            RpcError::BatchTooLarge { fitting } => {
                let metadata = [("fitting_names", fitting.to_string())];
                let details = info_with("BATCH_TOO_LARGE", metadata);
                let message = format!("the articles are too large for one response; the first {fitting} fit");
                status(Code::ResourceExhausted, &message, details)
            }
            RpcError::ResumeTokenExpired => {
                let message = "the resume token has expired: list again, and watch with the new token";
                status(Code::OutOfRange, message, info("RESUME_TOKEN_EXPIRED"))
            }
            RpcError::TooManyWatches => {
                let wait = Some(Duration::from_secs(5));
                overload_status(Code::ResourceExhausted, "SERVER_OVERLOADED", "too many watches are open", wait)
            }
            RpcError::TooManyStreams(what) => {
                let wait = Some(Duration::from_secs(5));
                overload_status(
                    Code::ResourceExhausted,
                    "SERVER_OVERLOADED",
                    &format!("too many {what} are open"),
                    wait,
                )
            }
            RpcError::Stopping => {
                let wait = Some(Duration::from_secs(1));
                overload_status(Code::Unavailable, "SERVER_STOPPING", "the server is shutting down", wait)
            }
            RpcError::Store(error) => store_status(error),
        }
    }
}

fn store_status(error: StoreError) -> Status {
    let (code, reason, retry_after) = match &error {
        StoreError::Overloaded => (Code::ResourceExhausted, "STORE_OVERLOADED", Some(Duration::from_millis(500))),
        StoreError::Full => (Code::ResourceExhausted, "STORE_FULL", Some(Duration::from_secs(10))),
        StoreError::ReadOnly => (Code::FailedPrecondition, "STORE_READ_ONLY", None),
        StoreError::Damaged(_) => (Code::DataLoss, "STORE_DAMAGED", None),
        StoreError::Unavailable(_) => (Code::Unavailable, "STORE_UNAVAILABLE", Some(Duration::from_secs(1))),
        StoreError::Failed(_) => (Code::Internal, "INTERNAL", None),
    };
    // Internal details go to the log, not to the caller.
    let message = match &error {
        StoreError::Overloaded | StoreError::Full | StoreError::ReadOnly => error.to_string(),
        StoreError::Damaged(_) => "stored data is damaged".to_owned(),
        StoreError::Unavailable(_) => "the store is unavailable".to_owned(),
        StoreError::Failed(_) => "internal error".to_owned(),
    };
    let mut details = info(reason);
    if retry_after.is_some() {
        details.set_retry_info(retry_after);
    }
    let mut status = status(code, &message, details);
    status.set_source(Arc::new(error));
    status
}

fn bad_request(violations: &Violations) -> Status {
    let reason = violations.iter().next().map_or("INVALID_ARGUMENT", |violation| violation.reason.as_str());
    let mut details = info(reason);
    let listed: Vec<FieldViolation> = violations
        .iter()
        .take(MAX_VIOLATIONS)
        .map(|violation| FieldViolation {
            field: head(&violation.field, MAX_DESCRIPTION_BYTES).to_owned(),
            description: head(&violation.description, MAX_DESCRIPTION_BYTES).to_owned(),
            reason: violation.reason.as_str().to_owned(),
            localized_message: None,
        })
        .collect();
    let mut listed = listed;
    let mut bytes = 0;
    listed.retain(|violation| {
        bytes +=
            violation.field.len() + violation.description.len() + violation.reason.len() + VIOLATION_OVERHEAD_BYTES;
        bytes <= MAX_DETAILS_BYTES
    });
    let sentences: Vec<String> =
        listed.iter().map(|violation| format!("{} {}", violation.field, violation.description)).collect();
    details.set_bad_request(listed);
    status(Code::InvalidArgument, &sentences.join("; "), details)
}

/// A status for the layers that protect the server: code, reason, and the delay before a retry.
pub(crate) fn overload_status(code: Code, reason: &str, message: &str, retry_after: Option<Duration>) -> Status {
    let mut details = info(reason);
    if retry_after.is_some() {
        details.set_retry_info(retry_after);
    }
    status(code, message, details)
}

/// A call whose caller is not known.
pub(crate) fn unauthenticated_status(reason: &str, message: &str) -> Status {
    status(Code::Unauthenticated, message, info(reason))
}

/// A call whose caller is known, and has not the role that the call needs.
pub(crate) fn role_status(needed: &str, has: &str) -> Status {
    let details = info_with("ROLE_REQUIRED", [("required_role", needed.to_owned()), ("role", has.to_owned())]);
    let message = format!("this call needs the role {needed}; the caller has the role {has}");
    status(Code::PermissionDenied, &message, details)
}

/// A method that no role may call.
pub(crate) fn forbidden_status() -> Status {
    status(Code::PermissionDenied, "no caller may call this method", info("METHOD_FORBIDDEN"))
}

/// The status of every internal error.
pub(crate) fn internal() -> Status {
    status(Code::Internal, "internal error", info("INTERNAL"))
}

fn status(code: Code, message: &str, details: ErrorDetails) -> Status {
    let message = head(message, MAX_MESSAGE_BYTES);
    let mut encoded = 0;
    let end = message.char_indices().find(|(_, char)| {
        let is_plain = matches!(char, ' '..='~') && *char != '%';
        encoded += if is_plain { 1 } else { 3 * char.len_utf8() };
        encoded > MAX_ENCODED_MESSAGE_BYTES
    });
    let message = end.map_or(message, |(end, _)| &message[..end]);
    Status::with_error_details(code, message, details)
}

fn info(reason: &str) -> ErrorDetails {
    info_with(reason, [])
}

fn info_with<const N: usize>(reason: &str, metadata: [(&str, String); N]) -> ErrorDetails {
    let metadata: HashMap<String, String> = metadata.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    ErrorDetails::with_error_info(reason, ERROR_DOMAIN, metadata)
}

/// The longest prefix of at most `max_bytes` that does not split a character.
fn head(text: &str, max_bytes: usize) -> &str {
    &text[..text.floor_char_boundary(max_bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: impl Into<RpcError>, code: Code, reason: &str) {
        let status = Status::from(error.into());
        assert_eq!(status.code(), code);
        let details = status.get_error_details();
        let info = details.error_info().expect("every status has an ErrorInfo");
        assert_eq!((info.reason.as_str(), info.domain.as_str()), (reason, ERROR_DOMAIN));
        let may_retry = matches!(
            reason,
            "STORE_OVERLOADED"
                | "STORE_FULL"
                | "STORE_UNAVAILABLE"
                | "ARTICLE_CONTENDED"
                | "SERVER_OVERLOADED"
                | "SERVER_STOPPING"
        );
        assert_eq!(details.retry_info().is_some(), may_retry, "{reason}");
    }

    #[test]
    fn every_error_has_a_code_and_a_reason() {
        let name = || ArticleName::from_id("a").expect("an id");
        check(bad_field("f", ViolationReason::Required, "must be set"), Code::InvalidArgument, "FIELD_REQUIRED");
        check(RpcError::NotFound(name()), Code::NotFound, "ARTICLE_NOT_FOUND");
        check(RpcError::AlreadyExists(name()), Code::AlreadyExists, "ARTICLE_EXISTS");
        check(RpcError::NoRawDocument(name()), Code::FailedPrecondition, "NO_RAW_DOCUMENT");
        check(RpcError::EtagMismatch(name()), Code::Aborted, "ETAG_MISMATCH");
        check(RpcError::Contended(name()), Code::Aborted, "ARTICLE_CONTENDED");
        check(RpcError::BatchTooLarge { fitting: 3 }, Code::ResourceExhausted, "BATCH_TOO_LARGE");
        check(RpcError::ResumeTokenExpired, Code::OutOfRange, "RESUME_TOKEN_EXPIRED");
        check(RpcError::TooManyWatches, Code::ResourceExhausted, "SERVER_OVERLOADED");
        check(RpcError::TooManyStreams("imports"), Code::ResourceExhausted, "SERVER_OVERLOADED");
        check(RpcError::Stopping, Code::Unavailable, "SERVER_STOPPING");
        check(StoreError::Overloaded, Code::ResourceExhausted, "STORE_OVERLOADED");
        check(StoreError::Full, Code::ResourceExhausted, "STORE_FULL");
        check(StoreError::ReadOnly, Code::FailedPrecondition, "STORE_READ_ONLY");
        check(StoreError::Damaged(String::new()), Code::DataLoss, "STORE_DAMAGED");
        check(StoreError::Unavailable(String::new()), Code::Unavailable, "STORE_UNAVAILABLE");
        check(StoreError::Failed(String::new()), Code::Internal, "INTERNAL");
    }

    #[test]
    fn does_not_expose_internal_details() {
        for error in [
            StoreError::Damaged("table articles".to_owned()),
            StoreError::Unavailable("/var/lib/x".to_owned()),
            StoreError::Failed("SELECT".to_owned()),
        ] {
            let inside = error.to_string();
            let status = Status::from(RpcError::from(error));
            assert!(!inside.contains(status.message()) || status.message().len() < inside.len());
            for word in ["articles", "/var", "SELECT"] {
                assert!(!status.message().contains(word));
                assert!(!String::from_utf8_lossy(status.details()).contains(word));
            }
        }
    }

    #[test]
    fn fits_in_the_headers_that_clients_accept() {
        let mut violations = Violations::default();
        for _ in 0..100 {
            violations.add("長".repeat(1000), ViolationReason::TooLarge, "長".repeat(1000));
        }
        let status = Status::from(RpcError::BadRequest(violations));
        assert!(status.message().len() <= MAX_MESSAGE_BYTES);
        let encoded = |status: &Status| status.details().len().div_ceil(3) * 4 + 3 * status.message().len();
        assert!(encoded(&status) < 7 << 10, "{}", encoded(&status));
        let mut labels = Violations::default();
        for _ in 0..12 {
            labels.add(
                format!("article.labels.{}", "鍵".repeat(90)),
                ViolationReason::Malformed,
                "must have a key of 63 bytes",
            );
        }
        let status = Status::from(RpcError::BadRequest(labels));
        assert!(encoded(&status) < 7 << 10, "{}", encoded(&status));
    }
}
