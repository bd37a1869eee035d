//! Validates labels.

use std::collections::{BTreeMap, HashMap};

use super::text::check_line;
use crate::rpc::violations::{ViolationReason, Violations};

/// As documented in the proto, as are the next two.
const MAX_LABELS: usize = 64;
const MAX_KEY_BYTES: usize = 63;
const MAX_VALUE_BYTES: usize = 255;

pub(crate) fn labels(
    field: &str,
    given: HashMap<String, String>,
    violations: &mut Violations,
) -> BTreeMap<String, String> {
    // Sorted, so that the same request always gets the same error.
    let labels: BTreeMap<String, String> = given.into_iter().collect();
    check_count(field, &labels, violations);
    for (key, value) in &labels {
        if !is_key(key) {
            violations.add(
                format!("{field}.{key}"),
                ViolationReason::Malformed,
                format!("must have a key of at most {MAX_KEY_BYTES} bytes that matches [a-z][a-z0-9_.-]*"),
            );
        }
        if value.len() > MAX_VALUE_BYTES {
            violations.add(
                format!("{field}.{key}"),
                ViolationReason::TooLarge,
                format!("must have a value of at most {MAX_VALUE_BYTES} bytes"),
            );
        }
        check_line(&format!("{field}.{key}"), value, violations);
    }
    labels
}

/// Validates the number of labels after an update has merged given labels into the stored ones.
pub(crate) fn check_label_count(labels: &BTreeMap<String, String>, violations: &mut Violations) {
    check_count("article.labels", labels, violations);
}

fn check_count(field: &str, labels: &BTreeMap<String, String>, violations: &mut Violations) {
    if labels.len() > MAX_LABELS {
        violations.add(field, ViolationReason::TooLarge, format!("must contain at most {MAX_LABELS} labels"));
    }
}

/// Whether a string is a valid label key.
pub(crate) fn is_key(key: &str) -> bool {
    key.len() <= MAX_KEY_BYTES
        && key.starts_with(|first: char| first.is_ascii_lowercase())
        && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        for key in ["a", "crawler", "a.b_c-9", &"a".repeat(63)] {
            assert!(is_key(key), "{key}");
        }
        for key in ["", "A", "9", "-a", "a b", "鍵", &"a".repeat(64)] {
            assert!(!is_key(key), "{key}");
        }
    }
}
