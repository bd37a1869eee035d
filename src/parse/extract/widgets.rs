//! Page tools inside the content: players, pagers, advertisement slots, share boxes, dialogs.
//!
//! Owns the markup test. Does not look at words: an element is a tool because of its tag name, role, class or id, and
//! only if it contains no running text.

use std::collections::HashSet;

use super::flat_dom::FlatDom;
use super::lines::RenderedLine;

/// Word parts in class, id and role that tell an element's purpose.
const MARKS: &[&str] = &[
    "player",
    "pagination",
    "pager",
    "pagenav",
    "page-nav",
    "page_nav",
    "advert",
    "newsletter",
    "subscribe",
    "paywall",
    "toolbar",
    "navigation",
    "complementary",
    "dialog",
    "contentinfo",
    "reminder",
    "tooltip",
    "breadcrumb",
];

/// Only as whole words: their letters also occur inside other words.
const WORDS: &[&str] = &["video", "audio", "ad", "ads", "adslot", "nav", "menu", "share", "tags", "modal", "popup"];

/// Only as whole words, for the pager of a long article. The page's outer elements use them too.
const PAGER_WORDS: &[&str] = &["page", "pages", "pg"];

/// Maximum number of lines in a pager.
const MAX_PAGER_LINES: usize = 4;

/// Elements that never contain the text of an article.
const ELEMENTS: &[&str] = &["nav", "form", "dialog", "menu", "footer", "aside"];

/// In characters. The maximum length of a tool's line.
const MAX_LABEL: usize = 30;

/// Maximum number of lines in one tool. Longer lists are left to the rules for lists.
const MAX_LINES: usize = 24;

/// Number of ancestors to check.
const LEVELS: usize = 6;

/// The texts of lines that occur in page tools and nowhere else on the page.
pub(super) fn labels<'a>(dom: &FlatDom, page: &'a [RenderedLine]) -> HashSet<&'a str> {
    let mut tools: Vec<(usize, Vec<&'a RenderedLine>)> = Vec::new();
    let mut others: HashSet<&str> = HashSet::new();
    for line in page {
        let above = || dom.self_and_ancestors(dom.parent(line.node)).take(LEVELS);
        let pager = || above().find(|index| is_pager(dom, *index));
        match above().filter(|index| is_tool(dom, *index)).last().or_else(pager) {
            Some(tool) => match tools.last_mut().filter(|(known, _)| *known == tool) {
                Some((_, lines)) => lines.push(line),
                None => tools.push((tool, vec![line])),
            },
            None => {
                others.insert(&line.text);
            }
        }
    }
    let is_label = |line: &&RenderedLine| line.characters() <= MAX_LABEL && !line.text.ends_with('。');
    let max_lines = |tool: usize| if is_tool(dom, tool) { MAX_LINES } else { MAX_PAGER_LINES };
    let silent =
        tools.into_iter().filter(|(tool, lines)| lines.len() <= max_lines(*tool) && lines.iter().all(is_label));
    silent.flat_map(|(_, lines)| lines).map(|line| line.text.as_str()).filter(|text| !others.contains(text)).collect()
}

fn is_tool(dom: &FlatDom, index: usize) -> bool {
    let marks = dom.marks(index);
    ELEMENTS.contains(&dom.name(index)) || MARKS.iter().any(|mark| marks.contains(mark)) || has_word(marks, WORDS)
}

fn is_pager(dom: &FlatDom, index: usize) -> bool {
    dom.name(index) != "body" && has_word(dom.marks(index), PAGER_WORDS)
}

pub(super) fn has_word(marks: &str, words: &[&str]) -> bool {
    marks.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| words.contains(&word))
}

#[cfg(test)]
mod tests {
    use dom_query::Document;

    use super::super::lines::lines;
    use super::*;

    #[test]
    fn tools_by_markup() {
        let check = |html: &str, expected: &[&str]| {
            let dom = FlatDom::of(&Document::from(html));
            let page = lines(&dom, 0);
            let found = labels(&dom, &page);
            let found: Vec<&str> =
                page.iter().map(|line| line.text.as_str()).filter(|text| found.contains(text)).collect();
            assert_eq!(found, expected, "{html}");
        };
        check("<div class='v-player'><p>播放速度</p><i>2X</i></div><p>新馆开放。</p>", &["播放速度", "2X"]);
        check("<div class=video><span>Play</span><p>新馆开放，镇长林远舟到场。</p></div>", &[]);
        check("<div class=page><a>下一页</a> <a>1</a> 共1页</div><p>新馆</p>", &["下一页 1 共1页"]);
        check("<div role=navigation><a>上一页</a> <b>1</b></div><p>新馆</p>", &["上一页 1"]);
        check("<div class=ad-slot__note>Advertisement</div><div class=shadow>新馆</div>", &["Advertisement"]);
        check("<form>手机号</form><p>手机号</p>", &[]);
        check("<div class=headline>新馆开放</div>", &[]);
    }
}
