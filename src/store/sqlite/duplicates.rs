//! Near-duplicate detection: the table of fingerprint keys, and the search for the original.

pub(super) mod keys;
pub(super) mod originals;
