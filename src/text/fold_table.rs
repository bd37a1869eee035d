//! What each single character folds to: a table that is made once, when the first text is folded.
//!
//! Owns the classes of Han characters. It takes 256 KiB: the characters of the Basic Multilingual Plane, which are nearly
//! all of any text, lie in an array; the others are looked up or worked out.

use std::borrow::Cow;
use std::collections::HashMap;
use std::iter;
use std::sync::LazyLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use unicase::UniCase;
use unicode_normalization::char::{canonical_combining_class, decompose_compatible};
use unicode_normalization::{IsNormalized, is_nfkc_quick};

use super::fold::{fold_but_han, fold_segment};

/// The first code point past the Basic Multilingual Plane.
const BMP_END: usize = 0x1_0000;

/// Where Unified Ideographs are encoded (Unicode's Blocks.txt). NFKC turns compatibility ideographs into these.
const HAN_BLOCKS: [(char, char); 5] = [
    ('\u{3400}', '\u{4DBF}'),
    ('\u{4E00}', '\u{9FFF}'),
    ('\u{20000}', '\u{2A6DF}'),
    ('\u{2A700}', '\u{2EE5D}'),
    ('\u{30000}', '\u{323AF}'),
];

/// Hangul syllables fold to themselves (what may follow them is another matter); knowing so saves working it out.
const HANGUL_SYLLABLES: (char, char) = ('\u{AC00}', '\u{D7A3}');

/// Characters of one class that the first candidate of OpenCC's Traditional to Simplified table does not bring together.
/// Of the candidates that its tables TSCharacters, STCharacters, TWVariants and HKVariants list (as shipped with
/// ferrous-opencc 0.4) these are the ones that were missing. The class of the first of each pair gives its
/// representative: where there was a choice, the one that is more frequent in Simplified news.
const FURTHER_CANDIDATES: &[&str] = &[
    "儘侭", "劃㓰", "噁𫫇", "噹𪠽", "崙𪨧", "廬𪪏", "仿彷", "戰𢧐", "擣𢭏", "瀋渖", "瀰㳽", "抵牴", "划畫", "了瞭",
    "只祇", "綵䌽", "線缐", "借藉", "蘋𬞟", "只衹", "襬䙓", "复覆", "託讬", "諫𫍝", "諮谘", "譾𫍿", "買𧹒", "鉅钜",
    "链鍊", "鍊𫔀", "鍾锺", "鏇镟", "钁䦆", "開𫔭", "閒𫔮", "阪坂", "靦䩄", "韝𫖕", "願𫖸", "餘馀", "餬𫗫", "餱𫗯",
    "餵𫗭", "驄𩨂", "鵰𫛲", "麪麺", "麴麹", "齧𫜩", "仇讎", "周賙", "夫伕", "它牠", "昵暱", "稆穭", "縆緪", "背揹",
    "賬𧹔", "么幺", "擡抬", "檐簷", "潨潀", "痹痺", "着著", "睾睪", "鮎鯰", "顎齶", "妝粧", "敘敍", "檯枱", "糉糭",
    "衛衞",
];

/// What the table says of a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// It folds to this one, unless something joins it.
    One(char),
    /// It folds to several characters, unless something joins it: see [`FoldTable::expansion`].
    Several,
    /// It is white space.
    Blank,
    /// Normalisation may reorder it, or compose it with what is before it: it can't be looked at alone.
    Joins,
}

pub(super) struct FoldTable {
    bmp: Vec<Entry>,
    expansions: HashMap<char, String>,
    /// The Han characters past the Basic Multilingual Plane that another one stands for.
    supplementary_classes: HashMap<char, char>,
}

static TABLE: LazyLock<FoldTable> = LazyLock::new(FoldTable::make);

impl FoldTable {
    pub(super) fn get() -> &'static Self {
        &TABLE
    }

    #[inline]
    pub(super) fn entry(&self, c: char) -> Entry {
        match self.bmp.get(c as usize) {
            Some(entry) => *entry,
            None => self.supplementary_entry(c),
        }
    }

    /// What a character that folds to several folds to.
    pub(super) fn expansion(&self, c: char) -> Cow<'_, str> {
        match self.expansions.get(&c) {
            Some(expansion) => Cow::Borrowed(expansion),
            None => Cow::Owned(fold_segment(c.encode_utf8(&mut [0; 4]), self)),
        }
    }

    /// The character that stands for the class of a normalised and case-folded one; itself, if it is not Han.
    pub(super) fn class(&self, c: char) -> char {
        if (c as usize) < BMP_END {
            if let Entry::One(class) = self.entry(c) { class } else { c }
        } else {
            self.supplementary_classes.get(&c).copied().unwrap_or(c)
        }
    }

    fn supplementary_entry(&self, c: char) -> Entry {
        // No white space is encoded here.
        entry_but_han(c, |folded| self.class(folded)).0
    }

    fn make() -> Self {
        let classes = han_classes();
        let class = |c: char| classes.get(&c).copied().unwrap_or(c);
        let mut expansions = HashMap::new();
        let bmp = (0..BMP_END as u32)
            .map(|code_point| {
                // A surrogate is no character, and is never asked for.
                let Some(c) = char::from_u32(code_point) else { return Entry::Joins };
                let (entry, expansion) = entry_but_han(c, class);
                if let Some(expansion) = expansion {
                    expansions.insert(c, expansion);
                }
                entry
            })
            .collect();
        let supplementary_classes = classes.into_iter().filter(|(c, _)| *c as usize >= BMP_END).collect();
        Self { bmp, expansions, supplementary_classes }
    }
}

/// The entry of one character, and its folding if that is several characters.
fn entry_but_han(c: char, class: impl Fn(char) -> char) -> (Entry, Option<String>) {
    if joins_backward(c) {
        return (Entry::Joins, None);
    }
    if c.is_whitespace() {
        return (Entry::Blank, None);
    }
    if is_fixed(c) {
        return (Entry::One(class(c)), None);
    }
    let folded: String = fold_but_han(c.encode_utf8(&mut [0; 4])).chars().map(class).collect();
    let mut folded_chars = folded.chars();
    match (folded_chars.next(), folded_chars.next()) {
        (Some(only), None) if only.is_whitespace() => (Entry::Blank, None),
        (Some(only), None) => (Entry::One(only), None),
        _ => (Entry::Several, Some(folded)),
    }
}

/// Whether a character, or what it decomposes to, may be reordered with or composed onto what is before it.
fn joins_backward(c: char) -> bool {
    if is_within(c, HANGUL_SYLLABLES) {
        return false;
    }
    let mut first = None;
    decompose_compatible(c, |part| first = first.or(Some(part)));
    let first = first.unwrap_or(c);
    canonical_combining_class(first) != 0 || is_nfkc_quick(iter::once(first)) == IsNormalized::Maybe
}

/// Whether a character surely stays as it is under NFKC and case folding.
fn is_fixed(c: char) -> bool {
    if is_within(c, HANGUL_SYLLABLES) || HAN_BLOCKS.iter().any(|block| is_within(c, *block)) {
        return true;
    }
    let mut utf8 = [0; 4];
    let text = &*c.encode_utf8(&mut utf8);
    is_nfkc_quick(iter::once(c)) == IsNormalized::Yes && UniCase::unicode(text).to_folded_case() == text
}

fn is_within(c: char, (first, last): (char, char)) -> bool {
    (first..=last).contains(&c)
}

/// Which Han character stands for which: the Simplified ones of OpenCC, and the classes that all its candidates make.
/// Characters that stand for themselves are left out.
fn han_classes() -> HashMap<char, char> {
    #[expect(clippy::expect_used, reason = "the table is part of the program, and was tested")]
    let opencc = OpenCC::from_config(BuiltinConfig::T2s).expect("the Traditional to Simplified table is built in");
    // One character a line: no phrase reaches across a line break, so each is converted by itself.
    let traditional: String =
        HAN_BLOCKS.into_iter().flat_map(|(first, last)| first..=last).flat_map(|c| [c, '\n']).collect();
    let simplified = opencc.convert(&traditional);
    let mut classes: HashMap<char, char> = traditional
        .lines()
        .zip(simplified.lines())
        .filter(|(from, to)| from != to)
        .filter_map(|(from, to)| Some((single_char(from)?, single_char(to)?)))
        .collect();

    let representative = |classes: &HashMap<char, char>, mut c: char| {
        while let Some(class) = classes.get(&c) {
            c = *class;
        }
        c
    };
    for pair in FURTHER_CANDIDATES {
        let mut pair = pair.chars();
        if let (Some(first), Some(second)) = (pair.next(), pair.next()) {
            let (kept, joined) = (representative(&classes, first), representative(&classes, second));
            if kept != joined {
                classes.insert(joined, kept);
            }
        }
    }
    let from: Vec<char> = classes.keys().copied().collect();
    from.into_iter().map(|c| (c, representative(&classes, c))).collect()
}

fn single_char(text: &str) -> Option<char> {
    let mut chars = text.chars();
    let only = chars.next()?;
    chars.next().is_none().then_some(only)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::is_han;

    fn every_char() -> impl Iterator<Item = char> {
        '\0'..=char::MAX
    }

    #[test]
    fn what_stands_for_a_class_is_stable() {
        let table = FoldTable::get();
        for (c, class) in han_classes() {
            assert!(is_han(c) && is_han(class), "{c} {class}");
            assert_eq!(table.class(class), class, "{c}");
            assert_eq!(fold_but_han(&class.to_string()), class.to_string(), "{c}");
        }
    }

    #[test]
    fn each_entry_is_the_folding_of_its_character() {
        let table = FoldTable::get();
        for c in every_char() {
            let folded = fold_segment(&c.to_string(), table);
            match table.entry(c) {
                Entry::One(one) => assert_eq!(one.to_string(), folded, "{c:?}"),
                Entry::Several => {
                    assert_eq!(table.expansion(c), folded, "{c:?}");
                    assert!(folded.chars().count() > 1, "{c:?}");
                }
                Entry::Blank => assert!(folded.chars().all(char::is_whitespace), "{c:?}"),
                Entry::Joins => {}
            }
        }
    }

    /// So a segment, once folded, can't act on the one before it, and the next folding cuts no other way.
    #[test]
    fn what_begins_a_segment_folds_to_what_begins_a_segment() {
        let table = FoldTable::get();
        for c in every_char().filter(|c| table.entry(*c) != Entry::Joins) {
            let first = fold_segment(&c.to_string(), table).chars().next();
            assert!(first.is_some_and(|first| table.entry(first) != Entry::Joins), "{c:?}");
        }
    }

    #[test]
    fn han_characters_begin_segments() {
        let table = FoldTable::get();
        assert!(every_char().filter(|c| is_han(*c)).all(|c| table.entry(c) != Entry::Joins));
    }

    #[test]
    fn candidates_of_one_character_are_one_class() {
        let table = FoldTable::get();
        for class in ["干乾幹", "于於", "台臺檯颱", "里裏裡", "后後", "复復複覆", "了瞭", "着著", "划劃畫画", "钟鐘鍾"]
        {
            let representatives: Vec<char> = class.chars().map(|c| table.class(c)).collect();
            assert!(representatives.iter().all(|c| *c == representatives[0]), "{class}: {representatives:?}");
        }
    }
}
