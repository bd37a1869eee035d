//! How text is compared: the one folding and the one segmentation, shared by the parser, the queries and the index, and
//! the fingerprint that finds near-duplicates.

mod fingerprint;
mod fold;
mod fold_table;
mod segment;

pub use self::fingerprint::{FINGERPRINT_BYTES, Fingerprint, KEY_COUNT};
pub use self::fold::{Folded, fold, fold_into};
pub use self::segment::{Words, dictionary};
