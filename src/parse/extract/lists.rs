//! Lists of other articles inside the content: consecutive links, and the heading above them.

use super::lines::RenderedLine;
use crate::parse::lexicon::page_phrases;
use crate::parse::normalized_line::holds_any;

/// Minimum number of consecutive links in a list of other articles.
const MIN_LINK_LIST: usize = 2;

/// The lines without lists of other articles. Ranks and dates may stand between the links of a list.
pub(super) fn texts_without_lists(lines: Vec<RenderedLine>) -> Vec<String> {
    let mut texts: Vec<String> = Vec::with_capacity(lines.len());
    let mut lines = lines.into_iter().peekable();
    while let Some(line) = lines.next() {
        let is_rank = || is_number(&line.text);
        if is_reference(&line) && lines.peek().is_none_or(|next| next.is_link() || is_reference(next)) {
            continue;
        }
        let in_list = line.is_link() || is_rank() && lines.peek().is_some_and(RenderedLine::is_link);
        if !in_list {
            texts.push(line.text);
            continue;
        }
        let mut links = usize::from(line.is_link());
        let mut list = vec![line.text];
        while let Some(line) = lines.next_if(|line| line.is_link() || is_number(&line.text)) {
            links += usize::from(line.is_link());
            list.push(line.text);
        }
        if links < MIN_LINK_LIST {
            texts.append(&mut list);
        } else if texts.last().is_some_and(|last| is_list_heading(last)) {
            texts.pop();
        }
    }
    texts
}

/// `推荐阅读：…` with a link in the rest of the line.
fn is_reference(line: &RenderedLine) -> bool {
    const MAX_HEADING: usize = 6;
    let beside = line.text.chars().filter(|c| !c.is_whitespace()).count().saturating_sub(line.link_characters);
    let heading: String = line.text.chars().take(MAX_HEADING).collect();
    line.link_characters > 0 && beside <= MAX_HEADING && is_list_heading(&heading)
}

/// A rank or a date.
fn is_number(line: &str) -> bool {
    line.chars().count() <= 16 && line.chars().all(|c| c.is_ascii_digit() || "-/:.年月日 ".contains(c))
}

fn is_list_heading(line: &str) -> bool {
    line.chars().count() <= 12 && holds_any(line, page_phrases::LIST_HEADINGS)
}
