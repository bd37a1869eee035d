//! What mirror sites and earlier crawlers did to a page's text, undone where that is certain.
//!
//! Owns the rules, one a file, and the order in which they run. Refuses to judge which line is what.
//!
//! A page's habit is judged once, on the whole page ([`Repairer::learn`]), and then applied to its text, its title and
//! its metadata alike ([`Repairer::apply`]).

use crate::article::ParseReport;

/// What a page does to its text as a habit.
pub struct Repairer {}

impl Repairer {
    /// Judges the page's habits on its whole text.
    pub fn learn(_page_text: &str) -> Self {
        Self {}
    }

    /// Repairs a stretch of the same page, and counts what it did.
    pub fn apply(&self, text: &str, _report: &mut ParseReport) -> String {
        text.to_owned()
    }
}
