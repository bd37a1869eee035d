//! Finds the empty line that separates the headline block of a plain text from its body.

use super::head::MAX_BLOCK;
use super::line::{Line, is_blank};
use crate::parse::dateline;

/// The index of the first line below the only empty lines of a text, if the lines above may be a headline block. Other
/// empty lines separate paragraphs, and then these say nothing about titles.
pub(super) fn below_titles(text: &str) -> Option<usize> {
    const MAX_TITLE: usize = 70;
    let is_empty = |line: &&str| line.trim_matches(is_blank).is_empty();
    let mut above = Vec::new();
    let mut lines = text.lines().skip_while(is_empty);
    for line in lines.by_ref().take_while(|line| !is_empty(line)) {
        above.push(Line::new(line));
        if above.len() > MAX_BLOCK {
            return None;
        }
    }
    let body: Vec<&str> = lines.skip_while(is_empty).collect();
    let end = body.iter().rposition(|line| !is_empty(line))?;
    let is_undivided = !body.get(..end)?.iter().any(is_empty);
    let is_title =
        |line: &Line| line.length <= MAX_TITLE && !line.text.contains('。') && dateline::at_start(line.text).is_none();
    (is_undivided && above.iter().all(is_title)).then_some(above.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_gap_separates_titles_from_text() {
        let check = |text: &str, expected: Option<usize>| assert_eq!(below_titles(text), expected, "{text}");
        check("新桥通车\n两岸不再绕行\n\n开栏的话\n新桥今天通车。\n", Some(2));
        check("新桥通车\n\n开栏的话\n\n新桥今天通车。", None);
        check("新桥今天通车。\n\n桥长三百米。", None);
        check("新华社青石1月2日电 新桥通车\n\n桥长三百米。", None);
        check("新桥通车\n新桥今天通车。", None);
        check("新桥通车\n\n", None);
        check("", None);
    }
}
