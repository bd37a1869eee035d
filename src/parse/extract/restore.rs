//! Restores paragraphs that the content selection lost: the readability library drops short ones.
//!
//! Owns the structural test: a sentence in an element with the same position and tag as other paragraphs of the
//! content.

use std::collections::{BTreeSet, HashMap};

use super::flat_dom::FlatDom;
use super::lines::{RenderedLine, is_block};
use super::page_positions::page_positions;
use super::scoring::is_boilerplate;

/// In characters.
const MIN_PARAGRAPH: usize = 10;

/// Minimum number of content paragraphs with the same structure. A single one may be anywhere.
const MIN_ALIKE: usize = 2;

/// Number of lines to check before the first and after the last line of the content.
const MAX_ABOVE: usize = 3;
const MAX_BELOW: usize = 3;

/// Number of elements around the parent of a paragraph that may hold it alone.
const MAX_NESTED: usize = 2;

/// Maximum amount of text to search for lost lines, in bytes, so that the cost stays proportional to the size of the
/// page. Real pages lose a handful.
const MAX_SEARCHED_BYTES: usize = 16 << 20;

/// The structural position of a paragraph: an ancestor's index, the name and class of its child that contains the paragraph, and
/// the class of the paragraph's parent, if that is a level further down.
type Structure<'a> = (usize, &'a str, &'a str, &'a str);

/// The content with the lost paragraphs. `is_left_out` tells which elements contain no text of the article.
pub(super) fn restore(
    content: Vec<String>,
    dom: &FlatDom,
    page: &[RenderedLine],
    is_left_out: impl Fn(usize) -> bool,
) -> Vec<String> {
    let places = page_positions(&content, page);
    let known: BTreeSet<usize> = places.iter().flatten().copied().collect();
    let (Some(first), Some(last)) = (known.first().copied(), known.last().copied()) else { return content };
    let mut counts: HashMap<Structure<'_>, usize> = HashMap::new();
    for line in known.iter().filter_map(|at| page.get(*at)).filter(|line| is_paragraph(line)) {
        for structure in structures(dom, line) {
            *counts.entry(structure).or_default() += 1;
        }
    }
    let is_lost = |at: &usize| {
        let is_unknown =
            |line: &&RenderedLine| !known.contains(at) && is_paragraph(line) && !is_boilerplate(&line.text);
        let Some(line) = page.get(*at).filter(is_unknown) else { return false };
        let alike = structures(dom, line)
            .iter()
            .any(|structure| counts.get(structure).is_some_and(|count| *count >= MIN_ALIKE));
        alike && !dom.self_and_ancestors(dom.parent(line.node)).any(&is_left_out)
    };
    let candidates: Vec<usize> =
        (first.saturating_sub(MAX_ABOVE)..(last + 1 + MAX_BELOW).min(page.len())).filter(is_lost).collect();
    if candidates.is_empty() {
        return content;
    }
    // A text that the content contains as part of another line is not lost.
    let all: String = content.concat().chars().filter(|c| !c.is_whitespace()).collect();
    let mut unsearched_bytes = MAX_SEARCHED_BYTES;
    let is_new = |at: &usize| {
        if all.len() > unsearched_bytes {
            return false;
        }
        unsearched_bytes -= all.len();
        let own: String =
            page.get(*at).map(|line| line.text.chars().filter(|c| !c.is_whitespace()).collect()).unwrap_or_default();
        !all.contains(&own)
    };
    let mut lost = candidates.into_iter().filter(is_new).peekable();
    let mut restored = Vec::with_capacity(content.len());
    let text = |at: usize| page.get(at).map(|line| line.text.clone());
    for (line, place) in content.into_iter().zip(places) {
        while let Some(at) = lost.next_if(|at| place.is_some_and(|place| *at < place)) {
            restored.extend(text(at));
        }
        restored.push(line);
    }
    restored.extend(lost.filter_map(text));
    restored
}

fn is_paragraph(line: &RenderedLine) -> bool {
    let end = line.text.trim_end_matches(['”', '」', '"', '’', ')', '）']);
    /// In characters. A paragraph with less beside its links is a link.
    const MIN_UNLINKED: usize = 6;
    let beside = line.text.chars().filter(|c| !c.is_whitespace()).count().saturating_sub(line.link_characters);
    line.characters() >= MIN_PARAGRAPH && end.ends_with(['。', '！', '？', '.', '!', '?']) && beside >= MIN_UNLINKED
}

/// The structural positions of a paragraph: in its parent, and further up as long as the class or id of each element shows that it
/// is one of several alike.
fn structures<'a>(dom: &'a FlatDom, line: &RenderedLine) -> Vec<Structure<'a>> {
    let Some(block) = dom.self_and_ancestors(dom.parent(line.node)).find(|index| is_block(dom.name(*index))) else {
        return Vec::new();
    };
    let parent = dom.parent(block);
    let grandparent = dom.parent(parent);
    let mut structures = vec![(parent, dom.name(block), "", "")];
    let is_marked = |index: usize| !dom.marks(index).trim().is_empty();
    // An element without a mark that holds one paragraph alone, among others.
    if !is_marked(parent) && is_only_block(dom, parent, block) {
        structures.push((grandparent, dom.name(parent), "", dom.name(block)));
    }
    if is_marked(parent) {
        structures.push((grandparent, dom.name(parent), dom.marks(parent), ""));
        // Some systems nest each paragraph in several elements of its own.
        let mut above = grandparent;
        for _ in 0..MAX_NESTED {
            if !is_marked(above) || above == 0 {
                break;
            }
            structures.push((dom.parent(above), dom.name(above), dom.marks(above), dom.marks(parent)));
            above = dom.parent(above);
        }
    }
    structures
}

/// Whether an element holds nothing beside one block.
fn is_only_block(dom: &FlatDom, parent: usize, block: usize) -> bool {
    parent + 1 == block && dom.end(block) == dom.end(parent)
}

#[cfg(test)]
mod tests {
    use dom_query::Document;

    use super::super::lines::lines;
    use super::*;

    #[test]
    fn lost_paragraphs_by_structure() {
        let check = |html: &str, lost: &str, back: bool| {
            let dom = FlatDom::of(&Document::from(html));
            let page = lines(&dom, 0);
            let content: Vec<String> =
                page.iter().map(|line| line.text.clone()).filter(|text| text.starts_with('新')).collect();
            let found = restore(content, &dom, &page, |index| dom.marks(index).contains("share"));
            assert_eq!(found.iter().any(|line| line == lost), back, "{html}");
        };
        let lost = "护鸟员今天也来了，沿着河堤走。";
        let text = "<p>新馆今天正式开放，共有四层楼。</p>";
        check(&format!("<div>{text}<p>{lost}</p>{text}</div>"), lost, true);
        check(&format!("<div>{text}{text}<p>{lost}</p></div>"), lost, true);
        let picture = |text: &str| format!("<div class=pic><img>{text}</div>");
        check(&format!("{}{}{}", picture(text), picture(text), picture(&format!("<p>{lost}</p>"))), lost, true);
        let nested = |text: &str| format!("<div class=row><div class=cell><div class=text>{text}</div></div></div>");
        check(&format!("{}{}{}", nested(text), nested(text), nested(&format!("<p>{lost}</p>"))), lost, true);
        let single = |text: &str| format!("<div>{text}</div>");
        check(&format!("<i>{}{}{}</i>", single(text), single(text), single(&format!("<p>{lost}</p>"))), lost, true);
        check(&format!("<div><p>{lost}</p>{text}{text}</div>"), lost, true);
        check(&format!("<div>{text}{text}</div><section><p>{lost}</p></section>"), lost, false);
        check(&format!("<div>{text}{text}<p class=share>{lost}</p></div>"), lost, false);
        check(&format!("<div>{text}{text}<p><a>{lost}</a></p></div>"), lost, false);
    }
}
