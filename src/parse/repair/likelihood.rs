//! How likely a stretch of Chinese is, by the words of jieba's dictionary.
//!
//! Owns the score that chooses between readings of damaged bytes. Refuses to know what the damage is.

use std::collections::HashMap;

use super::script::{is_han, simplified};
use crate::text::dictionary;

/// The words that are looked for have at most this many characters; five hold nearly all of the dictionary.
const LONGEST_WORD: usize = 5;

/// The logarithm of the sum of all frequencies in jieba's dictionary, which has some 60 million.
const LOG_TOTAL: f64 = 17.9;

/// The likelihood of a text that grows by a character at a time: of the likeliest way to cut it into words.
#[derive(Clone, Debug)]
pub struct Likelihood {
    /// The last characters, in simplified form, oldest first.
    tail: [char; LONGEST_WORD],
    /// The logarithms up to before each character of the tail, and at the end.
    before: [f64; LONGEST_WORD + 1],
}

impl Default for Likelihood {
    fn default() -> Self {
        Self { tail: ['\n'; LONGEST_WORD], before: [0.0; LONGEST_WORD + 1] }
    }
}

impl Likelihood {
    /// The natural logarithm of the likelihood so far.
    pub fn log(&self) -> f64 {
        self.before[LONGEST_WORD]
    }

    /// The same text, likelier by what other evidence says.
    #[must_use]
    pub fn plus(&self, log: f64) -> Self {
        let mut likelier = self.clone();
        likelier.before = likelier.before.map(|before| before + log);
        likelier
    }

    /// The same text with one more character.
    #[must_use]
    pub fn with(&self, c: char, words: &mut Words) -> Self {
        let mut next = self.clone();
        let before = next.tail[LONGEST_WORD - 1];
        next.tail.rotate_left(1);
        next.tail[LONGEST_WORD - 1] = simplified(c);
        next.before.rotate_left(1);
        next.before[LONGEST_WORD] = f64::NEG_INFINITY;
        let longest = if is_han(c) { LONGEST_WORD } else { 1 };
        for length in 1..=longest {
            let word = &next.tail[LONGEST_WORD - length..];
            if !word.iter().all(|&c| is_han(c)) && length > 1 {
                break;
            }
            if let Some(log) = words.log(word) {
                let log = if is_mark(c) && is_mark(before) { log + AFTER_MARK } else { log };
                let whole = next.before[LONGEST_WORD - length] + log;
                next.before[LONGEST_WORD] = next.before[LONGEST_WORD].max(whole);
            }
        }
        next
    }
}

/// How much less likely a mark is that follows another one, as a natural logarithm.
const AFTER_MARK: f64 = -3.0;

/// Marks that end a stretch of words. Quotation marks stand beside these.
fn is_mark(c: char) -> bool {
    "，。、；：！？·,;:!?".contains(c)
}

/// The words that were looked up, as a search looks for the same ones again and again.
#[derive(Default)]
pub struct Words {
    known: HashMap<[char; LONGEST_WORD], Option<f64>>,
}

impl Words {
    fn log(&mut self, word: &[char]) -> Option<f64> {
        if let &[c] = word
            && !is_han(c)
        {
            return Some(log_of_sign(c));
        }
        let mut key = ['\0'; LONGEST_WORD];
        key.iter_mut().zip(word).for_each(|(place, c)| *place = *c);
        *self.known.entry(key).or_insert_with(|| log_of_word(word))
    }
}

fn log_of_word(word: &[char]) -> Option<f64> {
    let text: String = word.iter().collect();
    let jieba = dictionary();
    if jieba.has_word(&text) {
        // A word's own frequency, or what its parts suggest, if that is more.
        return Some((jieba.suggest_freq(&text) as f64).max(1.0).ln() - LOG_TOTAL);
    }
    // A character that is no word: rarer than the rarest word.
    (word.len() == 1).then_some(-LOG_TOTAL - 2.0)
}

/// The share of a sign among the words and signs of Chinese prose, roughly: a comma in fourteen, a full stop in thirty.
fn log_of_sign(c: char) -> f64 {
    let share: f64 = match c {
        '，' | ',' => 0.07,
        '。' => 0.03,
        '、' => 0.02,
        '“' | '”' => 0.01,
        '：' | ':' | '；' | ';' | '（' | '）' | '(' | ')' | '《' | '》' => 0.003,
        '！' | '？' | '!' | '?' | '·' | '—' | '…' => 0.001,
        '\n' | ' ' | '0'..='9' => 0.01,
        c if c.is_ascii_alphanumeric() => 0.002,
        c if c.is_ascii() => 0.000_3,
        _ => 0.000_001,
    };
    share.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(text: &str) -> f64 {
        let mut words = Words::default();
        text.chars().fold(Likelihood::default(), |so_far, c| so_far.with(c, &mut words)).log()
    }

    #[test]
    fn sense_is_likelier_than_nonsense_in_either_script() {
        assert!(log("發展營造良好環境") > log("發展?I造良好環境") + 3.0);
        assert!(log("當地已組織") > log("當匾呀織組") + 8.0);
        assert!((log("学习") - log("學習")).abs() < 1e-9);
    }
}
