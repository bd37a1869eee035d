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
//! them by the words that they make. It repairs only what has one way that is far likelier than any other, and than to leave
//! the text as it stands.
//!
//! Owns the search. Refuses pages without the habit: [`Residue`] finds that.

use std::collections::HashSet;
use std::rc::Rc;

use super::likelihood::{Likelihood, Words};
use super::residue::{Residue, syllable_in_bracket, syllable_to_bracket};
use super::script::{Reading, gbk_char, gbk_pair, is_common, is_han, reading_of, simplified, traditional};

/// How much likelier, as a natural logarithm, the way that is taken must be than any other: a hundred and fifty times.
const CERTAIN: f64 = 5.0;

/// How much likelier two neighbours are that stand beside each other elsewhere on the page, as a natural logarithm. A text
/// that has a word has it again.
const MET_BEFORE: f64 = 1.5;

/// How much less likely it is, as a natural logarithm, that the page's list has yet another character, which is not to be
/// seen anywhere else on it.
const UNLISTED: f64 = -4.0;

/// Of so many characters of a stretch that is set right, one at most may stay unknown.
const MOST_UNKNOWN_ONE_IN: usize = 3;

/// How many ways are followed at once.
const BEAM: usize = 250;

/// A way so far behind another, as a natural logarithm, will not come before it any more.
const FAR_BEHIND: f64 = 8.0;

/// How many ways that came to an end at the same character are kept.
const ARRIVED: usize = 10;

/// A damaged stretch is followed no further than this many printed characters. Longer ones have met no ASCII byte in all that
/// time, which running text hardly does.
const LONGEST_STRETCH: usize = 60;

/// How many characters before and after a stretch are weighed with it.
const CONTEXT: usize = 4;

/// How many steps of the search a text is worth. An honest page takes some ten thousand, a badly damaged
/// one a few hundred thousand.
const MOST_STEPS: u32 = 600_000;

/// What it costs to look a reading up for every character that begins with a byte.
const STEPS_OF_A_LOOK: u32 = 20;

/// What the rule did to a text.
#[derive(Default)]
pub struct Outcome {
    pub text: String,
    /// Stretches that were set right.
    pub repaired: u32,
    /// Annotations that fell between a Chinese character and a Latin letter: they damaged nothing and just went.
    pub stripped: u32,
    /// Stretches that are damaged and stay so, or of which a character is lost for good.
    pub uncertain: u32,
}

/// What stands on a page: the best witness of what stood there before it was damaged.
#[derive(Default)]
pub struct Page {
    characters: HashSet<char>,
    neighbours: HashSet<(char, char)>,
}

impl Page {
    pub fn new(text: &str) -> Self {
        let neighbours = text.chars().zip(text.chars().skip(1)).filter(|(one, other)| is_han(*one) && is_han(*other));
        Self { characters: text.chars().collect(), neighbours: neighbours.collect() }
    }

    fn has(&self, c: char) -> bool {
        self.characters.contains(&c)
    }
}

/// Undoes what can be undone.
pub fn undo(text: &str, residue: &Residue, page: &Page) -> Outcome {
    let mut outcome = Outcome { text: String::with_capacity(text.len()), ..Outcome::default() };
    let mut search = Search {
        residue,
        page,
        steps: 0,
        words: Words::default(),
        no_characters: (0..=0xFF).map(no_characters).collect(),
    };
    let mut kept_to = 0;
    let mut from = 0;
    while let Some(found) = text[from..].find(['(', '?']).map(|at| from + at) {
        from = found + 1;
        if text[found..].starts_with('?') {
            match search.undo_at(text, kept_to, found) {
                Found::Nothing => {}
                Found::Uncertain => outcome.uncertain += 1,
                Found::Repaired { text: repaired, end, lost } => {
                    outcome.text.push_str(&text[kept_to..found]);
                    outcome.text.push_str(&repaired);
                    (kept_to, from) = (end, end);
                    outcome.repaired += 1;
                    outcome.uncertain += u32::from(lost);
                }
            }
        } else if let Some(end) = search.letter_annotated(text, found) {
            outcome.text.push_str(&text[kept_to..found]);
            (kept_to, from) = (end, end);
            outcome.stripped += 1;
        }
    }
    outcome.text.push_str(&text[kept_to..]);
    outcome
}

enum Found {
    Nothing,
    Uncertain,
    Repaired { text: String, end: usize, lost: bool },
}

struct Search<'a> {
    residue: &'a Residue,
    page: &'a Page,
    steps: u32,
    words: Words,
    /// By first byte.
    no_characters: Vec<Rc<[u8]>>,
}

/// One way in which a damaged stretch can have come about, as far as it has been followed.
#[derive(Clone)]
struct Way {
    text: Option<Rc<Link>>,
    likelihood: Likelihood,
    /// The byte that waits for its second, any of these; none once the bytes are in step again.
    pending: Option<Rc<[u8]>>,
    /// Where in the damaged text the bytes were in step again.
    end: usize,
    lost: bool,
}

/// A character and those before it, which many ways share.
struct Link {
    character: char,
    before: Option<Rc<Link>>,
}

/// The lead bytes of GBK.
const LEADS: std::ops::RangeInclusive<u8> = 0x81..=0xFE;

/// The second bytes from 80 on with which a first byte is no character.
fn no_characters(first: u8) -> Rc<[u8]> {
    LEADS.filter(|&second| gbk_char([first, second]).is_none()).collect()
}

impl Search<'_> {
    /// Looks at a `?` that may be the rest of a byte and a bracket.
    fn undo_at(&mut self, text: &str, kept_to: usize, mark: usize) -> Found {
        let Some((reading, length)) = syllable_to_bracket(&text[mark + 1..]) else { return Found::Nothing };
        let before = &text[kept_to..mark];
        let Some([_, first]) = before.chars().next_back().and_then(gbk_pair) else { return Found::Nothing };
        if self.steps >= MOST_STEPS {
            return Found::Uncertain;
        }
        let seconds = self.inserted(first, &reading, LEADS);
        self.steps += STEPS_OF_A_LOOK;
        if seconds.is_empty() {
            return Found::Nothing;
        }
        let start = mark + 1 + length;
        let mut context: Vec<char> = before.chars().rev().filter(|c| *c != '\n').take(CONTEXT).collect();
        context.reverse();
        let likelihood = context.into_iter().fold(Likelihood::default(), |so_far, c| so_far.with(c, &mut self.words));
        let way =
            Way { text: None, likelihood: likelihood.clone(), pending: Some(seconds.into()), end: start, lost: false };
        let mut ways = self.follow(text, start, way);
        // To leave it all as it is.
        ways.push(Way {
            text: None,
            likelihood: likelihood.with('?', &mut self.words),
            pending: None,
            end: start,
            lost: true,
        });
        choose(text, mark, ways, &mut self.words)
    }

    /// The other bytes of the characters that have this byte first, and can have been annotated so: those of the page's list,
    /// else those of its kind that the page does not have unannotated.
    fn inserted(&self, first: u8, reading: &str, seconds: impl Iterator<Item = u8>) -> Vec<u8> {
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

    /// A bracket after a Latin letter that is the second byte of a listed character whose first ends the character before.
    fn letter_annotated(&self, text: &str, bracket: usize) -> Option<usize> {
        let (reading, length) = syllable_in_bracket(&text[bracket..])?;
        let mut before = text[..bracket].chars().rev();
        let second = u8::try_from(before.next()?).ok().filter(|byte| (0x40..0x7F).contains(byte))?;
        let [_, first] = gbk_pair(before.next()?)?;
        (!self.inserted(first, &reading, std::iter::once(second)).is_empty()).then_some(bracket + length)
    }

    /// Follows the ways through the printed text until the bytes of each are in step.
    fn follow(&mut self, text: &str, start: usize, way: Way) -> Vec<Way> {
        let mut ways = vec![way];
        let mut done: Vec<Way> = Vec::new();
        let mut at = start;
        for _ in 0..LONGEST_STRETCH {
            let Some(printed) = text[at..].chars().next() else { break };
            if ways.is_empty() || self.steps >= MOST_STEPS {
                break;
            }
            let mut end = at + printed.len_utf8();
            let mut bracket = None;
            if printed == '?' {
                bracket = syllable_to_bracket(&text[end..]).map(|(reading, length)| (reading, end + length));
            } else if let Some((_, length)) = syllable_in_bracket(&text[end..]) {
                // An insertion that fell in step with the wrong reading of the bytes.
                end += length;
            }
            let mut next = Vec::new();
            for way in &ways {
                self.step(way, printed, end, bracket.as_ref(), &mut next);
            }
            let (arrived, going): (Vec<Way>, Vec<Way>) = next.into_iter().partition(|way| way.pending.is_none());
            // Ways of different lengths cannot be compared yet.
            done.extend(best(arrived, ARRIVED));
            ways = best(going, BEAM + 1);
            if let [likeliest, .., dropped] = ways.as_slice()
                && ways.len() > BEAM
                && likeliest.likelihood.log() - dropped.likelihood.log() < FAR_BEHIND
            {
                // What is dropped might have won, so that nothing is certain any more.
                return Vec::new();
            }
            ways.truncate(BEAM);
            at = end;
        }
        done
    }

    /// All that a printed character can have been.
    fn step(&mut self, way: &Way, printed: char, end: usize, bracket: Option<&(String, usize)>, next: &mut Vec<Way>) {
        let Some(pending) = way.pending.as_deref() else { return };
        for &first in pending {
            match (printed, bracket) {
                ('?', Some((reading, after))) => {
                    for second in self.inserted(first, reading, LEADS) {
                        let listed = gbk_char([first, second]).is_some_and(|c| self.residue.reading(c).is_some());
                        let likelihood = way.likelihood.plus(if listed { 0.0 } else { UNLISTED });
                        self.reach(&Way { likelihood, ..way.clone() }, [first, second], None, *after, next);
                    }
                }
                ('?', None) => {
                    self.unknown(way, first, end, pending.len() == 1, next);
                    self.reach(way, [first, 0xA3], Some(0xBF), end, next);
                }
                ('@'..='~', _) => {
                    if let Ok(letter) = u8::try_from(printed) {
                        self.reach(way, [first, letter], None, end, next);
                    }
                }
                _ => {
                    let Some([second, rest]) = gbk_pair(unfolded(printed)) else { continue };
                    // Where several first bytes are possible, the character is a guess.
                    let guess = way.text.is_some() && pending.len() > 1;
                    if !guess || gbk_char([first, second]).is_some_and(|c| self.may_be_guessed(c)) {
                        self.reach(way, [first, second], Some(rest), end, next);
                    }
                }
            }
        }
    }

    /// A `?` was a pair that is no character: the second byte of one character, and the first of the next. Or that byte and an
    /// ASCII byte that is lost for good, which is considered only where it leaves a character half known.
    fn unknown(&mut self, way: &Way, first: u8, end: usize, half_known: bool, next: &mut Vec<Way>) {
        for second in LEADS {
            let rest = Rc::clone(&self.no_characters[usize::from(second)]);
            if rest.is_empty() && !half_known {
                continue;
            }
            // An insertion in the midst of a character hid it from the insertion of its own reading.
            let parted = way.text.is_none();
            let possible = |c: &char| if parted { self.is_plausible(*c) } else { self.may_be_guessed(*c) };
            let Some(c) = gbk_char([first, second]).filter(possible) else { continue };
            self.steps += 1;
            let with = way.with(c, end, self.page, &mut self.words);
            if half_known {
                next.push(Way { pending: None, lost: true, ..with.with('?', end, self.page, &mut self.words) });
            }
            if !rest.is_empty() {
                next.push(Way { pending: Some(rest), ..with });
            }
        }
    }

    /// Goes on with a character whose bytes are known. A second byte below 80 is a character of its own.
    fn reach(&mut self, way: &Way, pair: [u8; 2], rest: Option<u8>, end: usize, next: &mut Vec<Way>) {
        self.steps += 1;
        let Some(c) = gbk_char(pair) else { return };
        let on = way.with(c, end, self.page, &mut self.words);
        next.push(match rest {
            Some(ascii) if ascii.is_ascii() => on.with(char::from(ascii), end, self.page, &mut self.words),
            Some(byte) => Way { pending: Some(Rc::from([byte])), ..on },
            None => on,
        });
    }

    /// Whether a character may stand here unannotated.
    fn may_be_guessed(&self, c: char) -> bool {
        self.is_plausible(c) && self.residue.reading(c).is_none()
    }

    /// Whether a character of which only one byte is known may be guessed: one in use, in the script of the page.
    fn is_plausible(&self, c: char) -> bool {
        if is_han(c) {
            is_common(simplified(c)) && (self.page.has(c) || traditional(simplified(c)) == c)
        } else {
            "，。、；：？！“”‘’（）《》—…·".contains(c)
        }
    }
}

impl Way {
    /// One more character, and the bytes in step.
    fn with(&self, c: char, end: usize, page: &Page, words: &mut Words) -> Self {
        let character = folded(c);
        let neighbours = self.text.as_ref().map(|link| (link.character, character));
        let met_before = neighbours.is_some_and(|pair| page.neighbours.contains(&pair));
        Way {
            text: Some(Rc::new(Link { character, before: self.text.clone() })),
            likelihood: self.likelihood.with(c, words).plus(if met_before { MET_BEFORE } else { 0.0 }),
            pending: None,
            end,
            lost: self.lost,
        }
    }

    fn text(&self) -> String {
        let links = std::iter::successors(self.text.as_deref(), |link| link.before.as_deref());
        let mut characters: Vec<char> = links.map(|link| link.character).collect();
        characters.reverse();
        characters.into_iter().collect()
    }
}

/// A character such as the lists hold, with the reading that they give.
fn is_listable(c: char, reading: &str) -> bool {
    let plain = simplified(c);
    plain != c && is_common(plain) && reading_of(c, reading) == Reading::First
}

/// The crawlers that bring such pages fold this punctuation, so that its bytes were others.
const FOLDED: [(char, char); 7] =
    [('，', ','), ('：', ':'), ('；', ';'), ('（', '('), ('）', ')'), ('！', '!'), ('？', '?')];

fn folded(c: char) -> char {
    FOLDED.iter().find(|(full, _)| *full == c).map_or(c, |(_, half)| *half)
}

fn unfolded(c: char) -> char {
    FOLDED.iter().find(|(_, half)| *half == c).map_or(c, |(full, _)| *full)
}

/// The likeliest ways, best first.
fn best(mut ways: Vec<Way>, most: usize) -> Vec<Way> {
    let likelier = |one: &Way, other: &Way| other.likelihood.log().total_cmp(&one.likelihood.log());
    if ways.len() > most {
        ways.select_nth_unstable_by(most, likelier);
        ways.truncate(most);
    }
    ways.sort_by(likelier);
    ways
}

/// Takes the likeliest way, if no other comes near. All are weighed up to the same place in the text.
fn choose(text: &str, mark: usize, ways: Vec<Way>, words: &mut Words) -> Found {
    let furthest = ways.iter().map(|way| way.end).max().unwrap_or(mark);
    let mut weighed: Vec<(f64, Way)> = ways
        .into_iter()
        .map(|way| {
            let rest = text[way.end..furthest].chars().chain(text[furthest..].chars().take(CONTEXT));
            (rest.fold(way.likelihood.clone(), |so_far, c| so_far.with(c, words)).log(), way)
        })
        .collect();
    weighed.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let mut weighed = weighed.into_iter();
    let Some((log, taken)) = weighed.next().filter(|(_, way)| way.text.is_some()) else { return Found::Uncertain };
    let mut agreed: Vec<char> = taken.text().chars().collect();
    let mut lost = taken.lost;
    // To leave it all as it is is no rival, only a bound: the bytes do not fit so well by chance.
    for (_, rival) in weighed.take_while(|(next, _)| log - next < CERTAIN).filter(|(_, way)| way.text.is_some()) {
        let other: Vec<char> = rival.text().chars().collect();
        if other.len() != agreed.len() || rival.end != taken.end {
            return Found::Uncertain;
        }
        // What the rivals do not agree on stays a `?`, as it was printed.
        for (ours, theirs) in agreed.iter_mut().zip(other) {
            if *ours != theirs {
                *ours = '?';
                lost = true;
            }
        }
    }
    let unknown = agreed.iter().filter(|c| **c == '?').count();
    if unknown * MOST_UNKNOWN_ONE_IN > agreed.len() {
        return Found::Uncertain;
    }
    Found::Repaired { text: agreed.into_iter().collect(), end: taken.end, lost }
}
