//! Validates names, ids and etags.

use crate::article::{ArticleName, Etag};
use crate::rpc::violations::{ViolationReason, Violations};

/// A required name.
pub(crate) fn article_name(field: &str, name: &str, violations: &mut Violations) -> Option<ArticleName> {
    if name.is_empty() {
        violations.add(field, ViolationReason::Required, "must be set");
        return None;
    }
    ArticleName::parse(name).map_err(|error| violations.add(field, ViolationReason::Malformed, error.to_string())).ok()
}

/// An optional id.
pub(crate) fn article_id(id: &str, violations: &mut Violations) -> Option<ArticleName> {
    if id.is_empty() {
        return None;
    }
    ArticleName::from_id(id)
        .map_err(|error| violations.add("article_id", ViolationReason::Malformed, error.to_string()))
        .ok()
}

/// An optional etag. Any syntax is accepted, because a malformed etag simply is not the current one.
pub(crate) fn etag(etag: &str) -> Option<Etag> {
    if etag.is_empty() { None } else { Some(Etag::from_caller(etag)) }
}

/// An optional request id: a UUID (AIP-155) in the format of RFC 9562. The nil UUID is refused, as the AIP requires: a
/// client that forgot to generate an id sends it. Returned in lower case, so that equal UUIDs are equal strings.
pub(crate) fn request_id(id: &str, violations: &mut Violations) -> Option<String> {
    if id.is_empty() {
        return None;
    }
    let bytes = id.as_bytes();
    let well_formed = bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
        && bytes.iter().any(|byte| !matches!(byte, b'0' | b'-'));
    if !well_formed {
        violations.add("request_id", ViolationReason::Malformed, "must be a UUID, and not the nil UUID");
        return None;
    }
    Some(id.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids() {
        let check = |given: &str, expected: Option<&str>| {
            let mut violations = Violations::default();
            assert_eq!(request_id(given, &mut violations).as_deref(), expected, "{given}");
            assert_eq!(violations.iter().count(), usize::from(expected.is_none() && !given.is_empty()), "{given}");
        };
        check("", None);
        check("6BA7B810-9dad-11d1-80b4-00c04fd430c8", Some("6ba7b810-9dad-11d1-80b4-00c04fd430c8"));
        check("00000000-0000-0000-0000-000000000000", None);
        check("6ba7b8109dad11d180b400c04fd430c8", None);
        check("6ba7b810-9dad-11d1-80b4-00c04fd430cg", None);
        check("區塊區塊區塊區塊區塊區塊", None);
    }
}
