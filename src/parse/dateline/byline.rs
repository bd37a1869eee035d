//! Reporters that a dateline, or the beginning of a story, names without brackets.
//!
//! Owns `记者张三报道：`, `记者 张三 …` after the verb, `某某新闻记者 张三 …` instead of a verb, and the byline after `题：` and a
//! title. Rejects 记者 as the subject of a sentence without a name: 记者从…获悉.

use std::ops::Range;

use super::people::{self, Person, Role};
use super::{DatelineSpans, agency};
use crate::parse::lexicon::{places, roles, surnames, wire_verbs};
use crate::parse::normalized_line::NormalizedLine;
use crate::text::is_han;

/// A byline in running text.
pub(super) struct ReporterByline {
    pub people: Vec<Person>,
    /// Their location, as in `济南报道`; empty if it is not printed.
    pub place: Range<usize>,
    pub end: usize,
}

/// Whether brackets that contain a role word, or a role word with a name, follow at `index`.
pub(super) fn follows(line: &NormalizedLine, index: usize) -> bool {
    let next = line.skip_spaces(index);
    match line.group_at(next, people::MAX_GROUP).filter(|_| line.at(next) == Some('(')) {
        Some(end) => {
            (next + 1..end).any(|at| people::role_at(line, at).is_some())
                && people::read(line, next + 1..end - 1, None).is_some()
        }
        None => spaced(line, next).is_some() || named_in_sentence(line, next).is_some(),
    }
}

/// `某某新闻记者 张三 5月20日，…`, `记者張三／台北報導 …`: a byline with the body in the same line, and no verb between them.
pub(super) fn opening(line: &NormalizedLine, start: usize) -> Option<DatelineSpans> {
    let (agency, role) = outlet_of_reporter(line, start)?;
    let byline = reporters_report(line, role).or_else(|| spaced(line, role))?;
    let named = byline.people.iter().all(|person| {
        person.name.contains('·') || people::are_likely_names(&NormalizedLine::of(&person.name, 10), 0..10)
    });
    // A role word without an outlet is weak evidence, so a place after a slash is required too.
    let sure = agency.is_some() || line.at(byline.place.start.saturating_sub(1)) == Some('/');
    (named && sure && story_follows(line, byline.end)).then(|| DatelineSpans {
        start,
        end: byline.end,
        agency: agency.map(|agency| agency::name_of(line, &agency)).unwrap_or_default(),
        location: byline.place,
        date: None,
        people: byline.people,
        certain: false,
    })
}

/// The outlet before a role word at the beginning of a line, if there is one, and the position of the role word:
/// `本报驻美国特约记者`, `某某日报客户端 | 记者`.
fn outlet_of_reporter(line: &NormalizedLine, start: usize) -> Option<(Option<agency::Agency>, usize)> {
    const MAX_OUTLET: usize = 20;
    let role = (start..line.len().min(start + MAX_OUTLET)).find(|at| people::role_at(line, *at).is_some())?;
    if !matches!(people::role_at(line, role), Some((Role::Reporter, _))) {
        return None;
    }
    if role == start {
        return Some((None, role));
    }
    let separates = |at: usize| matches!(line.at(at), Some(' ' | '|'));
    let end = (start..role).rev().find(|at| !separates(*at))? + 1;
    // Qualifiers of 记者: 全媒体首席记者.
    let kinds =
        |end: usize| roles::REPORTER_KINDS.iter().any(|kind| end > start + 3 && line.starts_with(end - 3, kind));
    let end = if kinds(end) { end - 3 } else { end };
    let agency = agency::known_at(line, start).filter(|known| {
        known.end == end
            || line.at(known.end) == Some('驻') && line.seen(known.end..end).iter().all(|c| is_han(*c))
            || line.at(known.end) == Some('“') && line.at(end - 1) == Some('”')
    });
    let agency = agency.or_else(|| {
        let clean =
            line.seen(start..end).iter().all(|c| is_han(*c) || c.is_ascii_alphanumeric() || *c == '·' || *c == '-');
        (clean && agency::unknown_end(line, start..end) == Some(end)).then_some(agency::Agency {
            name: start..end,
            end,
            edition: end..end,
            kind: agency::AgencyKind::Unknown,
        })
    })?;
    Some((Some(agency), role))
}

/// Whether running text follows from `end` on, and not the rest of a byline or a caption.
fn story_follows(line: &NormalizedLine, end: usize) -> bool {
    const MIN_TEXT: usize = 8;
    let next = line.skip_spaces(end);
    let text = line.seen(next..line.len());
    text.len() >= MIN_TEXT
        && text.iter().any(|character| matches!(character, ',' | '。'))
        && line.word_at(next, wire_verbs::NON_STORY_STARTS).is_none()
}

/// `记者张三、李四报道：`, `新华社记者张三、本报记者李四报道：`, `记者 张三 济南报道 `: reporters, location and verb.
pub(super) fn reporters_report(line: &NormalizedLine, start: usize) -> Option<ReporterByline> {
    let until = (start..line.len().min(start + people::MAX_GROUP)).find(|at| {
        matches!(line.at(*at), Some(':' | '。' | '“' | '《' | '据')) || line.word_at(*at, wire_verbs::REPORTS).is_some()
    })?;
    let (_, verb) = line.word_at(until, wire_verbs::REPORTS)?;
    let named = line.word_at(until.saturating_sub(2), wire_verbs::BEFORE_REPORT).map_or(until, |_| until - 2);
    (start..named).find(|at| people::role_at(line, *at).is_some())?;
    let place = place_start(line, start..named);
    let people = people::read(line, start..place, None).filter(|people| !people.is_empty())?;
    match line.at(verb) {
        Some(':' | ',' | ' ') | None => {
            let end = if line.at(verb) == Some(':') { verb + 1 } else { verb };
            Some(ReporterByline { people, place: place..named, end })
        }
        _ => None,
    }
}

/// Where the place before 报道 begins. After a slash every word counts as a place, elsewhere only a known one, also directly
/// after the name (`记者张三北京报道`). A known place after a single character is part of a name: 林深圳.
pub(super) fn place_start(line: &NormalizedLine, words: Range<usize>) -> usize {
    let last = words.clone().rev().find(|at| matches!(line.at(*at), Some(' ' | '/'))).map(|at| at + 1);
    let last = last.filter(|last| *last < words.end);
    if let Some(last) = last
        && (line.at(last - 1) == Some('/') || places::is_place(line.seen(last..words.end)))
    {
        return last;
    }
    let run = last.unwrap_or(words.start);
    let name = (run..words.end).find_map(|at| people::role_at(line, at)).map_or(run, |(_, end)| line.skip_spaces(end));
    // In a list of names the place follows the last one.
    let name =
        (name..words.end).rev().find(|at| line.at(*at) == Some('、')).map_or(name, |at| line.skip_spaces(at + 1));
    places::place_suffix(line.seen(name..words.end))
        .filter(|length| (2..=4).contains(length))
        .map_or(words.end, |length| name + length)
}

/// `记者 张三 通讯员 李四 `: role words and names that white space ends. Names that are the subject of a sentence
/// (`记者 张三 从…获悉`) do not count, and stay in the body.
pub(super) fn spaced(line: &NormalizedLine, start: usize) -> Option<ReporterByline> {
    let (mut role, mut at) = people::role_at(line, start)?;
    let mut named = Vec::new();
    let mut end = start;
    loop {
        at = past_colon(line, at);
        // 每经编辑: an employer before a role word is no name.
        if let Some(agency) = agency::known_at(line, at)
            && people::role_at(line, agency.end).is_some()
        {
            at = agency.end;
        }
        if let Some((next, after)) = people::role_at(line, at) {
            (role, at) = (next, after);
            continue;
        }
        let follows_role = named.last().is_none_or(|last: &Person| last.role != role);
        let Some(until) = name_end(line, at, role, follows_role) else { break };
        named.push(Person { name: line.slice(at..until).to_owned(), role });
        end = until;
        at = if matches!(line.at(until), Some('、')) { until + 1 } else { until };
    }
    let spaced = line.at(end) == Some(' ');
    let goes_on = line.word_at(line.skip_spaces(end), roles::AFTER_SUBJECT).is_some();
    (!named.is_empty() && spaced && !goes_on).then_some(ReporterByline { people: named, place: end..end, end })
}

/// Skips a colon or a vertical bar after a role word, and white space.
fn past_colon(line: &NormalizedLine, at: usize) -> usize {
    let mark = line.skip_spaces(at);
    if matches!(line.at(mark), Some(':' | '|')) { line.skip_spaces(mark + 1) } else { mark }
}

/// The end of one name that white space, 、 or a role word ends.
fn name_end(line: &NormalizedLine, start: usize, role: Role, follows_role: bool) -> Option<usize> {
    const MAX_NAME: usize = 4;
    let end = (start..=start + MAX_NAME)
        .find(|at| !line.at(*at).is_some_and(is_han) || people::role_at(line, *at).is_some())?;
    let name = line.seen(start..end);
    let ended = matches!(line.at(end), Some(' ' | '、')) || people::role_at(line, end).is_some();
    if !ended || name.len() < 2 || line.word_at(start, roles::NON_NAMES_AFTER_ROLE).is_some() || places::is_place(name)
    {
        return None;
    }
    let surname = surnames::rank(name) > 0 && (name.len() <= 3 || surnames::is_compound(name));
    // Contributors may use names without a surname, such as 粤交警.
    (surname || follows_role && role == Role::Contributor).then_some(end)
}

/// `记者张三今天从…获悉`: a reporter who is the subject of the first sentence. `记者从…获悉` has no name.
pub(super) fn named_in_sentence(line: &NormalizedLine, start: usize) -> Option<Person> {
    let (role, name) = people::role_at(line, start)?;
    let name = line.skip_spaces(name);
    let end = people::glued_name_end(line, name)?;
    Some(Person { name: line.slice(name..end).to_owned(), role })
}

/// `电 题：…新华社记者张三、李四`: the byline after a title.
pub(super) fn after_title(line: &NormalizedLine, start: usize) -> Vec<Person> {
    let mut people = Vec::new();
    let Some((role, mut at)) = (start..line.len()).find_map(|at| {
        let (role, end) = people::role_at(line, at)?;
        agency_before(line, at).then_some((role, end))
    }) else {
        return people;
    };
    loop {
        at = line.skip_spaces(at);
        let until = (at..line.len()).find(|end| !line.at(*end).is_some_and(is_han)).unwrap_or(line.len());
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

/// The length of a name that a sentence follows without a separator: three characters, or two if a known place begins after
/// them.
fn glued_length(line: &NormalizedLine, start: usize) -> usize {
    let place = (2..=4).any(|length| places::is_place(line.seen(start + 2..start + 2 + length)));
    if place { 2 } else { 3 }
}

/// Whether an agency comes right before a role word, perhaps with a programme in quotation marks: 新华社“新华视点”记者.
fn agency_before(line: &NormalizedLine, role: usize) -> bool {
    (role.saturating_sub(12)..role).any(|at| {
        agency::known_at(line, at).is_some_and(|agency| {
            agency.end <= role
                && (agency.end == role || line.at(agency.end) == Some('“') && line.at(role - 1) == Some('”'))
        })
    })
}
