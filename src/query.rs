//! What a reader asks of the store: checked once, by the constructors here, and then only passed on.
//!
//! Owns the keyword filter and its exact meaning, the metadata filter, order, page size and cursor. Refuses to know how
//! an answer is found: the store decides that, and must find what [`KeywordFilter::matches`] defines.

pub(crate) mod filter;
mod folded;
mod keywords;
mod matching;
mod page;
mod snippets;

pub use self::filter::{BadFilter, Filter};
pub use self::folded::FoldedFields;
pub use self::keywords::{BadKeywords, Keyword, KeywordFilter, KeywordMatch, TextField};
pub use self::page::{Cursor, Order, OrderKey, PageSize};
pub use self::snippets::{Segment, Snippet};

#[cfg(test)]
mod documented_tests;
#[cfg(test)]
mod real_text_tests;
