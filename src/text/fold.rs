//! Folding: what makes 安全生產, 安全生产 and Ａ, a one.

use std::ops::Range;

/// Folds text for comparison.
pub fn fold(text: &str) -> String {
    Folded::new(text).text
}

/// Folded text that remembers where each piece of it came from.
pub struct Folded {
    pub text: String,
}

impl Folded {
    pub fn new(original: &str) -> Self {
        Self { text: original.to_lowercase() }
    }

    /// The stretch of the original that a stretch of the folded text came from, both in bytes.
    pub fn original_range(&self, folded: Range<usize>) -> Range<usize> {
        folded
    }
}
