//! Word boundaries in folded text.
//!
//! Between two Han characters jieba's segmentation decides; elsewhere the word boundaries of UAX #29. The dictionary is
//! large (about 80 MB and a quarter of a second to load), so it is loaded on first use, and never for text without Han
//! characters.

use std::ops::Range;
use std::sync::LazyLock;

use jieba_rs::Jieba;
use unicode_segmentation::UnicodeSegmentation;

use super::han::is_han;

static DICTIONARY: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// The shared dictionary of Chinese words, loaded by the first call.
pub fn dictionary() -> &'static Jieba {
    &DICTIONARY
}

/// Pairs of Simplified characters, each with dictionary words of its own, that folding unites because one Traditional
/// character corresponds to both: the character that folding keeps, and the one that it folds away (see
/// [`dictionary_spelling`]). Rare characters are omitted.
const FOLDED_AWAY: &[(char, char)] = &[
    ('划', '画'),
    ('复', '覆'),
    ('着', '著'),
    ('链', '炼'),
    ('干', '乾'),
    ('借', '藉'),
    ('了', '瞭'),
    ('仿', '彷'),
    ('征', '徵'),
    ('阪', '坂'),
    ('颚', '腭'),
    ('么', '幺'),
    ('象', '像'),
    ('座', '坐'),
    ('沉', '沈'),
    ('什', '甚'),
    ('里', '哩'),
    ('具', '俱'),
    ('待', '呆'),
    ('坏', '坯'),
    ('渺', '淼'),
    ('管', '筦'),
    ('熏', '薰'),
];

/// The longest word, in characters, that decides a spelling: hardly any dictionary entry is longer.
const MAX_RESPELLED_CHARS: usize = 4;

/// The word boundaries of one text. Segments lazily, around each requested offset, and keeps the last segmentation: for
/// ascending offsets, each part of the text is segmented once.
pub struct Words<'a> {
    text: &'a str,
    han: Segmentation,
    other: Segmentation,
}

/// The word boundaries within a span of the text.
#[derive(Default)]
struct Segmentation {
    span: Range<usize>,
    /// Offsets in the text, ascending.
    boundaries: Vec<usize>,
}

impl Segmentation {
    fn has(&self, at: usize) -> bool {
        self.boundaries.binary_search(&at).is_ok()
    }
}

impl<'a> Words<'a> {
    /// `text` must be folded.
    pub fn of(text: &'a str) -> Self {
        Self { text, han: Segmentation::default(), other: Segmentation::default() }
    }

    /// Whether a word begins or ends at this offset, which must be a character boundary.
    pub(crate) fn is_boundary(&mut self, at: usize) -> bool {
        let (Some(before), Some(after)) = (self.text.get(..at), self.text.get(at..)) else { return false };
        let (Some(previous), Some(next)) = (before.chars().next_back(), after.chars().next()) else { return true };
        if is_han(previous) && is_han(next) { self.is_han_boundary(at) } else { self.is_other_boundary(at) }
    }

    /// Jieba first splits text into maximal runs of its own class of characters, so segmenting only the run around the
    /// offset gives the same boundaries as segmenting the whole text.
    fn is_han_boundary(&mut self, at: usize) -> bool {
        if !inside(&self.han.span, at) {
            let span = span_around(self.text, at, |c| !is_segmented_as_one(c), |c| !is_segmented_as_one(c));
            if !inside(&span, at) {
                return true;
            }
            let run = dictionary_spelling(&self.text[span.clone()]);
            // The respelled run has the same number of characters, but their lengths in bytes may differ.
            let mut boundaries = Vec::new();
            let mut chars = self.text[span.clone()].chars();
            let mut offset = span.start;
            for token in dictionary().cut(&run, true) {
                offset += chars.by_ref().take(token.end - token.start).map(char::len_utf8).sum::<usize>();
                boundaries.push(offset);
            }
            self.han = Segmentation { span, boundaries };
        }
        self.han.has(at)
    }

    /// In UAX #29 there is always a boundary before a space or an ideograph, so segmentation can start and end there.
    fn is_other_boundary(&mut self, at: usize) -> bool {
        if self.text[at..].starts_with(always_begins_a_word) {
            return true;
        }
        if !inside(&self.other.span, at) {
            let mut span = span_around(self.text, at, |_| false, always_begins_a_word);
            span.start = self.text[..at].rfind(always_begins_a_word).unwrap_or(0);
            let words = self.text[span.clone()].split_word_bound_indices();
            let boundaries = words.map(|(start, _)| span.start + start).collect();
            self.other = Segmentation { span, boundaries };
        }
        self.other.has(at)
    }
}

fn inside(span: &Range<usize>, at: usize) -> bool {
    span.start < at && at < span.end
}

/// The longest span around an offset without a character for which `ends_before` (on the left) or `ends_after` (on the
/// right) holds.
fn span_around(
    text: &str,
    at: usize,
    ends_before: impl Fn(char) -> bool,
    ends_after: impl Fn(char) -> bool,
) -> Range<usize> {
    let (before, after) = text.split_at(at);
    let start = before.char_indices().rev().find(|(_, c)| ends_before(*c)).map_or(0, |(index, c)| index + c.len_utf8());
    let end = after.find(ends_after).map_or(text.len(), |index| at + index);
    start..end
}

/// White space, of which folded text and its separators have only these, and Han characters.
fn always_begins_a_word(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n') || is_han(c)
}

/// The characters whose runs jieba segments by its dictionary, each run by itself (`is_han_default` of jieba-rs 0.11).
pub(crate) fn is_segmented_as_one(c: char) -> bool {
    matches!(c,
        '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{2A6DF}'
        | '\u{2A700}'..='\u{2EBEF}'
        | '\u{2F800}'..='\u{2FA1F}'
        | 'a'..='z' | 'A'..='Z' | '0'..='9'
        | '+' | '#' | '&' | '.' | '_' | '%' | '-')
}

/// A folded run in the spelling of the dictionary: 复盖 is not a word in it, but 覆盖 is. A character is replaced if that
/// makes the longest dictionary word that covers it longer.
fn dictionary_spelling(run: &str) -> String {
    let mut chars: Vec<char> = run.chars().collect();
    for index in 0..chars.len() {
        let Some((kept, folded_away)) = FOLDED_AWAY.iter().find(|(kept, _)| *kept == chars[index]) else { continue };
        let longest = |spelling: char, chars: &mut Vec<char>| {
            chars[index] = spelling;
            longest_word_covering(chars, index)
        };
        let with_folded_away = longest(*folded_away, &mut chars);
        let with_kept = longest(*kept, &mut chars);
        if with_folded_away > with_kept {
            chars[index] = *folded_away;
        }
    }
    chars.into_iter().collect()
}

/// The length of the longest dictionary word of at least two characters that covers an index; 0 if there is none.
fn longest_word_covering(chars: &[char], index: usize) -> usize {
    (2..=MAX_RESPELLED_CHARS)
        .rev()
        .find(|len| {
            let first = (index + 1).saturating_sub(*len);
            (first..=index).filter_map(|start| chars.get(start..start + len)).any(|word| {
                let word: String = word.iter().collect();
                dictionary().has_word(&word)
            })
        })
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::fold;

    fn cut(text: &str) -> Vec<&str> {
        let mut words = Words::of(text);
        let mut start = 0;
        let mut parts = Vec::new();
        for end in text.char_indices().map(|(at, c)| at + c.len_utf8()) {
            if words.is_boundary(end) {
                parts.push(&text[start..end]);
                start = end;
            }
        }
        parts
    }

    #[test]
    fn chinese_words() {
        assert_eq!(cut("雄安新区召开会议"), ["雄安", "新区", "召开", "会议"]);
        assert_eq!(cut("更新区域名单"), ["更新", "区域", "名单"]);
    }

    #[test]
    fn folded_words_are_found_in_the_dictionary() {
        for text in [
            "全面覆盖",
            "著名作家",
            "动画电影",
            "乾隆年间",
            "供应链",
            "锻炼身体",
            "规划蓝图",
            "看着他",
            "图像处理",
            "沈阳市",
            "甚至认为",
            "请坐下",
        ] {
            let folded = fold(text);
            let words: Vec<usize> = cut(&folded).iter().map(|word| word.chars().count()).collect();
            let expected: Vec<usize> = dictionary().cut(text, true).iter().map(|word| word.end - word.start).collect();
            assert_eq!(words, expected, "{folded}");
        }
    }

    #[test]
    fn mixed_words() {
        assert_eq!(
            cut("用5g网络 don't x-y 3.14元"),
            ["用", "5g", "网络", " ", "don't", " ", "x", "-", "y", " ", "3.14", "元"]
        );
        assert_eq!(cut("🇨🇳🇯🇵"), ["🇨🇳", "🇯🇵"]);
        assert_eq!(cut("区\u{FE00}区"), ["区\u{FE00}", "区"]);
    }

    proptest! {
        /// Segmenting around an offset gives the boundaries of segmenting the whole text.
        #[test]
        fn local_cuts_are_those_of_the_whole(text in "[新区域更召开ab1.',\u{301}\u{200D} -🇨👍ガ〇，\n\t]{0,30}") {
            let jieba: Vec<usize> = dictionary().cut(&dictionary_spelling(&text), true).iter().map(|token| token.byte_end).collect();
            let unicode: Vec<usize> = text.split_word_bound_indices().map(|(start, _)| start).collect();
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).skip(1).collect();
            let mut words = Words::of(&text);
            for at in places {
                let between_han = text[..at].ends_with(is_han) && text[at..].starts_with(is_han);
                let expected = if between_han { jieba.contains(&at) } else { unicode.contains(&at) };
                prop_assert_eq!(words.is_boundary(at), expected, "{} {}", at, text);
            }
        }
    }
}
