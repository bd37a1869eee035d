//! The informative lines around a page's content: bylines above, editors and sources below.

use super::flat_dom::FlatDom;
use super::labels::{MAX_BYLINE, is_byline, is_closing, outlet_alone};
use super::letters::letters;
use super::lines::RenderedLine;
use crate::parse::blocks;
use crate::parse::dateline::has_the_shape_of_a_name;
use crate::parse::lexicon::byline_words;
use crate::parse::normalized_line::normalize_line;
use crate::parse::time::first_printed;
use crate::text::is_han;

/// Maximum number of lines to check between headline and content, and after the content.
const MAX_AROUND: usize = 40;

/// Number of content lines, from either end, to look up on the page.
const MAX_JOINED: usize = 6;

/// The informative lines around a page's content.
pub(super) struct Surroundings<'a> {
    pub before: Vec<&'a str>,
    pub after: Vec<&'a str>,
    /// All lines between headline and content.
    pub between: &'a [RenderedLine],
}

impl<'a> Surroundings<'a> {
    pub(super) fn of(page: &'a [RenderedLine], headline_node: Option<usize>, content: &[String]) -> Self {
        // The library joins some lines, but most occur unchanged on the page.
        let is_text = |line: &&String| line.chars().count() >= 8;
        let is_on_page = |line: &&String| page.iter().any(|own| own.text == **line);
        let headline_at = headline_node.and_then(|node| page.iter().position(|line| line.node == node));
        let headline = headline_at.and_then(|at| page.get(at)).map(|line| letters(&line.text)).unwrap_or_default();
        // The content may begin with the headline.
        let is_below = |line: &&String| letters(line) != headline;
        let below = || content.iter().filter(is_below);
        let first = below().filter(is_text).take(MAX_JOINED).find(is_on_page).or(below().next());
        let last = content.iter().rev().filter(is_text).take(MAX_JOINED).find(is_on_page).or(content.last());
        let search_from = headline_at.map_or(0, |at| at + 1);
        let position = |wanted: Option<&String>, from: usize| {
            let wanted = wanted?;
            page.iter().skip(from).position(|line| line.text == *wanted).map(|at| from + at)
        };
        let first_at = position(first, search_from).or_else(|| position(first, 0));
        let last_at = last.and_then(|last| page.iter().rposition(|line| line.text == *last));
        let between = first_at.and_then(|first_at| {
            let from = headline_at.map_or(0, |at| at + 1).max(first_at.saturating_sub(MAX_AROUND));
            page.get(from..first_at)
        });
        let between = between.unwrap_or_default();
        let mut before = Vec::new();
        for (at, line) in between.iter().enumerate() {
            let follows_label =
                at.checked_sub(1).and_then(|at| between.get(at)).is_some_and(|line| line.text.ends_with(['：', ':']));
            // `记者博客 联系记者`: a link with a role's word in its label.
            let is_button = line.is_linked() && !line.text.contains(|c: char| c.is_ascii_digit() || "：:".contains(c));
            let names_all = || !is_button || blocks::is_byline(&line.text);
            if is_byline(&line.text) && names_all() || follows_label && line.characters() <= 20 {
                before.push(line.text.as_str());
            }
        }
        if !before.iter().any(|line| first_printed(line).is_some()) {
            before.splice(..0, headline_at.and_then(|at| dated_above(page, at)));
        }
        let after = last_at
            .and_then(|at| page.get(at + 1..))
            .unwrap_or_default()
            .iter()
            .take(MAX_AROUND)
            .filter(|line| line.characters() <= MAX_BYLINE && is_closing(&line.text))
            .map(|line| line.text.as_str())
            .collect();
        Self { before, after, between }
    }
}

/// The line with the publish time directly above the headline: `2021-09-01 08:15`, perhaps with the tools of the page.
fn dated_above(page: &[RenderedLine], headline_at: usize) -> Option<&str> {
    /// In lines.
    const NEAR: usize = 2;
    /// In characters.
    const MAX_DATED: usize = 40;
    let above = page.get(headline_at.saturating_sub(NEAR)..headline_at)?.iter().rev();
    let is_dated = |line: &&RenderedLine| {
        let is_short = line.characters() <= MAX_DATED && !line.is_linked();
        is_short && first_printed(&line.text).is_some_and(|time| time.year != 0) && blocks::is_byline(&line.text)
    };
    above.into_iter().find(is_dated).map(|line| line.text.as_str())
}

/// Words in class and id of elements that contain a story's summary.
const SUMMARY_MARKS: &[&str] = &["lead", "summary", "abstract", "daodu", "zhaiyao", "digest"];

impl<'a> Surroundings<'a> {
    /// Summaries between headline and content, recognized by their class or id, unless the content contains them too.
    pub(super) fn summaries(&self, dom: &FlatDom, content: &[String]) -> Vec<&'a str> {
        /// In characters.
        const MIN_SUMMARY: usize = 20;
        /// In letters. This prefix is enough to recognize the summary in the content.
        const BEGIN: usize = 12;
        let is_marked = |line: &&RenderedLine| dom.is_marked(line.node, 2, SUMMARY_MARKS);
        let is_new = |line: &&RenderedLine| {
            let begin: String = letters(&line.text).chars().take(BEGIN).collect();
            !content.iter().any(|known| letters(known).contains(&begin))
        };
        let text = self.between.iter().filter(|line| line.characters() >= MIN_SUMMARY).filter(is_marked);
        text.filter(|line| !is_byline(&line.text)).filter(is_new).map(|line| line.text.as_str()).collect()
    }
}

/// Marks of elements that hold the name of an account.
const ACCOUNT_MARKS: &[&str] = &["author", "account", "nickname", "username"];

impl<'a> Surroundings<'a> {
    /// The outlet on a line of its own, directly below the line with the time.
    pub(super) fn outlet_below_time(&self) -> Option<&'a str> {
        let is_timed = |line: &RenderedLine| {
            first_printed(&line.text).is_some_and(|time| time.year != 0 && time.hour.is_some())
                && blocks::is_byline(&line.text)
        };
        let pairs = self.between.iter().zip(self.between.iter().skip(1));
        pairs.filter(|(above, _)| is_timed(above)).find_map(|(_, line)| outlet_alone(&line.text))
    }

    /// The account that a platform names between headline and content, with a button or the time directly below it.
    pub(super) fn marked_account(&self, dom: &FlatDom) -> Option<&'a str> {
        /// In characters.
        const ACCOUNT: std::ops::RangeInclusive<usize> = 2..=16;
        let is_button = |line: &RenderedLine| {
            let label = normalize_line(line.text.trim_start_matches('+').trim());
            byline_words::FOLLOW_BUTTONS.contains(&label.as_str())
        };
        self.between.iter().zip(self.between.iter().skip(1)).find_map(|(line, next)| {
            let is_account = ACCOUNT.contains(&line.characters()) && dom.is_marked(line.node, 2, ACCOUNT_MARKS);
            let is_time = || first_printed(&next.text).is_some_and(|time| time.hour.is_some());
            let is_person = || has_the_shape_of_a_name(&line.text) && line.text.chars().all(is_han);
            let is_plain = || line.text.chars().all(|c| c.is_alphanumeric() || matches!(c, '·' | '-' | '_'));
            (is_account && (is_button(next) || is_plain() && is_time() && !is_person())).then_some(line.text.as_str())
        })
    }
}

#[cfg(test)]
mod tests {
    use dom_query::Document;

    use super::super::lines::lines;
    use super::*;

    #[test]
    fn accounts_above_the_time() {
        let check = |account: &str, below: &str, expected: Option<&str>| {
            let text = "新桥今天通车，全长三百米。";
            let html = format!("<h1>新桥通车</h1><p class=author-name>{account}</p><p>{below}</p><p>{text}</p>");
            let dom = FlatDom::of(&Document::from(html.as_str()));
            let page = lines(&dom, 0);
            let headline = page.first().map(|line| line.node);
            let found = Surroundings::of(&page, headline, &[text.to_owned()]);
            assert_eq!(found.marked_account(&dom), expected, "{html}");
        };
        check("河湾之家", "发布时间：09-01 08:15", Some("河湾之家"));
        check("林远舟", "发布时间：09-01 08:15", None);
        check("【河湾之家╱林远舟】", "发布时间：09-01 08:15", None);
        check("河湾之家", "渡口", None);
    }

    #[test]
    fn the_time_above_the_headline_counts_if_none_is_below() {
        const TEXT: &str = "新桥今天通车，全长三百米。";
        let check = |above: &str, below: &str, expected: &[&str]| {
            let html = format!("<p>{above}</p><h1>青石镇新桥通车</h1><p>{below}</p><p>{TEXT}</p>");
            let dom = FlatDom::of(&Document::from(html.as_str()));
            let page = lines(&dom, 0);
            let headline = page.iter().find(|line| line.text == "青石镇新桥通车").map(|line| line.node);
            let found = Surroundings::of(&page, headline, &[TEXT.to_owned()]);
            assert_eq!(found.before, expected, "{html}");
        };
        check("2021-9-1 字型：", "何秋白", &["2021-9-1 字型："]);
        check("2021-9-1 字型：", "2021-09-02 08:15 来源：青石网", &["2021-09-02 08:15 来源：青石网"]);
        check("<a href=x>2021-9-1</a>", "何秋白", &[]);
        check("2021-9-1，渡口停航了三天。", "何秋白", &[]);
    }
}
