//! Lines that belong to the page and not to the story. They are removed only at the edges of the page: inside a body
//! the same words may be part of the story.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::line::Line;
use crate::parse::lexicon::places::is_place;
use crate::parse::lexicon::{byline_words, captions, outlets, page_chrome, page_phrases};
use crate::text::is_han;

/// Why a line was removed, as reported in `removed_lines`.
pub(super) type Reason = &'static str;

pub(super) const SHARE_LABEL: Reason = "SHARE_LABEL";
pub(super) const NAVIGATION: Reason = "NAVIGATION";
pub(super) const COPYRIGHT: Reason = "COPYRIGHT";
pub(super) const CONTACT: Reason = "CONTACT";
pub(super) const CONSENT_NOTICE: Reason = "CONSENT_NOTICE";
pub(super) const SITE_NAME: Reason = "SITE_NAME";
pub(super) const DECORATION: Reason = "DECORATION";
pub(super) const RELATED_ARTICLES: Reason = "RELATED_ARTICLES";
pub(super) const REPEATED_HEADLINE: Reason = "REPEATED_HEADLINE";
pub(super) const ORIGINAL_TITLE: Reason = "ORIGINAL_TITLE";
pub(super) const HEADLINE_LABEL: Reason = "HEADLINE_LABEL";
pub(super) const CAPTION: Reason = "CAPTION";
pub(super) const BYLINE: Reason = "BYLINE";
pub(super) const EDITOR: Reason = "EDITOR";
pub(super) const END_MARK: Reason = "END_MARK";
pub(super) const CRAWL_BANNER: Reason = "CRAWL_BANNER";
pub(super) const SECTION: Reason = "SECTION";
pub(super) const TABLE_ROW: Reason = "TABLE_ROW";

static LABELS: LazyLock<HashMap<&str, Reason>> = LazyLock::new(|| {
    let navigation = page_chrome::NAVIGATION.iter().map(|word| (*word, NAVIGATION));
    let share = page_chrome::SHARE.iter().map(|word| (*word, SHARE_LABEL));
    navigation.chain(share).collect()
});

/// Chrome that may occur at either edge of the page.
pub(super) fn at_any_edge(line: &Line) -> Option<Reason> {
    if line.key.is_empty() {
        return None;
    }
    decoration(line)
        .or_else(|| labels(line))
        .or_else(|| counters(line))
        .or_else(|| pager(line))
        .or_else(|| host(line))
        .or_else(|| previous_or_next(line))
        .or_else(|| tool_hint(line))
        .or_else(|| copyright(line))
        .or_else(|| contact(line))
}

/// Chrome above a story.
pub(super) fn above(line: &Line) -> Option<Reason> {
    at_any_edge(line)
        .or_else(|| posted_from(line))
        .or_else(|| english_note(line))
        .or_else(|| consent(line))
        .or_else(|| site_name(line))
        .or_else(|| table_row(line))
        .or_else(|| original_title(line))
}

/// Chrome below a story.
pub(super) fn below(line: &Line) -> Option<Reason> {
    at_any_edge(line)
        .or_else(|| consent(line))
        .or_else(|| company(line))
        .or_else(|| disclaimer(line))
        .or_else(|| promotion(line))
        .or_else(|| labelled_address(line))
        .or_else(|| english_help(line))
        .or_else(|| hashtags(line))
        .or_else(|| original_title(line))
        .or_else(|| bare_original_title(line))
        .or_else(|| continued(line))
}

/// `（下转第二版）`: the story continues on another page of the paper.
fn continued(line: &Line) -> Option<Reason> {
    let turned = page_phrases::CONTINUED.iter().any(|word| line.key.starts_with(word));
    (turned && line.key.trim_end_matches(')').ends_with('版')).then_some(END_MARK)
}

/// `免责声明：本文来自自媒体，不代表本站的观点和立场。`
fn disclaimer(line: &Line) -> Option<Reason> {
    let key = line.key.trim_start_matches(['(', '[', '【', '*', '“', '"']);
    let opens = page_phrases::DISCLAIMER_PREFIXES.iter().any(|word| key.starts_with(word));
    (opens && holds_any(line, page_phrases::DISCLAIMER_WORDS)).then_some(COPYRIGHT)
}

/// `（本文来自某某新闻，更多资讯请下载“某某新闻”APP）`, `扫描下方二维码关注某某微信`.
fn promotion(line: &Line) -> Option<Reason> {
    const MAX_PROMOTION: usize = 80;
    let key = line.key.trim_start_matches(|character: char| !character.is_alphanumeric());
    let opens = page_phrases::PROMOTION_PREFIXES.iter().any(|word| key.starts_with(word));
    (line.length <= MAX_PROMOTION && opens && holds_any(line, page_phrases::PROMOTION_WORDS)).then_some(CONTACT)
}

/// `iOS下載 https://…`: a short label and the address of another page.
fn labelled_address(line: &Line) -> Option<Reason> {
    const MAX_LABEL: usize = 12;
    let (label, address) = line.text.split_at(line.text.find("http")?);
    let alone = address.split_whitespace().count() == 1 && address.contains("://");
    (alone && label.chars().count() <= MAX_LABEL).then_some(NAVIGATION)
}

/// `#新桥#石匠#青石镇`: links to pages with these tags.
fn hashtags(line: &Line) -> Option<Reason> {
    const MAX_TAG: usize = 12;
    const MIN_TAGS: usize = 2;
    let mut tags = line.key.split(['#', '@']).skip(1).filter(|tag| !tag.is_empty());
    let is_tag = |tag: &str| tag.chars().count() <= MAX_TAG && tag.chars().all(char::is_alphanumeric);
    let several = line.key.matches('#').count() >= MIN_TAGS;
    (line.key.starts_with('#') && several && tags.all(is_tag)).then_some(NAVIGATION)
}

/// Messages of the page's tools: `您可以在“我的收藏”里查看…`.
fn tool_hint(line: &Line) -> Option<Reason> {
    const MAX_HINT: usize = 60;
    (line.length <= MAX_HINT && holds_any(line, page_phrases::TOOL_HINTS)).then_some(NAVIGATION)
}

/// `Last updated 15 hours ago`, `6 minute read`, `Author of the article:`, `Advertisement 2`.
fn english_note(line: &Line) -> Option<Reason> {
    const MAX_NOTE: usize = 40;
    if line.length > MAX_NOTE || !line.text.is_ascii() || line.text.contains(',') {
        return None;
    }
    let key = line.key.trim_end_matches(':');
    let reads = key.ends_with("minread") || key.ends_with("minuteread") || key.ends_with("minutesread");
    let ago = key.ends_with("ago") && key.chars().any(|c| c.is_ascii_digit());
    let note = reads || ago || page_phrases::ENGLISH_NOTES.contains(&key);
    if note {
        return Some(BYLINE);
    }
    let slot = key.strip_prefix("advertisement")?;
    slot.chars().all(|c| c.is_ascii_digit()).then_some(NAVIGATION)
}

/// `Additional reporting by Ada Lane`, `With reports from Greystone Post`: who helped, below a story.
fn english_help(line: &Line) -> Option<Reason> {
    const MAX_HELP: usize = 120;
    let helps = page_phrases::ENGLISH_HELP.iter().any(|start| line.key.starts_with(start));
    (line.length <= MAX_HELP && helps).then_some(BYLINE)
}

/// `发布于：青石市`: the place that a platform prints for the author's connection.
fn posted_from(line: &Line) -> Option<Reason> {
    const MAX_PLACE: usize = 8;
    let place = byline_words::PUBLISHED_FROM.iter().find_map(|label| line.key.strip_prefix(label))?;
    let place = place.trim_start_matches(':');
    let region = place.ends_with(['市', '省', '县', '区']) || is_place(&place.chars().collect::<Vec<_>>());
    (region && place.chars().count() <= MAX_PLACE && place.chars().all(is_han)).then_some(BYLINE)
}

/// `（原标题：…）`, `本文原标题：…`: the story's title at another outlet.
fn original_title(line: &Line) -> Option<Reason> {
    let bracketed = line.key.starts_with(['(', '[']) && line.key.ends_with([')', ']']);
    let inner = line.key.trim_start_matches(['(', '[']);
    let whole = line.key.starts_with("本文原标题");
    (whole || bracketed && inner.starts_with("原标题")).then_some(ORIGINAL_TITLE)
}

/// `原标题：…` without brackets. Above a story it may be the only title on the page.
pub(super) fn bare_original_title(line: &Line) -> Option<Reason> {
    line.key.starts_with("原标题:").then_some(ORIGINAL_TITLE)
}

/// `|`, `----`, `010020010010000000000000011160091128243189`.
fn decoration(line: &Line) -> Option<Reason> {
    /// Content management systems print keys of at least this length; numbers in a story are shorter.
    const MIN_KEY_DIGITS: usize = 12;
    let without_letters = !line.key.chars().any(char::is_alphanumeric);
    let marks_end = is_end_mark(line);
    // Table rows do not match: their digits are full-width or separated by white space.
    let number = line.text.len() >= MIN_KEY_DIGITS && line.text.chars().all(|character| character.is_ascii_digit());
    (without_letters && !marks_end || number).then_some(DECORATION)
}

/// A line of labels only: `微信`, `微信 微博 QQ空间`, `【打印】 【关闭】`, `字號：大 中 小`, `评论(0)`.
fn labels(line: &Line) -> Option<Reason> {
    const MAX_LABELS: usize = 60;
    if let Some(reason) = LABELS.get(line.key.as_str()) {
        return Some(*reason);
    }
    if line.key.is_empty() {
        return None;
    }
    let plain = without_addresses(&crate::parse::normalized_line::normalize_line(line.text));
    if plain.chars().count() > MAX_LABELS {
        return None;
    }
    let mut reason = None;
    let words = plain.split(|character: char| {
        character.is_whitespace() || is_icon(character) || "|/·:,、;[]<>【】「」_\u{3000}".contains(character)
    });
    for word in words.filter(|word| !word.is_empty()) {
        let word = word.trim_end_matches(|character: char| character.is_ascii_digit() || "()".contains(character));
        if word.is_empty() {
            continue;
        }
        let found = LABELS.get(word)?;
        reason.get_or_insert(*found);
    }
    reason
}

/// A character of an icon font, in Unicode's private use area.
fn is_icon(character: char) -> bool {
    ('\u{E000}'..='\u{F8FF}').contains(&character)
}

/// `阅读 (1024)`, `186万获赞 108.3万粉丝`, `0条 [查看全部] 相关评论`: only counts and their labels.
fn counters(line: &Line) -> Option<Reason> {
    const MAX_COUNTERS: usize = 40;
    if line.length > MAX_COUNTERS {
        return None;
    }
    let counts = page_phrases::COUNTER_WORDS.iter().fold(line.key.clone(), |rest, word| rest.replace(word, " "));
    let only_numbers = counts.chars().all(|c| !c.is_alphanumeric() || c.is_ascii_digit() || c == '万');
    (counts != line.key && only_numbers).then_some(NAVIGATION)
}

/// `第1页/共3页 << 上一页 | 下一页 >>`, `頭條要聞 〉`: where the page stands on its site.
fn pager(line: &Line) -> Option<Reason> {
    const MAX_PAGER: usize = 30;
    const MAX_CRUMB: usize = 12;
    if line.length > MAX_PAGER {
        return None;
    }
    let rest = page_phrases::PAGER.iter().fold(line.key.clone(), |rest, word| rest.replace(word, ""));
    let counted = rest != line.key && !rest.chars().any(char::is_alphabetic);
    let crumb = line.length <= MAX_CRUMB
        && line.key.ends_with(['〉', '>', '»', '›'])
        && line.key.chars().any(is_han)
        && !line.key.contains(['〈', '<', '«', '‹']);
    (counted || crumb).then_some(NAVIGATION)
}

/// `NEWS.RIVER.EXAMPLE`: the name of the page's host alone.
pub(super) fn host(line: &Line) -> Option<Reason> {
    const MIN_PARTS: usize = 3;
    let address = line.text.trim_start_matches("http://").trim_start_matches("https://").trim_end_matches('/');
    let parts: Vec<&str> = address.split('.').collect();
    let is_label = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let last = parts.last()?;
    let is_end = (2..=7).contains(&last.len()) && last.chars().all(|c| c.is_ascii_alphabetic());
    (parts.len() >= MIN_PARTS && is_end && parts.iter().all(is_label)).then_some(SITE_NAME)
}

/// `上一篇：镇里开展送清凉活动`: a link to the previous or next story.
fn previous_or_next(line: &Line) -> Option<Reason> {
    const MAX_LENGTH: usize = 80;
    let key = line.key.trim_start_matches(['[', '【', '<', '«', '(']);
    let rest = page_phrases::PREVIOUS_NEXT_LABELS.iter().find_map(|word| key.strip_prefix(word))?;
    (line.length <= MAX_LENGTH && rest.starts_with([':', ']', '】', '>', '»', ')'])).then_some(NAVIGATION)
}

/// Reduces `[查看原文](https://…)` to its label.
fn without_addresses(plain: &str) -> String {
    let mut kept = String::new();
    let mut rest = plain;
    while let Some(at) = rest.find("http") {
        let (before, address) = rest.split_at(at);
        kept.push_str(before);
        let end = address.find(|c: char| c.is_whitespace() || c == ')' || c == ']').unwrap_or(address.len());
        rest = address.get(end..).unwrap_or_default();
    }
    kept + rest
}

pub(super) fn copyright(line: &Line) -> Option<Reason> {
    let sentence = line.unquoted().ends_with(['。', '；', '！', '？']) || line.text.contains('。');
    (holds_any(line, page_phrases::COPYRIGHT) || !sentence && holds_any(line, page_phrases::LICENCE))
        .then_some(COPYRIGHT)
}

fn contact(line: &Line) -> Option<Reason> {
    const MAX_CONTACT: usize = 80;
    let sentence = line.unquoted().ends_with(['。', '！', '？']);
    let address =
        line.key.contains('@') && line.key.contains('.') && !line.key.contains('。') && !opens_with_sentence(line);
    (line.length <= MAX_CONTACT && !sentence && (address || holds_any(line, page_phrases::CONTACT))).then_some(CONTACT)
}

/// Whether the text before an email address is a sentence, so that the line stays: `…, she said. ann@news.example`.
fn opens_with_sentence(line: &Line) -> bool {
    const MIN_SENTENCE: usize = 12;
    let address = line.text.find('@').unwrap_or_default();
    let before = line.text.get(..address).unwrap_or_default();
    let before = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || "._+-".contains(c)).trim_end();
    before.chars().count() >= MIN_SENTENCE && before.ends_with(['.', '!', '?', '。', '！', '？', '”', '"'])
}

fn consent(line: &Line) -> Option<Reason> {
    holds_any(line, page_phrases::CONSENT).then_some(CONSENT_NOTICE)
}

/// `某某網江蘇正文`, `某某微企網`, `關心你的關心-某某新聞社`, `首頁 > 新聞 > 國內`.
fn site_name(line: &Line) -> Option<Reason> {
    const MAX_NAME: usize = 24;
    const MAX_SHORT_NAME: usize = 8;
    const MAX_BREADCRUMB: usize = 60;
    let ends_in = |endings: &[&str]| endings.iter().any(|ending| line.key.ends_with(ending));
    let arrows = line.key.split(['>', '»']).filter(|piece| !piece.is_empty()).count().saturating_sub(1);
    let from_home = page_phrases::BREADCRUMB.iter().any(|word| line.key.starts_with(word));
    let breadcrumb = line.key.ends_with("正文") || !line.key.contains('<') && (arrows >= 2 || arrows == 1 && from_home);
    let dated = line.key.chars().any(|character| character.is_ascii_digit());
    let archive = line.key.contains("文字版") && dated;
    let edition = line.key.starts_with('第') && line.key.contains('版') && line.length <= 16
        || line.key.trim_end_matches(':') == "专栏";
    let issue = dated && line.key.contains("报章")
        || line.key.contains("日报") && line.key.contains('年') && line.key.ends_with('日');
    let short =
        line.length <= MAX_SHORT_NAME && ends_in(outlets::SHORT_SITE_ENDINGS) && !ends_in(outlets::NON_SITE_WORDS);
    let named = line.length <= MAX_NAME && (ends_in(outlets::SITE_ENDINGS) || short || archive || edition || issue);
    (named || breadcrumb && line.length <= MAX_BREADCRUMB).then_some(SITE_NAME)
}

/// A row of numbers from a newspaper's table: `３深华发Ａ１２．４２`.
fn table_row(line: &Line) -> Option<Reason> {
    const MAX_ROW: usize = 20;
    let figures = line.key.chars().filter(|character| character.is_ascii_digit()).count();
    let decimal = line.key.rsplit_once('.').or_else(|| line.key.rsplit_once('·')).is_some_and(|(_, tail)| {
        (1..=3).contains(&tail.len()) && tail.chars().all(|character| character.is_ascii_digit())
    });
    let ranked = line.key.starts_with(|character: char| character.is_ascii_digit());
    // `1997.8.12` is a date.
    let one_point = line.key.matches('.').count() <= 1;
    (line.length <= MAX_ROW && decimal && ranked && one_point && figures >= 4).then_some(TABLE_ROW)
}

/// The company or office that operates the site.
fn company(line: &Line) -> Option<Reason> {
    const MAX_NAME: usize = 30;
    let named = outlets::OPERATOR_ENDINGS.iter().any(|ending| line.key.ends_with(ending));
    (named && line.length <= MAX_NAME).then_some(COPYRIGHT)
}

/// `（完）`, `■`: an end mark on a line of its own.
pub(super) fn is_end_mark(line: &Line) -> bool {
    page_chrome::END_MARKS.contains(&line.key.as_str())
}

/// A heading above other stories: `相關新聞`, `延伸閱讀：`, `经济新闻精选：`.
pub(super) fn is_related_heading(line: &Line) -> bool {
    const MAX_HEADING: usize = 16;
    if line.key.is_empty() || line.length > MAX_HEADING {
        return false;
    }
    let key = line.key.trim_matches(|character: char| !character.is_alphanumeric());
    let key = page_phrases::RELATED_SUFFIXES.iter().find_map(|end| key.strip_suffix(end)).unwrap_or(key);
    page_chrome::RELATED.contains(&key) || page_chrome::RELATED_ENDINGS.iter().any(|ending| key.ends_with(ending))
}

/// A heading above readers' comments: `發表意見`, `討論規範`.
pub(super) fn is_comments_heading(line: &Line) -> bool {
    let key = line.key.trim_matches(|character: char| !character.is_alphanumeric());
    page_chrome::COMMENTS.contains(&key)
}

/// `更多即时新闻`, `更多…`: a heading above other stories, provided that a list follows.
pub(super) fn opens_related(line: &Line) -> bool {
    const MAX_HEADING: usize = 12;
    let opens = page_chrome::RELATED_OPENINGS.iter().any(|word| line.key.starts_with(word));
    opens && line.length <= MAX_HEADING && !line.key.contains(['。', ',', '?', '!'])
}

/// `date 2025-08-23 …`, `URL: http://…`: a crawler's banner above the page.
pub(super) fn is_crawl_banner(line: &Line) -> bool {
    let after = page_phrases::CRAWL_DAY
        .iter()
        .find_map(|word| line.key.strip_prefix(word))
        .map(|rest| rest.trim_start_matches([':', '=']));
    let dated = after.is_some_and(|rest| rest.starts_with("20") || rest.starts_with("19"));
    let addressed = page_phrases::CRAWL_ADDRESS.iter().any(|word| line.key.starts_with(word));
    dated || addressed && !line.key.contains('。') && !is_host_and_time(line)
}

/// `http://news.example/ 2005-07-18 13:03:17`: old sites print their own address before the publish time.
fn is_host_and_time(line: &Line) -> bool {
    let mut words = line.text.splitn(2, |character: char| character.is_whitespace());
    let (Some(address), Some(rest)) = (words.next(), words.next()) else { return false };
    let path = address.split("://").nth(1).unwrap_or_default().split_once('/').map_or("", |(_, path)| path);
    let time = crate::parse::time::first_printed(rest);
    address.starts_with("http") && path.is_empty() && time.is_some_and(|time| time.year != 0 && time.hour.is_some())
}

/// A picture caption or credit: `某某現場。張三 攝`, `（資料圖片）`, `圖為…`.
pub(super) fn is_caption(line: &Line) -> bool {
    const MAX_CAPTION: usize = 120;
    if line.key.is_empty() || line.length > MAX_CAPTION {
        return false;
    }
    let key = line.key.trim_end_matches(['。', ')', ']', '.', '】']);
    let credit = captions::CREDITS.iter().any(|word| key.ends_with(word));
    let credit = credit || bracketed_credit(&line.key);
    let opens = captions::PREFIXES.iter().any(|word| line.key.starts_with(word));
    credit || opens && line.length <= 80
}

/// `…約為八千輛。（資料照）`, `…（青石縣府提供）`: the credit in brackets after the caption.
fn bracketed_credit(key: &str) -> bool {
    const LENGTHS: std::ops::RangeInclusive<usize> = 2..=20;
    let Some((_, inside)) = key.trim_end_matches('。').strip_suffix(')').and_then(|key| key.rsplit_once('(')) else {
        return false;
    };
    // `（青石社記者林遠舟傳真 102年6月29日）`.
    let inside = inside.trim_end_matches(|c: char| c.is_ascii_digit() || "年月日.-/".contains(c));
    LENGTHS.contains(&inside.chars().count())
        && (captions::BRACKETED_SUFFIXES.iter().any(|word| inside.ends_with(word))
            || captions::BRACKETED_PREFIXES.iter().any(|word| inside.starts_with(word)))
}

fn holds_any(line: &Line, words: &[&str]) -> bool {
    !line.key.is_empty() && words.iter().any(|word| line.key.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons() {
        let check = |text: &str, expected: Option<Reason>| assert_eq!(above(&Line::new(text)), expected, "{text}");
        check("微信", Some(SHARE_LABEL));
        check("微信 微博 QQ空間", Some(SHARE_LABEL));
        check("分享到：", Some(SHARE_LABEL));
        check("返回", Some(NAVIGATION));
        check("頂部", Some(NAVIGATION));
        check("字體: 放大 還原 縮小", Some(NAVIGATION));
        check("【打印】 【关闭】", Some(NAVIGATION));
        check("评论(12)", Some(NAVIGATION));
        check("[查看原文](https://news.example/2025/01/01/a250101.shtml)", Some(NAVIGATION));
        check("[青石镇新桥通车](https://news.example/2025/01/01/a250101.shtml)", None);
        check("Copyright © 2018-2025 某某传媒", Some(COPYRIGHT));
        check("某ICP備18057342號", Some(COPYRIGHT));
        check("新聞熱線:010-1234 電子郵箱:a@b.example", Some(CONTACT));
        check("何秋白 qiubai@news.example", Some(CONTACT));
        check("The bridge stays open, Ann Lane said. ann@news.example", None);
        check("本網站使用相關技術,同時尊重使用者隱私,點這裡瞭解隱私聲明", Some(CONSENT_NOTICE));
        check("某某新聞網江蘇正文", Some(SITE_NAME));
        check("首页 > 新闻 > 国内", Some(NAVIGATION));
        check("|", Some(DECORATION));
        check("010020010010000000001", Some(DECORATION));
        check("01 10 1 31 30 31 31 1 3 3", None);
        check("３３４０１６９２２０７２", None);
        check("（举报电话：12380，举报网站网址：www.a.example。）", None);
        check("他的信已经收到。（本版法律顾问）", None);
        check("1+1>2", None);
        check("微信支付新規今日施行", None);
        check("市長會見記者", None);
        check("第1页/共3页 << 上一页 | 下一页 >>", Some(NAVIGATION));
        check("第1页 新桥通车", None);
        check("頭條要聞 〉", Some(NAVIGATION));
        check("发布于：青石市", Some(BYLINE));
        check("来自青石镇的馆长", None);
        check("Last updated 15 hours ago", Some(BYLINE));
        check("6 minute read", Some(BYLINE));
        check("Advertisement 2", Some(NAVIGATION));
        check("Author of the article:", Some(BYLINE));
        check("Published 1998, the book is out of print", None);
        check("NEWS.RIVER.EXAMPLE", Some(SITE_NAME));
        check("U.S. exports rise", None);
    }

    #[test]
    fn reasons_below_a_story() {
        let check = |text: &str, expected: Option<Reason>| assert_eq!(below(&Line::new(text)), expected, "{text}");
        check("\u{E60A} 微信 微博", Some(SHARE_LABEL));
        check("收藏 | 保存 | 打印 | 关闭", Some(NAVIGATION));
        check("您可在页面顶部“我的收藏”里查看收藏过的文章。", Some(NAVIGATION));
        check("#新桥#石匠 #青石镇", Some(NAVIGATION));
        check("#新桥通车# @青石阅读", Some(NAVIGATION));
        check("#新桥通车那天我在场，所以想说几句", None);
        check("阅读 (1024)", Some(NAVIGATION));
        check("186万获赞 108.3万粉丝", Some(NAVIGATION));
        check("举报/反馈", Some(NAVIGATION));
        check("3万人", None);
        check("上一篇：镇里开展送清凉活动", Some(NAVIGATION));
        check("【下一条】没有了", Some(NAVIGATION));
        check("上一篇文章写到了渡口", None);
        check("原标题：新桥通车了", Some(ORIGINAL_TITLE));
        check("（下转第二版）", Some(END_MARK));
        check("免责声明：本文来自自媒体，不代表青石网的观点和立场。", Some(COPYRIGHT));
        check("声明：文中数据仅供参考，据此操作风险自担。", Some(COPYRIGHT));
        check("声明：两国同意恢复通航，并于年内举行会谈。", None);
        let notice = "Notice: The content above (including the pictures and videos if any) is uploaded and posted by a user of \
                      Greystone Post, which is a social media platform and only provides information storage services.";
        check(notice, Some(COPYRIGHT));
        check("（本文来自青石新闻，更多资讯请下载“青石新闻”APP）", Some(CONTACT));
        check("扫描下方二维码，关注青石新闻官方微信", Some(CONTACT));
        check("★追蹤青石新聞粉絲團", Some(CONTACT));
        check("加入聯盟的國家今年增加到三個。", None);
        check("Additional reporting from Greystone Press", Some(BYLINE));
        check("iOS下載 https://apps.example/river", Some(NAVIGATION));
        check("馆方的公告全文登在 https://river.example/notice 上。", None);
        check("更多的人下载了这个客户端，开始用它记账。", None);
        check("打开手机客户端，居民就能关注渡口的班次。", None);
    }

    #[test]
    fn captions() {
        let check = |text: &str, expected: bool| assert_eq!(is_caption(&Line::new(text)), expected, "{text}");
        check("會議現場。張小三 攝", true);
        check("(資料圖片)", true);
        check("圖為某某協會副秘書長。(中央社檔案照片)", true);
        check("1月7日,救援人員抬出一名被困者。新華社發", true);
        check("渡口新橋首日通行的車輛約為八千輛。（資料照）", true);
        check("新橋全長八百公尺。（青石縣府提供）", true);
        check("新橋今天通車，居民到場慶祝。（青石社記者林遠舟傳真 102年6月29日）", true);
        check("新橋通車(图)", false);
        check("他说，午饭由学校免费提供。", false);
        check("市長會見記者", false);
    }
}
