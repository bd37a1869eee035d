//! Character bigrams of Chinese prose. They rank words of the same frequency, and words that no dictionary has.
//!
//! Owns the table. Does not know words, nor the kind of a punctuation mark next to a character.

use std::collections::HashMap;
use std::io::Read;
use std::sync::LazyLock;

use flate2::read::DeflateDecoder;
use lingua_chinese_language_model::CHINESE_MODELS_DIRECTORY;
use serde::Deserialize;

use crate::parse::repair::script::simplified;

/// Characters in the model's corpus: the denominator of its rarest unigrams.
const CORPUS_SIZE: f64 = 46_955_554.0;

/// Pairs that occur only once are dropped: they are mostly chance, and half of all pairs.
const MIN_PAIR_COUNT: f64 = 2.0;

/// Absolute discount of pair counts, whose mass goes to unseen pairs, as in Kneser–Ney smoothing.
const DISCOUNT: f64 = 0.75;

/// Share of a character's occurrences that is added to its count at the beginning of a run. Smooths errors of the counts.
const INITIAL_SMOOTHING: f64 = 0.02;

/// The share of characters that punctuation follows.
const MEAN_END_SHARE: f64 = 0.13;

/// Counts by simplified character: both scripts' forms count as one.
#[derive(Default)]
struct Table {
    characters: HashMap<char, Character>,
    /// Packed pairs with their counts, sorted by pair.
    pairs: Vec<(u32, f32)>,
    /// The number of runs of Chinese characters.
    runs: f64,
}

#[derive(Clone, Copy, Default)]
struct Character {
    count: f64,
    /// How often a Chinese character follows it.
    as_first: f64,
    /// How many different characters follow it.
    followers: f64,
    /// How often it follows a Chinese character.
    as_second: f64,
}

/// The model's format: fractions in lowest terms, each with the n-grams of this probability, separated by spaces. For bigrams
/// it is the conditional probability of the second character.
#[derive(Default, Deserialize)]
struct Model {
    ngrams: HashMap<String, String>,
}

// The model is compiled into its crate. If it could not be read, every character would have the same probability.
static TABLE: LazyLock<Table> = LazyLock::new(|| Table::new(&model("unigrams.json.zip"), &model("bigrams.json.zip")));

fn model(file: &str) -> Model {
    read(file).and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default()
}

/// Unpacks the only file of a ZIP archive. The local file header has 30 bytes, and ends with the lengths of the file name and
/// of the extra field, which follow it (APPNOTE.TXT, 4.3.7).
fn read(file: &str) -> Option<Vec<u8>> {
    let archive = CHINESE_MODELS_DIRECTORY.get_file(file)?.contents();
    let length = |at: usize| Some(usize::from(u16::from_le_bytes([*archive.get(at)?, *archive.get(at + 1)?])));
    let packed = archive.get(30 + length(26)? + length(28)?..)?;
    let mut unpacked = Vec::new();
    DeflateDecoder::new(packed).read_to_end(&mut unpacked).ok()?;
    Some(unpacked)
}

impl Model {
    fn probabilities(&self) -> impl Iterator<Item = (&str, f64)> {
        self.ngrams.iter().flat_map(|(fraction, ngrams)| {
            let probability = fraction
                .split_once('/')
                .and_then(|(above, below)| Some(above.parse::<f64>().ok()? / below.parse::<f64>().ok()?));
            ngrams.split(' ').map(move |ngram| (ngram, probability.unwrap_or_default()))
        })
    }
}

impl Table {
    fn new(unigrams: &Model, bigrams: &Model) -> Self {
        let mut table = Self::default();
        let mut counts: HashMap<char, f64> = HashMap::new();
        for (unigram, probability) in unigrams.probabilities() {
            let Some(c) = unigram.chars().next() else { continue };
            counts.insert(c, probability * CORPUS_SIZE);
            table.characters.entry(simplified(c)).or_default().count += probability * CORPUS_SIZE;
        }
        for (bigram, probability) in bigrams.probabilities() {
            let mut characters = bigram.chars();
            let (Some(first), Some(second)) = (characters.next(), characters.next()) else { continue };
            let count = (probability * counts.get(&first).copied().unwrap_or_default()).round();
            let (first, second) = (simplified(first), simplified(second));
            let character = table.characters.entry(first).or_default();
            character.as_first += count;
            character.followers += 1.0;
            table.characters.entry(second).or_default().as_second += count;
            if count >= MIN_PAIR_COUNT {
                table.pairs.push((pair(first, second), count as f32));
            }
        }
        table.pairs.sort_unstable_by_key(|(pair, _)| *pair);
        table.pairs.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0.0 };
            same
        });
        table.runs = table.characters.values().map(|character| character.initial_count()).sum();
        table
    }

    fn character(&self, c: char) -> Character {
        self.characters.get(&c).copied().unwrap_or_default()
    }

    fn pair_count(&self, first: char, second: char) -> f64 {
        let found = self.pairs.binary_search_by_key(&pair(first, second), |(pair, _)| *pair);
        found.map_or(0.0, |index| f64::from(self.pairs[index].1))
    }
}

impl Character {
    /// How often it begins a run of Chinese characters, smoothed.
    fn initial_count(self) -> f64 {
        (self.count - self.as_second).max(0.0) + INITIAL_SMOOTHING * self.count
    }
}

/// Two characters, packed. GBK has no characters beyond the basic multilingual plane, so these all become 0.
fn pair(first: char, second: char) -> u32 {
    let half = |c: char| u32::from(u16::try_from(u32::from(c)).unwrap_or_default());
    half(first) << 16 | half(second)
}

/// Unigram probability of a character.
pub(super) fn probability(c: char) -> f64 {
    (TABLE.character(c).count + 0.5) / CORPUS_SIZE
}

/// Conditional probability of a character after another one, smoothed with the given unigram probability.
pub(super) fn probability_after(last: char, c: char, backoff: f64) -> f64 {
    let before = TABLE.character(last);
    let all = before.count.max(before.as_first) + 1.0;
    let unseen = (DISCOUNT * before.followers + 1.0) / all;
    (TABLE.pair_count(last, c) - DISCOUNT).max(0.0) / all + unseen * backoff
}

/// Probability of a character at the beginning of a run, after punctuation.
pub(super) fn initial_probability(c: char) -> f64 {
    (TABLE.character(c).initial_count() + 0.1) / (TABLE.runs + 1.0)
}

/// How much likelier punctuation is after this character than after any.
pub(super) fn end_ratio(last: char) -> f64 {
    let before = TABLE.character(last);
    let ends = (before.count - before.as_first).max(0.0);
    (ends + 1.0) / (before.count + 1.0 / MEAN_END_SHARE) / MEAN_END_SHARE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_of_chinese() {
        let after = |last, c| probability_after(last, c, probability(c));
        assert!(probability('的') > 0.02 && probability('的') < 0.1);
        assert!(after('垮', '塌') > 100.0 * probability('塌'));
        assert!(after('塌', '垮') < after('垮', '塌') / 10.0);
        assert!(after('〇', '学') > 0.0, "whatever comes before");
    }

    #[test]
    fn some_characters_begin_runs_and_others_end_them() {
        assert!(initial_probability('但') > 10.0 * initial_probability('们'));
        assert!(end_ratio('了') > 4.0 * end_ratio('但'));
    }
}
