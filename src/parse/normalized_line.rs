//! A line as the rules look at it: character by character, in one script, one width, one case.
//!
//! Not the folding of [`crate::text`]: that one drops white space between Han characters, which here tells names apart,
//! and joins characters. Here each character stays one, so that a rule's positions are positions in the line.

use std::ops::Range;

use crate::text::{is_han, to_simplified};

/// The head of a line, seen plainly.
pub(super) struct NormalizedLine<'a> {
    text: &'a str,
    pub chars: Vec<char>,
    /// Where each character begins in `text`, and where the last one ends.
    offsets: Vec<usize>,
}

impl<'a> NormalizedLine<'a> {
    /// Looks at no more than the first `at_most` characters: what a rule seeks stands near the start of its line.
    pub(super) fn of(text: &'a str, at_most: usize) -> Self {
        let expected = at_most.min(text.len());
        let mut chars = Vec::with_capacity(expected);
        let mut offsets = Vec::with_capacity(expected + 1);
        let mut end = 0;
        for (offset, character) in text.char_indices().take(at_most) {
            chars.push(normalize_char(character));
            offsets.push(offset);
            end = offset + character.len_utf8();
        }
        offsets.push(end);
        Self { text, chars, offsets }
    }

    pub(super) fn len(&self) -> usize {
        self.chars.len()
    }

    pub(super) fn at(&self, index: usize) -> Option<char> {
        self.chars.get(index).copied()
    }

    /// The byte at which a character of the line begins.
    pub(super) fn byte(&self, index: usize) -> usize {
        self.offsets.get(index).or(self.offsets.last()).copied().unwrap_or_default()
    }

    /// A stretch of the line as it is written.
    pub(super) fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(self.byte(range.start)..self.byte(range.end)).unwrap_or_default()
    }

    /// A stretch as the rules see it.
    pub(super) fn seen(&self, range: Range<usize>) -> &[char] {
        self.chars.get(range.start.min(self.len())..range.end.min(self.len())).unwrap_or_default()
    }

    pub(super) fn starts_with(&self, index: usize, word: &str) -> bool {
        let mut at = index;
        word.chars().all(|character| {
            at += 1;
            self.at(at - 1) == Some(character)
        })
    }

    /// The first of the words that stands at `index`: where it ends. The longest words of a table come first in it.
    pub(super) fn word_at(&self, index: usize, words: &[&'static str]) -> Option<(&'static str, usize)> {
        words.iter().find(|word| self.starts_with(index, word)).map(|word| (*word, index + word.chars().count()))
    }

    /// The first character from `index` on that is no white space.
    pub(super) fn skip_spaces(&self, index: usize) -> usize {
        let mut at = index;
        while self.at(at).is_some_and(|character| character == ' ') {
            at += 1;
        }
        at
    }

    /// The end of the bracketed group that opens at `index`, past its closing bracket, if it closes within `at_most`
    /// characters.
    pub(super) fn group_at(&self, index: usize, at_most: usize) -> Option<usize> {
        let close = closing(self.at(index)?)?;
        let mut depth = 0_usize;
        for at in index..self.len().min(index + at_most) {
            let character = self.at(at)?;
            if character == close {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            } else if Some(character) == self.at(index) {
                depth += 1;
            }
        }
        None
    }
}

fn closing(open: char) -> Option<char> {
    match open {
        '(' => Some(')'),
        '[' => Some(']'),
        _ => None,
    }
}

/// One character as the rules see it: Simplified, half-width, lower case; brackets of headlines as `[` and `]`, every
/// space a space.
pub(super) fn normalize_char(character: char) -> char {
    match character {
        '\u{FF01}'..='\u{FF5E}' => {
            let half = u32::from(character) - 0xFEE0;
            char::from_u32(half).map_or(character, |half| half.to_ascii_lowercase())
        }
        '【' | '〔' | '〖' => '[',
        '】' | '〕' | '〗' => ']',
        '﹕' | '︰' | '∶' => ':',
        '–' | '—' | '―' | '─' | '━' => '—',
        '•' | '‧' | '・' => '·',
        _ if character.is_whitespace() => ' ',
        _ if is_han(character) => to_simplified(character),
        _ => character.to_ascii_lowercase(),
    }
}

/// A short text as the rules see it.
pub(super) fn normalize_line(text: &str) -> String {
    text.chars().map(normalize_char).collect()
}

/// Where a word of the lexicon first stands in a text, in bytes of the text as it is written.
pub(super) fn find_word(text: &str, word: &str) -> Option<Range<usize>> {
    text.char_indices().find_map(|(at, _)| Some(at..at + word_length(text.get(at..)?, word)?))
}

/// The bytes of the word of the lexicon that a text begins with, as the text writes it.
pub(super) fn word_length(text: &str, word: &str) -> Option<usize> {
    let mut own = text.char_indices();
    let begins = word.chars().all(|expected| own.next().is_some_and(|(_, own)| normalize_char(own) == expected));
    begins.then(|| own.offset())
}

/// Whether a text ends in one of the words of a list of the lexicon.
pub(super) fn ends_in_any(text: &str, words: &[&str]) -> bool {
    let ends_in = |word: &&str| {
        let mut own = text.chars().rev();
        word.chars().rev().all(|expected| own.next().is_some_and(|own| normalize_char(own) == expected))
    };
    words.iter().any(ends_in)
}

/// Whether a text holds one of the words of a list of the lexicon.
pub(super) fn holds_any(text: &str, words: &[&str]) -> bool {
    let seen = normalize_line(text);
    words.iter().any(|word| seen.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_stays_one() {
        let line = "【新聞】（記者　Ａ１）：";
        let view = NormalizedLine::of(line, 100);
        assert_eq!(view.chars.iter().collect::<String>(), "[新闻](记者 a1):");
        assert_eq!(view.slice(1..3), "新聞");
        assert_eq!(view.group_at(4, 20), Some(11));
        assert_eq!(view.group_at(4, 3), None);
    }
}
