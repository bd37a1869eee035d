//! Classifies the lines of a page: chrome, headline block, byline, dateline, body, closing lines.
//!
//! Owns the order of the rules, which work from the edges of the page inwards. Each rule has its own file. Does not remove
//! anything from the middle of a body.
//!
//! Every character of the page ends up in the headline block, the dateline, the body or a removed line; white space at
//! the ends of lines is layout and is not counted.

mod byline;
mod chrome;
mod closing;
mod english_byline;
mod gap;
mod head;
mod korean_byline;
mod line;
mod tail;

use crate::parse::lexicon::{byline_words, captions, wire_verbs};
use crate::parse::normalized_line::normalize_line;
use std::borrow::Cow;

pub(super) use self::line::Line;

use super::dateline::{self, Found, Person};
use super::headline;
use super::time::Printed;
use crate::article::{ParseReport, RemovedLine};
use chrome::Reason;

/// Whether a line above the text says who published it, whence or when, and nothing else.
pub(super) fn is_byline(line: &str) -> bool {
    byline::read_above_text(&Line::new(line)).is_some_and(|found| {
        let says_more = !found.times.is_empty() || !found.source.is_empty();
        let shaped = |person: &Person| dateline::has_the_shape_of_a_name(&person.name);
        found.title_end == 0 && (says_more || !found.people.is_empty() && found.people.iter().all(shaped))
    })
}

/// Whether a line below the text says when it was posted.
pub(super) fn is_posted(line: &str) -> bool {
    byline::posted(&Line::new(line)).is_some()
}

/// What a removed line says of the article, in words; empty if it is no byline.
pub(super) fn said(line: &str, reason: Reason) -> String {
    if ![chrome::BYLINE, chrome::EDITOR].contains(&reason) {
        return String::new();
    }
    let Some(found) = byline::read_above_text(&Line::new(line)) else { return String::new() };
    let byline::Byline { times, source, people, section, keywords, title_end: _ } = found;
    let named = |what: &str, value: String| if value.is_empty() { None } else { Some(format!("{what} {value}")) };
    let times = times.iter().map(|time| Some(format!("time {time}")));
    let people = people.into_iter().map(|Person { name, role }| Some(format!("{} {name}", role.label())));
    let others = [named("source", source), named("section", section), named("keywords", keywords.join("、"))];
    times.chain(people).chain(others).flatten().collect::<Vec<_>>().join(", ")
}

/// A page, taken apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout<'a> {
    /// The lines of the headline block, labels and repetitions removed.
    pub headline_block: Vec<&'a str>,
    pub dateline: Option<Found>,
    /// Paragraphs, the first without its dateline.
    pub body: Vec<&'a str>,
    pub facts: Facts,
    /// The dateline as it is printed.
    pub dateline_text: Option<&'a str>,
    /// What was removed, in the order of the page: the index of the line, the piece and the reason.
    pub removed: Vec<(usize, &'a str, Reason)>,
}

/// What bylines and closing lines say.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub times: Vec<Printed>,
    pub crawl_day: Option<Printed>,
    pub source: String,
    pub section: String,
    pub people: Vec<Person>,
    pub keywords: Vec<String>,
}

impl Facts {
    fn add(&mut self, byline: byline::Byline) {
        self.times.extend(byline.times);
        let set = |own: &mut String, other: String| {
            if own.is_empty() {
                *own = other;
            }
        };
        set(&mut self.source, byline.source);
        set(&mut self.section, byline.section);
        self.people.extend(byline.people);
        if self.keywords.is_empty() {
            self.keywords = byline.keywords;
        }
    }
}

/// Lines that were removed, with their place on the page.
#[derive(Default)]
struct Removed<'a> {
    lines: Vec<(usize, &'a str, Reason)>,
}

impl<'a> Removed<'a> {
    fn add(&mut self, index: usize, text: &'a str, reason: Reason) {
        if !text.is_empty() {
            self.lines.push((index, text, reason));
        }
    }

    /// The removed lines in the order of the page, which the report has then too.
    fn report(mut self, report: &mut ParseReport) -> Vec<(usize, &'a str, Reason)> {
        self.lines.sort_by_key(|(index, _, _)| *index);
        report.removed_lines.extend(
            self.lines
                .iter()
                .map(|(_, text, reason)| RemovedLine { text: (*text).to_owned(), reason: Cow::Borrowed(reason) }),
        );
        self.lines
    }
}

/// Counts a piece that was taken off a line that stays.
fn count_piece(report: &mut ParseReport, reason: Reason) {
    *report.repairs.entry(Cow::Borrowed(reason)).or_default() += 1;
}

/// What a page's markup says of its lines; nothing of a page without markup.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct MarkupHints<'k> {
    pub headline: &'k str,
    /// Lines between headline and content.
    pub bylines: &'k [String],
}

/// Takes a page apart.
pub(super) fn lay_out<'a>(text: &'a str, known: &MarkupHints<'_>, report: &mut ParseReport) -> Layout<'a> {
    let lines: Vec<Line> = text.lines().map(Line::new).filter(|line| !line.text.is_empty()).collect();
    let mut removed = Removed::default();
    let mut layout = Layout::default();
    let lines = without_second_print(lines, &mut removed);
    let gap = gap::below_titles(text).filter(|_| known.headline.is_empty());
    let head::Head { start, lead } = head::read(&lines, known, gap, &mut layout, &mut removed, report);
    let end = tail::read(&lines, start, &mut layout.facts, &mut removed);
    let mut body: Vec<&'a str> = lines.get(start..end).unwrap_or_default().iter().map(|line| line.text).collect();
    take_original_title(&mut body, start, &mut removed);
    take_bylines_below_summary(&mut body, start, &mut layout.facts, &mut removed);
    let at = take_dateline(&mut body, &mut layout, start, &mut removed, report);
    let below = body.get_mut(at..).unwrap_or_default();
    take_feature_title(below, known, &mut layout, start + at, &mut removed);
    let is_signed = |layout: &Layout| {
        let by_dateline = layout.dateline.as_ref().is_some_and(|found| !found.people.is_empty());
        by_dateline || layout.facts.people.iter().any(|person| person.role != dateline::Role::Editor)
    };
    let signed_above = is_signed(&layout);
    closing::take(&mut body, end, signed_above, &mut layout.facts, &mut removed, report);
    if !is_signed(&layout)
        && let Some(found) = closing::reporters_within(&body)
    {
        layout.facts.people.extend(found.people);
    }
    body.splice(..0, lead);
    body.retain(|paragraph| !paragraph.is_empty());
    layout.body = body;
    layout.removed = removed.report(report);
    layout
}

/// The lines without the second print of a page that prints its text twice, to the end.
fn without_second_print<'a>(mut lines: Vec<Line<'a>>, removed: &mut Removed<'a>) -> Vec<Line<'a>> {
    const MIN_PARAGRAPH: usize = 40;
    const MIN_LINES: usize = 2;
    let again = || {
        let first = lines.iter().position(|line| line.length >= MIN_PARAGRAPH)?;
        let text = lines.get(first)?.text;
        let second = first + 1 + lines.iter().skip(first + 1).position(|line| line.text == text)?;
        let print = lines.get(second..)?;
        let same = print.iter().zip(lines.iter().skip(first)).all(|(again, line)| again.text == line.text);
        if print.len() < MIN_LINES || print.len() > second - first || !same {
            return None;
        }
        // The title is printed above both copies.
        let titled =
            lines.iter().take(first).any(|line| lines.get(second - 1).is_some_and(|last| headline::same(line, last)));
        Some(second - usize::from(titled))
    };
    let Some(second) = again() else { return lines };
    for (offset, line) in lines.drain(second..).enumerate() {
        removed.add(second + offset, line.text, REPEATED_TEXT);
    }
    lines
}

/// The dateline, and which of the body's first lines has it: captions, prompts of players and subheads may stand above it.
/// There only a dateline counts that names a reporter, or an agency with a day.
fn dateline_line(body: &[&str]) -> Option<(usize, Found)> {
    const MAX_ABOVE: usize = 3;
    const MAX_PROMPT: usize = 60;
    let may_stand_above = |text: &&str| {
        let line = Line::new(text);
        let credited = captions::CLOSED_CREDITS.iter().any(|credit| line.key.contains(credit));
        let plain = line.key.trim_start_matches(['[', '【', '(']);
        let summary = byline_words::SUMMARY.iter().any(|label| plain.starts_with(label));
        credited || summary || chrome::is_caption(&line) || line.length <= MAX_PROMPT && !line.is_prose()
    };
    let is_certain = |Found { dateline, people, .. }: &Found| {
        let reported = !people.is_empty() && (!dateline.agency.is_empty() || !dateline.location.is_empty());
        reported || !dateline.agency.is_empty() && dateline.date.is_some() || is_desk_report(&dateline.text)
    };
    let first = body.first()?;
    if let Some(found) = dateline::at_start(first).or_else(|| head::glued_dateline(first)) {
        return Some((0, found));
    }
    let above = body.iter().take(MAX_ABOVE).take_while(|text| may_stand_above(text)).count();
    (1..=above).find_map(|at| Some((at, dateline::at_start(body.get(at)?).filter(is_certain)?)))
}

/// `〔即時新聞／綜合報導〕`: brackets, a slash and the verb cannot be anything else.
fn is_desk_report(dateline: &str) -> bool {
    let plain = normalize_line(dateline);
    let inside = plain.strip_prefix('[').and_then(|plain| plain.strip_suffix(']')).unwrap_or_default();
    inside.contains('/') && wire_verbs::REPORTS.iter().any(|verb| inside.ends_with(verb))
}

/// `原标题：…` below a summary: the title of the page that this one copies.
fn take_original_title<'a>(body: &mut [&'a str], start: usize, removed: &mut Removed<'a>) {
    const MAX_ABOVE: usize = 2;
    for (at, text) in body.iter_mut().enumerate().skip(1).take(MAX_ABOVE) {
        if let Some(reason) = chrome::bare_original_title(&Line::new(text)) {
            removed.add(start + at, text, reason);
            *text = "";
        }
    }
}

/// Below a summary or a caption pages print the byline: `2021/09/01 08:15`, `By Ada Lane`, `4 minute read`.
fn take_bylines_below_summary<'a>(body: &mut [&'a str], start: usize, facts: &mut Facts, removed: &mut Removed<'a>) {
    const MAX_ABOVE: usize = 8;
    for (at, text) in body.iter_mut().enumerate().take(MAX_ABOVE) {
        let found = byline::read_english(text)
            .or_else(|| byline::read_time_alone(text))
            .or_else(|| byline::read_reporters_alone(text));
        if let Some(found) = found {
            removed.add(start + at, text, chrome::BYLINE);
            *text = "";
            facts.add(found);
        }
    }
}

/// Takes the dateline off the paragraph that it opens; the index of that paragraph.
fn take_dateline<'a>(
    body: &mut [&'a str],
    layout: &mut Layout<'a>,
    start: usize,
    removed: &mut Removed<'a>,
    report: &mut ParseReport,
) -> usize {
    let Some((at, found)) = dateline_line(body) else { return 0 };
    let Some(first) = body.get_mut(at) else { return 0 };
    let (front, rest) = (first.get(..found.range.start), first.get(found.body_start..));
    let (Some(front), Some(rest)) = (front, rest) else { return 0 };
    let start = start + at;
    head::settle_front(front.trim_matches(line::is_blank), start, layout, removed, report);
    let between = first.get(found.range.end..found.body_start).unwrap_or_default();
    if between.chars().any(|character| !line::is_blank(character)) {
        removed.add(start, between.trim_matches(line::is_blank), DATELINE_PUNCTUATION);
        count_piece(report, DATELINE_PUNCTUATION);
    }
    layout.dateline_text = first.get(found.range.clone());
    *first = rest.trim_matches(line::is_blank);
    let alone = first.is_empty();
    layout.dateline = Some(found);
    if alone {
        take_time_below(body, at + 1, layout, start + 1, removed);
    }
    at
}

/// Reads the line with the publication time, below a dateline that fills its line.
fn take_time_below<'a>(
    body: &mut [&'a str],
    at: usize,
    layout: &mut Layout<'a>,
    index: usize,
    removed: &mut Removed<'a>,
) {
    let Some(line) = body.get_mut(at) else { return };
    let Some(byline) = byline::read(&Line::new(line)).filter(|found| found.title_end == 0 && !found.times.is_empty())
    else {
        return;
    };
    removed.add(index, line, chrome::BYLINE);
    *line = "";
    layout.facts.add(byline);
}

/// Removes the title that a feature repeats after the dateline (`…电　题：…`), and the byline on the next line.
fn take_feature_title<'a>(
    body: &mut [&'a str],
    known: &MarkupHints<'_>,
    layout: &mut Layout<'a>,
    start: usize,
    removed: &mut Removed<'a>,
) {
    let announces =
        |text: &str| byline_words::TITLE_ANNOUNCEMENTS.iter().any(|end| normalize_line(text.trim_end()).ends_with(end));
    if !layout.dateline.as_ref().is_some_and(|found| announces(&found.dateline.text)) {
        return;
    }
    let [first, others @ ..] = body else { return };
    let title = Line::new(first);
    let repeats = |line: &str| headline::alike(&Line::new(line), &title);
    let repeated = repeats(known.headline) || layout.headline_block.iter().any(|line| repeats(line));
    if repeated && !title.is_prose() {
        removed.add(start, first, chrome::REPEATED_HEADLINE);
        *first = "";
    }
    if !first.is_empty() {
        return;
    }
    let Some(second) = others.first_mut() else { return };
    let byline = byline::read(&Line::new(second)).filter(|found| found.title_end == 0 && !found.people.is_empty());
    if let Some(byline) = byline {
        removed.add(start + 1, second, chrome::BYLINE);
        *second = "";
        layout.facts.add(byline);
    }
}

/// The same lines once more.
const REPEATED_TEXT: Reason = "REPEATED_TEXT";

const DATELINE_PUNCTUATION: Reason = "DATELINE_PUNCTUATION";
