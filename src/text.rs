//! How text is compared: the one folding, the one segmentation and the one table of Han characters, shared by the parser, the
//! queries and the index, and the fingerprint that finds near-duplicates.

mod fingerprint;
mod fold;
mod fold_table;
mod han;
mod normalize;
mod segment;

pub use self::fingerprint::Fingerprint;
pub(crate) use self::fingerprint::KEY_COUNT;
pub use self::fold::fold;
pub(crate) use self::fold::{FOLDING_VERSION, Folded, fold_into};
pub(crate) use self::han::to_simplified;
pub use self::han::{is_han, to_traditional};
pub use self::segment::{Words, dictionary};
