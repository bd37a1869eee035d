//! The grams of a folded text: characters, and pairs of adjacent ones. None spans two texts of an article.

use std::collections::BTreeSet;

/// The texts of an article in the store's format.
pub fn items(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(['\t', '\n']).filter(|item| !item.is_empty())
}

/// The pairs of adjacent characters, in order, with repetitions.
pub fn pairs(item: &str) -> impl Iterator<Item = &str> {
    let next = item.char_indices().skip(1);
    let behind = item.char_indices().skip(2).map(|(at, _)| at).chain([item.len()]);
    let starts = item.char_indices().map(|(at, _)| at);
    starts.zip(next).zip(behind).map(|((start, _), end)| &item[start..end])
}

pub fn characters(item: &str) -> impl Iterator<Item = &str> {
    item.char_indices().map(|(at, character)| &item[at..at + character.len_utf8()])
}

/// The distinct characters and pairs of a text.
pub fn distinct(folded: &str) -> BTreeSet<&str> {
    items(folded).flat_map(|item| characters(item).chain(pairs(item))).collect()
}

/// The grams that every text with this word contains. A word of one or two characters is a gram itself.
pub fn of_word(word: &str) -> Vec<&str> {
    if word.chars().nth(1).is_none() { vec![word] } else { pairs(word).collect() }
}

/// Whether an index of these grams is exact for this word, without verification on the text.
pub fn is_listed(word: &str) -> bool {
    word.chars().nth(2).is_none()
}
