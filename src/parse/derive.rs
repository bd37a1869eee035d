//! Derives language, keywords and cited works from an article's text.
//!
//! Owns these three. Does not look at the page: keywords that the page gives are a parameter.

mod cited_works;
mod keywords;
mod language;
mod script;
mod word_rarity;

pub(super) use self::cited_works::cited_works;
pub(super) use self::keywords::{extract_keywords, own_keywords};
pub(super) use self::language::language_code;
