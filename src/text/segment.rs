//! Where words begin and end in folded text.
//!
//! Between two Han characters jieba's segmentation decides; anywhere else the word boundaries of UAX #29. The dictionary
//! is large (some 80 MB and a quarter of a second), so it is loaded when it is first asked for, and never for text
//! without Han characters.

use std::ops::Range;
use std::sync::LazyLock;

use jieba_rs::Jieba;
use unicode_segmentation::UnicodeSegmentation;

use super::han::is_han;

static DICTIONARY: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// The one dictionary of Chinese words, loaded by the first call.
pub fn dictionary() -> &'static Jieba {
    &DICTIONARY
}

/// Simplified characters that folding gives up for another one, as some Traditional character stands for both: first the one
/// that is kept. The dictionary has words with either (see [`respelled`]). Rare characters are left out.
const GIVEN_UP: &[(char, char)] = &[
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

/// The longest word that is looked for when a run is respelled, in characters: hardly any entry is longer.
const MAX_RESPELLED_CHARS: usize = 4;

/// The word boundaries of one text. Cutting is done around the places that are asked for, and kept for the next one: asked
/// in ascending order, a text is cut once.
pub struct Words<'a> {
    text: &'a str,
    han: Cut,
    other: Cut,
}

/// A stretch of a text, and where it is cut.
#[derive(Default)]
struct Cut {
    stretch: Range<usize>,
    /// In ascending order, as offsets in the text.
    edges: Vec<usize>,
}

impl Cut {
    fn has(&self, at: usize) -> bool {
        self.edges.binary_search(&at).is_ok()
    }
}

impl<'a> Words<'a> {
    /// Takes folded text.
    pub fn of(text: &'a str) -> Self {
        Self { text, han: Cut::default(), other: Cut::default() }
    }

    /// Whether a word begins or ends at an offset, which lies on a character boundary.
    pub(crate) fn is_edge(&mut self, at: usize) -> bool {
        let (Some(before), Some(after)) = (self.text.get(..at), self.text.get(at..)) else { return false };
        let (Some(previous), Some(next)) = (before.chars().next_back(), after.chars().next()) else { return true };
        if is_han(previous) && is_han(next) { self.is_han_edge(at) } else { self.is_other_edge(at) }
    }

    /// Jieba cuts text into maximal runs of its own class of characters first, so cutting the run that holds the place
    /// gives what cutting the whole text would.
    fn is_han_edge(&mut self, at: usize) -> bool {
        if !inside(&self.han.stretch, at) {
            let stretch = around(self.text, at, |c| !is_of_a_run(c), |c| !is_of_a_run(c));
            if !inside(&stretch, at) {
                return true;
            }
            let run = respelled(&self.text[stretch.clone()]);
            // The respelled run has other characters of perhaps other lengths, but as many of them.
            let mut edges = Vec::new();
            let mut chars = self.text[stretch.clone()].chars();
            let mut offset = stretch.start;
            for token in dictionary().cut(&run, true) {
                offset += chars.by_ref().take(token.end - token.start).map(char::len_utf8).sum::<usize>();
                edges.push(offset);
            }
            self.han = Cut { stretch, edges };
        }
        self.han.has(at)
    }

    /// No rule of UAX #29 looks past what stands before a space or an ideograph: there is always a boundary there.
    fn is_other_edge(&mut self, at: usize) -> bool {
        if self.text[at..].starts_with(always_begins_a_word) {
            return true;
        }
        if !inside(&self.other.stretch, at) {
            let mut stretch = around(self.text, at, |_| false, always_begins_a_word);
            stretch.start = self.text[..at].rfind(always_begins_a_word).unwrap_or(0);
            let words = self.text[stretch.clone()].split_word_bound_indices();
            let edges = words.map(|(start, _)| stretch.start + start).collect();
            self.other = Cut { stretch, edges };
        }
        self.other.has(at)
    }
}

fn inside(stretch: &Range<usize>, at: usize) -> bool {
    stretch.start < at && at < stretch.end
}

/// The stretch around a place that ends before the characters on either side for which the functions say so.
fn around(
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

/// White space, of which folded text and its separators have little, and Han characters.
fn always_begins_a_word(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n') || is_han(c)
}

/// The class of characters whose runs jieba cuts by its dictionary (`is_han_default` of jieba-rs 0.11).
fn is_of_a_run(c: char) -> bool {
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

/// A folded run as the dictionary would spell it: 复盖 is no word, but 覆盖 is. A character is respelled where the longest
/// word over it wants it so.
fn respelled(run: &str) -> String {
    let mut chars: Vec<char> = run.chars().collect();
    for index in 0..chars.len() {
        let Some((kept, given_up)) = GIVEN_UP.iter().find(|(kept, _)| *kept == chars[index]) else { continue };
        let longest = |spelling: char, chars: &mut Vec<char>| {
            chars[index] = spelling;
            longest_word_over(chars, index)
        };
        let with_given_up = longest(*given_up, &mut chars);
        let with_kept = longest(*kept, &mut chars);
        if with_given_up > with_kept {
            chars[index] = *given_up;
        }
    }
    chars.into_iter().collect()
}

/// The length of the longest dictionary word of several characters that covers a place, 0 if there is none.
fn longest_word_over(chars: &[char], index: usize) -> usize {
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
            if words.is_edge(end) {
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
    fn the_dictionary_is_met_halfway() {
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
        /// Cutting around a place is cutting the whole.
        #[test]
        fn local_cuts_are_those_of_the_whole(text in "[新区域更召开ab1.',\u{301}\u{200D} -🇨👍ガ〇，\n\t]{0,30}") {
            let jieba: Vec<usize> = dictionary().cut(&respelled(&text), true).iter().map(|token| token.byte_end).collect();
            let unicode: Vec<usize> = text.split_word_bound_indices().map(|(start, _)| start).collect();
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).skip(1).collect();
            let mut words = Words::of(&text);
            for at in places {
                let between_han = text[..at].ends_with(is_han) && text[at..].starts_with(is_han);
                let expected = if between_han { jieba.contains(&at) } else { unicode.contains(&at) };
                prop_assert_eq!(words.is_edge(at), expected, "{} {}", at, text);
            }
        }
    }
}
