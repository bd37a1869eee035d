//! The near-duplicate rule of all engines: when two bodies count as the same text.

use crate::text::Fingerprint;

/// Whether two bodies are nearly the same.
pub(super) fn is_duplicate(a: &Fingerprint, b: &Fingerprint) -> bool {
    let keys = b.keys();
    a.keys().iter().any(|key| keys.contains(key)) && a.is_near(b)
}
