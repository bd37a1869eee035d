//! Validates language tags.

use crate::article::canonical_language;
use crate::rpc::violations::{ViolationReason, Violations};

/// Validates a tag and returns it in canonical case: `zh-Hans` for `zh-hans`. An empty tag is `und`.
pub(crate) fn language_code(field: &str, tag: String, violations: &mut Violations) -> String {
    if tag.is_empty() {
        return "und".to_owned();
    }
    match canonical_language(&tag) {
        Some(canonical) => canonical,
        None => {
            violations.add(field, ViolationReason::Malformed, "must be a BCP-47 tag such as zh-Hans, or empty");
            tag
        }
    }
}
