//! Recognizes the outlet of a dateline: wire agencies, papers, portals.
//!
//! The `agency` of a dateline is the outlet's own name in the page's script: 中新网 also where the page prints a local edition
//! (中新河北网, 中新网北京新闻), 明報 where it prints a verb with it (明報專訊). The dateline's text has everything that is printed.

use crate::parse::lexicon::{outlets, wire_verbs};
use std::ops::Range;

use crate::parse::normalized_line::NormalizedLine;
use crate::text::is_han;

/// An agency at the start of a dateline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Agency {
    /// The range of its own name.
    pub name: Range<usize>,
    /// Where the full name ends, including local edition and channel.
    pub end: usize,
    /// The place of a local edition after the name (中新网北京新闻); empty if there is none.
    pub edition: Range<usize>,
    pub kind: AgencyKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AgencyKind {
    Known,
    Portal,
    /// Not in the lists; recognized by the ending of its name, or by its position.
    Unknown,
}

/// A known agency that begins at `start`.
pub(super) fn known_at(line: &NormalizedLine, start: usize) -> Option<Agency> {
    if let Some((_, end)) = line.word_at(start, outlets::PORTALS) {
        let end = channel_end(line, end);
        return Some(Agency { name: start..end, end, edition: end..end, kind: AgencyKind::Portal });
    }
    if let Some(agency) = local_edition(line, start) {
        return Some(agency);
    }
    let (name, end) = line.word_at(start, outlets::NAMES)?;
    // 新华 alone is no agency: the list has its compounds.
    if outlets::PREFIX_ONLY_NAMES.contains(&name) || line.starts_with(start, outlets::WEEKLY) {
        return None;
    }
    let name = start..end;
    let (edition, end) = edition_at(line, end);
    if let Some(tail) = tail_end(line, end) {
        // A channel belongs to the outlet, but not to its name; a second outlet (经济日报-中国经济网) belongs to the name.
        let channel = line.seen(end..tail).ends_with(&['频', '道']);
        let name = if channel { name } else { start..tail };
        return Some(Agency { name, end: tail, edition: tail..tail, kind: AgencyKind::Known });
    }
    Some(Agency { name, end, edition, kind: AgencyKind::Known })
}

/// 中新河北网, 中新浙江网: the agency's name with a place inside. Its own name, 中新网, is not contiguous in the text, so [`name_of`]
/// assembles it from the first two characters and the last one.
fn local_edition(line: &NormalizedLine, start: usize) -> Option<Agency> {
    let (_, head) = line.word_at(start, &[LOCAL_HEAD])?;
    let end = (head + 2..=head + 3).find(|end| line.at(*end) == Some('网'))? + 1;
    line.seen(head..end).iter().all(|character| is_han(*character)).then_some(Agency {
        name: start..end,
        end,
        edition: end..end,
        kind: AgencyKind::Known,
    })
}

const LOCAL_HEAD: &str = "中新";

/// The agency's name as the page writes it.
pub(super) fn name_of(line: &NormalizedLine, agency: &Agency) -> String {
    let printed = line.slice(agency.name.clone());
    if local_edition(line, agency.name.start).is_some_and(|local| local.name == agency.name) {
        let last = line.slice(agency.name.end - 1..agency.name.end);
        return line.slice(agency.name.start..agency.name.start + 2).to_owned() + last;
    }
    printed.to_owned()
}

/// `中新网北京新闻`, `新华网内蒙古频道`: the place of a local edition after the agency's name, and where the edition's name ends.
fn edition_at(line: &NormalizedLine, end: usize) -> (Range<usize>, usize) {
    (end + 2..=end + 5)
        .find_map(|at| {
            let (_, stop) = line.word_at(at, outlets::EDITIONS)?;
            line.seen(end..at).iter().all(|character| is_han(*character)).then_some((end..at, stop))
        })
        .or_else(|| line.word_at(end, outlets::CHANNEL_SUFFIXES).map(|(_, stop)| (end..end, stop)))
        .unwrap_or((end..end, end))
}

/// `经济日报-中国经济网`, `人民网-教育频道`, `大众网·海报新闻`: the end of a second name that a hyphen or dot joins to an outlet's. The
/// last ending of an outlet counts, because a place may follow.
fn tail_end(line: &NormalizedLine, end: usize) -> Option<usize> {
    const MAX_TAIL: usize = 10;
    if !matches!(line.at(end), Some('-' | '·')) {
        return None;
    }
    let stop = (end + 1..=end + MAX_TAIL)
        .find(|at| !line.at(*at).is_some_and(is_han) || line.word_at(*at, wire_verbs::AFTER_SECOND_OUTLET).is_some())
        .unwrap_or(end + MAX_TAIL);
    unknown_end(line, end + 1..stop)
}

/// `新浪体育`: a channel of two characters, if one follows.
fn channel_end(line: &NormalizedLine, end: usize) -> usize {
    line.word_at(end, outlets::CHANNELS).map_or(end, |(_, stop)| stop)
}

/// Where the last ending of an outlet's name within `range` ends. For outlets that are not in the lists.
pub(super) fn unknown_end(line: &NormalizedLine, range: Range<usize>) -> Option<usize> {
    const MIN_NAME: usize = 2;
    (range.start + 1..range.end)
        .rev()
        .find_map(|at| {
            line.word_at(at, outlets::ENDINGS)
                .or_else(|| line.word_at(at, outlets::ENDINGS_IN_DATELINES))
                .map(|(_, end)| end)
        })
        .filter(|end| *end <= range.end && end - range.start >= MIN_NAME)
}

/// Whether a text ends like an outlet's name.
pub(crate) fn ends_like_an_outlet(text: &[char]) -> bool {
    let ends_in = |ending: &str| {
        text.len() >= ending.chars().count()
            && text.iter().rev().copied().zip(ending.chars().rev()).all(|(a, b)| a == b)
    };
    outlets::ENDINGS.iter().chain(outlets::ENDINGS_OF_WHOLE_NAMES).any(|ending| ends_in(ending))
}
