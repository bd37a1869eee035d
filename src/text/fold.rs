//! Folding: what makes 安全生產, 安全生产 and ＡＢＣ, abc one. Every comparison of text in this house goes through here.
//!
//! Folded text is, in this order: without what Unicode calls default-ignorable (soft hyphens, zero-width characters, byte-order
//! marks, variation selectors, bidirectional controls); NFKC; full case folding; each Han character replaced by the one that stands for its class
//! of Traditional, Simplified and variant forms; and white space reduced, as follows. A run of white space is one space;
//! between two Han characters it is nothing; at the beginning and at the end of a text it is nothing, so that a blank
//! around a keyword is never part of it. A line break is white space like any other. It follows that folded text holds no
//! white space but single inner spaces, which leaves tab and line feed free as separators (see
//! [`FoldedFields`](crate::query::FoldedFields)).
//!
//! Folding is not clever: no pinyin, no phrases, nothing else is taken away.
//!
//! How it is done in one pass: normalisation acts only inside short stretches, a character and those that may join it (UAX
//! #15: normalisation boundaries), so text is cut into such segments. Nearly every segment is one character, whose folding
//! is a look-up in a table; the others are normalised one by one.

use std::ops::Range;

use super::fold_table::{Entry, FoldTable};
use super::han::is_han;

/// The version of the folding. Raised with every change of what any text folds to: a store keeps it beside what it folded,
/// and folds everything again where it finds another one.
///
/// 1: until variants were those of OpenCC 1.1 and default-ignorable characters were kept. 2: variants of OpenCC 1.4.2, and
/// default-ignorable characters left out.
pub(crate) const FOLDING_VERSION: u32 = 2;

/// Folds text for comparison.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut folded);
    folded
}

/// Folds text for comparison, appending to `folded`, whose content so far plays no part.
pub(crate) fn fold_into(text: &str, folded: &mut String) {
    fold_traced(text, folded, &mut Untraced);
}

/// Folded text that remembers where each piece of it came from.
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

    /// The stretch of the original that a stretch of the folded text came from, both in bytes. The given range is not
    /// empty and lies on character boundaries of the folded text; then so does the answer on those of the original.
    ///
    /// Where several characters were folded together (ﬁ, or e with a combining accent), any part of what they became came
    /// from all of them.
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

/// A stretch of folded text, which ends where the next one begins, and the stretch of the original that it came from.
#[derive(Clone, Debug)]
struct Piece {
    folded_start: usize,
    original: Range<usize>,
    /// Each character of it came from one of the same length in bytes, so that offsets differ by a constant.
    even: bool,
}

impl Piece {
    fn original_start(&self, folded_start: usize) -> usize {
        if self.even { self.original.start + (folded_start - self.folded_start) } else { self.original.start }
    }

    fn original_end(&self, folded_end: usize) -> usize {
        if self.even { self.original.start + (folded_end - self.folded_start) } else { self.original.end }
    }
}

/// Is told where each folded character came from.
trait Trace {
    /// One character of the original, at `original_start`, became one of the same length.
    fn even(&mut self, folded_start: usize, original_start: usize, len: usize);
    /// A stretch of the original became one or more characters.
    fn uneven(&mut self, folded_start: usize, original: Range<usize>);
}

struct Untraced;

impl Trace for Untraced {
    fn even(&mut self, _: usize, _: usize, _: usize) {}
    fn uneven(&mut self, _: usize, _: Range<usize>) {}
}

struct Pieces(Vec<Piece>);

impl Trace for Pieces {
    #[inline]
    fn even(&mut self, folded_start: usize, original_start: usize, len: usize) {
        match self.0.last_mut() {
            Some(last) if last.even && last.original.end == original_start => last.original.end += len,
            _ => self.0.push(Piece { folded_start, original: original_start..original_start + len, even: true }),
        }
    }

    fn uneven(&mut self, folded_start: usize, original: Range<usize>) {
        self.0.push(Piece { folded_start, original, even: false });
    }
}

fn fold_traced(original: &str, folded: &mut String, trace: &mut impl Trace) {
    let table = FoldTable::get();
    let mut out = Output { text_start: folded.len(), folded, trace, blank: None };
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
            Entry::Blank => out.push_blank(start..end),
            Entry::Several => {
                for folded_char in table.expansion(c).chars() {
                    out.push(folded_char, start..end, false);
                }
            }
            Entry::Joins => {}
        }
    }
}

/// Writes folded characters, and sees to white space.
struct Output<'a, T> {
    folded: &'a mut String,
    text_start: usize,
    trace: &'a mut T,
    /// White space that was read and not yet written.
    blank: Option<Range<usize>>,
}

impl<T: Trace> Output<'_, T> {
    #[inline]
    fn push(&mut self, c: char, original: Range<usize>, even: bool) {
        if !even && c.is_whitespace() {
            return self.push_blank(original);
        }
        if let Some(blank) = self.blank.take() {
            self.write_blank(blank, c);
        }
        let folded_start = self.folded.len() - self.text_start;
        self.folded.push(c);
        if even {
            self.trace.even(folded_start, original.start, original.end - original.start);
        } else {
            self.trace.uneven(folded_start, original);
        }
    }

    fn push_blank(&mut self, original: Range<usize>) {
        match &mut self.blank {
            Some(blank) => blank.end = original.end,
            None => self.blank = Some(original),
        }
    }

    #[cold]
    fn write_blank(&mut self, blank: Range<usize>, next: char) {
        let Some(previous) = self.folded[self.text_start..].chars().next_back() else { return };
        if is_han(previous) && is_han(next) {
            return;
        }
        let folded_start = self.folded.len() - self.text_start;
        self.folded.push(' ');
        self.trace.uneven(folded_start, blank);
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
        // Past the Basic Multilingual Plane: what has no simpler form stays, what is a Simplified one's original is found.
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
    fn what_has_no_look_is_left_out() {
        check("人民\u{AD}银行", "人民银行");
        check("\u{FEFF}人\u{200B}民\u{200D}银\u{FE0F}行\u{E0100}", "人民银行");
        check("auto\u{AD}matic \u{200E}x\u{2060}y", "automatic xy");
        // Normalisation composes across it.
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
    fn appending_begins_a_new_text() {
        let mut folded = "甲".to_owned();
        fold_into(" 乙", &mut folded);
        assert_eq!(folded, "甲乙");
        folded.push('\t');
        fold_into(" b ", &mut folded);
        assert_eq!(folded, "甲乙\tb");
    }

    #[test]
    fn a_hit_leads_back_to_the_original() {
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

    /// Characters that try the rules: joining, expanding, reordering, blank, of each class and plane.
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
        fn folding_twice_is_folding_once(text in nasty_text()) {
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded);
        }

        #[test]
        fn white_space_is_single_and_inner(text in nasty_text()) {
            let folded = fold(&text);
            prop_assert!(!folded.starts_with(' ') && !folded.ends_with(' ') && !folded.contains("  "));
            prop_assert!(folded.chars().all(|c| c == ' ' || !c.is_whitespace()));
        }

        /// The definition, for text without white space: normalise and fold all at once, then class by class.
        #[test]
        fn segments_fold_as_the_whole_does(text in nasty_text()) {
            let text: String = text.chars().filter(|c| !normalize(&c.to_string()).contains(char::is_whitespace)).collect();
            prop_assert_eq!(fold(&text), FoldTable::get().fold_segment(&text));
        }

        #[test]
        fn the_way_back_covers_the_original(text in nasty_text()) {
            let folded = Folded::new(&text);
            prop_assert_eq!(&folded.text, &fold(&text));
            let mut covered = 0;
            for (start, c) in folded.text.char_indices() {
                let original = folded.original_range(start..start + c.len_utf8());
                prop_assert!(text.is_char_boundary(original.start) && text.is_char_boundary(original.end));
                prop_assert!(original.start < original.end);
                // What lies between two pieces is white space that vanished.
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
