//! Repairs GBK byte pairs that inserted pinyin split: `發展?fàn)I造` → 發展營造.
//!
//! The mirror searched the page's GBK bytes for the two bytes of a listed character, and ignored character boundaries. In
//! `ab cd`, with the listed character at `bc`, it wrote `ab c(fàn)d …`. The decoder read `ab` correctly, printed `?` for the
//! invalid pair `c(`, and then read the bytes after the closing bracket misaligned by one, until the next ASCII byte. All bytes
//! can be recovered from the text, except two kinds:
//!
//! - `c`. It is the trail byte of a listed character that has the lead byte `b` and the reading in the bracket.
//! - Pairs that are no character. Only a `?` is left of each.
//!
//! For each damaged stretch, the rule recovers the bytes, runs a beam search over the originals that can have produced
//! them, and scores these by words and bigrams. It repairs a stretch only if one original is likelier than every other, and
//! likelier than the text as it stands.
//!
//! A crawler that converts full-width punctuation to ASCII on bytes does the same damage: `確保科學` → `確??茖W`.
//!
//! Owns the detection of damaged stretches. Does not run on pages without residue, which [`Residue`] detects.

mod choose;
mod hypothesis;
mod punctuation_width;
mod search;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use self::choose::{CERTAIN_DAMAGE, Chosen, POSSIBLE_DAMAGE, choose};
use self::punctuation_width::to_full_width;
use self::search::{SENTENCE_ENDS, Search};
use super::likelihood;
use super::residue::{Residue, syllable_in_bracket, syllable_to_bracket};
use super::script::{LONGEST_SYLLABLE, gbk_pair};
use crate::text::is_han;

/// Context before a stretch, in characters: an opening quotation mark is looked for that far back.
const LOOK_BEHIND: usize = 100;

/// The longest annotated character with its annotation, in characters.
const LONGEST_ANNOTATED: usize = LONGEST_SYLLABLE + 3;

/// The repaired text, and counts of stretches.
#[derive(Default)]
pub(super) struct ByteRepair {
    pub text: String,
    /// Repaired stretches.
    pub repaired: u32,
    /// Annotations between a Chinese character and a Latin letter. These damaged no bytes and are only removed.
    pub stripped: u32,
    /// Stretches that stay damaged, or in which a character cannot be recovered.
    pub uncertain: u32,
}

/// The characters and n-grams of a page.
#[derive(Default)]
pub(super) struct PageText {
    characters: HashSet<char>,
    /// Whether sentences are also followed by spaces, tabs or ASCII quotation marks, and not only by line breaks.
    breaks_otherwise: bool,
    words: likelihood::PageNgrams,
}

impl PageText {
    pub(super) fn new(text: &str) -> Self {
        let mut pairs = text.chars().zip(text.chars().skip(1));
        Self {
            characters: text.chars().collect(),
            breaks_otherwise: pairs.any(|(c, next)| SENTENCE_ENDS.contains(c) && " \t\"'".contains(next)),
            words: likelihood::PageNgrams::new(&undamaged(text)),
        }
    }

    fn has(&self, c: char) -> bool {
        self.characters.contains(&c)
    }
}

/// The text with its damaged stretches blanked out. A stretch begins at a `?` that replaced an opening bracket, and ends at the
/// next ASCII character.
fn undamaged(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut damaged = false;
    for (at, c) in text.char_indices() {
        if c == '?' {
            damaged |= syllable_to_bracket(&text[at + 1..]).is_some();
        } else if c.is_ascii() && !c.is_ascii_alphabetic() {
            damaged &= c == ')';
        }
        kept.push(if damaged { '\n' } else { c });
    }
    kept
}

/// Repairs the damaged stretches of a text.
pub(super) fn repair(text: &str, residue: &Residue, page: &PageText) -> ByteRepair {
    let mut outcome = ByteRepair { text: String::with_capacity(text.len()), ..ByteRepair::default() };
    let mut search = Search::new(residue, page);
    let mut kept_to = 0;
    let mut from = 0;
    let mut refused_at = 0;
    while let Some(found) = text[from..].find(['(', '?', '!']).map(|at| from + at) {
        from = found + 1;
        let (done, kept, rest) = (&outcome.text, &text[kept_to..found], &text[found..]);
        if rest.starts_with('(') {
            if let Some(length) = letter_annotated(done, kept, rest, &search) {
                outcome.text.push_str(kept);
                (kept_to, from) = (found + length, found + length);
                outcome.stripped += 1;
            }
            continue;
        }
        let Some(damage) = damage(rest) else { continue };
        if search.is_exhausted() {
            outcome.uncertain += u32::from(damage.is_certain());
            continue;
        }
        let before = last_of_line(done, kept, LOOK_BEHIND, &search);
        let hypotheses = match &damage {
            Damage::Annotation { reading, length } => {
                search.annotation_hypotheses(text, &before, reading, from + length)
            }
            // The rest of a line after a stretch that could not be repaired is misaligned too.
            _ if text[refused_at..found].chars().all(|c| c != '\n') && refused_at > 0 => None,
            Damage::Question => Some(search.question_hypotheses(text, &before, found + 2)),
            Damage::Exclamation => Some(search.exclamation_hypotheses(text, &before, from)),
        };
        let Some(hypotheses) = hypotheses else {
            outcome.uncertain += u32::from(damage.is_certain());
            continue;
        };
        let margin = if damage.is_certain() { CERTAIN_DAMAGE } else { POSSIBLE_DAMAGE };
        let Some(Chosen { text: repaired, end, lost }) = choose(text, hypotheses, margin, &mut search) else {
            outcome.uncertain += u32::from(damage.is_certain());
            refused_at = if damage.is_certain() { from } else { refused_at };
            continue;
        };
        outcome.text.push_str(kept);
        outcome.text.push_str(&repaired);
        (kept_to, from) = (end, end);
        outcome.repaired += 1;
        outcome.uncertain += u32::from(lost);
    }
    outcome.text.push_str(&text[kept_to..]);
    outcome
}

/// Number of damaged stretches in a text of a page without residue, where nothing tells how to repair them. Letters without a
/// tone mark may be the author's.
pub(super) fn damaged_stretches(text: &str) -> u32 {
    let has_tone = |at: usize| syllable_to_bracket(&text[at + 1..]).is_some_and(|(reading, _)| !reading.is_ascii());
    u32::try_from(text.match_indices('?').filter(|(at, _)| has_tone(*at)).count()).unwrap_or(u32::MAX)
}

/// The pattern that a damaged stretch begins with.
enum Damage {
    /// A `?` before an annotation without its opening bracket.
    Annotation { reading: String, length: usize },
    /// `??` before a character: the second may be a misaligned byte pair that read as `？` and was converted to half width.
    Question,
    /// `!` before a letter: likewise a misaligned pair that read as `！`.
    Exclamation,
}

impl Damage {
    fn is_certain(&self) -> bool {
        matches!(self, Self::Annotation { .. })
    }
}

fn damage(text: &str) -> Option<Damage> {
    let rest = text.get(1..)?;
    if text.starts_with('?')
        && let Some((reading, length)) = syllable_to_bracket(rest)
    {
        return Some(Damage::Annotation { reading, length });
    }
    let mut next = rest.chars();
    match (text.chars().next()?, next.next()?) {
        ('?', '?') => next.next().filter(|c| gbk_pair(*c).is_some()).map(|_| Damage::Question),
        ('!', '@'..='~') => next.next().filter(|c| *c == '(' || is_han(*c)).map(|_| Damage::Exclamation),
        _ => None,
    }
}

/// At most the last `most` characters of the line before this place, without annotations.
fn last_of_line(done: &str, kept: &str, most: usize, search: &Search<'_>) -> Vec<char> {
    let backwards = kept.chars().rev().chain(done.chars().rev());
    let mut last: Vec<char> = backwards.take_while(|c| *c != '\n').take(most).collect();
    last.reverse();
    search.unannotated(&last.into_iter().collect::<String>())
}

/// The length of an annotation after a Latin letter, if the letter is the trail byte of a listed character whose lead byte ends
/// the character before.
fn letter_annotated(done: &str, kept: &str, text: &str, search: &Search<'_>) -> Option<usize> {
    let second = u8::try_from(kept.chars().next_back()?).ok().filter(|byte| (0x40..0x7F).contains(byte))?;
    let (reading, length) = syllable_in_bracket(text)?;
    let kept = &kept[..kept.len() - 1];
    let character = match kept.chars().next_back() {
        // The character before may have an annotation itself.
        Some(')') | None => last_of_line(done, kept, LONGEST_ANNOTATED, search).pop()?,
        Some(c) => c,
    };
    let [_, first] = gbk_pair(to_full_width(character))?;
    (!search.annotatable(first, &reading, std::iter::once(second)).is_empty()).then_some(length)
}
