//! Writes the table of the word code, `src/text/word_code/words.txt`, from jieba's dictionary:
//! `cargo run --example word_code -- PATH_OF/jieba-rs/src/data/dict.txt > words.txt`.
//!
//! The table is part of every store's format, so a changed table needs a new version of the code and a migration of the
//! stores. This is how it was made, not a step of the build.

use std::collections::{HashMap, HashSet};

use articled::text::to_traditional;

/// The tokens with codes of one byte, in addition to the most frequent Han characters.
const SHORT: &str = "0123456789.%-,:abcdefghijklmnopqrstuvwxyz，。、：；“”《》（）？！·";

/// The number of Han characters with codes of one byte. With 20 texts are 1 % to 3 % longer, with 100 2 %.
const SHORT_HAN: usize = 60;

/// Tokens that are no lines of the file: line feed and space, the first ones, and the other control characters, the last ones.
const IMPLIED_FIRST: usize = 2;
const IMPLIED_LAST: usize = 32;

/// The number of codes of two bytes: first bytes up to 253, and any second byte.
fn long_codes(short: usize) -> usize {
    (254 - short) * 256
}

/// The number of Han characters with a code of their own; the others are rarer than one in 100,000.
const HAN: usize = 6500;

/// The number of Traditional words.
const TRADITIONAL_WORDS: usize = 5000;

/// The longest word: its UTF-8 has to fit in 15 bytes.
const MAX_CHARS: usize = 5;

fn main() {
    let path = std::env::args().nth(1).expect("the path of jieba's dict.txt");
    let dictionary = std::fs::read_to_string(path).expect("a readable file");
    let is_plain = |word: &str| word.chars().all(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c));
    let words: Vec<(&str, u64)> = dictionary
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(word, _)| is_plain(word))
        .map(|(word, rest)| (word, rest.split(' ').next().and_then(|count| count.parse().ok()).unwrap_or(0)))
        .collect();
    let mut characters: HashMap<char, u64> = HashMap::new();
    for (word, count) in &words {
        for c in word.chars() {
            *characters.entry(c).or_default() += count;
        }
    }
    let mut characters: Vec<(char, u64)> = characters.into_iter().collect();
    characters.sort_by_key(|&(c, count)| (std::cmp::Reverse(count), c));
    let by_count: Vec<char> = characters.iter().take(HAN).map(|&(c, _)| c).collect();

    let mut tokens: Vec<String> = SHORT.chars().map(String::from).collect();
    tokens.extend(by_count.iter().take(SHORT_HAN).map(|c| c.to_string()));
    let short = tokens.len() + IMPLIED_FIRST;
    let mut known: HashSet<String> = tokens.iter().cloned().collect();
    known.extend(["\n", " "].map(String::from));
    let mut add = |token: String| {
        if tokens.len() + IMPLIED_FIRST + IMPLIED_LAST < short + long_codes(short) && known.insert(token.clone()) {
            tokens.push(token);
        }
    };
    (0x20..0x7F).filter_map(char::from_u32).for_each(|c| add(c.to_string()));
    "【】—…‘’「」『』〈〉〔〕％０１２３４５６７８９～／．－＂＋￥　℃°×".chars().for_each(|c| add(c.to_string()));
    by_count.iter().for_each(|&c| add(c.to_string()));
    by_count.iter().for_each(|&c| add(to_traditional(c).to_string()));

    // What a word saves: each character after the first would cost two bytes more.
    let saved = |word: &str, count: u64| count * (word.chars().count() as u64 - 1);
    let mut words: Vec<(&str, u64)> =
        words.into_iter().filter(|(word, _)| (2..=MAX_CHARS).contains(&word.chars().count())).collect();
    words.sort_by_key(|&(word, count)| (std::cmp::Reverse(saved(word, count)), word));
    let traditional = |word: &str| word.chars().map(to_traditional).collect::<String>();
    let traditional: Vec<String> = words
        .iter()
        .map(|(word, _)| (word, traditional(word)))
        .filter(|(word, form)| *word != form)
        .map(|(_, form)| form)
        .take(TRADITIONAL_WORDS)
        .collect();
    traditional.into_iter().for_each(&mut add);
    words.iter().for_each(|(word, _)| add((*word).to_owned()));
    print!("{}", include_str!("word_code/notice.txt"));
    println!("\n{}", tokens.join("\n"));
}
