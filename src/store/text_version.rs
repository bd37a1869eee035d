//! The version of everything that engines derive from texts: folded texts, keyword index, fingerprints.

use crate::query::TextField;
use crate::store::checksums::checksum;
use crate::text::FOLDING_VERSION;

/// The current version: that of the folding, and a hash of the folded fields, so that adding a field changes it
/// automatically.
pub(crate) fn text_version() -> i64 {
    let fields = format!("{FOLDING_VERSION} {:?}", TextField::ALL);
    checksum(fields.as_bytes())
}
