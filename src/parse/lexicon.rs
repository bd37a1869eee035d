//! The word lists of the parser, each list once.
//!
//! Lists are Simplified, half-width and lower case. Look them up in text that went through
//! [`super::normalized_line::normalize_char`], so that one entry matches both scripts. Does not own rules: a rule lives in the
//! stage that uses the list.

pub mod page_chrome;
pub mod page_phrases;
pub mod places;
pub mod surnames;
