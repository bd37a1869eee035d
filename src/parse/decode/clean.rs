//! Removes invisible characters (controls, direction marks, zero-width characters) and normalizes the text to NFC.
//!
//! Owns which invisible characters carry meaning and stay. Does not apply NFKC: a full-width digit is what the page
//! printed.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_script::{Script, UnicodeScript};

use crate::article::ParseReport;
use crate::text::is_reordering;

/// Cleans text, and counts the removed and recomposed characters. It runs once after decoding and again wherever
/// character references are resolved, because references can bring such characters back.
pub fn clean(text: &str, report: &mut ParseReport) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut previous = '\n';
    while let Some(c) = chars.next() {
        let c = match c {
            // What nearly every text consists of.
            ' '..='~' | '\n' | '\u{3041}'..='\u{D7A3}' => c,
            '\r' => {
                chars.next_if_eq(&'\n');
                '\n'
            }
            // NEL, line and paragraph separator, vertical tab and form feed.
            '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{B}' | '\u{C}' => '\n',
            c => match invisible_kind(c) {
                Some(kind) if !carries_meaning(previous, c, chars.peek().copied()) => {
                    *report.repairs.entry(kind.into()).or_default() += 1;
                    continue;
                }
                _ => c,
            },
        };
        kept.push(c);
        previous = c;
    }
    to_nfc(kept, report)
}

fn to_nfc(text: String, report: &mut ParseReport) -> String {
    // These neither compose with others nor change the order of marks.
    let is_plain = |c: &char| matches!(c, '\u{0}'..='\u{2FF}' | '\u{4E00}'..='\u{9FFF}');
    if is_nfc_quick(text.chars().filter(|c| !is_plain(c))) == IsNormalized::Yes {
        return text;
    }
    let composed: String = text.nfc().collect();
    if composed != text {
        // Combining marks that merged into their letter, and duplicates such as compatibility ideographs.
        let joined = text.chars().count().abs_diff(composed.chars().count());
        let doubles = text.chars().filter(|&c| !std::iter::once(c).nfc().eq([c])).count();
        let times = u32::try_from((joined + doubles).max(1)).unwrap_or(u32::MAX);
        *report.repairs.entry("NFC".into()).or_default() += times;
    }
    composed
}

/// The report's name for an invisible character; `None` if the character is visible.
fn invisible_kind(c: char) -> Option<&'static str> {
    Some(match c {
        '\t' | '\n' => return None,
        '\u{0}'..='\u{1F}' | '\u{7F}'..='\u{9F}' => "CONTROL_CHARACTER",
        // Annotation anchors and noncharacters.
        '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}' | '\u{FDD0}'..='\u{FDEF}' => "CONTROL_CHARACTER",
        '\u{61C}' | '\u{200E}' | '\u{200F}' => "BIDI_CONTROL",
        c if is_reordering(c) => "BIDI_CONTROL",
        '\u{FEFF}' => "BYTE_ORDER_MARK",
        '\u{AD}' => "SOFT_HYPHEN",
        '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}' => "ZERO_WIDTH_CHARACTER",
        '\u{34F}' | '\u{180E}' | '\u{E0000}'..='\u{E007F}' => "ZERO_WIDTH_CHARACTER",
        _ => return None,
    })
}

/// Joiners shape the letters of some scripts and join emoji; tag characters spell the region of a flag emoji. At the
/// edge of such a word, or between other letters, a joiner has no effect.
fn carries_meaning(previous: char, c: char, next: Option<char>) -> bool {
    match c {
        '\u{200C}' | '\u{200D}' if has_joining_letters(previous) => next.is_some_and(has_joining_letters),
        '\u{200D}' => is_emoji_part(previous) && next.is_some_and(is_emoji_part),
        '\u{E0000}'..='\u{E007F}' => previous == '\u{1F3F4}' || ('\u{E0000}'..='\u{E007F}').contains(&previous),
        _ => false,
    }
}

/// Scripts with joining or stacking letters. From the Unicode Standard's chapters on the joiners (9.2, 12 and 13.5).
fn has_joining_letters(c: char) -> bool {
    matches!(
        c.script(),
        Script::Arabic
            | Script::Syriac
            | Script::Nko
            | Script::Mandaic
            | Script::Mongolian
            | Script::Phags_Pa
            | Script::Devanagari
            | Script::Bengali
            | Script::Gurmukhi
            | Script::Gujarati
            | Script::Oriya
            | Script::Tamil
            | Script::Telugu
            | Script::Kannada
            | Script::Malayalam
            | Script::Sinhala
            | Script::Khmer
            | Script::Myanmar
            | Script::Tibetan
    )
}

/// Emoji, skin tones, the emoji variation selector, and the symbols that are joined to emoji (♀ ♂ ⚕ ❤).
fn is_emoji_part(c: char) -> bool {
    matches!(c, '\u{1F000}'..='\u{1FAFF}' | '\u{2190}'..='\u{2BFF}' | '\u{FE0F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: &str, repairs: &[(&str, u32)]) {
        let mut report = ParseReport::default();
        assert_eq!(clean(input, &mut report), expected, "{input:?}");
        let counted: Vec<(&str, u32)> = report.repairs.iter().map(|(kind, times)| (kind.as_ref(), *times)).collect();
        assert_eq!(counted, repairs, "{input:?}");
    }

    #[test]
    fn line_ends_become_newlines() {
        check("一\r\n二\r三\u{2028}四\u{2029}五\u{85}六\u{C}七\n八", "一\n二\n三\n四\n五\n六\n七\n八", &[]);
        check("\r\r\n", "\n\n", &[]);
    }

    #[test]
    fn invisible_characters_are_removed_and_counted() {
        check("湖\u{200B}畔\u{200D}镇\u{2060}", "湖畔镇", &[("ZERO_WIDTH_CHARACTER", 3)]);
        check("\u{FEFF}湖\u{0}畔\u{7}\u{9B}", "湖畔", &[("BYTE_ORDER_MARK", 1), ("CONTROL_CHARACTER", 3)]);
        check("\u{202E}湖\u{202C}畔", "湖畔", &[("BIDI_CONTROL", 2)]);
        check("news\u{AD}paper", "newspaper", &[("SOFT_HYPHEN", 1)]);
        check("一\t二", "一\t二", &[]);
    }

    #[test]
    fn joiners_that_carry_meaning_stay() {
        for kept in
            ["👩\u{200D}👧", "👩🏽\u{200D}⚕\u{FE0F}", "می\u{200C}خواهم", "क्\u{200D}ष", "🏴\u{E0067}\u{E0062}\u{E007F}"]
        {
            check(kept, kept, &[]);
        }
        check("我\u{200D}👧", "我👧", &[("ZERO_WIDTH_CHARACTER", 1)]);
        check("a\u{200C}b", "ab", &[("ZERO_WIDTH_CHARACTER", 1)]);
    }

    #[test]
    fn text_becomes_nfc_but_not_nfkc() {
        check("cafe\u{301}", "café", &[("NFC", 1)]);
        check("\u{F9DC}", "隆", &[("NFC", 1)]);
        check("１２Ａ，㈱", "１２Ａ，㈱", &[]);
    }
}
