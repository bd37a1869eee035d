//! Strips tags left in plain text: `<br/>`, `<p style="…">`, `<strong>`.
//!
//! Owns the block and inline tags of HTML. Does not strip one or two mentions of a tag: an article about HTML means them.

use std::ops::Range;

/// A page with this many tags, at least one of them a closing tag or `<br>`, has them systematically.
const MIN_ON_PAGE: usize = 3;

/// Block tags, which begin and end lines.
const BLOCKS: [&str; 26] = [
    "p",
    "br",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "ul",
    "ol",
    "table",
    "tbody",
    "thead",
    "tr",
    "section",
    "article",
    "blockquote",
    "hr",
    "center",
    "figure",
    "figcaption",
    "dd",
    "dt",
    "pre",
];

/// Inline tags.
const INLINES: [&str; 19] = [
    "strong", "b", "em", "i", "u", "span", "font", "a", "img", "sub", "sup", "td", "th", "small", "big", "o:p",
    "video", "iframe", "label",
];

/// The longest tag.
const LONGEST_BYTES: usize = 2000;

/// Whether a page has tags in its text systematically.
pub(super) fn is_systematic(page_text: &str) -> bool {
    let mut ends = false;
    let mut seen = 0;
    for tag in tags(page_text) {
        ends |= tag.closes || tag.name == "br";
        seen += 1;
        if seen >= MIN_ON_PAGE && ends {
            return true;
        }
    }
    false
}

/// Limit on passes over tags nested within tags.
const MOST_LAYERS: usize = 8;

/// The text with block tags replaced by line breaks and inline tags removed, and the number of tags.
pub(super) fn strip(text: &str) -> (String, u32) {
    let (mut stripped, mut count) = layer(text);
    let mut found = count;
    for _ in 1..MOST_LAYERS {
        if found == 0 {
            break;
        }
        (stripped, found) = layer(&stripped);
        count += found;
    }
    (stripped, count)
}

fn layer(text: &str) -> (String, u32) {
    let (mut kept, mut end, mut count) = (String::with_capacity(text.len()), 0, 0);
    for tag in tags(text) {
        kept.push_str(&text[end..tag.range.start]);
        end = tag.range.end;
        count += 1;
        if tag.breaks && !kept.is_empty() && !kept.ends_with('\n') {
            kept.push('\n');
        }
    }
    kept.push_str(&text[end..]);
    (kept, count)
}

struct Tag<'a> {
    name: &'a str,
    range: Range<usize>,
    closes: bool,
    breaks: bool,
}

fn tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let start = from + text[from..].find('<')?;
            from = start + 1;
            if let Some(tag) = tag(text, start) {
                from = tag.range.end;
                return Some(tag);
            }
        }
    })
}

fn tag(text: &str, start: usize) -> Option<Tag<'_>> {
    let inside = text[start..].strip_prefix('<')?;
    let closes = inside.starts_with('/');
    let inside = inside.strip_prefix('/').unwrap_or(inside);
    let name_end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != ':')?;
    let name = &inside[..name_end];
    let is = |known: &&str| known.eq_ignore_ascii_case(name);
    let breaks = BLOCKS.iter().any(&is);
    if !breaks && !INLINES.iter().any(is) {
        return None;
    }
    let attributes = &inside.as_bytes()[name_end..];
    let length = attributes.iter().take(LONGEST_BYTES).position(|byte| *byte == b'>' || *byte == b'<')?;
    let after_name = attributes.first().copied()?;
    if attributes.get(length) != Some(&b'>') || !matches!(after_name, b' ' | b'>' | b'/' | b'\n' | b'\t') {
        return None;
    }
    // `a<b 且 b>a` is no tag: its attributes have no values.
    let attributes = inside[name_end..name_end + length].trim_end_matches('/').trim();
    if !attributes.is_empty() && !attributes.contains('=') {
        return None;
    }
    let end = start + 1 + usize::from(closes) + name_end + length + 1;
    Some(Tag { name: if name.eq_ignore_ascii_case("br") { "br" } else { name }, range: start..end, closes, breaks })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_removed_and_lines_kept() {
        for (text, expected) in [
            ("第6版<br/>专栏：<br/><br/>湖畔镇修桥", "第6版\n专栏：\n湖畔镇修桥"),
            ("<p style=\"a\"><strong>湖畔镇</strong>修桥</p><p>完</p>", "湖畔镇修桥\n完\n"),
            ("若 a<b 且 b>a", "若 a<b 且 b>a"),
            ("<湖畔镇>、<pre", "<湖畔镇>、<pre"),
        ] {
            assert_eq!(strip(text).0, expected, "{text}");
        }
    }

    #[test]
    fn a_mention_is_not_systematic() {
        assert!(!is_systematic("老师讲解了<p>标签和<div>标签"));
        assert!(is_systematic("一<br/>二<br>三<br />"));
        assert!(is_systematic("<p>一</p><p>二</p>"));
    }
}
