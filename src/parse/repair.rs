//! Repairs text that mirror sites and earlier crawlers damaged, where the original is certain.
//!
//! Owns the rules, one a file, and the order in which they run. Does not classify lines.
//!
//! [`Repairer::learn`] detects on the whole page which kinds of damage are systematic. [`Repairer::apply`] then repairs
//! these in the page's text, title and metadata alike.

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

/// The kinds of systematic damage on one page.
pub(super) struct Repairer {
    has_tags: bool,
    is_spaced: bool,
    residue: Residue,
    /// Empty unless the page has pinyin residue, as only `bytes` uses it.
    page: bytes::PageText,
}

impl Repairer {
    /// Detects systematic damage on the text of the whole page.
    pub(super) fn learn(page_text: &str) -> Self {
        let mut repairer =
            Self { has_tags: false, is_spaced: false, residue: Residue::default(), page: bytes::PageText::default() };
        // Each detector sees the output of the rules before it.
        let discarded = &mut ParseReport::default();
        let text = without_entities(page_text, discarded);
        repairer.has_tags = tags::is_systematic(&text);
        // Mojibake is detected by line, so the tags that stand for line breaks are stripped first.
        let text = without_mojibake(&repairer.without_tags(text, discarded), discarded);
        repairer.is_spaced = spaced::is_systematic(&text);
        let text = repairer.without_spaces(text, discarded);
        repairer.residue = Residue::learn(&text);
        if !repairer.residue.is_empty() {
            repairer.page = bytes::PageText::new(&repairer.residue.strip(&text).0);
        }
        repairer
    }

    /// Repairs a text of the same page, and counts the repairs.
    pub(super) fn apply(&self, text: &str, report: &mut ParseReport) -> String {
        let text = self.without_tags(without_entities(text, report), report);
        let text = without_mojibake(&text, report);
        let text = self.without_spaces(text, report);
        self.without_residue(&text, report)
    }

    fn without_tags(&self, text: String, report: &mut ParseReport) -> String {
        if !self.has_tags {
            return text;
        }
        let (text, times) = tags::strip(&text);
        count(report, "HTML_TAG", times);
        text
    }

    fn without_spaces(&self, text: String, report: &mut ParseReport) -> String {
        if !self.is_spaced {
            return text;
        }
        let (text, times) = spaced::remove_spaces(&text);
        count(report, "SPACED_TEXT", times);
        text
    }

    fn without_residue(&self, text: &str, report: &mut ParseReport) -> String {
        if self.residue.is_empty() {
            warn_of_damage(bytes::damaged_stretches(text), report);
            return text.to_owned();
        }
        // The annotations mark where byte pairs were split, so bytes are repaired before annotations are stripped.
        let repair = bytes::repair(text, &self.residue, &self.page);
        let (text, stripped) = self.residue.strip(&repair.text);
        count(report, "RESIDUE_BYTES", repair.repaired);
        count(report, "PINYIN_RESIDUE", stripped.saturating_add(repair.stripped));
        warn_of_damage(repair.uncertain, report);
        text
    }
}

/// Repairs mojibake lines that contain C1 control characters: the cleaning of decoded text would remove these bytes.
pub(super) fn before_cleaning(text: String, report: &mut ParseReport) -> String {
    let Some(outcome) = mojibake::repair_c1_lines(&text) else { return text };
    count(report, "MOJIBAKE", outcome.repaired);
    outcome.text
}

fn without_mojibake(text: &str, report: &mut ParseReport) -> String {
    let outcome = mojibake::repair(text);
    count(report, "MOJIBAKE", outcome.repaired);
    if outcome.lossy > 0 {
        report.warnings.push(ParseWarning {
            reason: "MOJIBAKE_UNCERTAIN".into(),
            message: format!(
                "{} lines were decoded with a wrong charset before the crawl and have lost bytes",
                outcome.lossy
            ),
        });
    }
    outcome.text
}

fn without_entities(text: &str, report: &mut ParseReport) -> String {
    let (text, times) = entities::resolve(text);
    count(report, "HTML_ENTITY", times);
    text
}

fn warn_of_damage(stretches: u32, report: &mut ParseReport) {
    if stretches > 0 {
        report.warnings.push(ParseWarning {
            reason: "RESIDUE_UNCERTAIN".into(),
            message: format!(
                "{stretches} stretches are damaged by inserted pinyin and cannot be restored with certainty"
            ),
        });
    }
}

/// Adds to the count of a kind of repair. A kind with no repairs has no entry in the report.
fn count(report: &mut ParseReport, kind: &'static str, times: u32) {
    if times > 0 {
        let counted = report.repairs.entry(kind.into()).or_default();
        *counted = counted.saturating_add(times);
    }
}
