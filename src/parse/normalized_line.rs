//! A line normalized character by character to Simplified, half-width, lower case, for matching against the lexicon.
//!
//! Owns this normalization. Unlike the folding of [`crate::text`], it maps each character to one character, so that positions
//! in the normalized line are positions in the line. It also keeps white space between Han characters, which separates names.

use std::ops::Range;

use crate::text::{is_han, to_simplified};

/// The beginning of a line, normalized.
pub(super) struct NormalizedLine<'a> {
    text: &'a str,
    pub chars: Vec<char>,
    /// The byte offset of each character in `text`, and the end of the last one.
    offsets: Vec<usize>,
}

impl<'a> NormalizedLine<'a> {
    /// Normalizes at most the first `at_most` characters: rules match near the beginning of a line.
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

    /// The byte offset of a character.
    pub(super) fn byte(&self, index: usize) -> usize {
        self.offsets.get(index).or(self.offsets.last()).copied().unwrap_or_default()
    }

    /// A range of the original line.
    pub(super) fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(self.byte(range.start)..self.byte(range.end)).unwrap_or_default()
    }

    /// A range of the normalized line.
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

    /// The first of the words that matches at `index`, and its end. Lists have longer words before their prefixes.
    pub(super) fn word_at(&self, index: usize, words: &[&'static str]) -> Option<(&'static str, usize)> {
        words.iter().find(|word| self.starts_with(index, word)).map(|word| (*word, index + word.chars().count()))
    }

    /// The position of the first character from `index` on that is no white space.
    pub(super) fn skip_spaces(&self, index: usize) -> usize {
        let mut at = index;
        while self.at(at).is_some_and(|character| character == ' ') {
            at += 1;
        }
        at
    }

    /// The position after the bracketed group that opens at `index`, if it closes within `at_most` characters.
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

/// Normalizes one character: Simplified, half-width, lower case; `【】` and the like to `[]`, all white space to a space.
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
        '╱' | '∕' | '⁄' => '/',
        '•' | '‧' | '・' => '·',
        _ if character.is_whitespace() => ' ',
        _ if is_han(character) => to_simplified(character),
        _ => character.to_ascii_lowercase(),
    }
}

/// Normalizes a text.
pub(super) fn normalize_line(text: &str) -> String {
    text.chars().map(normalize_char).collect()
}

/// The first occurrence of a lexicon word in a text, in bytes of the original text.
pub(super) fn find_word(text: &str, word: &str) -> Option<Range<usize>> {
    text.char_indices().find_map(|(at, _)| Some(at..at + word_length(text.get(at..)?, word)?))
}

/// The length in bytes of the original text, if it begins with this lexicon word.
pub(super) fn word_length(text: &str, word: &str) -> Option<usize> {
    let mut own = text.char_indices();
    let begins = word.chars().all(|expected| own.next().is_some_and(|(_, own)| normalize_char(own) == expected));
    begins.then(|| own.offset())
}

/// Whether a text ends with one of these lexicon words.
pub(super) fn ends_in_any(text: &str, words: &[&str]) -> bool {
    let ends_in = |word: &&str| {
        let mut own = text.chars().rev();
        word.chars().rev().all(|expected| own.next().is_some_and(|own| normalize_char(own) == expected))
    };
    words.iter().any(ends_in)
}

/// Whether a text contains one of these lexicon words.
pub(super) fn holds_any(text: &str, words: &[&str]) -> bool {
    let seen = normalize_line(text);
    words.iter().any(|word| seen.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_character_maps_to_one() {
        let line = "【新聞】（記者　Ａ１）：";
        let view = NormalizedLine::of(line, 100);
        assert_eq!(view.chars.iter().collect::<String>(), "[新闻](记者 a1):");
        assert_eq!(view.slice(1..3), "新聞");
        assert_eq!(view.group_at(4, 20), Some(11));
        assert_eq!(view.group_at(4, 3), None);
    }
}
