//! Text comparison: folding, word segmentation, Han characters, and near-duplicate fingerprints, display control characters.
//!
//! Parser, queries and keyword index share these, so that they agree on what is equal.

mod controls;
mod fingerprint;
mod fold;
mod fold_table;
mod han;
mod normalize;
mod segment;
pub(crate) mod word_code;

pub use self::controls::is_display_control;
pub(crate) use self::controls::is_reordering;
pub use self::fingerprint::Fingerprint;
pub(crate) use self::fingerprint::KEY_COUNT;
pub use self::fold::fold;
pub(crate) use self::fold::{FOLDING_VERSION, Folded, fold_into};
pub(crate) use self::han::to_simplified;
pub use self::han::{is_han, to_traditional};
pub(crate) use self::segment::is_segmented_as_one;
pub use self::segment::{Words, dictionary};
