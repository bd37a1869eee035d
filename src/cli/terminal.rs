//! Text for a terminal: escapes control characters, and highlights hits.

use std::borrow::Cow;

use articled::text::is_display_control;

/// Escapes control characters, so that stored text cannot control the terminal: `\u{1b}[2J` is printed and does not clear
/// the screen. Line feeds and tabs stay.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_escaped(character) { shown.extend(character.escape_unicode()) } else { shown.push(character) }
    }
    Cow::Owned(shown)
}

fn is_escaped(character: char) -> bool {
    is_display_control(character) && !matches!(character, '\n' | '\t')
}

/// Marks around a hit, until the text is laid out and its control characters are escaped. Noncharacters, which are one
/// column wide, like the brackets that replace them. [`without_marks`] removes them from stored text.
pub(super) const HIT_START: char = '\u{FDD0}';
pub(super) const HIT_END: char = '\u{FDD1}';

/// Marks around a heading, of the same kind.
pub(super) const HEADING_START: char = '\u{FDD2}';
pub(super) const HEADING_END: char = '\u{FDD3}';

/// Bold, for headings.
const HEADING_STYLE: &str = "\u{1b}[1m";

/// Bold red and reset, as `grep --color` uses.
const HIT_STYLE: &str = "\u{1b}[1;31m";
const PLAIN_STYLE: &str = "\u{1b}[0m";

/// Stored text without these marks.
pub(super) fn without_marks(text: &str) -> String {
    text.replace([HIT_START, HIT_END, HEADING_START, HEADING_END], "\u{FFFD}")
}

/// Printable text with the marked hits in brackets, and these and the headings in colour if `colour`.
pub(super) fn highlighted(text: &str, colour: bool) -> String {
    let (style, heading, plain) = if colour { (HIT_STYLE, HEADING_STYLE, PLAIN_STYLE) } else { ("", "", "") };
    let text = printable(text).replace(HIT_START, &format!("[{style}")).replace(HIT_END, &format!("{plain}]"));
    text.replace(HEADING_START, heading).replace(HEADING_END, plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hit_is_highlighted_and_stored_text_is_not() {
        let text = format!("甲{HIT_START}乙{HIT_END}{}", without_marks("\u{FDD0}丙\u{1b}[1m"));
        assert_eq!(highlighted(&text, true), "甲[\u{1b}[1;31m乙\u{1b}[0m]\u{FFFD}丙\\u{1b}[1m");
        assert_eq!(highlighted(&text, false), "甲[乙]\u{FFFD}丙\\u{1b}[1m");
        let heading = format!("{HEADING_START}{}{HEADING_END}", without_marks("\u{FDD2}丁"));
        assert_eq!(highlighted(&heading, true), "\u{1b}[1m\u{FFFD}丁\u{1b}[0m");
        assert_eq!(highlighted(&heading, false), "\u{FFFD}丁");
    }

    #[test]
    fn a_terminal_obeys_nothing() {
        assert_eq!(printable("甲\u{1b}[31m\u{9b}2J\u{7}\r\u{202e}乙"), "甲\\u{1b}[31m\\u{9b}2J\\u{7}\\u{d}\\u{202e}乙");
        assert!(matches!(printable("甲\n\t乙"), Cow::Borrowed(_)));
    }
}
