//! Closing parts at the end of a story's last line: `（完）`, `◇`, `(责编：张三、李四)`, `（记者 张三）`.

use super::chrome::{self, Reason};
use super::line::{Line, is_blank};
use super::{Facts, Removed, byline, count_piece};
use crate::article::ParseReport;
use crate::parse::dateline::{Person, Role, has_the_shape_of_a_name};
use crate::parse::lexicon::{byline_words, page_chrome, roles, surnames, wire_verbs};
use crate::parse::normalized_line::{normalize_char, normalize_line};
use crate::text::is_han;

/// Removes closing parts from the end of the last paragraph, one at a time.
pub(super) fn take<'a>(
    body: &mut [&'a str],
    index: usize,
    is_signed: bool,
    facts: &mut Facts,
    removed: &mut Removed<'a>,
    report: &mut ParseReport,
) {
    let Some(last) = body.last_mut() else { return };
    while let Some((start, reason)) = closing_part(last, is_signed, facts) {
        let (Some(rest), Some(part)) = (last.get(..start), last.get(start..)) else { return };
        let rest = rest.trim_end_matches(is_blank);
        if rest.is_empty() {
            return;
        }
        removed.add(index.saturating_sub(1), part, reason);
        count_piece(report, reason);
        *last = rest;
    }
}

/// Who signs a story in brackets above its last lines: `…釐清死因。（林遠舟／台中報導）`, where notices follow.
pub(super) fn reporters_within(body: &[&str]) -> Option<byline::Byline> {
    const LOOKED_AT: usize = 12;
    body.iter().rev().take(LOOKED_AT).find_map(|line| {
        line.char_indices().filter(|(_, c)| matches!(c, '（' | '(')).find_map(|(at, _)| {
            let rest = line.get(at..)?;
            let end = rest.find(['）', ')'])?;
            let group = Line::new(rest.get(..end)?.trim_start_matches(['（', '(']));
            let reports = wire_verbs::REPORTS.iter().any(|verb| group.key.ends_with(verb));
            byline::read(&group).filter(|found| reports && found.times.is_empty() && !found.people.is_empty())
        })
    })
}

/// The start of the closing part, and the reason for its removal.
fn closing_part(line: &str, is_signed: bool, facts: &mut Facts) -> Option<(usize, Reason)> {
    if let Some(start) = end_mark(line) {
        return Some((start, chrome::END_MARK));
    }
    if let Some(start) = email_address(line) {
        return Some((start, chrome::CONTACT));
    }
    if let Some((start, found)) = trailing_names(line) {
        facts.add(found);
        return Some((start, chrome::BYLINE));
    }
    if let Some((start, found)) = damaged_names(line) {
        facts.add(found);
        return Some((start, chrome::BYLINE));
    }
    let start = bracketed(without_date_code(line))?;
    if let Some(name) = signature(line, start) {
        facts.add(byline::Byline { people: vec![name], ..byline::Byline::default() });
        return Some((before_mark(line.get(..start)?).len(), chrome::BYLINE));
    }
    let inside = Line::new(line.get(start..)?);
    // `（记者林远舟摄）` below a story that another signs: the last line is a caption.
    if is_signed && inside.key.trim_end_matches([')', ']']).ends_with('摄') {
        return None;
    }
    let found = byline::read(&inside).filter(|found| found.title_end == 0 && found.times.is_empty())?;
    if found.people.is_empty() && found.source.is_empty() {
        return None;
    }
    facts.add(found);
    if byline::signs_comment(&inside) {
        return None;
    }
    let editor = byline_words::CLOSING_EDITORS.iter().any(|word| inside.key.contains(word));
    Some((start, if editor { chrome::EDITOR } else { chrome::BYLINE }))
}

/// The start of an email address at the end of the line, including brackets around it.
fn email_address(line: &str) -> Option<usize> {
    let end = line.trim_end_matches([')', '）', '>', '】']);
    let part = |c: char| c.is_ascii_alphanumeric() || "._+-@".contains(c);
    let start = end.trim_end_matches(part).len();
    let (mailbox, host) = end.get(start..)?.split_once('@')?;
    let whole = !mailbox.is_empty() && host.contains('.') && !host.contains('@') && !host.ends_with('.');
    let open = line.get(..start)?.trim_end_matches(['(', '（', '<', '【']);
    let before = open.trim_end();
    // `客服邮箱：…` needs its address, and an address glued to a word is part of that word.
    let apart = before.len() < open.len() || before.ends_with(['。', '！', '？', '”', '.', '!', '?', '"']);
    (whole && apart && !before.ends_with([':', '：', '为', '是', '至', '到'])).then_some(before.len())
}

/// `…提出意见。记者 林远舟`: the start of the names after the last sentence, and the people.
fn trailing_names(line: &str) -> Option<(usize, byline::Byline)> {
    /// In characters.
    const MAX_NAMES: usize = 24;
    let (at, sign) = line.char_indices().rev().take(MAX_NAMES).find(|(_, c)| matches!(c, '。' | '！' | '？' | '”'))?;
    let start = at + sign.len_utf8();
    let names = Line::new(line.get(start..)?);
    let found = byline::read(&names)?;
    let named = found.title_end == 0 && found.times.is_empty() && !found.people.is_empty();
    let shaped = found.people.iter().all(|person| has_the_shape_of_a_name(&person.name));
    (named && shaped && !names.text.starts_with(['（', '(', '【', '['])).then_some((start, found))
}

/// `…绕行。（林远舟）`: the author in brackets after the last sentence, without a role word.
fn signature(line: &str, start: usize) -> Option<Person> {
    let before = line.get(..start)?;
    let text = before_mark(before);
    let ended = before.is_empty() || text.ends_with(['。', '！', '？', '”', '」']);
    let inside = line.get(start..)?.trim_matches(['（', '）', '(', ')']);
    let plain = normalize_line(inside);
    let kind =
        roles::STORY_KINDS.iter().any(|kind| plain.starts_with(kind)) || roles::NON_NAMES.contains(&plain.as_str());
    (ended && !kind && has_the_shape_of_a_name(inside) && plain.chars().all(is_han) && is_common(&plain))
        .then(|| Person { name: inside.to_owned(), role: Role::Contributor })
}

/// The text before the mark that some papers print at the end of a story: `…绕行。▲`.
fn before_mark(text: &str) -> &str {
    text.trim_end_matches(|c: char| c.is_whitespace() || "▲■◆●★".contains(c))
}

/// Like [`signature`], on a line of its own.
pub(super) fn signature_alone(line: &str) -> Option<Person> {
    let start = bracketed(line).filter(|start| *start == 0)?;
    signature(line, start)
}

/// Whether a name begins with a common surname. Required if only the brackets suggest a name.
fn is_common(plain: &str) -> bool {
    const COMMON: u8 = 2;
    surnames::rank(&plain.chars().collect::<Vec<_>>()) == COMMON
}

/// `（记者林远舟、何秋白、李\u{FFFD}…`: reporters in brackets without a closing bracket, which was lost with damaged bytes. Reads
/// the names before the damage.
fn damaged_names(line: &str) -> Option<(usize, byline::Byline)> {
    /// In bytes.
    const MAX_GROUP: usize = 180;
    let start = line.rfind(['（', '('])?;
    let group = line.get(start..).filter(|group| group.len() <= MAX_GROUP && !group.contains(['）', ')', '。']))?;
    let (whole, _) = group.split_once('\u{FFFD}')?;
    let (names, _) = whole.trim_start_matches(['（', '(']).rsplit_once('、')?;
    let found = byline::read(&Line::new(names))?;
    let shaped = found.people.iter().all(|person| has_the_shape_of_a_name(&person.name));
    (!found.people.is_empty() && found.title_end == 0 && shaped).then_some((start, found))
}

/// The start of an end mark at the end of the line, such as `（完）`.
fn end_mark(line: &str) -> Option<usize> {
    page_chrome::CLOSING_MARKS.iter().find_map(|mark| {
        let mut before = line.char_indices().rev();
        let mut start = None;
        for expected in mark.chars().rev() {
            start = before.next().filter(|(_, character)| normalize_char(*character) == expected);
            start?;
        }
        start.map(|(at, _)| at)
    })
}

/// `（編輯：張三）1120221` without the date that Taiwan's 中央社 appends: year of the republic, month, day.
fn without_date_code(line: &str) -> &str {
    const DIGITS: usize = 7;
    let without = line.trim_end_matches(|c: char| c.is_ascii_digit());
    if line.len() - without.len() == DIGITS && without.ends_with('）') { without } else { line }
}

/// The start of the bracketed group at the end of a line.
fn bracketed(line: &str) -> Option<usize> {
    const MAX_GROUP: usize = 180;
    let open = match line.chars().last()? {
        '）' => '（',
        ')' => '(',
        '】' => '【',
        ']' => '[',
        _ => return None,
    };
    let start = line.rfind(open)?;
    (line.len() - start <= MAX_GROUP).then_some(start)
}
