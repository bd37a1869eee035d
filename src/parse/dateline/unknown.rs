//! Heads of datelines with an outlet that is not in the lists.
//!
//! Owns the additional evidence that such a name needs: an outlet's ending with date and verb, or reporters after the verb.
//! Rejects names within a sentence, and names that directly follow a headline.

use std::ops::Range;

use super::verbs::after_day;
use super::{DatelineHead, agency, byline, day, may_be_in_a_place, people};
use crate::article::DatelineDate;
use crate::parse::lexicon::{places, wire_verbs};
use crate::parse::normalized_line::NormalizedLine;
use crate::text::is_han;

/// The head at `start`, with date or without.
pub(super) fn head_at(line: &NormalizedLine, start: usize) -> Option<DatelineHead> {
    const MAX_NAME: usize = 20;
    for at in start + 2..line.len().min(start + MAX_NAME) {
        if let Some((date, end)) = day::day_at(line, at) {
            return dated(line, start..at, date, end);
        }
        if let Some(head) = undated(line, start..at) {
            return Some(head);
        }
        if !line.at(at).is_some_and(may_be_in_a_place) {
            return None;
        }
    }
    None
}

fn dated(line: &NormalizedLine, before: Range<usize>, date: DatelineDate, day_end: usize) -> Option<DatelineHead> {
    let after = after_day(line, date, day_end)?;
    let verb = line.slice(before.end..after.end);
    // Other verbs occur in sentences: 某某台11日报道.
    if !verb.ends_with(['电', '電', '讯', '訊', '息']) {
        return None;
    }
    let Some(name_end) = agency::unknown_end(line, before.clone()) else {
        let ended = matches!(line.at(after.end), Some('(' | ' ' | ',' | ':') | None);
        let place = places::is_place(line.seen(before.clone()));
        let sure = date.month > 0 && ended && (verb.ends_with(['讯', '訊']) || place && verb.ends_with(['电', '電']));
        return (sure && may_name_an_outlet(line, before.clone()))
            .then(|| DatelineHead { date: Some(date), ..named(before, place, after.end) });
    };
    // A known agency inside the name: the beginning is a headline. `glued` finds the dateline after it.
    if (before.start + 1..name_end).any(|inner| agency::known_at(line, inner).is_some_and(|known| known.name.len() > 2))
    {
        return None;
    }
    let location = if after.place.is_empty() { name_end..before.end } else { after.place };
    let agency = outlet(before.start..name_end);
    Some(DatelineHead { agency: Some(agency), location, date: Some(date), people: Vec::new(), end: after.end })
}

/// `某某报讯（记者`, `某某讯 记者 张三`, `某某在线消息（记者`.
fn undated(line: &NormalizedLine, before: Range<usize>) -> Option<DatelineHead> {
    const MAX_NAME: usize = 10;
    if before.len() > MAX_NAME {
        return None;
    }
    let (verb, end) = line.word_at(before.end, wire_verbs::UNDATED)?;
    let outlet = agency::unknown_end(line, before.clone()) == Some(before.end);
    if verb == "消息" && outlet && line.at(end) == Some(':') {
        return Some(named(before, false, end));
    }
    if !verb.ends_with('讯') {
        return (outlet && byline::follows(line, end)).then(|| named(before, false, end));
    }
    let next = line.skip_spaces(end);
    let introduced = matches!(line.at(next), Some('(' | ',')) || people::role_at(line, next).is_some() || next > end;
    if outlet {
        return introduced.then(|| named(before, false, end));
    }
    if !may_name_an_outlet(line, before.clone()) || !byline::follows(line, end) {
        return None;
    }
    // `某某在线湘潭讯（记者`: the outlet's name ends before a place.
    let name_end = agency::unknown_end(line, before.clone()).filter(|name_end| *name_end + 2 <= before.end);
    let head = match name_end {
        Some(name_end) => DatelineHead { location: name_end..before.end, ..named(before.start..name_end, false, end) },
        None => named(before.clone(), places::is_place(line.seen(before)), end),
    };
    Some(head)
}

/// Whether the characters before 讯 can be an outlet's short name: one word, and none that ends with 讯 itself.
fn may_name_an_outlet(line: &NormalizedLine, name: Range<usize>) -> bool {
    const MAX_NAME: usize = 6;
    let seen = line.seen(name.clone());
    (2..=MAX_NAME).contains(&seen.len())
        && seen.iter().all(|character| is_han(*character) || character.is_ascii_alphanumeric())
        && seen.first() != Some(&'据')
        && !ends_in_a_word_of_news(seen)
        && !(name.start + 1..name.end).any(|inner| agency::known_at(line, inner).is_some())
}

/// Whether 讯 after these characters is part of an ordinary word: 通讯, 资讯, 喜讯.
pub(super) fn ends_in_a_word_of_news(before: &[char]) -> bool {
    before.last().is_some_and(|last| "通资腾音简短喜视问审电快和捷".contains(*last))
}

fn named(name: Range<usize>, is_place: bool, end: usize) -> DatelineHead {
    let (agency, location) = if is_place { (None, name) } else { (Some(outlet(name.clone())), name.end..name.end) };
    DatelineHead { agency, location, date: None, people: Vec::new(), end }
}

pub(super) fn outlet(name: Range<usize>) -> agency::Agency {
    let end = name.end;
    agency::Agency { name, end, edition: end..end, kind: agency::AgencyKind::Unknown }
}
