//! The id of a request: the caller's, or a generated one. It is in each log line of the request, in the response's metadata,
//! and in error details, so that callers and operators can refer to the same request.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue};
use tonic::Status;
use tonic_types::StatusExt;

use super::tonic_status_mapping;

pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The key of the id in the metadata of an ErrorInfo.
const ERROR_METADATA_KEY: &str = "request_id";

/// The maximum length of a caller's id, which is returned in headers and logged. A UUID has 36 characters.
const MAX_BYTES: usize = 128;

/// Generates ids that are unique across processes.
pub(crate) struct RequestIds {
    prefix: u64,
    next: AtomicU64,
}

impl RequestIds {
    pub(crate) fn new() -> Self {
        // A hasher's keys are the only random numbers in the standard library.
        Self { prefix: RandomState::new().hash_one("request"), next: AtomicU64::new(1) }
    }

    /// The caller's id if it is valid, otherwise a generated one. A malformed id is not an error.
    pub(crate) fn of(&self, headers: &HeaderMap) -> RequestId {
        match headers.get(&HEADER).filter(|id| is_plain(id.as_bytes())) {
            Some(id) => RequestId(id.clone()),
            None => self.make(),
        }
    }

    fn make(&self) -> RequestId {
        let text = format!("{:016x}-{}", self.prefix, self.next.fetch_add(1, Ordering::Relaxed));
        // Hexadecimal digits are a header's value.
        RequestId(HeaderValue::from_maybe_shared(bytes::Bytes::from(text)).unwrap_or(HeaderValue::from_static("none")))
    }
}

/// Whether an id can be logged and returned unchanged: letters, digits, and the separators in ids of common proxies.
fn is_plain(id: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:/=+@".contains(byte);
    (1..=MAX_BYTES).contains(&id.len()) && id.iter().all(is_plain)
}

#[derive(Clone, Debug)]
pub(crate) struct RequestId(HeaderValue);

impl RequestId {
    pub(crate) fn as_str(&self) -> &str {
        // Checked when it was made.
        self.0.to_str().unwrap_or_default()
    }

    /// Adds the id to the headers of a response and, if they have an error, to its details.
    pub(crate) fn stamp_headers(&self, headers: &mut HeaderMap) {
        headers.insert(HEADER, self.0.clone());
        self.stamp_error(headers);
    }

    /// Adds the id to the details of an error in headers or trailers.
    pub(crate) fn stamp_error(&self, headers: &mut HeaderMap) {
        if !headers.contains_key(tonic_status_mapping::DETAILS) {
            return;
        }
        let Some(status) = Status::from_header_map(headers) else { return };
        let mut details = status.get_error_details();
        let Some(info) = details.error_info().cloned() else { return };
        let mut metadata = info.metadata;
        metadata.insert(ERROR_METADATA_KEY.to_owned(), self.as_str().to_owned());
        details.set_error_info(info.reason, info.domain, metadata);
        let stamped = Status::with_error_details(status.code(), status.message(), details);
        tonic_status_mapping::write(&stamped, headers);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::status::internal;

    #[test]
    fn a_callers_id_is_taken_if_it_can_be_logged() {
        let ids = RequestIds::new();
        let of = |id: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(HEADER, HeaderValue::from_bytes(id).expect("a value"));
            ids.of(&headers).as_str().to_owned()
        };
        for id in ["7", "6f1e2c80-2b1f-4c61-9a7e-1f0a5c9d3e21", "Root=1-67891233-abcdef012345678912345678"] {
            assert_eq!(of(id.as_bytes()), id);
        }
        for id in ["", "a b", "a\"b", "a;b", &"x".repeat(129)] {
            assert_ne!(of(id.as_bytes()), id);
        }
        assert!(!of("\u{7532}".as_bytes()).is_empty());
        assert_ne!(ids.of(&HeaderMap::new()).as_str(), ids.of(&HeaderMap::new()).as_str());
    }

    #[test]
    fn an_errors_details_keep_what_they_have() {
        let mut headers = HeaderMap::new();
        tonic_status_mapping::write(&internal(), &mut headers);
        RequestId(HeaderValue::from_static("abc")).stamp_headers(&mut headers);
        assert_eq!(headers[HEADER], "abc");
        let status = Status::from_header_map(&headers).expect("a status");
        assert_eq!(status.message(), internal().message());
        let info = status.get_details_error_info().expect("an ErrorInfo");
        assert_eq!((info.reason.as_str(), info.domain.as_str()), ("INTERNAL", "articled"));
        assert_eq!(info.metadata["request_id"], "abc");
    }
}
