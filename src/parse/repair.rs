//! What mirror sites and earlier crawlers did to a page's text, undone where that is certain.
//!
//! Owns the rules, one a file, and the order in which they run. Refuses to judge which line is what.
//!
//! A page's habit is judged once, on the whole page ([`Repairer::learn`]), and then applied to its text, its title and
//! its metadata alike ([`Repairer::apply`]).

mod bytes;
mod entities;
mod likelihood;
#[cfg(test)]
mod measure;
mod mojibake;
mod residue;
pub(super) mod script;
mod spaced;
mod tags;
#[cfg(test)]
mod tests;

use self::residue::Residue;
use crate::article::{ParseReport, ParseWarning};

/// What a page does to its text as a habit.
pub(super) struct Repairer {
    tags: bool,
    spaced: bool,
    residue: Residue,
    /// Empty if no rule asks for it.
    page: bytes::PageText,
}

impl Repairer {
    /// Judges the page's habits on its whole text.
    pub(super) fn learn(page_text: &str) -> Self {
        let mut repairer =
            Self { tags: false, spaced: false, residue: Residue::default(), page: bytes::PageText::default() };
        // Each habit is judged on what the rules before it leave.
        let unseen = &mut ParseReport::default();
        let text = resolved(page_text, unseen);
        repairer.tags = tags::is_habit(&text);
        // A misreading is judged line by line, so tags that break lines go first.
        let text = turned_back(&repairer.without_tags(text, unseen), unseen);
        repairer.spaced = spaced::is_habit(&text);
        let text = repairer.closed_up(text, unseen);
        repairer.residue = Residue::learn(&text);
        if !repairer.residue.is_empty() {
            repairer.page = bytes::PageText::new(&repairer.residue.strip(&text).0);
        }
        repairer
    }

    /// Repairs a stretch of the same page, and counts what it did.
    pub(super) fn apply(&self, text: &str, report: &mut ParseReport) -> String {
        let text = self.without_tags(resolved(text, report), report);
        let text = turned_back(&text, report);
        let text = self.closed_up(text, report);
        self.without_residue(&text, report)
    }

    fn without_tags(&self, text: String, report: &mut ParseReport) -> String {
        if !self.tags {
            return text;
        }
        let (text, times) = tags::strip(&text);
        count(report, "HTML_TAG", times);
        text
    }

    fn closed_up(&self, text: String, report: &mut ParseReport) -> String {
        if !self.spaced {
            return text;
        }
        let (text, times) = spaced::close_up(&text);
        count(report, "SPACED_TEXT", times);
        text
    }

    fn without_residue(&self, text: &str, report: &mut ParseReport) -> String {
        if self.residue.is_empty() {
            return text.to_owned();
        }
        // An annotation says where bytes were parted, so that the damage is undone before it goes.
        let undone = bytes::undo(text, &self.residue, &self.page);
        let (text, stripped) = self.residue.strip(&undone.text);
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
        text
    }
}

/// Repairs what the cleaning of decoded text would make irreparable: misread lines whose bytes became control characters.
pub(super) fn before_cleaning(text: String, report: &mut ParseReport) -> String {
    let Some(outcome) = mojibake::turn_back_controls(&text) else { return text };
    count(report, "MOJIBAKE", outcome.repaired);
    outcome.text
}

fn turned_back(text: &str, report: &mut ParseReport) -> String {
    let outcome = mojibake::turn_back(text);
    count(report, "MOJIBAKE", outcome.repaired);
    if outcome.lossy > 0 {
        report.warnings.push(ParseWarning {
            reason: "MOJIBAKE_UNCERTAIN".into(),
            message: format!("{} lines were read in a wrong charset before and have lost bytes", outcome.lossy),
        });
    }
    outcome.text
}

fn resolved(text: &str, report: &mut ParseReport) -> String {
    let (text, times) = entities::resolve(text);
    count(report, "HTML_ENTITY", times);
    text
}

/// Adds to the count of a kind of repair. A kind that was not met stays out of the report.
fn count(report: &mut ParseReport, kind: &'static str, times: u32) {
    if times > 0 {
        let counted = report.repairs.entry(kind.into()).or_default();
        *counted = counted.saturating_add(times);
    }
}
