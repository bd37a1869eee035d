//! Follows the ways in which a damaged stretch can have come about.
//!
//! Owns which characters the printed ones can have been. Refuses to choose between the ways.

use std::rc::Rc;
use std::sync::LazyLock;

use super::PageText;
use super::folded::{folded, unfolded};
use super::way::{Next, Pending, Way};
use crate::parse::repair::likelihood::{Likelihood, Words};
use crate::parse::repair::residue::{Residue, syllable_in_bracket, syllable_to_bracket};
use crate::parse::repair::script::{
    LONGEST_SYLLABLE, Reading, gbk_char, gbk_pair, is_common, is_traditional, reading_of, simplified,
};
use crate::text::is_han;

/// How much less likely it is, as a natural logarithm, that the page's list has yet another character, which is not to be
/// seen anywhere else on it.
const UNLISTED: f64 = -4.0;

/// A damaged stretch is followed no further than this many printed characters. Longer ones have met no ASCII byte in all that
/// time, which running text hardly does.
const LONGEST_STRETCH: usize = 60;

/// How many characters before and after a stretch are weighed with it.
const CONTEXT: usize = 4;

/// How many steps of the search a text is worth. An honest page takes some ten thousand, a badly damaged
/// one a few hundred thousand.
const MOST_STEPS: u32 = 300_000;

/// What it costs to look a reading up for every character that begins with a byte.
const STEPS_OF_A_LOOK: u32 = 20;

/// Signs of which the second one closes what the first opened.
const PAIRED: [(char, char); 3] = [('“', '”'), ('‘', '’'), ('《', '》')];

/// Brackets, as they are folded. Where one opens says nothing, as the annotations have them too.
const BRACKETS: (char, char) = ('(', ')');

/// How far on a quotation may be closed, in characters of the damaged text.
const FURTHEST_CLOSE: usize = 200;

/// Signs that a damaged character may have been.
const SIGNS: &str = "，。、；：？！“”‘’（）《》—…·";

/// Signs after which a line may well end.
const ENDS_A_SENTENCE: &str = "。！？”";

/// What follows a number. Before these it was a digit that was swallowed, and not the end of a line.
const COUNTED: &str =
    "年月日時时分秒號号點点歲岁人名個个多餘余萬万億亿千百十元米公次家位條条項项枚層层輪轮天座架艘輛辆套戶户畝亩";

/// How likely it is that a number, or something else of which nothing is known, was swallowed before what follows.
const NUMBER_LOST: f64 = -3.0;
const OTHER_LOST: f64 = -8.0;

/// How much less likely it is, as a natural logarithm, that a number begins a sentence: one in ten does, roughly.
const BEGINS_A_SENTENCE: f64 = -2.3;

/// How likely it is, as a natural logarithm, that a 、 has no other one near, nor a word that ends a list.
const LISTS_NOTHING: f64 = -2.0;

/// What stands in a list besides its members.
const OF_A_LIST: &str = "、和及與与或等";

/// How far off the next member of a list may be, in characters.
const FURTHEST_MEMBER: usize = 20;

/// Second bytes of GBK, which include its first bytes.
const TRAILS: std::ops::RangeInclusive<u8> = 0x80..=0xFE;

/// First bytes of GBK.
const LEADS: std::ops::RangeInclusive<u8> = 0x81..=0xFE;

/// The bytes of `？`, and of a full-width space.
const FULL_QUESTION: [u8; 2] = [0xA3, 0xBF];
const FULL_SPACE: [u8; 2] = [0xA1, 0xA1];

pub(super) struct Search<'a> {
    residue: &'a Residue,
    page: &'a PageText,
    pub words: Words<'a>,
    steps: u32,
    /// By first byte: the characters that may be guessed where only that byte is known, as far as they were asked for.
    plausible: Vec<Option<Rc<[Plausible]>>>,
}

/// The second bytes from 80 on with which a first byte is no character.
fn no_characters(first: u8) -> &'static [u8] {
    NO_CHARACTERS.get(usize::from(first)).map_or(&[], Vec::as_slice)
}

static NO_CHARACTERS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let seconds = |first| TRAILS.filter(|&second| gbk_char([first, second]).is_none()).collect();
    (0..=0xFF).map(seconds).collect()
});

/// A character that may be guessed.
#[derive(Clone, Copy)]
struct Plausible {
    second: u8,
    character: char,
    /// Whether it may be guessed as well where nothing is known of it.
    usual: bool,
}

/// A printed character and what follows it.
struct PrintedCharacter {
    character: char,
    /// Where the next one begins.
    end: usize,
    /// The syllable that follows a `?` or a letter, and where the text goes on behind its bracket.
    annotation: Option<(String, usize)>,
    /// Whether an annotation stood before it, which parted a character and hid it from the insertion of its own reading.
    parted: bool,
    /// Whether an annotation follows, which fell in step with the wrong reading of the bytes.
    annotated: bool,
    after: Option<char>,
    /// The digit that makes a year of what follows.
    year: Option<char>,
    /// Whether something of a list follows.
    before_list: bool,
    /// Whether nothing follows at all.
    last: bool,
}

impl<'a> Search<'a> {
    pub(super) fn new(residue: &'a Residue, page: &'a PageText) -> Self {
        Self { residue, page, words: Words::new(&page.words), steps: 0, plausible: vec![None; 0x100] }
    }

    /// Whether the text is so badly damaged that enough was tried.
    pub(super) fn is_exhausted(&self) -> bool {
        self.steps >= MOST_STEPS
    }

    /// The ways to read a text from where an annotation ends that stands after a byte which `last` ends with. None if it cannot
    /// have been annotated so.
    pub(super) fn ways(&mut self, text: &str, before: &[char], reading: &str, start: usize) -> Option<Vec<Way>> {
        self.steps += STEPS_OF_A_LOOK;
        let [_, first] = before.last().copied().map(unfolded).and_then(gbk_pair)?;
        let likelihood = self.likelihood_of(before);
        let ways: Vec<Way> = self
            .inserted(first, reading, TRAILS)
            .into_iter()
            .map(|second| Way::new(likelihood.clone(), Some(Pending::This(second)), start))
            .collect();
        if ways.is_empty() {
            return None;
        }
        let mut ways = self.follow(text, before, ways);
        // To leave it all as it is.
        ways.push(Way::new(likelihood.with('?', &mut self.words), None, start));
        Some(ways)
    }

    /// The ways to read `??` and what follows where two neighbours were taken for a full-width question mark. Its bytes were
    /// the second of the one and the first of the other, and the first of the one is lost.
    pub(super) fn ways_of_question(&mut self, text: &str, before: &[char], start: usize) -> Vec<Way> {
        let likelihood = self.likelihood_of(before);
        let [second, rest] = FULL_QUESTION;
        let left = Way::new(likelihood.clone(), None, start);
        let mut ways = Vec::new();
        for c in LEADS.filter_map(|first| gbk_char([first, second])) {
            if is_han(c) && self.is_plausible(c) && self.residue.reading(c).is_none() {
                ways.push(left.with(&[c], likelihood.with(c, &mut self.words), Some(Pending::This(rest))));
            }
        }
        self.steps += STEPS_OF_A_LOOK;
        let mut ways = self.follow(text, before, ways);
        let left_so = likelihood.with('?', &mut self.words).with('?', &mut self.words);
        ways.push(Way::new(left_so, None, start));
        ways
    }

    /// The ways to read `!` and a letter where the end of `。` and the begin of a full-width space were taken for a full-width
    /// exclamation mark. The rest of both, and the first byte of what follows, are lost.
    pub(super) fn ways_of_exclamation(&mut self, text: &str, before: &[char], start: usize) -> Vec<Way> {
        let likelihood = self.likelihood_of(before);
        let [first, _] = FULL_SPACE;
        let stop = likelihood.with('。', &mut self.words).with(' ', &mut self.words);
        let way = Way::new(likelihood.clone(), None, start).with(&['。', ' '], stop, Some(Pending::AnyAfter(first)));
        self.steps += STEPS_OF_A_LOOK;
        let mut ways = self.follow(text, before, vec![way]);
        ways.push(Way::new(likelihood.with('!', &mut self.words), None, start));
        ways
    }

    /// What follows a stretch, as far as it is weighed with it, without the annotations.
    pub(super) fn context_after(&self, text: &str) -> Vec<char> {
        let far = text.char_indices().nth(CONTEXT * (LONGEST_SYLLABLE + 3)).map_or(text.len(), |(at, _)| at);
        let mut context = self.unannotated(&text[..far]);
        context.truncate(CONTEXT);
        context
    }

    /// Whether a way opens a quotation which neither it nor the text after it closes.
    pub(super) fn leaves_open(&self, way: &Way, text: &str) -> bool {
        PAIRED.into_iter().any(|(open, close)| {
            let either = |c: &char| *c == open || *c == close;
            way.backwards().find(either) == Some(open) && text.chars().take(FURTHEST_CLOSE).find(either) != Some(close)
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

    /// The other bytes of the characters that have this byte first, and can have been annotated so: those of the page's list,
    /// else those of its kind that the page does not have unannotated.
    pub(super) fn inserted(&self, first: u8, reading: &str, seconds: impl Iterator<Item = u8>) -> Vec<u8> {
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

    /// Follows the ways through the printed text until the bytes of each are in step.
    fn follow(&mut self, text: &str, before: &[char], mut ways: Vec<Way>) -> Vec<Way> {
        let mut done: Vec<Way> = Vec::new();
        let mut at = ways.first().map_or(text.len(), |way| way.end);
        let mut parted = true;
        for _ in 0..LONGEST_STRETCH {
            let Some(printed) = printed(text, at, parted) else { break };
            if ways.is_empty() || self.is_exhausted() {
                break;
            }
            let mut next = Next::default();
            for way in &ways {
                self.step(way, before, &printed, &mut next);
            }
            done.extend(next.arrived());
            ways = next.going();
            parted = printed.annotated;
            at = printed.end;
        }
        done
    }

    /// All that a printed character can have been.
    fn step(&mut self, way: &Way, before: &[char], printed: &PrintedCharacter, next: &mut Next) {
        let (firsts, guess) = match &way.pending {
            None => return,
            Some(Pending::This(byte)) => (std::slice::from_ref(byte), false),
            Some(Pending::AnyAfter(byte)) => (no_characters(*byte), true),
        };
        for &first in firsts {
            match (printed.character, &printed.annotation) {
                ('?', Some((reading, end))) => {
                    for second in self.inserted(first, reading, TRAILS) {
                        let listed = gbk_char([first, second]).is_some_and(|c| self.residue.reading(c).is_some());
                        let way = way.clone().likelier_by(if listed { 0.0 } else { UNLISTED });
                        self.reach(&way, [first, second], None, *end, next);
                    }
                }
                ('?', None) => {
                    self.unknown(way, before, first, printed, next);
                    let [second, rest] = FULL_QUESTION;
                    self.reach(way, [first, second], Some(rest), printed.end, next);
                }
                (letter @ '@'..='~', annotation) => {
                    let second = u8::try_from(letter).unwrap_or_default();
                    let possible = match annotation {
                        Some((reading, _)) => !self.inserted(first, reading, std::iter::once(second)).is_empty(),
                        None => !guess || gbk_char([first, second]).is_some_and(|c| self.may_be_guessed(c, printed)),
                    };
                    if possible {
                        self.reach(way, [first, second], None, printed.end, next);
                    }
                }
                (c, _) => {
                    let Some([second, rest]) = gbk_pair(unfolded(c)) else { continue };
                    if !guess || gbk_char([first, second]).is_some_and(|c| self.may_be_guessed(c, printed)) {
                        self.reach(way, [first, second], Some(rest), printed.end, next);
                    }
                }
            }
        }
    }

    /// A `?` was a pair that is no character: the second byte of one character, and the first of the next. Or that byte and an
    /// ASCII byte that is lost for good.
    fn unknown(&mut self, way: &Way, before: &[char], first: u8, printed: &PrintedCharacter, next: &mut Next) {
        let half_known = matches!(way.pending, Some(Pending::This(_)));
        let number = printed.after.is_some_and(|c| c.is_ascii_digit() || "%.".contains(c));
        let counted = number || printed.after.is_some_and(|c| COUNTED.contains(c));
        for &Plausible { second, character: c, usual } in self.plausible(first).iter() {
            if (!printed.parted && self.residue.reading(c).is_some())
                || (!half_known && !usual)
                || !may_close(way, before, c)
            {
                continue;
            }
            self.steps += 1;
            let mut likelihood = way.likelihood.with(c, &mut self.words);
            if c == '、' && !printed.before_list && !follows_list(way, before) {
                likelihood = likelihood.plus(LISTS_NOTHING);
            }
            let ends = ENDS_A_SENTENCE.contains(c);
            let may_end_a_line = if ends { !number } else { half_known && !counted };
            if printed.last {
                // Half a character at the end is a `?` by itself.
                let end_of_text = likelihood.with('\n', &mut self.words);
                next.arrive(way, &[c], end_of_text, printed.end, false);
            } else if may_end_a_line {
                let line = likelihood.with('\n', &mut self.words);
                next.arrive(way, &[c, '\n'], line, printed.end, false);
            }
            if half_known && !printed.last {
                let log = if counted { NUMBER_LOST } else { OTHER_LOST };
                let log = if ends && !number { log + BEGINS_A_SENTENCE } else { log };
                let lost = likelihood.with_lost(log);
                let digit = printed.year.unwrap_or('?');
                next.arrive(way, &[c, digit], lost, printed.end, digit == '?');
            }
            if !no_characters(second).is_empty() {
                next.go_on(way, c, likelihood, Pending::AnyAfter(second));
            }
        }
    }

    /// Goes on with a character whose bytes are known. A second byte below 80 is a character of its own.
    fn reach(&mut self, way: &Way, pair: [u8; 2], rest: Option<u8>, end: usize, next: &mut Next) {
        self.steps += 1;
        let Some(c) = gbk_char(pair) else { return };
        let likelihood = way.likelihood.with(c, &mut self.words);
        match rest {
            Some(ascii) if ascii.is_ascii() => {
                let ascii = char::from(ascii);
                next.arrive(way, &[c, ascii], likelihood.with(ascii, &mut self.words), end, false);
            }
            Some(byte) => next.go_on(way, c, likelihood, Pending::This(byte)),
            None => next.arrive(way, &[c], likelihood, end, false),
        }
    }

    /// The characters with this first byte that may be guessed.
    fn plausible(&mut self, first: u8) -> Rc<[Plausible]> {
        if let Some(known) = &self.plausible[usize::from(first)] {
            return Rc::clone(known);
        }
        let found: Rc<[Plausible]> = TRAILS
            .filter_map(|second| {
                let character = gbk_char([first, second]).filter(|c| self.is_plausible(*c))?;
                Some(Plausible { second, character, usual: self.is_usual(character) })
            })
            .collect();
        self.plausible[usize::from(first)] = Some(Rc::clone(&found));
        found
    }

    /// Whether a character may be guessed of which nothing is known for certain.
    fn is_usual(&self, c: char) -> bool {
        !is_han(c) || is_common(simplified(c)) || self.page.has(c)
    }

    /// Whether a character may stand here unannotated.
    fn may_be_guessed(&self, c: char, printed: &PrintedCharacter) -> bool {
        self.is_plausible(c) && (printed.parted || self.residue.reading(c).is_none())
    }

    /// Whether a character of which only one byte is known may be guessed: one in use, in the script of the page.
    fn is_plausible(&self, c: char) -> bool {
        if is_han(c) { self.page.has(c) || is_traditional(c) } else { SIGNS.contains(c) }
    }
}

fn printed(text: &str, at: usize, parted: bool) -> Option<PrintedCharacter> {
    let character = text[at..].chars().next()?;
    let mut end = at + character.len_utf8();
    let (mut annotation, mut annotated) = (None, false);
    if character == '?' {
        annotation = syllable_to_bracket(&text[end..]).map(|(reading, length)| (reading, end + length));
    } else if let Some((reading, length)) = syllable_in_bracket(&text[end..]) {
        end += length;
        if character.is_ascii() {
            annotation = Some((reading, end));
        } else {
            annotated = true;
        }
    }
    Some(PrintedCharacter {
        character,
        end,
        annotation,
        parted,
        annotated,
        after: text[end..].chars().next(),
        year: first_digit_of_year(&text[end..]),
        before_list: text[end..].chars().take(FURTHEST_MEMBER).any(is_of_list),
        last: end == text.len(),
    })
}

/// Whether something of a list stands before.
fn follows_list(way: &Way, before: &[char]) -> bool {
    way.backwards().chain(before.iter().rev().copied()).take(FURTHEST_MEMBER).any(is_of_list)
}

fn is_of_list(c: char) -> bool {
    OF_A_LIST.contains(c)
}

/// The digit that a year has lost of which three are left. News is not written of the far past.
fn first_digit_of_year(text: &str) -> Option<char> {
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

/// Whether a closing sign has something to close; any other character may stand anywhere.
fn may_close(way: &Way, before: &[char], c: char) -> bool {
    let c = folded(c);
    let paired = PAIRED.into_iter().chain([BRACKETS]).find(|(_, close)| *close == c);
    let Some((open, close)) = paired else { return true };
    way.backwards().chain(before.iter().rev().copied()).find(|c| *c == open || *c == close) == Some(open)
}

/// A character such as the lists hold, with the reading that they give.
fn is_listable(c: char, reading: &str) -> bool {
    let plain = simplified(c);
    plain != c && is_common(plain) && reading_of(c, reading) == Reading::First
}
