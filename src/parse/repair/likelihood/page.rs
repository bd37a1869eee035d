//! What stands on a page: the best witness of what stood there before it was damaged. A text that has a word has it again.
//!
//! Owns the counts. Refuses single characters: that a page has one says little of where else it stands.

use super::{Runs, run};
use crate::parse::repair::script::{is_han, simplified};

/// Longer runs of a page say nothing that shorter ones do not.
const LONGEST_RUN: usize = 4;

/// So many characters of a page are looked at. A page that is longer has shown its words by then.
const MOST_CHARACTERS: usize = 20_000;

/// What is taken off how often a run was seen, as most that are seen once only stand side by side.
const BY_CHANCE: f64 = 0.7;

#[derive(Debug, Default)]
pub struct Page {
    /// Everything of two to [`LONGEST_RUN`] Chinese characters in a row, in simplified form, and how often.
    runs: Runs<u32>,
    /// How many characters were looked at.
    length: usize,
}

impl Page {
    pub fn new(text: &str) -> Self {
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
            for from in 0..last.len() - 1 {
                *page.runs.entry(run(&last[from..])).or_default() += 1;
            }
        }
        page
    }

    /// The share of a run of characters in the page.
    pub fn share(&self, word: &[char]) -> f64 {
        let times = self.runs.get(&run(word)).copied().unwrap_or_default();
        if times == 0 { 0.0 } else { (f64::from(times) - BY_CHANCE) / self.length as f64 }
    }
}
