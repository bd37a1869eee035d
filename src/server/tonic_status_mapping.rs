//! Maps the statuses that tonic generates itself to a precise code with an ErrorInfo.
//!
//! A status with details is ours and is not changed.

use http::{HeaderMap, header};
use tonic::{Code, Status};

use crate::rpc::status::{internal, overload_status};

pub(crate) const DETAILS: &str = "grpc-status-details-bin";

/// Whether headers or trailers have the status OK.
pub(crate) fn is_ok(headers: &HeaderMap) -> bool {
    headers.get("grpc-status").is_some_and(|status| status == "0")
}

/// Replaces the status in headers or trailers, if tonic generated it.
pub(crate) fn map_status(headers: &mut HeaderMap) {
    let Some(status) = Status::from_header_map(headers) else { return };
    if status.code() == Code::Ok || headers.contains_key(DETAILS) {
        return;
    }
    write(&mapped(&status), headers);
}

/// Writes a status into headers or trailers.
pub(crate) fn write(status: &Status, headers: &mut HeaderMap) {
    headers.remove("grpc-message");
    headers.remove(DETAILS);
    if status.add_header(headers).is_err() {
        // Fails only for a value that is not a valid header, but messages are percent-encoded.
        headers.insert("grpc-status", header::HeaderValue::from(Code::Internal as i32));
    }
}

fn mapped(status: &Status) -> Status {
    let message = status.message();
    let is_about = |words: &str| message.contains(words);
    match status.code() {
        Code::OutOfRange | Code::ResourceExhausted if is_about("encoded message") && !is_about("decoded message") => {
            overload_status(Code::ResourceExhausted, "RESPONSE_TOO_LARGE", "the response is too large", None)
        }
        Code::OutOfRange | Code::ResourceExhausted => {
            overload_status(Code::ResourceExhausted, "REQUEST_TOO_LARGE", "the request is too large", None)
        }
        Code::Unimplemented if is_about("ompress") || is_about("encoding") => {
            overload_status(Code::Unimplemented, "COMPRESSION_UNSUPPORTED", message, None)
        }
        Code::Unimplemented => overload_status(Code::Unimplemented, "METHOD_UNKNOWN", "unknown method", None),
        // tonic's own INTERNAL means that the request does not decode.
        Code::Internal => {
            overload_status(Code::Internal, "REQUEST_UNDECODABLE", "the bytes of the request cannot be decoded", None)
        }
        Code::NotFound => overload_status(Code::NotFound, "SERVICE_UNKNOWN", message, None),
        Code::InvalidArgument => overload_status(Code::InvalidArgument, "INVALID_ARGUMENT", message, None),
        // The request is incomplete: the peer closed the connection or reset the stream.
        Code::Cancelled | Code::Unknown => {
            overload_status(Code::Cancelled, "REQUEST_BROKEN_OFF", "the request ended before it was complete", None)
        }
        Code::Ok
        | Code::DeadlineExceeded
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::Unavailable
        | Code::DataLoss
        | Code::Unauthenticated => internal(),
    }
}
