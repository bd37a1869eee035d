//! What became of each line of a page.
//!
//! Owns the matching of the source's lines with the parts of the text, which are slices of it, so that their place tells
//! their line. Repairs no text: the caller passes in what the repair makes of a line.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, VecDeque};

use super::{ExplainedLine, Part, Record, SourceLine};
use crate::article::RepairKind;
use crate::parse::blocks::{self, Layout, Line};
use crate::parse::headline::{self, Headlines};

/// What the repair makes of a single line.
pub(crate) type Repair<'a> = dyn Fn(&str) -> (String, BTreeMap<RepairKind, u32>) + 'a;

const REMOVED: &str = "removed";

/// What is known once a page was taken apart.
pub(crate) struct Outcome<'a> {
    /// The page's text, of which the layout has slices.
    pub text: &'a str,
    pub layout: &'a Layout<'a>,
    pub headlines: &'a Headlines,
    /// Whether the source is HTML, whose lines are not those of the text.
    pub is_html: bool,
}

impl Record {
    /// Says what became of the lines of the source.
    pub(crate) fn explain_lines(&mut self, outcome: &Outcome<'_>, repair: &Repair<'_>) {
        let mut kept = lines_with_parts(outcome);
        let mut places: HashMap<String, VecDeque<usize>> = HashMap::new();
        for (at, (line, _)) in kept.iter().enumerate() {
            places.entry((*line).to_owned()).or_default().push_back(at);
        }
        // A repair of a plain text leaves the lines in their order.
        let by_order = !outcome.is_html && kept.len() == self.source.len();
        let sources = std::mem::take(&mut self.source);
        let explained: Vec<ExplainedLine> = sources
            .into_iter()
            .enumerate()
            .map(|(at, SourceLine { number, element, text })| {
                let (repaired, repairs) = repair(&text);
                let place =
                    if by_order { Some(at) } else { places.get_mut(repaired.trim()).and_then(VecDeque::pop_front) };
                let parts = match place.and_then(|at| kept.get_mut(at)) {
                    Some((_, parts)) => std::mem::take(parts),
                    None => self.unmatched(&text, &repaired, outcome),
                };
                let repaired = Some(repaired).filter(|repaired| *repaired != text);
                ExplainedLine { number: Some(number), element, text, repaired, repairs, parts }
            })
            .collect();
        let of_metadata = kept.into_iter().filter(|(_, parts)| !parts.is_empty()).map(|(line, parts)| ExplainedLine {
            text: line.to_owned(),
            parts,
            ..ExplainedLine::default()
        });
        self.explanation.lines = explained.into_iter().chain(of_metadata).collect();
    }

    /// A line that is none of the text's: a heading that metadata names too, a part of another line, or left out.
    fn unmatched(&self, text: &str, repaired: &str, outcome: &Outcome<'_>) -> Vec<Part> {
        if let Some(field) = heading(outcome.headlines, repaired) {
            return vec![part(repaired, &field, "", "")];
        }
        let dense = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let own = dense(repaired);
        let is_part = || outcome.text.lines().any(|line| dense(line).contains(&own));
        match self.dropped.get(text) {
            None if is_part() => Vec::new(),
            rule => vec![part(repaired, REMOVED, "OUTSIDE_CONTENT", rule.copied().unwrap_or_default())],
        }
    }
}

/// The non-blank lines of the text, each with its parts in order.
fn lines_with_parts<'a>(outcome: &Outcome<'a>) -> Vec<(&'a str, Vec<Part>)> {
    let Outcome { text, layout, headlines, is_html: _ } = outcome;
    let mut parts: Vec<(usize, Part)> = Vec::new();
    let mut add = |slice: &str, becomes: &str, reason: &'static str, detail: &str| {
        // A slice of the text tells its place by its address.
        let at = (slice.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
        parts.push((at, part(slice, becomes, reason, detail)));
    };
    for line in &layout.headline_block {
        let repeated = headlines.headline.as_str();
        match heading(headlines, line) {
            Some(field) => add(line, &field, "", ""),
            None => add(line, REMOVED, "REPEATED_HEADLINE", repeated),
        }
    }
    if let Some(dateline) = layout.dateline_text {
        add(dateline, "dateline", "", "");
    }
    for (paragraph, number) in layout.body.iter().zip(1..) {
        add(paragraph, &format!("body {number}"), "", "");
    }
    for (_, line, reason) in &layout.removed {
        add(line, REMOVED, reason, &blocks::said(line, reason));
    }
    parts.sort_by_key(|(at, _)| *at);
    let mut parts = parts.into_iter().peekable();
    let mut lines = Vec::new();
    for line in text.lines() {
        let end = (line.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize) + line.len();
        let mut own = Vec::new();
        while let Some((_, part)) = parts.next_if(|(at, _)| *at < end) {
            own.push(part);
        }
        if !line.trim().is_empty() {
            lines.push((line.trim(), own));
        }
    }
    lines
}

/// Which of the headlines a line of the headline block became. A label may have been taken off it.
fn heading(headlines: &Headlines, line: &str) -> Option<String> {
    let is = |heading: &str| !heading.is_empty() && line.trim().ends_with(heading);
    let printed = || headline::same(&Line::new(&headlines.headline), &Line::new(line));
    if is(&headlines.headline) || printed() {
        return Some("headline".to_owned());
    }
    if is(&headlines.kicker) {
        return Some("kicker".to_owned());
    }
    let at = headlines.subheadlines.iter().position(|subheadline| is(subheadline))?;
    Some(format!("subheadline {}", at + 1))
}

fn part(text: &str, becomes: &str, reason: &'static str, detail: &str) -> Part {
    Part {
        text: text.to_owned(),
        becomes: becomes.to_owned(),
        reason: Cow::Borrowed(reason),
        detail: detail.to_owned(),
    }
}
