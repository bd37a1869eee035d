//! The verb of a dateline, such as 电 or 讯, and what may come between the date and the verb.
//!
//! Owns the verbs, and the time, the place and the kind of wire that some outlets print before them. Rejects 报道 within a
//! sentence, where the agency is a cited source.

use std::ops::Range;

use super::day::number_at;
use crate::article::DatelineDate;
use crate::parse::lexicon::{places, time_words, wire_verbs};
use crate::parse::normalized_line::NormalizedLine;
use crate::text::is_han;

pub(super) fn verb_at(line: &NormalizedLine, index: usize) -> Option<usize> {
    line.word_at(index, wire_verbs::VERBS).map(|(_, end)| end)
}

/// The part of a dateline after the date.
pub(super) struct AfterDay {
    /// Empty if there is none.
    pub place: Range<usize>,
    /// The end of the verb.
    pub end: usize,
}

/// Parses from the end of a date to the verb. Between them may be a time (`10月1日晚电`, `5月20日6时讯`), the kind of wire (`20日体育专电`),
/// or the place (`6月3日北京讯`).
pub(super) fn after_day(line: &NormalizedLine, date: DatelineDate, index: usize) -> Option<AfterDay> {
    let at = after_hour(line, line.skip_spaces(index));
    if let Some(end) = verb_after_day(line, date, at) {
        return Some(AfterDay { place: at..at, end });
    }
    if let Some(end) = special_wire(line, at) {
        return Some(AfterDay { place: at..at, end });
    }
    place_before_verb(line, at)
}

/// `法新社11日报道说` cites a source: 报道 is a dateline's verb only if the date has a month and no sentence continues after it.
fn verb_after_day(line: &NormalizedLine, date: DatelineDate, at: usize) -> Option<usize> {
    let (verb, end) = line.word_at(at, wire_verbs::VERBS)?;
    if verb == "电" && line.at(end) == Some('话') {
        return None;
    }
    let goes_on = date.month == 0 || line.at(end).is_some_and(|next| ",说称指援。".contains(next));
    let reports = wire_verbs::REPORTS.contains(&verb);
    (!(reports && goes_on)).then_some(end)
}

/// Skips a time of day: 晚, 6时, 6时30分.
pub(super) fn after_hour(line: &NormalizedLine, at: usize) -> usize {
    let at = line.word_at(at, time_words::PARTS_OF_DAY).map_or(at, |(_, end)| line.skip_spaces(end));
    let unit = |at: usize, words: &[&'static str]| {
        let (_, end) = number_at(line, at)?;
        line.word_at(end, words).map(|(_, end)| line.skip_spaces(end))
    };
    let hour = unit(at, time_words::HOURS).unwrap_or(at);
    if hour > at { unit(hour, &["分"]).unwrap_or(hour) } else { at }
}

/// `体育专电`, `新媒体专电`: the kind of wire before 专电.
fn special_wire(line: &NormalizedLine, at: usize) -> Option<usize> {
    const MAX_KIND: usize = 4;
    if let Some((_, end)) = line.word_at(at, wire_verbs::KINDS) {
        return Some(end);
    }
    let wire = (at + 2..=at + MAX_KIND).find(|wire| line.word_at(*wire, wire_verbs::SPECIAL).is_some())?;
    let (_, end) = line.word_at(wire, wire_verbs::SPECIAL)?;
    line.seen(at..wire).iter().all(|character| is_han(*character)).then_some(end)
}

/// `6月3日北京讯（记者`: a known place, or any short word if a bracket or white space after the verb ends the head.
fn place_before_verb(line: &NormalizedLine, at: usize) -> Option<AfterDay> {
    const MAX_PLACE: usize = 6;
    for verb in at + 2..=at + MAX_PLACE {
        let place = line.seen(at..verb);
        if place.len() < verb - at || !place.iter().all(|character| is_han(*character)) {
            return None;
        }
        let Some((_, end)) = line.word_at(verb, wire_verbs::PLAIN) else { continue };
        let ends = matches!(line.at(end), Some('(' | ' '));
        // 通讯, 致电 and the like are ordinary words.
        let word = matches!(place.last(), Some('通' | '资' | '音' | '问' | '致' | '来' | '发' | '无' | '停'));
        return (places::is_place(place) || ends && !word).then_some(AfterDay { place: at..verb, end });
    }
    None
}

/// Skips white space and commas. A comma after the verb is not part of the dateline's text, so what follows the verb must parse
/// the same with and without one.
pub(super) fn past_pause(line: &NormalizedLine, end: usize) -> usize {
    let mut at = end;
    while matches!(line.at(at), Some(' ' | ',')) {
        at += 1;
    }
    at
}

/// The end of a colon that follows, after optional white space and commas; else `end`.
pub(super) fn colon_end(line: &NormalizedLine, end: usize) -> usize {
    let at = past_pause(line, end);
    if line.at(at) == Some(':') { at + 1 } else { end }
}

/// The end of a dash after a dateline: `电 - `. White space must follow, so that hyphens within words do not count.
pub(super) fn dash_end(line: &NormalizedLine, end: usize) -> Option<usize> {
    const MAX_DASH: usize = 2;
    let start = past_pause(line, end);
    let mut at = start;
    while at < start + MAX_DASH && matches!(line.at(at), Some('-' | '—')) {
        at += 1;
    }
    (at > start && line.at(at).is_none_or(|next| next == ' ')).then_some(at)
}
