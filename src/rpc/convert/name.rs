//! Names, ids and etags.

use crate::article::{ArticleName, Etag};
use crate::rpc::violations::{Fault, Violations};

/// A name that must be given.
pub(crate) fn article_name(field: &str, name: &str, violations: &mut Violations) -> Option<ArticleName> {
    if name.is_empty() {
        violations.add(field, Fault::Required, "must be set");
        return None;
    }
    ArticleName::parse(name).map_err(|error| violations.add(field, Fault::Malformed, error.to_string())).ok()
}

/// An id that may be left out.
pub(crate) fn article_id(id: &str, violations: &mut Violations) -> Option<ArticleName> {
    if id.is_empty() {
        return None;
    }
    ArticleName::from_id(id).map_err(|error| violations.add("article_id", Fault::Malformed, error.to_string())).ok()
}

/// An etag, if one is given. One of any form is taken: it is then just not the current one.
pub(crate) fn etag(etag: &str) -> Option<Etag> {
    if etag.is_empty() { None } else { Some(Etag::from_caller(etag)) }
}

/// A request id, if one is given: a UUID (AIP-155) as RFC 9562 prints it. The nil UUID is refused, as the AIP asks: it is
/// what a client sends that forgot to make one. The answer is in lower case, so that the same UUID is the same text.
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
        violations.add("request_id", Fault::Malformed, "must be a UUID, and not the nil UUID");
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
