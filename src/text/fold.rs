//! Folding: 安全生產 and 安全生产 fold to the same text, and so do ＡＢＣ and abc. All text comparison uses folded text.
//!
//! The steps, in this order:
//! 1. Remove Unicode's default-ignorable characters: soft hyphens, zero-width characters, byte-order marks, variation
//!    selectors, bidirectional controls.
//! 2. NFKC.
//! 3. Full case folding.
//! 4. Replace each Han character by the representative of its class of Traditional, Simplified and variant forms.
//! 5. Collapse white space, line breaks included: a run becomes one space; between two Han characters and at both ends of
//!    the text it is removed, so that a space around a keyword is never part of it.
//!
//! So the only white space in folded text is single inner spaces, which leaves tab and line feed free as separators (see
//! [`FoldedFields`](crate::query::FoldedFields)). Nothing else is folded: no pinyin, no phrases.
//!
//! The implementation is a single pass. Normalization acts only within short segments, a character and those that may join
//! it (UAX #15: normalization boundaries). Nearly every segment is one character, which folds by a table lookup; the other
//! segments are normalized one by one.

use std::ops::Range;

use super::fold_table::{Entry, FoldTable};
use super::han::is_han;

/// The version of the folding. It must be increased with every change of what any text folds to: a store records it with
/// the folded text, and folds everything again if it differs.
///
/// 1: variants of OpenCC 1.1, default-ignorable characters kept. 2: variants of OpenCC 1.4.2, default-ignorable characters
/// removed.
pub(crate) const FOLDING_VERSION: u32 = 2;

/// Folds text for comparison.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut folded);
    folded
}

/// Folds text for comparison and appends it to `folded`. The previous content of `folded` has no effect.
pub(crate) fn fold_into(text: &str, folded: &mut String) {
    fold_traced(text, folded, &mut NoTrace);
}

/// Folded text with a mapping back to the original.
#[derive(Clone, Debug)]
pub(crate) struct Folded {
    pub text: String,
    pieces: Vec<Piece>,
}

impl Folded {
    pub(crate) fn new(original: &str) -> Self {
        let mut text = String::with_capacity(original.len());
        let mut pieces = Pieces(Vec::new());
        fold_traced(original, &mut text, &mut pieces);
        Self { text, pieces: pieces.0 }
    }

    /// Maps a range of the folded text to the range of the original, both in bytes. The given range must not be empty and
    /// must lie on character boundaries; then the result lies on character boundaries of the original.
    ///
    /// Characters that were folded together (ﬁ, or e with a combining accent) map back together: a part of their folded
    /// form maps to all of them.
    pub(crate) fn original_range(&self, folded: Range<usize>) -> Range<usize> {
        let start = self.piece_at(folded.start).map_or(0, |piece| piece.original_start(folded.start));
        let last = folded.end.saturating_sub(1);
        let end = self.piece_at(last).map_or(0, |piece| piece.original_end(folded.end));
        start..end.max(start)
    }

    fn piece_at(&self, folded_offset: usize) -> Option<&Piece> {
        let after = self.pieces.partition_point(|piece| piece.folded_start <= folded_offset);
        self.pieces.get(after.checked_sub(1)?)
    }
}

/// A range of folded text, which ends where the next piece begins, and the range of the original that it came from.
#[derive(Clone, Debug)]
struct Piece {
    folded_start: usize,
    original: Range<usize>,
    /// Each character came from one character with the same length in bytes, so offsets differ by a constant.
    same_length: bool,
}

impl Piece {
    fn original_start(&self, folded_start: usize) -> usize {
        if self.same_length { self.original.start + (folded_start - self.folded_start) } else { self.original.start }
    }

    fn original_end(&self, folded_end: usize) -> usize {
        if self.same_length { self.original.start + (folded_end - self.folded_start) } else { self.original.end }
    }
}

/// Receives the origin of each folded character.
trait Trace {
    /// One character of the original, at `original_start`, became one character of the same length in bytes.
    fn same_length(&mut self, folded_start: usize, original_start: usize, len: usize);
    /// A range of the original became one or more characters.
    fn different_length(&mut self, folded_start: usize, original: Range<usize>);
}

struct NoTrace;

impl Trace for NoTrace {
    fn same_length(&mut self, _: usize, _: usize, _: usize) {}
    fn different_length(&mut self, _: usize, _: Range<usize>) {}
}

struct Pieces(Vec<Piece>);

impl Trace for Pieces {
    #[inline]
    fn same_length(&mut self, folded_start: usize, original_start: usize, len: usize) {
        match self.0.last_mut() {
            Some(last) if last.same_length && last.original.end == original_start => last.original.end += len,
            _ => self.0.push(Piece { folded_start, original: original_start..original_start + len, same_length: true }),
        }
    }

    fn different_length(&mut self, folded_start: usize, original: Range<usize>) {
        self.0.push(Piece { folded_start, original, same_length: false });
    }
}

fn fold_traced(original: &str, folded: &mut String, trace: &mut impl Trace) {
    let table = FoldTable::get();
    let mut out = Output { text_start: folded.len(), folded, trace, white_space: None };
    let mut rest = original.char_indices().map(|(start, c)| (start, c, table.entry(c)));
    let mut next = rest.next();
    while let Some((start, c, entry)) = next {
        next = rest.next();
        let mut is_joined = matches!(entry, Entry::Joins);
        while let Some((_, _, Entry::Joins)) = next {
            is_joined = true;
            next = rest.next();
        }
        let end = next.map_or(original.len(), |(start, _, _)| start);
        if is_joined {
            for folded_char in table.fold_segment(&original[start..end]).chars() {
                out.push(folded_char, start..end, false);
            }
            continue;
        }
        match entry {
            Entry::One(folded_char) => out.push(folded_char, start..end, c.len_utf8() == folded_char.len_utf8()),
            Entry::WhiteSpace => out.push_white_space(start..end),
            Entry::Several => {
                for folded_char in table.expansion(c).chars() {
                    out.push(folded_char, start..end, false);
                }
            }
            Entry::Joins => {}
        }
    }
}

/// Writes folded characters and collapses white space.
struct Output<'a, T> {
    folded: &'a mut String,
    text_start: usize,
    trace: &'a mut T,
    /// White space that was read, and is written only if a character follows that needs it.
    white_space: Option<Range<usize>>,
}

impl<T: Trace> Output<'_, T> {
    #[inline]
    fn push(&mut self, c: char, original: Range<usize>, same_length: bool) {
        if !same_length && c.is_whitespace() {
            return self.push_white_space(original);
        }
        if let Some(white_space) = self.white_space.take() {
            self.write_white_space(white_space, c);
        }
        let folded_start = self.folded.len() - self.text_start;
        self.folded.push(c);
        if same_length {
            self.trace.same_length(folded_start, original.start, original.end - original.start);
        } else {
            self.trace.different_length(folded_start, original);
        }
    }

    fn push_white_space(&mut self, original: Range<usize>) {
        match &mut self.white_space {
            Some(white_space) => white_space.end = original.end,
            None => self.white_space = Some(original),
        }
    }

    #[cold]
    fn write_white_space(&mut self, white_space: Range<usize>, next: char) {
        let Some(previous) = self.folded[self.text_start..].chars().next_back() else { return };
        if is_han(previous) && is_han(next) {
            return;
        }
        let folded_start = self.folded.len() - self.text_start;
        self.folded.push(' ');
        self.trace.different_length(folded_start, white_space);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::normalize::normalize;

    fn check(original: &str, folded: &str) {
        assert_eq!(fold(original), folded, "{original:?}");
        assert_eq!(Folded::new(original).text, folded, "{original:?}");
        assert_eq!(fold(folded), folded, "{original:?} again");
    }

    #[test]
    fn scripts_and_variants() {
        check("安全生產", "安全生产");
        check("乾幹干 於于", "干干干于于");
        check("臺灣 裏裡里", "台湾里里里");
        check("習近平", "习近平");
        // Outside the Basic Multilingual Plane: one character without a Simplified form, one with.
        check("𠮷", "𠮷");
        check("\u{F9B4}", "领");
    }

    #[test]
    fn variants_of_current_opencc() {
        check("銅鑼灣邨", "铜锣湾村");
        check("電器舖 甚麼 妳好", "电器铺什么你好");
        check("圖像 圖象", "图象图象");
    }

    #[test]
    fn default_ignorable_characters_are_removed() {
        check("人民\u{AD}银行", "人民银行");
        check("\u{FEFF}人\u{200B}民\u{200D}银\u{FE0F}行\u{E0100}", "人民银行");
        check("auto\u{AD}matic \u{200E}x\u{2060}y", "automatic xy");
        // Normalization composes across the removed character.
        check("e\u{200D}\u{301}", "é");
        check("雄安 \u{200B} 新区", "雄安新区");
        check("a\u{200B} \u{FEFF}b", "a b");
        check("\u{200B}\u{AD}\u{FEFF}", "");
        check("\u{FFA0}\u{3164}", "");
    }

    #[test]
    fn widths_and_case() {
        check("ＡＢＣ５Ｇ网络", "abc5g网络");
        check("Straße ﬁn ΣΑΣ", "strasse fin σασ");
        check("ｶﾞｷﾞ", "ガギ");
        check("①㈱℃", "1(株)°c");
        check("……，", "......,");
        check("e\u{301}É", "éé");
        check("한국", "한국");
    }

    #[test]
    fn white_space() {
        check("雄安 新区\n召开　会议", "雄安新区召开会议");
        check("  New \t York\r\n5 G ", "new york 5 g");
        check("中文 word 中文", "中文 word 中文");
        check("句。\n句", "句。 句");
        check(" \n", "");
        check("", "");
        check("´a", "\u{301}a");
        check("a ´", "a \u{301}");
    }

    #[test]
    fn appending_ignores_the_previous_content() {
        let mut folded = "甲".to_owned();
        fold_into(" 乙", &mut folded);
        assert_eq!(folded, "甲乙");
        folded.push('\t');
        fold_into(" b ", &mut folded);
        assert_eq!(folded, "甲乙\tb");
    }

    #[test]
    fn a_hit_maps_back_to_the_original() {
        let check = |original: &str, sought: &str, expected: &str| {
            let folded = Folded::new(original);
            let start = folded.text.find(sought).expect(original);
            assert_eq!(&original[folded.original_range(start..start + sought.len())], expected);
        };
        check("雄安 新區\n召開", "新区召", "新區\n召");
        check("雄安 新區\n召開", "安新", "安 新");
        check("ＡＢＣ網", "bc", "ＢＣ");
        check("a ﬁn b", "i", "ﬁ");
        check("cafe\u{301}s", "fé", "fe\u{301}");
        check("x  y", " ", "  ");
        check("稳…定", "..", "…");
        check("\u{FEFF}人民\u{AD}银行", "民银", "民\u{AD}银");
        check("\u{FEFF}人民\u{AD}银行", "银行", "银行");
    }

    /// Characters that exercise the rules: joining, expanding, reordering, white space, of each class and plane.
    fn nasty_text() -> impl Strategy<Value = String> {
        let nasty = proptest::sample::select(
            "aeαςΣßﬁİıǰŉΐᾳᾴ´゛゙゚ｶﾞﾟ각ᄀ\u{AD}\u{200B}\u{FEFF}\u{1160}\u{E0041}\u{202E}\u{1161}\u{11A8}\u{345}\u{301}\u{327}\u{338}\u{30C}\u{307}\u{200D}\u{FE0F}\u{E0100} \n\t\u{A0}\u{3000}\u{2028}\
             安產产乾幹干於覆領\u{F9B4}𠮷𡻕𣎴\u{2F800}々〇、。，…％５Ａｚ①㈱㍿ﷺ👍🏽🇨🇳𝐀𐐀\u{1E0A}\u{323}"
                .chars()
                .collect::<Vec<_>>(),
        );
        let any = prop_oneof![4 => nasty, 1 => any::<char>()];
        proptest::collection::vec(any, 0..24).prop_map(|chars| chars.into_iter().collect())
    }

    proptest! {
        #[test]
        fn folding_is_idempotent(text in nasty_text()) {
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded);
        }

        #[test]
        fn white_space_is_single_and_inner(text in nasty_text()) {
            let folded = fold(&text);
            prop_assert!(!folded.starts_with(' ') && !folded.ends_with(' ') && !folded.contains("  "));
            prop_assert!(folded.chars().all(|c| c == ' ' || !c.is_whitespace()));
        }

        /// Compares with the definition, for text without white space: normalize the whole text, then map each character to
        /// its class.
        #[test]
        fn segments_fold_as_the_whole_does(text in nasty_text()) {
            let text: String = text.chars().filter(|c| !normalize(&c.to_string()).contains(char::is_whitespace)).collect();
            prop_assert_eq!(fold(&text), FoldTable::get().fold_segment(&text));
        }

        #[test]
        fn the_mapping_covers_the_original(text in nasty_text()) {
            let folded = Folded::new(&text);
            prop_assert_eq!(&folded.text, &fold(&text));
            let mut covered = 0;
            for (start, c) in folded.text.char_indices() {
                let original = folded.original_range(start..start + c.len_utf8());
                prop_assert!(text.is_char_boundary(original.start) && text.is_char_boundary(original.end));
                prop_assert!(original.start < original.end);
                // Only removed white space lies between two pieces.
                let gap = text.get(covered..original.start).unwrap_or_default();
                prop_assert!(fold(gap).is_empty(), "{:?}", gap);
                covered = covered.max(original.end);
            }
            prop_assert!(fold(&text[covered..]).is_empty());
            if !folded.text.is_empty() {
                let whole = folded.original_range(0..folded.text.len());
                prop_assert!(fold(&text[whole]) == folded.text);
            }
        }
    }
}
