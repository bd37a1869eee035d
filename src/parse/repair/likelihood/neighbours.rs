//! Which characters stand beside which in Chinese prose: what tells words that are alike in frequency from each other, and knows
//! those that no dictionary has.
//!
//! Owns the table. Refuses words, and which sign it is that stands beside a character.

use std::collections::HashMap;
use std::io::Read;
use std::sync::LazyLock;

use flate2::read::DeflateDecoder;
use lingua_chinese_language_model::CHINESE_MODELS_DIRECTORY;
use serde::Deserialize;

use crate::parse::repair::script::simplified;

/// How many characters the model was counted on: the denominator of its rarest ones.
const COUNTED_ON: f64 = 46_955_554.0;

/// Pairs that were seen only once are mostly chance, and as many as all the others.
const LEAST_OFTEN: f64 = 2.0;

/// What is taken off how often a pair was seen and given to those that were not, as in Kneser and Ney's smoothing.
const TAKEN_OFF: f64 = 0.75;

/// Of the occurrences of a character at the begin of a stretch of characters, how many are errors of the count.
const BY_CHANCE: f64 = 0.02;

/// How often a character stands before a sign, as a share of all.
const USUAL_END: f64 = 0.13;

/// Both scripts' forms of a character are one.
#[derive(Default)]
struct Table {
    characters: HashMap<char, Character>,
    /// Two characters in a row and how often, in order.
    pairs: Vec<(u32, f32)>,
    /// How often any character begins a stretch.
    begun: f64,
}

#[derive(Clone, Copy, Default)]
struct Character {
    times: f64,
    /// How often a character follows, and not a sign or an end.
    followed: f64,
    /// By how many different ones.
    by: f64,
    /// How often it follows a character.
    following: f64,
}

/// Fractions in lowest terms, each with all the runs of characters that have this share, among characters that follow the same one.
#[derive(Default, Deserialize)]
struct Model {
    ngrams: HashMap<String, String>,
}

// The model is compiled into its crate. If it were ever broken, no character would be likelier than another.
static TABLE: LazyLock<Table> = LazyLock::new(|| Table::new(&model("unigrams.json.zip"), &model("bigrams.json.zip")));

fn model(file: &str) -> Model {
    read(file).and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default()
}

/// Unpacks the only file of an archive. Its local header has 30 bytes, which end in the lengths of the two fields that follow
/// (APPNOTE.TXT of the ZIP format, 4.3.7).
fn read(file: &str) -> Option<Vec<u8>> {
    let archive = CHINESE_MODELS_DIRECTORY.get_file(file)?.contents();
    let length = |at: usize| Some(usize::from(u16::from_le_bytes([*archive.get(at)?, *archive.get(at + 1)?])));
    let packed = archive.get(30 + length(26)? + length(28)?..)?;
    let mut unpacked = Vec::new();
    DeflateDecoder::new(packed).read_to_end(&mut unpacked).ok()?;
    Some(unpacked)
}

impl Model {
    fn shares(&self) -> impl Iterator<Item = (&str, f64)> {
        self.ngrams.iter().flat_map(|(fraction, runs)| {
            let share = fraction
                .split_once('/')
                .and_then(|(above, below)| Some(above.parse::<f64>().ok()? / below.parse::<f64>().ok()?));
            runs.split(' ').map(move |run| (run, share.unwrap_or_default()))
        })
    }
}

impl Table {
    fn new(singles: &Model, pairs: &Model) -> Self {
        let mut table = Self::default();
        let mut times: HashMap<char, f64> = HashMap::new();
        for (run, share) in singles.shares() {
            let Some(c) = run.chars().next() else { continue };
            times.insert(c, share * COUNTED_ON);
            table.characters.entry(simplified(c)).or_default().times += share * COUNTED_ON;
        }
        for (run, share) in pairs.shares() {
            let mut characters = run.chars();
            let (Some(first), Some(second)) = (characters.next(), characters.next()) else { continue };
            let times = (share * times.get(&first).copied().unwrap_or_default()).round();
            let (first, second) = (simplified(first), simplified(second));
            let character = table.characters.entry(first).or_default();
            character.followed += times;
            character.by += 1.0;
            table.characters.entry(second).or_default().following += times;
            if times >= LEAST_OFTEN {
                table.pairs.push((pair(first, second), times as f32));
            }
        }
        table.pairs.sort_unstable_by_key(|(pair, _)| *pair);
        table.pairs.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0.0 };
            same
        });
        table.begun = table.characters.values().map(|character| character.begins()).sum();
        table
    }

    fn character(&self, c: char) -> Character {
        self.characters.get(&c).copied().unwrap_or_default()
    }

    fn times(&self, first: char, second: char) -> f64 {
        let found = self.pairs.binary_search_by_key(&pair(first, second), |(pair, _)| *pair);
        found.map_or(0.0, |place| f64::from(self.pairs[place].1))
    }
}

impl Character {
    fn begins(self) -> f64 {
        (self.times - self.following).max(0.0) + BY_CHANCE * self.times
    }
}

/// Two characters, packed. Those beyond the first plane, which GBK does not have, are all one.
fn pair(first: char, second: char) -> u32 {
    let half = |c: char| u32::from(u16::try_from(u32::from(c)).unwrap_or_default());
    half(first) << 16 | half(second)
}

/// The share of a character among all.
pub(super) fn share(c: char) -> f64 {
    (TABLE.character(c).times + 0.5) / COUNTED_ON
}

/// The share of a character among those that follow another one, if its share among all is as given.
pub(super) fn share_after(last: char, c: char, share: f64) -> f64 {
    let before = TABLE.character(last);
    let all = before.times.max(before.followed) + 1.0;
    let unseen = (TAKEN_OFF * before.by + 1.0) / all;
    (TABLE.times(last, c) - TAKEN_OFF).max(0.0) / all + unseen * share
}

/// The share of a character among those that follow a sign.
pub(super) fn share_of_begin(c: char) -> f64 {
    (TABLE.character(c).begins() + 0.1) / (TABLE.begun + 1.0)
}

/// How much likelier a sign is after this character than after others.
pub(super) fn likelier_end(last: char) -> f64 {
    let before = TABLE.character(last);
    let ends = (before.times - before.followed).max(0.0);
    (ends + 1.0) / (before.times + 1.0 / USUAL_END) / USUAL_END
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_of_chinese() {
        assert!(share('的') > 0.02 && share('的') < 0.1);
        assert!(share_after('垮', '塌', share('塌')) > 100.0 * share('塌'));
        assert!(share_after('塌', '垮', share('垮')) < share_after('垮', '塌', share('塌')) / 10.0);
        assert!(share_after('〇', '学', share('学')) > 0.0, "whatever stands before");
    }

    #[test]
    fn some_characters_lean_on_others() {
        assert!(share_of_begin('但') > 10.0 * share_of_begin('们'));
        assert!(likelier_end('了') > 4.0 * likelier_end('但'));
    }
}
