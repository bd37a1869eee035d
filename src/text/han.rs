//! Han characters: their definition, and their Simplified and Traditional forms.
//!
//! The conversion is OpenCC's, character by character, without its phrases. The classes of variants that folding uses are
//! in `fold_table`.

use std::collections::HashMap;
use std::sync::LazyLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use unicode_normalization::char::canonical_combining_class;
use unicode_script::{Script, UnicodeScript};

/// The blocks of Unified Ideographs that the conversion tables cover (Unicode's Blocks.txt). NFKC maps compatibility
/// ideographs to these.
pub(super) const HAN_BLOCKS: [(char, char); 5] = [
    ('\u{3400}', '\u{4DBF}'),
    ('\u{4E00}', '\u{9FFF}'),
    ('\u{20000}', '\u{2A6DF}'),
    ('\u{2A700}', '\u{2EE5D}'),
    ('\u{30000}', '\u{323AF}'),
];

/// The block with nearly all Han characters of any text.
const COMMON_BLOCK: std::ops::RangeInclusive<char> = '\u{4E00}'..='\u{9FFF}';

/// Whether a character is Han. 々 and 〇 are; 。 is not, and neither are the combining Vietnamese reading marks, although
/// their script is Han.
#[inline]
pub fn is_han(c: char) -> bool {
    COMMON_BLOCK.contains(&c) || c >= '\u{2E80}' && c.script() == Script::Han && canonical_combining_class(c) == 0
}

/// The Simplified form of a character, or the character itself.
pub(crate) fn to_simplified(c: char) -> char {
    SIMPLIFIED.get(c)
}

/// The most common Traditional form of a character, or the character itself.
pub fn to_traditional(c: char) -> char {
    TRADITIONAL.get(c)
}

static SIMPLIFIED: LazyLock<Conversion> = LazyLock::new(|| Conversion::new(BuiltinConfig::T2s));
static TRADITIONAL: LazyLock<Conversion> = LazyLock::new(|| Conversion::new(BuiltinConfig::S2t));

/// A mapping from characters to characters.
struct Conversion {
    /// The form of each character of [`COMMON_BLOCK`].
    common: Vec<char>,
    /// The forms of other characters that are not their own form.
    others: HashMap<char, char>,
}

impl Conversion {
    fn new(config: BuiltinConfig) -> Self {
        #[expect(clippy::expect_used, reason = "the table is part of the program, and was tested")]
        let opencc = OpenCC::from_config(config).expect("the conversion table is built in");
        // One character a line, so that no phrase of OpenCC matches.
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
        // Avoids a hash lookup for characters of other scripts: this is called for nearly every character.
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
