//! How likely a stretch of Chinese is, by the words of jieba's dictionary and of the page itself, and by which characters stand
//! side by side.
//!
//! Owns the score that chooses between readings of damaged bytes. Refuses to know what the damage is.

mod neighbours;
mod page;
mod signs;

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

pub(super) use self::page::PageRuns;
use super::script::simplified;
use crate::text::dictionary;
use crate::text::is_han;

/// The words that are looked for have at most this many characters; four hold nearly all of the dictionary.
const LONGEST_WORD: usize = 4;

/// The logarithm of the sum of all frequencies in jieba's dictionary, which has some 60 million.
const LOG_TOTAL: f64 = 17.9;

/// The likelihood of a text that grows by a character at a time: of the likeliest way to cut it into words, and of its
/// characters side by side.
#[derive(Clone, Debug)]
pub(super) struct Likelihood {
    /// The last characters, in simplified form, oldest first.
    tail: [char; LONGEST_WORD],
    /// The logarithms by words up to before each character of the tail, and at the end.
    before: [f64; LONGEST_WORD + 1],
    /// The logarithm by the characters that stand side by side.
    beside: f64,
    /// How many characters ago the last one stood that is not known for certain.
    known: usize,
}

/// What characters side by side say counts so much beside what words say. The two say much the same, so that each would be
/// too sure of itself if both counted in full. Found on texts that were damaged for the purpose, where all from 0.4 to 0.7 does.
const WEIGHT_OF_NEIGHBOURS: f64 = 0.5;

impl Default for Likelihood {
    fn default() -> Self {
        Self { tail: ['\n'; LONGEST_WORD], before: [0.0; LONGEST_WORD + 1], beside: 0.0, known: LONGEST_WORD }
    }
}

impl Likelihood {
    /// The natural logarithm of the likelihood so far.
    pub(super) fn log(&self) -> f64 {
        self.log_of_words() + self.beside
    }

    fn log_of_words(&self) -> f64 {
        self.before[LONGEST_WORD]
    }

    /// The same text, likelier by what other evidence says.
    #[must_use]
    pub(super) fn plus(mut self, log: f64) -> Self {
        self.beside += log;
        self
    }

    /// The same text with one more character, which is one of several possible.
    #[must_use]
    pub(super) fn with(&self, c: char, words: &mut Words<'_>) -> Self {
        self.followed_by(c, 0, words)
    }

    /// The same text with one more character, of which there is no doubt.
    #[must_use]
    pub(super) fn with_known(&self, c: char, words: &mut Words<'_>) -> Self {
        self.followed_by(c, self.known.saturating_add(1), words)
    }

    /// The same text with one more character that nobody knows.
    #[must_use]
    pub(super) fn with_lost(&self, log: f64) -> Self {
        let mut next = self.moved_on('?', 0);
        next.before[LONGEST_WORD] = self.log_of_words() + log;
        next
    }

    fn followed_by(&self, c: char, known: usize, words: &mut Words<'_>) -> Self {
        let last = self.tail[LONGEST_WORD - 1];
        let mut next = self.moved_on(simplified(c), known);
        let beside = if is_han(c) {
            next.before[LONGEST_WORD] = next.likeliest_cut(words);
            // What is known for certain does not bear witness to itself.
            words.log_beside(last, simplified(c), known < 2)
        } else {
            let log = signs::log(&self.tail, c);
            next.before[LONGEST_WORD] = self.log_of_words() + log;
            log + log_of_end(last)
        };
        next.beside += WEIGHT_OF_NEIGHBOURS * beside;
        if known == 0 {
            next.beside += words.page.log_of_pronoun(simplified(c));
        }
        next
    }

    fn moved_on(&self, c: char, known: usize) -> Self {
        let mut next = self.clone();
        next.known = known;
        next.tail.rotate_left(1);
        next.tail[LONGEST_WORD - 1] = c;
        next.before.rotate_left(1);
        next
    }

    fn likeliest_cut(&self, words: &mut Words<'_>) -> f64 {
        let mut likeliest = f64::NEG_INFINITY;
        for length in 1..=LONGEST_WORD {
            let first = LONGEST_WORD - length;
            let word = &self.tail[first..];
            if !is_han(word[0]) {
                break;
            }
            // What is known for certain does not bear witness to itself.
            likeliest = likeliest.max(self.before[first] + words.log(word, length > self.known));
        }
        likeliest
    }
}

/// Up to four characters in a row, packed. Those beyond the first plane, which GBK does not have, are all one.
type Run = u64;

fn run(characters: &[char]) -> Run {
    characters.iter().fold(0, |run, c| run << 16 | u64::from(u16::try_from(u32::from(*c)).unwrap_or_default()))
}

/// Runs are looked up by the million, so that the hash has to be quick. What is looked up is bounded by the search.
type Runs<T> = HashMap<Run, T, BuildHasherDefault<RunHasher>>;

#[derive(Default)]
struct RunHasher(u64);

impl Hasher for RunHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    /// Every bit of the run moves both ends of the hash. The factor is 2⁶⁴ divided by the golden ratio, as Knuth proposes.
    fn write_u64(&mut self, run: u64) {
        let mixed = (self.0 ^ run ^ run >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ mixed >> 32;
    }
}

/// The words that were looked up, as a search looks for the same ones again and again.
pub(super) struct Words<'a> {
    page: &'a PageRuns,
    /// In the dictionary, and there or on the page.
    known: Runs<[f64; 2]>,
    /// Characters after others: in general, and there or on the page.
    beside: Runs<[f64; 2]>,
}

/// The share of a page's words that are best told from the page itself, and not from the dictionary.
const SHARE_OF_PAGE: f64 = 0.2;

/// The share of a page's characters that are best told from how often the page has them, whatever stands before.
const SHARE_OF_PAGE_ALONE: f64 = 0.06;

impl<'a> Words<'a> {
    pub(super) fn new(page: &'a PageRuns) -> Self {
        Self { page, known: Runs::default(), beside: Runs::default() }
    }

    fn log(&mut self, word: &[char], ask_page: bool) -> f64 {
        let page = self.page;
        let logs = self.known.entry(run(word)).or_insert_with(|| {
            let log = log_of_word(word);
            let share = SHARE_OF_PAGE * page.share(word);
            [log, (log.exp() * (1.0 - SHARE_OF_PAGE) + share).ln()]
        });
        logs[usize::from(ask_page)]
    }

    /// The logarithm of the share of a character after another one, or after a sign.
    fn log_beside(&mut self, last: char, c: char, ask_page: bool) -> f64 {
        let page = self.page;
        let logs = self.beside.entry(run(&[last, c])).or_insert_with(|| {
            if !is_han(last) {
                let log = neighbours::share_of_begin(c).ln();
                return [log; 2];
            }
            let share = neighbours::share(c);
            let here = share + SHARE_OF_PAGE_ALONE * (page.share_of_character(c) - share);
            let [log, after] = [share, here].map(|share| neighbours::share_after(last, c, share));
            let after = after + SHARE_OF_PAGE * (page.share_after(last, c) - after);
            [log.ln(), after.ln()]
        });
        logs[usize::from(ask_page)]
    }
}

/// How much likelier a sign is after a character than elsewhere, as a natural logarithm.
fn log_of_end(last: char) -> f64 {
    if is_han(last) { neighbours::likelier_end(last).ln() } else { 0.0 }
}

/// The share of 的 among the words and signs of Chinese prose, roughly. The dictionary has it eight times too rare.
const SHARE_OF_DE: f64 = 0.04;

fn log_of_word(word: &[char]) -> f64 {
    if word == ['的'] {
        return SHARE_OF_DE.ln();
    }
    let mut log = log_in_dictionary(word);
    if let Some(place) = word.iter().position(|c| *c == '着') {
        // Simplified, 著 is the one or the other.
        let mut other = word.to_vec();
        other[place] = '著';
        log = log.max(log_in_dictionary(&other));
    }
    if FORMULAS.contains(&run(word)) {
        log = log.max(SHARE_OF_FORMULA.ln());
    }
    // A character that is no word: rarer than the rarest word.
    if word.len() == 1 { log.max(-LOG_TOTAL - 2.0) } else { log }
}

fn log_in_dictionary(word: &[char]) -> f64 {
    // No character of the dictionary has more than four bytes.
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
    // A word's own frequency, or what its parts suggest, if that is more.
    (jieba.suggest_freq(word) as f64).max(1.0).ln() - LOG_TOTAL
}

/// The share of one of the formulas, roughly.
const SHARE_OF_FORMULA: f64 = 0.000_05;

static FORMULAS: LazyLock<HashSet<Run>> =
    LazyLock::new(|| FORMULA_LIST.split_whitespace().map(|word| run(&word.chars().collect::<Vec<_>>())).collect());

/// Words of the news that the dictionary does not have, or knows as rare.
const FORMULA_LIST: &str = "\
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
        let page = PageRuns::default();
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
