//! Tokenizes a byline into labels with values, times, URLs and other words.
//!
//! Owns the boundaries: a label's value ends at the next label, time or strong separator, with or without white space between
//! them. Text (`blocks/byline`) and HTML (`extract/labels`) use the same tokens. Does not interpret words without a label.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use super::lexicon::byline_words::{self, Field};
use super::lexicon::{page_chrome, time_words};
use super::normalized_line::NormalizedLine;
use super::time::{Printed, printed_at};
use crate::parse::dateline::{are_likely_names, is_place};
use crate::text::is_han;

/// Ranges are in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Time {
        printed: Printed,
        range: Range<usize>,
    },
    Address,
    Labelled(Labelled),
    /// A word without a label.
    Word(Range<usize>),
}

/// A label and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Labelled {
    pub label: &'static str,
    pub field: Field,
    /// Whether a colon, a bar or a slash sets the label off; else white space does.
    pub is_marked: bool,
    /// Label and value.
    pub range: Range<usize>,
    pub value: Range<usize>,
}

/// The tokens of a line, without separators.
pub(super) fn tokens(view: &NormalizedLine) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < view.len() {
        if view.at(at).is_some_and(is_separator) {
            at += 1;
        } else if let Some((printed, end)) = printed_at(view, at) {
            tokens.push(Token::Time { printed, range: at..end });
            at = past_zone(view, end);
        } else if view.starts_with(at, "http://") || view.starts_with(at, "https://") {
            tokens.push(Token::Address);
            at = (at..view.len()).find(|end| view.at(*end) == Some(' ')).unwrap_or(view.len());
        } else if let Some(end) = button_at(view, at) {
            at = end;
        } else if let Some(label) = label_at(view, at) {
            let end = value_end(view, label.value, label.field);
            let Label { label, field, is_marked, value } = label;
            tokens.push(Token::Labelled(Labelled { label, field, is_marked, range: at..end, value: value..end }));
            at = end;
        } else {
            let end = word_end(view, at);
            tokens.push(Token::Word(at..end));
            at = end;
        }
    }
    tokens
}

/// The end of a button and its count: `我要评论(0)`, whose end is also a label.
fn button_at(view: &NormalizedLine, at: usize) -> Option<usize> {
    const MIN_BUTTON: usize = 4;
    let (word, end) = view.word_at(at, byline_words::NOISE)?;
    let counted = view.group_at(end, 8).filter(|_| view.at(end) == Some('('))?;
    (word.chars().count() >= MIN_BUTTON).then_some(counted)
}

/// The account that published a page, printed with the time: `11:30　青石音乐`, `2022-06-02 09:52:19河湾评论 来自青石市`,
/// `2023-05-18 16:56发布于青石青石晚报官方账号`. None if the line has anything else, or the word may be a person's name.
pub(super) fn account_beside_time(view: &NormalizedLine) -> Option<Range<usize>> {
    const LENGTHS: std::ops::RangeInclusive<usize> = 3..=12;
    let mut account = None;
    let mut timed = false;
    let mut before_place = false;
    for token in tokens(view) {
        // `发布于：青石市`.
        let is_place_of_account = std::mem::take(&mut before_place);
        match token {
            Token::Word(_) if is_place_of_account => {}
            Token::Labelled(labelled) if byline_words::PUBLISHED_FROM.contains(&labelled.label) => {
                before_place = labelled.value.is_empty();
            }
            Token::Time { printed, .. } => timed |= printed.year != 0 && printed.hour.is_some(),
            Token::Labelled(labelled) if labelled.field == Field::Ignored || labelled.value.is_empty() => {}
            Token::Labelled(_) => return None,
            Token::Address => {}
            Token::Word(word) => {
                let word = without_place(view, word);
                if word.is_empty() || is_noise(view.seen(word.clone())) {
                    continue;
                }
                if !timed || account.replace(word).is_some() {
                    return None;
                }
            }
        }
    }
    let account = account?;
    let seen = view.seen(account.clone());
    let text: String = seen.iter().collect();
    let printed = seen.iter().all(|c| c.is_alphabetic() || *c == '·') && seen.last() != Some(&'版');
    let is_tool = page_chrome::NAVIGATION.contains(&text.as_str()) || page_chrome::SHARE.contains(&text.as_str());
    let is_person = seen.len() == *LENGTHS.start() && are_likely_names(view, account.clone());
    (timed && LENGTHS.contains(&seen.len()) && printed && !is_tool && !is_person && !is_place(seen)).then_some(account)
}

/// Whether a line is a label without a value: `责任编辑：`, `關鍵字：`.
pub(super) fn is_empty_label(line: &str) -> bool {
    /// In characters.
    const MAX_LABEL: usize = 12;
    if line.chars().nth(MAX_LABEL).is_some() {
        return false;
    }
    let view = NormalizedLine::of(line, MAX_LABEL);
    matches!(tokens(&view).as_slice(), [Token::Labelled(labelled)] if labelled.is_marked && labelled.value.is_empty())
}

/// A word without the place that a platform prints before an account (`发布于青石`, `来自青石市`), and without the suffix of an official
/// account.
fn without_place(view: &NormalizedLine, word: Range<usize>) -> Range<usize> {
    let mut end = word.end;
    for suffix in byline_words::ACCOUNT_SUFFIXES {
        let length = suffix.chars().count();
        if word.len() > length && view.starts_with(word.end - length, suffix) {
            end = word.end - length;
        }
    }
    let Some((_, start)) = view.word_at(word.start, byline_words::PUBLISHED_FROM) else { return word.start..end };
    let start = start.min(end);
    let rest = view.seen(start..end);
    // The account of a local outlet begins with the same place: 青石青石晚报.
    let twice = (2..=3).find(|length| rest.len() > 2 * length && rest.get(..*length) == rest.get(*length..2 * length));
    let known = (2..=4).rev().find(|length| rest.get(..*length).is_some_and(is_place));
    match twice.or(known) {
        Some(place) if end < word.end => start + place..end,
        _ => end..end,
    }
}

/// Whether a word in a byline carries no metadata: a count, a weekday, a word of page chrome.
pub(super) fn is_noise(word: &[char]) -> bool {
    let number = word.iter().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '万' | '+' | '-'));
    let english_weekday = || time_words::ENGLISH_WEEKDAYS.iter().any(|day| day.chars().eq(word.iter().copied()));
    let weekday = time_words::WEEKDAYS.iter().any(|day| day.chars().eq(word.iter().copied().take(day.chars().count())));
    // `12人参与评论`.
    let digits = word.iter().take_while(|c| c.is_ascii_digit()).count();
    let unit = word.get(digits..).unwrap_or_default();
    let counted = digits > 0 && byline_words::COUNTS.iter().any(|count| count.chars().eq(unit.iter().copied()));
    // `第1页/共3页`.
    let of_pager = || matches!(word, ['第' | '共', number @ .., '页'] if number.iter().all(char::is_ascii_digit));
    // `阅读10544次`.
    let is_count = || {
        if !word.last().is_some_and(|last| *last == '次' || last.is_ascii_digit()) {
            return false;
        }
        let text: String = word.iter().collect();
        let ignored = byline_words::FIELDS.iter().filter(|(_, field)| *field == Field::Ignored);
        ignored.filter_map(|(label, _)| text.strip_prefix(label)).any(|rest| {
            let number = rest.trim_end_matches('次');
            !number.is_empty() && number.chars().all(|c| c.is_ascii_digit())
        })
    };
    number
        || counted
        || is_count()
        || of_pager()
        || weekday && word.len() <= 5
        || english_weekday()
        || byline_words::NOISE.iter().any(|noise| noise.chars().eq(word.iter().copied()))
}

/// Whether a character separates the words of a byline.
fn is_separator(character: char) -> bool {
    matches!(
        character,
        ' ' | '|'
            | '·'
            | ','
            | '/'
            | '-'
            | '—'
            | '['
            | ']'
            | '('
            | ')'
            | '<'
            | '>'
            | ';'
            | '_'
            | '□'
            | '■'
            | '●'
            | '☉'
            | '○'
            | '◇'
            | '◆'
            | '▲'
            | '△'
            | '※'
            | '▇'
            | '◎'
            | '│'
            | '┃'
            | '丨'
            | '：'
            | ':'
            | '、'
            | '【'
            | '】'
            | '。'
    )
}

/// The end of a word without a label: at a separator, or where a time, a URL or a label begins.
fn word_end(view: &NormalizedLine, start: usize) -> usize {
    (start + 1..view.len())
        .find(|at| {
            let follows_digit = view.at(*at - 1).is_some_and(|previous| previous.is_ascii_digit());
            view.at(*at).is_some_and(is_separator)
                || view.starts_with(*at, "http")
                || !follows_digit && printed_at(view, *at).is_some_and(|(printed, _)| printed.year != 0)
                || label_at(view, *at).is_some()
        })
        .unwrap_or(view.len())
}

/// Skips the time zone after a time: `+08:00`, `Z`.
fn past_zone(view: &NormalizedLine, end: usize) -> usize {
    match view.at(end) {
        Some('z') => end + 1,
        Some('+') if view.at(end + 3) == Some(':') => end + 6,
        _ => end,
    }
}

/// A label whose value's end is not known yet.
struct Label {
    label: &'static str,
    field: Field,
    is_marked: bool,
    value: usize,
}

/// A label at `index`, and where its value begins.
fn label_at(view: &NormalizedLine, index: usize) -> Option<Label> {
    /// What labels begin with: most places of a line are none of them.
    static FIRST: LazyLock<Vec<char>> = LazyLock::new(|| {
        let first: BTreeSet<char> = byline_words::FIELDS.iter().filter_map(|(word, _)| word.chars().next()).collect();
        first.into_iter().collect()
    });
    FIRST.binary_search(&view.at(index)?).ok()?;
    let (word, field) = byline_words::FIELDS
        .iter()
        .filter(|(word, _)| spaced_word(view, index, word).is_some())
        .max_by_key(|(word, _)| word.len())?;
    let end = spaced_word(view, index, word)?;
    let next = view.skip_spaces(end);
    let label = |is_marked: bool, value: usize| {
        // `图片来源：…` is a picture's source, not the article's.
        let other = *field == Field::Source
            && byline_words::OTHER_SOURCES.iter().any(|other| {
                let length = other.chars().count();
                index >= length && view.starts_with(index - length, other)
            });
        let field = if other { Field::Ignored } else { *field };
        Some(Label { label: word, field, is_marked, value })
    };
    let named = matches!(field, Field::Source | Field::Author | Field::Editor | Field::OtherContributor);
    match view.at(next) {
        Some(':') => label(true, view.skip_spaces(next + 1)),
        // `来源 | 某某网`.
        Some('|' | '│' | '丨') if named => label(true, view.skip_spaces(next + 1)),
        Some('/') if matches!(field, Field::Author | Field::Editor | Field::OtherContributor) => label(true, next + 1),
        Some('(') if *field == Field::Ignored => label(false, next),
        // `来源 某某网`, `浏览 12`: white space before and after.
        _ if next > end
            && matches!(field, Field::Source | Field::Ignored | Field::Time)
            && !follows_word(view, index) =>
        {
            label(false, next)
        }
        // `发表于2014-08-24`, `浏览12`.
        _ if matches!(field, Field::Ignored | Field::Time) && view.at(end).is_some_and(|c| c.is_ascii_digit()) => {
            label(false, end)
        }
        // `本文来源于某某网`: the label is a verb.
        _ if *field == Field::OutletName && word.ends_with('于') && !follows_word(view, index) => label(false, next),
        // `… | 来源某某网 | 作者张三`: a bar before it.
        _ if named && follows_bar(view, index) => label(true, next),
        // `编辑 张三 ｜ 排版 李四`: a name after it, then a bar.
        _ if next > end && matches!(field, Field::Editor | Field::OtherContributor) && precedes_bar(view, next) => {
            label(false, next)
        }
        _ => None,
    }
}

/// Whether a word directly precedes `index`: `河湾评论 来自青石市` has no label 评论.
fn follows_word(view: &NormalizedLine, index: usize) -> bool {
    index.checked_sub(1).and_then(|at| view.at(at)).is_some_and(is_han)
}

/// Whether there are only names between `start` and the next bar.
fn precedes_bar(view: &NormalizedLine, start: usize) -> bool {
    let bar = (start..view.len()).find(|at| matches!(view.at(*at), Some('|' | '│' | '丨')));
    bar.is_some_and(|bar| are_likely_names(view, start..bar))
}

fn follows_bar(view: &NormalizedLine, index: usize) -> bool {
    let before = (0..index).rev().find_map(|at| view.at(at).filter(|character| *character != ' '));
    before.is_some_and(|character| matches!(character, '|' | '│' | '丨'))
}

/// The end of a label, which may have white space between its characters: `来　源：`.
fn spaced_word(view: &NormalizedLine, index: usize, word: &str) -> Option<usize> {
    let mut at = index;
    for (position, character) in word.chars().enumerate() {
        if position > 0 {
            at = view.skip_spaces(at);
        }
        if view.at(at) != Some(character) {
            return None;
        }
        at += 1;
    }
    Some(at)
}

/// The end of a label's value: at the next label, time or strong separator.
fn value_end(view: &NormalizedLine, start: usize, field: Field) -> usize {
    if field == Field::Time {
        return start;
    }
    let spaces_end = matches!(field, Field::Source | Field::OutletName | Field::Section | Field::Ignored);
    (start..view.len())
        .find(|at| {
            let character = view.at(*at).unwrap_or(' ');
            let strong = matches!(character, '|' | '[' | ']' | '【' | '】' | '│' | '丨' | ';') && *at > start;
            let spaced = character == ' ' && spaces_end;
            let closing = character == ')' && !view.seen(start..*at).contains(&'(');
            let next = *at > start && (label_at(view, *at).is_some() || printed_at(view, *at).is_some());
            // A label without a value: `来源： 作者：`, `作者： 2021-09-01 08:00`.
            let empty = *at == start
                && (label_follows(view, start) || printed_at(view, start).is_some_and(|(time, _)| time.year != 0));
            strong || spaced || closing || next || empty || tool_at(view, start, *at, field)
        })
        .unwrap_or(view.len())
}

/// Whether another label with a colon follows in the place of the value.
fn label_follows(view: &NormalizedLine, start: usize) -> bool {
    label_at(view, start).is_some_and(|label| view.seen(start..label.value).contains(&':'))
}

/// Whether page chrome follows the names of a label: `作者：某某 分享到：`.
fn tool_at(view: &NormalizedLine, start: usize, at: usize, field: Field) -> bool {
    let people = matches!(field, Field::Author | Field::Editor | Field::OtherContributor);
    people && at > start && view.at(at - 1) == Some(' ') && view.word_at(at, byline_words::TOOLS).is_some()
}
