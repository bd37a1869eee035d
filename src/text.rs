//! How text is compared: the one folding and the one segmentation, shared by the parser, the queries and the index.

mod fold;

pub use self::fold::{Folded, fold};
