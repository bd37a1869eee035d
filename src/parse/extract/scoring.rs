//! Finds the main content by our own scoring, for pages on which the readability library fails: the element with the
//! most running text in its paragraphs.

use super::flat_dom::{FlatDom, NodeKind};
use super::lines::{RenderedLine, is_block};
use super::teaser_lists::TeaserLists;
use crate::parse::lexicon::page_phrases;
use crate::parse::normalized_line::holds_any;

/// In characters. Shorter blocks are labels and captions.
const MIN_PARAGRAPH: usize = 12;

/// Words in the class, id or role of elements outside the article.
const NEGATIVE: &[&str] = &[
    "comment",
    "related",
    "relate",
    "recommend",
    "footer",
    "foot",
    "copyright",
    "disclaim",
    "statement",
    "sidebar",
    "side-",
    "nav",
    "menu",
    "share",
    "rank",
    "hot",
    "advert",
    "banner",
    "breadcrumb",
    "reply",
    "declare",
    "pinglun",
    "tuijian",
];

const POSITIVE: &[&str] = &[
    "article", "content", "body", "main", "text", "detail", "story", "entry", "post", "neirong", "zhengwen", "artibody",
];

pub(super) fn is_boilerplate(text: &str) -> bool {
    holds_any(text, page_phrases::SITE_DESCRIPTION)
}

/// Words in the class, id or role of elements inside the content that never belong to the article, whatever their text.
const LEFT_OUT: &[&str] = &["comment", "pinglun", "related", "recommend", "tuijian", "footer", "copyright", "share"];

/// Whether an element's class, id, role or tag name excludes it from the article.
pub(super) fn is_left_out(dom: &FlatDom, index: usize) -> bool {
    let marks = dom.marks(index);
    // Sites give the article's own container names such as `article share-box`: a positive word overrides a negative
    // one.
    LEFT_OUT.iter().any(|mark| marks.contains(mark)) && !POSITIVE.iter().any(|mark| marks.contains(mark))
        || matches!(dom.name(index), "nav" | "footer" | "aside")
}

/// An element that may contain the article, and its score: how much running text it has.
#[derive(Clone, Copy)]
pub(super) struct Scored {
    pub root: usize,
    pub score: f32,
}

/// The page's teaser lists and the element that contains the article. Title and content are both found with them.
pub(super) struct ScoredPage {
    pub teasers: TeaserLists,
    pub best: Option<Scored>,
}

impl ScoredPage {
    pub(super) fn of(dom: &FlatDom, page: &[RenderedLine]) -> Self {
        let teasers = TeaserLists::of(dom, page);
        let best = main_content(dom, &teasers);
        Self { teasers, best }
    }
}

/// The element that contains the article.
fn main_content(dom: &FlatDom, teasers: &TeaserLists) -> Option<Scored> {
    main_content_among(dom, teasers, &|_| true, &|_| true)
}

/// Like [`main_content`], limited to the ancestors of a text that is known to be part of the article.
pub(super) fn main_content_around(dom: &FlatDom, teasers: &TeaserLists, text_node: usize) -> Option<Scored> {
    let around: Vec<usize> = dom.self_and_ancestors(dom.parent(text_node)).collect();
    main_content_among(dom, teasers, &|index| around.contains(&index), &|_| true)
}

/// Like [`main_content`], limited to the texts in a part of the page.
pub(super) fn main_content_within(
    dom: &FlatDom,
    teasers: &TeaserLists,
    part: &std::ops::Range<usize>,
) -> Option<Scored> {
    let inside = |index: usize| part.contains(&index) && dom.end(index) <= part.end;
    main_content_among(dom, teasers, &inside, &|index| part.contains(&index))
}

fn main_content_among(
    dom: &FlatDom,
    teasers: &TeaserLists,
    may_be_content: &dyn Fn(usize) -> bool,
    is_asked: &dyn Fn(usize) -> bool,
) -> Option<Scored> {
    let mut paragraphs = paragraphs(dom);
    paragraphs.retain(|paragraph| is_asked(paragraph.node));
    let mut score = vec![0.0_f32; dom.nodes.len()];
    let mut total = vec![0.0_f32; dom.nodes.len()];
    let mut all_characters = vec![0_usize; dom.nodes.len()];
    let mut link_characters = vec![0_usize; dom.nodes.len()];
    let left_out = left_out_subtrees(dom);
    for paragraph in &paragraphs {
        for index in dom.self_and_ancestors(paragraph.node) {
            if let Some(sum) = all_characters.get_mut(index) {
                *sum += paragraph.characters + paragraph.link_characters;
            }
            if let Some(sum) = link_characters.get_mut(index) {
                *sum += paragraph.link_characters;
            }
        }
        let worth = paragraph.worth();
        let is_outside = || teasers.has(paragraph.node) || left_out.get(paragraph.node).copied().unwrap_or_default();
        if worth == 0.0 || is_outside() {
            continue;
        }
        // A paragraph's own element is rarely the container of the article.
        let own = matches!(dom.name(paragraph.node), "p" | "li" | "h1" | "h2" | "h3" | "h4" | "blockquote");
        let mut share = if own { 0.0 } else { 1.0 };
        for (above, index) in dom.self_and_ancestors(paragraph.node).enumerate() {
            if let Some(sum) = total.get_mut(index) {
                *sum += worth;
            }
            if let Some(sum) = score.get_mut(index) {
                *sum += worth * share;
            }
            share = match (above, own) {
                (0, true) => 1.0,
                (0, false) | (1, true) => 0.5,
                _ => share * 0.3,
            };
        }
    }
    let best = score
        .iter()
        .enumerate()
        .filter(|(index, score)| **score > 0.0 && may_be_content(*index))
        .map(|(index, score)| {
            let links = link_characters.get(index).copied().unwrap_or(0) as f32;
            let all = all_characters.get(index).copied().unwrap_or(0).max(1) as f32;
            (index, score * (1.0 - links / all) * weight(dom.marks(index)))
        })
        .filter(|(_, score)| *score > 0.0)
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    // If the paragraphs are spread over several sections, take their parent, provided that it has much more of the
    // text.
    let total_of = |index: usize| total.get(index).copied().unwrap_or(0.0);
    let wider = dom
        .self_and_ancestors(best.0)
        .skip(1)
        .take(2)
        .filter(|parent| may_be_content(*parent))
        .find(|parent| total_of(*parent) > 1.8 * total_of(best.0) && weight(dom.marks(*parent)) >= 1.0);
    Some(Scored { root: wider.unwrap_or(best.0), score: best.1 })
}

/// Whether each node is in an element that is left out. Parents come before their children.
fn left_out_subtrees(dom: &FlatDom) -> Vec<bool> {
    let mut left_out: Vec<bool> = Vec::with_capacity(dom.nodes.len());
    for (index, node) in dom.nodes.iter().enumerate() {
        let inherited = index > 0 && left_out.get(node.parent).copied().unwrap_or_default();
        let is_element = index > 0 && matches!(node.kind, NodeKind::Element { .. });
        left_out.push(inherited || is_element && is_left_out(dom, index));
    }
    left_out
}

fn weight(marks: &str) -> f32 {
    if NEGATIVE.iter().any(|mark| marks.contains(mark)) {
        0.3
    } else if POSITIVE.iter().any(|mark| marks.contains(mark)) {
        1.3
    } else {
        1.0
    }
}

/// The text of a block element, without nested blocks.
struct Paragraph {
    node: usize,
    /// Outside links.
    characters: usize,
    link_characters: usize,
    punctuation: usize,
    boilerplate: bool,
}

impl Paragraph {
    fn worth(&self) -> f32 {
        if self.boilerplate || self.characters < MIN_PARAGRAPH || self.link_characters > self.characters {
            return 0.0;
        }
        1.0 + self.punctuation as f32 + (self.characters as f32 / 25.0).min(20.0)
    }
}

fn paragraphs(dom: &FlatDom) -> Vec<Paragraph> {
    let mut of_node: std::collections::BTreeMap<usize, Paragraph> = std::collections::BTreeMap::new();
    for (index, node) in dom.nodes.iter().enumerate() {
        let NodeKind::Text(text) = &node.kind else { continue };
        if text.trim_start().is_empty() {
            continue;
        }
        let block = dom.self_and_ancestors(node.parent).find(|above| {
            let name = dom.name(*above);
            is_block(name) || matches!(name, "td" | "th")
        });
        let in_link = dom.self_and_ancestors(node.parent).take(4).any(|above| dom.name(above) == "a");
        let paragraph = of_node.entry(block.unwrap_or(index)).or_insert(Paragraph {
            node: block.unwrap_or(index),
            characters: 0,
            link_characters: 0,
            punctuation: 0,
            boilerplate: false,
        });
        let characters = text.chars().filter(|c| !c.is_whitespace()).count();
        if in_link {
            paragraph.link_characters += characters;
        } else {
            paragraph.characters += characters;
            paragraph.punctuation += text.chars().filter(|c| "，。、；：？！,;!?".contains(*c)).count();
        }
        paragraph.boilerplate |= is_boilerplate(text);
    }
    of_node.into_values().collect()
}
