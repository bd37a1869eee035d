//! Detects and removes pinyin residue: `區(qū)` → 區.
//!
//! Some mirror sites convert a page to traditional characters, and insert pinyin in parentheses after each occurrence of
//! certain listed characters. The lists seen so far contain common characters that the conversion changes, each with its first
//! reading in dictionaries, and a page annotates a listed character everywhere. Authors who explain a pronunciation annotate
//! rare characters, uncommon readings, or characters that no conversion changes, and each mostly once. The two can only be told
//! apart on the whole page.
//!
//! Owns detection and removal. Does not repair byte pairs that the insertion split: `bytes` does.

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
    /// With `ɑ` and `ɡ` normalized to `a` and `g`.
    pub reading: String,
    /// Where `X` begins, in bytes.
    pub start: usize,
    /// The bracketed annotation, in bytes.
    pub bracket: Range<usize>,
    /// Whether the same annotation follows immediately: then the author wrote one of the two.
    doubled: bool,
}

/// This many listed characters are systematic without further evidence.
const CERTAIN_LIST: usize = 4;

/// How often a character with a reading other than its first must be annotated to count as listed. An author who explains an
/// uncommon reading gives it once or twice.
const MIN_OTHER_READING_COUNT: usize = 3;

/// At most one unannotated occurrence per this many annotated ones: parts of a page may come from a source without residue.
const MAX_BARE_ONE_IN: usize = 8;

/// The characters that a page annotates systematically, each with its only reading.
#[derive(Clone, Debug, Default)]
pub(super) struct Residue {
    listed: HashMap<char, String>,
}

#[derive(Default)]
struct Tally {
    readings: HashMap<String, usize>,
    annotated: usize,
    doubled: usize,
    /// Annotations in running text: with a letter, a character or a digit on at least one side.
    running: usize,
    /// Annotations outside passages that annotate every character.
    unprotected: usize,
    seen: usize,
}

impl Residue {
    /// Finds the listed characters of a page; none if the annotations look like an author's.
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
        // Headwords of a glossary or a dictionary have no text around them.
        if running * 2 < all {
            return Self::default();
        }
        // Characters annotated by an author, and characters that qualify for a list but are not annotated everywhere.
        let (mut deliberate, mut occasional) = (0, 0);
        let mut all_frequent = true;
        for (c, tally) in tallies {
            // Passages that annotate every character teach pronunciation, and are no evidence for the rest of the page.
            if tally.unprotected == 0 {
                continue;
            }
            let plain = simplified(c);
            let Some(reading) = tally.only_reading().filter(|_| plain != c && is_common(plain)) else {
                deliberate += 1;
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
                Reading::Other if tally.annotated >= MIN_OTHER_READING_COUNT => {
                    repeated.insert(c, reading.to_owned());
                }
                Reading::Other | Reading::None => deliberate += 1,
            }
        }
        let systematic = if listed.len() >= CERTAIN_LIST {
            // A text that teaches pronunciation also annotates characters that no conversion changes, or annotates each
            // character only at its first occurrence.
            deliberate * 2 < listed.len().max(2 * CERTAIN_LIST) && occasional <= listed.len()
        } else {
            deliberate + occasional == 0 && all_frequent && !holds_any(page_text, pronunciation_words::EXPLANATIONS)
        };
        if !systematic {
            return Self::default();
        }
        if listed.len() >= CERTAIN_LIST {
            listed.extend(repeated);
        }
        Self { listed }
    }

    /// The reading of a listed character.
    pub(super) fn reading(&self, c: char) -> Option<&str> {
        self.listed.get(&c).map(String::as_str)
    }

    /// Whether the page has no residue.
    pub(super) fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// Removes the residue from a text of the page. Returns the text and the number of removed annotations.
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

    /// Whether nearly each occurrence is annotated, as a program does it.
    fn looks_mechanical(&self) -> bool {
        let bare = self.seen.saturating_sub(self.annotated);
        bare * MAX_BARE_ONE_IN <= self.annotated && self.doubled < self.annotated
    }
}

/// All annotations of a text by a single syllable, in order. Linear time: the scan of a bracket stops after the length of a
/// syllable.
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

/// The syllable in the bracket at the beginning of a text, and the length of the whole bracket in bytes.
pub(super) fn syllable_in_bracket(text: &str) -> Option<(String, usize)> {
    let mut chars = text.char_indices();
    let (_, '(' | '（') = chars.next()? else { return None };
    let (reading, length) = syllable_to_bracket(chars.as_str())?;
    Some((reading, text.len() - chars.as_str().len() + length))
}

/// The syllable at the beginning of a text, if a closing bracket follows it, and the length of both in bytes.
pub(super) fn syllable_to_bracket(text: &str) -> Option<(String, usize)> {
    let mut reading = String::new();
    for (letters, (at, c)) in text.char_indices().enumerate() {
        match c {
            // Old Chinese fonts and input methods use these code points for a and g in pinyin.
            'ɑ' => reading.push('a'),
            'ɡ' => reading.push('g'),
            ')' | '）' if letters > 0 => return Some((reading, at + c.len_utf8())),
            _ if letters < LONGEST_SYLLABLE && is_pinyin_letter(c) => reading.push(c),
            _ => return None,
        }
    }
    None
}

/// Which annotations belong to a passage that annotates each character, at least two of which no mirror's list contains:
/// 學(xué)而(ér)時(shí)習(xí)之(zhī).
fn protected(text: &str, annotations: &[Annotation]) -> Vec<bool> {
    let mut protected = Vec::with_capacity(annotations.len());
    for run in annotations.chunk_by(|one, next| {
        let between = &text[one.bracket.end..next.start];
        between.len() <= 6 && between.chars().all(|c| !is_han(c) && !c.is_alphanumeric() && c != '\n')
    }) {
        let unlistable = run.iter().filter(|annotation| !is_common_converted(annotation.character)).count();
        protected.resize(protected.len() + run.len(), unlistable >= 2);
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
