//! Labelled facts in a page's lines: 来源：…, 责任编辑：…

use crate::article::MAX_ITEMS;
use crate::parse::blocks;
use crate::parse::dateline::has_the_shape_of_a_name;
use crate::parse::label_line::{Labelled, Token, tokens};
use crate::parse::lexicon::byline_words::{self, Field};
use crate::parse::lexicon::outlets;
use crate::parse::normalized_line::{NormalizedLine, ends_in_any, find_word, holds_any, normalize_line, word_length};
use crate::text::is_han;

/// In characters.
const MAX_VALUE: usize = 24;

/// Maximum length of a byline, in characters.
pub(super) const MAX_BYLINE: usize = 120;

/// A longer line is prose.
const MAX_LABELLED_LINE: usize = 160;

/// The outlet that a line names as the page's source.
pub(super) fn source<'a>(line: &'a str, next_line: Option<&'a str>) -> Option<&'a str> {
    let view = labelled_line(line)?;
    let mut tokens = tokens(&view).into_iter().peekable();
    while let Some(token) = tokens.next() {
        let Token::Labelled(Labelled { field: Field::Source, is_marked: true, value, .. }) = token else { continue };
        let value = if !value.is_empty() {
            view.slice(value.start..view.len())
        } else if tokens.peek().is_none() {
            next_line?
        } else {
            continue;
        };
        if let Some(outlet) = outlet(value) {
            return Some(outlet);
        }
    }
    None
}

/// Normalizes a line that may contain labels. Longer lines are prose.
fn labelled_line(line: &str) -> Option<NormalizedLine<'_>> {
    line.chars().nth(MAX_LABELLED_LINE).is_none().then(|| NormalizedLine::of(line, MAX_LABELLED_LINE))
}

/// The outlet on a line that contains only an outlet and the time: `2018年12月28日 19:55 青石晚报`.
pub(super) fn source_beside_date(line: &str) -> Option<&str> {
    let is_time = |c: char| c.is_ascii_digit() || c.is_whitespace() || "-/:.年月日时分秒時|　".contains(c);
    let name = line.trim_matches(is_time);
    // `http://news.example 2005年03月21日 11:21 《青石周刊》`.
    let named = name.strip_suffix('》').and_then(|name| name.rsplit_once('《'));
    let name = named.map_or(name, |(_, name)| name);
    let name =
        byline_words::SOURCE_BESIDE_DATE.iter().find_map(|label| name.get(word_length(name, label)?..)).unwrap_or(name);
    let digits = line.chars().filter(char::is_ascii_digit).count();
    let characters = name.chars().count();
    let named = (3..=12).contains(&characters) && ends_in_any(name, outlets::ENDINGS_BESIDE_DATES);
    (digits >= 8 && named && name.chars().all(char::is_alphanumeric)).then_some(name)
}

/// Whether the value of a source label may name an outlet: `转载` does not.
pub(super) fn names_outlet(value: &str) -> bool {
    !byline_words::NO_SOURCES.contains(&normalize_line(value.trim()).as_str())
}

/// The outlet on a line that contains nothing else.
pub(super) fn bare_source(line: &str) -> Option<&str> {
    const MAX_OUTLET: usize = 16;
    if holds_any(line, byline_words::BUTTONS) {
        return None;
    }
    let printed = line.chars().count() <= MAX_OUTLET && line.chars().all(|c| c.is_alphanumeric() || c == '·');
    outlet(line).filter(|name| printed && *name == line && name.chars().any(|c| !c.is_ascii_digit()))
}

/// The outlet on a line that contains nothing else, by the ending of its name.
pub(super) fn outlet_alone(line: &str) -> Option<&str> {
    const OUTLET: std::ops::RangeInclusive<usize> = 3..=12;
    let fits = OUTLET.contains(&line.chars().count()) && line.chars().all(char::is_alphanumeric);
    (fits && ends_in_any(line, outlets::ENDINGS_BESIDE_DATES)).then_some(line)
}

/// The editors named in these lines, from the most trusted label that occurs.
pub(super) fn editors<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let lines: Vec<_> = lines.map(editor_labels).collect();
    for labels in byline_words::EDITOR_LABELS {
        for line in &lines {
            let named = labelled_people(line, labels);
            if !named.is_empty() {
                return named;
            }
        }
    }
    Vec::new()
}

/// Whether one of these lines names someone as an editor, with any label.
pub(super) fn calls_editor<'a>(mut lines: impl Iterator<Item = &'a str>, name: &str) -> bool {
    lines.any(|line| {
        let found = editor_labels(line);
        let mut groups = byline_words::EDITOR_LABELS.iter();
        groups.any(|labels| labelled_people(&found, labels).iter().any(|own| own == name))
    })
}

/// The editor labels in a line, each with the text after it.
fn editor_labels(line: &str) -> Vec<(&'static str, &str)> {
    let Some(view) = labelled_line(line) else { return Vec::new() };
    // `何秋白/编辑`: the label behind the name.
    if let Some((name, label)) = line.split_once('/')
        && let Some(label) = byline_words::EDITOR_WORDS.iter().find(|word| normalize_line(label.trim()) == **word)
        && has_the_shape_of_a_name(name.trim())
    {
        return vec![(label, name)];
    }
    let of_editor = |token| match token {
        Token::Labelled(Labelled { label, field: Field::Editor, is_marked: true, value, .. }) => {
            Some((label, view.slice(value)))
        }
        _ => None,
    };
    tokens(&view).into_iter().filter_map(of_editor).collect()
}

/// The people after the first of these labels, or after a label that ends in one of them: 责任编辑, 实习编辑.
fn labelled_people(found: &[(&str, &str)], labels: &[&str]) -> Vec<String> {
    let named = found.iter().find(|(label, _)| labels.iter().any(|own| label.ends_with(own)));
    named.map(|(_, value)| people(value)).unwrap_or_default()
}

/// An outlet's name: up to white space, a bracket, a bar, or the next label.
fn outlet(value: &str) -> Option<&str> {
    // `青石网-《青石晚报》` is one name.
    let joined = |at: usize| value.get(..at).is_some_and(|before| before.ends_with(['-', '－'])) || at == 0;
    let ends =
        |at: usize, c: char| c.is_whitespace() || "|｜】」)）]［[(（<>,，;；。".contains(c) || c == '《' && !joined(at);
    // `来源：[青石网]`.
    let value = value.trim_start_matches(|c: char| c.is_whitespace() || "[［【〔（(".contains(c));
    let end = value.char_indices().find(|(at, c)| ends(*at, *c)).map_or(value.len(), |(at, _)| at);
    let name = value.get(..end)?;
    let name = if name.starts_with('《') { name.trim_matches(['《', '》']) } else { name };
    let end = byline_words::AFTER_SOURCE
        .iter()
        .filter_map(|label| find_word(name, label))
        .map(|found| found.start)
        .chain(glued_date(name))
        .min()
        .unwrap_or(name.len());
    let name = name.get(..end)?.trim_end_matches([':', '：', '-', '—']);
    let characters = name.chars().count();
    let printed = (2..=MAX_VALUE).contains(&characters) && name.chars().any(char::is_alphabetic);
    // `来源：size="20"` is what a template's error printed; `来源：成文日期：…` has no value.
    let is_label = || value.get(name.len()..).is_some_and(|rest| rest.starts_with(['：', ':']));
    let is_markup = name.contains(['=', '"', '{', '}']);
    (printed && !is_markup && names_outlet(name) && !is_label()).then_some(name)
}

/// The start of a date glued to an outlet's name: `青石晚报2021-09-01`. A number alone may be part of the name.
fn glued_date(name: &str) -> Option<usize> {
    const YEAR: usize = 4;
    let starts = name.char_indices().map(|(at, _)| at);
    starts.filter(|at| !name.get(..*at).is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit()))).find(
        |at| {
            let rest = name.get(*at..).unwrap_or_default();
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let is_year = digits == YEAR && (rest.starts_with("19") || rest.starts_with("20"));
            is_year && rest.get(YEAR..).is_some_and(|after| after.starts_with(['-', '/', '.', '年']))
        },
    )
}

/// `何  秋白`: one Chinese name, written with blanks between surname and given name.
pub(super) fn is_spaced_name(text: &str) -> bool {
    let parts: Vec<usize> = text.split_whitespace().map(|part| part.chars().count()).collect();
    let is_chinese = text.chars().all(|c| c.is_whitespace() || crate::text::is_han(c));
    is_chinese && matches!(parts[..], [1, 1 | 2])
}

/// Splits a list of names, without brackets and without the staff codes that newsrooms append (`张三_N123`, `李四 PK155`).
pub(super) fn people(value: &str) -> Vec<String> {
    let end = value.find(['】', ')', '）', ']', '|', '｜', '。', '<', '(', '（', '[']).unwrap_or(value.len());
    let mut names: Vec<String> = Vec::new();
    let value = value.get(..end).unwrap_or_default();
    // `林远舟/何秋白` are two names, `林远舟/摄` is one with a label.
    let is_name = |part: &str| has_the_shape_of_a_name(part.trim()) && part.trim().chars().all(is_han);
    let end = value.find('/').filter(|_| !value.split('/').all(is_name)).unwrap_or(value.len());
    let value = value.get(..end).unwrap_or_default();
    // A name in an alphabetic script contains spaces: `Demi Xia`.
    let is_spaced_script = |c: char| c.is_alphabetic() && c < '\u{1100}';
    let in_letters = value.chars().all(|c| is_spaced_script(c) || " .,;&-'’".contains(c));
    for part in value.split(|c: char| c.is_whitespace() && !in_letters || "、，,;；&/".contains(c)) {
        let name = part.split('_').next().unwrap_or(part).trim();
        // The next label ends the list: 责任编辑：张三 校对：李四.
        if name.contains(['：', ':']) || byline_words::AFTER_EDITORS.contains(&normalize_line(name).as_str()) {
            break;
        }
        let characters = name.chars().count();
        let han = name.chars().filter(|c| is_han(*c)).count();
        let is_name = if han > 0 {
            (2..=8).contains(&characters) && name.chars().all(|c| is_han(c) || "·•・.".contains(c))
        } else {
            (3..=MAX_VALUE).contains(&characters) && name.chars().all(|c| c.is_alphabetic() || " -.'’".contains(c))
        };
        if names.len() == MAX_ITEMS {
            break;
        }
        if is_name && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Whether a line between headline and content contains a date, or a label of author or source.
pub(super) fn is_byline(line: &str) -> bool {
    let characters = line.chars().count();
    if characters > MAX_BYLINE {
        return false;
    }
    let has_date = || {
        let digits = line.chars().filter(char::is_ascii_digit).count();
        digits >= 6 && line.contains("20") && line.contains(['-', '年', '/', '.'])
    };
    holds_any(line, byline_words::BYLINE_WORDS) || has_date() || blocks::is_byline(line)
}

/// Whether a line after the content names its editors, its source or the time at which it was posted.
pub(super) fn is_closing(line: &str) -> bool {
    blocks::is_posted(line) || !editors([line].into_iter()).is_empty() || source(line, None).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_within_one_name() {
        assert!(is_spaced_name("何  秋白") && is_spaced_name("何 秋"));
        assert!(!is_spaced_name("何秋 林远") && !is_spaced_name("何秋白") && !is_spaced_name("A B"));
    }

    #[test]
    fn sources() {
        let check =
            |line: &str, next: Option<&str>, expected: Option<&str>| assert_eq!(source(line, next), expected, "{line}");
        check("2021-09-01 08:00 来源： 青石晚报 作者：林远舟", None, Some("青石晚报"));
        check("來源:青石社 字號 大 中 小", None, Some("青石社"));
        check("（文章来源：青石晚报）", None, Some("青石晚报"));
        check("来源：", Some("青石网"), Some("青石网"));
        check("来源：青石网责任编辑：何秋白", None, Some("青石网"));
        check("来源：青石日报浏览次数：123字体：", None, Some("青石日报"));
        check("来源：青石日报阅读：次打印", None, Some("青石日报"));
        check("来源：青石发布 青石 举报", None, Some("青石发布"));
        check("来源：青石日报发布时间：2021-09-01", None, Some("青石日报"));
        check("来源：青石日报2021-09-01 08:49", None, Some("青石日报"));
        check("来源：青石360网", None, Some("青石360网"));
        check("來源 | 綜合青石晚報、河灣日報　2021-09-01 08:49", None, Some("綜合青石晚報、河灣日報"));
        check("来源：青石网-《青石晚报》", None, Some("青石网-《青石晚报》"));
        check("来源：《青石晚报》", None, Some("青石晚报"));
        check("来源： 作者：", None, None);
        check("（资料来源：青石网）", None, None);
        check("图片来源：青石网", None, None);
        check("收入来源稳定", None, None);
        check("来源：2021", None, None);
        check("来源：[ 青石网 ]", None, Some("青石网"));
        check("来源： size=\"20\" 发布日期：9/17/2004", None, None);
        check("来源：转载 作者：林远舟", None, None);
    }

    #[test]
    fn sources_without_label() {
        let check = |line: &str, expected: Option<&str>| assert_eq!(source_beside_date(line), expected, "{line}");
        check("2018年12月28日 19:55 青石晚报", Some("青石晚报"));
        check("青石中文站2016年10月14日07:17", Some("青石中文站"));
        check("本文来源于青石气象台 2021-09-01 08:49:26", Some("青石气象台"));
        check("http://news.example 2018年12月28日 19:55 《青石周刊》", Some("青石周刊"));
        check("2018年12月28日 19:55", None);
        check("2018年12月28日 19:55 林远舟", None);
        check("青石晚报", None);
    }

    #[test]
    fn bylines_without_label() {
        for line in [
            "何秋白／雲林報導",
            "青石快報／何秋白、林遠舟",
            "■何秋白",
            "青石新聞網／綜合報導",
            "May 20, 2024 11:30 AM",
            "By Ada Lane",
        ] {
            assert!(is_byline(line), "{line}");
        }
        for line in ["新桥通车了", "水位／雨量報導", "By the river"] {
            assert!(!is_byline(line), "{line}");
        }
    }

    #[test]
    fn editors_by_label() {
        let check = |lines: &[&str], expected: &[&str]| assert_eq!(editors(lines.iter().copied()), expected);
        check(&["（编辑：林远舟 何秋白）", "【责任编辑：林小满】"], &["林小满"]);
        check(&["（编辑：林远舟 何秋白）"], &["林远舟", "何秋白"]);
        check(&["责任编辑：林远舟_NN2587"], &["林远舟"]);
        check(&["责任编辑：Ada Lane"], &["Ada Lane"]);
        check(&["[责任编辑：林远舟 PK155]"], &["林远舟"]);
        check(&["（责任编辑： HN666）"], &[]);
        check(&["责任编辑：José O’Lane"], &["José O’Lane"]);
        check(&["責編︰林遠舟、何秋白 校對：林小滿"], &["林遠舟", "何秋白"]);
        check(&["2021-09-01 08:00 作者：林远舟 来源:青石网 选稿：何秋白"], &["何秋白"]);
        check(&["编辑|林远舟 语音|何秋白 剪辑|林小满"], &["林远舟"]);
        check(&["（編輯：林遠舟/何秋白）"], &["林遠舟", "何秋白"]);
        check(&["编辑：林远舟/摄"], &["林远舟"]);
        check(&["何秋白/編輯"], &["何秋白"]);
        check(&["他当过编辑"], &[]);
    }
}
