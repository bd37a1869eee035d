//! From scraped bytes to an article: pure, and never failing. Whatever the bytes, an article comes out, and the report
//! says what was odd.
//!
//! Owns every rule about pages. Refuses I/O, the clock and the async runtime.
//!
//! The stages, in the order in which a document passes through them:
//! [`decode`] bytes → text; [`extract`] HTML → metadata and lines; [`repair`] pinyin residue, entities, mojibake;
//! [`blocks`] which line is what; [`headline`], [`dateline`], [`time`] what those lines say; [`derive`] what follows
//! from the text: language, keywords, cited works.
//!
//! `src/parse/README.md` says which stage owns which problem.
//!
//! Two laws hold for every input: nothing is silently lost (each non-blank line ends up in the article or in
//! `removed_lines`, each character removed from a kept line is counted by a repair), and parsing an article's own
//! printed text again gives the same headline, dateline and body.

mod blocks;
mod credit;
pub(crate) mod dateline;
pub mod decode;
mod derive;
mod extract;
mod headline;
mod label_line;
mod lexicon;
mod limits;
mod normalized_line;
mod refusal;
mod repair;
mod time;

use std::collections::HashSet;

use self::dateline::{Person, Role};
pub use self::refusal::{Refusal, refusal};
use crate::article::{ArticleContent, PageUrl, ParseReport, ParseWarning, RawDocument, RemovedLine};

/// The version of the rules. It grows with every change that can give another article for the same document.
pub const PARSER_VERSION: u32 = 5;

/// What a document says, and what was done to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The article.
    pub content: ArticleContent,
    /// What was repaired and removed, and what could not be decided.
    pub report: ParseReport,
}

/// What of the parsing a caller may leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseOptions {
    /// Whether to take keywords from the text where the page gives none. It needs a dictionary of some 80 MB, which is
    /// loaded with the first such text.
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
    let mut report = ParseReport { parser_version: PARSER_VERSION, ..ParseReport::default() };
    let decoded = decode::decode(&document.content, &document.content_type, &mut report);
    let mut page = match decoded.format {
        decode::Format::Html => {
            cleaned(extract::extract(&decoded.text, document.url.as_ref(), &mut report), &mut report)
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
    let known = blocks::Known { headline: &metadata.headline, bylines: &bylines };
    let layout = blocks::lay_out(&text, &known, &mut report);
    let mut headlines = headline::choose(&layout.headline_block, &metadata.headline, &mut report);
    if !metadata.kicker.is_empty() {
        headlines.kicker = metadata.kicker;
    }
    headlines.subheadlines.splice(..0, metadata.subheadlines);
    report.removed_lines.extend(below.into_iter().map(outside_content));
    if headlines.headline.is_empty() {
        warn(&mut report, "HEADLINE_MISSING", "no line of the page is its headline".to_owned());
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
    let publish_time = time::resolve(&clues, dateline.as_mut(), &mut report);
    let people: Vec<Person> = dateline_people.into_iter().chain(layout.facts.people).collect();
    let mut keywords = derive::own_keywords(&metadata.keywords, &headlines.headline, &body);
    if keywords.is_empty() {
        keywords = derive::own_keywords(&layout.facts.keywords, &headlines.headline, &body);
    }
    if keywords.is_empty() && options.extract_keywords {
        keywords = derive::extract_keywords(&headlines.headline, &body);
    }
    let credited = if metadata.source_is_own { credit::credited(dateline.as_ref(), &body) } else { None };
    let credited = credited.filter(|credited| !credit::are_of_one_house(credited, &metadata.info_source));
    let info_source = credited.unwrap_or_else(|| first_of(metadata.info_source, layout.facts.source));
    // Pages name themselves where their author is due.
    let meta_authors = metadata.authors.into_iter().filter(|author| *author != info_source).collect();
    // What the markup labels is surer than lines that look like an editors' line.
    let own_editors = names(&[], &[], metadata.editors);
    let mut content = ArticleContent {
        keywords,
        language_code: derive::language_code(&headlines.headline, &body),
        cited_works: derive::cited_works(&body),
        headline: headlines.headline,
        kicker: headlines.kicker,
        subheadlines: headlines.subheadlines,
        dateline,
        authors: names(&people, &AUTHORS, meta_authors),
        editors: if own_editors.is_empty() { names(&people, &[Role::Editor], Vec::new()) } else { own_editors },
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

/// Who is an author, those first whom the page calls reporters.
const AUTHORS: [Role; 3] = [Role::Reporter, Role::Contributor, Role::Photographer];

/// The names of those who have one of the roles, once each; those that the markup names first.
fn names(people: &[Person], roles: &[Role], from_metadata: Vec<String>) -> Vec<String> {
    let of_role = |role| people.iter().filter(move |person| person.role == role).map(|person| person.name.clone());
    let mut known: HashSet<String> = HashSet::new();
    let mut names: Vec<String> = Vec::new();
    for name in from_metadata.into_iter().chain(roles.iter().copied().flat_map(of_role)) {
        // Some newsrooms put a code behind a name: 李四_NN2587.
        let name = dateline::without_credit(name.split('_').next().unwrap_or_default()).to_owned();
        // `Ada Lane Follow`: a button that the page prints behind a name.
        let is_known_and_more = known.iter().any(|known| known.contains(' ') && name.starts_with(known.as_str()));
        if !is_known_and_more && dateline::may_be_a_name(&name) && known.insert(name.clone()) {
            names.push(name);
        }
    }
    names
}

fn first_of(first: String, second: String) -> String {
    if first.is_empty() { second } else { first }
}

/// A page without what its markup's character references (`&shy;`, `&#8203;`, `cafe&#769;`) and JSON's escapes stand for.
fn cleaned(page: extract::Page, report: &mut ParseReport) -> extract::Page {
    let extract::Page { text, metadata, bylines, outside: extract::Outside { above, below } } = page;
    // The lines of these are of the text or of the metadata as well, or were removed: not counted again.
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

/// A repair resolves references too, those that were encoded twice.
fn repaired_line(line: &str, repairer: &repair::Repairer, report: &mut ParseReport) -> String {
    decode::clean(&repairer.apply(line, report), report)
}

/// The same habit of a page shows in its title and metadata.
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
