//! Renders the tree to lines as a reader sees them: blocks and `<br>` end a line, and white space collapses.

use super::flat_dom::{FlatDom, NodeKind};

const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img",
    "ins", "kbd", "label", "mark", "nobr", "q", "rb", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub",
    "sup", "time", "tt", "u", "var", "wbr", "td", "th",
];

/// Whether an element starts and ends lines. Table cells do not: a row is one line, with a space between its cells.
pub(super) fn is_block(name: &str) -> bool {
    !INLINE.contains(&name)
}

pub(super) struct RenderedLine {
    pub text: String,
    /// The index of its first text node.
    pub node: usize,
    /// Number of characters inside links.
    pub link_characters: usize,
}

/// In characters. A longer link after a sentence may be part of the text.
const MAX_BUTTON: usize = 14;

impl RenderedLine {
    pub(super) fn characters(&self) -> usize {
        self.text.chars().count()
    }

    /// Whether the line is a link and not a sentence: an entry in a list of other articles.
    pub(super) fn is_link(&self) -> bool {
        !ends_sentence(&self.text) && self.is_linked()
    }

    /// Whether the line is a short label followed by a link: `此前报道：…`.
    pub(super) fn is_labelled_link(&self) -> bool {
        const MAX_LABEL: usize = 8;
        let Some((label, linked)) = self.text.split_once(['：', ':']) else { return false };
        let linked = linked.chars().filter(|c| !c.is_whitespace()).count();
        (1..=MAX_LABEL).contains(&label.chars().count()) && linked > 0 && self.link_characters == linked
    }

    /// Whether at least 80% of the line is inside links.
    pub(super) fn is_linked(&self) -> bool {
        self.link_characters * 10 >= self.text.chars().filter(|c| !c.is_whitespace()).count() * 8
    }
}

fn ends_sentence(text: &str) -> bool {
    text.ends_with(['。', '！', '？', '；', '，', '”', '」', '.', '!', '?', ';', ',', '"'])
}

/// The non-blank lines of a subtree.
pub(super) fn lines(dom: &FlatDom, root: usize) -> Vec<RenderedLine> {
    lines_without(dom, root, |_| false)
}

/// The lines of a subtree, without the elements that `left_out` selects.
pub(super) fn lines_without(dom: &FlatDom, root: usize, left_out: impl Fn(usize) -> bool) -> Vec<RenderedLine> {
    let mut writer = Writer::default();
    // Open elements, each with the end of its subtree.
    let mut open: Vec<(usize, Element)> = Vec::new();
    let mut index = root;
    while index < dom.end(root) {
        while open.last().is_some_and(|(end, _)| *end <= index) {
            if let Some((_, element)) = open.pop() {
                writer.boundary(element);
                writer.end_inline(element);
            }
        }
        let Some(node) = dom.nodes.get(index) else { break };
        if index != root && left_out(index) {
            // The texts before and after the skipped element are separate lines.
            writer.end_line();
            index = node.end;
            continue;
        }
        match &node.kind {
            NodeKind::Text(text) => {
                let preformatted = open.iter().any(|(_, element)| *element == Element::Preformatted);
                let in_link = open.iter().any(|(_, element)| *element == Element::Link);
                writer.write(text, index, in_link, preformatted);
            }
            NodeKind::Element { name, .. } => {
                let element = Element::of(name);
                writer.boundary(element);
                writer.start_inline(element);
                if element == Element::Link {
                    writer.link_start = writer.text.len();
                }
                open.push((node.end, element));
            }
        }
        index += 1;
    }
    writer.end_line();
    writer.lines
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Block,
    Preformatted,
    Cell,
    Link,
    Inline,
}

impl Element {
    fn of(name: &str) -> Self {
        match name {
            "pre" => Self::Preformatted,
            "td" | "th" => Self::Cell,
            "a" => Self::Link,
            _ if is_block(name) => Self::Block,
            _ => Self::Inline,
        }
    }
}

#[derive(Clone, Copy)]
struct PendingBreak {
    line_break: bool,
    /// The text node that it began in; `None` between table cells.
    node: Option<usize>,
}

#[derive(Default)]
struct Writer {
    lines: Vec<RenderedLine>,
    text: String,
    node: usize,
    /// The text node of the last character.
    last_node: Option<usize>,
    link_characters: usize,
    /// Byte offsets of the last link's start and end in the text.
    link_start: usize,
    link_end: usize,
    link_node: usize,
    /// Byte offsets where an inline element starts directly after the end of another.
    joints: Vec<usize>,
    /// Length of the text when the last inline element ended.
    inline_end: Option<usize>,
    /// White space since the last character.
    pending: Option<PendingBreak>,
}

impl Writer {
    fn boundary(&mut self, element: Element) {
        match element {
            Element::Block | Element::Preformatted => self.end_line(),
            Element::Cell => self.pending = Some(PendingBreak { line_break: false, node: None }),
            Element::Link | Element::Inline => {}
        }
    }

    fn start_inline(&mut self, element: Element) {
        let end = self.text.len();
        if matches!(element, Element::Link | Element::Inline) && self.inline_end == Some(end) && self.pending.is_none()
        {
            self.joints.push(end);
        }
    }

    fn end_inline(&mut self, element: Element) {
        if matches!(element, Element::Link | Element::Inline) {
            self.inline_end = Some(self.text.len()).filter(|end| *end > 0);
        }
    }

    fn write(&mut self, text: &str, node: usize, in_link: bool, preformatted: bool) {
        for character in text.chars() {
            if preformatted && character == '\n' {
                self.end_line();
            } else if character.is_ascii_whitespace() {
                // White space at the start of a text stands between two elements.
                let within = Some(node).filter(|node| self.last_node == Some(*node));
                let pending = self.pending.get_or_insert(PendingBreak { line_break: false, node: within });
                pending.line_break |= matches!(character, '\n' | '\r');
            } else {
                self.write_pending(character, node);
                if self.text.is_empty() {
                    self.node = node;
                }
                self.text.push(character);
                self.last_node = Some(node);
                self.link_characters += usize::from(in_link);
                if in_link {
                    (self.link_end, self.link_node) = (self.text.len(), node);
                }
            }
        }
    }

    /// White space becomes one space. As in a browser (CSS Text 3, 4.1.3), a source line break between wide characters
    /// of one text node is dropped: it only keeps the source lines short. Between two elements it becomes a space.
    fn write_pending(&mut self, next: char, node: usize) {
        let Some(pending) = self.pending.take() else { return };
        let Some(last) = self.text.chars().next_back() else { return };
        let within = pending.line_break && pending.node == Some(node);
        if !(within && is_wide(last) && is_wide(next)) {
            self.text.push(' ');
        }
    }

    fn end_line(&mut self) {
        self.pending = None;
        self.inline_end = None;
        let joints = std::mem::take(&mut self.joints);
        let text = with_spaces_at(std::mem::take(&mut self.text), &joints);
        let mut link_characters = std::mem::take(&mut self.link_characters);
        let (link_start, link_end) = (std::mem::take(&mut self.link_start), std::mem::take(&mut self.link_end));
        // A button at the end of the last paragraph becomes a line of its own: `…开放。<a>返回首页，查看更多</a>`.
        let parts = (link_start > 0 && link_end == text.len()).then(|| text.split_at_checked(link_start)).flatten();
        if let Some((sentence, button)) = parts.map(|(before, link)| (before.trim(), link.trim()))
            && (sentence.ends_with(['。', '！', '？', '…'])
                || sentence.ends_with(['）', ')', '”', '▲', '■', '◆']) && button.ends_with(['>', '»', '›']))
            && !ends_sentence(button)
            && (1..=MAX_BUTTON).contains(&button.chars().count())
        {
            let of_button = button.chars().filter(|c| !c.is_whitespace()).count();
            link_characters = link_characters.saturating_sub(of_button);
            self.lines.push(RenderedLine { text: sentence.to_owned(), node: self.node, link_characters });
            self.lines.push(RenderedLine { text: button.to_owned(), node: self.link_node, link_characters: of_button });
            return;
        }
        let trimmed = text.trim();
        if !trimmed.is_empty() {
            let text = if trimmed.len() == text.len() { text } else { trimmed.to_owned() };
            self.lines.push(RenderedLine { text, node: self.node, link_characters });
        }
    }
}

/// Style sheets set the parts of a byline apart, which the text alone does not: `<a>镇情</a><a>青石时报</a><span>2021-09-01
/// 08:15</span>`. Returns a line with a date with a space at each joint, except within the date.
fn with_spaces_at(text: String, joints: &[usize]) -> String {
    /// In bytes.
    const MAX_BYLINE: usize = 300;
    if joints.is_empty() || text.len() > MAX_BYLINE || !has_date(&text) {
        return text;
    }
    let mut spaced = String::with_capacity(text.len() + joints.len());
    let mut start = 0;
    for joint in joints {
        let (Some(part), Some(rest)) = (text.get(start..*joint), text.get(*joint..)) else { continue };
        spaced.push_str(part);
        start = *joint;
        let of_date = |c: Option<char>| c.is_none_or(|c| c.is_ascii_digit() || "年月日时分秒-/.:".contains(c));
        if !(of_date(part.chars().next_back()) && of_date(rest.chars().next())) {
            spaced.push(' ');
        }
    }
    spaced.push_str(text.get(start..).unwrap_or_default());
    spaced
}

fn has_date(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    digits >= 6 && text.contains("20") && text.contains(['-', '年', '/', '.']) && !text.contains('。')
}

fn is_wide(character: char) -> bool {
    matches!(character, '\u{2E80}'..='\u{A4CF}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE4F}' | '\u{FF00}'..='\u{FFEF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use dom_query::Document;

    use super::*;

    #[test]
    fn lines_as_seen() {
        let check = |html: &str, expected: &[&str]| {
            let dom = FlatDom::of(&Document::from(html));
            let lines: Vec<String> = lines(&dom, 0).into_iter().map(|line| line.text).collect();
            assert_eq!(lines, expected, "{html}");
        };
        check("<p>甲<b>乙</b> <a href=x>丙</a></p><p>丁", &["甲乙 丙", "丁"]);
        check("<p>新馆开放。<a>返回首页，查看更多</a></p>", &["新馆开放。", "返回首页，查看更多"]);
        check("<p>他说，<a>新馆</a></p><p>新馆<a>开放。</a></p>", &["他说，新馆", "新馆开放。"]);
        check("来源: <a>甲</a>\n<a>乙</a>", &["来源: 甲 乙"]);
        check(
            "<p><a>镇情</a><a>青石时报</a><i>[微博]</i><span>2021-09</span><span>-01</span><b>何秋白</b></p>",
            &["镇情 青石时报 [微博] 2021-09-01 何秋白"],
        );
        check("<p><b>新桥</b><i>通车</i></p>", &["新桥通车"]);
        check("<p>全长三百米。▲ (林远舟)<a>返回青石网&gt;&gt;</a></p>", &["全长三百米。▲ (林远舟)", "返回青石网>>"]);
        check("甲<br>乙<br/><br>丙", &["甲", "乙", "丙"]);
        check("<p><a>青石</a>\n何秋白</p>", &["青石 何秋白"]);
        check("<p>青石\n   镇 open\n   day</p>", &["青石镇 open day"]);
        check("<ruby>龜<rp>(</rp><rt>qiū</rt><rp>)</rp>茲<rt>cí</rt></ruby>古國", &["龜茲古國"]);
        check("<table><tr><td>甲</td><td>乙</td></tr><tr><td>丙</td></tr></table>", &["甲 乙", "丙"]);
        check("<td><p>甲</p><p>乙</p></td>", &["甲", "乙"]);
        check("甲<script>乙</script><span style='DISPLAY: none'>丙</span><i hidden>丁</i><style>戊</style>", &["甲"]);
        check(
            "甲<span style='width: 0; height: 0; overflow: hidden'>乙</span><p style='overflow: hidden'>丙",
            &["甲", "丙"],
        );
        check("<p class='hidden'>乙</p><p class='u-visually-hidden'>丙</p><p class='hidden md:block'>甲</p>", &["甲"]);
        check("<p class='d-none d-lg-flex'>甲</p><div class='article-body hidden'>乙</div>", &["甲", "乙"]);
        check("<pre>甲\n乙</pre>", &["甲", "乙"]);
        check("<p>&nbsp;&nbsp;　　甲&nbsp;乙&amp;</p><p>&nbsp;</p>", &["甲\u{a0}乙&"]);
        check("", &[]);
    }
}
