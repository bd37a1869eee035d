//! The dateline that opens a wire story: who sends it, from where, of which day, written by whom.
//!
//! Owns the grammar of datelines, Chinese and English. Refuses to guess years and months that aren't printed; that is
//! [`super::time`]'s. A date after the 讯 or 电 is the event's and is never looked at.

mod agency;
mod day;
mod english;
mod people;
mod places;
mod surnames;

use std::ops::Range;

use super::plain::Plain;
use crate::article::{Dateline, DatelineDate};

pub use self::people::{Person, Role};
pub use self::places::is_place;

pub(super) use self::agency::ends_like_an_outlet;
pub(super) use self::day::{day_at, number_at};
pub(super) use self::people::{are_likely_names, may_be_a_name, read as read_people, role_at};

/// How much of a line is looked at, in characters: the longest datelines name half a dozen reporters.
const LOOKED_AT: usize = 240;

/// How far into a line a dateline may begin that is glued to a headline or byline, in characters.
const MAX_GLUED: usize = 80;

/// A dateline found in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub dateline: Dateline,
    pub people: Vec<Person>,
    /// Where it stands in the line, in bytes.
    pub range: Range<usize>,
    /// Where the text that it opens begins, in bytes.
    pub body_start: usize,
}

/// The dateline that opens a line.
pub fn at_start(line: &str) -> Option<Found> {
    let view = Plain::of(line, LOOKED_AT);
    let start = view.skip_spaces(0);
    chinese(&view, start).map(|story| story.found(&view)).or_else(|| english::at_start(line))
}

/// A dateline that something is glued to the front of, a headline or a byline. Only a form that can't be anything else:
/// an agency that is known, with its date and verb, or with its reporters in brackets.
pub fn glued(line: &str) -> Option<Found> {
    let view = Plain::of(line, LOOKED_AT);
    // Most lines have no verb of datelines, and are done with here.
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
        // After a comma or inside a phrase it is a source that the sentence names.
        if !named || matches!(previous, ',' | '、' | '据' | '《' | '“' | '"') {
            continue;
        }
        if let Some(story) = chinese(&view, start).filter(Story::is_certain) {
            return Some(story.found(&view));
        }
    }
    None
}

/// A dateline as positions in a line, in characters.
struct Story {
    start: usize,
    end: usize,
    agency: String,
    location: Range<usize>,
    date: Option<DatelineDate>,
    people: Vec<Person>,
    certain: bool,
}

impl Story {
    fn is_certain(&self) -> bool {
        self.certain
    }

    fn found(self, line: &Plain) -> Found {
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

/// What the words from an agency's name to the verb say, and where the verb ends.
struct Head {
    agency: Option<agency::Agency>,
    location: Range<usize>,
    date: Option<DatelineDate>,
    people: Vec<Person>,
    end: usize,
}

fn chinese(line: &Plain, start: usize) -> Option<Story> {
    if let Some(end) = line.group_at(start, MAX_BRACKETED) {
        return bracketed(line, start, end);
    }
    if let Some(story) = cut_off(line, start) {
        return Some(story);
    }
    let head = head_at(line, start, false)?;
    Some(with_people(line, start, head))
}

/// The longest dateline that stands in brackets as a whole, in characters.
const MAX_BRACKETED: usize = 70;

/// `（中央社記者林六台北15日電）`, `【中新社北京八月二十二日电】`, `【明報專訊】`, `〔記者林六／台北報導〕`.
fn bracketed(line: &Plain, start: usize, end: usize) -> Option<Story> {
    let inside = start + 1..end - 1;
    let first = line.skip_spaces(inside.start);
    let head = head_at(line, first, true)
        .filter(|head| line.skip_spaces(head.end) == inside.end)
        .or_else(|| reporter_and_place(line, first..inside.end))?;
    Some(with_people(line, start, Head { end, ..head }))
}

/// `記者林六／台北報導`, `環球時報記者 張三`, `本報記者張三／綜合報導`.
fn reporter_and_place(line: &Plain, inside: Range<usize>) -> Option<Head> {
    const REPORTS: &[&str] = &[
        "综合报道",
        "综合报导",
        "综合外电报道",
        "综合外电报导",
        "专题报道",
        "专题报导",
        "报道",
        "报导",
        "摄影报道",
        "专访",
        "特稿",
        "电",
    ];
    // `(新华社记者张三摄)` says who took a photograph.
    if line.seen(inside.clone()).ends_with(&['摄']) || line.seen(inside.clone()).ends_with(&['摄', '影']) {
        return None;
    }
    let agency = agency::known_at(line, inside.start);
    let after = agency.as_ref().map_or(inside.start, |agency| agency.end);
    let reports = (after..inside.end).find(|at| line.word_at(*at, REPORTS).is_some_and(|(_, end)| end == inside.end));
    let until = reports.unwrap_or(inside.end);
    if until == after {
        return (agency.is_some() && reports.is_some()).then_some(Head {
            agency,
            location: after..after,
            date: None,
            people: Vec::new(),
            end: inside.end,
        });
    }
    // A role word has to say so: other bracketed words are tags.
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
    Some(Head { agency, location, date: None, people, end: inside.end })
}

/// A dateline whose beginning was cut off with the line before it: `讯（记者张三）`.
fn cut_off(line: &Plain, start: usize) -> Option<Story> {
    let (_, verb) = line.word_at(start, &["讯", "电", "消息"])?;
    let group = line.skip_spaces(verb);
    let end = line.group_at(group, people::MAX_GROUP)?;
    (group + 1..end).find(|at| people::role_at(line, *at).is_some())?;
    let people = people::read(line, group + 1..end - 1, None)?;
    let end = colon_end(line, end);
    let location = end..end;
    Some(Story { start, end, agency: String::new(), location, date: None, people, certain: false })
}

/// From `据` or the agency's name to the verb. In brackets more verbs are trusted, as nothing else stands there.
fn head_at(line: &Plain, start: usize, in_brackets: bool) -> Option<Head> {
    let named = if line.at(start) == Some('据') { start + 1 } else { start };
    match agency::known_at(line, named) {
        Some(agency) => known_head(line, agency, in_brackets),
        None if named == start => unknown_head(line, start),
        None => None,
    }
}

fn known_head(line: &Plain, agency: agency::Agency, in_brackets: bool) -> Option<Head> {
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
        && line.word_at(from + 1, PROGRAMMES).is_some()
    {
        return Some(Head { agency: Some(agency), location: end..end, date: None, people: Vec::new(), end });
    }
    if let Some(head) = reporter_before_place(line, &agency, from) {
        return Some(head);
    }
    for at in from..line.len().min(from + MAX_PLACE) {
        if let Some((date, end)) = day::day_at(line, at) {
            let verb = verb_after_date(line, date, end);
            let location = if from == at { agency.edition.clone() } else { from..at };
            return verb.map(|end| Head { agency: Some(agency), location, date: Some(date), people: Vec::new(), end });
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

/// The longest place that is printed between agency and date, in characters: 玻利维亚圣克鲁斯（…）.
const MAX_PLACE: usize = 24;

const PROGRAMMES: &[&str] =
    &["新闻联播", "新闻直播间", "朝闻天下", "晚间新闻", "焦点访谈", "新闻30分", "经济半小时", "新闻频道"];

/// The longest name of a programme in brackets: (新闻联播).
const MAX_PROGRAMME: usize = 12;

fn may_be_in_a_place(character: char) -> bool {
    super::derive::is_han(character)
        || character.is_ascii_alphanumeric()
        || matches!(character, '·' | '-' | '—' | '/' | ' ' | '(' | ')' | '、')
}

/// The verb after an agency's name without a date between them.
fn undated(
    line: &Plain,
    agency: &agency::Agency,
    between: Range<usize>,
    verb: usize,
    in_brackets: bool,
) -> Option<Head> {
    let word = line.seen(between.end..verb);
    let next = line.at(verb);
    let reporting = word.ends_with(&['报', '道']) || word.ends_with(&['报', '导']);
    // 新华社报道说… names a source; 电视 and 讯问 are words.
    let plausible = in_brackets
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
        Some(Head { agency: Some(agency.clone()), location, date: None, people, end: verb })
    };
    if seen.is_empty() {
        return head(none, Vec::new());
    }
    // 新浪家居张三讯: portals name their reporter there, papers the place.
    if agency.kind == agency::Kind::Portal {
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
    let like_a_place = (2..=8).contains(&seen.len()) && seen.iter().all(|character| super::derive::is_han(*character));
    (sure && like_a_place).then(|| head(between, Vec::new())).flatten()
}

/// `中央社記者林六台北15日電`, `本报记者张三北京1月2日电`.
fn reporter_before_place(line: &Plain, agency: &agency::Agency, from: usize) -> Option<Head> {
    let (_, names) = people::role_at(line, from)?;
    let (date_start, date, date_end) = (names..line.len().min(names + MAX_PLACE * 2))
        .find_map(|at| day::day_at(line, at).map(|(date, end)| (at, date, end)))?;
    let end = verb_after_date(line, date, date_end)?;
    let names = line.skip_spaces(names);
    // The place is the end of what stands before the date: after the last separator, or glued to the last name.
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
    Some(Head { agency: Some(agency.clone()), location: place..date_start, date: Some(date), people, end })
}

/// An outlet that no table knows: told by its name's ending, and by date and verb, or by reporters after the verb.
fn unknown_head(line: &Plain, start: usize) -> Option<Head> {
    const MAX_NAME: usize = 20;
    const MAX_UNDATED_NAME: usize = 10;
    for at in start + 2..line.len().min(start + MAX_NAME) {
        if let Some((date, end)) = day::day_at(line, at) {
            let verb = line.skip_spaces(end);
            let end = verb_after_date(line, date, end)?;
            // A sentence may well begin so: 某某台11日报道.
            line.word_at(verb, &["电", "讯", "专电", "快讯", "消息"])?;
            let name_end = agency::unknown_end(line, start..at)?;
            // A headline is glued to an agency that is known: that one is sought by `glued`.
            if (start + 1..name_end)
                .any(|inner| agency::known_at(line, inner).is_some_and(|known| known.name.len() > 2))
            {
                return None;
            }
            let agency =
                agency::Agency { name: start..name_end, end: name_end, edition: at..at, kind: agency::Kind::Unknown };
            return Some(Head {
                agency: Some(agency),
                location: name_end..at,
                date: Some(date),
                people: Vec::new(),
                end,
            });
        }
        if at - start <= MAX_UNDATED_NAME
            && let Some((_, end)) = line.word_at(at, &["快讯", "专讯", "讯", "消息:"])
            && agency::unknown_end(line, start..at) == Some(at)
        {
            let next = line.skip_spaces(end);
            let introduced = line.at(end - 1) == Some(':')
                || line.at(next) == Some('(')
                || people::role_at(line, next).is_some()
                || next > end;
            let agency = agency::Agency { name: start..at, end: at, edition: at..at, kind: agency::Kind::Unknown };
            return introduced.then_some(Head {
                agency: Some(agency),
                location: at..at,
                date: None,
                people: Vec::new(),
                end: if line.at(end - 1) == Some(':') { end - 1 } else { end },
            });
        }
        if !line.at(at).is_some_and(may_be_in_a_place) {
            return None;
        }
    }
    None
}

/// Verbs of datelines, longer ones first.
const VERBS: &[&str] = &[
    "综合外电报道",
    "综合外电报导",
    "综合外电",
    "综合消息",
    "综合报道",
    "综合报导",
    "专题报道",
    "特约专电",
    "特稿",
    "专电",
    "特电",
    "专讯",
    "快讯",
    "急电",
    "电讯",
    "电",
    "讯",
    "消息",
    "信息",
    "报道",
    "报导",
];

fn verb_at(line: &Plain, index: usize) -> Option<usize> {
    line.word_at(index, VERBS).map(|(_, end)| end)
}

/// The verb after a date; a time of the day may stand between them (`10月1日晚电`). `法新社11日报道说` names a source: 报道
/// is a dateline's verb only with a month, and where no sentence goes on.
fn verb_after_date(line: &Plain, date: DatelineDate, index: usize) -> Option<usize> {
    let at = line.skip_spaces(index);
    let parts = &["凌晨", "上午", "中午", "下午", "晚间", "晚", "早", "夜"];
    let at = line.word_at(at, parts).map_or(at, |(_, end)| line.skip_spaces(end));
    let (verb, end) = line.word_at(at, VERBS)?;
    let goes_on = date.month == 0 || line.at(end).is_some_and(|next| ",说称指援。".contains(next));
    let reports = matches!(verb, "报道" | "报导");
    (!(reports && goes_on)).then_some(end)
}

/// Adds what stands after the verb: reporters in brackets, `记者张三报道：`, a colon.
fn with_people(line: &Plain, start: usize, head: Head) -> Story {
    let Head { agency, location, date, mut people, end } = head;
    let mut story_end = end;
    let next = line.skip_spaces(end);
    let mut introduced = false;
    if let Some(group_end) = line.group_at(next, people::MAX_GROUP)
        && line.at(next) == Some('(')
    {
        let inside = next + 1..group_end - 1;
        let unnamed = people::are_likely_names(line, inside.clone()).then_some(Role::Reporter);
        let blank = line.seen(inside.clone()).iter().all(|character| *character == ' ');
        if blank {
            story_end = group_end;
        } else if let Some(named) = people::read(line, inside.clone(), unnamed) {
            people.extend(named);
            story_end = group_end;
            introduced = true;
        } else if group_end - next <= MAX_PROGRAMME && line.at(group_end) == Some(':') {
            story_end = group_end;
        }
    } else if let Some((named, report_end)) = reporters_report(line, next) {
        people.extend(named);
        story_end = report_end;
        introduced = true;
    } else if line.starts_with(next, "题:") || line.starts_with(next, "题 ") {
        people.extend(byline_after_title(line, next));
    } else if let Some(name) = named_in_sentence(line, next) {
        people.push(name);
    }
    if line.at(story_end) == Some(']') {
        story_end += 1;
    }
    let story_end = colon_end(line, story_end);
    let known = agency.as_ref().is_some_and(|agency| agency.kind != agency::Kind::Unknown);
    let portal = agency.as_ref().is_some_and(|agency| agency.kind == agency::Kind::Portal);
    Story {
        start,
        end: story_end,
        agency: agency.as_ref().map(|agency| agency::name_of(line, agency)).unwrap_or_default(),
        location,
        date,
        people,
        certain: known && (date.is_some() || introduced || portal),
    }
}

fn colon_end(line: &Plain, end: usize) -> usize {
    if line.at(line.skip_spaces(end)) == Some(':') { line.skip_spaces(end) + 1 } else { end }
}

/// `记者张三、李四报道：`, `新华社记者张三、本报记者李四报道：`; who reports, and where it ends.
fn reporters_report(line: &Plain, start: usize) -> Option<(Vec<Person>, usize)> {
    let until = (start..line.len().min(start + people::MAX_GROUP)).find(|at| {
        matches!(line.at(*at), Some(':' | '。' | '“' | '《')) || line.word_at(*at, &["报道", "报导"]).is_some()
    })?;
    let (_, verb) = line.word_at(until, &["报道", "报导"])?;
    let named = line.word_at(until.saturating_sub(2), &["综合", "摄影"]).map_or(until, |_| until - 2);
    (start..named).find(|at| people::role_at(line, *at).is_some())?;
    let people = people::read(line, start..named, None).filter(|people| !people.is_empty())?;
    match line.at(verb) {
        Some(':' | ',' | ' ') | None => Some((people, if line.at(verb) == Some(':') { verb + 1 } else { verb })),
        _ => None,
    }
}

/// `记者张三今天从…获悉`: the reporter that the first sentence names. `记者从…获悉` names nobody.
fn named_in_sentence(line: &Plain, start: usize) -> Option<Person> {
    let (role, name) = people::role_at(line, start)?;
    let name = line.skip_spaces(name);
    let end = people::glued_name_end(line, name)?;
    Some(Person { name: line.slice(name..end).to_owned(), role })
}

/// `电 题：…新华社记者张三、李四`: the byline after the title that a dateline announces.
fn byline_after_title(line: &Plain, start: usize) -> Vec<Person> {
    let mut people = Vec::new();
    let Some((role, mut at)) = (start..line.len()).find_map(|at| {
        let (role, end) = people::role_at(line, at)?;
        agency_before(line, at).then_some((role, end))
    }) else {
        return people;
    };
    loop {
        at = line.skip_spaces(at);
        let until =
            (at..line.len()).find(|end| !line.at(*end).is_some_and(super::derive::is_han)).unwrap_or(line.len());
        let separated = line.at(until) == Some('、');
        let end = if separated || until - at <= 3 {
            until
        } else {
            people::glued_name_end(line, at).unwrap_or(at + glued_length(line, at))
        };
        if !(2..=4).contains(&(end - at)) {
            return people;
        }
        people.push(Person { name: line.slice(at..end).to_owned(), role });
        if !separated {
            return people;
        }
        at = until + 1;
    }
}

/// The length of a name that runs on into a sentence without a sign: three characters, or two if the third would begin
/// a known place.
fn glued_length(line: &Plain, start: usize) -> usize {
    let place = (2..=4).any(|length| places::is_place(line.seen(start + 2..start + 2 + length)));
    if place { 2 } else { 3 }
}

/// Whether 新华社 or 新华社“新华视点” stands right before the word 记者.
fn agency_before(line: &Plain, role: usize) -> bool {
    (role.saturating_sub(12)..role).any(|at| {
        agency::known_at(line, at).is_some_and(|agency| {
            agency.end <= role
                && (agency.end == role || line.at(agency.end) == Some('“') && line.at(role - 1) == Some('”'))
        })
    })
}

#[cfg(test)]
mod tests;
