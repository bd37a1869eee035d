//! Finds the headline of a page whose metadata has only the name of the site, or no title: one of the lines directly above the
//! text.
//!
//! Owns the choice among these lines. Does not judge the titles of the metadata: `title` does.

use super::flat_dom::FlatDom;
use super::heading_rank::heading_rank;
use super::labels::is_byline;
use super::letters::letters;
use super::lines::RenderedLine;
use super::scoring::ScoredPage;

/// Number of lines above the text to search.
const MAX_ABOVE: usize = 10;

/// In characters. Shorter lines are labels, longer ones are prose.
const TITLE: std::ops::RangeInclusive<usize> = 6..=60;

/// The line above the text that most looks like a title, and its text node: a heading, else a line that another one repeats, else
/// the longest. `site` is the name of the site, if a line prints it.
pub(super) fn above_text(
    dom: &FlatDom,
    lines: &[RenderedLine],
    scored: &ScoredPage,
    site: &str,
) -> Option<(String, usize)> {
    let root = scored.best?.root;
    let in_text = |line: &RenderedLine| (root..dom.end(root)).contains(&line.node) && is_prose(line);
    let text_at = lines.iter().position(in_text)?;
    let above = lines.get(text_at.saturating_sub(MAX_ABOVE)..text_at)?;
    let repeats = |line: &&RenderedLine| {
        let own = letters(&line.text);
        above.iter().filter(|other| letters(&other.text) == own).count() > 1
    };
    let rank = |line: &&RenderedLine| {
        let shortest_first = std::cmp::Reverse(line.characters());
        (heading_rank(dom, line.node).unwrap_or(0), repeats(line), letters(&line.text).chars().count(), shortest_first)
    };
    // On a tie the first line wins: `max_by_key` takes the last.
    let best = above.iter().filter(|line| line.text != site && may_be_title(dom, line)).rev().max_by_key(rank)?;
    // The other print may lack the marks of a template: `新桥通车- -`.
    let own = letters(&best.text);
    let plain = above.iter().filter(|line| letters(&line.text) == own).min_by_key(|line| line.characters());
    Some((plain.unwrap_or(best).text.clone(), best.node))
}

fn is_prose(line: &RenderedLine) -> bool {
    const MIN_PROSE: usize = 30;
    line.characters() >= MIN_PROSE && line.text.contains(['，', '。', ',', '.']) && !line.is_linked()
}

fn may_be_title(dom: &FlatDom, line: &RenderedLine) -> bool {
    let text = line.text.as_str();
    // A path to the page, a dash before a subheadline, a numbered section, a label of the site.
    let is_path = text.contains(['>', '»', '›', '→', '|', '｜']);
    let is_part = text.starts_with(['—', '[', '［']) || is_numbered(text);
    let is_sentence = text.ends_with(['。', '；', '：', ':', '，', ',', '.']);
    let linked = line.is_linked() && heading_rank(dom, line.node).is_none();
    TITLE.contains(&line.characters()) && !is_path && !is_part && !is_sentence && !linked && !is_byline(text)
}

/// `一、新桥`, `（二）渡口`.
fn is_numbered(text: &str) -> bool {
    let text = text.trim_start_matches(['（', '(']);
    let rest = text.trim_start_matches(|c: char| "一二三四五六七八九十".contains(c) || c.is_ascii_digit());
    rest.len() < text.len() && rest.starts_with(['、', '．', '.', '）', ')'])
}

#[cfg(test)]
mod tests {
    use dom_query::Document;

    use super::super::lines::lines;
    use super::*;

    #[test]
    fn titles_above_the_text() {
        let text = "<p>青石镇的新桥今天正式通车，全长三百米，两岸的居民从此不再绕行十里。</p>".repeat(3);
        let check = |above: &str, expected: Option<&str>| {
            let dom = FlatDom::of(&Document::from(format!("<div>{above}{text}</div>").as_str()));
            let page = lines(&dom, 0);
            let found = above_text(&dom, &page, &ScoredPage::of(&dom, &page), "河湾博客").map(|(text, _)| text);
            assert_eq!(found.as_deref(), expected, "{above}");
        };
        check("<p>首页 &gt; 镇情</p><p>新桥今天正式通车</p><p>何秋白</p>", Some("新桥今天正式通车"));
        check("<p>新桥今天正式通车</p><p>——修桥的石匠们</p><p>一、两年零三个月的工期</p>", Some("新桥今天正式通车"));
        check("<td class=bt_title>新桥今天通车</td><p><b>河水照旧从桥下流过去。</b></p>", Some("新桥今天通车"));
        check("<h2>新桥今天通车？- -</h2><p>石匠说还要等三天才能走</p><p>新桥今天通车？</p>", Some("新桥今天通车？"));
        check("<h1><a href=/>河湾博客</a></h1><h2>新桥今天通车</h2>", Some("新桥今天通车"));
        check("<p><a href=/>青石镇的旧新闻</a></p><p>2021-09-01 08:15 来源：青石网</p>", None);
    }
}
