//! Reads the tail of a page: the lines below the body, from the end of the page upwards.

use super::chrome::{self, Reason};
use super::korean_byline::{self, KoreanByline};
use super::line::Line;
use super::{Facts, Removed, byline, closing};
use crate::parse::dateline;
use crate::parse::label_line;
use crate::parse::lexicon::{byline_words, captions};
use crate::parse::normalized_line::NormalizedLine;

/// Reads the tail of the lines after `start`, and returns the end of the body.
pub(super) fn read<'a>(lines: &[Line<'a>], start: usize, facts: &mut Facts, removed: &mut Removed<'a>) -> usize {
    let mut end = lines.len();
    if start >= end {
        return end;
    }
    end = take_issue(lines, start, end, facts, removed);
    end = cut_other_stories(lines, start, end, facts, removed);
    // The first line of the body always stays, so that the story is not empty.
    while end > start + 1 {
        let Some(line) = lines.get(end - 1) else { break };
        let Some(reason) = at_the_foot(line, facts) else { break };
        removed.add(end - 1, line.text, reason);
        end -= 1;
    }
    end
}

/// The time of issue below the end mark of a government press release: `完`, `2022年7月5日（星期二）`, `香港时间16时35分`.
fn take_issue<'a>(lines: &[Line<'a>], start: usize, end: usize, facts: &mut Facts, removed: &mut Removed<'a>) -> usize {
    /// In lines.
    const MAX_ISSUE: usize = 3;
    let is_mark = |at: &usize| lines.get(*at).is_some_and(chrome::is_end_mark);
    let Some(mark) = (start + 1..end).rev().take(MAX_ISSUE + 1).find(is_mark) else { return end };
    let below = lines.get(mark + 1..end).unwrap_or_default();
    let times: Option<Vec<_>> = below
        .iter()
        .map(|line| match byline::read(line) {
            Some(found) if !found.times.is_empty() => Some(found.times),
            _ => line.key.starts_with("香港时间").then(Vec::new),
        })
        .collect();
    let Some(times) = times.filter(|times| !times.is_empty()) else { return end };
    facts.times.extend(times.into_iter().flatten());
    for (offset, line) in below.iter().enumerate() {
        removed.add(mark + 1 + offset, line.text, chrome::BYLINE);
    }
    mark + 1
}

/// Why a line at the foot of the body does not belong to the story; `None` if it may.
fn at_the_foot(line: &Line, facts: &mut Facts) -> Option<Reason> {
    if line.key.is_empty() {
        return None;
    }
    if chrome::is_end_mark(line) {
        return Some(chrome::END_MARK);
    }
    // `한가람 기자 garam@news.example` is no contact of the paper.
    if let Some(KoreanByline { times: _, people }) = korean_byline::read(line.text) {
        facts.people.extend(people);
        return Some(chrome::BYLINE);
    }
    if let Some(reason) = chrome::below(line) {
        return Some(reason);
    }
    if chrome::is_related_heading(line) {
        return Some(chrome::RELATED_ARTICLES);
    }
    // The publishing account again.
    if line.text == facts.source {
        return Some(chrome::BYLINE);
    }
    let picture = captions::FOOT_PREFIXES;
    if line.length <= 40 && picture.iter().any(|word| line.key.starts_with(word)) {
        return Some(chrome::CAPTION);
    }
    if label_line::is_empty_label(line.text) {
        return Some(chrome::BYLINE);
    }
    if let Some(name) = closing::signature_alone(line.text) {
        facts.people.push(name);
        return Some(chrome::BYLINE);
    }
    if let Some(time) = byline::posted(line) {
        facts.times.push(time);
        return Some(chrome::BYLINE);
    }
    let found = byline::read(line).filter(|found| found.title_end == 0)?;
    if byline::signs_comment(line) {
        facts.add(found);
        return None;
    }
    let reason = if names_editor(line) { chrome::EDITOR } else { chrome::BYLINE };
    // A date alone at the foot may belong to the story: statements are signed with it.
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
    byline_words::EDITOR_WORDS.iter().any(|word| line.key.contains(word))
}

/// Finds lists of other stories and whole other stories, and ends the page before them.
fn cut_other_stories<'a>(
    lines: &[Line<'a>],
    start: usize,
    end: usize,
    facts: &mut Facts,
    removed: &mut Removed<'a>,
) -> usize {
    let mut end = end;
    if let Some(first) = dated_list(lines, start, end) {
        for (offset, line) in lines.iter().enumerate().take(end).skip(first) {
            removed.add(offset, line.text, chrome::below(line).unwrap_or(chrome::RELATED_ARTICLES));
        }
        end = first;
    }
    // All lines from here to the end are titles and chrome.
    let mut list = end;
    while list > start + 1
        && lines.get(list - 1).is_some_and(|line| may_be_listed(line) || chrome::below(line).is_some())
    {
        list -= 1;
    }
    // The last list item. Computed once, because the loop compares each line with it.
    let last_item = lines
        .get(..end)
        .unwrap_or_default()
        .iter()
        .rposition(|line| may_be_listed(line) && chrome::below(line).is_none() && !says_who_or_when(line))
        .unwrap_or_default();
    let opens = lines
        .get(start)
        .is_some_and(|line| dateline::at_start(line.text).is_some() || dateline::glued(line.text).is_some());
    for index in start + 1..end {
        let Some(line) = lines.get(index) else { break };
        let list_follows = index + 1 >= list && index < last_item;
        let heading = chrome::is_related_heading(line) || list_follows && chrome::opens_related(line);
        // A line about rights ends a story only if no text follows: news stories mention rights too.
        let closing = !heading && (is_closing(line) || list_follows && chrome::copyright(line).is_some());
        let ends = (heading || closing) && (list_follows || other_story_follows(lines, index + 1, end));
        let ends_post = byline::posted_on_board(line).is_some();
        let other = opens && is_other_story(lines, index) || chrome::is_comments_heading(line) || ends_post;
        if !(ends || other) {
            continue;
        }
        for (offset, line) in lines.iter().enumerate().take(end).skip(index) {
            let reason = match offset == index {
                true if closing || ends_post => at_the_foot(line, facts).unwrap_or(chrome::EDITOR),
                true => chrome::RELATED_ARTICLES,
                false if is_closing(line) && names_editor(line) => chrome::EDITOR,
                false => chrome::below(line).unwrap_or(chrome::RELATED_ARTICLES),
            };
            removed.add(offset, line.text, reason);
        }
        return index;
    }
    end
}

/// The start of a list of other stories, each with its date, at the end of the page. Titles stand before their dates,
/// possibly with an outlet between, or after them.
fn dated_list(lines: &[Line], start: usize, end: usize) -> Option<usize> {
    const MIN_DATES: usize = 2;
    /// Lines of one item, including its date.
    const MAX_ITEM: usize = 4;
    let is_chrome = |at: usize| lines.get(at).is_some_and(|line| chrome::below(line).is_some());
    let mut dates: Vec<usize> = Vec::new();
    let mut end = end;
    while end > start + 1 && is_chrome(end - 1) {
        end -= 1;
    }
    let mut below = end;
    while let Some(date) = (start + 1..below).rev().take(MAX_ITEM).find(|at| lines.get(*at).is_some_and(is_dated)) {
        let between = lines.get(date + 1..below).unwrap_or_default();
        if !between.iter().all(is_title) {
            break;
        }
        dates.push(date);
        below = date;
    }
    let (last, first) = (*dates.first()?, *dates.last()?);
    // Several dates without titles between them are not a list of stories.
    if dates.len() < MIN_DATES || last - first + 1 == dates.len() {
        return None;
    }
    let item = (last - first).div_ceil(dates.len() - 1);
    let titles_follow = end - last >= item;
    let above = if titles_follow { 0 } else { item.min(MAX_ITEM) - 1 };
    let titles = (start + 1..first).rev().take(above).take_while(|at| lines.get(*at).is_some_and(is_title));
    Some(first - titles.count())
}

/// `2019-09-08`, optionally followed by a time or a count. An outlet may precede a date with a time.
fn is_dated(line: &Line) -> bool {
    const MAX_DATED: usize = 40;
    /// From `2019-9-8` to `2019年09月08日`, in characters.
    const DATE: std::ops::RangeInclusive<usize> = 8..=11;
    if line.length > MAX_DATED {
        return false;
    }
    let is_time = |c: &char| c.is_ascii_digit() || "-/.:年月日".contains(*c);
    let mut time: Vec<char> = line.key.chars().rev().take_while(is_time).collect();
    time.reverse();
    let alone = time.len() == line.key.chars().count();
    if !alone && !time.contains(&':') {
        return false;
    }
    // A count may be glued to the date: `2019-09-0866`.
    DATE.filter_map(|length| time.get(..length)).any(|day| {
        let day: String = day.iter().collect();
        let view = NormalizedLine::of(&day, MAX_DATED);
        crate::parse::time::printed_at(&view, 0).is_some_and(|(day, _)| day.year != 0)
    })
}

/// Whether the line may be an item in a list of stories: a title, or a line with a list marker.
fn may_be_listed(line: &Line) -> bool {
    line.is_list_item() || is_title(line)
}

/// Whether the line may be the title of a story in a list.
fn is_title(line: &Line) -> bool {
    /// In characters.
    const MAX_TITLE: usize = 60;
    line.length <= MAX_TITLE && !line.unquoted().ends_with(['。', '；', '：', '，'])
}

/// `责任编辑：…` or an end mark: the end of the story.
fn is_closing(line: &Line) -> bool {
    const MAX_CLOSING: usize = 60;
    if line.key.is_empty() || line.length > MAX_CLOSING {
        return false;
    }
    let key = line.key.trim_start_matches(['(', '[']);
    chrome::is_end_mark(line)
        || byline::posted(line).is_some()
        || byline_words::CLOSING_PREFIXES.iter().any(|word| key.starts_with(word))
        || line.key.contains("[责任编辑")
}

/// Whether one of the next lines opens another story with a dateline of its own.
fn other_story_follows(lines: &[Line], from: usize, to: usize) -> bool {
    const LOOKED_AT: usize = 4;
    lines.get(from..to.min(from + LOOKED_AT)).unwrap_or_default().iter().any(|line| has_dated_dateline(line))
}

/// Whether the line is the title of another story: a dateline with a date follows, on a page that itself began with a
/// dateline.
fn is_other_story(lines: &[Line], index: usize) -> bool {
    let (Some(title), Some(next)) = (lines.get(index), lines.get(index + 1)) else { return false };
    let titled =
        title.is_list_item() && !title.is_prose() && title.length >= 6 && dateline::at_start(title.text).is_none();
    let previous_is_text = index > 0 && lines.get(index - 1).is_some_and(Line::is_prose);
    titled && previous_is_text && has_dated_dateline(next)
}

/// `校对：张三`, `2021年9月1日`: lines below the end of a story that are not titles.
fn says_who_or_when(line: &Line) -> bool {
    is_dated(line) || byline::read(line).is_some()
}

/// First checks for 电 or 讯 near the start, because this runs for each line and most lines have neither.
fn has_dated_dateline(line: &Line) -> bool {
    const NEAR: usize = 40;
    let near = NormalizedLine::of(line.text, NEAR);
    if !near.chars.iter().any(|character| matches!(character, '电' | '讯')) {
        return false;
    }
    dateline::at_start(line.text)
        .is_some_and(|found| found.dateline.date.is_some() && !found.dateline.agency.is_empty())
}

#[cfg(test)]
mod tests {
    use crate::article::ParseReport;
    use crate::parse::blocks::lay_out;

    const STORY: &str =
        "青石镇新桥通车\n新桥今天通车，全长三百米，两岸居民不再绕行。\n修桥用了两年，镇上的石匠都来帮过忙。";

    /// Checks which lines of the foot stay in the body, and the reasons for removing the others.
    fn check(foot: &str, kept: &[&str], reasons: &[&str]) {
        let page = format!("{STORY}\n{foot}");
        let mut report = ParseReport::default();
        let layout = lay_out(&page, &super::super::MarkupHints::default(), &mut report);
        assert_eq!(layout.body.get(2..), Some(kept), "{foot}");
        let found: Vec<&str> = report.removed_lines.iter().map(|line| line.reason.as_ref()).collect();
        assert_eq!(found, reasons, "{foot}");
    }

    #[test]
    fn lists_of_dated_stories() {
        const RELATED: &str = "RELATED_ARTICLES";
        check("旧粮仓开馆了！\n2021-09-0166\n渡口停航三天\n2021-09-02104", &[], &[RELATED; 4]);
        check("2021-09-01\n旧粮仓开馆\n2021-09-02\n渡口停航", &[], &[RELATED; 4]);
        let with_outlets = "APP精彩推荐\n旧粮仓开馆，人山人海！\n青石晚报\n2021-09-01 08:15:00\n渡口停航\n青石晚报\n2021-09-02 09:15:00";
        check(with_outlets, &[], &[RELATED; 7]);
        let on_one_line = "旧粮仓开馆\n青石晚报 2021-09-01 08:15:00\n渡口停航\n青石晚报 2021-09-02 09:15:00\n评论(3)";
        check(on_one_line, &[], &[RELATED, RELATED, RELATED, RELATED, "NAVIGATION"]);
        check("青石镇人民政府\n2021年9月1日", &["青石镇人民政府", "2021年9月1日"], &[]);
        check("下一场演出在2021-09-02 19:30", &["下一场演出在2021-09-02 19:30"], &[]);
    }

    #[test]
    fn page_tools_and_comment_forms() {
        let foot = "（责任编辑：何秋白）\n图集\n+1\n分享至好友和朋友圈\n登录并发贴\n网友评论仅供其表达个人看法。\n/阅读下一篇/\n旧粮仓开馆，人山人海！\n返回首页";
        let reasons = [
            "EDITOR",
            "NAVIGATION",
            "NAVIGATION",
            "SHARE_LABEL",
            "NAVIGATION",
            "NAVIGATION",
            "RELATED_ARTICLES",
            "RELATED_ARTICLES",
            "NAVIGATION",
        ];
        check(foot, &[], &reasons);
        check("他說會盡快修好。（編輯：何秋白）1120221", &["他說會盡快修好。"], &["EDITOR"]);
        check("（责任编辑：何秋白）\n校对：林远舟\n监制：李小满", &[], &["EDITOR"; 3]);
        check(
            "原标题：新桥来了\n上一篇：旧粮仓开馆\n下一篇：没有了",
            &[],
            &["ORIGINAL_TITLE", "NAVIGATION", "NAVIGATION"],
        );
        check(
            "平台声明：该文观点仅代表作者本人。\n某个没有人认识的标签\n青石阅读",
            &[],
            &["COPYRIGHT", "RELATED_ARTICLES", "RELATED_ARTICLES"],
        );
        check("完\n2022年7月5日（星期二）\n香港時間16時35分", &[], &["END_MARK", "BYLINE", "BYLINE"]);
        check("The bridge is 300 meters long. Enditem", &["The bridge is 300 meters long."], &["END_MARK"]);
        check("封面图片来源：青石图库", &[], &["CAPTION"]);
        check("他请居民提出意见。记者 林远舟 yuanzhou@news.example", &["他请居民提出意见。"], &["CONTACT", "BYLINE"]);
        check("她说，渡口不会关。qiubai@news.example", &["她说，渡口不会关。"], &["CONTACT"]);
        check("他请居民提出意见。▲ (林远舟)", &["他请居民提出意见。"], &["BYLINE"]);
        check("他请居民提出意见。（林远舟）", &["他请居民提出意见。"], &["BYLINE"]);
        check("他请居民提出意见。（高清组图）", &["他请居民提出意见。（高清组图）"], &[]);
        check("渡口停航三天（王村）", &["渡口停航三天（王村）"], &[]);
        check("他请居民提意见。（记者林远舟、何秋白、李\u{FFFD}小", &["他请居民提意见。"], &["BYLINE"]);
        check("他请居民提出意见。\n（林远舟）\n关键词：", &["他请居民提出意见。"], &["BYLINE", "BYLINE"]);
        check("作者:qingshi 阅读(16) 评论(5) 编辑 发表于:2021-09-01 12:30", &[], &["BYLINE"]);
        let board = "本帖由青石于2021年9月1日8:15:00在〖镇情〗发表.\n1. 言论属于作者。\n河湾人 09:02:51 5/23/21";
        check(board, &[], &["BYLINE", "RELATED_ARTICLES", "RELATED_ARTICLES"]);
        check("镇长于2021年9月1日8:15到场。", &["镇长于2021年9月1日8:15到场。"], &[]);
        check("更多河灣報導\n旧粮仓开馆了\n渡口停航三天", &[], &["RELATED_ARTICLES"; 3]);
        check("更多消息，请看明天的公报。", &["更多消息，请看明天的公报。"], &[]);
        check("“渡口不会关。”记者问", &["“渡口不会关。”记者问"], &[]);
        check("（评论员 林远舟）", &["（评论员 林远舟）"], &[]);
    }
}
