//! The tail of a page: everything below the body, from the page's end upwards.

use super::chrome::{self, Reason};
use super::line::Line;
use super::{Facts, Removed, byline};
use crate::parse::dateline;
use crate::parse::plain::Plain;

/// Reads the tail of the lines from `start` on; where the body ends.
pub fn read<'a>(lines: &[Line<'a>], start: usize, facts: &mut Facts, removed: &mut Removed<'a>) -> usize {
    let mut end = lines.len();
    if start >= end {
        return end;
    }
    end = cut_other_stories(lines, start, end, facts, removed);
    // The first line of the body is never chrome: something has to be the story.
    while end > start + 1 {
        let Some(line) = lines.get(end - 1) else { break };
        let Some(reason) = at_the_foot(line, facts) else { break };
        removed.add(end - 1, line.text, reason);
        end -= 1;
    }
    end
}

/// Why a line at the foot of the body is not the story's.
fn at_the_foot(line: &Line, facts: &mut Facts) -> Option<Reason> {
    if line.key.is_empty() {
        return None;
    }
    if super::tables::END_MARKS.contains(&line.key.as_str()) {
        return Some(chrome::END_MARK);
    }
    if let Some(reason) = chrome::below(line) {
        return Some(reason);
    }
    if chrome::is_related_heading(line) {
        return Some(chrome::RELATED_ARTICLES);
    }
    if line.key == "(资料图片)" || line.key == "(资料图)" {
        return Some(chrome::CAPTION);
    }
    let found = byline::read(line).filter(|found| found.title_end == 0)?;
    let reason = if names_editor(line) { chrome::EDITOR } else { chrome::BYLINE };
    // A date alone at the foot may be the story's own: it signs a statement.
    if found.source.is_empty() && found.people.is_empty() && found.keywords.is_empty() && reason != chrome::EDITOR {
        return None;
    }
    let times = std::mem::take(&mut facts.times);
    facts.add(found);
    if !times.is_empty() {
        facts.times = times;
    }
    Some(reason)
}

fn names_editor(line: &Line) -> bool {
    ["责任编辑", "责编", "编辑", "校对", "审核", "监制"].iter().any(|word| line.key.contains(word))
}

/// Finds the lists of other stories and the other stories themselves, and cuts the page there.
fn cut_other_stories<'a>(
    lines: &[Line<'a>],
    start: usize,
    end: usize,
    facts: &mut Facts,
    removed: &mut Removed<'a>,
) -> usize {
    // From here to the end there are only list items and chrome.
    let mut list = end;
    while list > start + 1 && lines.get(list - 1).is_some_and(|line| is_list_or_chrome(line)) {
        list -= 1;
    }
    if let Some(first) = dated_list(lines, list, end) {
        for (offset, line) in lines.iter().enumerate().take(end).skip(first) {
            removed.add(offset, line.text, chrome::below(line).unwrap_or(chrome::RELATED_ARTICLES));
        }
        return first;
    }
    // The last list item: asked once, as it is asked of each line below.
    let last_item = lines
        .get(..end)
        .unwrap_or_default()
        .iter()
        .rposition(|line| line.is_list_item() && chrome::below(line).is_none())
        .unwrap_or_default();
    let opens = lines
        .get(start)
        .is_some_and(|line| dateline::at_start(line.text).is_some() || dateline::glued(line.text).is_some());
    for index in start + 1..end {
        let Some(line) = lines.get(index) else { break };
        let heading = chrome::is_related_heading(line);
        let closing = !heading && is_closing(line);
        let list_follows = index + 1 >= list && index < last_item;
        let ends = (heading || closing) && (list_follows || other_story_follows(lines, index + 1, end));
        let other = opens && is_other_story(lines, index);
        if !(ends || other) {
            continue;
        }
        for (offset, line) in lines.iter().enumerate().take(end).skip(index) {
            let reason = match offset == index {
                true if closing => at_the_foot(line, facts).unwrap_or(chrome::EDITOR),
                true => chrome::RELATED_ARTICLES,
                false => chrome::below(line).unwrap_or(chrome::RELATED_ARTICLES),
            };
            removed.add(offset, line.text, reason);
        }
        return index;
    }
    end
}

/// Where a list of other stories begins whose titles alternate with their dates, among these lines at the page's end.
fn dated_list(lines: &[Line], from: usize, to: usize) -> Option<usize> {
    const MIN_DATES: usize = 2;
    let run = lines.get(from..to)?;
    let dates: Vec<usize> = (0..run.len()).filter(|at| run.get(*at).is_some_and(is_full_date)).collect();
    let (first, last) = (*dates.first()?, *dates.last()?);
    // Titles stand before their dates, or after them.
    let titles = (last - first + 1).saturating_sub(dates.len());
    let above = usize::from(first > 0 && last + 1 == run.len());
    (dates.len() >= MIN_DATES && titles > 0 && titles <= dates.len() * 2).then_some(from + first - above)
}

/// `2019-09-08`, and nothing but a time or a count after it.
fn is_full_date(line: &Line) -> bool {
    const MAX_DATE: usize = 24;
    let numeric = line.key.chars().all(|c| c.is_ascii_digit() || "-/.:年月日".contains(c));
    let view = Plain::of(line.text, MAX_DATE);
    line.length <= MAX_DATE && numeric && crate::parse::time::printed_at(&view, 0).is_some_and(|(day, _)| day.year != 0)
}

fn is_list_or_chrome(line: &Line) -> bool {
    line.is_list_item() || chrome::below(line).is_some()
}

/// `责任编辑：…` or an end mark: the story is over.
fn is_closing(line: &Line) -> bool {
    const MAX_CLOSING: usize = 60;
    if line.key.is_empty() || line.length > MAX_CLOSING {
        return false;
    }
    let key = line.key.trim_start_matches(['(', '[']);
    let ended = super::tables::END_MARKS.contains(&line.key.as_str());
    ended
        || ["责任编辑", "责编:", "编辑:", "责任编校"].iter().any(|word| key.starts_with(word))
        || line.key.contains("[责任编辑")
}

/// Whether one of the next lines opens another story with a dateline of its own.
fn other_story_follows(lines: &[Line], from: usize, to: usize) -> bool {
    const LOOKED_AT: usize = 4;
    lines.get(from..to.min(from + LOOKED_AT)).unwrap_or_default().iter().any(|line| has_dated_dateline(line))
}

/// A title, and under it a story with a dated dateline, in a page that itself began with one.
fn is_other_story(lines: &[Line], index: usize) -> bool {
    let (Some(title), Some(next)) = (lines.get(index), lines.get(index + 1)) else { return false };
    let titled =
        title.is_list_item() && !title.is_prose() && title.length >= 6 && dateline::at_start(title.text).is_none();
    let previous_is_text = index > 0 && lines.get(index - 1).is_some_and(Line::is_prose);
    titled && previous_is_text && has_dated_dateline(next)
}

/// Cheap to ask of each line: most have no 电 or 讯 near their start.
fn has_dated_dateline(line: &Line) -> bool {
    const NEAR: usize = 40;
    let near = Plain::of(line.text, NEAR);
    if !near.chars.iter().any(|character| matches!(character, '电' | '讯')) {
        return false;
    }
    dateline::at_start(line.text)
        .is_some_and(|found| found.dateline.date.is_some() && !found.dateline.agency.is_empty())
}
