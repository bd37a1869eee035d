//! Parses the dateline at the beginning of a news story: agency, place, date and reporters.
//!
//! Owns the grammar of datelines, Chinese and English. Does not infer years and months that are not printed: [`super::time`]
//! does. Ignores a date after the verb (电, 讯), which belongs to the reported event.
//!
//! "Verb" is here the word that ends a dateline, such as 电, 讯, 消息 and 报道. All positions in a [`NormalizedLine`] are in
//! characters.

mod agency;
mod bracketed;
mod byline;
mod day;
mod east_asian;
mod english;
mod name_runs;
mod people;
mod unknown;
mod verbs;

use std::ops::Range;

use self::verbs::{after_day, colon_end, dash_end, past_pause, verb_at};
use super::lexicon::{outlets, places, roles, wire_verbs};
use super::normalized_line::NormalizedLine;
use crate::article::{Dateline, DatelineDate};

pub(crate) use self::east_asian::korean_reporters;
pub(crate) use self::people::{Person, Role};
pub(crate) use super::lexicon::places::is_place;

pub(super) use self::agency::ends_like_an_outlet;
pub(super) use self::day::{day_at, number_at};
pub(super) use self::people::{
    are_likely_names, has_the_shape_of_a_name, may_be_a_name, read as read_people, role_at, without_credit,
    without_role,
};

/// How much of a line is scanned, in characters: the longest datelines name half a dozen reporters.
const MAX_SCANNED: usize = 240;

/// How far into a line a dateline may begin that follows a headline or byline without a separator, in characters.
const MAX_GLUED: usize = 80;

/// A dateline found in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub dateline: Dateline,
    pub people: Vec<Person>,
    /// The dateline's range in the line, in bytes.
    pub range: Range<usize>,
    /// Where the body begins after it, in bytes.
    pub body_start: usize,
}

/// The dateline at the beginning of a line.
pub(crate) fn at_start(line: &str) -> Option<Found> {
    let view = NormalizedLine::of(line, MAX_SCANNED);
    let start = view.skip_spaces(0);
    let found = chinese(&view, start).map(|spans| spans.found(&view));
    found
        .map(|found| with_repetition(line, found))
        .or_else(|| english::at_start(line))
        .or_else(|| east_asian::at_start(line))
}

/// Merges a dateline that is printed twice, the second time with the reporters: `青石社北京1月2日电 青石社北京1月2日电（记者 张三）`.
fn with_repetition(line: &str, first: Found) -> Found {
    let Some(rest) = line.get(first.body_start..) else { return first };
    let view = NormalizedLine::of(rest, MAX_SCANNED);
    let Some(again) = chinese(&view, 0).map(|spans| spans.found(&view)) else { return first };
    let same = !first.dateline.agency.is_empty()
        && first.dateline.agency == again.dateline.agency
        && first.dateline.date.is_some()
        && (first.dateline.date == again.dateline.date || again.dateline.date.is_none());
    if !same {
        return first;
    }
    let end = first.body_start + again.range.end;
    let location = if first.dateline.location.is_empty() { again.dateline.location } else { first.dateline.location };
    let people = if again.people.is_empty() { first.people } else { again.people };
    Found {
        dateline: Dateline {
            text: line.get(first.range.start..end).unwrap_or_default().trim().to_owned(),
            location,
            ..first.dateline
        },
        people,
        range: first.range.start..end,
        body_start: first.body_start + again.body_start,
    }
}

/// A dateline that follows a headline or a byline in the same line without a separator. Only unambiguous forms count: a known
/// agency with date and verb, or with reporters in brackets.
pub(crate) fn glued(line: &str) -> Option<Found> {
    let view = NormalizedLine::of(line, MAX_SCANNED);
    // Fast path: most lines contain no verb of a dateline.
    if !view.chars.iter().any(|character| matches!(character, '电' | '讯' | '消')) {
        return None;
    }
    let first = view.skip_spaces(0) + 1;
    let sentence = view.chars.iter().position(|character| *character == '。').unwrap_or(usize::MAX);
    for start in first..view.len().min(first + MAX_GLUED).min(sentence) {
        let Some(previous) = view.at(start - 1) else { break };
        let bracket = matches!(view.at(start), Some('[' | '('));
        let named = view.at(start + usize::from(bracket)).is_some_and(|next| next == '据')
            || agency::known_at(&view, start + usize::from(bracket)).is_some();
        // After a comma or within a phrase, the name is a source that the sentence cites.
        if !named || matches!(previous, ',' | '、' | '据' | '《' | '“' | '"') {
            continue;
        }
        if let Some(spans) = chinese(&view, start).filter(DatelineSpans::is_certain) {
            return Some(spans.found(&view));
        }
    }
    None
}

/// The parts of a dateline, as positions in a line.
struct DatelineSpans {
    start: usize,
    end: usize,
    agency: String,
    location: Range<usize>,
    date: Option<DatelineDate>,
    people: Vec<Person>,
    /// Whether the form is unambiguous, so that it counts in the middle of a line too.
    certain: bool,
}

impl DatelineSpans {
    fn is_certain(&self) -> bool {
        self.certain
    }

    fn found(self, line: &NormalizedLine) -> Found {
        let body_start = {
            let mut at = self.end;
            while line.at(at).is_some_and(|character| matches!(character, ' ' | ',')) {
                at += 1;
            }
            line.byte(at)
        };
        Found {
            dateline: Dateline {
                text: line.slice(self.start..self.end).trim().to_owned(),
                agency: self.agency.trim().to_owned(),
                location: line.slice(self.location).trim().to_owned(),
                date: self.date,
            },
            people: self.people,
            range: line.byte(self.start)..line.byte(self.end),
            body_start,
        }
    }
}

/// The part of a dateline from the agency's name to the end of the verb.
struct DatelineHead {
    agency: Option<agency::Agency>,
    location: Range<usize>,
    date: Option<DatelineDate>,
    people: Vec<Person>,
    end: usize,
}

fn chinese(line: &NormalizedLine, start: usize) -> Option<DatelineSpans> {
    if let Some(end) = line.group_at(start, bracketed::MAX_BRACKETED) {
        return bracketed::spans_at(line, start, end);
    }
    if let Some(spans) = cut_off(line, start) {
        return Some(spans);
    }
    match head_at(line, start, false) {
        Some(head) => Some(with_people(line, start, head)),
        None => byline::opening(line, start),
    }
}

/// A dateline whose beginning was lost with the line before it: `讯（记者张三）`.
fn cut_off(line: &NormalizedLine, start: usize) -> Option<DatelineSpans> {
    let (_, verb) = line.word_at(start, wire_verbs::CUT_OFF)?;
    let group = line.skip_spaces(verb);
    let end = line.group_at(group, people::MAX_GROUP)?;
    (group + 1..end).find(|at| people::role_at(line, *at).is_some())?;
    let people = people::read(line, group + 1..end - 1, None)?;
    let end = colon_end(line, end);
    let location = end..end;
    Some(DatelineSpans { start, end, agency: String::new(), location, date: None, people, certain: false })
}

/// Parses from `据` or the agency's name to the verb. Brackets contain nothing but the dateline, so more verbs are accepted
/// there.
fn head_at(line: &NormalizedLine, start: usize, in_brackets: bool) -> Option<DatelineHead> {
    let named = if line.at(start) == Some('据') { start + 1 } else { start };
    match agency::known_at(line, named) {
        Some(agency) if named == start => known_head(line, agency, in_brackets),
        // `据青石社9月26日消息，` is the beginning of a sentence that cites its source.
        Some(agency) => known_head(line, agency, in_brackets)
            .filter(|head| line.word_at(head.end - 2, wire_verbs::SOURCES).is_none()),
        None if named == start => unknown::head_at(line, start),
        None => None,
    }
}

fn known_head(line: &NormalizedLine, agency: agency::Agency, in_brackets: bool) -> Option<DatelineHead> {
    let mut from = line.skip_spaces(agency.end);
    // 央视网(新闻联播)消息
    if let Some(end) = line.group_at(from, MAX_PROGRAMME)
        && verb_at(line, end).is_some()
    {
        from = end;
    }
    // 中国网络电视台(新闻联播)：
    if let Some(end) = line.group_at(from, MAX_PROGRAMME)
        && line.at(end) == Some(':')
        && line.word_at(from + 1, outlets::PROGRAMMES).is_some()
    {
        return Some(DatelineHead { agency: Some(agency), location: end..end, date: None, people: Vec::new(), end });
    }
    if let Some(head) = reporter_before_place(line, &agency, from) {
        return Some(head);
    }
    for at in from..line.len().min(from + MAX_PLACE) {
        if let Some((date, end)) = day::day_at(line, at) {
            let before = if from == at { agency.edition.clone() } else { from..at };
            let (place, end) = match after_day(line, date, end) {
                Some(after) => (after.place, after.end),
                // A dash may replace the verb: `路透北京5月20日 - `.
                None => (at..at, dash_end(line, end)?),
            };
            let location = if place.is_empty() { before } else { place };
            return Some(DatelineHead { agency: Some(agency), location, date: Some(date), people: Vec::new(), end });
        }
        if let Some(end) = verb_at(line, at)
            && let Some(head) = undated(line, &agency, from..at, end, in_brackets)
        {
            return Some(head);
        }
        if !line.at(at).is_some_and(may_be_in_a_place) {
            return None;
        }
    }
    None
}

/// The longest place between agency and date, in characters: 玻利维亚圣克鲁斯（…）.
const MAX_PLACE: usize = 24;

/// The longest bracketed name of a programme, in characters: (新闻联播).
const MAX_PROGRAMME: usize = 12;

fn may_be_in_a_place(character: char) -> bool {
    crate::text::is_han(character)
        || character.is_ascii_alphanumeric()
        || matches!(character, '·' | '-' | '—' | '/' | ' ' | '(' | ')' | '、' | '“' | '”')
}

/// A head without a date: agency, perhaps a place, verb.
fn undated(
    line: &NormalizedLine,
    agency: &agency::Agency,
    between: Range<usize>,
    verb: usize,
    in_brackets: bool,
) -> Option<DatelineHead> {
    let word = line.seen(between.end..verb);
    let next = line.at(verb);
    let reporting = word.ends_with(&['报', '道']) || word.ends_with(&['报', '导']);
    // 新华社报道说… cites a source; in 电视 and 讯问 the character is part of another word.
    let plausible = in_brackets
        || reporting && byline::follows(line, verb)
        || !reporting
            && match word {
                ['消', '息'] | ['信', '息'] => next.is_none_or(|next| matches!(next, ':' | '(' | ' ' | ',')),
                [.., '电'] => !next.is_some_and(|next| "话视影子力台脑报气梯动缆告文邀站网信".contains(next)),
                _ => !next.is_some_and(|next| "息号问道".contains(next)),
            };
    if !plausible {
        return None;
    }
    let seen = line.seen(between.clone());
    let none = between.end..between.end;
    let head = |location: Range<usize>, people: Vec<Person>| {
        Some(DatelineHead { agency: Some(agency.clone()), location, date: None, people, end: verb })
    };
    if seen.is_empty() {
        return head(none, Vec::new());
    }
    // 新浪家居张三讯: before the verb, portals print the reporter, papers the place.
    if agency.kind == agency::AgencyKind::Portal {
        let named = seen.len() <= 3 && people::are_likely_names(line, between.clone()) && !places::is_place(seen);
        return if named {
            head(none, vec![Person { name: line.slice(between).to_owned(), role: Role::Reporter }])
        } else {
            None
        };
    }
    if between.clone().any(|at| agency::known_at(line, at).is_some()) {
        return None;
    }
    let sure = places::is_place(seen)
        || matches!(next, Some('(' | ' ' | ':'))
        || people::role_at(line, verb).is_some()
        || agency::known_at(line, verb).is_some();
    let like_a_place = (2..=8).contains(&seen.len()) && seen.iter().all(|character| crate::text::is_han(*character));
    (sure && like_a_place).then(|| head(between, Vec::new())).flatten()
}

/// `中央社記者林六台北15日電`, `本报记者张三北京1月2日电`.
fn reporter_before_place(line: &NormalizedLine, agency: &agency::Agency, from: usize) -> Option<DatelineHead> {
    let (_, names) = people::role_at(line, from)?;
    let (date_start, date, date_end) = (names..line.len().min(names + MAX_PLACE * 2))
        .find_map(|at| day::day_at(line, at).map(|(date, end)| (at, date, end)))?;
    let end = after_day(line, date, date_end).filter(|after| after.place.is_empty())?.end;
    let names = line.skip_spaces(names);
    // The place comes right before the date: after the last separator, or after the last name without one.
    let last = (names..date_start)
        .rev()
        .find(|at| matches!(line.at(*at), Some(' ' | '、' | ',' | '/')) && *at + 1 < date_start)
        .map_or(names, |at| at + 1);
    let run = line.seen(last..date_start);
    let spaced = last > names && matches!(line.at(last - 1), Some(' ' | '/'));
    let place = match people::split_name_and_place(run) {
        Some(split) if !(spaced && places::is_place(run)) => last + split,
        _ if spaced && (run.len() != 3 || places::is_place(run)) => last,
        _ => date_start,
    };
    let people = people::read(line, names..place, Some(Role::Reporter))?;
    Some(DatelineHead { agency: Some(agency.clone()), location: place..date_start, date: Some(date), people, end })
}

/// Adds what follows the verb: reporters in brackets, `记者张三报道：`, `题：` before a title, a colon, a dash.
fn with_people(line: &NormalizedLine, start: usize, head: DatelineHead) -> DatelineSpans {
    let DatelineHead { agency, mut location, mut date, mut people, end } = head;
    let mut dateline_end = end;
    // `新浪财经讯 5月20日消息，`: the date has a second verb.
    if date.is_none()
        && let Some((day, day_end)) = day::day_at(line, past_clock(line, past_pause(line, end)))
        && let Some((_, news_end)) = line.word_at(verbs::after_hour(line, day_end), &["消息"])
        && matches!(line.at(news_end), Some(',' | ':' | ' '))
    {
        (date, dateline_end) = (Some(day), news_end);
    }
    let next = people_start(line, dateline_end);
    let mut introduced = false;
    if let Some(group_end) = line.group_at(next, people::MAX_GROUP)
        && line.at(next) == Some('(')
    {
        let reports = line.seen(next..group_end - 1).ends_with(&['报', '道'])
            || line.seen(next..group_end - 1).ends_with(&['报', '导']);
        let inside = next + 1..group_end - 1 - if reports { 2 } else { 0 };
        // `（青石社記者林遠舟綜合報導）`.
        let by_camera = reports && line.word_at(inside.end.saturating_sub(2), wire_verbs::BEFORE_REPORT).is_some();
        let inside = inside.start..inside.end - if by_camera { 2 } else { 0 };
        let named = people::are_likely_names(line, inside.clone()) || date.is_some() && may_be_signed(line, &inside);
        let blank = line.seen(inside.clone()).iter().all(|character| *character == ' ');
        if blank {
            dateline_end = group_end;
        } else if let Some((named, place)) = read_group(line, inside.clone(), reports, named.then_some(Role::Reporter))
        {
            people.extend(named);
            if location.is_empty() {
                location = place;
            }
            dateline_end = group_end;
            introduced = true;
        } else if group_end - next <= MAX_PROGRAMME && line.at(group_end) == Some(':') {
            dateline_end = group_end;
        }
    } else if let Some(byline) = byline::reporters_report(line, next).or_else(|| byline::spaced(line, next)) {
        people.extend(byline.people);
        if location.is_empty() {
            location = byline.place;
        }
        dateline_end = byline.end;
        introduced = true;
    } else if let Some(name) = byline::named_in_sentence(line, next) {
        people.push(name);
    }
    if let Some(title) = title_announced(line, dateline_end) {
        people.extend(byline::after_title(line, title));
        dateline_end = title;
    }
    if line.at(dateline_end) == Some(']') {
        dateline_end += 1;
    }
    let dateline_end = colon_end(line, dateline_end);
    let dateline_end = dash_end(line, dateline_end).unwrap_or(dateline_end);
    let known = agency.as_ref().is_some_and(|agency| agency.kind != agency::AgencyKind::Unknown);
    let portal = agency.as_ref().is_some_and(|agency| agency.kind == agency::AgencyKind::Portal);
    DatelineSpans {
        start,
        end: dateline_end,
        agency: agency.as_ref().map(|agency| agency::name_of(line, agency)).unwrap_or_default(),
        location,
        date,
        people,
        certain: known && (date.is_some() || introduced || portal),
    }
}

/// The people in brackets after a verb, and their location if 报道 ends the brackets: `（记者林远舟香港报道）`.
fn read_group(
    line: &NormalizedLine,
    inside: Range<usize>,
    reports: bool,
    unnamed: Option<Role>,
) -> Option<(Vec<Person>, Range<usize>)> {
    let place = if reports { byline::place_start(line, inside.clone()) } else { inside.end };
    Some((people::read(line, inside.start..place, unnamed)?, place..inside.end))
}

/// Skips the name of a time zone, 北京时间.
fn past_clock(line: &NormalizedLine, at: usize) -> usize {
    line.word_at(at, &["北京时间"]).map_or(at, |(_, end)| line.skip_spaces(end))
}

/// Where people may be named after a verb. After a colon they count only in brackets: `消息：（记者张三）`.
fn people_start(line: &NormalizedLine, end: usize) -> usize {
    let next = past_pause(line, end);
    let after_colon = line.skip_spaces(next + 1);
    let bracketed =
        line.at(next) == Some(':') && line.at(after_colon) == Some('(') && byline::follows(line, after_colon);
    if bracketed { after_colon } else { next }
}

/// The end of `题：` ("title:") after a verb. The label belongs neither to the title after it nor to the body.
fn title_announced(line: &NormalizedLine, end: usize) -> Option<usize> {
    let at = past_pause(line, end);
    (line.at(at) == Some('题') && matches!(line.at(at + 1), Some(':' | ' '))).then_some(at + 2)
}

/// `电（信莲）`: a pen name, which need not begin with a surname. The kind of the story, such as 组图, may be in the same place.
fn may_be_signed(line: &NormalizedLine, inside: &Range<usize>) -> bool {
    let seen = line.seen(inside.clone());
    (2..=3).contains(&seen.len())
        && seen.iter().all(|character| crate::text::is_han(*character))
        && !roles::STORY_KINDS
            .iter()
            .any(|kind| seen.iter().copied().zip(kind.chars()).all(|(own, other)| own == other))
}

#[cfg(test)]
mod tests;
