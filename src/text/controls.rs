//! Display control characters: they end a line, move the cursor or reorder the text around them instead of being shown.
//!
//! Requests with them are refused, except line feeds and tabs where text may have them; logs and tables escape them. The parser
//! takes from here those that reorder.

/// Control characters (C0: U+0000 to U+001F and U+007F, C1: U+0080 to U+009F), line and paragraph separator, and bidirectional
/// controls. This includes line feed and tab, which multi-line text may contain.
pub fn is_display_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || is_reordering(c)
}

/// The embeddings, overrides and isolates of the Unicode Bidirectional Algorithm (UAX #9, section 2).
pub(crate) fn is_reordering(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_controls() {
        for c in
            "\0\u{7}\t\n\u{b}\r\u{1b}\u{7f}\u{80}\u{85}\u{9b}\u{9f}\u{2028}\u{2029}\u{202A}\u{202E}\u{2066}\u{2069}"
                .chars()
        {
            assert!(is_display_control(c), "{c:?}");
        }
        // Direction marks affect only their neighbours, and zero-width characters are part of some words.
        for c in
            " ~\u{A0}\u{AD}\u{200B}\u{200E}\u{200F}\u{2027}\u{202F}\u{2065}\u{206A}\u{3000}人\u{FEFF}\u{1F3F4}".chars()
        {
            assert!(!is_display_control(c), "{c:?}");
        }
    }
}
