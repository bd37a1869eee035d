//! Teaser lists: sibling elements of the same structure, each with the linked title of another story and at most a
//! summary, a date and an outlet.
//!
//! Owns the structural test. Does not look at words, so it finds a list in any language and under any heading.

use std::collections::{BTreeMap, BTreeSet};

use super::flat_dom::{FlatDom, NodeKind};
use super::lines::RenderedLine;

/// Minimum number of siblings. Two linked titles may be the article's own references.
const MIN_TEASERS: usize = 3;

/// In characters. A shorter link is a button or a name, a longer one is text.
const MIN_TITLE: usize = 6;
const MAX_TITLE: usize = 150;

/// Maximum size of a teaser besides its title, in characters and in lines: a summary, not a section of an article.
const MAX_SUMMARY: usize = 250;
const MAX_LINES: usize = 8;

/// In some lists the summary is the start of the story, in one paragraph. The sections of an article may look the same,
/// so such a list needs more teasers.
const MAX_START: usize = 700;
const MIN_TEASERS_WITH_START: usize = 6;

/// In characters. A shorter line is an outlet, a date or a name.
const MIN_PARAGRAPH: usize = 24;

/// The teaser elements, as ranges of the flat DOM.
pub(super) struct TeaserLists {
    /// Sorted and disjoint.
    teasers: Vec<(usize, usize)>,
}

/// Statistics of the lines in one element.
#[derive(Clone, Copy, Default)]
struct ElementTally {
    titles: usize,
    lines: usize,
    /// Characters in lines other than titles.
    others: usize,
    paragraphs: usize,
}

impl ElementTally {
    fn is_teaser(self) -> bool {
        let is_short = self.others <= MAX_SUMMARY || self.paragraphs == 1 && self.others <= MAX_START;
        self.titles > 0 && self.lines <= MAX_LINES && is_short
    }

    fn is_short_teaser(self) -> bool {
        self.is_teaser() && self.others <= MAX_SUMMARY
    }
}

impl TeaserLists {
    pub(super) fn of(dom: &FlatDom, page: &[RenderedLine]) -> Self {
        let mut tallies = vec![ElementTally::default(); dom.nodes.len()];
        for line in page {
            let characters = line.characters();
            // A title may end with a question mark or a quotation mark.
            let is_title = line.is_linked()
                && (MIN_TITLE..=MAX_TITLE).contains(&characters)
                && !line.text.ends_with(['。', '.', '，', ',']);
            for index in dom.self_and_ancestors(dom.parent(line.node)) {
                let Some(tally) = tallies.get_mut(index) else { continue };
                tally.lines += 1;
                tally.titles += usize::from(is_title);
                tally.others += if is_title { 0 } else { characters };
                tally.paragraphs += usize::from(!is_title && characters >= MIN_PARAGRAPH);
            }
        }
        // Siblings, grouped by parent, name and first class.
        let mut siblings: BTreeMap<(usize, &str, &str), Vec<usize>> = BTreeMap::new();
        for (index, node) in dom.nodes.iter().enumerate().skip(1) {
            let NodeKind::Element { name, marks } = &node.kind else { continue };
            if tallies.get(index).is_none_or(|tally| tally.lines == 0) {
                continue;
            }
            let class = marks.split(' ').next().unwrap_or_default();
            siblings.entry((node.parent, name, class)).or_default().push(index);
        }
        let tally = |index: usize| tallies.get(index).copied().unwrap_or_default();
        // Parent and name of the teasers, without the class: the last teaser of a list often has a different class.
        let mut lists: BTreeSet<(usize, &str)> = BTreeSet::new();
        for ((parent, name, _), group) in &siblings {
            let count =
                |is_counted: fn(ElementTally) -> bool| group.iter().filter(|index| is_counted(tally(**index))).count();
            let (all, short) = (count(ElementTally::is_teaser), count(ElementTally::is_short_teaser));
            // Up to one in five entries may be an advertisement or have a longer text.
            let is_teaser_list = short >= MIN_TEASERS && short * 5 >= group.len() * 4
                || all >= MIN_TEASERS_WITH_START && all * 5 >= group.len() * 4;
            if is_teaser_list {
                lists.insert((*parent, *name));
            }
        }
        let of_teaser_lists = siblings.iter().filter(|((parent, name, _), _)| lists.contains(&(*parent, *name)));
        let mut teasers: Vec<(usize, usize)> = of_teaser_lists
            .flat_map(|(_, group)| group)
            .filter(|index| tally(**index).is_teaser())
            .map(|index| (*index, dom.end(*index)))
            .collect();
        teasers.sort_unstable();
        // A teaser may contain a teaser list of its own.
        teasers.dedup_by(|inner, outer| inner.0 < outer.1);
        Self { teasers }
    }

    /// Whether a node is inside a teaser.
    pub(super) fn has(&self, node: usize) -> bool {
        let after = self.teasers.partition_point(|(start, _)| *start <= node);
        after.checked_sub(1).and_then(|at| self.teasers.get(at)).is_some_and(|(_, end)| node < *end)
    }
}

#[cfg(test)]
mod tests {
    use dom_query::Document;

    use super::super::lines::lines;
    use super::*;

    #[test]
    fn teasers_by_structure() {
        let check = |html: &str, expected: &[&str]| {
            let dom = FlatDom::of(&Document::from(html));
            let page = lines(&dom, 0);
            let lists = TeaserLists::of(&dom, &page);
            let found: Vec<&str> =
                page.iter().filter(|line| lists.has(line.node)).map(|line| line.text.as_str()).collect();
            assert_eq!(found, expected, "{html}");
        };
        let story = "<div class='item a'><h3><a href=1>旧粮仓改造工程完工</a></h3><p>镇上的旧粮仓今天完工。</p><i>8 小时前</i></div>";
        let lines = ["旧粮仓改造工程完工", "镇上的旧粮仓今天完工。", "8 小时前"];
        check(&format!("<div><p>新馆开放。</p>{}</div>", story.repeat(3)), &lines.repeat(3));
        check(&format!("<div><p>新馆开放。</p>{}</div>", story.repeat(2)), &[]);
        let cards = "<li><a href=1><h4>盲人协会捐书两千册</h4><p>协会今天捐书。</p></a></li>".repeat(3);
        check(&cards, &["盲人协会捐书两千册", "协会今天捐书。"].repeat(3));
        let sections =
            format!("<div><h3><a href=1>新馆有四层楼</a></h3><p>{}</p></div>", "新馆在旧粮仓里。".repeat(40));
        check(&sections.repeat(4), &[]);
        let last = story.replace("item a", "last");
        check(&format!("<div>{}{last}</div>", story.repeat(3)), &lines.repeat(4));
        check(&"<p>新馆的<a href=1>借书办法</a>写明了读者的权利。</p>".repeat(4), &[]);
    }
}
