//! The keys of labels.

/// The longest key, in bytes.
pub(crate) const MAX_LABEL_KEY_BYTES: usize = 63;

/// Whether a string is a valid label key.
pub(crate) fn is_label_key(key: &str) -> bool {
    key.len() <= MAX_LABEL_KEY_BYTES
        && key.starts_with(|first: char| first.is_ascii_lowercase())
        && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        for key in ["a", "crawler", "a.b_c-9", &"a".repeat(63)] {
            assert!(is_label_key(key), "{key}");
        }
        for key in ["", "A", "9", "-a", "a b", "鍵", "*", &"a".repeat(64)] {
            assert!(!is_label_key(key), "{key}");
        }
    }
}
