//! Compares two prints of one headline.

/// Only letters and digits, in lower case, to compare two prints of one headline.
pub(super) fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
