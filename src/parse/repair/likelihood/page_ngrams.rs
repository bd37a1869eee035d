//! N-gram counts of a page. A word that a text has once is likely to occur in it again, also where the text is damaged.
//!
//! Owns the counts. Does not count a single character as a word: its occurrence says little about where else it occurs.

use super::{NgramMap, ngram};
use crate::parse::repair::script::simplified;
use crate::text::is_han;

/// The longest n-gram that is counted. Longer ones add no information.
const MAX_N: usize = 4;

/// Characters of a page that are counted. A longer page repeats its words.
const MAX_CHARACTERS: usize = 20_000;

/// Absolute discount of n-gram counts: most n-grams that occur once are no words.
const WORD_DISCOUNT: f64 = 0.7;

/// Absolute discount of bigram counts. It is smaller, as the result is interpolated with the general bigram table.
const BIGRAM_DISCOUNT: f64 = 0.3;

/// Third-person pronouns. They sound the same and occur in the same contexts.
const PRONOUNS: [char; 3] = ['他', '她', '它'];

#[derive(Debug, Default)]
pub(crate) struct PageNgrams {
    /// N-grams of Chinese characters in simplified form, up to [`MAX_N`], with their counts.
    counts: NgramMap<u32>,
    /// How many characters were counted, of any kind.
    length: usize,
}

impl PageNgrams {
    pub(crate) fn new(text: &str) -> Self {
        let mut page = Self::default();
        let mut last: Vec<char> = Vec::new();
        for c in text.chars().take(MAX_CHARACTERS) {
            page.length += 1;
            if !is_han(c) {
                last.clear();
                continue;
            }
            if last.len() == MAX_N {
                last.remove(0);
            }
            last.push(simplified(c));
            for from in 0..last.len() {
                *page.counts.entry(ngram(&last[from..])).or_default() += 1;
            }
        }
        page
    }

    /// Relative frequency of a word in the page, discounted.
    pub(crate) fn word_frequency(&self, word: &[char]) -> f64 {
        let count = self.count(word);
        if count < 1.0 || word.len() < 2 { 0.0 } else { (count - WORD_DISCOUNT) / self.length as f64 }
    }

    /// Relative frequency of a character in the page.
    pub(crate) fn character_frequency(&self, c: char) -> f64 {
        self.count(&[c]) / (self.length as f64 + 1.0)
    }

    /// Relative frequency of a character among those that follow another one in the page, discounted.
    pub(crate) fn frequency_after(&self, last: char, c: char) -> f64 {
        (self.count(&[last, c]) - BIGRAM_DISCOUNT).max(0.0) / (self.count(&[last]) + 1.0)
    }

    /// Log ratio (natural): how much likelier one of the pronouns is on this page than each would be if all were equally
    /// likely. A page mostly speaks of women, of men or of things, and nothing else tells the pronouns apart.
    pub(crate) fn pronoun_log(&self, c: char) -> f64 {
        if !PRONOUNS.contains(&c) {
            return 0.0;
        }
        let all: f64 = PRONOUNS.iter().map(|pronoun| self.singular(*pronoun)).sum();
        let kinds = PRONOUNS.len() as f64;
        (kinds * (self.singular(c) + 1.0) / (all + kinds)).ln()
    }

    fn singular(&self, pronoun: char) -> f64 {
        self.count(&[pronoun]) - self.count(&[pronoun, '们'])
    }

    fn count(&self, characters: &[char]) -> f64 {
        self.counts.get(&ngram(characters)).copied().map_or(0.0, f64::from)
    }
}
