//! Reads the head of a page: the lines above the body, and the start of the body.

use std::cmp::Ordering;

use super::chrome::{self, Reason};
use super::line::{Line, is_blank};
use super::{Layout, MarkupHints, Removed, byline, count_piece};
use crate::article::ParseReport;
use crate::parse::dateline::{self, Found};
use crate::parse::headline;
use crate::parse::lexicon::{byline_words, headline_words, outlets, page_chrome};
use crate::parse::normalized_line::{normalize_char, normalize_line};
use crate::parse::time;

/// Number of lines from the top to search for the head.
const MAX_HEAD: usize = 60;

/// Maximum number of lines in a headline block.
pub(super) const MAX_BLOCK: usize = 6;

/// The start of the body, and the short lines above it that belong to it.
pub(super) struct Head<'a> {
    pub start: usize,
    pub lead: Vec<&'a str>,
}

pub(super) fn read<'a>(
    lines: &[Line<'a>],
    known: &MarkupHints<'_>,
    gap: Option<usize>,
    layout: &mut Layout<'a>,
    removed: &mut Removed<'a>,
    report: &mut ParseReport,
) -> Head<'a> {
    let mut start = body_start(lines).max(gap.unwrap_or_default());
    let summary = summary_above_byline(lines, start);
    start = summary.map_or(start, |summary| summary + 2);
    let mut block: Vec<(usize, Line<'a>)> = Vec::new();
    let titled = |block: &[(usize, Line)]| !block.is_empty() || !known.headline.is_empty();
    for (index, line) in lines.iter().enumerate().take(start) {
        if summary == Some(index) {
            continue;
        }
        let is_title = |found: &byline::Byline| !titled(&block) && has_no_likely_name(found);
        let found = byline::read_above_text(line).filter(|found| !is_title(found));
        let dated = found.as_ref().is_some_and(is_dated_source);
        if !dated && let Some(reason) = removal_reason(line, layout, block.is_empty()) {
            // `2021-09-01 阅读(12)`: a counter, and the time.
            if reason == chrome::NAVIGATION && known.headline != line.text {
                layout
                    .facts
                    .times
                    .extend(found.into_iter().flat_map(|found| found.times).filter(|time| time.year != 0));
            }
            removed.add(index, line.text, reason);
        } else if !dated
            && titled(&block)
            && let Some(reason) = chrome::bare_original_title(line)
        {
            removed.add(index, line.text, reason);
        } else if found.is_none()
            && titled(&block)
            && let Some(account) = account_beside_time(lines, index)
        {
            if layout.facts.source.is_empty() {
                layout.facts.source = account.to_owned();
            }
            removed.add(index, line.text, chrome::BYLINE);
        } else if let Some(found) = found {
            let title = line.text.get(..found.title_end).unwrap_or_default();
            removed.add(
                index,
                line.text.get(found.title_end..).unwrap_or_default().trim_matches(is_blank),
                chrome::BYLINE,
            );
            if !title.is_empty() && chrome::host(&Line::new(title)).is_some() {
                removed.add(index, title, chrome::SITE_NAME);
            } else if !title.is_empty() {
                count_piece(report, chrome::BYLINE);
                block.push((index, Line::new(title)));
            }
            layout.facts.add(found);
        } else if known.bylines.iter().any(|byline| byline == line.text) {
            layout.facts.times.extend(time::first_printed(line.text));
            removed.add(index, line.text, chrome::BYLINE);
        } else {
            block.push((index, line.clone()));
        }
    }
    if block.is_empty() && known.headline.is_empty() {
        restore_title(lines, &mut block, removed);
    }
    take_labels(&mut block, removed, report);
    if known.headline.is_empty() {
        drop_menu(&mut block, removed);
    }
    drop_repetitions(&mut block, removed);
    place_known_headline(&mut block, known.headline, removed);
    let in_brief = block.len() > 1
        && block.last().is_some_and(|(index, heading)| {
            let named = block.iter().rev().skip(1).any(|(_, line)| names_roundup(line));
            index + 1 == start && dateline::at_start(heading.text).is_none() && opens_roundup(lines, *index, named)
        });
    if in_brief {
        start -= 1;
        block.pop();
    }
    let opens = || lines.get(start).is_some_and(|line| dateline::at_start(line.text).is_some());
    let mut lead = match gap.filter(|_| !opens()) {
        Some(gap) => block.extract_if(.., |(index, _)| *index >= gap).map(|(_, line)| line.text).collect(),
        None => take_lead(&mut block, known.headline, opens, removed),
    };
    lead.extend(summary.and_then(|summary| lines.get(summary)).map(|line| line.text));
    if block.len() > MAX_BLOCK {
        // This many titles are a list: the first is the page's title, the others belong to its text.
        if let Some((index, _)) = block.get(1) {
            start = *index;
            removed.lines.retain(|(at, _, _)| *at < start);
        }
        block.truncate(1);
    }
    layout.headline_block = block.into_iter().map(|(_, line)| line.text).collect();
    Head { start, lead }
}

/// The summary between the headline and the line with the publish time.
fn summary_above_byline(lines: &[Line], start: usize) -> Option<usize> {
    const LOOKED_AT: usize = 8;
    let opening: String = lines.get(start)?.text.chars().take(LOOKED_AT).map(normalize_char).collect();
    let opening = opening.trim_start_matches(['[', '(']);
    byline_words::SUMMARY.iter().find(|label| opening.starts_with(**label))?;
    let below = byline::read(lines.get(start + 1)?)?;
    (!below.times.is_empty() && below.title_end == 0).then_some(start)
}

/// Whether the line only counts as a byline because of names that do not have the shape of names: `专访一线记者们的故事`. The
/// first title line of a page must not be lost as such a byline.
fn has_no_likely_name(found: &byline::Byline) -> bool {
    let byline::Byline { times, source, people, section, keywords, title_end } = found;
    let says_more = !times.is_empty() || !source.is_empty() || !section.is_empty() || !keywords.is_empty();
    !says_more && *title_end == 0 && !people.iter().any(|person| dateline::has_the_shape_of_a_name(&person.name))
}

/// A line with a source and a date with time is a byline, whatever else it contains: `稿源：… 2023-03-09 08:30 报料热线：…`.
fn is_dated_source(found: &byline::Byline) -> bool {
    let dated = found.times.iter().any(|time| time.year != 0 && time.hour.is_some());
    dated && !found.source.is_empty() && found.title_end == 0
}

/// The account that published a page, on a line of its own directly above or below the time. The line alone is not
/// recognized as a byline.
fn account_beside_time<'a>(lines: &[Line<'a>], index: usize) -> Option<&'a str> {
    const MAX_ACCOUNT: usize = 12;
    let line =
        lines.get(index).filter(|line| !outlets::NON_OUTLET_ENDINGS.iter().any(|end| line.key.ends_with(end)))?;
    let outlet: Vec<char> = line.key.chars().collect();
    let beside = [index.checked_sub(1), Some(index + 1)].into_iter().flatten();
    let times = beside.filter_map(|beside| byline::read(lines.get(beside)?));
    let timed = || times.into_iter().any(|found| found.times.iter().any(|time| time.hour.is_some()));
    (line.length <= MAX_ACCOUNT && dateline::ends_like_an_outlet(&outlet) && timed()).then_some(line.text)
}

/// If the markup identifies the headline, it also identifies the lines that belong to it. Other lines of the block,
/// except repeated headlines and a kicker, are then the first lines of the story, however short. But if a dateline
/// opens the text below (`opens`), the lines are a headline block and the short ones are subheadlines.
fn take_lead<'a>(
    block: &mut Vec<(usize, Line<'a>)>,
    known_headline: &str,
    opens: impl FnOnce() -> bool,
    removed: &mut Removed<'a>,
) -> Vec<&'a str> {
    /// Counts, icons and buttons: `0`, `图集`, `昨天`.
    const MAX_BUTTON: usize = 3;
    if known_headline.is_empty() {
        return Vec::new();
    }
    /// In characters.
    const SUBHEADLINE: std::ops::RangeInclusive<usize> = 4..=40;
    const MAX_SUBHEADLINES: usize = 5;
    let headline = Line::new(known_headline);
    let is_subheadline = |line: &Line| {
        SUBHEADLINE.contains(&line.length) && line.is_list_item() && !line.is_prose() && !chrome::is_caption(line)
    };
    let all_short = block.iter().all(|(_, line)| is_subheadline(line) || headline::alike(&headline, line));
    if block.len() <= MAX_SUBHEADLINES && all_short && opens() {
        return Vec::new();
    }
    let mut first = true;
    let others = block.extract_if(.., |(_, line)| {
        let kicker = std::mem::take(&mut first) && headline::cannot_stand_alone(line.text);
        !kicker && !headline::alike(&headline, line)
    });
    let mut lead = Vec::new();
    for (index, line) in others {
        if line.length <= MAX_BUTTON && !line.ends_in(&['，', '。', '！', '？', '：']) {
            removed.add(index, line.text, chrome::NAVIGATION);
        } else {
            lead.push(line.text);
        }
    }
    lead
}

/// If all lines above the text were removed, restores the last one that may be a title. Consecutive table rows are
/// restored together, because nothing distinguishes the last from the others.
fn restore_title<'a>(lines: &[Line<'a>], block: &mut Vec<(usize, Line<'a>)>, removed: &mut Removed<'a>) {
    const MIN_TITLE: usize = 6;
    let doubtful =
        |reason: Reason| matches!(reason, chrome::SITE_NAME | chrome::COPYRIGHT | chrome::CONTACT | chrome::TABLE_ROW);
    let title = removed.lines.iter().rposition(|(index, _, reason)| {
        let line = lines.get(*index);
        doubtful(reason) && line.is_some_and(|line| line.length >= MIN_TITLE && !line.key.contains(['>', '@', '©']))
    });
    let Some(at) = title else { return };
    let is_row = |line: &&(usize, &str, Reason)| line.2 == chrome::TABLE_ROW;
    let rows = removed.lines.get(..=at).unwrap_or_default().iter().rev().take_while(is_row).count();
    let restored = removed.lines.drain(at + 1 - rows.max(1)..=at);
    block.extend(restored.map(|(index, text, _)| (index, Line::new(text))));
}

/// 国内联播快讯, 一周要闻: the name of a news roundup.
fn names_roundup(line: &Line) -> bool {
    headline_words::ROUNDUPS.iter().any(|word| line.key.ends_with(word))
}

/// Whether headings and paragraphs alternate to the end: a news roundup, with a heading for each item. These headings
/// are not subheadlines of the page. Without a roundup's name, each item must have exactly one paragraph: sections of a
/// story have more.
fn opens_roundup(lines: &[Line], first: usize, named: bool) -> bool {
    let (min_items, max_paragraphs) = if named { (2, 4) } else { (3, 1) };
    let (mut items, mut paragraphs) = (0, 0);
    let mut below = lines.iter().skip(first).peekable();
    while let Some(line) = below.next() {
        if line.is_prose() {
            paragraphs += 1;
            if paragraphs > max_paragraphs {
                return false;
            }
        } else if below.peek().is_some_and(|next| next.is_prose()) {
            if items > 0 && paragraphs == 0 || dateline::at_start(line.text).is_some() {
                return false;
            }
            (items, paragraphs) = (items + 1, 0);
        } else {
            // The remaining lines are closing lines.
            break;
        }
    }
    items >= min_items && !below.any(Line::is_prose)
}

/// The first line of running text. If a dateline follows shortly after, the lines before it are the headline block,
/// even if one of them reads like a sentence.
fn body_start(lines: &[Line]) -> usize {
    const MAX_BEFORE_DATELINE: usize = 12;
    const MAX_TITLE: usize = 70;
    /// Several titles on one line, separated by white space and without sentence punctuation.
    const MAX_CHAIN: usize = 150;
    let head = lines.get(..lines.len().min(MAX_HEAD)).unwrap_or_default();
    let is_text = |line: &Line| line.is_prose() && !is_removable(line);
    let prose = head.iter().position(is_text);
    let limit = prose.map_or(head.len(), |prose| (prose + MAX_BEFORE_DATELINE).min(head.len()));
    // After the first running text, only a line that starts with a dateline can open the story.
    let first_text = prose.unwrap_or(head.len());
    let opens = (0..limit).find(|index| {
        let Some(line) = head.get(*index) else { return false };
        dateline::at_start(line.text).is_some() || *index <= first_text && dateline::glued(line.text).is_some()
    });
    match (prose, opens) {
        (Some(prose), Some(opens)) if opens <= prose => opens,
        (Some(prose), Some(opens)) => {
            let between = head.get(prose..opens).unwrap_or_default();
            let is_title = |line: &Line| {
                line.length <= MAX_TITLE && !line.text.contains('。')
                    || line.length <= MAX_CHAIN && !line.text.contains(['。', '；', '，', ',', '：'])
            };
            if between.iter().all(|line| is_title(line) || is_removable(line)) { opens } else { prose }
        }
        (Some(prose), None) => first_caption(head, prose).unwrap_or(prose),
        (None, Some(opens)) => opens,
        // The text may consist only of a picture's caption.
        (None, None) => head.iter().position(Line::is_prose).unwrap_or_else(|| without_text(lines)),
    }
}

/// Captions with full sentences at the start of a story without a dateline look like its paragraphs, so they count as
/// text. A dateline or a byline between caption and text separates the two.
fn first_caption(head: &[Line], prose: usize) -> Option<usize> {
    let above = head.get(..prose)?;
    let is_title = |line: &Line| !is_removable(line) && byline::read(line).is_none();
    let below_title = above.iter().position(is_title).map_or(0, |title| title + 1);
    let caption = (below_title..prose).find(|at| {
        above.get(*at).is_some_and(|line| chrome::is_caption(line) && line.is_prose() && chrome::above(line).is_none())
    })?;
    above.get(caption..)?.iter().all(|line| chrome::is_caption(line) || is_title(line)).then_some(caption)
}

/// A page without running text in its head: only a headline block, or a title above a list.
fn without_text(lines: &[Line]) -> usize {
    const MAX_BARE_BLOCK: usize = 4;
    let titles = lines.iter().take(MAX_HEAD).filter(|line| !is_removable(line) && byline::read(line).is_none());
    if titles.count() <= MAX_BARE_BLOCK && lines.len() <= MAX_HEAD {
        return lines.len();
    }
    let is_fact = |line: &Line| is_removable(line) || byline::read(line).is_some();
    let head = lines.get(..lines.len().min(MAX_HEAD)).unwrap_or_default();
    let Some(first) = head.iter().position(|line| !is_fact(line)) else { return head.len() };
    let facts = head.iter().skip(first + 1).take_while(|line| is_fact(line)).count();
    first + 1 + facts
}

fn is_removable(line: &Line) -> bool {
    chrome::is_crawl_banner(line) || chrome::above(line).is_some() || chrome::is_caption(line)
}

/// Why a line of the head is not part of the headline block; `None` if it may be.
fn removal_reason(line: &Line, layout: &mut Layout, first: bool) -> Option<Reason> {
    if let Some(section) = column_tag(line).filter(|_| !first && chrome::above(line).is_none()) {
        if layout.facts.section.is_empty() {
            layout.facts.section = section.to_owned();
        }
        return Some(chrome::SECTION);
    }
    if chrome::is_crawl_banner(line) && first {
        let times = crate::parse::normalized_line::NormalizedLine::of(line.text, 60);
        layout.facts.crawl_day = (0..20).find_map(|at| crate::parse::time::printed_at(&times, at)).map(|(day, _)| day);
        return Some(chrome::CRAWL_BANNER);
    }
    if let Some(reason) = chrome::above(line) {
        // `來源：某某網` and an issue date have the suffixes of a site's name.
        if let Some(found) = (reason == chrome::SITE_NAME).then(|| byline::read(line)).flatten() {
            layout.facts.add(found);
            return Some(chrome::BYLINE);
        }
        if reason == chrome::SITE_NAME {
            layout.facts.times.extend(time::first_printed(line.text));
        }
        return Some(reason);
    }
    chrome::is_caption(line).then_some(chrome::CAPTION)
}

/// `【社會追蹤】` on a line of its own below the headline: the story's column.
fn column_tag<'a>(line: &Line<'a>) -> Option<&'a str> {
    const MAX_TAG: usize = 10;
    let tag = line.text.strip_prefix('【')?.strip_suffix('】')?;
    (line.length <= MAX_TAG && !tag.contains(['【', '】']) && dateline::at_start(line.text).is_none()).then_some(tag)
}

/// `當前閱讀：…`: removes the label.
fn take_labels<'a>(block: &mut [(usize, Line<'a>)], removed: &mut Removed<'a>, report: &mut ParseReport) {
    for (index, line) in block.iter_mut() {
        let Some(label) = page_chrome::TITLE_LABELS.iter().find(|label| line.key.starts_with(**label)) else {
            continue;
        };
        let Some(end) = label_end(line.text, label) else { continue };
        let (Some(front), Some(title)) = (line.text.get(..end), line.text.get(end..)) else { continue };
        if title.trim().is_empty() {
            continue;
        }
        removed.add(*index, front, chrome::HEADLINE_LABEL);
        count_piece(report, chrome::HEADLINE_LABEL);
        *line = Line::new(title);
    }
}

/// The end of a label at the start of the text, ignoring white space.
fn label_end(text: &str, label: &str) -> Option<usize> {
    let count = label.chars().count();
    text.char_indices()
        .filter(|(_, character)| !is_blank(*character))
        .nth(count - 1)
        .map(|(at, character)| at + character.len_utf8())
}

/// Above the story there may be a menu and a list of titles. The title is the line that is repeated directly above the
/// text. A block that is repeated as a whole contains no menu.
fn drop_menu<'a>(block: &mut Vec<(usize, Line<'a>)>, removed: &mut Removed<'a>) {
    /// In characters.
    const MIN_TITLE: usize = 6;
    let again = (0..block.len()).find_map(|first| {
        let (_, title) = block.get(first)?;
        let later = block.iter().skip(first + 1).position(|(_, line)| headline::same(title, line))?;
        Some((first, first + 1 + later)).filter(|_| title.length >= MIN_TITLE)
    });
    let Some((first, again)) = again.filter(|(first, _)| *first > 0) else { return };
    for (at, (index, line)) in block.drain(..again).enumerate() {
        let reason = match at.cmp(&first) {
            Ordering::Less => chrome::NAVIGATION,
            Ordering::Equal => chrome::REPEATED_HEADLINE,
            Ordering::Greater => chrome::RELATED_ARTICLES,
        };
        removed.add(index, line.text, reason);
    }
}

/// Removes repeated titles, and a title whose parts follow as separate lines.
fn drop_repetitions<'a>(block: &mut Vec<(usize, Line<'a>)>, removed: &mut Removed<'a>) {
    let mut kept: Vec<(usize, Line<'a>)> = Vec::new();
    for (index, line) in block.drain(..) {
        if kept.iter().any(|(_, other)| headline::same(other, &line)) {
            removed.add(index, line.text, chrome::REPEATED_HEADLINE);
        } else {
            kept.push((index, line));
        }
    }
    let whole = (0..kept.len()).find(|at| {
        let Some((_, whole)) = kept.get(*at) else { return false };
        let mut rest = whole.key.as_str();
        let mut pieces = 0;
        for (_, piece) in kept.iter().skip(at + 1) {
            match rest.strip_prefix(piece.key.as_str()) {
                Some(after) if !piece.key.is_empty() => rest = after,
                _ => return false,
            }
            pieces += 1;
            if rest.is_empty() {
                return pieces > 1;
            }
        }
        false
    });
    if let Some(at) = whole {
        let (index, line) = kept.remove(at);
        removed.add(index, line.text, chrome::REPEATED_HEADLINE);
    }
    *block = kept;
}

/// Finds the headline of the metadata in the block. Lines above it, except a kicker, belong to the site.
fn place_known_headline<'a>(block: &mut Vec<(usize, Line<'a>)>, known: &str, removed: &mut Removed<'a>) {
    if known.is_empty() {
        return;
    }
    let key = Line::new(known).key;
    let Some(at) = block.iter().position(|(_, line)| !line.key.is_empty() && (line.key == key)) else { return };
    let kicker = at > 0 && block.get(at - 1).is_some_and(|(_, line)| headline::cannot_stand_alone(line.text));
    let above = if kicker { at - 1 } else { at };
    for (index, line) in block.drain(..above) {
        removed.add(index, line.text, chrome::NAVIGATION);
    }
}

/// A dateline in the middle of the body's first line.
pub(super) fn glued_dateline(line: &str) -> Option<Found> {
    dateline::glued(line)
}

/// Classifies the text before such a dateline: a byline, the repeated headline, or the headline itself.
pub(super) fn settle_front<'a>(
    front: &'a str,
    index: usize,
    layout: &mut Layout<'a>,
    removed: &mut Removed<'a>,
    report: &mut ParseReport,
) {
    if front.is_empty() {
        return;
    }
    let line = Line::new(front);
    if let Some(found) = byline::read(&line).filter(|found| found.title_end == 0) {
        layout.facts.add(found);
        removed.add(index, front, chrome::BYLINE);
        count_piece(report, chrome::BYLINE);
        return;
    }
    let repeated = layout.headline_block.iter().any(|title| {
        let title: String = normalize_line(title).split_whitespace().collect();
        title.ends_with(&line.key) || line.key.ends_with(&title)
    });
    if repeated {
        removed.add(index, front, chrome::REPEATED_HEADLINE);
        count_piece(report, chrome::REPEATED_HEADLINE);
    } else {
        layout.headline_block.push(front);
    }
}

#[cfg(test)]
mod tests;
