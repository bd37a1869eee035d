//! Extracts the metadata of an HTML page and the lines of its main content.
//!
//! Owns everything that is read from markup. Does not classify lines: those around the content (byline, source, editors) are
//! passed on with it to the next stages.

mod counted_lists;
mod flat_dom;
mod heading_rank;
mod headings;
mod html_bounds;
mod json_ld;
mod labels;
mod letters;
mod lines;
mod lists;
mod meta;
mod names;
mod outside;
mod page_positions;
mod readability;
mod restore;
mod scoring;
mod script_state;
mod selection;
mod surroundings;
mod teaser_lists;
mod time_formats;
mod times;
mod title;
mod title_above_text;
mod trim;
mod wechat;
mod widgets;

use crate::parse::lexicon::page_phrases;
use crate::parse::normalized_line::{holds_any, normalize_line};
use std::borrow::Cow;

use dom_query::Document;

use self::flat_dom::FlatDom;
pub(super) use self::html_bounds::MAX_HTML_BYTES;
use self::json_ld::JsonLd;
use self::labels::{MAX_BYLINE, is_byline};
use self::letters::letters;
use self::lines::RenderedLine;
use self::meta::Meta;
pub(super) use self::outside::Outside;
use self::scoring::ScoredPage;
use self::surroundings::Surroundings;
use super::explanation::{Record, Trace};
use crate::article::{PageUrl, ParseReport, ParseWarning, PublishTime};

/// The reason of the warning that a page's HTML is longer than is read.
pub(super) const HTML_TRUNCATED: &str = "HTML_TRUNCATED";

/// What a page's markup says of the article, apart from its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Metadata {
    /// Without the names of section and site.
    pub headline: String,
    /// The lines that the markup sets above and below the headline.
    pub kicker: String,
    pub subheadlines: Vec<String>,
    pub publish_time: Option<PublishTime>,
    /// A time that is not said to be the publication's, but hardly differs from it.
    pub likely_time: Option<PublishTime>,
    pub authors: Vec<String>,
    /// From metadata, else from a labelled line of the page.
    pub editors: Vec<String>,
    /// From a labelled line of the page, else from metadata.
    pub info_source: String,
    /// Whether that is the page's own site, or not called its source: then what the text credits says more.
    pub source_is_own: bool,
    pub section: String,
    /// As the page gives them, not yet cut at their separators.
    pub keywords: Vec<String>,
    /// What the page declares; templates declare wrongly.
    pub language_code: String,
    pub canonical_url: String,
}

impl Metadata {
    /// Applies `change` to every text that can reach the article. A new field does not compile until it is here.
    pub(super) fn map_texts(self, change: &mut impl FnMut(String) -> String) -> Self {
        let Self {
            headline,
            kicker,
            subheadlines,
            publish_time,
            likely_time,
            authors,
            editors,
            info_source,
            source_is_own,
            section,
            keywords,
            language_code,
            canonical_url,
        } = self;
        let mut all = |texts: Vec<String>| texts.into_iter().map(&mut *change).collect();
        let [subheadlines, authors, editors, keywords] = [subheadlines, authors, editors, keywords].map(&mut all);
        Self {
            headline: change(headline),
            kicker: change(kicker),
            subheadlines,
            publish_time,
            likely_time,
            authors,
            editors,
            info_source: change(info_source),
            source_is_own,
            section: change(section),
            keywords,
            language_code,
            canonical_url,
        }
    }
}

/// A page: metadata, and its text as lines: the headline as printed, the lines between it and the content that look like
/// a byline, the content, and the editors' lines that follow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub text: String,
    pub metadata: Metadata,
    /// The lines of the text that stand between headline and content: bylines, though they may not read like one.
    pub bylines: Vec<String>,
    /// The other lines that a reader of the page sees.
    pub outside: Outside,
}

pub(super) fn extract(html: &str, url: Option<&PageUrl>, report: &mut ParseReport, trace: &mut Trace) -> Page {
    let (html, cuts) = html_bounds::bound(html);
    warn(&cuts, report);
    let document = Document::from(html.as_ref());
    let meta = Meta::of(&document);
    let mut json_ld = json_ld::json_ld(&document);
    let wechat = wechat::wechat(&html);
    let dom = FlatDom::of(&document);
    let page_lines = lines::lines(&dom, 0);
    if selection::is_bare(&page_lines) {
        json_ld.add_state(script_state::article(&document));
    }
    let site_name = meta.first(&["og:site_name", "application-name"]).to_owned();
    let titles = title::of_metadata(&meta, &json_ld);
    trace.record(|record| trace_page(record, &dom, &page_lines, &meta, &json_ld));
    let scored = ScoredPage::of(&dom, &page_lines);
    let headline = title::headline(&dom, &page_lines, &titles, &site_name, &scored, trace);
    let mut headings = headings::headings(&dom, &page_lines, headline.node);
    headings.subheadlines.retain(|line| !is_byline(line));
    let mut content = selection::main_lines(
        document,
        &dom,
        &page_lines,
        &scored,
        headline.node,
        &selection::Evidence::of(&meta, &json_ld, &headline.text),
        trace,
    );
    let labels = widgets::labels(&dom, &page_lines);
    content.retain(|line| !labels.contains(line.as_str()));
    trace.record(|record| labels.iter().for_each(|line| record.dropped(line, "a label of a widget")));
    let authors = names::authors(&meta, &json_ld, &site_name);
    content = trim::trim(content, &dom, &page_lines, headline.node, &json_ld.body, &authors, trace);
    // Often the library takes them along.
    content.retain(|line| *line != headings.kicker && !headings.subheadlines.contains(line));

    let surroundings = Surroundings::of(&page_lines, headline.node, &content);
    // In the content only its last lines: editors are not named in the midst of a story.
    let tail = content.iter().rev().take(8).map(String::as_str).filter(|line| line.chars().count() <= MAX_BYLINE);
    let around = surroundings.before.iter().chain(&surroundings.after).copied().chain(tail);
    let (called_editors, authors): (Vec<String>, Vec<String>) =
        authors.into_iter().partition(|name| labels::calls_editor(around.clone(), name));
    let mut editors = names::editors(&meta, around);
    editors.extend(called_editors.into_iter().filter(|name| !editors.contains(name)).collect::<Vec<_>>());
    let source = info_source(&meta, &json_ld, &surroundings, &content, &dom, trace);
    let metadata = Metadata {
        publish_time: times::published(&meta, &json_ld)
            .map(|time| times::without_wrong_zone(time, &surroundings.before))
            .or(wechat.publish_time),
        likely_time: times::likely(&meta, &dom, &page_lines),
        authors,
        editors,
        source_is_own: !source.name.is_empty() && (!source.is_named || is_own_site(&source.name, &meta, &site_name)),
        info_source: Some(source.name).filter(|name| !name.is_empty()).unwrap_or(wechat.account),
        section: section(&dom, &page_lines, &meta, &json_ld, &headline.text),
        keywords: keywords(&meta, &json_ld),
        language_code: meta.language.clone(),
        canonical_url: canonical_url(&meta, url),
        headline: headline.text,
        kicker: headings.kicker,
        subheadlines: headings.subheadlines,
    };
    let mut text: Vec<&str> = Vec::new();
    let repeated = content.first().is_some_and(|line| letters(line) == letters(&metadata.headline));
    if !metadata.headline.is_empty() && !repeated {
        text.push(&metadata.headline);
    }
    let bylines: Vec<String> = surroundings
        .before
        .iter()
        .filter(|line| !content.iter().take(5).any(|known| known == **line))
        .filter(|line| **line != metadata.kicker && !metadata.subheadlines.iter().any(|known| known == **line))
        .map(|line| (*line).to_owned())
        .collect();
    text.extend(bylines.iter().map(String::as_str));
    text.extend(surroundings.summaries(&dom, &content));
    text.extend(content.iter().map(String::as_str));
    text.extend(surroundings.after.iter().filter(|line| !content.iter().any(|known| known == **line)));
    let headings = metadata.subheadlines.iter().chain([&metadata.kicker]).map(String::as_str);
    let kept: Vec<&str> = text.iter().copied().chain(headings).collect();
    let outside = outside::outside(&page_lines, &kept);
    Page { text: text.join("\n"), metadata, bylines, outside }
}

/// Records the page's lines, and what its metadata says of the fields that are decided later.
fn trace_page(record: &mut Record, dom: &FlatDom, page: &[RenderedLine], meta: &Meta, json_ld: &JsonLd) {
    record.html_source(page.iter().map(|line| (dom.shown(dom.parent(line.node)), line.text.clone())));
    record.candidate("headline", &json_ld.headline, "JSON-LD headline", None, "");
    meta.trace("headline", meta::TITLE, record);
    record.candidate("headline", &meta.title, "title element", None, "");
    record.candidate("publish_time", &json_ld.published, "JSON-LD datePublished", None, "");
    meta.trace("publish_time", meta::PUBLISHED, record);
    for author in &json_ld.authors {
        record.candidate("authors", author, "JSON-LD author", None, "");
    }
    meta.trace("authors", meta::AUTHOR, record);
    meta.trace("editors", meta::EDITOR, record);
}

fn warn(cuts: &html_bounds::Cuts, report: &mut ParseReport) {
    let html_bounds::Cuts { bytes, deep_tags, attributes, costly_tags, marks } = *cuts;
    let mut add = |reason: &'static str, message: String| {
        report.warnings.push(ParseWarning { reason: Cow::Borrowed(reason), message });
    };
    if bytes > 0 {
        add(HTML_TRUNCATED, format!("{bytes} bytes of HTML past the first {} were not read", MAX_HTML_BYTES));
    }
    if deep_tags > 0 {
        add("HTML_TOO_DEEP", format!("{deep_tags} tags nested deeper than {} were dropped", html_bounds::MAX_DEPTH));
    }
    if attributes > 0 {
        add(
            "HTML_TOO_MANY_ATTRIBUTES",
            format!(
                "{attributes} attributes past {} of one element or of what one page may have were dropped",
                html_bounds::MAX_ATTRIBUTES
            ),
        );
    }
    if marks > 0 {
        add("HTML_TOO_LARGE", format!("{marks} characters & and < past what one page may have were dropped"));
    }
    if costly_tags > 0 {
        add("HTML_TOO_LARGE", format!("{costly_tags} tags past what one page may have were dropped"));
    }
}

#[derive(Default)]
struct Source {
    name: String,
    /// Whether the page says that this is its source.
    is_named: bool,
}

fn info_source(
    meta: &Meta,
    json_ld: &JsonLd,
    surroundings: &Surroundings<'_>,
    content: &[String],
    dom: &FlatDom,
    trace: &mut Trace,
) -> Source {
    let printed = |lines: &[&str]| {
        let mut lines = lines.iter().enumerate().map(|(at, line)| (line, lines.get(at + 1).copied()));
        let name = lines.find_map(|(line, next)| labels::source(line, next))?.to_owned();
        Some(Source { name, is_named: true })
    };
    let source = |name: &str, is_named| Source { name: name.to_owned(), is_named };
    let edges: Vec<&str> = content.iter().take(4).chain(content.iter().rev().take(6)).map(String::as_str).collect();
    let from_meta = meta
        .all(meta::SOURCE)
        .chain([json_ld.source.as_str(), json_ld.partner.as_str()])
        .find(|source| !source.is_empty() && labels::names_outlet(source));
    let beside_date = || surroundings.before.iter().find_map(|line| labels::source_beside_date(line));
    // The most trusted first.
    let rules: [(&str, &dyn Fn() -> Option<Source>); 8] = [
        ("a label above the text", &|| printed(&surroundings.before)),
        ("the name beside the date above the text", &|| beside_date().map(|name| source(name, false))),
        ("the outlet below the time", &|| surroundings.outlet_below_time().map(|name| source(name, true))),
        ("metadata", &|| from_meta.map(|name| source(name.trim_start_matches("来源：").trim(), true))),
        ("an element marked as the source", &|| marked_source(dom, surroundings).map(|name| source(name, true))),
        ("a marked account above a button or the time", &|| {
            surroundings.marked_account(dom).map(|name| source(name, true))
        }),
        ("a label in the first or last lines of the text", &|| printed(&edges)),
        ("a label below the text", &|| printed(&surroundings.after)),
    ];
    let found = rules.iter().find_map(|(rule, find)| Some((*rule, find()?)));
    trace.record(|record| {
        for (rule, find) in rules {
            record.candidate("info_source", &find().unwrap_or_default().name, rule, None, "");
        }
        if let Some((rule, source)) = &found {
            record.choose("info_source", &source.name, format!("the most trusted place that names one: {rule}"));
        }
    });
    found.map(|(_, source)| source).unwrap_or_default()
}

/// Marks of elements that hold a source.
const SOURCE_MARKS: &[&str] = &["source"];

/// The outlet that stands between headline and content in an element which is marked to hold the source.
fn marked_source<'a>(dom: &FlatDom, surroundings: &Surroundings<'a>) -> Option<&'a str> {
    let is_marked = |line: &&RenderedLine| dom.is_marked(line.node, 2, SOURCE_MARKS);
    surroundings.between.iter().filter(is_marked).find_map(|line| labels::bare_source(&line.text))
}

/// Whether an outlet is the page's own site, by the site's name or the end of the page's title.
fn is_own_site(outlet: &str, meta: &Meta, site_name: &str) -> bool {
    outlet == site_name || meta.title.ends_with(outlet)
}

/// Marks of elements that hold a breadcrumb.
const BREADCRUMB_MARKS: &[&str] = &["crumb", "path", "location", "position", "weizhi", "dqwz", "where"];

fn section(dom: &FlatDom, page: &[RenderedLine], meta: &Meta, json_ld: &JsonLd, headline: &str) -> String {
    let breadcrumb = page.iter().find_map(|line| {
        let marked = || dom.is_marked(line.node, 4, BREADCRUMB_MARKS);
        let labelled = holds_any(&line.text, page_phrases::BREADCRUMB_LABELS);
        let parted = line.text.contains(['>', '»', '›', '＞', '/']);
        if line.characters() > MAX_BYLINE || !parted || !(labelled || marked()) {
            return None;
        }
        let mut parts = line.text.split(['>', '»', '›', '＞', '/']).map(str::trim).filter(|part| !part.is_empty());
        let first = parts.next()?;
        let last = parts.rfind(|part| {
            !page_phrases::BREADCRUMB_ENDS.contains(&normalize_line(part).as_str()) && *part != headline
        })?;
        (last != first && (2..=12).contains(&last.chars().count())).then(|| last.to_owned())
    });
    let from_meta =
        || meta.all(meta::SECTION).find(|section| section.chars().any(char::is_alphabetic)).map(str::to_owned);
    let from_ld = Some(json_ld.section.clone()).filter(|section| !section.is_empty());
    from_ld.or_else(from_meta).or(breadcrumb).unwrap_or_default()
}

fn keywords(meta: &Meta, json_ld: &JsonLd) -> Vec<String> {
    if !json_ld.keywords.is_empty() {
        return json_ld.keywords.clone();
    }
    meta.all(meta::KEYWORDS)
        .find(|keywords| keywords.chars().any(char::is_alphabetic))
        .map(str::to_owned)
        .into_iter()
        .collect()
}

fn canonical_url(meta: &Meta, url: Option<&PageUrl>) -> String {
    let declared = [meta.canonical_url.as_str(), meta.first(&["og:url"])];
    let declared = declared.into_iter().find(|declared| PageUrl::parse(declared).is_ok());
    declared.or(url.map(PageUrl::canonical)).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {

    use serde_json::Value;

    use super::labels::is_closing;
    use super::*;

    /// An invented page with what pages of Chinese sites have around an article.
    const PAGE: &str = r#"<!DOCTYPE html><html lang="zh-CN"><head><title>青石镇图书馆新馆开放_社会频道_青石网</title>
        <meta name="keywords" content="图书馆,青石镇"><meta name="publishdate" content="2021-09-01">
        <meta property="og:title" content="青石镇图书馆新馆开放"><link rel="canonical" href="https://news.example/a/1">
        <meta name="author" content="青石网"></head><body>
        <div class="nav"><a href="/">首页</a> <a href="/b">新闻</a></div>
        <div class="crumbs"><a href="/">青石网</a> &gt; <a href="/s">社会频道</a> &gt; 正文</div>
        <div id="main"><h1>青石镇图书馆新馆开放</h1>
        <div class="info"><span>2021-09-01 08:15:00</span> <span>来源：</span><a>青石晚报</a> <a class="share">分享到微信</a></div>
        <div class="article-content"><p>　　青石镇图书馆新馆九月一日起向居民开放。新馆共有四层，藏书十二万册，设有儿童阅览室和盲文阅览区。</p>
        <p>　　镇长林远舟在开馆仪式上说，图书馆是一个地方的客厅，谁都可以推门进来。施工队用了两年时间，把旧粮仓的砖墙保留下来。</p>
        <p>　　馆长何秋白介绍，开馆第一周办了六百多张借书证，最小的读者四岁，最年长的九十一岁。</p></div>
        <div class="editor">责任编辑：林小满_QS101</div></div>
        <div class="related"><h3>相关新闻</h3><ul><li><a href="/2">旧粮仓改造工程完工</a></li><li><a href="/3">盲人协会捐书</a></li></ul></div>
        <div class="footer">版权所有 青石网 京ICP备000000号</div></body></html>"#;

    fn page(html: &str) -> Page {
        extract(html, None, &mut ParseReport::default(), &mut Trace::off())
    }

    #[test]
    fn a_summary_below_the_headline_is_text() {
        let summary = "新馆在旧粮仓里，两年来施工队保留了所有的砖墙。";
        let info = "<div class=\"info\">";
        let Page { text, .. } = page(&PAGE.replace(info, &format!("<p class=\"lead\">{summary}</p>{info}")));
        assert_eq!(text.matches(summary).count(), 1, "{text}");
        let first = "　　青石镇图书馆新馆九月一日起向居民开放。";
        let Page { text, .. } = page(&PAGE.replace(info, &format!("<p class=\"lead\">{first}</p>{info}")));
        assert_eq!(text.matches(first.trim()).count(), 1, "{text}");
    }

    #[test]
    fn an_author_whom_the_page_calls_editor_is_none() {
        let by = |line: &str| {
            let named = PAGE.replace("name=\"author\" content=\"青石网\"", "name=\"author\" content=\"何秋白\"");
            let Metadata { authors, editors, .. } = page(&named.replace("责任编辑：林小满_QS101", line)).metadata;
            (authors, editors)
        };
        let none: Vec<String> = Vec::new();
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(by("责任编辑：林小满"), (owned(&["何秋白"]), owned(&["林小满"])));
        assert_eq!(by("责任编辑：何秋白"), (none.clone(), owned(&["何秋白"])));
        assert_eq!(by("編輯：何秋白 責任編輯：林小滿"), (none.clone(), owned(&["林小滿", "何秋白"])));
        assert_eq!(by("选稿：何秋白"), (none, owned(&["何秋白"])));
    }

    #[test]
    fn an_article_that_only_metadata_holds() {
        let text =
            "青石镇图书馆新馆九月一日起向居民开放，共有四层，藏书十二万册，设有儿童阅览室和盲文阅览区。".repeat(4);
        for script in [
            format!(
                "<script type='application/ld+json'>{{\"@type\": \"NewsArticle\", \"headline\": \"新馆开放\", \"articleBody\": \"{text}\"}}</script>"
            ),
            format!(
                "<script id=__NEXT_DATA__ type='application/json'>{{\"a\": {{\"title\": \"新馆开放\", \"content\": \"<p>{text}</p>\"}}}}</script>"
            ),
        ] {
            let Page { text: found, metadata, .. } =
                page(&format!("<title>新馆开放 - 青石网</title><div id=app></div>{script}"));
            assert_eq!(metadata.headline, "新馆开放");
            assert!(found.contains(&text), "{found}");
        }
    }

    #[test]
    fn marks_tell_source_and_time_that_no_label_does() {
        let bare = PAGE
            .replace("<meta name=\"publishdate\" content=\"2021-09-01\">", "")
            .replace("<span>2021-09-01 08:15:00</span> <span>来源：</span><a>青石晚报</a>", "")
            .replace(
                "<div class=\"info\">",
                "<div class=\"source-box\"><a>青石晚报</a><p>关注</p></div><div class=\"info\">",
            );
        let footer = "<div class=\"footer\">";
        let dated = bare.replace(footer, &format!("<p class=\"time\">2021-09-01 08:15:00</p>{footer}"));
        let Page { metadata, .. } = page(&dated);
        assert_eq!(metadata.info_source, "青石晚报");
        assert_eq!(metadata.publish_time, None);
        assert_eq!(metadata.likely_time.map(|time| time.time.to_string()).as_deref(), Some("2021-09-01T00:15:00Z"));
        let twice = dated.replace(footer, &format!("<p class=\"time\">2021-09-05 08:15:00</p>{footer}"));
        let Page { metadata, .. } = page(&twice);
        assert_eq!(metadata.likely_time, None, "other stories' times");
    }

    #[test]
    fn a_local_time_with_the_zone_of_utc() {
        let published = |content: &str| {
            let html = PAGE.replace("content=\"2021-09-01\"", &format!("content=\"{content}\""));
            page(&html).metadata.publish_time.map(|time| time.time.to_string()).unwrap_or_default()
        };
        assert_eq!(published("2021-09-01T08:15:00+00:00"), "2021-09-01T00:15:00Z", "the page prints 08:15");
        assert_eq!(published("2021-09-01T00:15:00+00:00"), "2021-09-01T00:15:00Z");
    }

    #[test]
    fn reads_what_stands_around_an_article() {
        let Page { text, metadata, outside, .. } = page(PAGE);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(metadata.headline, "青石镇图书馆新馆开放");
        assert_eq!(lines.first(), Some(&"青石镇图书馆新馆开放"));
        assert_eq!(metadata.info_source, "青石晚报");
        assert_eq!(metadata.editors, ["林小满"]);
        assert_eq!(metadata.authors, Vec::<String>::new());
        assert_eq!(metadata.section, "社会频道");
        assert_eq!(metadata.keywords, ["图书馆,青石镇"]);
        assert_eq!(metadata.canonical_url, "https://news.example/a/1");
        assert_eq!(metadata.publish_time.map(|time| time.time.to_string()).as_deref(), Some("2021-08-31T16:00:00Z"));
        assert!(text.contains("2021-09-01 08:15:00"));
        assert!(text.contains("最小的读者四岁"));
        for chrome in ["首页", "相关新闻", "盲人协会捐书", "版权所有"] {
            assert!(!text.contains(chrome), "{chrome} in {text}");
            let mut left_out = outside.above.iter().chain(&outside.below);
            assert!(left_out.any(|line| line.contains(chrome)), "{chrome} in {outside:?}");
        }
    }

    #[test]
    fn any_html_gives_a_page() {
        for html in ["", "<", "甲", "<p>", "<html></html>", "<!--", "<title>", "</p></p>", "<table><td>甲"] {
            page(html);
        }
        assert_eq!(page("甲<br>乙").text, "甲\n乙");
    }

    #[test]
    fn hostile_html_is_bounded() {
        let deep = "<div>".repeat(100_000);
        let many = format!("<p {}>甲", (0..100_000).map(|n| format!("a{n}=1 ")).collect::<String>());
        let bold: String = (0..300).map(|n| format!("<b id={n}>")).collect();
        for html in [deep, many, format!("{bold}{}", "<p>甲".repeat(100_000)), "<table>".repeat(50_000)] {
            let mut report = ParseReport::default();
            extract(&html, None, &mut report, &mut Trace::off());
            assert!(!report.warnings.is_empty());
        }
    }

    /// How real pages come out; the least that has to be reached is what was reached when this was written.
    #[test]
    fn real_pages() {
        let Some(data) = crate::test_data::folder() else { return };
        let truth = std::fs::read_to_string(data.join("html/TRUTH.jsonl")).expect("a readable list");
        let mut misses = Vec::new();
        for row in truth.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            let text_of = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default();
            let file = text_of("file");
            let html = std::fs::read_to_string(data.join(file)).unwrap_or_default();
            let Page { text, metadata, .. } = page(&html);
            let mut check = |what: &str, found: &str, expected: &str, right: bool| {
                if !expected.is_empty() && !right {
                    misses.push(format!("{file} {what}: {found} for {expected}"));
                }
            };
            let day = metadata.publish_time.map(|time| time.time.to_civil(jiff::tz::offset(8)).date().to_string());
            let day = day.unwrap_or_default();
            let title = text_of("title");
            check(
                "title",
                &metadata.headline,
                title,
                title.starts_with(&metadata.headline) && !metadata.headline.is_empty(),
            );
            let published = text_of("publish_time");
            let printed_day = published.get(..10).unwrap_or_default();
            let printed =
                text.contains(printed_day) || text.contains(&printed_day.replacen('-', "年", 1).replacen('-', "月", 1));
            check("day", &day, printed_day, day == printed_day || day.is_empty() && printed);
            check("source", &metadata.info_source, text_of("source"), metadata.info_source == text_of("source"));
            check("editor", &metadata.editors.join("、"), text_of("editor"), metadata.editors == [text_of("editor")]);
            let list = |key: &str| -> Vec<String> {
                let items = row.get(key).and_then(Value::as_array).into_iter().flatten();
                items.filter_map(Value::as_str).map(str::to_owned).collect()
            };
            let without_breaks: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            for piece in list("must_contain") {
                let found = without_breaks.contains(&piece.chars().filter(|c| !c.is_whitespace()).collect::<String>());
                check("lost", "", &piece, found);
            }
            for piece in list("must_not_contain") {
                // The lines around the content are for the next stages to judge.
                let in_content =
                    text.lines().any(|line| line.contains(&piece) && !is_closing(line) && line.chars().count() > 8);
                check("chrome", "", &piece, !in_content);
            }
            println!(
                "{file}: {} | {day} | {} | {:?} | {:?} | {} | {}",
                metadata.headline,
                metadata.info_source,
                metadata.authors,
                metadata.editors,
                metadata.section,
                metadata.keywords.join("+")
            );
            if std::env::var_os("SHOW").is_some() {
                for line in text.lines() {
                    println!("      {}", line.chars().take(70).collect::<String>());
                }
            }
        }
        for miss in &misses {
            println!("MISS {miss}");
        }
        assert!(misses.len() <= 2, "{misses:#?}");
    }
}
