//! Classifies the lines of a headline block: kicker, headline, subheadlines.
//!
//! Owns this classification. Does not find the block: `blocks` does.

use super::blocks::Line;
use super::normalized_line::normalize_line;
use crate::article::{ParseReport, RemovedLine};
use crate::parse::lexicon::headline_words;

/// The classified lines of a headline block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Headlines {
    pub kicker: String,
    pub headline: String,
    pub subheadlines: Vec<String>,
}

/// Classifies the lines of a block, which must not be blank.
pub(super) fn read(lines: &[&str]) -> Headlines {
    let (first, rest) = match lines {
        [] => return Headlines::default(),
        [only] => return Headlines { headline: (*only).to_owned(), ..Headlines::default() },
        [first, rest @ ..] => (*first, rest),
    };
    let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    match rest {
        [headline, subheadlines @ ..] if cannot_stand_alone(first) => {
            Headlines { kicker: first.to_owned(), headline: (*headline).to_owned(), subheadlines: owned(subheadlines) }
        }
        // The page's title above a complete headline block, which begins with a kicker.
        [kicker, subheadlines @ ..]
            if !subheadlines.is_empty() && cannot_stand_alone(kicker) && repeats(kicker, first) =>
        {
            Headlines { kicker: (*kicker).to_owned(), headline: first.to_owned(), subheadlines: owned(subheadlines) }
        }
        _ => Headlines { kicker: String::new(), headline: first.to_owned(), subheadlines: owned(rest) },
    }
}

/// Classifies a headline block with the headline from the metadata, if there is one. That headline takes precedence, and lines
/// that repeat it are dropped.
pub(super) fn choose(block: &[&str], from_metadata: &str, report: &mut ParseReport) -> Headlines {
    if from_metadata.is_empty() {
        return without_labels(read(block), report);
    }
    let known = Line::new(from_metadata);
    let mut others: Vec<&str> = Vec::new();
    let mut kicker = "";
    for (index, text) in block.iter().enumerate() {
        let line = Line::new(text);
        if same(&known, &line) {
            continue;
        } else if alike(&known, &line) {
            report.removed_lines.push(RemovedLine { text: (*text).to_owned(), reason: "REPEATED_HEADLINE".into() });
        } else if index == 0 && cannot_stand_alone(text) {
            kicker = text;
        } else {
            others.push(text);
        }
    }
    let chosen = Headlines {
        kicker: kicker.to_owned(),
        headline: from_metadata.to_owned(),
        subheadlines: others.into_iter().map(str::to_owned).collect(),
    };
    without_labels(chosen, report)
}

/// Removes labels such as `（引题）` and `副题：` from the lines.
fn without_labels(mut headlines: Headlines, report: &mut ParseReport) -> Headlines {
    let Headlines { kicker, headline, subheadlines } = &mut headlines;
    for line in [kicker, headline].into_iter().chain(subheadlines) {
        let Some(end) = label_end(line) else { continue };
        let text = line.drain(..end).collect();
        report.removed_lines.push(RemovedLine { text, reason: "HEADLINE_LABEL".into() });
        *report.repairs.entry("HEADLINE_LABEL".into()).or_default() += 1;
    }
    headlines
}

/// The end of such a label, unless the line has nothing else.
fn label_end(line: &str) -> Option<usize> {
    let inner = line.strip_prefix(['（', '(', '【', '[']);
    let text = inner.unwrap_or(line);
    let mark = headline_words::LINE_LABELS.iter().find(|mark| text.starts_with(**mark))?;
    let after = text.get(mark.len()..)?;
    let closers: &[char] = if inner.is_some() { &['）', ')', '】', ']'] } else { &['：', ':'] };
    let rest = after.strip_prefix(closers)?.trim_start();
    (!rest.is_empty()).then(|| line.len() - rest.len())
}

/// Whether a line is incomplete without the next one, as a kicker is.
pub(super) fn cannot_stand_alone(line: &str) -> bool {
    let seen = normalize_line(line.trim());
    let seen = seen.trim_end_matches(['”', '"', '」']);
    let marked = headline_words::KICKER_LABELS.iter().any(|mark| seen.trim_start_matches(['(', '[']).starts_with(mark));
    let open = headline_words::OPEN_ENDS.iter().any(|end| seen.ends_with(end))
        && !headline_words::CLOSED_ENDS.iter().any(|end| seen.ends_with(end));
    // In 达到…要求 the last word is a noun and not a verb.
    let noun = headline_words::VERBS_BEFORE_NOUN.iter().any(|verb| seen.contains(verb))
        && headline_words::OPEN_END_NOUNS.iter().any(|end| seen.ends_with(end));
    marked || seen.ends_with([':', '—']) || open && !noun
}

/// Whether a kicker begins with the title: 某某調研工作 and 某某調研工作時強調.
fn repeats(kicker: &str, title: &str) -> bool {
    let (kicker, title) = (Line::new(kicker), Line::new(title));
    !title.key.is_empty() && kicker.key.starts_with(&title.key)
}

/// Whether one of two lines contains the other, apart from white space, script and width.
pub(super) fn alike(first: &Line, second: &Line) -> bool {
    let either_empty = first.key.is_empty() || second.key.is_empty();
    !either_empty && (first.key.contains(&second.key) || second.key.contains(&first.key))
}

/// Whether two lines are equal, apart from white space, script and width.
pub(super) fn same(first: &Line, second: &Line) -> bool {
    !first.key.is_empty() && first.key == second.key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_block_are_classified() {
        let check = |lines: &[&str], expected: (&str, &str, &[&str])| {
            let found = read(lines);
            assert_eq!((found.kicker.as_str(), found.headline.as_str()), (expected.0, expected.1), "{lines:?}");
            assert_eq!(found.subheadlines, expected.2, "{lines:?}");
        };
        check(&["新區召開會議", "增強責任感", "提供保障"], ("", "新區召開會議", &["增強責任感", "提供保障"]));
        check(&["某某調研時強調", "從嚴從實", "築牢屏障"], ("某某調研時強調", "從嚴從實", &["築牢屏障"]));
        check(&["某会议上指出", "形势会更好"], ("某会议上指出", "形势会更好", &[]));
        check(&["某某在会上要求："], ("", "某某在会上要求：", &[]));
        check(&["比赛历时三小时", "主队获胜"], ("", "比赛历时三小时", &["主队获胜"]));
        check(&["又有百县达到扫盲要求", "全国基本实现"], ("", "又有百县达到扫盲要求", &["全国基本实现"]));
        check(&["调查显示", "多数人满意"], ("调查显示", "多数人满意", &[]));
        check(&[], ("", "", &[]));
    }

    #[test]
    fn labels_are_removed() {
        let mut report = ParseReport::default();
        let block = ["（引题）青石镇召开会议强调", "推动修桥", "副题：镇长主持并讲话", "主题公园明年开放"];
        let found = choose(&block, "", &mut report);
        assert_eq!((found.kicker.as_str(), found.headline.as_str()), ("青石镇召开会议强调", "推动修桥"));
        assert_eq!(found.subheadlines, ["镇长主持并讲话", "主题公园明年开放"]);
        let removed: Vec<&str> = report.removed_lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(removed, ["（引题）", "副题："]);
    }
}
