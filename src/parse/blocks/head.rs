//! The head of a page: everything above the body, and where the body begins.

use super::chrome::{self, Reason};
use super::line::{Line, is_blank};
use super::{Layout, Removed, byline, count_piece, tables};
use crate::article::ParseReport;
use crate::parse::dateline::{self, Found};
use crate::parse::headline;
use crate::parse::plain::plain;

/// How many lines from the top are looked at for a head.
const MAX_HEAD: usize = 60;

/// The most lines that a headline block has.
const MAX_BLOCK: usize = 6;

/// Reads the head; where the body begins.
pub fn read<'a>(
    lines: &[Line<'a>],
    known_headline: &str,
    layout: &mut Layout<'a>,
    removed: &mut Removed<'a>,
    report: &mut ParseReport,
) -> usize {
    let mut start = body_start(lines);
    let mut block: Vec<(usize, Line<'a>)> = Vec::new();
    for (index, line) in lines.iter().enumerate().take(start) {
        if let Some(reason) = set_aside(line, layout, block.is_empty()) {
            removed.add(index, line.text, reason);
        } else if let Some(found) = byline::read(line) {
            let title = line.text.get(..found.title_end).unwrap_or_default();
            removed.add(
                index,
                line.text.get(found.title_end..).unwrap_or_default().trim_matches(is_blank),
                chrome::BYLINE,
            );
            if !title.is_empty() {
                count_piece(report, chrome::BYLINE);
                block.push((index, Line::new(title)));
            }
            layout.facts.add(found);
        } else {
            block.push((index, line.clone()));
        }
    }
    if block.is_empty() && known_headline.is_empty() {
        restore_title(lines, &mut block, removed);
    }
    take_labels(&mut block, removed, report);
    drop_repetitions(&mut block, removed);
    place_known_headline(&mut block, known_headline, removed);
    if block.len() > MAX_BLOCK {
        // So many titles are a list, of which the first is the page's; the others are its text.
        if let Some((index, _)) = block.get(1) {
            start = *index;
            removed.lines.retain(|(at, _, _)| *at < start);
        }
        block.truncate(1);
    }
    layout.headline_block = block.into_iter().map(|(_, line)| line.text).collect();
    start
}

/// A page whose every line above the text was set aside: the last of them that may be a title is it.
fn restore_title<'a>(lines: &[Line<'a>], block: &mut Vec<(usize, Line<'a>)>, removed: &mut Removed<'a>) {
    const MIN_TITLE: usize = 6;
    let doubtful =
        |reason: Reason| matches!(reason, chrome::SITE_NAME | chrome::COPYRIGHT | chrome::CONTACT | chrome::TABLE_ROW);
    let title = removed.lines.iter().rposition(|(index, _, reason)| {
        let line = lines.get(*index);
        doubtful(reason) && line.is_some_and(|line| line.length >= MIN_TITLE && !line.key.contains(['>', '@', '©']))
    });
    let Some(at) = title else { return };
    let (index, text, _) = removed.lines.remove(at);
    block.push((index, Line::new(text)));
}

/// The first line of running text. Where a dateline follows close after, lines before it are the headline block even if
/// one of them reads like a sentence.
fn body_start(lines: &[Line]) -> usize {
    const MAX_BEFORE_DATELINE: usize = 12;
    const MAX_TITLE: usize = 70;
    let head = lines.get(..lines.len().min(MAX_HEAD)).unwrap_or_default();
    let is_text = |line: &Line| line.is_prose() && !is_set_aside(line);
    let prose = head.iter().position(is_text);
    let limit = prose.map_or(head.len(), |prose| (prose + MAX_BEFORE_DATELINE).min(head.len()));
    // Past the first running text only a line that begins with a dateline can open the story.
    let first_text = prose.unwrap_or(head.len());
    let opens = (0..limit).find(|index| {
        let Some(line) = head.get(*index) else { return false };
        dateline::at_start(line.text).is_some() || *index <= first_text && dateline::glued(line.text).is_some()
    });
    match (prose, opens) {
        (Some(prose), Some(opens)) if opens <= prose => opens,
        (Some(prose), Some(opens)) => {
            let between = head.get(prose..opens).unwrap_or_default();
            let titles =
                between.iter().all(|line| line.length <= MAX_TITLE && !line.text.contains('。') || is_set_aside(line));
            if titles { opens } else { prose }
        }
        (Some(only), None) | (None, Some(only)) => only,
        // A photograph's caption may be all the text there is.
        (None, None) => head.iter().position(Line::is_prose).unwrap_or_else(|| without_text(lines)),
    }
}

/// A page without running text in its head: a headline block alone, or a title over a list.
fn without_text(lines: &[Line]) -> usize {
    const MAX_BARE_BLOCK: usize = 4;
    let titles = lines.iter().take(MAX_HEAD).filter(|line| !is_set_aside(line) && byline::read(line).is_none());
    if titles.count() <= MAX_BARE_BLOCK && lines.len() <= MAX_HEAD {
        return lines.len();
    }
    let first = lines.iter().take(MAX_HEAD).position(|line| !is_set_aside(line) && byline::read(line).is_none());
    first.map_or(lines.len().min(MAX_HEAD), |first| first + 1)
}

fn is_set_aside(line: &Line) -> bool {
    chrome::is_crawl_banner(line) || chrome::above(line).is_some() || chrome::is_caption(line)
}

/// Why a line of the head is no headline, if it is none.
fn set_aside(line: &Line, layout: &mut Layout, first: bool) -> Option<Reason> {
    if let Some(section) = column_tag(line).filter(|_| !first) {
        if layout.facts.section.is_empty() {
            layout.facts.section = section.to_owned();
        }
        return Some(chrome::SECTION);
    }
    if chrome::is_crawl_banner(line) && first {
        let times = crate::parse::plain::Plain::of(line.text, 60);
        layout.facts.crawl_day = (0..20).find_map(|at| crate::parse::time::printed_at(&times, at)).map(|(day, _)| day);
        return Some(chrome::CRAWL_BANNER);
    }
    if let Some(reason) = chrome::above(line) {
        // `來源：某某網` and an issue's date end like a site's name.
        if let Some(found) = (reason == chrome::SITE_NAME).then(|| byline::read(line)).flatten() {
            layout.facts.add(found);
            return Some(chrome::BYLINE);
        }
        if reason == chrome::SITE_NAME {
            let view = crate::parse::plain::Plain::of(line.text, 60);
            let day = (0..view.len()).find_map(|at| crate::parse::time::printed_at(&view, at));
            layout.facts.times.extend(day.map(|(day, _)| day));
        }
        return Some(reason);
    }
    chrome::is_caption(line).then_some(chrome::CAPTION)
}

/// `【社會追蹤】` alone on a line under the headline: the column that the story stands in.
fn column_tag<'a>(line: &Line<'a>) -> Option<&'a str> {
    const MAX_TAG: usize = 10;
    let tag = line.text.strip_prefix('【')?.strip_suffix('】')?;
    (line.length <= MAX_TAG && !tag.contains(['【', '】']) && dateline::at_start(line.text).is_none()).then_some(tag)
}

/// `當前閱讀：…`: takes the label off.
fn take_labels<'a>(block: &mut [(usize, Line<'a>)], removed: &mut Removed<'a>, report: &mut ParseReport) {
    for (index, line) in block.iter_mut() {
        let Some(label) = tables::TITLE_LABELS.iter().find(|label| line.key.starts_with(**label)) else { continue };
        let Some(end) = end_of(line.text, label) else { continue };
        let (Some(front), Some(title)) = (line.text.get(..end), line.text.get(end..)) else { continue };
        if title.trim().is_empty() {
            continue;
        }
        removed.add(*index, front, chrome::HEADLINE_LABEL);
        count_piece(report, chrome::HEADLINE_LABEL);
        *line = Line::new(title);
    }
}

/// Where a label ends in the text that begins with it, white space aside.
fn end_of(text: &str, label: &str) -> Option<usize> {
    let count = label.chars().count();
    text.char_indices()
        .filter(|(_, character)| !is_blank(*character))
        .nth(count - 1)
        .map(|(at, character)| at + character.len_utf8())
}

/// A title that is printed twice is kept once; so is one whose pieces follow as lines of their own.
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

/// The metadata's headline names the block's line: lines far above it are the site's.
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

/// A dateline that stands in the midst of the body's first line.
pub fn glued_dateline(line: &str) -> Option<Found> {
    dateline::glued(line)
}

/// What stands in front of such a dateline: a byline, the headline again, or the headline itself.
pub fn settle_front<'a>(
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
        let title: String = plain(title).split_whitespace().collect();
        title.ends_with(&line.key) || line.key.ends_with(&title)
    });
    if repeated {
        removed.add(index, front, chrome::REPEATED_HEADLINE);
        count_piece(report, chrome::REPEATED_HEADLINE);
    } else {
        layout.headline_block.push(front);
    }
}
