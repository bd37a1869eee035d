//! Bounds the cost of HTML before the tree is built. One pass over the text drops comments, which no rule reads, and
//! the tags that would make the tree too deep or too large. Does not interpret HTML beyond that.
//!
//! An HTML parser does not run in linear time. Each end tag costs time proportional to the nesting depth; attributes
//! are compared with each other; and each unclosed formatting element (`<b id=1><b id=2>…`) is recreated in every later
//! block.

use std::borrow::Cow;

/// After decoding, in bytes of UTF-8.
pub(in crate::parse) const MAX_HTML_BYTES: usize = 4 << 20;

pub(super) const MAX_DEPTH: usize = 512;

/// Of one element.
pub(super) const MAX_ATTRIBUTES: usize = 256;

/// Of all elements. The tree needs about 60 bytes for each attribute, and an attribute takes only three bytes of HTML.
/// The largest news pages have about 50,000.
const MAX_ALL_ATTRIBUTES: usize = 200_000;

/// Formatting elements open at once. A page that nests more of them forgot to close them.
const MAX_OPEN_FORMATTING: usize = 24;

/// Total cost of all tags: each counts one element plus the formatting elements that it may recreate. The largest news
/// pages have about 10,000 elements.
const MAX_COST: usize = 60_000;

/// `&`, and `<` that does not start a tag. Each is a separate state of the HTML parser, about a hundred times as
/// expensive as a letter.
const MAX_MARKS: usize = 200_000;

/// What was cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cuts {
    pub bytes: usize,
    pub deep_tags: usize,
    pub attributes: usize,
    pub costly_tags: usize,
    pub marks: usize,
}

const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// Elements with an optional end tag: a second start tag closes the first element.
const SELF_CLOSING: &[&str] = &["p", "li", "dt", "dd", "option", "tr", "td", "th", "tbody", "thead", "rt", "rp"];

/// Elements in which those may be nested again.
const NEST: &[&str] = &["table", "ul", "ol", "dl", "div", "section", "article", "button", "select", "blockquote"];

/// The formatting elements of the HTML standard (13.2.4.3, "The list of active formatting elements").
const FORMATTING: &[&str] =
    &["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];

/// Elements with raw text as content, even if it looks like markup.
const RAW_TEXT: &[&str] = &["script", "style", "textarea", "title", "xmp", "noframes", "iframe", "noembed"];

/// How many open elements an end tag checks for its start tag.
const MAX_LOOK_BACK: usize = 64;

/// Returns the text unchanged if it is within all bounds and has no comment, otherwise a reduced copy.
pub(super) fn bound(html: &str) -> (Cow<'_, str>, Cuts) {
    let mut cuts = Cuts::default();
    let end = html.floor_char_boundary(MAX_HTML_BYTES);
    cuts.bytes = html.len() - end;
    let html = html.get(..end).unwrap_or_default();
    let mut state = ParserState { open: Vec::new(), formatting: 0, cost: 0 };
    let mut kept = Output { html, text: String::new(), copied_to: 0 };
    let mut at = 0;
    let mut marks = 0;
    let mut attributes_left = MAX_ALL_ATTRIBUTES;
    while let Some(offset) = html.get(at..).and_then(|rest| rest.find(['<', '&'])) {
        let start = at + offset;
        let rest = html.get(start..).unwrap_or_default();
        if let Some(length) = comment_length(rest) {
            at = start + length;
            kept.drop(start, at);
            continue;
        }
        let Some(tag) = HtmlTag::read(rest, attributes_left.min(MAX_ATTRIBUTES)) else {
            at = start + 1;
            // A doctype creates no node, but an entry in the parser's list of errors.
            marks += 1;
            if marks > MAX_MARKS {
                kept.drop(start, at);
                cuts.marks += 1;
            }
            continue;
        };
        at = start + tag.length;
        let verdict = state.visit(&tag, &mut cuts);
        if verdict == Verdict::Drop {
            kept.drop(start, at);
        } else if tag.attributes > tag.kept_attributes {
            cuts.attributes += tag.attributes - tag.kept_attributes;
            kept.drop(start + tag.bounded_length, at);
            kept.text.push('>');
        }
        if verdict == Verdict::Keep {
            attributes_left -= tag.kept_attributes;
        }
        if !tag.closing && RAW_TEXT.contains(&tag.name.as_str()) {
            at = end_of_raw_text(html, at, &tag.name);
        }
    }
    (kept.finish(), cuts)
}

/// The ranges of the page that are kept. Borrows the whole page as long as nothing is dropped.
struct Output<'a> {
    html: &'a str,
    text: String,
    copied_to: usize,
}

impl<'a> Output<'a> {
    fn drop(&mut self, from: usize, to: usize) {
        self.text.push_str(self.html.get(self.copied_to..from).unwrap_or_default());
        self.copied_to = to;
        // A `<` that did not start a tag must not start one together with the text after the dropped range.
        let begins_tag = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!' | b'?');
        if self.text.ends_with('<') && self.html.as_bytes().get(to).is_some_and(begins_tag) {
            self.text.push(' ');
        }
    }

    fn finish(mut self) -> Cow<'a, str> {
        if self.copied_to == 0 {
            return Cow::Borrowed(self.html);
        }
        self.text.push_str(self.html.get(self.copied_to..).unwrap_or_default());
        Cow::Owned(self.text)
    }
}

/// The length of the comment at the start of `text`, if there is one: `<!--…-->`, and everything that the HTML standard
/// treats as a comment (13.2.5.6 and 13.2.5.41 ff.): `<?…>`, `<![CDATA[…>`, `</` before a non-letter, `<!` without a
/// doctype. An unclosed comment extends to the end of the page.
fn comment_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if let Some(comment) = text.strip_prefix("<!--") {
        // `<!-->` and `<!--->` are complete comments.
        let empty = [">", "->"].iter().find(|end| comment.starts_with(**end)).map(|end| 4 + end.len());
        return Some(empty.unwrap_or_else(|| 4 + end_of_comment(comment)));
    }
    let is_doctype = || bytes.get(2..9).is_some_and(|name| name.eq_ignore_ascii_case(b"doctype"));
    let is_bogus = match (bytes.first()?, bytes.get(1)?) {
        (b'<', b'?') => true,
        (b'<', b'!') => !is_doctype(),
        // The parser itself drops `</>`; `</` at the end of the page is text.
        (b'<', b'/') => bytes.get(2).is_some_and(|byte| !byte.is_ascii_alphabetic()),
        _ => false,
    };
    is_bogus.then(|| text.find('>').map_or(text.len(), |end| end + 1))
}

/// The index after the end of the comment.
fn end_of_comment(comment: &str) -> usize {
    let mut at = 0;
    while let Some(offset) = comment.get(at..).and_then(|rest| rest.find("--")) {
        let dashes = at + offset + 2;
        let rest = comment.get(dashes..).unwrap_or_default();
        if let Some(end) = [">", "!>"].iter().find(|end| rest.starts_with(**end)) {
            return dashes + end.len();
        }
        at = dashes - 1;
    }
    comment.len()
}

/// The index of `</name`, ignoring case, or the end of the text.
fn end_of_raw_text(html: &str, from: usize, name: &str) -> usize {
    let mut at = from;
    while let Some(offset) = html.get(at..).and_then(|rest| rest.find("</")) {
        let start = at + offset;
        if html.get(start + 2..start + 2 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return start;
        }
        at = start + 2;
    }
    html.len()
}

struct HtmlTag {
    name: String,
    closing: bool,
    /// In bytes, from `<` to `>`.
    length: usize,
    attributes: usize,
    /// Number of attributes within the limit.
    kept_attributes: usize,
    /// In bytes, up to the last attribute within the limit.
    bounded_length: usize,
}

impl HtmlTag {
    /// Reads the tag at the start of `text`, with at most `allowed` attributes. Returns `None` if there is no tag.
    fn read(text: &str, allowed: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.first() != Some(&b'<') {
            return None;
        }
        let closing = bytes.get(1) == Some(&b'/');
        let name_start = if closing { 2 } else { 1 };
        // Check this before measuring the name: otherwise a page of only `<` would be scanned to its end for each of
        // them.
        if !bytes.get(name_start)?.is_ascii_alphabetic() {
            return None;
        }
        let ends_name = |byte: &u8| matches!(byte, b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r' | 0x0C);
        let name_length = bytes.get(name_start..)?.iter().take_while(|byte| !ends_name(byte)).count();
        // All names that matter are short.
        let name = text.get(name_start..name_start + name_length)?;
        let name = if name.len() <= 16 { name.to_ascii_lowercase() } else { String::new() };
        let mut at = name_start + name_length;
        let mut attributes = 0;
        let mut bounded_length = at;
        let tag = |length, attributes: usize, bounded_length| {
            let kept_attributes = attributes.min(allowed);
            Self { name, closing, length, attributes, kept_attributes, bounded_length }
        };
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'>' => return Some(tag(at + 1, attributes, bounded_length)),
                b' ' | b'\t' | b'\n' | b'\r' | 0x0C | b'/' => at += 1,
                _ => {
                    at = end_of_attribute(bytes, at);
                    attributes += 1;
                    if attributes <= allowed {
                        bounded_length = at;
                    }
                }
            }
        }
        // An unclosed tag: the rest of the page is not text either.
        Some(tag(bytes.len(), attributes, bounded_length))
    }
}

fn end_of_attribute(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    // A name may begin with `=`.
    at += 1;
    while bytes.get(at).is_some_and(|b| !b.is_ascii_whitespace() && !matches!(b, b'=' | b'>' | b'/')) {
        at += 1;
    }
    let name_end = at;
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    if bytes.get(at) != Some(&b'=') {
        return name_end;
    }
    at += 1;
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    match bytes.get(at) {
        Some(quote @ (b'"' | b'\'')) => {
            at += 1;
            while bytes.get(at).is_some_and(|b| b != quote) {
                at += 1;
            }
            (at + 1).min(bytes.len())
        }
        _ => {
            while bytes.get(at).is_some_and(|b| !b.is_ascii_whitespace() && *b != b'>') {
                at += 1;
            }
            at
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Keep,
    Drop,
}

/// An approximation of the parser's state at this point.
struct ParserState {
    open: Vec<String>,
    formatting: usize,
    cost: usize,
}

impl ParserState {
    fn visit(&mut self, tag: &HtmlTag, cuts: &mut Cuts) -> Verdict {
        if self.cost >= MAX_COST {
            cuts.costly_tags += 1;
            return Verdict::Drop;
        }
        let name = tag.name.as_str();
        // End tags can create elements too: `</p>` and `</br>` do, and misplaced ones recreate the formatting.
        self.cost += 1 + self.formatting;
        if tag.closing {
            self.close(name);
            return Verdict::Keep;
        }
        if VOID.contains(&name) || RAW_TEXT.contains(&name) {
            return Verdict::Keep;
        }
        if SELF_CLOSING.contains(&name) && self.ends_another(name) {
            return Verdict::Keep;
        }
        let formatting = FORMATTING.contains(&name);
        if self.open.len() >= MAX_DEPTH || formatting && self.formatting >= MAX_OPEN_FORMATTING {
            cuts.deep_tags += 1;
            return Verdict::Drop;
        }
        self.formatting += usize::from(formatting);
        self.open.push(tag.name.clone());
        Verdict::Keep
    }

    /// Whether an open element of this name is closed by a new one, which then replaces it.
    fn ends_another(&mut self, name: &str) -> bool {
        let near = self.open.iter().rev().take(8).take_while(|open| !NEST.contains(&open.as_str()));
        let Some(back) = near.enumerate().find(|(_, open)| *open == name).map(|(back, _)| back) else { return false };
        self.open.truncate(self.open.len() - back);
        true
    }

    fn close(&mut self, name: &str) {
        let Some(back) = self.open.iter().rev().take(MAX_LOOK_BACK).position(|open| open == name) else { return };
        let new_length = self.open.len() - back - 1;
        if FORMATTING.contains(&name) {
            // The elements opened inside stay in the parser's list of open elements.
            self.open.remove(new_length);
            self.formatting = self.formatting.saturating_sub(1);
        } else {
            // Unclosed formatting elements inside are recreated later, so they still count in `formatting`.
            self.open.truncate(new_length);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinary_html_is_unchanged() {
        let check = |html: &str| {
            let (bounded, cuts) = bound(html);
            assert!(matches!(bounded, Cow::Borrowed(_)), "{html}");
            assert_eq!((bounded.as_ref(), cuts), (html, Cuts::default()));
        };
        check("");
        check("<!DOCTYPE html><p>甲 < 乙 <b>丙</b></p><script>if (a<b) '</p><!--'</script><br/>");
        check(&"<p>段落<b>甲</b>".repeat(2000));
        check(&"<tr><td>甲".repeat(400));
        check(&"<script>document.write('<b><i>')</SCRIPT>".repeat(900));
    }

    #[test]
    fn cuts_deep_tags() {
        let html = format!("{}甲", "<div>".repeat(1000));
        let (bounded, cuts) = bound(&html);
        assert_eq!(bounded.matches("<div>").count(), MAX_DEPTH);
        assert!(bounded.ends_with('甲'));
        assert_eq!(cuts.deep_tags, 1000 - MAX_DEPTH);
    }

    #[test]
    fn cuts_attributes() {
        let many: String = (0..1000).map(|n| format!(" a{n}='<甲>'")).collect();
        let html = format!("<p{many}>乙</p>");
        let (bounded, cuts) = bound(&html);
        assert_eq!(bounded.matches("<甲>").count(), MAX_ATTRIBUTES);
        assert!(bounded.ends_with("'>乙</p>"));
        assert_eq!(cuts.attributes, 1000 - MAX_ATTRIBUTES);
    }

    #[test]
    fn cuts_open_formatting_and_cost() {
        let bold: String = (0..500).map(|n| format!("<b id={n}>")).collect();
        let html = format!("{bold}{}", "<p>x".repeat(100_000));
        let (bounded, cuts) = bound(&html);
        assert_eq!(bounded.matches("<b ").count(), MAX_OPEN_FORMATTING);
        assert!(bounded.matches("<p>").count() < 10_000);
        assert!(cuts.costly_tags > 90_000);
    }

    #[test]
    fn drops_comments_of_every_form() {
        for (html, expected) in [
            ("<p>甲<!-- <p -->乙</p>", "<p>甲乙</p>"),
            ("甲<!-->乙<!--->丙<!---->丁<!----!>戊", "甲乙丙丁戊"),
            ("甲<!-- - -- > --!>乙", "甲乙"),
            ("甲<![CDATA[x]]>乙<?php y ?>丙</ z>丁<!x>戊", "甲乙丙丁戊"),
            ("甲<!-- 乙<p>", "甲"),
            ("甲<?乙", "甲"),
            // Separate characters stay separate.
            ("<<!---->p>甲", "< p>甲"),
            ("<script><!-- 甲 --></script>", "<script><!-- 甲 --></script>"),
        ] {
            let (bounded, cuts) = bound(html);
            assert_eq!((bounded.as_ref(), cuts), (expected, Cuts::default()), "{html}");
        }
        for comment in ["<!-->", "<![CDATA[x]]>", "<?x?>", "</ >", "<!x>", "<!--->", "<!---->"] {
            let html = format!("甲{}", comment.repeat(100_000));
            assert_eq!(bound(&html).0, "甲", "{comment}");
        }
    }

    #[test]
    fn cuts_the_attributes_of_all_elements() {
        let tag = format!("<p{}>", (0..100).map(|n| format!(" a{n}")).collect::<String>());
        let html = tag.repeat(3000);
        let (bounded, cuts) = bound(&html);
        assert_eq!(bounded.matches(" a").count(), MAX_ALL_ATTRIBUTES);
        assert_eq!(cuts.attributes, 3000 * 100 - MAX_ALL_ATTRIBUTES);
    }

    #[test]
    fn cuts_marks() {
        for mark in ["<", "&"] {
            let html = mark.repeat(MAX_MARKS + 50);
            let (bounded, cuts) = bound(&html);
            assert_eq!((bounded.len(), cuts.marks), (MAX_MARKS, 50));
        }
    }

    #[test]
    fn cuts_long_html_at_a_character_boundary() {
        let html = "甲".repeat(2 << 20);
        let (bounded, cuts) = bound(&html);
        assert!(bounded.len() <= MAX_HTML_BYTES);
        assert_eq!(bounded.len() + cuts.bytes, 3 * (2 << 20));
    }

    proptest! {
        #[test]
        fn never_panics_and_only_drops(html in "[<>/!a-c =\"'甲-]{0,200}") {
            let (bounded, _) = bound(&html);
            // The copy may add a space, or the end of a tag that lost attributes.
            prop_assert!(bounded.len() <= html.len() + 1);
        }
    }
}
