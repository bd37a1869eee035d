//! How rare each word of a text is: its inverse document frequency, from jieba's table.
//!
//! The library tells frequencies only together with a segmentation of its own, which takes as long as the one that the caller has
//! already made. So what it told of a word is remembered for later texts, and it is asked only about the runs of characters
//! that have other words. It segments each run by itself, so its words are the same there as in the text.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{LazyLock, PoisonError, RwLock};

use jieba_rs::{Keyword, KeywordExtract, KeywordExtractConfig, TfIdf};

use crate::text::{dictionary, is_segmented_as_one};

/// The number of remembered words, 20 bytes each: about as many as a million articles have without their names.
const MAX_REMEMBERED: usize = 1 << 17;

/// Frequencies are rounded to this fraction, so that equal ones stay equal whatever text they were found in.
const ROUNDING: f64 = 1e9;

/// Loaded at first use, because it takes a quarter of a second.
static FREQUENCIES: LazyLock<TfIdf> = LazyLock::new(|| {
    let mut frequencies = TfIdf::default();
    // Segment with the HMM, as the candidates are, so that names that the dictionary lacks get a score too.
    *frequencies.config_mut() = KeywordExtractConfig::builder().use_hmm(true).build();
    frequencies
});

/// By hashes of words. `None`: the library gives none, because the word is a stop word.
static REMEMBERED: LazyLock<RwLock<HashMap<u64, Option<f64>>>> = LazyLock::new(RwLock::default);

static HASHES: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// The inverse document frequency of each word of a text.
pub(crate) struct WordRarity<'a> {
    of: HashMap<&'a str, f64>,
    mean: f64,
}

impl<'a> WordRarity<'a> {
    /// `tokens` are jieba's for this text, with their starts in bytes, and `counts` those of the words that the caller made of them.
    pub(crate) fn of(text: &'a str, tokens: &[(usize, &'a str)], counts: &HashMap<&str, u32>) -> Self {
        let mut frequencies: HashMap<&str, u32> = HashMap::new();
        for (_, word) in tokens.iter().filter(|(_, word)| is_long(word)) {
            *frequencies.entry(word).or_default() += 1;
        }
        let mut of: HashMap<&str, f64> = HashMap::with_capacity(frequencies.len());
        let mut add = |word: &'a str, idf: f64| {
            if let (Some(count), Some(frequency)) = (counts.get(word), frequencies.get(word)) {
                of.insert(word, idf * f64::from(*frequency) / f64::from(*count));
            }
        };
        let mut unknown: Vec<(usize, &str)> = Vec::new();
        {
            let remembered = REMEMBERED.read().unwrap_or_else(PoisonError::into_inner);
            for &(start, word) in tokens.iter().filter(|(_, word)| is_long(word)) {
                match remembered.get(&HASHES.hash_one(word)) {
                    Some(Some(idf)) => add(word, *idf),
                    Some(None) => {}
                    None => unknown.push((start, word)),
                }
            }
        }
        if !unknown.is_empty() {
            let learned = learn(&runs_with(text, unknown.iter().map(|(start, _)| *start)));
            for (_, word) in unknown {
                if let Some(Some(idf)) = learned.get(word) {
                    add(word, *idf);
                }
            }
        }
        let mean = of.values().sum::<f64>() / of.len().max(1) as f64;
        Self { of, mean }
    }

    /// The mean for a word that the library did not see, such as a name without the verb that was attached to it.
    pub(crate) fn of_word(&self, word: &str) -> f64 {
        if is_long(word) { self.of.get(word).copied().unwrap_or(self.mean) } else { 0.0 }
    }
}

/// Whether a word has two characters; the library has no frequencies of single ones.
fn is_long(word: &str) -> bool {
    word.chars().nth(1).is_some()
}

/// The runs of a text around some offsets, which ascend, each run once.
fn runs_with(text: &str, offsets: impl Iterator<Item = usize>) -> String {
    let mut runs = String::new();
    let mut end = 0;
    for offset in offsets {
        if offset < end {
            continue;
        }
        let (before, after) = text.split_at(offset);
        let is_outside = |c: char| !is_segmented_as_one(c);
        let start = before.rfind(is_outside).map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8));
        end = after.find(is_outside).map_or(text.len(), |length| offset + length);
        runs.push_str(&text[start..end]);
        runs.push('\n');
    }
    runs
}

/// Asks the library about the words of a text, and remembers what it says.
fn learn(text: &str) -> HashMap<String, Option<f64>> {
    let mut frequencies: HashMap<&str, u32> = HashMap::new();
    for token in dictionary().cut(text, true).into_iter().filter(|token| is_long(token.word)) {
        *frequencies.entry(token.word).or_default() += 1;
    }
    let weights = FREQUENCIES.extract_keywords(dictionary(), text, usize::MAX, Vec::new());
    // The library divides by the number of words that are none of its stop words.
    let total: u32 = weights.iter().filter_map(|it| frequencies.get(it.keyword.as_str())).sum();
    let weights: HashMap<String, f64> =
        weights.into_iter().map(|Keyword { keyword, weight, .. }| (keyword, weight)).collect();
    let learned = frequencies.into_iter().map(|(word, frequency)| {
        let idf = weights.get(word).map(|weight| {
            let idf = weight * f64::from(total) / f64::from(frequency);
            (idf * ROUNDING).round() / ROUNDING
        });
        (word.to_owned(), idf)
    });
    let learned: HashMap<String, Option<f64>> = learned.collect();
    let mut remembered = REMEMBERED.write().unwrap_or_else(PoisonError::into_inner);
    if remembered.len() + learned.len() > MAX_REMEMBERED {
        remembered.clear();
    }
    remembered.extend(learned.iter().map(|(word, idf)| (HASHES.hash_one(word), *idf)));
    learned
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the library says of the whole text, up to a common factor.
    fn asked<'a>(text: &str, words: &[&'a str]) -> HashMap<&'a str, f64> {
        let weights = FREQUENCIES.extract_keywords(dictionary(), text, usize::MAX, Vec::new());
        let weights: HashMap<String, f64> = weights.into_iter().map(|it| (it.keyword, it.weight)).collect();
        words.iter().filter_map(|word| Some((*word, *weights.get(*word)?))).collect()
    }

    fn check(text: &str) {
        let tags = dictionary().tag(text, true);
        let tokens: Vec<(usize, &str)> =
            tags.iter().map(|tag| (tag.word.as_ptr() as usize - text.as_ptr() as usize, tag.word)).collect();
        let mut counts: HashMap<&str, u32> = HashMap::new();
        for (_, word) in &tokens {
            *counts.entry(word).or_default() += 1;
        }
        let rarity = WordRarity::of(text, &tokens, &counts);
        let words: Vec<&str> = counts.keys().copied().collect();
        let asked = asked(text, &words);
        assert_eq!(rarity.of.len(), asked.len(), "{text}");
        let total: f64 = asked.keys().map(|word| f64::from(counts[word])).sum();
        for (word, weight) in asked {
            let idf = weight * total / f64::from(counts[word]);
            assert!((rarity.of_word(word) - idf).abs() < 1e-6, "{word} in {text}: {} and {idf}", rarity.of_word(word));
        }
    }

    #[test]
    fn what_is_remembered_is_what_the_library_says_of_a_text() {
        let texts = [
            "青石镇图书馆新馆九月开放，图书馆新馆由旧粮仓改建。镇长林远舟说，图书馆是一个地方的客厅。",
            "馆长何秋白介绍，图书馆设有盲文阅览区，盲文阅览区的藏书由省盲人协会捐赠。Greystone 有 2024 年的新馆。",
            "镇长林远舟和馆长何秋白希望居民多到盲文阅览区做志愿者，为读者朗读。12万册，我们的图书馆。",
            "",
            "a 1 。",
        ];
        for _ in 0..2 {
            for text in texts {
                check(text);
            }
            check(&texts.concat());
        }
    }

    #[test]
    fn runs_are_whole_and_each_once() {
        let text = "安全生产，检查。开放日";
        let at = |piece: &str| text.find(piece).expect("it is in the text");
        let runs = |pieces: &[&str]| runs_with(text, pieces.iter().map(|piece| at(piece)));
        assert_eq!(runs(&["全生", "产", "开放"]), "安全生产\n开放日\n");
        assert_eq!(runs(&[]), "");
    }
}
