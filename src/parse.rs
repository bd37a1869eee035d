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
//! Two laws hold for every input: nothing is silently lost (each non-blank line ends up in the article or in
//! `removed_lines`, each character removed from a kept line is counted by a repair), and parsing an article's own
//! printed text again gives the same headline, dateline and body.

mod blocks;
mod dateline;
mod decode;
mod derive;
mod extract;
mod headline;
mod repair;
mod time;

use crate::article::{ArticleContent, ParseReport, RawDocument};

/// The version of the rules. It grows with every change that can give another article for the same document.
pub const PARSER_VERSION: u32 = 1;

/// What a document says, and what was done to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    pub content: ArticleContent,
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

pub fn parse(document: &RawDocument) -> Parsed {
    parse_with(document, ParseOptions::default())
}

pub fn parse_with(document: &RawDocument, options: ParseOptions) -> Parsed {
    let mut report = ParseReport { parser_version: PARSER_VERSION, ..ParseReport::default() };
    let decoded = decode::decode(&document.content, &document.content_type, &mut report);
    let page = match decoded.format {
        decode::Format::Html => extract::extract(&decoded.text, document.url.as_ref(), &mut report),
        decode::Format::Text => extract::Page { text: decoded.text, metadata: extract::Metadata::default() },
    };
    let text = repair::Repairer::learn(&page.text).apply(&page.text, &mut report);
    let mut lines = text.lines();
    let headline = lines.next().unwrap_or_default().to_owned();
    let body = lines.collect::<Vec<_>>().join("\n");
    let mut keywords = derive::own_keywords(&page.metadata.keywords);
    if keywords.is_empty() && options.extract_keywords {
        keywords = derive::extract_keywords(&headline, &body);
    }
    let content = ArticleContent {
        keywords,
        language_code: derive::language_code(&headline, &body),
        cited_works: derive::cited_works(&body),
        headline,
        body,
        url: document.url.clone(),
        fetch_time: document.fetch_time,
        labels: document.labels.clone(),
        ..ArticleContent::default()
    };
    Parsed { content, report }
}
