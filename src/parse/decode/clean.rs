//! What a reader never sees goes: controls, direction marks, zero-width characters. What is left is NFC.
//!
//! Owns which invisible characters carry meaning and stay. Refuses NFKC: a full-width digit is what the page printed.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_script::{Script, UnicodeScript};

use crate::article::ParseReport;
use crate::text::is_reordering;

/// Cleans text, and counts what it removed and recomposed. Character references bring such characters back, so it runs once
/// after decoding and again wherever references are resolved.
pub fn clean(text: &str, report: &mut ParseReport) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut previous = '\n';
    while let Some(c) = chars.next() {
        let c = match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                '\n'
            }
            // NEL, line and paragraph separator, and the breaks of typewriters.
            '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{B}' | '\u{C}' => '\n',
            c => match invisible(c) {
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
    composed(kept, report)
}

fn composed(text: String, report: &mut ParseReport) -> String {
    if is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return text;
    }
    let composed: String = text.nfc().collect();
    if composed != text {
        // Marks that went into their letter, and characters that are another's double, such as compatibility ideographs.
        let joined = text.chars().count().abs_diff(composed.chars().count());
        let doubles = text.chars().filter(|&c| !std::iter::once(c).nfc().eq([c])).count();
        let times = u32::try_from((joined + doubles).max(1)).unwrap_or(u32::MAX);
        *report.repairs.entry("NFC".into()).or_default() += times;
    }
    composed
}

/// The kind of a character that prints nothing.
fn invisible(c: char) -> Option<&'static str> {
    Some(match c {
        '\t' | '\n' => return None,
        '\u{0}'..='\u{1F}' | '\u{7F}'..='\u{9F}' => "CONTROL_CHARACTER",
        // Annotation anchors, and code points that are no characters.
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

/// Joiners shape the letters of some scripts and tie emoji together, and tags spell the flag of a region. A joiner at the edge of
/// such a word, or between other letters, does nothing.
fn carries_meaning(previous: char, c: char, next: Option<char>) -> bool {
    match c {
        '\u{200C}' | '\u{200D}' if shapes(previous) => next.is_some_and(shapes),
        '\u{200D}' => is_emoji_part(previous) && next.is_some_and(is_emoji_part),
        '\u{E0000}'..='\u{E007F}' => previous == '\u{1F3F4}' || ('\u{E0000}'..='\u{E007F}').contains(&previous),
        _ => false,
    }
}

/// Scripts whose letters join or stack. From the Unicode Standard's chapters on the joiners (9.2, 12 and 13.5).
fn shapes(c: char) -> bool {
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

/// Emoji, their skin tones, the selector of their coloured form, and the signs that are joined to them (♀ ♂ ⚕ ❤).
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
    fn lines_end_in_one_way() {
        check("一\r\n二\r三\u{2028}四\u{2029}五\u{85}六\u{C}七\n八", "一\n二\n三\n四\n五\n六\n七\n八", &[]);
        check("\r\r\n", "\n\n", &[]);
    }

    #[test]
    fn the_invisible_goes_and_is_counted() {
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
    fn text_is_composed_but_not_folded() {
        check("cafe\u{301}", "café", &[("NFC", 1)]);
        check("\u{F9DC}", "隆", &[("NFC", 1)]);
        check("１２Ａ，㈱", "１２Ａ，㈱", &[]);
    }
}
