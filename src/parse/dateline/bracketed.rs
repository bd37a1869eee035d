//! Datelines that are enclosed in brackets: `（中央社記者林六台北15日電）`, `【明報專訊】`, `（新加坡20日讯）`.
//!
//! Owns the grammar inside the brackets. Rejects tags in the same position: 【深度报道】, 【好消息】, （通讯）.

use std::ops::Range;

use super::{DatelineHead, DatelineSpans, agency, day, head_at, people, unknown, with_people};
use crate::parse::lexicon::{places, roles, time_words, wire_verbs};
use crate::parse::normalized_line::NormalizedLine;
use crate::text::is_han;

/// The longest bracketed dateline, in characters.
pub(super) const MAX_BRACKETED: usize = 70;

/// `（中央社記者林六台北15日電）`, `【中新社北京八月二十二日电】`, `【明報專訊】`, `〔記者林六／台北報導〕`.
pub(super) fn spans_at(line: &NormalizedLine, start: usize, end: usize) -> Option<DatelineSpans> {
    let inside = start + 1..end - 1;
    let first = line.skip_spaces(inside.start);
    let head = head_at(line, first, true)
        .filter(|head| line.skip_spaces(head.end) == inside.end)
        .or_else(|| reporter_and_place(line, first..inside.end))
        .or_else(|| place_and_verb(line, first..inside.end))
        .or_else(|| match line.at(start) {
            Some('[') => outlet_in_corners(line, first..inside.end),
            _ => outlet_and_name(line, first..inside.end),
        })?;
    Some(with_people(line, start, DatelineHead { end, ..head }))
}

/// `記者林六／台北報導`, `環球時報記者 張三`, `本報記者張三／綜合報導`.
fn reporter_and_place(line: &NormalizedLine, inside: Range<usize>) -> Option<DatelineHead> {
    // `(新华社记者张三摄)` credits a photograph.
    if line.seen(inside.clone()).ends_with(&['摄']) || line.seen(inside.clone()).ends_with(&['摄', '影']) {
        return None;
    }
    let agency = agency::known_at(line, inside.start);
    let after = agency.as_ref().map_or(inside.start, |agency| agency.end);
    let reports = (after..inside.end)
        .find(|at| line.word_at(*at, wire_verbs::BRACKETED_REPORTS).is_some_and(|(_, end)| end == inside.end));
    let until = reports.unwrap_or(inside.end);
    if until == after {
        return (agency.is_some() && reports.is_some()).then_some(DatelineHead {
            agency,
            location: after..after,
            date: None,
            people: Vec::new(),
            end: inside.end,
        });
    }
    // Without a role word the brackets contain a tag.
    (after..until).find(|at| people::role_at(line, *at).is_some())?;
    let slash = (after..until).rev().find(|at| line.at(*at) == Some('/'));
    let (named, location) = match slash {
        Some(slash) if reports.is_some() => (after..slash, slash + 1..until),
        _ => {
            let place = reports.and_then(|_| places::place_suffix(line.seen(after..until)));
            let place = place.map_or(until, |place| after + place);
            (after..place, place..until)
        }
    };
    let people = people::read(line, named, None).filter(|people| !people.is_empty())?;
    let agency = agency.or_else(|| outlet_before_role(line, inside.clone()));
    Some(DatelineHead { agency, location, date: None, people, end: inside.end })
}

/// `（青石日报全媒体记者 林远舟）`: an outlet that is not in the lists, by the ending of its name.
fn outlet_before_role(line: &NormalizedLine, inside: Range<usize>) -> Option<agency::Agency> {
    let role = inside.clone().find(|at| people::role_at(line, *at).is_some())?;
    // `（青石晚報／記者林遠舟）`.
    let mut end = if line.at(role.saturating_sub(1)) == Some('/') { role - 1 } else { role };
    for kind in roles::REPORTER_KINDS {
        let length = kind.chars().count();
        if end > inside.start + length && line.starts_with(end - length, kind) {
            end -= length;
        }
    }
    (agency::unknown_end(line, inside.start..end) == Some(end)).then(|| unknown::outlet(inside.start..end))
}

/// `（新加坡20日讯）`, `（吉隆坡8日综合讯）`, `（北京综合电）`: place, perhaps a day, and verb, without an outlet.
fn place_and_verb(line: &NormalizedLine, inside: Range<usize>) -> Option<DatelineHead> {
    const MAX_PLACE: usize = 10;
    let stop = inside.end.min(inside.start + MAX_PLACE + 1);
    let (place_end, date, verb) = (inside.start..stop).find_map(|at| {
        if let Some((date, end)) = day::day_at(line, at) {
            return Some((at, Some(date), line.skip_spaces(end)));
        }
        line.word_at(at, wire_verbs::PLACE_WIRES).filter(|(_, end)| *end == inside.end).map(|_| (at, None, at))
    })?;
    let (word, end) = line.word_at(verb, wire_verbs::PLACE_WIRES)?;
    let place = line.seen(inside.start..place_end);
    let like_places = place.split(|character| matches!(character, '/' | '、' | ' ')).all(|one| {
        places::is_place(one) || (2..=6).contains(&one.len()) && one.iter().all(|character| is_han(*character))
    });
    let plain = wire_verbs::PLAIN.contains(&word);
    // `（停电）` and `（新闻通讯）` are ordinary words. With a day or a longer verb they are datelines.
    let sure = date.is_some()
        || !plain
        || places::is_place(place)
        || agency::ends_like_an_outlet(place)
        || word == "讯" && place.len() <= 6 && !unknown::ends_in_a_word_of_news(place);
    (end == inside.end && like_places && sure && !place.is_empty()).then(|| {
        let outlet = !places::is_place(place) && agency::ends_like_an_outlet(place);
        let name = inside.start..place_end;
        DatelineHead {
            agency: outlet.then(|| unknown::outlet(name.clone())),
            location: if outlet { place_end..place_end } else { name },
            date,
            people: Vec::new(),
            end: inside.end,
        }
    })
}

/// `【某某網專訊】`, `【某某日報消息】`, `【特訊】`, `〔即時新聞／綜合報導〕`, `〔中央社〕`. Before 讯 any short name counts as an outlet. Before
/// 报道 and 消息 the name must end like an outlet's, as 【深度报道】 and 【好消息】 are tags.
fn outlet_in_corners(line: &NormalizedLine, inside: Range<usize>) -> Option<DatelineHead> {
    const MIN_NAME: usize = 2;
    const MAX_UNDATED: usize = 10;
    /// With a day.
    const MAX_NAME: usize = 26;
    let head = |agency: Option<agency::Agency>, location: Range<usize>| {
        Some(DatelineHead { agency, location, date: None, people: Vec::new(), end: inside.end })
    };
    let none = inside.end..inside.end;
    if let Some(agency) = agency::known_at(line, inside.start).filter(|agency| agency.end == inside.end) {
        // Papers' and sites' names in brackets also introduce stories about them, so only agencies (…社) count.
        return if line.at(inside.end - 1) == Some('社') { head(Some(agency), none) } else { None };
    }
    let verb = (inside.start..inside.end.min(inside.start + MAX_NAME + 1))
        .find(|at| line.word_at(*at, wire_verbs::OUTLET_WIRES).is_some_and(|(_, end)| end == inside.end))?;
    let (word, _) = line.word_at(verb, wire_verbs::OUTLET_WIRES)?;
    // `【青石中文2005年07月03日報道】`, `【新青石北京時間2021年07月03日訊】`.
    let dated = (inside.start + 1..verb).find_map(|at| {
        let (date, end) = day::day_at(line, at)?;
        (line.skip_spaces(end) == verb).then_some((at, date))
    });
    if let Some((at, date)) = dated {
        let clock =
            (inside.start..at).find(|from| line.word_at(*from, time_words::CLOCKS).is_some_and(|(_, end)| end == at));
        let name = inside.start..clock.unwrap_or(at);
        let named = name.len() >= MIN_NAME && line.seen(name.clone()).iter().all(|c| is_han(*c));
        return named.then(|| DatelineHead {
            agency: Some(unknown::outlet(name)),
            location: none,
            date: Some(date),
            people: Vec::new(),
            end: inside.end,
        });
    }
    let name = inside.start..verb;
    if name.len() > MAX_UNDATED {
        return None;
    }
    let seen = line.seen(name.clone());
    if let Some(slash) = seen.iter().position(|character| *character == '/') {
        return around_slash(line, inside.start..inside.start + slash, inside.start + slash + 1..verb, word)
            .map(|head| DatelineHead { end: inside.end, ..head });
    }
    if seen.is_empty() {
        return if wire_verbs::WITHOUT_OUTLET.contains(&word) { head(None, none) } else { None };
    }
    let named = seen
        .iter()
        .all(|character| is_han(*character) || character.is_ascii_alphanumeric() || "·.-".contains(*character));
    let outlet = agency::unknown_end(line, name.clone()) == Some(verb);
    let wire = word.ends_with('讯') && seen.len() >= 2 && !unknown::ends_in_a_word_of_news(seen);
    (named && (outlet || wire)).then(|| head(Some(unknown::outlet(name)), none)).flatten()
}

/// `〔即時新聞／綜合報導〕`, `【林六／台北報導】`, `【某某快報／林六報導】`: a desk of the paper, a reporter or an outlet, then a slash and
/// the place or the reporter.
fn around_slash(line: &NormalizedLine, before: Range<usize>, after: Range<usize>, word: &str) -> Option<DatelineHead> {
    let none = after.end..after.end;
    let people = |names: Range<usize>| people::read(line, names, Some(people::Role::Reporter)).unwrap_or_default();
    let named = |range: &Range<usize>| people::are_likely_names(line, range.clone());
    let head = |agency, location, people| Some(DatelineHead { agency, location, date: None, people, end: none.end });
    let outlet = agency::ends_like_an_outlet(line.seen(before.clone()));
    if word.starts_with("综合") || places::is_place(line.seen(after.clone())) {
        let people = if !outlet && named(&before) { people(before) } else { Vec::new() };
        return head(None, after, people);
    }
    if outlet && named(&after) {
        return head(Some(unknown::outlet(before)), none.clone(), people(after));
    }
    None
}

/// `（中新财经 左一二）`: an outlet and its reporter, without a role word.
fn outlet_and_name(line: &NormalizedLine, inside: Range<usize>) -> Option<DatelineHead> {
    let space = inside.clone().find(|at| line.at(*at) == Some(' '))?;
    let agency = agency::known_at(line, inside.start).filter(|agency| agency.end == space)?;
    let names = line.skip_spaces(space)..inside.end;
    if !people::are_likely_names(line, names.clone()) {
        return None;
    }
    let people = people::read(line, names, Some(people::Role::Reporter))?;
    let none = inside.end..inside.end;
    Some(DatelineHead { agency: Some(agency), location: none, date: None, people, end: inside.end })
}
