//! What mirror sites and earlier crawlers did to a page's text, undone where that is certain.
//!
//! Owns the rules, one a file, and the order in which they run. Refuses to judge which line is what.
//!
//! A page's habit is judged once, on the whole page ([`Repairer::learn`]), and then applied to its text, its title and
//! its metadata alike ([`Repairer::apply`]).

#[cfg(test)]
mod measure;
mod residue;
pub(super) mod script;

use self::residue::Residue;
use crate::article::ParseReport;

/// What a page does to its text as a habit.
pub struct Repairer {
    residue: Residue,
}

impl Repairer {
    /// Judges the page's habits on its whole text.
    pub fn learn(page_text: &str) -> Self {
        Self { residue: Residue::learn(page_text) }
    }

    /// Repairs a stretch of the same page, and counts what it did.
    pub fn apply(&self, text: &str, report: &mut ParseReport) -> String {
        let (text, stripped) = self.residue.strip(text);
        count(report, "PINYIN_RESIDUE", stripped);
        text
    }
}

/// Adds to the count of a kind of repair. A kind that was not met stays out of the report.
fn count(report: &mut ParseReport, kind: &'static str, times: u32) {
    if times > 0 {
        let counted = report.repairs.entry(kind.into()).or_default();
        *counted = counted.saturating_add(times);
    }
}
