//! Beam search over the originals that can have produced a damaged stretch.
//!
//! Owns which original characters a printed character can stand for. Does not choose between hypotheses.

use std::rc::Rc;
use std::sync::LazyLock;

use super::PageText;
use super::hypothesis::{Hypothesis, NextHypotheses, Pending};
use super::punctuation_width::{to_full_width, to_half_width};
use crate::parse::repair::likelihood::{Likelihood, Words};
use crate::parse::repair::residue::{Residue, syllable_in_bracket, syllable_to_bracket};
use crate::parse::repair::script::{
    LONGEST_SYLLABLE, Reading, gbk_char, gbk_pair, is_common, is_traditional, reading_of, simplified,
};
use crate::text::is_han;

/// Log penalty (natural) for assuming a listed character that is annotated nowhere else on the page.
const UNLISTED_CHARACTER: f64 = -4.0;

/// The longest damaged stretch that is searched, in printed characters. An ASCII byte ends a stretch, and running text hardly
/// goes longer without one.
const LONGEST_STRETCH: usize = 60;

/// How many characters before and after a stretch are scored with it.
const CONTEXT: usize = 4;

/// Limit on search steps per text. An ordinary page with residue takes some ten thousand, a badly damaged one a few hundred
/// thousand.
const MAX_STEPS: u32 = 300_000;

/// The cost, in steps, of looking up a reading for every character with a given lead byte.
const LOOKUP_STEPS: u32 = 20;

/// Opening and closing marks.
const PAIRED_MARKS: [(char, char); 7] =
    [('“', '”'), ('‘', '’'), ('《', '》'), ('「', '」'), ('『', '』'), ('【', '】'), ('〈', '〉')];

/// Half-width brackets. An unclosed one is not penalized like [`PAIRED_MARKS`], because annotations have brackets too.
const BRACKETS: (char, char) = ('(', ')');

/// How far ahead a closing quotation mark is looked for, in characters of the damaged text.
const MAX_CLOSE_DISTANCE: usize = 200;

/// Punctuation that a damaged character may have been.
const MARKS: &str = "，。、；：？！“”‘’（）《》「」『』—…·";

/// Marks after which a line often ends.
pub(super) const SENTENCE_ENDS: &str = "。！？”」";

/// Characters that follow a number. Before these the lost byte was a digit and not a line break.
const COUNTERS: &str =
    "年月日時时分秒號号點点歲岁人名個个多餘余萬万億亿千百十元米公次家位條条項项枚層层輪轮天座架艘輛辆套戶户畝亩";

/// Log probability (natural) that the lost ASCII byte was a digit, and that it was anything else.
const NUMBER_LOST: f64 = -3.0;
const OTHER_LOST: f64 = -8.0;

/// Log penalty (natural) for a number at the beginning of a sentence: roughly one sentence in ten begins with one.
const NUMBER_BEGINS_SENTENCE: f64 = -2.3;

/// Log penalty (natural) for a 、 without another one, or a word that ends a list, near it.
const STRAY_LIST_COMMA: f64 = -2.0;

/// Separators and conjunctions of a list.
const LIST_WORDS: &str = "、和及與与或等";

/// How far from a 、 the next separator of its list may be, in characters.
const MAX_LIST_DISTANCE: usize = 20;

/// Trail bytes of GBK beyond ASCII; they include its lead bytes.
const TRAIL_BYTES: std::ops::RangeInclusive<u8> = 0x80..=0xFE;

/// Lead bytes of GBK.
const LEAD_BYTES: std::ops::RangeInclusive<u8> = 0x81..=0xFE;

/// The GBK bytes of `？`, and of a full-width space.
const FULL_QUESTION: [u8; 2] = [0xA3, 0xBF];
const FULL_SPACE: [u8; 2] = [0xA1, 0xA1];

pub(super) struct Search<'a> {
    residue: &'a Residue,
    page: &'a PageText,
    pub words: Words<'a>,
    steps: u32,
    /// Cache by lead byte: the candidates where only that byte is known.
    candidates: Vec<Option<Rc<[CandidateCharacter]>>>,
}

/// The bytes from 0x80 on that form no character with a lead byte.
fn invalid_trail_bytes(first: u8) -> &'static [u8] {
    INVALID_TRAIL_BYTES.get(usize::from(first)).map_or(&[], Vec::as_slice)
}

static INVALID_TRAIL_BYTES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let seconds = |first| TRAIL_BYTES.filter(|&second| gbk_char([first, second]).is_none()).collect();
    (0..=0xFF).map(seconds).collect()
});

/// A possible original character.
#[derive(Clone, Copy)]
struct CandidateCharacter {
    second: u8,
    character: char,
    /// Whether it is a candidate even where neither of its bytes is known.
    common: bool,
}

/// A character of the damaged text and what surrounds it.
struct PrintedCharacter {
    character: char,
    /// Where the next one begins.
    end: usize,
    /// The pinyin after a `?` or a letter, and where the text continues after its bracket.
    annotation: Option<(String, usize)>,
    /// Whether an annotation comes before it. Such an annotation split a character, so the mirror did not recognize that
    /// character and annotate it in turn.
    after_annotation: bool,
    /// Whether an annotation follows that falls on a character boundary of the misaligned reading.
    annotation_follows: bool,
    after: Option<char>,
    /// The digit that completes the following digits to a year.
    year_digit: Option<char>,
    /// Whether a separator of a list follows.
    before_list_word: bool,
    /// Whether a line may begin with what follows.
    may_begin_a_line: bool,
    /// Whether the text ends here.
    last: bool,
}

impl<'a> Search<'a> {
    pub(super) fn new(residue: &'a Residue, page: &'a PageText) -> Self {
        Self { residue, page, words: Words::new(&page.words), steps: 0, candidates: vec![None; 0x100] }
    }

    /// Whether the limit on search steps is reached.
    pub(super) fn is_exhausted(&self) -> bool {
        self.steps >= MAX_STEPS
    }

    /// Hypotheses for a stretch that begins with an annotation, which ends at `start`. The annotation split the pair that
    /// begins with the last byte of `before`. None if no listable character has this lead byte and this reading.
    pub(super) fn annotation_hypotheses(
        &mut self,
        text: &str,
        before: &[char],
        reading: &str,
        start: usize,
    ) -> Option<Vec<Hypothesis>> {
        self.steps += LOOKUP_STEPS;
        let [_, first] = before.last().copied().map(to_full_width).and_then(gbk_pair)?;
        let likelihood = self.likelihood_of(before);
        let hypotheses: Vec<Hypothesis> = self
            .annotatable(first, reading, TRAIL_BYTES)
            .into_iter()
            .map(|second| Hypothesis::new(likelihood.clone(), Some(Pending::Lead(second)), start))
            .collect();
        if hypotheses.is_empty() {
            return None;
        }
        let mut hypotheses = self.extend_all(text, before, hypotheses);
        // The unchanged text.
        hypotheses.push(Hypothesis::new(likelihood.with('?', &mut self.words), None, start));
        Some(hypotheses)
    }

    /// Hypotheses for `??`, where the crawler found the bytes of `？` across two characters: the trail byte of the first
    /// character and the lead byte of the second. The lead byte of the first is lost.
    pub(super) fn question_hypotheses(&mut self, text: &str, before: &[char], start: usize) -> Vec<Hypothesis> {
        let likelihood = self.likelihood_of(before);
        let [second, rest] = FULL_QUESTION;
        let empty = Hypothesis::new(likelihood.clone(), None, start);
        let mut hypotheses = Vec::new();
        for c in LEAD_BYTES.filter_map(|first| gbk_char([first, second])) {
            if is_han(c) && self.is_plausible(c) && self.residue.reading(c).is_none() {
                hypotheses.push(empty.with(&[c], likelihood.with(c, &mut self.words), Some(Pending::Lead(rest))));
            }
        }
        self.steps += LOOKUP_STEPS;
        let mut hypotheses = self.extend_all(text, before, hypotheses);
        let unchanged = likelihood.with('?', &mut self.words).with('?', &mut self.words);
        hypotheses.push(Hypothesis::new(unchanged, None, start));
        hypotheses
    }

    /// Hypotheses for `!` and a letter, where the crawler found the bytes of `！` across a `。` and a full-width space. The other
    /// bytes of both, and the lead byte of the next character, are lost.
    pub(super) fn exclamation_hypotheses(&mut self, text: &str, before: &[char], start: usize) -> Vec<Hypothesis> {
        let likelihood = self.likelihood_of(before);
        let [first, _] = FULL_SPACE;
        let stop = likelihood.with('。', &mut self.words).with(' ', &mut self.words);
        let hypothesis = Hypothesis::new(likelihood.clone(), None, start).with(
            &['。', ' '],
            stop,
            Some(Pending::AnyInvalidAfter(first)),
        );
        self.steps += LOOKUP_STEPS;
        let mut hypotheses = self.extend_all(text, before, vec![hypothesis]);
        hypotheses.push(Hypothesis::new(likelihood.with('!', &mut self.words), None, start));
        hypotheses
    }

    /// The characters after a stretch that are scored with it, without annotations.
    pub(super) fn context_after(&self, text: &str) -> Vec<char> {
        let far = text.char_indices().nth(CONTEXT * (LONGEST_SYLLABLE + 3)).map_or(text.len(), |(at, _)| at);
        let mut context = self.unannotated(&text[..far]);
        context.truncate(CONTEXT);
        context
    }

    /// Whether a hypothesis opens a quotation that neither it nor the following text closes.
    pub(super) fn leaves_open(&self, hypothesis: &Hypothesis, text: &str) -> bool {
        PAIRED_MARKS.into_iter().any(|(open, close)| {
            let either = |c: &char| *c == open || *c == close;
            hypothesis.backwards().find(either) == Some(open)
                && text.chars().take(MAX_CLOSE_DISTANCE).find(either) != Some(close)
        })
    }

    /// The characters of a text without the page's annotations.
    pub(super) fn unannotated(&self, text: &str) -> Vec<char> {
        self.residue.strip(text).0.chars().collect()
    }

    fn likelihood_of(&mut self, before: &[char]) -> Likelihood {
        let context = &before[before.len().saturating_sub(CONTEXT)..];
        context.iter().fold(Likelihood::default(), |so_far, c| so_far.with_known(*c, &mut self.words))
    }

    /// The trail bytes, among `seconds`, of characters with this lead byte that can have this annotation. These are the page's
    /// listed characters; if there is none, listable characters that the page does not have unannotated.
    pub(super) fn annotatable(&self, first: u8, reading: &str, seconds: impl Iterator<Item = u8>) -> Vec<u8> {
        let mut listed = Vec::new();
        let mut possible = Vec::new();
        for second in seconds {
            let Some(c) = gbk_char([first, second]) else { continue };
            match self.residue.reading(c) {
                Some(known) if known == reading => listed.push(second),
                Some(_) => {}
                None if !self.page.has(c) && is_listable(c, reading) => possible.push(second),
                None => {}
            }
        }
        if listed.is_empty() { possible } else { listed }
    }

    /// Extends the hypotheses along the printed text until the bytes of each are aligned again.
    fn extend_all(&mut self, text: &str, before: &[char], mut hypotheses: Vec<Hypothesis>) -> Vec<Hypothesis> {
        let mut done: Vec<Hypothesis> = Vec::new();
        let mut at = hypotheses.first().map_or(text.len(), |hypothesis| hypothesis.end);
        let mut after_annotation = true;
        for _ in 0..LONGEST_STRETCH {
            let Some(printed) = printed(text, at, after_annotation) else { break };
            if hypotheses.is_empty() || self.is_exhausted() {
                break;
            }
            let mut next = NextHypotheses::default();
            for hypothesis in &hypotheses {
                self.extend(hypothesis, before, &printed, &mut next);
            }
            done.extend(next.take_finished());
            hypotheses = next.into_open();
            after_annotation = printed.annotation_follows;
            at = printed.end;
        }
        done
    }

    /// Extends a hypothesis by every original that a printed character can stand for.
    fn extend(
        &mut self,
        hypothesis: &Hypothesis,
        before: &[char],
        printed: &PrintedCharacter,
        next: &mut NextHypotheses,
    ) {
        let (firsts, guess) = match &hypothesis.pending {
            None => return,
            Some(Pending::Lead(byte)) => (std::slice::from_ref(byte), false),
            Some(Pending::AnyInvalidAfter(byte)) => (invalid_trail_bytes(*byte), true),
        };
        for &first in firsts {
            match (printed.character, &printed.annotation) {
                ('?', Some((reading, end))) => {
                    for second in self.annotatable(first, reading, TRAIL_BYTES) {
                        let listed = gbk_char([first, second]).is_some_and(|c| self.residue.reading(c).is_some());
                        let hypothesis = hypothesis.clone().plus_log(if listed { 0.0 } else { UNLISTED_CHARACTER });
                        self.extend_by(&hypothesis, [first, second], None, *end, next);
                    }
                }
                ('?', None) => {
                    self.extend_by_unknown(hypothesis, before, first, printed, next);
                    let [second, rest] = FULL_QUESTION;
                    self.extend_by(hypothesis, [first, second], Some(rest), printed.end, next);
                }
                (letter @ '@'..='~', annotation) => {
                    let second = u8::try_from(letter).unwrap_or_default();
                    let possible = match annotation {
                        Some((reading, _)) => !self.annotatable(first, reading, std::iter::once(second)).is_empty(),
                        None => {
                            !guess || gbk_char([first, second]).is_some_and(|c| self.may_be_unannotated(c, printed))
                        }
                    };
                    if possible {
                        self.extend_by(hypothesis, [first, second], None, printed.end, next);
                    }
                }
                (c, _) => {
                    let Some([second, rest]) = gbk_pair(to_full_width(c)) else { continue };
                    if !guess || gbk_char([first, second]).is_some_and(|c| self.may_be_unannotated(c, printed)) {
                        self.extend_by(hypothesis, [first, second], Some(rest), printed.end, next);
                    }
                }
            }
        }
    }

    /// Extends a hypothesis by a `?`, which replaced a byte pair that is no character: the trail byte of one character and the
    /// lead byte of the next, or that trail byte and an ASCII byte, which cannot be recovered.
    fn extend_by_unknown(
        &mut self,
        hypothesis: &Hypothesis,
        before: &[char],
        first: u8,
        printed: &PrintedCharacter,
        next: &mut NextHypotheses,
    ) {
        let byte_known = matches!(hypothesis.pending, Some(Pending::Lead(_)));
        let number = printed.after.is_some_and(|c| c.is_ascii_digit() || "%.".contains(c));
        let counted = number || printed.after.is_some_and(|c| COUNTERS.contains(c));
        for &CandidateCharacter { second, character: c, common } in self.candidates(first).iter() {
            if (!printed.after_annotation && self.residue.reading(c).is_some())
                || (!byte_known && !common)
                || !may_close(hypothesis, before, c)
            {
                continue;
            }
            self.steps += 1;
            // A mark of which no byte is known stays `?`: it fits nearly everywhere, so that its likelihood says little.
            let shown = if byte_known || is_han(c) { c } else { '?' };
            let mut likelihood = hypothesis.likelihood.with(c, &mut self.words);
            if c == '、' && !printed.before_list_word && !follows_list_word(hypothesis, before) {
                likelihood = likelihood.plus(STRAY_LIST_COMMA);
            }
            let ends = SENTENCE_ENDS.contains(c);
            let may_end_a_line = if ends { !number } else { byte_known && !counted };
            if printed.last {
                // A lone trail byte at the end of the text is printed as `?` too.
                let end_of_text = likelihood.with('\n', &mut self.words);
                next.finish(hypothesis, &[shown], end_of_text, printed.end, false);
            } else if may_end_a_line {
                let line = likelihood.with('\n', &mut self.words);
                // The lost byte may also have been a space, a tab or a quotation mark.
                let certain = ends && printed.may_begin_a_line && !self.page.breaks_otherwise;
                next.finish(hypothesis, &[shown, '\n'], line, printed.end, !certain);
            }
            if byte_known && !printed.last {
                let log = if counted { NUMBER_LOST } else { OTHER_LOST };
                let log = if ends && !number { log + NUMBER_BEGINS_SENTENCE } else { log };
                let lost = likelihood.with_lost(log);
                let digit = printed.year_digit.unwrap_or('?');
                next.finish(hypothesis, &[c, digit], lost, printed.end, digit == '?');
            }
            if !invalid_trail_bytes(second).is_empty() {
                next.push_open(hypothesis, shown, likelihood, Pending::AnyInvalidAfter(second));
            }
        }
    }

    /// Extends a hypothesis by a character whose bytes are known. A remaining byte below 0x80 is an ASCII character.
    fn extend_by(
        &mut self,
        hypothesis: &Hypothesis,
        pair: [u8; 2],
        rest: Option<u8>,
        end: usize,
        next: &mut NextHypotheses,
    ) {
        self.steps += 1;
        let Some(c) = gbk_char(pair) else { return };
        let likelihood = hypothesis.likelihood.with(c, &mut self.words);
        match rest {
            Some(ascii) if ascii.is_ascii() => {
                let ascii = char::from(ascii);
                next.finish(hypothesis, &[c, ascii], likelihood.with(ascii, &mut self.words), end, false);
            }
            Some(byte) => next.push_open(hypothesis, c, likelihood, Pending::Lead(byte)),
            None => next.finish(hypothesis, &[c], likelihood, end, false),
        }
    }

    /// The candidates with this lead byte.
    fn candidates(&mut self, first: u8) -> Rc<[CandidateCharacter]> {
        if let Some(known) = &self.candidates[usize::from(first)] {
            return Rc::clone(known);
        }
        let found: Rc<[CandidateCharacter]> = TRAIL_BYTES
            .filter_map(|second| {
                let character = gbk_char([first, second]).filter(|c| self.is_plausible(*c))?;
                Some(CandidateCharacter { second, character, common: self.is_common_here(character) })
            })
            .collect();
        self.candidates[usize::from(first)] = Some(Rc::clone(&found));
        found
    }

    /// Whether a character is a candidate even where neither of its bytes is known.
    fn is_common_here(&self, c: char) -> bool {
        !is_han(c) || is_common(simplified(c)) || self.page.has(c)
    }

    /// Whether an original character is plausible here without an annotation.
    fn may_be_unannotated(&self, c: char, printed: &PrintedCharacter) -> bool {
        self.is_plausible(c) && (printed.after_annotation || self.residue.reading(c).is_none())
    }

    /// Whether a character is a candidate where one of its bytes is known: one that is in use, in the page's script.
    fn is_plausible(&self, c: char) -> bool {
        self.page.has(c) || if is_han(c) { is_traditional(c) } else { MARKS.contains(c) }
    }
}

fn printed(text: &str, at: usize, after_annotation: bool) -> Option<PrintedCharacter> {
    let character = text[at..].chars().next()?;
    let mut end = at + character.len_utf8();
    let (mut annotation, mut annotation_follows) = (None, false);
    if character == '?' {
        annotation = syllable_to_bracket(&text[end..]).map(|(reading, length)| (reading, end + length));
    } else if let Some((reading, length)) = syllable_in_bracket(&text[end..]) {
        end += length;
        if character.is_ascii() {
            annotation = Some((reading, end));
        } else {
            annotation_follows = true;
        }
    }
    Some(PrintedCharacter {
        character,
        end,
        annotation,
        after_annotation,
        annotation_follows,
        after: text[end..].chars().next(),
        year_digit: missing_year_digit(&text[end..]),
        may_begin_a_line: text[end..].chars().next().is_some_and(may_begin_a_line),
        before_list_word: text[end..].chars().take(MAX_LIST_DISTANCE).any(is_list_word),
        last: end == text.len(),
    })
}

/// Whether a line may begin with a character. If an ASCII letter follows, the lost byte may have been a letter.
fn may_begin_a_line(c: char) -> bool {
    is_han(c) || ('０'..='９').contains(&c) || "“‘《「『【〈（(\u{3000}".contains(c)
}

/// Whether a separator of a list comes before.
fn follows_list_word(hypothesis: &Hypothesis, before: &[char]) -> bool {
    hypothesis.backwards().chain(before.iter().rev().copied()).take(MAX_LIST_DISTANCE).any(is_list_word)
}

fn is_list_word(c: char) -> bool {
    LIST_WORDS.contains(c)
}

/// The missing first digit of a year with three digits left. News mentions years from 1800 to 2099.
fn missing_year_digit(text: &str) -> Option<char> {
    let mut chars = text.chars();
    let digits = [chars.next()?, chars.next()?, chars.next()?];
    if !digits.iter().all(char::is_ascii_digit) || chars.next()? != '年' {
        return None;
    }
    match digits[0] {
        '0' => Some('2'),
        '8' | '9' => Some('1'),
        _ => None,
    }
}

/// Whether a closing mark has an opening one before it. Any character that is no closing mark passes.
fn may_close(hypothesis: &Hypothesis, before: &[char], c: char) -> bool {
    let c = to_half_width(c);
    let paired = PAIRED_MARKS.into_iter().chain([BRACKETS]).find(|(_, close)| *close == c);
    let Some((open, close)) = paired else { return true };
    hypothesis.backwards().chain(before.iter().rev().copied()).find(|c| *c == open || *c == close) == Some(open)
}

/// Whether a mirror's list may contain a character with this reading: one that conversion changed, that is common, and whose
/// first reading this is.
fn is_listable(c: char, reading: &str) -> bool {
    let plain = simplified(c);
    plain != c && is_common(plain) && reading_of(c, reading) == Reading::First
}
