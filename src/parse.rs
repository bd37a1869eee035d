//! Parses scraped bytes into an article and a report. A pure function that never fails: any input gives an article, and the
//! report lists what was repaired, removed or undecided.
//!
//! Owns every rule about pages. Does no I/O, and uses neither the clock nor the async runtime.
//!
//! The stages, in order:
//! [`decode`] bytes → text; [`extract`] HTML → metadata and lines; [`repair`] pinyin residue, entities, mojibake;
//! [`blocks`] classifies lines; [`headline`], [`dateline`], [`time`] read them; [`derive`] language, keywords, cited works.
//!
//! `src/parse/README.md` says which stage owns which problem.
//!
//! Two properties hold for every input. Nothing is lost silently: each non-blank line ends up in the article or in
//! `removed_lines`, and each character removed from a kept line is counted by a repair. And parsing an article's own
//! printed text again gives the same headline, dateline and body.

mod blocks;
mod credit;
pub(crate) mod dateline;
pub mod decode;
mod derive;
mod explanation;
mod extract;
mod headline;
mod label_line;
mod lexicon;
mod limits;
mod normalized_line;
mod refusal;
mod repair;
mod time;

use std::collections::{BTreeMap, HashSet};

use self::dateline::{Person, Role};
use self::explanation::Trace;
use self::explanation::lines::Outcome;
pub use self::explanation::{Alternative, Decision, ExplainedLine, Explanation, Part};
pub use self::refusal::{Refusal, refusal};
use crate::article::{ArticleContent, PageUrl, ParseReport, ParseWarning, RawDocument, RemovedLine, RepairKind};

/// The version of the rules. Raised when a change of the rules can give a different article for the same document.
pub const PARSER_VERSION: u32 = 9;

/// A parsed document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The article.
    pub content: ArticleContent,
    /// What was repaired and removed, and what could not be decided.
    pub report: ParseReport,
}

/// Optional parts of parsing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseOptions {
    /// Whether to extract keywords from the text if the page has none. This needs a dictionary of some 80 MB in memory, which
    /// is loaded at the first such text.
    pub extract_keywords: bool,
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self { extract_keywords: true }
    }
}

/// Parses a document with the default options.
pub fn parse(document: &RawDocument) -> Parsed {
    parse_with(document, ParseOptions::default())
}

/// Parses a document.
pub fn parse_with(document: &RawDocument, options: ParseOptions) -> Parsed {
    parse_traced(document, options, &mut Trace::off())
}

/// Parses a document as [`parse`] does, and says what became of each line and why.
pub fn explain(document: &RawDocument) -> (Parsed, Explanation) {
    let mut trace = Trace::on();
    let parsed = parse_traced(document, ParseOptions::default(), &mut trace);
    (parsed, trace.finish())
}

fn parse_traced(document: &RawDocument, options: ParseOptions, trace: &mut Trace) -> Parsed {
    let mut report = ParseReport { parser_version: PARSER_VERSION, ..ParseReport::default() };
    let decoded = decode::decode_traced(&document.content, &document.content_type, &mut report, trace);
    let is_html = decoded.format == decode::Format::Html;
    let mut page = match decoded.format {
        decode::Format::Html => {
            cleaned(extract::extract(&decoded.text, document.url.as_ref(), &mut report, trace), &mut report)
        }
        decode::Format::Text => extract::Page { text: decoded.text, ..extract::Page::default() },
    };
    limits::page(&mut page.text, &mut report);
    let repairer = repair::Repairer::learn(&page.text);
    let text = decode::clean(&repairer.apply(&page.text, &mut report), &mut report);
    let metadata = repaired(page.metadata, &repairer, &mut report);
    let extract::Outside { above, below } = page.outside;
    report.removed_lines.extend(above.into_iter().map(outside_content));
    let bylines: Vec<String> =
        page.bylines.iter().map(|line| repaired_line(line, &repairer, &mut ParseReport::default())).collect();
    let known = blocks::MarkupHints { headline: &metadata.headline, bylines: &bylines };
    let layout = blocks::lay_out(&text, &known, &mut report);
    let mut headlines = headline::choose(&layout.headline_block, &metadata.headline, &mut report);
    if !metadata.kicker.is_empty() {
        headlines.kicker = metadata.kicker;
    }
    headlines.subheadlines.splice(..0, metadata.subheadlines);
    trace.record(|record| {
        for line in &layout.headline_block {
            record.candidate("headline", line, "headline block of the text", None, "");
        }
        if metadata.headline.is_empty() {
            let rule = match headlines.kicker.as_str() {
                "" => "the first line of the headline block",
                _ => "the line of the headline block after the kicker, which cannot stand alone",
            };
            record.choose("headline", &headlines.headline, rule);
        }
        let outcome = Outcome { text: &text, layout: &layout, headlines: &headlines, is_html };
        record.explain_lines(&outcome, &|line| repaired_alone(line, &repairer));
    });
    report.removed_lines.extend(below.into_iter().map(outside_content));
    if headlines.headline.is_empty() {
        warn(&mut report, "HEADLINE_MISSING", "no headline was found".to_owned());
    }
    let body = limits::body(layout.body.join("\n"), &mut report);
    let found = layout.dateline.map(|found| (found.dateline, found.people));
    let (mut dateline, dateline_people) = found.map_or((None, Vec::new()), |(line, people)| (Some(line), people));
    let clues = time::Clues {
        metadata: metadata.publish_time,
        printed: &layout.facts.times,
        likely: metadata.likely_time,
        url: document.url.as_ref().map(PageUrl::as_str),
        crawl_day: layout.facts.crawl_day,
        fetch_time: document.fetch_time,
    };
    let publish_time = time::resolve(&clues, dateline.as_mut(), &mut report, trace);
    let people: Vec<Person> = dateline_people.into_iter().chain(layout.facts.people).collect();
    let mut keywords = derive::own_keywords(&metadata.keywords, &headlines.headline, &body);
    if keywords.is_empty() {
        keywords = derive::own_keywords(&layout.facts.keywords, &headlines.headline, &body);
    }
    if keywords.is_empty() && options.extract_keywords {
        keywords = derive::extract_keywords(&headlines.headline, &body);
    }
    let credited = if metadata.source_is_own { credit::credited(dateline.as_ref(), &body) } else { None };
    let credited = credited.filter(|credited| !credit::share_a_name(credited, &metadata.info_source));
    trace.record(|record| {
        record.candidate("info_source", credited.as_deref().unwrap_or_default(), "credited by the text", None, "");
        record.candidate("info_source", &layout.facts.source, "byline of the text", None, "");
        if let Some(credited) = &credited {
            record.choose("info_source", credited, "the text credits it, and the page names only itself");
        } else if metadata.info_source.is_empty() {
            record.choose("info_source", &layout.facts.source, "the byline of the text");
        }
    });
    let info_source = credited.unwrap_or_else(|| first_of(metadata.info_source, layout.facts.source));
    // Pages put their own name into the author field.
    let meta_authors = metadata.authors.into_iter().filter(|author| *author != info_source).collect();
    // Editors labelled by markup take precedence over lines that look like a credit line.
    let own_editors = Names::new("editors").named(metadata.editors, trace).chosen(trace);
    let mut content = ArticleContent {
        keywords,
        language_code: derive::language_code(&headlines.headline, &body),
        cited_works: derive::cited_works(&body),
        headline: headlines.headline,
        kicker: headlines.kicker,
        subheadlines: headlines.subheadlines,
        dateline,
        authors: Names::new("authors").named(meta_authors, trace).of_roles(&people, &AUTHORS, trace).chosen(trace),
        editors: match own_editors.is_empty() {
            true => Names::new("editors").of_roles(&people, &[Role::Editor], trace).chosen(trace),
            false => own_editors,
        },
        info_source,
        section: first_of(metadata.section, layout.facts.section),
        body,
        publish_time,
        url: document.url.clone(),
        fetch_time: document.fetch_time,
        labels: document.labels.clone(),
    };
    limits::fields(&mut content, &mut report);
    limits::removed_lines(&mut report);
    Parsed { content, report }
}

fn outside_content(text: String) -> RemovedLine {
    RemovedLine { text, reason: "OUTSIDE_CONTENT".into() }
}

/// The roles of authors, in output order.
const AUTHORS: [Role; 3] = [Role::Reporter, Role::Contributor, Role::Photographer];

/// The distinct names of a field: those from metadata, then those of people with one of the field's roles.
struct Names {
    subject: &'static str,
    known: HashSet<String>,
    names: Vec<String>,
}

impl Names {
    fn new(subject: &'static str) -> Self {
        Self { subject, known: HashSet::new(), names: Vec::new() }
    }

    fn named(mut self, from_metadata: Vec<String>, trace: &mut Trace) -> Self {
        for name in from_metadata {
            self.add(&name, "metadata", trace);
        }
        self
    }

    fn of_roles(mut self, people: &[Person], roles: &[Role], trace: &mut Trace) -> Self {
        for role in roles {
            for person in people.iter().filter(|person| person.role == *role) {
                self.add(&person.name, role.label(), trace);
            }
        }
        self
    }

    fn add(&mut self, name: &str, origin: &'static str, trace: &mut Trace) {
        // Some newsrooms append a code to the name: 李四_NN2587.
        let name = dateline::without_credit(name.split('_').next().unwrap_or_default());
        // `Ada Lane Follow`: a known name with the label of a button after it.
        let has_suffix = self.known.iter().any(|known| known.contains(' ') && name.starts_with(known.as_str()));
        let verdict = if has_suffix {
            "named before, without what follows"
        } else if !dateline::may_be_a_name(name) {
            "cannot be a name"
        } else if !self.known.insert(name.to_owned()) {
            "named before"
        } else {
            self.names.push(name.to_owned());
            ""
        };
        trace.record(|record| record.candidate(self.subject, name, origin, None, verdict));
    }

    fn chosen(self, trace: &mut Trace) -> Vec<String> {
        let Self { subject, known: _, names } = self;
        trace.record(|record| record.choose(subject, &names.join("、"), "what metadata and bylines name, once each"));
        names
    }
}

fn first_of(first: String, second: String) -> String {
    if first.is_empty() { second } else { first }
}

/// Cleans a page again after extraction, which resolves character references (`&shy;`, `&#8203;`, `cafe&#769;`) and JSON
/// escapes to characters that the decoder removes or composes.
fn cleaned(page: extract::Page, report: &mut ParseReport) -> extract::Page {
    let extract::Page { text, metadata, bylines, outside: extract::Outside { above, below } } = page;
    // These lines are also in the text or the metadata, or were removed, so their repairs are not counted again.
    let uncounted = |line: String| decode::clean(&line, &mut ParseReport::default());
    extract::Page {
        text: decode::clean(&text, report),
        metadata: metadata.map_texts(&mut |text| decode::clean(&text, report)),
        bylines: bylines.into_iter().map(uncounted).collect(),
        outside: extract::Outside {
            above: above.into_iter().map(uncounted).collect(),
            below: below.into_iter().map(uncounted).collect(),
        },
    }
}

/// Repairs a line, and cleans it again because repair resolves doubly encoded references.
fn repaired_line(line: &str, repairer: &repair::Repairer, report: &mut ParseReport) -> String {
    decode::clean(&repairer.apply(line, report), report)
}

/// A line of the source, repaired by itself, and how often each kind of repair was made.
fn repaired_alone(line: &str, repairer: &repair::Repairer) -> (String, BTreeMap<RepairKind, u32>) {
    let mut report = ParseReport::default();
    let line = repair::before_cleaning(line.to_owned(), &mut report);
    let line = decode::clean(&line, &mut report);
    (repaired_line(&line, repairer, &mut report), report.repairs)
}

/// Repairs the metadata with what was learned from the whole page: its damage is the same.
fn repaired(metadata: extract::Metadata, repairer: &repair::Repairer, report: &mut ParseReport) -> extract::Metadata {
    metadata.map_texts(&mut |text| {
        if text.is_empty() { text } else { repaired_line(&limits::metadata(text), repairer, report) }
    })
}

fn warn(report: &mut ParseReport, reason: &'static str, message: String) {
    report.warnings.push(ParseWarning { reason: reason.into(), message });
}

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;
