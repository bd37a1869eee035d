//! Makes the errors that tonic answers by itself as precise as our own: a fitting code, and an ErrorInfo.
//!
//! A status that carries details is ours and passes untouched.

use http::{HeaderMap, header};
use tonic::{Code, Status};

use crate::rpc::status::{internal, overload_status};

const DETAILS: &str = "grpc-status-details-bin";

/// Whether headers or trailers say that all went well.
pub(crate) fn is_ok(headers: &HeaderMap) -> bool {
    headers.get("grpc-status").is_some_and(|status| status == "0")
}

/// Replaces the status in headers or trailers, if it is one that tonic made.
pub(crate) fn map_status(headers: &mut HeaderMap) {
    let Some(status) = Status::from_header_map(headers) else { return };
    if status.code() == Code::Ok || headers.contains_key(DETAILS) {
        return;
    }
    write(&mapped(&status), headers);
}

/// Puts a status into headers or trailers.
pub(crate) fn write(status: &Status, headers: &mut HeaderMap) {
    headers.remove("grpc-message");
    headers.remove(DETAILS);
    if status.add_header(headers).is_err() {
        // Only text that is no header can do this, and messages are percent-encoded.
        headers.insert("grpc-status", header::HeaderValue::from(Code::Internal as i32));
    }
}

fn mapped(status: &Status) -> Status {
    let message = status.message();
    let is_about = |words: &str| message.contains(words);
    match status.code() {
        Code::OutOfRange | Code::ResourceExhausted if is_about("encoded message") && !is_about("decoded message") => {
            overload_status(Code::ResourceExhausted, "RESPONSE_TOO_LARGE", "the answer is too large", None)
        }
        Code::OutOfRange | Code::ResourceExhausted => {
            overload_status(Code::ResourceExhausted, "REQUEST_TOO_LARGE", "the request is too large", None)
        }
        Code::Unimplemented if is_about("ompress") || is_about("encoding") => {
            overload_status(Code::Unimplemented, "COMPRESSION_UNSUPPORTED", message, None)
        }
        Code::Unimplemented => overload_status(Code::Unimplemented, "METHOD_UNKNOWN", "there is no such method", None),
        // tonic's own INTERNAL is about bytes that are not what the method takes.
        Code::Internal => {
            overload_status(Code::Internal, "REQUEST_UNDECODABLE", "the bytes of the request cannot be decoded", None)
        }
        Code::NotFound => overload_status(Code::NotFound, "SERVICE_UNKNOWN", message, None),
        Code::InvalidArgument => overload_status(Code::InvalidArgument, "INVALID_ARGUMENT", message, None),
        // The request ended in its midst, so the peer is gone, or broke it off.
        Code::Cancelled | Code::Unknown => {
            overload_status(Code::Cancelled, "REQUEST_BROKEN_OFF", "the request was broken off", None)
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
