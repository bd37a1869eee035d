//! What was decided about a page and why, for a person who debugs it (`articled parse --explain`).
//!
//! Owns the record that the stages write, and [`lines`], which says what became of each line. Makes no decision: without
//! `--explain` the [`Trace`] is off and nothing is recorded.

pub(super) mod lines;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use crate::article::RepairKind;

/// The decisions about one document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Explanation {
    /// In the order in which they were made.
    pub decisions: Vec<Decision>,
    /// The non-blank lines: those of a text as it is, those of an HTML page as a reader sees them, and last those that only
    /// metadata has.
    pub lines: Vec<ExplainedLine>,
}

/// One decision, such as the one about `info_source`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// A field of the article, or `charset`, `format`, `content`.
    pub subject: &'static str,
    /// What was chosen; empty if nothing was.
    pub chosen: String,
    /// Why, in English; empty if nothing was chosen.
    pub rule: Cow<'static, str>,
    /// In the order in which they were considered.
    pub candidates: Vec<Alternative>,
}

/// What was considered in a decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternative {
    /// The value, as the page has it.
    pub value: String,
    /// Where it stands, such as `og:title`.
    pub origin: Cow<'static, str>,
    /// On the scale of the decision's rule; greater is better.
    pub score: Option<f64>,
    /// Why it was not chosen, or what it became; empty where the score or the order tells.
    pub verdict: &'static str,
}

/// A line and what became of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExplainedLine {
    /// Counted from 1. `None` for a line that only metadata has.
    pub number: Option<usize>,
    /// The element of an HTML page that holds it; empty in plain text.
    pub element: String,
    /// The line as decoded, before repair.
    pub text: String,
    /// The line after repair, if that differs.
    pub repaired: Option<String>,
    /// How often each kind of repair was made in it.
    pub repairs: BTreeMap<RepairKind, u32>,
    /// What its parts became, in order. Empty if its text is a part of another line.
    pub parts: Vec<Part>,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The text, repaired.
    pub text: String,
    /// A field of the article, with the number of the paragraph or item (`body 3`), or `removed`.
    pub becomes: String,
    /// Why it was removed: the reason in the report. Empty for what was kept.
    pub reason: Cow<'static, str>,
    /// The finer rule, or what the line says: `source 青石晚报`.
    pub detail: String,
}

/// Where the stages record what they decide, if that was asked for.
pub(super) struct Trace(Option<Box<Record>>);

/// What the stages recorded.
#[derive(Default)]
pub(super) struct Record {
    explanation: Explanation,
    source: Vec<SourceLine>,
    /// Which finer rule dropped a line of an HTML page.
    dropped: HashMap<String, &'static str>,
}

/// A line as decoded.
struct SourceLine {
    number: usize,
    element: String,
    text: String,
}

impl Trace {
    pub(super) fn off() -> Self {
        Self(None)
    }

    pub(super) fn on() -> Self {
        Self(Some(Box::default()))
    }

    /// Runs `write` if the trace is on. What costs something is computed within.
    pub(super) fn record(&mut self, write: impl FnOnce(&mut Record)) {
        if let Some(record) = &mut self.0 {
            write(record);
        }
    }

    pub(super) fn finish(self) -> Explanation {
        self.0.map(|record| record.explanation).unwrap_or_default()
    }
}

impl Record {
    /// Adds a candidate, unless it is blank.
    pub(super) fn candidate(
        &mut self,
        subject: &'static str,
        value: &str,
        origin: impl Into<Cow<'static, str>>,
        score: Option<f64>,
        verdict: &'static str,
    ) {
        if value.trim().is_empty() {
            return;
        }
        let candidate = Alternative { value: value.to_owned(), origin: origin.into(), score, verdict };
        self.decision(subject).candidates.push(candidate);
    }

    /// Sets what was chosen. A later stage may know better than an earlier one, and overrides it.
    pub(super) fn choose(&mut self, subject: &'static str, chosen: &str, rule: impl Into<Cow<'static, str>>) {
        let decision = self.decision(subject);
        chosen.clone_into(&mut decision.chosen);
        decision.rule = if chosen.is_empty() { Cow::Borrowed("") } else { rule.into() };
    }

    fn decision(&mut self, subject: &'static str) -> &mut Decision {
        let decisions = &mut self.explanation.decisions;
        let at = decisions.iter().position(|decision| decision.subject == subject).unwrap_or_else(|| {
            decisions.push(Decision { subject, ..Decision::default() });
            decisions.len() - 1
        });
        &mut decisions[at]
    }

    /// The lines of a plain text.
    pub(super) fn text_source(&mut self, text: &str) {
        let numbered = text.lines().zip(1..);
        let seen = numbered.filter(|(line, _)| !line.trim().is_empty());
        self.source = seen
            .map(|(line, number)| SourceLine { number, element: String::new(), text: line.trim().to_owned() })
            .collect();
    }

    /// The lines of an HTML page as a reader sees them, each with its element.
    pub(super) fn html_source(&mut self, lines: impl Iterator<Item = (String, String)>) {
        let numbered = lines.zip(1..);
        self.source = numbered.map(|((element, text), number)| SourceLine { number, element, text }).collect();
    }

    /// Says which finer rule dropped a line. The first rule to drop it counts.
    pub(super) fn dropped(&mut self, line: &str, rule: &'static str) {
        self.dropped.entry(line.to_owned()).or_insert(rule);
    }
}

#[cfg(test)]
mod tests;
