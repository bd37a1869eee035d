//! A flattened DOM: elements and texts in document order, each with its parent and the end of its subtree, so that
//! later steps iterate over a list.

use dom_query::{Document, NodeRef};

/// Elements without text for a reader.
const WITHOUT_TEXT: &[&str] = &[
    "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math", "canvas", "audio", "video",
    "map", "select", "textarea", "input", "button", "head", "title", "rp", "rt", "rtc",
];

/// Ends of the classes of the common style sheets (Bootstrap, WordPress, HTML5 Boilerplate) that hide a text from everyone
/// except screen readers: `visually-hidden`, `u-visually-hidden`.
const SCREEN_READER_CLASSES: &[&str] =
    &["sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screenreader-only"];

/// Classes of the common style sheets (Tailwind, Bootstrap) that hide an element.
const HIDDEN_CLASSES: &[&str] = &["hidden", "d-none", "is-hidden", "u-hidden"];

/// Parts of the classes that show such an element on screens of some width: `md:block`, `d-lg-flex`.
const SHOWN_PARTS: &[&str] = &["block", "flex", "grid", "inline", "contents", "table", "visible"];

pub(super) struct FlatDom {
    pub nodes: Vec<Node>,
}

pub(super) struct Node {
    /// The parent's index; the root is its own parent.
    pub parent: usize,
    /// The index after its last descendant.
    pub end: usize,
    pub kind: NodeKind,
}

pub(super) enum NodeKind {
    Text(String),
    Element {
        name: String,
        /// Class, id and role, in lower case.
        marks: String,
    },
}

impl FlatDom {
    /// Contains what a reader sees: hidden elements and elements without text are left out with their subtrees.
    pub(super) fn of(document: &Document) -> Self {
        let mut nodes =
            vec![Node { parent: 0, end: 0, kind: NodeKind::Element { name: String::new(), marks: String::new() } }];
        // Each element with its parent's index. `None` marks the end of the element with that index.
        let mut work: Vec<(Option<NodeRef<'_>>, usize)> = Vec::new();
        push_children(&mut work, &document.root(), 0);
        while let Some((node, index)) = work.pop() {
            let Some(node) = node else {
                let end = nodes.len();
                if let Some(done) = nodes.get_mut(index) {
                    done.end = end;
                }
                continue;
            };
            if node.is_text() {
                let end = nodes.len() + 1;
                nodes.push(Node { parent: index, end, kind: NodeKind::Text(node.text().to_string()) });
            } else if let Some(name) = node.node_name().filter(|name| is_seen(&node, name)) {
                let own = nodes.len();
                let marks = marks_of(&node);
                nodes.push(Node {
                    parent: index,
                    end: own + 1,
                    kind: NodeKind::Element { name: name.to_string(), marks },
                });
                work.push((None, own));
                push_children(&mut work, &node, own);
            }
        }
        let end = nodes.len();
        if let Some(root) = nodes.first_mut() {
            root.end = end;
        }
        Self { nodes }
    }

    pub(super) fn name(&self, index: usize) -> &str {
        match self.nodes.get(index).map(|node| &node.kind) {
            Some(NodeKind::Element { name, .. }) => name,
            _ => "",
        }
    }

    pub(super) fn marks(&self, index: usize) -> &str {
        match self.nodes.get(index).map(|node| &node.kind) {
            Some(NodeKind::Element { marks, .. }) => marks,
            _ => "",
        }
    }

    /// An element as a person would look for it: its name, and the beginning of its classes and id.
    pub(super) fn shown(&self, index: usize) -> String {
        /// In characters.
        const MAX_MARKS: usize = 30;
        let marks: String = self.marks(index).trim().chars().take(MAX_MARKS).collect();
        if marks.is_empty() { self.name(index).to_owned() } else { format!("{} [{marks}]", self.name(index)) }
    }

    pub(super) fn parent(&self, index: usize) -> usize {
        self.nodes.get(index).map_or(0, |node| node.parent)
    }

    pub(super) fn end(&self, index: usize) -> usize {
        self.nodes.get(index).map_or(0, |node| node.end)
    }

    /// Whether one of the closest `levels` ancestors of a text has one of these words in its class, id or role.
    pub(super) fn is_marked(&self, text_node: usize, levels: usize, words: &[&str]) -> bool {
        let mut above = self.self_and_ancestors(self.parent(text_node)).take(levels);
        above.any(|index| words.iter().any(|word| self.marks(index).contains(word)))
    }

    /// The node itself and its ancestors, without the root.
    pub(super) fn self_and_ancestors(&self, from: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(from), |index| Some(self.parent(*index))).take_while(|index| *index != 0)
    }
}

fn push_children<'a>(work: &mut Vec<(Option<NodeRef<'a>>, usize)>, node: &NodeRef<'a>, index: usize) {
    work.extend(node.children_it(true).map(|child| (Some(child), index)));
}

/// Class, id and role, in lower case.
fn marks_of(node: &NodeRef<'_>) -> String {
    let [class, id, role] = ["class", "id", "role"].map(|name| node.attr_or(name, ""));
    if role.is_empty() { format!("{class} {id}") } else { format!("{class} {id} {role}") }.to_ascii_lowercase()
}

/// Removes from the document what [`FlatDom::of`] leaves out by its classes. A library that reads the document knows no style
/// sheet.
pub(super) fn remove_hidden_by_class(document: &Document) {
    let hidden: Vec<NodeRef<'_>> =
        document.root().descendants_it().filter(|node| node.is_element() && is_hidden_by_class(node)).collect();
    hidden.iter().for_each(NodeRef::remove_from_parent);
}

fn is_hidden_by_class(node: &NodeRef<'_>) -> bool {
    let class = node.attr_or("class", "");
    let mut names = class.split_ascii_whitespace();
    if names.clone().any(|name| SCREEN_READER_CLASSES.iter().any(|end| name.ends_with(end))) {
        return true;
    }
    // A script may show the article's own element later.
    let is_article = || ["content", "article", "story"].iter().any(|word| class.contains(word));
    names.clone().any(|name| HIDDEN_CLASSES.contains(&name))
        && !names.any(|name| name.contains(['-', ':']) && SHOWN_PARTS.iter().any(|part| name.ends_with(part)))
        && !is_article()
}

fn is_seen(node: &NodeRef<'_>, name: &str) -> bool {
    if !node.is_element() || WITHOUT_TEXT.contains(&name) || node.has_attr("hidden") {
        return false;
    }
    if is_hidden_by_class(node) {
        return false;
    }
    let style: String = node.attr_or("style", "").chars().filter(|c| !c.is_whitespace()).collect();
    let style = style.to_ascii_lowercase();
    // WeChat and others hide the article until a script has loaded it.
    let is_content = || marks_of(node).contains("content");
    // A text for screen readers: `width:0;height:0;overflow:hidden`.
    let has_no_size = || {
        let is_zero = |declaration: &str| matches!(declaration, "height:0" | "height:0px" | "width:0" | "width:0px");
        style.contains("overflow:hidden") && style.split(';').any(is_zero)
    };
    !has_no_size() && !style.contains("display:none") && (!style.contains("visibility:hidden") || is_content())
}
