//! What mirror sites and earlier crawlers did to a page's text, undone where that is certain.
//!
//! Owns the rules, one a file, and the order in which they run. Refuses to judge which line is what.
//!
//! A page's habit is judged once, on the whole page ([`Repairer::learn`]), and then applied to its text, its title and
//! its metadata alike ([`Repairer::apply`]).

mod bytes;
mod likelihood;
#[cfg(test)]
mod measure;
mod residue;
pub(super) mod script;

use self::residue::Residue;
use crate::article::{ParseReport, ParseWarning};

/// What a page does to its text as a habit.
pub struct Repairer {
    residue: Residue,
    /// Empty if no rule asks for it.
    page: bytes::Page,
}

impl Repairer {
    /// Judges the page's habits on its whole text.
    pub fn learn(page_text: &str) -> Self {
        let residue = Residue::learn(page_text);
        let page =
            if residue.is_empty() { bytes::Page::default() } else { bytes::Page::new(&residue.strip(page_text).0) };
        Self { residue, page }
    }

    /// Repairs a stretch of the same page, and counts what it did.
    pub fn apply(&self, text: &str, report: &mut ParseReport) -> String {
        let text = self.without_residue(text, report);
        text
    }

    fn without_residue(&self, text: &str, report: &mut ParseReport) -> String {
        if self.residue.is_empty() {
            return text.to_owned();
        }
        let (text, stripped) = self.residue.strip(text);
        let undone = bytes::undo(&text, &self.residue, &self.page);
        count(report, "RESIDUE_BYTES", undone.repaired);
        count(report, "PINYIN_RESIDUE", stripped.saturating_add(undone.stripped));
        if undone.uncertain > 0 {
            report.warnings.push(ParseWarning {
                reason: "RESIDUE_UNCERTAIN".into(),
                message: format!(
                    "{} places are damaged by inserted pinyin in a way that cannot be undone for certain",
                    undone.uncertain
                ),
            });
        }
        undone.text
    }
}

/// Adds to the count of a kind of repair. A kind that was not met stays out of the report.
fn count(report: &mut ParseReport, kind: &'static str, times: u32) {
    if times > 0 {
        let counted = report.repairs.entry(kind.into()).or_default();
        *counted = counted.saturating_add(times);
    }
}
