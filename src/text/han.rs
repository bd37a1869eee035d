//! Han characters: which characters they are, and their Simplified and Traditional forms.
//!
//! Owns the one definition of a Han character and the one conversion table, which is OpenCC's, character by character and
//! without its phrases. Does not own the classes of variants that folding makes of it (`fold_table`).

use std::collections::HashMap;
use std::sync::LazyLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use unicode_normalization::char::canonical_combining_class;
use unicode_script::{Script, UnicodeScript};

/// The Unified Ideographs that the conversion tables know, by block (Unicode's Blocks.txt). NFKC turns compatibility
/// ideographs into these.
pub(super) const HAN_BLOCKS: [(char, char); 5] = [
    ('\u{3400}', '\u{4DBF}'),
    ('\u{4E00}', '\u{9FFF}'),
    ('\u{20000}', '\u{2A6DF}'),
    ('\u{2A700}', '\u{2EE5D}'),
    ('\u{30000}', '\u{323AF}'),
];

/// The block that nearly every Han character of a text is in.
const COMMON_BLOCK: std::ops::RangeInclusive<char> = '\u{4E00}'..='\u{9FFF}';

/// Whether a character is Han: 々 and 〇 are; 。 is not, nor are the Vietnamese reading marks of that script, which are
/// combining.
#[inline]
pub fn is_han(c: char) -> bool {
    COMMON_BLOCK.contains(&c) || c >= '\u{2E80}' && c.script() == Script::Han && canonical_combining_class(c) == 0
}

/// The Simplified form of a character; the character itself if it has no other.
pub(crate) fn to_simplified(c: char) -> char {
    SIMPLIFIED.get(c)
}

/// The usual Traditional form of a character; the character itself if it has no other.
pub fn to_traditional(c: char) -> char {
    TRADITIONAL.get(c)
}

static SIMPLIFIED: LazyLock<Conversion> = LazyLock::new(|| Conversion::new(BuiltinConfig::T2s));
static TRADITIONAL: LazyLock<Conversion> = LazyLock::new(|| Conversion::new(BuiltinConfig::S2t));

/// A conversion of single characters to single characters.
struct Conversion {
    /// The form of each character of [`COMMON_BLOCK`].
    common: Vec<char>,
    /// The other characters that have another form.
    others: HashMap<char, char>,
}

impl Conversion {
    fn new(config: BuiltinConfig) -> Self {
        #[expect(clippy::expect_used, reason = "the table is part of the program, and was tested")]
        let opencc = OpenCC::from_config(config).expect("the conversion table is built in");
        // One character a line: no phrase reaches across a line break, so each is converted by itself.
        let lines: String =
            HAN_BLOCKS.into_iter().flat_map(|(first, last)| first..=last).flat_map(|c| [c, '\n']).collect();
        let converted = opencc.convert(&lines);
        let mut others: HashMap<char, char> = lines
            .lines()
            .zip(converted.lines())
            .filter(|(from, to)| from != to)
            .filter_map(|(from, to)| Some((single_char(from)?, single_char(to)?)))
            .collect();
        let common = COMMON_BLOCK.map(|c| others.remove(&c).unwrap_or(c)).collect();
        Self { common, others }
    }

    fn get(&self, c: char) -> char {
        // Keeps the characters of other scripts out of the hash map: nearly every character is asked for.
        if c < HAN_BLOCKS[0].0 {
            return c;
        }
        let place = (c as usize).checked_sub(*COMMON_BLOCK.start() as usize);
        match place.and_then(|place| self.common.get(place)) {
            Some(&form) => form,
            None => self.others.get(&c).copied().unwrap_or(c),
        }
    }
}

fn single_char(text: &str) -> Option<char> {
    let mut chars = text.chars();
    let only = chars.next()?;
    chars.next().is_none().then_some(only)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn han_characters() {
        for c in "一龥々〇㐀𠮷\u{F9B4}⼀".chars() {
            assert!(is_han(c), "{c}");
        }
        for c in "a。「ア한，\u{3000}\u{16FF0}".chars() {
            assert!(!is_han(c), "{c}");
        }
    }

    #[test]
    fn forms_of_both_scripts() {
        for (traditional, simplified) in [('產', '产'), ('後', '后'), ('體', '体'), ('𡞵', '㛟')] {
            assert_eq!(to_simplified(traditional), simplified);
        }
        assert_eq!(to_traditional('产'), '產');
        for c in ['安', 'a', '。', '𠮷'] {
            assert_eq!((to_simplified(c), to_traditional(c)), (c, c));
        }
    }
}
