//! Decides whether a document is HTML or plain text.
//!
//! A document that is declared as plain text stays plain text, whatever tags it contains.

use super::charset::media_type;

/// The format of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Plain text.
    Text,
    /// HTML or XHTML.
    Html,
}

/// Search range for tags. A document with its first tag later than this is not a page.
const SCANNED_CHARS: usize = 1024;

/// With this many tags at the start, a document is a fragment of a page without its head.
const MIN_FRAGMENT_TAGS: usize = 5;

/// Prefixes of a page or a fragment.
const OPENINGS: [&str; 17] = [
    "<!doctype html",
    "<html",
    "<head",
    "<body",
    "<meta",
    "<title",
    "<link",
    "<script",
    "<style",
    "<div",
    "<p>",
    "<p ",
    "<table",
    "<article",
    "<section",
    "<main",
    "<h1",
];

/// Tags that rarely occur in text other than HTML.
const TAGS: [&str; 16] = [
    "<div", "</div", "<p>", "<p ", "</p>", "<br", "<span", "</span", "<a ", "</a>", "<li", "<td", "<tr", "<strong",
    "<img", "<meta",
];

pub(super) fn format(text: &str, content_type: &str) -> Format {
    match declared(content_type) {
        Some(format) => format,
        None if looks_like_html(text) => Format::Html,
        None => Format::Text,
    }
}

/// What decides about the format.
pub(super) fn rule(content_type: &str) -> &'static str {
    if declared(content_type).is_some() { "the content type" } else { "the first tags, or none" }
}

fn declared(content_type: &str) -> Option<Format> {
    match media_type(content_type).as_str() {
        "text/html" | "application/xhtml+xml" => Some(Format::Html),
        "text/plain" | "text/markdown" => Some(Format::Text),
        _ => None,
    }
}

fn looks_like_html(text: &str) -> bool {
    let opening: String = text.trim_start().chars().take(SCANNED_CHARS).collect::<String>().to_ascii_lowercase();
    let opening = opening.trim_start();
    let after_prolog = without_prolog(opening);
    OPENINGS.iter().any(|tag| after_prolog.starts_with(tag))
        || TAGS.iter().map(|tag| opening.matches(tag).count()).sum::<usize>() >= MIN_FRAGMENT_TAGS
}

/// The text after an XML declaration and comments.
fn without_prolog(mut text: &str) -> &str {
    loop {
        let end = if text.starts_with("<?xml") {
            text.find("?>").map(|at| at + 2)
        } else if text.starts_with("<!--") {
            text.find("-->").map(|at| at + 3)
        } else {
            None
        };
        let Some(end) = end else { return text };
        text = text[end..].trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_type_wins_over_the_content() {
        for (text, content_type, expected) in [
            ("湖畔镇修桥", "", Format::Text),
            ("湖畔镇修桥", "text/html; charset=gbk", Format::Html),
            ("<html><body>湖畔镇修桥", "text/plain", Format::Text),
            ("<html><body>湖畔镇修桥", "", Format::Html),
            ("\n <!DOCTYPE HTML PUBLIC \"x\">", "application/octet-stream", Format::Html),
            ("<?xml version=\"1.0\"?>\n<!-- a --><html>", "", Format::Html),
            ("<?xml version=\"1.0\"?><rss>", "", Format::Text),
            ("<div>一</div>", "", Format::Html),
            ("一<br>二<br>三<br>四<br/>五<BR>六", "", Format::Html),
            ("若 a<b 则 b>a", "", Format::Text),
            ("<湖畔镇>修桥", "", Format::Text),
            ("", "", Format::Text),
        ] {
            assert_eq!(format(text, content_type), expected, "{text} as {content_type}");
        }
    }
}
