//! Text for a terminal: stored text and messages without the characters that a terminal obeys.

use std::borrow::Cow;

/// Shows control characters instead of sending them: `\u{1b}[2J`, not a cleared screen. Line feeds and tabs stay.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_control) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_control(character) { shown.extend(character.escape_unicode()) } else { shown.push(character) }
    }
    Cow::Owned(shown)
}

/// Control characters of both ranges, line separators, and what reorders the text around it (UAX #9).
fn is_control(character: char) -> bool {
    let is_reordering = matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    (character.is_control() && !matches!(character, '\n' | '\t'))
        || is_reordering
        || matches!(character, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_obeys_nothing() {
        assert_eq!(printable("甲\u{1b}[31m\u{9b}2J\u{7}\r\u{202e}乙"), "甲\\u{1b}[31m\\u{9b}2J\\u{7}\\u{d}\\u{202e}乙");
        assert!(matches!(printable("甲\n\t乙"), Cow::Borrowed(_)));
    }
}
