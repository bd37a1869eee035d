//! What the insertion of pinyin did where it fell across two characters: `發展?fàn)I造` → 發展營造.
//!
//! The mirror looked for the two bytes of a listed character without regard to where characters begin. Where it found
//! them across two neighbours, `ab cd` with the listed character at `bc`, it wrote `ab c(fàn)d …`, and whoever decoded that
//! read `ab` as before, took `c(` for a broken character and printed `?`, and then read everything after the closing bracket
//! one byte early or late, until an ASCII byte set it right again. So the bytes are all there, but for two kinds: `c`, which
//! is the second byte of a listed character that begins with `b` and is read as the bracket says; and pairs which are no
//! character, of which only a `?` is left.
//!
//! This rule takes a damaged stretch back to its bytes, follows every way in which it can have come about, and weighs
//! them by the words that they make. It repairs only what has one way that is likelier than any other, and than to leave
//! the text as it stands.
//!
//! A later crawler that folds full-width marks to ASCII on the bytes does the same to their bytes: `確保科學` → `確??茖W`.
//!
//! Owns where the damage is. Refuses pages without the habit: [`Residue`] finds that.

mod choose;
mod folded;
mod search;
#[cfg(test)]
mod tests;
mod way;

use std::collections::HashSet;

use self::choose::{Chosen, DAMAGED, PERHAPS_SOUND, choose};
use self::folded::unfolded;
use self::search::Search;
use super::likelihood;
use super::residue::{Residue, syllable_in_bracket, syllable_to_bracket};
use super::script::{LONGEST_SYLLABLE, gbk_pair};
use crate::text::is_han;

/// How far back a quotation may have been opened, in characters.
const FURTHEST_BACK: usize = 100;

/// A character and its annotation, in characters.
const LONGEST_ANNOTATED: usize = LONGEST_SYLLABLE + 3;

/// What the rule did to a text.
#[derive(Default)]
pub(super) struct ByteRepair {
    pub text: String,
    /// Stretches that were set right.
    pub repaired: u32,
    /// Annotations that fell between a Chinese character and a Latin letter: they damaged nothing and just went.
    pub stripped: u32,
    /// Stretches that are damaged and stay so, or of which a character is lost for good.
    pub uncertain: u32,
}

/// What stands on a page.
#[derive(Default)]
pub(super) struct PageText {
    characters: HashSet<char>,
    words: likelihood::PageRuns,
}

impl PageText {
    pub(super) fn new(text: &str) -> Self {
        Self { characters: text.chars().collect(), words: likelihood::PageRuns::new(&undamaged(text)) }
    }

    fn has(&self, c: char) -> bool {
        self.characters.contains(&c)
    }
}

/// The text without its damaged stretches: they last from a `?` that lost its bracket to the next ASCII character.
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

/// Undoes what can be undone.
pub(super) fn undo(text: &str, residue: &Residue, page: &PageText) -> ByteRepair {
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
        let before = last_of_line(done, kept, FURTHEST_BACK, &search);
        let ways = match &damage {
            Damage::Annotation { reading, length } => search.ways(text, &before, reading, from + length),
            // What follows damage that could not be undone is no better.
            _ if text[refused_at..found].chars().all(|c| c != '\n') && refused_at > 0 => None,
            Damage::Question => Some(search.ways_of_question(text, &before, found + 2)),
            Damage::Exclamation => Some(search.ways_of_exclamation(text, &before, from)),
        };
        let Some(ways) = ways else { continue };
        let doubt = if damage.is_certain() { DAMAGED } else { PERHAPS_SOUND };
        let Some(Chosen { text: repaired, end, lost }) = choose(text, ways, doubt, &mut search) else {
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

/// What damage looks like where it begins.
enum Damage {
    /// A `?` before an annotation that lost its bracket.
    Annotation { reading: String, length: usize },
    /// `??` before a character: the second may be the folding of a full-width question mark that never was.
    Question,
    /// `!` before a letter: the same of an exclamation mark.
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

/// What stands on the line so far, as far as it matters, without the annotations.
fn last_of_line(done: &str, kept: &str, most: usize, search: &Search<'_>) -> Vec<char> {
    let backwards = kept.chars().rev().chain(done.chars().rev());
    let mut last: Vec<char> = backwards.take_while(|c| *c != '\n').take(most).collect();
    last.reverse();
    search.unannotated(&last.into_iter().collect::<String>())
}

/// A bracket after a Latin letter that is the second byte of a listed character whose first ends the character before.
fn letter_annotated(done: &str, kept: &str, text: &str, search: &Search<'_>) -> Option<usize> {
    let second = u8::try_from(kept.chars().next_back()?).ok().filter(|byte| (0x40..0x7F).contains(byte))?;
    let (reading, length) = syllable_in_bracket(text)?;
    let kept = &kept[..kept.len() - 1];
    let character = match kept.chars().next_back() {
        // Perhaps an annotation of its own.
        Some(')') | None => last_of_line(done, kept, LONGEST_ANNOTATED, search).pop()?,
        Some(c) => c,
    };
    let [_, first] = gbk_pair(unfolded(character))?;
    (!search.inserted(first, &reading, std::iter::once(second)).is_empty()).then_some(length)
}
