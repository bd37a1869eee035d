//! The lines that belong to the headline according to the markup: a kicker above it, subheadlines below.
//!
//! Owns which elements count. Does not look at the words: on a page with markup, a short line below the headline is
//! just as often a share button, a caption or the first line of the story.

use super::flat_dom::FlatDom;
use super::lines::RenderedLine;

/// Maximum distance from the headline, in lines.
const NEAR: usize = 6;

/// In characters. A longer line is a summary.
const MAX_CHARACTERS: usize = 60;

/// Words in class and id of elements that contain a subheadline, on Chinese and English sites.
const SUB_MARKS: &[&str] =
    &["subtitle", "sub-title", "sub_title", "subtit", "subhead", "fubiaoti", "futitle", "titlesub"];

/// Words in class and id of elements that contain a kicker.
const KICKER_MARKS: &[&str] =
    &["kicker", "yinti", "jianti", "meiti", "eyebrow", "shoulder", "pretitle", "pre-title", "introtitle"];

/// The lines that belong to the headline.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Headings {
    pub kicker: String,
    pub subheadlines: Vec<String>,
}

/// The heading lines around the headline. `headline` is the index of its text node in the flat DOM.
pub(super) fn headings(dom: &FlatDom, lines: &[RenderedLine], headline: Option<usize>) -> Headings {
    let mut found = Headings::default();
    let Some(node) = headline else { return found };
    let Some(at) = lines.iter().position(|line| line.node == node) else { return found };
    let parent = heading_of(dom, node).map(|heading| dom.parent(heading));
    let fits = |line: &RenderedLine, marks: &[&str]| {
        let heading = heading_of(dom, line.node);
        let beside = heading.is_some() && heading.map(|heading| dom.parent(heading)) == parent;
        let marked = dom.is_marked(line.node, 2, marks);
        line.link_characters == 0 && (2..=MAX_CHARACTERS).contains(&line.characters()) && (beside || marked)
    };
    if let Some(line) = at.checked_sub(1).and_then(|above| lines.get(above)).filter(|line| fits(line, KICKER_MARKS)) {
        found.kicker = line.text.clone();
    }
    // A dash directly below the headline also marks a subheadline: `——青石镇修桥记`.
    let dashed = |line: &RenderedLine| line.text.starts_with("——") && line.characters() <= MAX_CHARACTERS;
    let below = lines.iter().skip(at + 1).take(NEAR).enumerate();
    let below =
        below.filter(|(place, line)| fits(line, SUB_MARKS) || *place == 0 && dashed(line)).map(|(_, line)| line);
    found.subheadlines.extend(below.map(|line| line.text.clone()));
    found
}

/// The closest `h1` to `h4` that contains a text.
fn heading_of(dom: &FlatDom, text_node: usize) -> Option<usize> {
    dom.self_and_ancestors(dom.parent(text_node))
        .take(3)
        .find(|above| matches!(dom.name(*above), "h1" | "h2" | "h3" | "h4"))
}

#[cfg(test)]
mod tests {
    use dom_query::Document;

    use super::super::lines::lines;
    use super::*;

    #[test]
    fn kicker_and_subheadlines_by_markup() {
        let check = |html: &str, kicker: &str, subheadlines: &[&str]| {
            let dom = FlatDom::of(&Document::from(html));
            let lines = lines(&dom, 0);
            let node = lines.iter().find(|line| line.text == "青石镇图书馆开放").map(|line| line.node);
            let found = headings(&dom, &lines, node);
            assert_eq!(
                (found.kicker.as_str(), found.subheadlines),
                (kicker, subheadlines.iter().map(|s| (*s).into()).collect()),
                "{html}"
            );
        };
        check(
            "<div><h3>林远舟调研时强调</h3><h1>青石镇图书馆开放</h1><h4>藏书十二万册</h4><p>正文</p></div>",
            "林远舟调研时强调",
            &["藏书十二万册"],
        );
        check("<h1>青石镇图书馆开放</h1><p class='sub-title'>藏书十二万册</p><p>分享</p>", "", &["藏书十二万册"]);
        check("<h1>青石镇图书馆开放</h1><div><h2>一、开馆</h2><p>正文</p></div>", "", &[]);
        check("<h1>青石镇图书馆开放</h1><p>易信</p><p>下周一，</p>", "", &[]);
        check(
            "<table><tr><td>青石镇图书馆开放</td></tr><tr><td>——旧粮仓改造记</td></tr></table>",
            "",
            &["——旧粮仓改造记"],
        );
        check("<p>甲</p>", "", &[]);
    }
}
