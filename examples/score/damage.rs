//! Texts whose bytes were damaged for the purpose ([`super::mirror`]): what is set right, what is left with a warning, and
//! what is wrong without one.

use std::collections::HashMap;

use articled::parse::Parsed;
use articled::text::{is_han, to_traditional};
use pinyin::ToPinyin;

use super::mirror;
use crate::{Run, Tally, parse_text, text};

/// Damaged texts.
const TEXTS: usize = 1000;

/// The corpora that they are made of, in turn.
const CORPORA: [&str; 7] = [
    "boson_web_news",
    "cec_emergency",
    "trad_hk_tw",
    "thucnews_cnews_1k",
    "weibo_hot_with_desc",
    "xwlb_cctv",
    "pd1998_01_articles",
];

/// Lengths of the texts, in characters. Shorter ones have no habit, and longer ones only cost time.
const LENGTHS: std::ops::RangeInclusive<usize> = 200..=1500;

/// Characters on a mirror's list.
const LISTED: std::ops::RangeInclusive<usize> = 15..=90;

/// The lists are drawn from so many characters, the most frequent that the conversion changes.
const LISTABLE: usize = 400;

pub(crate) fn score(run: &Run) {
    let mut brought_in = HashMap::new();
    let corpora: Vec<Vec<String>> = CORPORA.iter().map(|file| texts(run, file, &mut brought_in)).collect();
    let corpora: Vec<Vec<String>> = corpora.into_iter().filter(|texts| !texts.is_empty()).collect();
    let pool = listable(brought_in);
    if pool.len() < *LISTED.end() {
        return;
    }
    let mut random = Random(seed());
    let [mut right, mut warned, mut silent] = [const { Tally { right: 0, all: 0 } }; 3];
    let mut places: Vec<_> = corpora.iter().map(|texts| texts.iter().cycle().skip(random.below(texts.len()))).collect();
    let mut corpus = 0;
    while right.all < TEXTS {
        corpus = (corpus + 1) % places.len();
        let Some(text) = places.get_mut(corpus).and_then(Iterator::next) else { return };
        let damaged = mirror::damaged(text, &random.list(&pool));
        if !has_byte_damage(&damaged) {
            continue;
        }
        let [found, wanted] = [damaged, mirror::folded(text)].map(|text| parse_text(&text, None, None));
        let is_right = found.content.printed() == wanted.content.printed();
        let is_warned = found.report.warnings.iter().any(|warning| warning.reason == "RESIDUE_UNCERTAIN");
        right.add(is_right);
        warned.add(!is_right && is_warned);
        if silent.add(!is_right && !is_warned) {
            run.miss(|| differences(&found, &wanted));
        }
    }
    run.tell("damaged bytes, set right", &right);
    run.tell("damaged bytes, left with a warning", &warned);
    run.tell("damaged bytes, wrong without a warning (must be 0)", &silent);
}

/// The texts and lists are the same in every run with one seed.
fn seed() -> u64 {
    std::env::var("DAMAGE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

/// The texts of a corpus as a mirror has them: Traditional, with full-width marks, in GBK. Counts the characters that the
/// conversion brought in.
fn texts(run: &Run, file: &str, brought_in: &mut HashMap<char, usize>) -> Vec<String> {
    let mut texts = Vec::new();
    for record in run.records(&format!("{file}.jsonl")) {
        let page = format!("{}\n{}", text(&record, "title").trim(), text(&record, "text").trim());
        let page: String = page.trim().chars().take(*LENGTHS.end()).collect();
        let mirrored = mirror::unfolded(&page.chars().map(converted).collect::<String>());
        if !LENGTHS.contains(&mirrored.chars().count()) || !is_in_gbk(&mirrored) {
            continue;
        }
        for (plain, c) in page.chars().zip(mirrored.chars()).filter(|(plain, c)| is_han(*plain) && plain != c) {
            debug_assert!(is_han(c), "{plain} became {c}");
            *brought_in.entry(c).or_default() += 1;
        }
        texts.push(mirrored);
    }
    texts
}

/// Whether GBK has every character of a text: then a mirror without a list changes only the width of its marks.
fn is_in_gbk(text: &str) -> bool {
    mirror::damaged::<String>(text, &[]) == mirror::folded(text)
}

/// What mirrors leave as it is, and what they write where OpenCC writes another form.
const LEFT_ALONE: &str = "丑于云仆伙余占吁吃后岩峰干并床征托斗杰栗游痴秘群范郁采里唇帘灶皂粽肴腌虱雇霉着";
const OTHER_FORMS: [(char, char); 3] = [('为', '為'), ('伪', '偽'), ('众', '眾')];

fn converted(c: char) -> char {
    if let Some((_, other)) = OTHER_FORMS.iter().find(|(plain, _)| *plain == c) {
        return *other;
    }
    if LEFT_ALONE.contains(c) { c } else { to_traditional(c) }
}

/// The most frequent characters that the conversion brought in, each with its first reading.
fn listable(brought_in: HashMap<char, usize>) -> Vec<(char, String)> {
    let mut counted: Vec<(usize, char)> = brought_in.into_iter().map(|(c, count)| (count, c)).collect();
    counted.sort_unstable_by(|one, other| other.cmp(one));
    let read = |c: char| Some((c, c.to_pinyin()?.with_tone().to_owned()));
    counted.into_iter().filter_map(|(_, c)| read(c)).take(LISTABLE).collect()
}

/// Whether a `?` stands before the rest of an annotation: somewhere the bytes fell across two characters.
fn has_byte_damage(text: &str) -> bool {
    let is_letter = |c: char| c.is_alphabetic() && !is_han(c);
    text.split('?').skip(1).any(|rest| {
        let letters = rest.chars().take_while(|c| is_letter(*c)).count();
        (1..=6).contains(&letters) && rest.chars().nth(letters) == Some(')')
    })
}

fn differences(found: &Parsed, wanted: &Parsed) -> String {
    let [found, wanted] = [found, wanted].map(|parsed| parsed.content.printed());
    let lines = found.lines().zip(wanted.lines()).filter(|(found, wanted)| found != wanted);
    lines.map(|(found, wanted)| around_difference(found, wanted)).collect::<Vec<_>>().join(" | ")
}

fn around_difference(found: &str, wanted: &str) -> String {
    let at = found.chars().zip(wanted.chars()).take_while(|(found, wanted)| found == wanted).count();
    let around = |text: &str| text.chars().skip(at.saturating_sub(6)).take(16).collect::<String>();
    format!("{} for {}", around(found), around(wanted))
}

/// Numbers that are the same in every run: splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or_default()
    }

    /// A list, in the order in which a mirror goes through it.
    fn list(&mut self, pool: &[(char, String)]) -> Vec<(char, String)> {
        let length = LISTED.start() + self.below(LISTED.end() - LISTED.start() + 1);
        let mut pool = pool.to_vec();
        (0..length.min(pool.len())).map(|_| pool.swap_remove(self.below(pool.len()))).collect()
    }
}
