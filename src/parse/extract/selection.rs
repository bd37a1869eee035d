//! Chooses the article's text among four candidates: the readability library's result, our own scoring, the text around
//! the words of the page's description, and the text in the metadata.
//!
//! Owns the candidates and their order. Compares only texts of the same page.

use dom_query::Document;

use super::flat_dom::FlatDom;
use super::json_ld::JsonLd;
use super::letters::letters;
use super::lines::{self, RenderedLine};
use super::lists::texts_without_lists;
use super::meta::{self, Meta};
use super::page_positions::page_positions;
use super::restore::restore;
use super::scoring::{Scored, ScoredPage};
use super::teaser_lists::TeaserLists;
use super::widgets::has_word;
use super::{readability, scoring};
use crate::parse::explanation::Trace;

/// In characters. A shorter result of the library is compared with our own.
const SHORT_CONTENT: usize = 120;

/// In characters. Length of the start of the description that must occur in the content.
const ANCHOR: usize = 16;

/// Minimum number of lines with a sentence in a text of its own.
const MIN_SENTENCES: usize = 2;

/// The article's text as the page gives it outside of the content.
pub(super) struct Evidence<'a> {
    /// The starts of the article's text, reduced to letters and digits.
    anchors: Vec<String>,
    /// Whether the anchors differ from the headline.
    describes_text: bool,
    /// The whole text from the metadata, as plain text or HTML.
    body: &'a str,
}

impl<'a> Evidence<'a> {
    pub(super) fn of(meta: &Meta, json_ld: &'a JsonLd, headline: &str) -> Self {
        let body = json_ld.body.as_str();
        let texts = [meta.first(meta::DESCRIPTION).to_owned(), lines_of(body).concat()];
        let headline = letters(headline);
        let starts = texts.iter().map(|text| letters(text).chars().take(ANCHOR).collect::<String>());
        let anchors: Vec<String> = starts.filter(|start| start.chars().count() == ANCHOR).collect();
        // On many pages the description only repeats the title.
        let describes_text = !anchors.iter().any(|anchor| headline.contains(anchor.as_str()));
        Self { anchors, describes_text, body }
    }

    fn is_in(&self, line: &str) -> bool {
        let letters = letters(line);
        self.anchors.iter().any(|anchor| letters.contains(anchor))
    }
}

/// Whether a page prints so little text that its article can only be in a script.
pub(super) fn is_bare(page: &[RenderedLine]) -> bool {
    let sentences = page.iter().filter(|line| !line.is_linked() && line.text.contains(['。', '，', '.', ',']));
    characters(sentences.map(|line| line.text.as_str())) < 2 * SHORT_CONTENT
}

fn characters<'a>(lines: impl Iterator<Item = &'a str>) -> usize {
    lines.filter(|line| !scoring::is_boilerplate(line)).map(|line| line.chars().count()).sum()
}

/// The lines of the main content.
pub(super) fn main_lines(
    document: Document,
    dom: &FlatDom,
    page: &[RenderedLine],
    scored: &ScoredPage,
    headline_node: Option<usize>,
    evidence: &Evidence<'_>,
    trace: &mut Trace,
) -> Vec<String> {
    let teasers = &scored.teasers;
    let (chosen, rule) = choose(document, dom, page, scored, headline_node, evidence, trace);
    let lines = restore(chosen, dom, page, |index| scoring::is_left_out(dom, index) || teasers.has(index));
    trace.record(|record| {
        record.choose("content", &counted(&lines), rule);
        let is_kept = |line: &RenderedLine| lines.contains(&line.text);
        for line in page.iter().filter(|line| !is_kept(line)) {
            record.dropped(&line.text, why_not_content(dom, line, teasers));
        }
    });
    lines
}

/// Which rule keeps a line out of the content, for the trace.
fn why_not_content(dom: &FlatDom, line: &RenderedLine, teasers: &TeaserLists) -> &'static str {
    if teasers.has(line.node) {
        "a teaser list of other stories"
    } else if dom.self_and_ancestors(dom.parent(line.node)).any(|index| scoring::is_left_out(dom, index)) {
        "an element marked as no content"
    } else if line.is_link() {
        "a link outside the content"
    } else {
        "outside the content"
    }
}

fn counted(lines: &[String]) -> String {
    format!("{} lines, {} characters", lines.len(), characters(lines.iter().map(String::as_str)))
}

fn choose(
    document: Document,
    dom: &FlatDom,
    page: &[RenderedLine],
    scored: &ScoredPage,
    headline_node: Option<usize>,
    evidence: &Evidence<'_>,
    trace: &mut Trace,
) -> (Vec<String>, &'static str) {
    let ScoredPage { teasers, best: scored } = scored;
    let is_left_out = |index: usize| scoring::is_left_out(dom, index) || teasers.has(index);
    let within = |root: usize| texts_without_lists(lines::lines_without(dom, root, is_left_out));
    let own = scored.map(|scored| within(scored.root)).unwrap_or_default();
    let mut library = texts_without_lists(readability::main_lines(document, dom.nodes.len()));
    let places = page_positions(&library, page);
    let is_other_story =
        |place: Option<usize>| place.and_then(|at| page.get(at)).is_some_and(|line| teasers.has(line.node));
    let mut places = places.into_iter();
    library.retain(|_| !places.next().is_some_and(is_other_story));
    let has_anchor = |lines: &[String]| lines.iter().any(|line| evidence.is_in(line));
    trace.record(|record| {
        record.candidate("content", &counted(&library), "the readability library", None, "");
        if let Some(Scored { root, score }) = scored {
            record.candidate("content", &counted(&own), dom.shown(*root), Some(f64::from(*score)), "");
        }
    });
    let (chosen, rule) = if has_lost(&library, &own, has_anchor) {
        (own, "the element with the best score, as the library lost text that it has")
    } else {
        (library, "the library's choice, which lost nothing of the element with the best score")
    };
    if has_anchor(&chosen) {
        return (chosen, rule);
    }
    // The start of the description is in neither candidate but elsewhere on the page: try the content around it.
    let anchored = page
        .iter()
        .filter(|_| evidence.describes_text)
        .find(|line| line.characters() > ANCHOR && evidence.is_in(&line.text) && !line.is_link());
    let around = anchored.and_then(|line| scoring::main_content_around(dom, teasers, line.node));
    let around = around.map(|scored| within(scored.root));
    // A summary above the article contains the same words, but is not the article: it is short, or its element also
    // contains the chosen text.
    let longest = chosen.iter().max_by_key(|line| line.len());
    let is_other_text = |lines: &Vec<String>| {
        let sentences = lines.iter().filter(|line| line.contains(['。', '.', '！', '？'])).count();
        has_anchor(lines) && sentences >= MIN_SENTENCES && longest.is_none_or(|longest| !lines.contains(longest))
    };
    if let Some(around) = around.filter(is_other_text) {
        return (around, "the element around the words of the page's description");
    }
    if let Some(first) =
        first_of_several(dom, teasers, headline_node, &chosen).map(within).filter(|lines| !lines.is_empty())
    {
        return (first, "the text below the headline, as the other stands below another h1");
    }
    let body = lines_of(evidence.body);
    let in_metadata = characters(body.iter().map(String::as_str));
    let printed = characters(chosen.iter().map(String::as_str));
    if in_metadata >= SHORT_CONTENT && printed < SHORT_CONTENT {
        (body, "the articleBody of the metadata, as the page prints hardly a text")
    } else {
        (chosen, rule)
    }
}

/// A page may have several `h1`. If the chosen text belongs to another `h1` than the headline's, and the headline has a
/// text of its own, this returns the root of that text.
fn first_of_several(
    dom: &FlatDom,
    teasers: &TeaserLists,
    headline_node: Option<usize>,
    chosen: &[String],
) -> Option<usize> {
    let text = headline_node?;
    let headline = dom.self_and_ancestors(dom.parent(text)).find(|index| dom.name(*index) == "h1")?;
    let next = (dom.end(headline)..dom.nodes.len()).find(|index| dom.name(*index) == "h1")?;
    let part = dom.end(headline)..next;
    let root = scoring::main_content_within(dom, teasers, &part)?.root;
    let own: Vec<String> = lines::lines(dom, root).into_iter().map(|line| line.text).collect();
    let longest = own.iter().max_by_key(|line| line.len())?;
    let is_text = characters(own.iter().map(String::as_str)) >= SHORT_CONTENT / 2;
    (is_text && !chosen.contains(longest)).then_some(root)
}

/// Words in the class of elements with a picture's caption.
const CAPTION_WORDS: &[&str] = &["caption", "figcaption"];

/// The lines of a plain text or HTML, without captions.
fn lines_of(body: &str) -> Vec<String> {
    if body.contains("</") || body.contains("<br") || body.contains("<p") {
        let dom = FlatDom::of(&Document::fragment(body));
        let is_caption = |index: usize| dom.name(index) == "figcaption" || has_word(dom.marks(index), CAPTION_WORDS);
        return lines::lines_without(&dom, 0, is_caption).into_iter().map(|line| line.text).collect();
    }
    body.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Whether the library's result misses text that our own has.
fn has_lost(library: &[String], own: &[String], has_anchor: impl Fn(&[String]) -> bool) -> bool {
    let [of_library, of_own] = [library, own].map(|lines| characters(lines.iter().map(String::as_str)));
    if has_anchor(own) && !has_anchor(library) {
        return true;
    }
    // Pages with little text fall below the library's thresholds. If the two results are different parts of the page,
    // ours is the article.
    let apart = || !library.iter().max_by_key(|line| line.len()).is_some_and(|longest| own.contains(longest));
    of_library < SHORT_CONTENT && of_own > 2 * of_library || of_own > 3 * of_library && apart()
}
