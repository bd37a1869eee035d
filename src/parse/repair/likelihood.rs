//! Language model for Chinese text: words of jieba's dictionary and of the page itself, and character bigrams.
//!
//! Owns the score that ranks hypotheses about damaged bytes. Does not know what the damage is.

mod bigrams;
mod page_ngrams;
mod punctuation;

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

pub(super) use self::page_ngrams::PageNgrams;
use super::script::simplified;
use crate::text::dictionary;
use crate::text::is_han;

/// The longest word that is looked up, in characters. Nearly all words of the dictionary have at most four.
const LONGEST_WORD: usize = 4;

/// The logarithm of the sum of all frequencies in jieba's dictionary, which has some 60 million.
const LOG_TOTAL: f64 = 17.9;

/// The log likelihood of a text that grows by one character at a time: of its best segmentation into words, plus that of its
/// character bigrams.
#[derive(Clone, Debug)]
pub(super) struct Likelihood {
    /// The last characters, in simplified form, oldest first.
    tail: [char; LONGEST_WORD],
    /// Log likelihood of the best segmentation up to each character boundary of the tail.
    word_logs: [f64; LONGEST_WORD + 1],
    /// Log likelihood of the bigrams, and of other evidence.
    pair_log: f64,
    /// How many characters of the tail, from the end, are certain. Starts at the length of the tail.
    certain: usize,
}

/// Weight of the bigram model relative to the word model. The two are correlated, so that with a weight of 1 the score would be
/// overconfident. Tuned on synthetically damaged texts, where each value from 0.4 to 0.7 works.
const BIGRAM_WEIGHT: f64 = 0.5;

impl Default for Likelihood {
    fn default() -> Self {
        Self { tail: ['\n'; LONGEST_WORD], word_logs: [0.0; LONGEST_WORD + 1], pair_log: 0.0, certain: LONGEST_WORD }
    }
}

impl Likelihood {
    /// The natural logarithm of the likelihood so far.
    pub(super) fn log(&self) -> f64 {
        self.word_log() + self.pair_log
    }

    fn word_log(&self) -> f64 {
        self.word_logs[LONGEST_WORD]
    }

    /// The same text with `log` added for other evidence.
    #[must_use]
    pub(super) fn plus(mut self, log: f64) -> Self {
        self.pair_log += log;
        self
    }

    /// The text with one more character, which is uncertain.
    #[must_use]
    pub(super) fn with(&self, c: char, words: &mut Words<'_>) -> Self {
        self.followed_by(c, 0, words)
    }

    /// The text with one more character, which is certain.
    #[must_use]
    pub(super) fn with_known(&self, c: char, words: &mut Words<'_>) -> Self {
        self.followed_by(c, self.certain.saturating_add(1), words)
    }

    /// The text with one more character that cannot be recovered, of the given log probability.
    #[must_use]
    pub(super) fn with_lost(&self, log: f64) -> Self {
        let mut next = self.shifted('?', 0);
        next.word_logs[LONGEST_WORD] = self.word_log() + log;
        next
    }

    fn followed_by(&self, c: char, certain: usize, words: &mut Words<'_>) -> Self {
        let last = self.tail[LONGEST_WORD - 1];
        let mut next = self.shifted(simplified(c), certain);
        let pair_log = if is_han(c) {
            next.word_logs[LONGEST_WORD] = next.best_segmentation(words);
            // The page's counts already contain certain characters, which must not count as evidence for themselves.
            words.pair_log(last, simplified(c), certain < 2)
        } else {
            let log = punctuation::log(&self.tail, c);
            next.word_logs[LONGEST_WORD] = self.word_log() + log;
            log + end_log(last)
        };
        next.pair_log += BIGRAM_WEIGHT * pair_log;
        if certain == 0 {
            next.pair_log += words.page.pronoun_log(simplified(c));
        }
        next
    }

    fn shifted(&self, c: char, certain: usize) -> Self {
        let mut next = self.clone();
        next.certain = certain;
        next.tail.rotate_left(1);
        next.tail[LONGEST_WORD - 1] = c;
        next.word_logs.rotate_left(1);
        next
    }

    /// Viterbi step: the best log likelihood over all last words that end at the tail's end.
    fn best_segmentation(&self, words: &mut Words<'_>) -> f64 {
        let mut likeliest = f64::NEG_INFINITY;
        for length in 1..=LONGEST_WORD {
            let first = LONGEST_WORD - length;
            let word = &self.tail[first..];
            if !is_han(word[0]) {
                break;
            }
            // As for bigrams, the page's counts apply only to words with an uncertain character.
            likeliest = likeliest.max(self.word_logs[first] + words.log(word, length > self.certain));
        }
        likeliest
    }
}

/// An n-gram of up to four characters, packed. GBK has no characters beyond the basic multilingual plane, so these all become
/// 0.
type Ngram = u64;

fn ngram(characters: &[char]) -> Ngram {
    characters.iter().fold(0, |packed, c| packed << 16 | u64::from(u16::try_from(u32::from(*c)).unwrap_or_default()))
}

/// A search does millions of lookups, so the hash must be fast. It need not resist collision attacks: the search's step limit
/// bounds the number of lookups.
type NgramMap<T> = HashMap<Ngram, T, BuildHasherDefault<NgramHasher>>;

#[derive(Default)]
struct NgramHasher(u64);

impl Hasher for NgramHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    /// Fibonacci hashing (Knuth): the factor is 2⁶⁴ divided by the golden ratio. The shifts make each input bit affect the high
    /// and the low bits of the hash.
    fn write_u64(&mut self, packed: u64) {
        let mixed = (self.0 ^ packed ^ packed >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ mixed >> 32;
    }
}

/// Log probabilities of words and bigrams, cached because a search looks up the same ones again and again.
pub(super) struct Words<'a> {
    page: &'a PageNgrams,
    /// By the dictionary alone, and interpolated with the page's counts.
    word_logs: NgramMap<[f64; 2]>,
    /// By the bigram table alone, and interpolated with the page's counts.
    pair_logs: NgramMap<[f64; 2]>,
}

/// Interpolation weight of the page's own words and bigrams against the dictionary and the bigram table.
const PAGE_WEIGHT: f64 = 0.2;

/// Interpolation weight of the page's own character frequencies, whatever the character before.
const PAGE_CHARACTER_WEIGHT: f64 = 0.06;

impl<'a> Words<'a> {
    pub(super) fn new(page: &'a PageNgrams) -> Self {
        Self { page, word_logs: NgramMap::default(), pair_logs: NgramMap::default() }
    }

    fn log(&mut self, word: &[char], use_page: bool) -> f64 {
        let page = self.page;
        let logs = self.word_logs.entry(ngram(word)).or_insert_with(|| {
            let log = word_log(word);
            let on_page = PAGE_WEIGHT * page.word_frequency(word);
            [log, (log.exp() * (1.0 - PAGE_WEIGHT) + on_page).ln()]
        });
        logs[usize::from(use_page)]
    }

    /// Log probability of a character after another one, or after punctuation.
    fn pair_log(&mut self, last: char, c: char, use_page: bool) -> f64 {
        let page = self.page;
        let logs = self.pair_logs.entry(ngram(&[last, c])).or_insert_with(|| {
            if !is_han(last) {
                let log = bigrams::initial_probability(c).ln();
                return [log; 2];
            }
            let general = bigrams::probability(c);
            let here = general + PAGE_CHARACTER_WEIGHT * (page.character_frequency(c) - general);
            let [log, after] = [general, here].map(|backoff| bigrams::probability_after(last, c, backoff));
            let after = after + PAGE_WEIGHT * (page.frequency_after(last, c) - after);
            [log.ln(), after.ln()]
        });
        logs[usize::from(use_page)]
    }
}

/// Log ratio (natural): how much likelier punctuation is after this character than after any.
fn end_log(last: char) -> f64 {
    if is_han(last) { bigrams::end_ratio(last).ln() } else { 0.0 }
}

/// Approximate frequency of 的 among the words and punctuation of Chinese prose. The dictionary's frequency is eight times too
/// low.
const DE_FREQUENCY: f64 = 0.04;

fn word_log(word: &[char]) -> f64 {
    if word == ['的'] {
        return DE_FREQUENCY.ln();
    }
    let mut log = dictionary_log(word);
    if let Some(position) = word.iter().position(|c| *c == '着') {
        // `simplified` maps 著 to 着, and the dictionary has words with either.
        let mut other = word.to_vec();
        other[position] = '著';
        log = log.max(dictionary_log(&other));
    }
    if NEWS_PHRASES.contains(&ngram(word)) {
        log = log.max(NEWS_PHRASE_FREQUENCY.ln());
    }
    // A single character that is no word scores below the rarest word.
    if word.len() == 1 { log.max(-LOG_TOTAL - 2.0) } else { log }
}

fn dictionary_log(word: &[char]) -> f64 {
    // A character takes at most four bytes in UTF-8.
    let mut buffer = [0; 4 * LONGEST_WORD];
    let mut end = 0;
    for c in word {
        end += c.encode_utf8(&mut buffer[end..]).len();
    }
    let Ok(word) = std::str::from_utf8(&buffer[..end]) else { return f64::NEG_INFINITY };
    let jieba = dictionary();
    if !jieba.has_word(word) {
        return f64::NEG_INFINITY;
    }
    // The word's own frequency, or the one that its parts suggest, if that is higher.
    (jieba.suggest_freq(word) as f64).max(1.0).ln() - LOG_TOTAL
}

/// Approximate frequency of each of the news phrases.
const NEWS_PHRASE_FREQUENCY: f64 = 0.000_05;

static NEWS_PHRASES: LazyLock<HashSet<Ngram>> = LazyLock::new(|| {
    NEWS_PHRASE_LIST.split_whitespace().map(|word| ngram(&word.chars().collect::<Vec<_>>())).collect()
});

/// Words and phrases of news that the dictionary lacks, or has as rare.
const NEWS_PHRASE_LIST: &str = "\
    本台 本报 本网 本刊 本社 本台记者 本报记者 据悉 另据 据了解 据介绍 据统计 据报道 下拨 拨付 截至 截止 日前 近日 近期 近年来 今年以来 \
    当地时间 北京时间 当天 当晚 当日 次日 日电 日讯 责编 编辑 记者 摄 供图 图为 更多 更好 更大 更加 更高 还有 还要 还将 还是 仍将 仍有 \
    将于 将在 将会 将对 即将 并将 也将 也是 也有 都是 都有 就是 就要 不是 而是 只有 只要 这是 这一 这个 这种 这次 这里 那里 每个 每年 \
    全体 全年 全省 全市 全县 全镇 全村 全区 三项 两项 多项 各项 一项 三年 两年 多年 多次 多人 两国 双方 各方 我方 中方 美方 俄方 日方 \
    第一要务 共同努力 努力推动 前景光明 与会 出席 会见 会谈 访华 访美 率团 致电 致辞 致信 讲话 指示 批示 部署 评论员文章 \
    通车 开通 开工 竣工 投产 试运行 启动仪式 新闻发布会 发布会 座谈会 工作会议 党组 党委 党支部 两会 代表团 副主席 副总理 副部长 \
    国务委员 委员长 副委员长 秘书长 总书记 国家主席 总统 首相 总理 外长 防长 发言人 负责人 有关部门 各界 群众 干部群众";

#[cfg(test)]
mod tests {
    use super::*;

    fn log(text: &str) -> f64 {
        let page = PageNgrams::default();
        let mut words = Words::new(&page);
        text.chars().fold(Likelihood::default(), |so_far, c| so_far.with(c, &mut words)).log()
    }

    #[test]
    fn sense_is_likelier_than_nonsense_in_either_script() {
        assert!(log("發展營造良好環境") > log("發展?I造良好環境") + 3.0);
        assert!(log("當地已組織") > log("當匾呀織組") + 8.0);
        assert!((log("学习") - log("學習")).abs() < 1e-9);
    }
}
