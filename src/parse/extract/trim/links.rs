//! Drops links to other stories inside the content and at its edges.
//!
//! Owns the evidence of links: how much of a line is one, and what its neighbours are.

use std::collections::{HashMap, HashSet};

use super::super::flat_dom::FlatDom;
use super::super::labels::{is_byline, is_closing};
use super::super::lines::{RenderedLine, is_block};
use super::ContentLine;
use crate::parse::lexicon::page_chrome;
use crate::parse::normalized_line::normalize_line;

/// Drops links to other stories between the paragraphs, which a label announces: `延伸閱讀：…`, `Read more: …`.
pub(super) fn drop_references(lines: &mut [ContentLine], page: &[RenderedLine]) {
    /// In characters.
    const MAX_LABEL: usize = 12;
    let is_reference = |line: &ContentLine| {
        // `（延伸閱讀：…）`.
        let text = line.text.trim_start_matches(['（', '(']).trim_end_matches(['）', ')']);
        let Some((label, rest)) = text.split_once(['：', ':', '／', '｜', '|']) else { return false };
        let label: String = normalize_line(label).chars().filter(|c| c.is_alphanumeric()).collect();
        let linked = rest.chars().filter(|c| !c.is_whitespace()).count();
        label.chars().count() <= MAX_LABEL
            && page_chrome::REFERENCES.contains(&label.as_str())
            && linked > 0
            && line.on_page(page).is_some_and(|found| found.link_characters >= linked)
    };
    let references: Vec<bool> = lines.iter().map(is_reference).collect();
    for (line, is_reference) in lines.iter_mut().zip(references) {
        line.kept &= !is_reference;
    }
}

/// Drops lists whose entries are links to other stories: each `li` is a link, however its title ends.
pub(super) fn drop_linked_items(lines: &mut [ContentLine], dom: &FlatDom, page: &[RenderedLine]) {
    const MIN_ENTRIES: usize = 2;
    /// In characters. Shorter links are the entries of a glossary or a table of contents.
    const MIN_TITLE: usize = 12;
    let entry = |line: &ContentLine| {
        let found = line.on_page(page)?;
        let item = dom.self_and_ancestors(dom.parent(found.node)).find(|index| dom.name(*index) == "li")?;
        let is_title = found.is_linked() && found.characters() >= MIN_TITLE && !line.text.ends_with(['.', '。']);
        Some((dom.parent(item), is_title))
    };
    let entries: Vec<Option<(usize, bool)>> = lines.iter().map(entry).collect();
    let mut lists: HashMap<usize, (usize, usize)> = HashMap::new();
    for (list, is_title) in entries.iter().flatten() {
        let (titles, all) = lists.entry(*list).or_default();
        *titles += usize::from(*is_title);
        *all += 1;
    }
    let text = lines.iter().zip(&entries).filter(|(_, entry)| entry.is_none()).map(|(line, _)| line.characters());
    let (text, all): (usize, usize) = (text.sum(), lines.iter().map(ContentLine::characters).sum());
    if text * 2 < all {
        return;
    }
    let is_linked = |list: usize| lists.get(&list).is_some_and(|(titles, all)| titles == all && *all >= MIN_ENTRIES);
    for (line, entry) in lines.iter_mut().zip(&entries) {
        line.kept &= !entry.is_some_and(|(list, _)| is_linked(list));
    }
}

/// Drops the titles of other stories between the paragraphs: each a paragraph that is nothing but a link.
pub(super) fn drop_linked_paragraphs(lines: &mut [ContentLine], dom: &FlatDom, page: &[RenderedLine]) {
    /// In characters.
    const TITLE: std::ops::RangeInclusive<usize> = 12..=160;
    const MIN_PARAGRAPH: usize = 60;
    let paragraph = |line: &ContentLine| {
        let node = line.on_page(page)?.node;
        let block = dom.self_and_ancestors(dom.parent(node)).find(|index| is_block(dom.name(*index)))?;
        (dom.name(block) == "p").then(|| dom.parent(block))
    };
    let texts: HashSet<usize> = lines
        .iter()
        .filter(|line| line.is_sentence() && line.characters() >= MIN_PARAGRAPH)
        .filter_map(paragraph)
        .collect();
    let is_title = |line: &ContentLine| {
        let whole = line
            .on_page(page)
            .is_some_and(|found| found.link_characters >= found.text.chars().filter(|c| !c.is_whitespace()).count());
        let ends = line.text.ends_with(['.', '。', '!', '！', '…', ':', '：', ',', '，']);
        whole
            && !ends
            && TITLE.contains(&line.characters())
            && paragraph(line).is_some_and(|parent| texts.contains(&parent))
            && !(is_byline(&line.text) || is_closing(&line.text))
    };
    let titles: Vec<bool> = lines.iter().map(is_title).collect();
    // A text of links: a list of sources, a directory.
    if titles.iter().filter(|title| **title).count() * 2 > lines.len() {
        return;
    }
    for (line, is_title) in lines.iter_mut().zip(titles) {
        line.kept &= !is_title;
    }
}

/// Drops the links on lines of their own above and below the text, and the lines that announce them: `点击进入专题：`,
/// `返回首页，查看更多`.
pub(super) fn drop_links_at_edges(lines: &mut [ContentLine], page: &[RenderedLine]) {
    /// In characters. A longer link may be text.
    const MAX_LINK: usize = 80;
    const MAX_LABEL: usize = 12;
    const MIN_PARAGRAPH: usize = 30;
    let is_short = |line: &ContentLine| line.characters() <= MAX_LINK;
    let is_credit = |line: &ContentLine| is_byline(&line.text) || is_closing(&line.text);
    let kept: Vec<usize> = (0..lines.len()).filter(|at| lines.get(*at).is_some_and(|line| line.kept)).collect();
    let Some((_, others)) = kept.split_first() else { return };
    let mut dropped: Vec<usize> = Vec::new();
    for at in others.iter().rev() {
        let Some(line) = lines.get(*at) else { break };
        let is_link = line.on_page(page).is_some_and(|found| found.is_link() || found.is_labelled_link());
        let announces = !dropped.is_empty() && line.text.ends_with(['：', ':']) && line.characters() <= MAX_LABEL;
        if !(is_link && is_short(line) && !is_credit(line) || announces) {
            break;
        }
        dropped.push(*at);
    }
    let is_linked = |at: &usize| {
        lines.get(*at).is_some_and(|line| {
            line.on_page(page).is_some_and(RenderedLine::is_linked) && is_short(line) && !is_credit(line)
        })
    };
    // Buttons stand between the byline's lines.
    let is_paragraph =
        |at: &usize| lines.get(*at).is_some_and(|line| line.is_sentence() && line.characters() >= MIN_PARAGRAPH);
    let above = kept.iter().copied().take_while(|at| !is_paragraph(at)).filter(is_linked).collect::<Vec<_>>();
    if above.len() + dropped.len() < kept.len() {
        dropped.extend(above);
    }
    for at in dropped {
        if let Some(line) = lines.get_mut(at) {
            line.kept = false;
        }
    }
}
