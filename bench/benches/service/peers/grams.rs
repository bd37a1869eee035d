//! The pieces of a folded text that indexes list: characters, and pairs of neighbours. None spans two items of a text.

use std::collections::BTreeSet;

/// The items of a text in the form in which the store keeps it.
pub fn items(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(['\t', '\n']).filter(|item| !item.is_empty())
}

/// The pairs of neighbours, in order, those that repeat as well.
pub fn pairs(item: &str) -> impl Iterator<Item = &str> {
    let next = item.char_indices().skip(1);
    let behind = item.char_indices().skip(2).map(|(at, _)| at).chain([item.len()]);
    let starts = item.char_indices().map(|(at, _)| at);
    starts.zip(next).zip(behind).map(|((start, _), end)| &item[start..end])
}

pub fn characters(item: &str) -> impl Iterator<Item = &str> {
    item.char_indices().map(|(at, character)| &item[at..at + character.len_utf8()])
}

/// Each character and each pair of a text, once.
pub fn distinct(folded: &str) -> BTreeSet<&str> {
    items(folded).flat_map(|item| characters(item).chain(pairs(item))).collect()
}

/// The pieces that every text with this word has: a word of one or two characters is one itself.
pub fn of_word(word: &str) -> Vec<&str> {
    if word.chars().nth(1).is_none() { vec![word] } else { pairs(word).collect() }
}

/// Whether an index that lists these pieces knows without the text which articles have this word.
pub fn is_listed(word: &str) -> bool {
    word.chars().nth(2).is_none()
}
