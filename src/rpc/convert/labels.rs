//! Validates labels.

use std::collections::{BTreeMap, HashMap};

use super::text::check_line;
use crate::article::{MAX_LABEL_KEY_BYTES, is_label_key};
use crate::rpc::violations::{ViolationReason, Violations};

/// As documented in the proto, as is the next one.
const MAX_LABELS: usize = 64;
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
        if !is_label_key(key) {
            violations.add(
                format!("{field}.{key}"),
                ViolationReason::Malformed,
                format!("must have a key of at most {MAX_LABEL_KEY_BYTES} bytes that matches [a-z][a-z0-9_.-]*"),
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
