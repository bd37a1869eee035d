//! What stands on a page: the best witness of what stood there before it was damaged. A text that has a word has it again.
//!
//! Owns the counts. Refuses to take a single character for a word: that a page has one says little of where else it stands.

use super::{Runs, run};
use crate::parse::repair::script::simplified;
use crate::text::is_han;

/// Longer runs of a page say nothing that shorter ones do not.
const LONGEST_RUN: usize = 4;

/// So many characters of a page are looked at. A page that is longer has shown its words by then.
const MOST_CHARACTERS: usize = 20_000;

/// What is taken off how often a run was seen, as most that are seen once only stand side by side.
const BY_CHANCE: f64 = 0.7;

/// The same of a character after another one, which is weighed with what is known of them in general.
const BY_CHANCE_BESIDE: f64 = 0.3;

/// They sound the same, and stand in the same places.
const PRONOUNS: [char; 3] = ['他', '她', '它'];

#[derive(Debug, Default)]
pub(crate) struct PageRuns {
    /// Everything of one to [`LONGEST_RUN`] Chinese characters in a row, in simplified form, and how often.
    runs: Runs<u32>,
    /// How many characters were looked at.
    length: usize,
}

impl PageRuns {
    pub(crate) fn new(text: &str) -> Self {
        let mut page = Self::default();
        let mut last: Vec<char> = Vec::new();
        for c in text.chars().take(MOST_CHARACTERS) {
            page.length += 1;
            if !is_han(c) {
                last.clear();
                continue;
            }
            if last.len() == LONGEST_RUN {
                last.remove(0);
            }
            last.push(simplified(c));
            for from in 0..last.len() {
                *page.runs.entry(run(&last[from..])).or_default() += 1;
            }
        }
        page
    }

    /// The share of a run of characters in the page.
    pub(crate) fn share(&self, word: &[char]) -> f64 {
        let times = self.times(word);
        if times < 1.0 || word.len() < 2 { 0.0 } else { (times - BY_CHANCE) / self.length as f64 }
    }

    /// The share of a character in the page.
    pub(crate) fn share_of_character(&self, c: char) -> f64 {
        self.times(&[c]) / (self.length as f64 + 1.0)
    }

    /// The share of a character among those that follow another one in the page.
    pub(crate) fn share_after(&self, last: char, c: char) -> f64 {
        (self.times(&[last, c]) - BY_CHANCE_BESIDE).max(0.0) / (self.times(&[last]) + 1.0)
    }

    /// How much likelier one of the pronouns is than elsewhere, as a natural logarithm: a page mostly speaks of women, of
    /// men or of things. Nothing else tells them apart.
    pub(crate) fn log_of_pronoun(&self, c: char) -> f64 {
        if !PRONOUNS.contains(&c) {
            return 0.0;
        }
        let all: f64 = PRONOUNS.iter().map(|pronoun| self.singular(*pronoun)).sum();
        let kinds = PRONOUNS.len() as f64;
        (kinds * (self.singular(c) + 1.0) / (all + kinds)).ln()
    }

    fn singular(&self, pronoun: char) -> f64 {
        self.times(&[pronoun]) - self.times(&[pronoun, '们'])
    }

    fn times(&self, run_of_characters: &[char]) -> f64 {
        self.runs.get(&run(run_of_characters)).copied().map_or(0.0, f64::from)
    }
}
