//! Labels.

use std::collections::{BTreeMap, HashMap};

use super::text::check_line;
use crate::rpc::violations::{Fault, Violations};

/// As the proto says.
const MAX_LABELS: usize = 64;
const MAX_KEY_BYTES: usize = 63;
const MAX_VALUE_BYTES: usize = 255;

pub(crate) fn labels(
    field: &str,
    given: HashMap<String, String>,
    violations: &mut Violations,
) -> BTreeMap<String, String> {
    // Sorted, so that the same request gets the same answer.
    let labels: BTreeMap<String, String> = given.into_iter().collect();
    check_count(field, &labels, violations);
    for (key, value) in &labels {
        if !is_key(key) {
            violations.add(
                format!("{field}.{key}"),
                Fault::Malformed,
                format!("must have a key of at most {MAX_KEY_BYTES} bytes that matches [a-z][a-z0-9_.-]*"),
            );
        }
        if value.len() > MAX_VALUE_BYTES {
            violations.add(
                format!("{field}.{key}"),
                Fault::TooLarge,
                format!("must have a value of at most {MAX_VALUE_BYTES} bytes"),
            );
        }
        check_line(&format!("{field}.{key}"), value, violations);
    }
    labels
}

/// Checks the labels of an article that was put together from what was stored and what was given.
pub(crate) fn check_label_count(labels: &BTreeMap<String, String>, violations: &mut Violations) {
    check_count("article.labels", labels, violations);
}

fn check_count(field: &str, labels: &BTreeMap<String, String>, violations: &mut Violations) {
    if labels.len() > MAX_LABELS {
        violations.add(field, Fault::TooLarge, format!("must hold at most {MAX_LABELS} labels"));
    }
}

/// Whether a text may be the key of a label.
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
