//! The checksums of stored rows, by which damage is seen.

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// Converts bit by bit, because the integers of SQL are signed.
pub(super) fn checksum(bytes: &[u8]) -> i64 {
    xxh3_64(bytes).cast_signed()
}

/// The checksum of a raw document: of its head, then of the content with that as its seed.
pub(super) fn raw_checksum(head: &[u8], content: &[u8]) -> i64 {
    xxh3_64_with_seed(content, xxh3_64(head)).cast_signed()
}
