//! How much an element looks like the page's headline, by its tag, class and id.

use super::flat_dom::{FlatDom, NodeKind};

/// Words in class and id of elements that contain a headline without being a heading.
const TITLE_MARKS: &[&str] = &["title", "headline", "biaoti", "topic"];

/// How much an element looks like the page's headline; `None` if it is not a heading.
pub(super) fn heading_rank(dom: &FlatDom, text_node: usize) -> Option<usize> {
    // The text may be in a span inside the heading.
    dom.self_and_ancestors(dom.parent(text_node)).take(3).find_map(|index| {
        match dom.nodes.get(index).map(|node| &node.kind) {
            Some(NodeKind::Element { name, .. }) if name == "h1" => Some(3),
            Some(NodeKind::Element { name, .. }) if name == "h2" => Some(2),
            Some(NodeKind::Element { name, .. }) if ["h3", "h4", "h5"].contains(&name.as_str()) => Some(1),
            Some(NodeKind::Element { marks, .. }) if TITLE_MARKS.iter().any(|mark| marks.contains(mark)) => Some(2),
            _ => None,
        }
    })
}
