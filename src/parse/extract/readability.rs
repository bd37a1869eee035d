//! Finds the main content with the readability library, on pages that it can process in reasonable time.
//!
//! Owns the limits: some of the library's passes are not linear in the size of the page.

use dom_query::{Document, NodeRef};
use dom_smoothie::{Config, Readability};

use super::flat_dom::{FlatDom, remove_hidden_by_class};
use super::lines::{self, RenderedLine};

/// News pages have up to 10,000.
const MAX_ELEMENTS: usize = 15_000;

/// Maximum cost of serializing the page's texts. The serializer (html5ever 0.40) scans a text to its end at each `&`
/// and each byte 0xC2, the first byte of U+0080 to U+00BF, which include the no-break space. So a text costs its length
/// for each of them. This many bytes are scanned in a tenth of a second; real pages stay a thousand times below.
const MAX_SEARCHED_BYTES: usize = 1 << 32;

/// The lines of the main content; empty if the library finds none, or if the page is too expensive.
pub(super) fn main_lines(document: Document, elements: usize) -> Vec<RenderedLine> {
    if elements > MAX_ELEMENTS || searched_bytes(&document) > MAX_SEARCHED_BYTES {
        return Vec::new();
    }
    remove_hidden_by_class(&document);
    let config = Config { max_elements_to_parse: MAX_ELEMENTS, ..Config::default() };
    Readability::with_document(document, None, Some(config))
        .and_then(|mut readability| readability.parse())
        .map(|article| lines::lines(&FlatDom::of(&Document::fragment(article.content)), 0))
        .unwrap_or_default()
}

fn searched_bytes(document: &Document) -> usize {
    document.root().descendants_it().map(|node| cost_of(&node)).fold(0, usize::saturating_add)
}

fn cost_of(node: &NodeRef<'_>) -> usize {
    let of_text =
        |text: &str| text.len().saturating_mul(text.bytes().filter(|byte| matches!(byte, b'&' | 0xC2)).count());
    if node.is_text() {
        return of_text(&node.text());
    }
    node.attrs().iter().map(|attribute| of_text(&attribute.value)).fold(0, usize::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expensive_pages_are_skipped() {
        let check = |html: &str, asked: bool| {
            assert_eq!(searched_bytes(&Document::from(html)) <= MAX_SEARCHED_BYTES, asked, "{} bytes", html.len());
        };
        check(&"<p>青石镇&nbsp;&amp;&nbsp;何家渡</p>".repeat(5000), true);
        check(&"青石镇&nbsp;&amp;&nbsp;何家渡".repeat(10_000), false);
        check(&"青石镇&nbsp;</x>".repeat(40_000), false);
        check(&format!("<p title=\"{}\">", "a=1&".repeat(50_000)), false);
    }
}
