//! Who may read `/metrics` and the other pages of that listener. Probes alone are open: they have no credentials.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::auth::{Authority, Denial};
use super::tls::{Encryption, Identity};
use crate::config::Exposure;

/// The pages of probes. What is not among them needs a role, also a page that is added later.
const PROBES: [&[u8]; 2] = [b"/healthz", b"/readyz"];

/// The authorization of requests to the metrics listener.
pub(crate) struct ScrapeAccess {
    pub encryption: Option<Encryption>,
    pub authority: Arc<Authority>,
    pub exposure: Exposure,
}

impl ScrapeAccess {
    /// The whole answer to a request that is not let in. `head` is the request line and the headers.
    pub(crate) fn refusal(&self, path: &[u8], head: &[u8], identity: &Identity) -> Option<&'static str> {
        if PROBES.contains(&path) {
            return None;
        }
        let needed = match self.exposure {
            Exposure::Anyone => return None,
            Exposure::Off => return Some(NOT_SERVED),
            Exposure::Role(role) => role,
        };
        match self.authority.admit_role(needed, &headers(head), identity.subjects()) {
            Ok(_) => None,
            Err(Denial::Missing | Denial::Malformed | Denial::UnknownToken) => Some(UNAUTHENTICATED),
            Err(Denial::Role { .. } | Denial::NoRule) => Some(FORBIDDEN),
        }
    }
}

/// The headers of a request. Malformed lines are skipped: without a token the request is refused.
fn headers(head: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in head.split(|&byte| byte == b'\n').skip(1) {
        let Some(colon) = line.iter().position(|&byte| byte == b':') else { continue };
        let name = HeaderName::from_bytes(&line[..colon]);
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    headers
}

/// A response with one line for people.
macro_rules! answer {
    ($status:literal, $header:literal, $body:literal) => {
        concat!(
            "HTTP/1.1 ",
            $status,
            "\r\ncontent-type: text/plain; charset=utf-8\r\n",
            $header,
            "connection: close\r\n\r\n",
            $body,
            "\n"
        )
    };
}

const UNAUTHENTICATED: &str =
    answer!("401 Unauthorized", "www-authenticate: Bearer\r\n", "this page needs a token: authorization: Bearer TOKEN");
const FORBIDDEN: &str = answer!("403 Forbidden", "", "the role of this caller is too low");
const NOT_SERVED: &str = answer!("404 Not Found", "", "the setting metrics_access is off");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_headers_as_http_has_them() {
        let head = b"GET /metrics HTTP/1.1\r\nHost: a\r\nAUTHORIZATION:  Bearer x \r\nnothing\r\n bad name: y\r\n\r\n";
        let headers = headers(head);
        assert_eq!(headers.get("authorization").map(HeaderValue::as_bytes), Some(b"Bearer x".as_slice()));
        assert_eq!(headers.len(), 2);
    }
}
