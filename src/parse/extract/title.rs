//! Chooses the headline among the metadata's titles and the headings on the page.

use super::flat_dom::FlatDom;
use super::heading_rank::heading_rank;
use super::json_ld::JsonLd;
use super::labels::{self, is_byline};
use super::letters::letters;
use super::lines::RenderedLine;
use super::meta::{self, Meta};
use super::scoring::ScoredPage;
use super::time_formats::publish_time;
use super::title_above_text::above_text;
use crate::article::TimePrecision;
use crate::parse::explanation::Trace;
use crate::parse::lexicon::outlets;
use crate::parse::limits;
use crate::parse::normalized_line::holds_any;
use crate::text::is_han;

/// In characters. A shorter heading is the name of a section or site.
const MIN_HEADLINE: usize = 4;

/// In characters. Words in letters are longer than those in Han characters.
const MAX_HEADLINE: usize = 120;
const MAX_HEADLINE_IN_LETTERS: usize = 200;

/// In characters. A page's own line of this length is not the name of its site.
const MIN_PRINTED_TITLE: usize = 12;

/// A headline, and the text node that prints it.
pub(super) struct Headline {
    pub text: String,
    pub node: Option<usize>,
}

/// The titles that the metadata gives, most trusted first.
pub(super) fn of_metadata(meta: &Meta, json_ld: &JsonLd) -> Vec<String> {
    let all = [json_ld.headline.as_str()].into_iter().chain(meta.all(meta::TITLE)).chain([meta.title.as_str()]);
    // Some systems write their markup into the title: `新桥通车<div>——两岸居民不再绕行</div>`.
    let text = |title: &str| match title.contains("</") {
        true => dom_query::Document::fragment(title).text().to_string(),
        false => title.to_owned(),
    };
    let one_line = |title: &str| text(title).split_whitespace().collect::<Vec<_>>().join(" ");
    all.map(|title| limits::metadata(one_line(title))).filter(|title| !title.is_empty()).collect()
}

/// `titles` come from the metadata, most trusted first; `lines` are those of the whole page.
pub(super) fn headline(
    dom: &FlatDom,
    lines: &[RenderedLine],
    titles: &[String],
    site_name: &str,
    scored: &ScoredPage,
    trace: &mut Trace,
) -> Headline {
    let (headline, rule) = choose(dom, lines, titles, site_name, scored, trace);
    trace.record(|record| record.choose("headline", &headline.text, rule));
    headline
}

fn choose(
    dom: &FlatDom,
    lines: &[RenderedLine],
    titles: &[String],
    site_name: &str,
    scored: &ScoredPage,
    trace: &mut Trace,
) -> (Headline, &'static str) {
    let folded: Vec<String> = titles.iter().map(|title| letters(title)).filter(|title| !title.is_empty()).collect();
    // A heading on the page that a title contains is the title without the site's additions.
    let mut best: Option<(usize, Headline)> = None;
    let mut first_h1 = None;
    for line in lines {
        let characters = line.characters();
        let max = if line.text.contains(is_han) { MAX_HEADLINE } else { MAX_HEADLINE_IN_LETTERS };
        if !(MIN_HEADLINE..=max).contains(&characters) {
            continue;
        }
        let Some(rank) = heading_rank(dom, line.node) else { continue };
        if rank == 3 && first_h1.is_none() && line.text != site_name {
            first_h1 = Some(Headline { text: line.text.clone(), node: Some(line.node) });
        }
        let own = letters(&line.text);
        if own.is_empty() {
            continue;
        }
        let length = own.chars().count();
        // The title may begin with the heading, or with the site's name.
        let score = folded
            .iter()
            .filter_map(|title| {
                let at = title.find(&own)?;
                let share = length * 100 / title.chars().count();
                // A title may also begin with a section's or a place's name.
                (at == 0 && share >= 20 || share >= 40).then_some(length * 10 + rank + if at == 0 { 40 } else { 0 })
            })
            .max();
        trace.record(|record| {
            let verdict = if score.is_some() { "" } else { "no title of the metadata has it" };
            let origin = format!("line in {}", dom.shown(dom.parent(line.node)));
            record.candidate("headline", &line.text, origin, score.map(|score| score as f64), verdict);
        });
        if let Some(score) = score
            && best.as_ref().is_none_or(|(known, _)| score > *known)
        {
            best = Some((score, Headline { text: line.text.clone(), node: Some(line.node) }));
        }
    }
    // A heading for other purposes may print the whole title, with section and site.
    let before_bar = |headline: &Headline| {
        let (front, _) = headline.text.split_once(['|', '｜', '_'])?;
        let own = letters(front);
        let is_h1 = |line: &&RenderedLine| heading_rank(dom, line.node) == Some(3) && letters(&line.text) == own;
        let h1 = lines.iter().find(is_h1)?;
        Some(Headline { text: h1.text.clone(), node: Some(h1.node) })
    };
    if let Some((_, headline)) = best {
        let headline = before_bar(&headline).unwrap_or(headline);
        return (headline, "the heading that a title of the metadata has, with the best score");
    }
    // A page that prints a title with a bar in it as a line of its own shows that no site's name follows the bar.
    let whole = || {
        titles.iter().find_map(|title| {
            let own = letters(title);
            let is_printed = |line: &&RenderedLine| !line.is_linked() && letters(&line.text) == own;
            lines.iter().find(is_printed).filter(|_| title.contains(['|', '｜']))
        })
    };
    if let Some(line) = whole() {
        let headline = Headline { text: line.text.clone(), node: Some(line.node) };
        return (headline, "the title of the metadata, which a line of the page prints as a whole");
    }
    let stripped =
        titles.iter().map(|title| without_site(title, site_name)).find(|title| title.chars().count() >= MIN_HEADLINE);
    const OF_METADATA: &str = "the title of the metadata, without the names of section and site";
    const ABOVE_BYLINE: &str = "the heading above the byline";
    const ABOVE_TEXT: &str = "the line above the text, as the metadata has no title or only the site's name";
    match (stripped, first_h1) {
        // A title that is only the site's name carries no information.
        (Some(text), Some(h1)) if is_site(text, site_name) => (h1, "the first h1, as the title is the site's name"),
        (Some(text), None) if is_site(text, site_name) || is_root_of_path(lines, text) => {
            // A headline may have a word that sites have in their names.
            let title = printed(dom, lines, text);
            if title.node.is_some() && text.chars().count() >= MIN_PRINTED_TITLE {
                return (title, OF_METADATA);
            }
            let above_text = || of_text_above(dom, lines, scored, text).map(|heading| (heading, ABOVE_TEXT));
            above_byline(dom, lines)
                .map(|heading| (heading, ABOVE_BYLINE))
                .or_else(above_text)
                .unwrap_or((title, OF_METADATA))
        }
        // If the page does not print this title, it prints another one above the line that names its source.
        (Some(text), None) => {
            let title = printed(dom, lines, text);
            // The name of a section or a site is shorter than a headline.
            let says_more = |heading: &Headline| letters(&heading.text).chars().count() > letters(text).chars().count();
            let heading = || above_byline(dom, lines).filter(says_more);
            match title.node {
                Some(_) => (title, OF_METADATA),
                None => heading().map_or((title, OF_METADATA), |heading| (heading, ABOVE_BYLINE)),
            }
        }
        (Some(text), Some(_)) => (printed(dom, lines, text), OF_METADATA),
        (None, Some(h1)) => {
            // A linked h1 is the site's name.
            let is_site = lines.iter().any(|line| Some(line.node) == h1.node && line.is_linked());
            let other = if is_site { of_text_above(dom, lines, scored, &h1.text) } else { None };
            other.map_or((h1, "the first h1, as the metadata has no title"), |heading| (heading, ABOVE_TEXT))
        }
        (None, None) => line_above_byline(lines)
            .map(|line| (line, "the line above the time"))
            .or_else(|| of_text_above(dom, lines, scored, site_name).map(|heading| (heading, ABOVE_TEXT)))
            .unwrap_or((Headline { text: String::new(), node: None }, "")),
    }
}

fn of_text_above(dom: &FlatDom, lines: &[RenderedLine], scored: &ScoredPage, site: &str) -> Option<Headline> {
    above_text(dom, lines, scored, site).map(|(text, node)| Headline { text, node: Some(node) })
}

/// On a page without a title and without headings: the line directly above the line with the publish time.
fn line_above_byline(lines: &[RenderedLine]) -> Option<Headline> {
    /// In characters.
    const TITLE: std::ops::RangeInclusive<usize> = 8..=60;
    let is_dated = |line: &RenderedLine| {
        is_byline(&line.text) && publish_time(&line.text).is_some_and(|time| time.precision >= TimePrecision::Minute)
    };
    let at = lines.iter().position(is_dated)?;
    let line = lines.get(at.checked_sub(1)?)?;
    let is_title = TITLE.contains(&line.characters()) && !line.is_linked() && !line.text.ends_with(['。', '：', ':']);
    (is_title && !is_byline(&line.text)).then(|| Headline { text: line.text.clone(), node: Some(line.node) })
}

/// A title, and where the page prints it: unchanged, or without a short name after a dash.
fn printed(dom: &FlatDom, lines: &[RenderedLine], title: &str) -> Headline {
    /// In characters. Shorter ones are the names of sections.
    const MIN_PRINTED: usize = 8;
    let line_of = |text: &str| {
        let own = letters(text);
        lines.iter().find(|line| letters(&line.text) == own)
    };
    if let Some(line) = line_of(title) {
        return Headline { text: title.to_owned(), node: Some(line.node) };
    }
    // `青石博客 » 新桥今天正式通车`, `新桥今天正式通车(页 1) - 镇情`: a part that the page prints as a line of its own.
    if title.contains(['»', '›', '页']) {
        let parts = title.split(['»', '›', '(', '（']).map(|part| part.trim().trim_matches('-').trim());
        let is_title = |line: &RenderedLine| !line.is_linked() || heading_rank(dom, line.node).is_some();
        let part = parts.filter(|part| part.chars().count() >= MIN_PRINTED).find_map(|part| {
            let own = letters(part);
            lines.iter().find(|line| is_title(line) && letters(&line.text) == own)
        });
        if let Some(line) = part {
            return Headline { text: line.text.clone(), node: Some(line.node) };
        }
    }
    let parts = title.rsplit_once(['-', '－', '–', '—']);
    let without_name = parts.filter(|(head, name)| {
        let (head, name) = (head.trim().chars().count(), name.trim().chars().count());
        head >= MIN_PRINTED && name * 2 <= head
    });
    // `新桥今天正式通车 2014-04-30 14:49`.
    let with_time = |head: &str| {
        let is_printed = |line: &&RenderedLine| {
            let rest = line.text.strip_prefix(head).unwrap_or_default();
            !rest.is_empty()
                && rest.chars().all(|c| !c.is_alphabetic() || "年月日".contains(c))
                && publish_time(rest).is_some()
        };
        lines.iter().find(is_printed).map(|line| (line, head.to_owned()))
    };
    let named = without_name.and_then(|(head, _)| {
        let head = head.trim();
        line_of(head).map(|line| (line, line.text.clone())).or_else(|| with_time(head))
    });
    match named {
        Some((line, text)) => Headline { text, node: Some(line.node) },
        None => Headline { text: title.to_owned(), node: None },
    }
}

/// The heading directly above the line with the page's time or byline.
fn above_byline(dom: &FlatDom, lines: &[RenderedLine]) -> Option<Headline> {
    /// In lines.
    const NEAR: usize = 2;
    let is_heading = |line: &RenderedLine| {
        (MIN_HEADLINE..=MAX_HEADLINE).contains(&line.characters()) && heading_rank(dom, line.node).is_some()
    };
    let is_dated = |line: &RenderedLine| {
        is_byline(&line.text) && (publish_time(&line.text).is_some() || labels::source(&line.text, None).is_some())
    };
    let (_, heading) = lines
        .iter()
        .enumerate()
        .find(|(at, line)| is_heading(line) && !is_dated(line) && lines.iter().skip(at + 1).take(NEAR).any(is_dated))?;
    Some(Headline { text: heading.text.clone(), node: Some(heading.node) })
}

/// A title without the names of section and site.
pub(super) fn without_site<'a>(title: &'a str, site_name: &str) -> &'a str {
    let mut title = title.trim();
    // 标题_频道_网站 is a fixed pattern: a headline has no underscore.
    if let Some((head, _)) = title.split_once(['_', '|', '｜', '＿'])
        && head.trim().chars().count() >= MIN_HEADLINE
    {
        title = head.trim();
    }
    loop {
        let cut = title.char_indices().rev().find(|(_, c)| "-－–—".contains(*c));
        let Some((at, dash)) = cut else { return title };
        let head = title.get(..at).unwrap_or_default().trim_end_matches(['-', '－', '–', '—']).trim();
        let tail = title.get(at + dash.len_utf8()..).unwrap_or_default().trim();
        if head.chars().count() < MIN_HEADLINE || !is_site(tail, site_name) {
            return title;
        }
        title = head;
    }
}

fn is_site(text: &str, site_name: &str) -> bool {
    let short = text.chars().count() <= 24;
    (!site_name.is_empty() && (text == site_name || site_name.contains(text)))
        || short && holds_any(text, outlets::SITE_WORDS)
        // A page number, `D190424`.
        || short && !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric()) && text.contains(|c: char| c.is_ascii_digit())
}

/// Whether the page prints the text as the first part of its path: `青石娱乐 > 明星话题`.
fn is_root_of_path(lines: &[RenderedLine], text: &str) -> bool {
    lines
        .iter()
        .any(|line| line.text.strip_prefix(text).is_some_and(|rest| rest.trim_start().starts_with(['>', '»', '›'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn site_names_are_stripped_from_titles() {
        let check = |title: &str, expected: &str| assert_eq!(without_site(title, "青石"), expected, "{title}");
        check("图书馆新馆开放_社会频道_青石网", "图书馆新馆开放");
        check("图书馆新馆开放-青石网", "图书馆新馆开放");
        check(" 图书馆新馆开放 - 港聞 - 青石 - D190424 ", "图书馆新馆开放");
        check("图书馆新馆开放|图书馆_青石财经", "图书馆新馆开放");
        check("新馆开放——青石镇的客厅", "新馆开放——青石镇的客厅");
        check("A-1战机亮相航展", "A-1战机亮相航展");
        check("Greystone opens library - Greystone News", "Greystone opens library");
        check("", "");
    }

    #[test]
    fn titles_have_no_markup() {
        let html =
            "<meta name='ArticleTitle' content='图书馆新馆开放<div>——青石镇的客厅</div>'><title>图书馆 a < b</title>";
        let meta = Meta::of(&dom_query::Document::from(html));
        assert_eq!(of_metadata(&meta, &JsonLd::default()), ["图书馆新馆开放——青石镇的客厅", "图书馆 a < b"]);
    }

    #[test]
    fn printed_headline_wins_over_the_title() {
        let check = |html: &str, titles: &[&str], expected: &str| {
            let dom = FlatDom::of(&dom_query::Document::from(html));
            let lines = super::super::lines::lines(&dom, 0);
            let titles: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
            assert_eq!(
                headline(&dom, &lines, &titles, "", &ScoredPage::of(&dom, &lines), &mut Trace::off()).text,
                expected,
                "{html}"
            );
        };
        let page = "<h4>镇情简介</h4><p>青石镇在河边。</p><h5>新桥今天正式通车</h5><p>发布时间：2021-09-01 来源：青石镇</p><p>正文</p>";
        check(page, &["新闻动态--青石镇官网"], "新桥今天正式通车");
        let unnamed = "<div class=doc-title>新桥今天正式通车</div><div><span>来源：青石日报</span></div><p>正文</p>";
        check(unnamed, &["青石镇-信息公开"], "新桥今天正式通车");
        check("<p>青石镇新桥管理办法</p><p>第一条</p>", &["青石镇新桥管理办法-桥梁"], "青石镇新桥管理办法");
        let bare = "<p>推荐</p><p>新桥今天正式通车</p><p>http://news.example/ 2005-07-18 13:03:17</p><p>正文</p>";
        check(bare, &[], "新桥今天正式通车");
        let blog = "<p>首页</p><p>新桥今天正式通车</p><p>正文</p>";
        check(blog, &["青石博客 » 新桥今天正式通车"], "新桥今天正式通车");
        check(blog, &["新桥今天正式通车(页 1) - 镇情 - 青石论坛 - powered by Board"], "新桥今天正式通车");
        let like_site =
            format!("<p>首页</p><p>青石镇十大科技新闻今天揭晓</p><p>{}</p>", "新桥通车，全长三百米。".repeat(4));
        check(&like_site, &["青石镇十大科技新闻今天揭晓"], "青石镇十大科技新闻今天揭晓");
        let timed = "<p>新桥今天正式通车 2014-04-30 14:49</p><p>正文</p>";
        check(timed, &["新桥今天正式通车 - 桥梁专题"], "新桥今天正式通车");
        let both = "<h1>新桥今天正式通车</h1><h2>新桥今天正式通车 | 镇情 | 青石网</h2><p>正文</p>";
        check(both, &["新桥今天正式通车 | 镇情 | 青石网"], "新桥今天正式通车");
        let barred = "<div class=tit2>镇长这一周 | 新桥今天通车</div><p>正文</p>";
        check(barred, &["镇长这一周 | 新桥今天通车"], "镇长这一周 | 新桥今天通车");
        check("<p>青石镇</p><p>正文</p>", &["青石镇-新桥今天通车"], "青石镇-新桥今天通车");
    }
}
