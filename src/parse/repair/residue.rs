//! Pinyin residue: `區(qū)` → 區.
//!
//! Some mirror sites convert a page to traditional characters and then write, after every occurrence of the characters
//! of a list of their own, the reading in parentheses. The lists that were seen hold common characters that the conversion
//! changed, and give each the reading that dictionaries name first; on one page a listed character is annotated wherever
//! it stands. People who explain a pronunciation do otherwise: they annotate rare characters, or uncommon readings, or
//! characters that no conversion changes, and each mostly once. So what a page annotates is judged on the whole page.
//!
//! Owns the judgement and the removal. Refuses what the insertion did to neighbouring bytes: that is `bytes`' room.

use crate::parse::lexicon::pronunciation_words;
use crate::parse::normalized_line::holds_any;
use std::collections::HashMap;
use std::ops::Range;

use super::script::{LONGEST_SYLLABLE, Reading, is_common, is_frequent, is_pinyin_letter, reading_of, simplified};
use crate::text::is_han;

/// One `X(reading)` in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Annotation {
    pub character: char,
    /// In the letters of dictionaries.
    pub reading: String,
    /// Where `X` begins, in bytes.
    pub start: usize,
    /// The brackets and what they hold, in bytes.
    pub bracket: Range<usize>,
    /// Whether another bracket with the same reading follows at once: one of the two was the author's.
    doubled: bool,
}

/// From how many listed characters on a page counts as a habit beyond doubt.
const PLAIN_HABIT: usize = 4;

/// How often a character must be annotated with a reading that is not its first one to be believed listed. Someone who
/// teaches an uncommon reading gives it once or twice.
const OTHER_READING_TIMES: usize = 3;

/// One unannotated occurrence in so many is forgiven: a page is put together from parts, and not all went the same way.
const FORGIVEN_ONE_IN: usize = 8;

/// The characters that a page annotates as a habit, each with its one reading.
#[derive(Clone, Debug, Default)]
pub(super) struct Residue {
    listed: HashMap<char, String>,
}

#[derive(Default)]
struct Tally {
    readings: HashMap<String, usize>,
    annotated: usize,
    doubled: usize,
    /// Annotations that stand in running text: with a character or a number on at least one side.
    running: usize,
    /// Annotations outside of passages that annotate every character.
    unprotected: usize,
    seen: usize,
}

impl Residue {
    /// Judges the habit of a page.
    pub(super) fn learn(page_text: &str) -> Self {
        let annotations = annotations(page_text);
        if annotations.is_empty() {
            return Self::default();
        }
        let protected = protected(page_text, &annotations);
        let mut tallies: HashMap<char, Tally> = HashMap::new();
        for (annotation, protected) in annotations.iter().zip(&protected) {
            let tally = tallies.entry(annotation.character).or_default();
            *tally.readings.entry(annotation.reading.clone()).or_default() += 1;
            tally.annotated += 1;
            tally.doubled += usize::from(annotation.doubled);
            tally.running += usize::from(in_running_text(page_text, annotation));
            tally.unprotected += usize::from(!protected);
        }
        for c in page_text.chars() {
            if let Some(tally) = tallies.get_mut(&c) {
                tally.seen += 1;
            }
        }
        Self::judge(tallies, page_text)
    }

    fn judge(tallies: HashMap<char, Tally>, page_text: &str) -> Self {
        let (mut listed, mut repeated) = (HashMap::new(), HashMap::new());
        let running: usize = tallies.values().map(|tally| tally.running).sum();
        let all: usize = tallies.values().map(|tally| tally.annotated).sum();
        // The headwords of a list or a dictionary stand by themselves.
        if running * 2 < all {
            return Self::default();
        }
        // Annotations that somebody meant, and those that a machine may have made but did not make everywhere.
        let (mut meant, mut occasional) = (0, 0);
        let mut all_frequent = true;
        for (c, tally) in tallies {
            // What a teaching passage annotates says nothing of the rest of the page.
            if tally.unprotected == 0 {
                continue;
            }
            let plain = simplified(c);
            let Some(reading) = tally.only_reading().filter(|_| plain != c && is_common(plain)) else {
                meant += 1;
                continue;
            };
            if !tally.looks_mechanical() {
                occasional += 1;
                continue;
            }
            match reading_of(c, reading) {
                Reading::First => {
                    all_frequent &= is_frequent(plain);
                    listed.insert(c, reading.to_owned());
                }
                Reading::Other if tally.annotated >= OTHER_READING_TIMES => {
                    repeated.insert(c, reading.to_owned());
                }
                Reading::Other | Reading::None => meant += 1,
            }
        }
        let believed = if listed.len() >= PLAIN_HABIT {
            // In a text that teaches, the characters that no conversion changes are annotated as well as the others, or each
            // one only where it first stands.
            meant * 2 < listed.len().max(2 * PLAIN_HABIT) && occasional <= listed.len()
        } else {
            meant + occasional == 0 && all_frequent && !holds_any(page_text, pronunciation_words::EXPLANATIONS)
        };
        if !believed {
            return Self::default();
        }
        if listed.len() >= PLAIN_HABIT {
            listed.extend(repeated);
        }
        Self { listed }
    }

    /// The reading that the page gives to a character of its list.
    pub(super) fn reading(&self, c: char) -> Option<&str> {
        self.listed.get(&c).map(String::as_str)
    }

    /// Whether the page has no such habit.
    pub(super) fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// Takes the residue out of a stretch of the page, and says how many annotations went.
    pub(super) fn strip(&self, text: &str) -> (String, u32) {
        if self.is_empty() {
            return (text.to_owned(), 0);
        }
        let annotations = annotations(text);
        let protected = protected(text, &annotations);
        let (mut kept, mut end, mut count) = (String::with_capacity(text.len()), 0, 0);
        for (annotation, protected) in annotations.iter().zip(protected) {
            if !protected && self.listed.get(&annotation.character) == Some(&annotation.reading) {
                kept.push_str(&text[end..annotation.bracket.start]);
                end = annotation.bracket.end;
                count += 1;
            }
        }
        kept.push_str(&text[end..]);
        (kept, count)
    }
}

impl Tally {
    fn only_reading(&self) -> Option<&str> {
        let mut readings = self.readings.keys();
        readings.next().filter(|_| readings.len() == 0).map(String::as_str)
    }

    /// A machine annotates wherever the character stands, in running text, and never thinks.
    fn looks_mechanical(&self) -> bool {
        let bare = self.seen.saturating_sub(self.annotated);
        bare * FORGIVEN_ONE_IN <= self.annotated && self.doubled < self.annotated
    }
}

/// Every annotation of a text by a single syllable, in order. Linear: a bracket is looked into no deeper than a syllable
/// is long.
fn annotations(text: &str) -> Vec<Annotation> {
    let mut found: Vec<Annotation> = Vec::new();
    let mut previous: Option<(usize, char)> = None;
    for (at, c) in text.char_indices() {
        if let ('(' | '（', Some((start, character))) = (c, previous)
            && is_han(character)
            && let Some((reading, length)) = syllable_in_bracket(&text[at..])
        {
            let bracket = at..at + length;
            let doubled = syllable_in_bracket(&text[bracket.end..]).is_some_and(|(again, _)| again == reading);
            found.push(Annotation { character, reading, start, bracket, doubled });
        }
        previous = Some((at, c));
    }
    found
}

/// The syllable in the bracket that a text begins with, and the length of all of it in bytes.
pub(super) fn syllable_in_bracket(text: &str) -> Option<(String, usize)> {
    let mut chars = text.char_indices();
    let (_, '(' | '（') = chars.next()? else { return None };
    let (reading, length) = syllable_to_bracket(chars.as_str())?;
    Some((reading, text.len() - chars.as_str().len() + length))
}

/// The syllable that a text begins with, if a closing bracket follows, and the length of both in bytes.
pub(super) fn syllable_to_bracket(text: &str) -> Option<(String, usize)> {
    let mut reading = String::new();
    for (letters, (at, c)) in text.char_indices().enumerate() {
        match c {
            // Old Chinese fonts and input methods have a letter of their own for these two.
            'ɑ' => reading.push('a'),
            'ɡ' => reading.push('g'),
            ')' | '）' if letters > 0 => return Some((reading, at + c.len_utf8())),
            _ if letters < LONGEST_SYLLABLE && is_pinyin_letter(c) => reading.push(c),
            _ => return None,
        }
    }
    None
}

/// Which annotations stand in a passage that annotates one character after the other, and at least two of them such as a
/// machine would not: 學(xué)而(ér)時(shí)習(xí)之(zhī).
fn protected(text: &str, annotations: &[Annotation]) -> Vec<bool> {
    let mut protected = Vec::with_capacity(annotations.len());
    for run in annotations.chunk_by(|one, next| {
        let between = &text[one.bracket.end..next.start];
        between.len() <= 6 && between.chars().all(|c| !is_han(c) && !c.is_alphanumeric() && c != '\n')
    }) {
        let meant = run.iter().filter(|annotation| !is_common_converted(annotation.character)).count();
        protected.resize(protected.len() + run.len(), meant >= 2);
    }
    protected
}

fn is_common_converted(c: char) -> bool {
    let plain = simplified(c);
    plain != c && is_common(plain)
}

fn in_running_text(text: &str, annotation: &Annotation) -> bool {
    text[..annotation.start].chars().next_back().is_some_and(char::is_alphanumeric)
        || text[annotation.bracket.end..].chars().next().is_some_and(char::is_alphanumeric)
}
