//! Converts raw documents, in both directions.

use super::text::check_line;
use super::{labels, time};
use crate::article::{MAX_DOCUMENT_BYTES, PageUrl, RawDocument};
use crate::rpc::proto;
use crate::rpc::violations::{ViolationReason, Violations};

/// The media types that the parser supports.
const MEDIA_TYPES: [&str; 3] = ["text/plain", "text/html", "application/xhtml+xml"];

const MAX_CONTENT_TYPE_BYTES: usize = 255;

/// Validates a required document.
pub(crate) fn document(given: Option<proto::RawDocument>, violations: &mut Violations) -> RawDocument {
    let Some(given) = given else {
        violations.add("document", ViolationReason::Required, "must be set");
        return RawDocument::default();
    };
    given_document("document", given, violations)
}

/// Validates a document; `field` is its path in the request.
pub(crate) fn given_document(field: &str, given: proto::RawDocument, violations: &mut Violations) -> RawDocument {
    let proto::RawDocument { content, content_type, url, fetch_time, labels } = given;
    let path = |name: &str| format!("{field}.{name}");
    if content.is_empty() {
        violations.add(path("content"), ViolationReason::Required, "must not be empty");
    }
    if content.len() > MAX_DOCUMENT_BYTES {
        violations.add(
            path("content"),
            ViolationReason::TooLarge,
            format!("must have at most {MAX_DOCUMENT_BYTES} bytes, and has {}", content.len()),
        );
    }
    check_content_type(path("content_type"), &content_type, violations);
    RawDocument {
        content,
        content_type,
        url: page_url(&path("url"), &url, violations),
        fetch_time: time::timestamp(&path("fetch_time"), fetch_time.as_ref(), violations),
        labels: labels::labels(&path("labels"), labels, violations),
    }
}

/// A URL, if one is given.
pub(crate) fn page_url(field: &str, given: &str, violations: &mut Violations) -> Option<PageUrl> {
    if given.is_empty() {
        return None;
    }
    check_line(field, given, violations);
    PageUrl::parse(given).map_err(|error| violations.add(field, ViolationReason::Malformed, error.to_string())).ok()
}

fn check_content_type(field: String, content_type: &str, violations: &mut Violations) {
    if content_type.is_empty() {
        return;
    }
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let known = MEDIA_TYPES.contains(&media_type.as_str());
    let printable = content_type.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
    if !known || !printable || content_type.len() > MAX_CONTENT_TYPE_BYTES {
        let known = MEDIA_TYPES.join(", ");
        violations.add(field, ViolationReason::Malformed, format!("must be empty or one of {known}"));
    }
}

/// Converts a document to the generated type.
pub fn to_wire(document: RawDocument) -> proto::RawDocument {
    let RawDocument { content, content_type, url, fetch_time, labels } = document;
    proto::RawDocument {
        content,
        content_type,
        url: url.map(|url| url.as_str().to_owned()).unwrap_or_default(),
        fetch_time: fetch_time.map(time::to_wire),
        labels: labels.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types() {
        let check = |content_type: &str, allowed: bool| {
            let mut violations = Violations::default();
            check_content_type("document.content_type".to_owned(), content_type, &mut violations);
            assert_eq!(violations.iter().next().is_none(), allowed, "{content_type}");
        };
        check("", true);
        check("text/plain", true);
        check("Text/HTML ; charset=\"gbk\"", true);
        check("application/xhtml+xml;charset=utf-8", true);
        check("application/pdf", false);
        check("text", false);
        check("text/html;\n", false);
        check(";", false);
    }
}
