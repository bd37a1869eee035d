//! Any bytes give an article that can be stored, as HTML and as plain text, and no character of a plain text is lost
//! silently.

#![no_main]

use articled::article::{MAX_BODY_BYTES, MAX_ITEM_BYTES, MAX_ITEMS, MAX_TEXT_BYTES, RawDocument};
use articled::parse::{Parsed, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    fits(&parsed(bytes, "text/html"));
    let parsed = parsed(bytes, "text/plain; charset=utf-8");
    fits(&parsed);
    // What was repaired was counted; a text that needed no repair comes out whole.
    if let Ok(text) = std::str::from_utf8(bytes)
        && parsed.report.warnings.iter().all(|warning| !warning.reason.ends_with("_TRUNCATED"))
        && parsed.report.repairs.is_empty()
    {
        let removed: String = parsed.report.removed_lines.iter().map(|line| line.text.as_str()).collect();
        let told = format!("{}{removed}", parsed.content.printed());
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        assert_eq!(characters(text), characters(&told), "{text:?} became {told:?}");
    }
});

fn parsed(bytes: &[u8], content_type: &str) -> Parsed {
    let document =
        RawDocument { content: bytes.to_vec().into(), content_type: content_type.to_owned(), ..RawDocument::default() };
    parse(&document)
}

fn fits(Parsed { content, .. }: &Parsed) {
    assert!(content.body.len() <= MAX_BODY_BYTES);
    for text in [&content.headline, &content.kicker, &content.info_source, &content.section] {
        assert!(text.len() <= MAX_TEXT_BYTES);
    }
    for list in [&content.subheadlines, &content.authors, &content.editors, &content.keywords, &content.cited_works] {
        assert!(list.len() <= MAX_ITEMS);
        assert!(list.iter().all(|item| item.len() <= MAX_ITEM_BYTES));
    }
}

/// White space is layout.
fn characters(text: &str) -> Vec<char> {
    let mut characters: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    characters.sort_unstable();
    characters
}
