//! What follows from an article's text alone: its language, its keywords, the works that it cites.
//!
//! Refuses to look at the page: what the page itself says of these comes in as a parameter.

mod cited_works;
mod keywords;
mod language;
mod script;

pub(super) use self::cited_works::cited_works;
pub(super) use self::keywords::{extract_keywords, own_keywords};
pub(super) use self::language::language_code;
