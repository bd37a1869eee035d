//! Drops lines inside the chosen content that are not text of the article, by position and markup: captions in marked
//! elements, lines above the headline, repeated slots, and leading and trailing lines that the article's text in the
//! metadata does not contain.
//!
//! Owns the evidence of position and markup. Does not look at words: `blocks` does.

mod links;

use std::collections::{HashMap, HashSet};

use super::counted_lists;
use super::flat_dom::FlatDom;
use super::labels::{is_byline, is_closing};
use super::letters::letters;
use super::lines::{RenderedLine, is_block};
use super::page_positions::page_positions;
use super::widgets::has_word;
use crate::parse::explanation::Trace;
use crate::text::is_han;

/// The content without these lines. `article_body` and `authors` are those of the metadata, or empty.
pub(super) fn trim(
    content: Vec<String>,
    dom: &FlatDom,
    page: &[RenderedLine],
    headline_node: Option<usize>,
    article_body: &str,
    authors: &[String],
    trace: &mut Trace,
) -> Vec<String> {
    let places = page_positions(&content, page);
    let headline_at = headline_node.and_then(|node| page.iter().position(|line| line.node == node));
    let mut lines: Vec<ContentLine> =
        content.into_iter().zip(places).map(|(text, place)| ContentLine { text, place, kept: true }).collect();
    let mut note = |lines: &[ContentLine], rule: &'static str| {
        trace.record(|record| lines.iter().filter(|line| !line.kept).for_each(|line| record.dropped(&line.text, rule)));
    };
    drop_boxes(&mut lines, dom, page);
    note(&lines, "a box within the content");
    drop_pull_quotes(&mut lines, dom, page);
    note(&lines, "a quotation that repeats the text");
    drop_comments(&mut lines, dom, page);
    note(&lines, "a section of comments");
    drop_counted_list(&mut lines);
    note(&lines, "a list with counters above the text");
    drop_captions(&mut lines, dom, page);
    note(&lines, "a caption by its marks");
    drop_marked_byline(&mut lines, dom, page, authors);
    note(&lines, "a byline by its marks, or an author's name");
    drop_stamps(&mut lines, dom, page);
    note(&lines, "the time of an entry among several");
    drop_above_headline(&mut lines, headline_at);
    note(&lines, "above the headline");
    drop_repeated(&mut lines, dom, page);
    note(&lines, "a slot that the page repeats");
    drop_beyond(&mut lines, article_body);
    note(&lines, "beyond the article body of the metadata");
    links::drop_references(&mut lines, page);
    links::drop_linked_items(&mut lines, dom, page);
    links::drop_linked_paragraphs(&mut lines, dom, page);
    note(&lines, "a link to another story");
    drop_biographies(&mut lines, dom, page);
    note(&lines, "who the author is, below the text");
    drop_below_containers(&mut lines, dom, page);
    note(&lines, "a label below the elements that hold the text");
    links::drop_links_at_edges(&mut lines, page);
    note(&lines, "a link at the edge of the content");
    lines.into_iter().filter(|line| line.kept).map(|line| line.text).collect()
}

struct ContentLine {
    text: String,
    /// Index on the page.
    place: Option<usize>,
    kept: bool,
}

impl ContentLine {
    fn on_page<'p>(&self, page: &'p [RenderedLine]) -> Option<&'p RenderedLine> {
        page.get(self.place?)
    }

    fn characters(&self) -> usize {
        self.text.chars().count()
    }

    fn is_sentence(&self) -> bool {
        let end = self.text.trim_end_matches(['”', '」', '』', '"', '’', '\'', ')', '）', ']', '】']);
        end.ends_with(['。', '！', '？', '.', '!', '?', '…', '：', ':', '；', ';', '།', '؟', '۔'])
    }
}

/// Class name parts of boxes inside a text: offers, other stories, author biographies, embedded posts.
const BOX_MARKS: &[&str] = &[
    "newsletter",
    "paywall",
    "subscri",
    "sign-up",
    "signup",
    "related",
    "recommend",
    "read-more",
    "readmore",
    "author-bio",
    "about-author",
    "author-box",
    "twitter-tweet",
    "instagram-media",
    "disclaimer",
    "sign-in",
    "signin",
    "playbutton",
    "play-button",
];

/// Only as whole words: their letters also occur inside other words.
const BOX_WORDS: &[&str] =
    &["promo", "promos", "commercial", "sponsored", "alert", "layer", "popup", "modal", "tooltip", "toast", "factbox"];

/// Drops the lines of boxes. A container of the whole article may have such a class too, so an element only counts as a
/// box if it contains little of the content.
fn drop_boxes(lines: &mut [ContentLine], dom: &FlatDom, page: &[RenderedLine]) {
    /// A box contains less than one part in this many of the content.
    const MAX_SHARE: usize = 4;
    let above = |line: &ContentLine| -> Vec<usize> {
        let node = line.on_page(page).map(|line| line.node);
        node.into_iter().flat_map(|node| dom.self_and_ancestors(dom.parent(node))).collect()
    };
    let is_box = |index: &usize| {
        let marks = dom.marks(*index);
        matches!(dom.name(*index), "aside" | "form" | "label")
            || BOX_MARKS.iter().any(|mark| marks.contains(mark))
            || has_word(marks, BOX_WORDS)
    };
    let boxes: Vec<Vec<usize>> = lines.iter().map(|line| above(line).into_iter().filter(is_box).collect()).collect();
    let mut held: HashMap<usize, usize> = HashMap::new();
    for (line, boxes) in lines.iter().zip(&boxes) {
        for index in boxes {
            *held.entry(*index).or_default() += line.characters();
        }
    }
    let all: usize = lines.iter().map(ContentLine::characters).sum();
    for (line, boxes) in lines.iter_mut().zip(boxes) {
        line.kept &= !boxes.iter().any(|index| held.get(index).is_some_and(|held| held * MAX_SHARE < all));
    }
}

/// Class name parts of elements that repeat a sentence of the text in large letters.
const PULL_QUOTE_MARKS: &[&str] = &["pullquote", "pull-quote", "pull_quote"];

/// Drops the sentences that a page repeats in large letters. Sites give quotations of others that class too.
fn drop_pull_quotes(lines: &mut [ContentLine], dom: &FlatDom, page: &[RenderedLine]) {
    let is_marked =
        |line: &ContentLine| line.on_page(page).is_some_and(|line| dom.is_marked(line.node, LEVELS, PULL_QUOTE_MARKS));
    let marked: Vec<bool> = lines.iter().map(is_marked).collect();
    if !marked.contains(&true) {
        return;
    }
    let text: String =
        lines.iter().zip(&marked).filter(|(_, marked)| !**marked).map(|(line, _)| letters(&line.text)).collect();
    for (line, is_marked) in lines.iter_mut().zip(marked) {
        line.kept &= !is_marked || !text.contains(&letters(&line.text));
    }
}

/// Parts of the class and id of elements that hold readers' comments and the form and rules for them.
const COMMENT_MARKS: &[&str] =
    &["comment", "disqus", "discuss", "pinglun", "liuyan", "messageboard", "message-board", "guestbook", "chargewall"];

/// Drops comments and their rules below the text. They may be longer than the article.
fn drop_comments(lines: &mut [ContentLine], dom: &FlatDom, page: &[RenderedLine]) {
    /// In characters: the least text of an article above its comments.
    const MIN_ABOVE: usize = 60;
    let is_comment = |line: &ContentLine| {
        let node = line.on_page(page).map(|line| line.node);
        let mut above = node.into_iter().flat_map(|node| dom.self_and_ancestors(dom.parent(node)));
        above.any(|index| dom.name(index) != "body" && COMMENT_MARKS.iter().any(|mark| dom.marks(index).contains(mark)))
    };
    let marked: Vec<bool> = lines.iter().map(is_comment).collect();
    let Some(last) = marked.iter().rposition(|is_comment| !is_comment) else { return };
    let above = lines.get(..=last).unwrap_or_default().iter().zip(&marked);
    let text: usize = above.filter(|(line, marked)| !**marked && line.kept).map(|(line, _)| line.characters()).sum();
    if text >= MIN_ABOVE {
        lines.iter_mut().skip(last + 1).for_each(|line| line.kept = false);
    }
}

/// Drops the entries of a player's list above the text.
fn drop_counted_list(lines: &mut [ContentLine]) {
    let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    let Some((first, last)) = counted_lists::list_above_text(&texts) else { return };
    for line in lines.iter_mut().take(last + 1).skip(first) {
        line.kept &= line.is_sentence();
    }
}

/// Class name parts of elements that contain the author or the publish time.
const BYLINE_MARKS: &[&str] =
    &["byline", "author", "timestamp", "publish", "date", "time", "read-time", "article-meta"];

/// Drops lines before the first sentence that are marked as a byline but contain none of its facts: `Follow`,
/// `Sports Editor`. Lines with Han characters are left to the byline rules.
fn drop_marked_byline(lines: &mut [ContentLine], dom: &FlatDom, page: &[RenderedLine], authors: &[String]) {
    let is_author = |line: &ContentLine| authors.iter().any(|author| letters(author) == letters(&line.text));
    let is_marked = |line: &ContentLine| {
        let is_read = || line.text.contains(|c: char| c.is_ascii_digit() || is_han(c)) || is_byline(&line.text);
        line.on_page(page).is_some_and(|line| dom.is_marked(line.node, 2, BYLINE_MARKS)) && !is_read()
    };
    let head = lines.iter().take_while(|line| !line.is_sentence()).count();
    if head < lines.len() {
        let dropped = lines.iter_mut().take(head).filter(|line| is_marked(line) || is_author(line));
        dropped.for_each(|line| line.kept = false);
    }
}

/// Drops the lines with the time and the author of the entries of a live report: `20:42 KEY EVENT`, in elements with one class.
fn drop_stamps(lines: &mut [ContentLine], dom: &FlatDom, page: &[RenderedLine]) {
    /// In characters.
    const MAX_STAMP: usize = 60;
    const MIN_ENTRIES: usize = 3;
    let class = |line: &ContentLine| {
        if line.characters() > MAX_STAMP || line.is_sentence() || !has_clock(&line.text) {
            return None;
        }
        let node = line.on_page(page)?.node;
        let block = dom.self_and_ancestors(dom.parent(node)).find(|index| is_block(dom.name(*index)))?;
        let marks = dom.marks(block).trim();
        (!marks.is_empty() && !matches!(dom.name(block), "li" | "tr" | "td")).then(|| marks.to_owned())
    };
    let classes: Vec<Option<String>> = lines.iter().map(class).collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for class in classes.iter().flatten() {
        *counts.entry(class).or_default() += 1;
    }
    let repeats = |class: &Option<String>| {
        class.as_deref().is_some_and(|class| counts.get(class).is_some_and(|count| *count >= MIN_ENTRIES))
    };
    for (line, class) in lines.iter_mut().zip(&classes) {
        line.kept &= !repeats(class);
    }
}

/// Whether a line has a time of day: `20:42`.
fn has_clock(text: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit();
    text.match_indices(':').any(|(at, _)| {
        let hour = text.get(..at).is_some_and(|before| before.ends_with(is_digit));
        let minute: Vec<char> = text.get(at + 1..).unwrap_or_default().chars().take(2).collect();
        hour && minute.len() == 2 && minute.into_iter().all(is_digit)
    })
}

/// Class name parts of elements that contain a picture's caption or credit.
const CAPTION_MARKS: &[&str] = &["caption", "credit"];

/// Number of ancestors to check.
const LEVELS: usize = 4;

/// Drops captions if the article has other text. The text of a gallery is its captions.
fn drop_captions(lines: &mut [ContentLine], dom: &FlatDom, page: &[RenderedLine]) {
    /// In characters.
    const MAX_CREDIT: usize = 60;
    let is_caption = |line: &ContentLine| {
        let Some(found) = line.on_page(page) else { return false };
        let mut above = dom.self_and_ancestors(dom.parent(found.node)).take(LEVELS);
        above.any(|index| {
            dom.name(index) == "figcaption"
                // `图像来源，青石社`, beside the caption's own element.
                || dom.name(index) == "figure" && !line.is_sentence() && line.characters() <= MAX_CREDIT
                || dom.name(index) != "body" && CAPTION_MARKS.iter().any(|mark| dom.marks(index).contains(mark))
        })
    };
    let captions: Vec<bool> = lines.iter().map(is_caption).collect();
    let count = |wanted: bool| {
        let sentences = lines.iter().zip(&captions).filter(|(line, caption)| **caption == wanted && line.is_sentence());
        sentences.map(|(line, _)| line.characters()).sum::<usize>()
    };
    /// In characters: the minimum text of an article with pictures.
    const MIN_TEXT: usize = 150;
    let text = count(false);
    if text < MIN_TEXT || text < 2 * count(true) {
        return;
    }
    for (line, is_caption) in lines.iter_mut().zip(captions) {
        line.kept &= !is_caption;
    }
}

/// Drops the lines before the headline: breadcrumbs, the section, a label of the page's type.
fn drop_above_headline(lines: &mut [ContentLine], headline_at: Option<usize>) {
    let Some(headline_at) = headline_at else { return };
    let is_above = |line: &ContentLine| line.place.is_some_and(|at| at < headline_at);
    let above = lines.iter().take_while(|line| is_above(line) && !line.is_sentence()).count();
    // Some pages print the headline again below the text.
    if lines.get(above).is_some_and(|line| !is_above(line)) {
        lines.iter_mut().take(above).for_each(|line| line.kept = false);
    }
}

/// Drops lines that the page repeats between paragraphs: advertisement slots, prompts. Short lines also repeat in
/// quoted speech.
fn drop_repeated(lines: &mut [ContentLine], dom: &FlatDom, page: &[RenderedLine]) {
    /// In letters.
    const MIN_SLOT: usize = 8;
    let is_heading_or_code = |line: &ContentLine| {
        let node = line.on_page(page).map(|line| line.node);
        let mut above = node.into_iter().flat_map(|node| dom.self_and_ancestors(dom.parent(node)));
        above.any(|index| matches!(dom.name(index), "pre" | "code" | "table" | "li" | "h2" | "h3" | "h4" | "h5"))
    };
    let key = |line: &ContentLine| {
        if line.is_sentence() || is_heading_or_code(line) {
            return None;
        }
        let own = letters(&line.text);
        (MIN_SLOT..=80).contains(&own.chars().count()).then_some(own)
    };
    let keys: Vec<Option<String>> = lines.iter().map(key).collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for own in keys.iter().flatten() {
        *counts.entry(own).or_default() += 1;
    }
    let is_repeated =
        |own: &Option<String>| own.as_deref().is_some_and(|own| counts.get(own).is_some_and(|count| *count > 1));
    // If most of the text repeats, it is the article.
    let repeated: usize =
        lines.iter().zip(&keys).filter(|(_, own)| is_repeated(own)).map(|(line, _)| line.characters()).sum();
    let all: usize = lines.iter().map(ContentLine::characters).sum();
    if repeated * 2 > all {
        return;
    }
    for (line, own) in lines.iter_mut().zip(&keys) {
        line.kept &= !is_repeated(own);
    }
}

/// Words in the class of elements that hold who the author is.
const BIOGRAPHY_WORDS: &[&str] = &["author", "contributor", "bio"];

/// Drops the lines below the text that stand in an element of the author.
fn drop_biographies(lines: &mut [ContentLine], dom: &FlatDom, page: &[RenderedLine]) {
    let is_biography = |line: &ContentLine| {
        let Some(found) = line.on_page(page) else { return false };
        let mut above = dom.self_and_ancestors(dom.parent(found.node)).take(LEVELS);
        let is_credit = is_byline(&line.text) || is_closing(&line.text);
        let is_own = |index: usize| {
            !matches!(dom.name(index), "body" | "article") && has_word(dom.marks(index), BIOGRAPHY_WORDS)
        };
        !is_credit && above.any(is_own)
    };
    let below = lines.iter().rev().take_while(|line| is_biography(line)).count();
    let text = lines.len() - below;
    let held = |part: &[ContentLine]| part.iter().map(ContentLine::characters).sum::<usize>();
    let Some((above, biography)) = lines.split_at_checked(text) else { return };
    if held(above) > 2 * held(biography) {
        lines.iter_mut().skip(text).for_each(|line| line.kept = false);
    }
}

/// Maximum amount of text to search for the lines, in bytes. Real articles have about 100 lines and 10 kB.
const MAX_SEARCHED_BYTES: usize = 64 << 20;

/// In letters. This much of a line's start and end is enough to recognize it in another text.
const SAMPLE: usize = 20;

/// Drops the lines before the first and after the last line that the article's text in the metadata also contains, if
/// that text is the same and complete.
fn drop_beyond(lines: &mut [ContentLine], article_body: &str) {
    let body = letters(article_body);
    let searched_bytes = body.len().saturating_mul(lines.len());
    if body.chars().count() < 10 * SAMPLE || searched_bytes > MAX_SEARCHED_BYTES {
        return;
    }
    let sample = |own: &str| own.chars().take(SAMPLE).collect::<String>();
    let own: Vec<String> = lines.iter().map(|line| letters(&line.text)).collect();
    let known: Vec<bool> = own.iter().map(|own| !own.is_empty() && body.contains(&sample(own))).collect();
    let length = |wanted: bool| {
        own.iter().zip(&known).filter(|(_, known)| **known == wanted).map(|(own, _)| own.chars().count()).sum::<usize>()
    };
    // The page's words differ from the metadata's: that text is a summary, or another article.
    if length(true) < 2 * length(false) {
        return;
    }
    let long = |at: &usize| own.get(*at).is_some_and(|own| own.chars().count() >= SAMPLE);
    let known_lines = || (0..known.len()).filter(|at| known.get(*at).copied().unwrap_or_default()).filter(long);
    let (Some(first), Some(last)) = (known_lines().next(), known_lines().next_back()) else { return };
    let start = sample(&body);
    let end: String = body.chars().rev().take(SAMPLE).collect::<Vec<_>>().into_iter().rev().collect();
    let begins = own.get(first).is_some_and(|own| own.contains(&start));
    let ends = own.get(last).is_some_and(|own| own.contains(&end));
    for (at, line) in lines.iter_mut().enumerate() {
        line.kept &= !(begins && at < first && !line.is_sentence() || ends && at > last);
    }
}

/// Drops the labels below the text that stand in none of the elements that hold its paragraphs: the headings of lists whose links
/// are gone, a pager, the site's name. A heading at the end heads nothing.
fn drop_below_containers(lines: &mut [ContentLine], dom: &FlatDom, page: &[RenderedLine]) {
    /// In characters. Shorter paragraphs occur in lists of other stories too.
    const MIN_PARAGRAPH: usize = 30;
    const MAX_LABEL: usize = 24;
    let block = |line: &ContentLine| {
        let node = line.on_page(page)?.node;
        dom.self_and_ancestors(dom.parent(node)).find(|index| is_block(dom.name(*index)))
    };
    let is_paragraph = |line: &ContentLine| line.characters() >= MIN_PARAGRAPH && line.is_sentence();
    let containers: HashSet<usize> =
        lines.iter().filter(|line| is_paragraph(line)).filter_map(block).map(|block| dom.parent(block)).collect();
    let text: usize = lines.iter().filter(|line| is_paragraph(line)).map(ContentLine::characters).sum();
    let all: usize = lines.iter().map(ContentLine::characters).sum();
    if containers.is_empty() || containers.contains(&0) || text * 2 < all {
        return;
    }
    let is_inside = |line: &ContentLine| {
        block(line).is_none_or(|block| dom.self_and_ancestors(block).any(|index| containers.contains(&index)))
    };
    let Some(last) = lines.iter().rposition(is_inside) else { return };
    let is_credit = |line: &ContentLine| is_byline(&line.text) || is_closing(&line.text);
    let is_label = |line: &ContentLine| line.characters() <= MAX_LABEL && !line.is_sentence() && !is_credit(line);
    for line in lines.iter_mut().skip(last + 1).filter(|line| is_label(line)) {
        line.kept = false;
    }
    let is_heading =
        |line: &ContentLine| block(line).is_some_and(|block| matches!(dom.name(block), "h2" | "h3" | "h4" | "h5"));
    let ends = lines.iter().rposition(|line| line.kept);
    if let Some(line) = ends.filter(|end| *end > 0).and_then(|end| lines.get_mut(end))
        && is_label(line)
        && is_heading(line)
    {
        line.kept = false;
    }
}

#[cfg(test)]
mod tests {
    use dom_query::Document;

    use super::super::lines::lines;
    use super::*;

    const TEXT: &str = "青石镇图书馆新馆九月一日起向居民开放，共有四层，藏书十二万册，设有儿童阅览室和盲文阅览区。";

    /// Checks the lines that are left of a page's body.
    fn check(html: &str, article_body: &str, expected: &[&str]) {
        let dom = FlatDom::of(&Document::from(html));
        let page = lines(&dom, 0);
        let content = page.iter().map(|line| line.text.clone()).filter(|line| line != "新馆开放").collect();
        let headline = page.iter().find(|line| line.text == "新馆开放").map(|line| line.node);
        assert_eq!(
            trim(content, &dom, &page, headline, article_body, &["Ada Lane".to_owned()], &mut Trace::off()),
            expected,
            "{html}"
        );
    }

    #[test]
    fn captions_are_dropped_except_in_galleries() {
        let text = TEXT.repeat(4);
        let figure = "<figure><img><figcaption>新馆的大厅。林远舟摄</figcaption></figure>";
        check(&format!("<h1>新馆开放</h1>{figure}<p>{text}</p>"), "", &[&text]);
        let credit = "<figure><div><img><i>图像来源，青石社</i></div></figure>";
        check(&format!("<h1>新馆开放</h1>{credit}<p>{text}</p>"), "", &[&text]);
        check(&format!("<h1>新馆开放</h1><p>{text}</p><p class='pic__credit'>青石社</p>"), "", &[&text]);
        check(
            &format!("<h1>新馆开放</h1>{figure}<p>新馆今天开放。</p>"),
            "",
            &["新馆的大厅。林远舟摄", "新馆今天开放。"],
        );
    }

    #[test]
    fn lines_above_the_headline_and_repeated_slots_are_dropped() {
        check(&format!("<i>社会</i><h1>新馆开放</h1><p>{TEXT}</p>"), "", &[TEXT]);
        let slot = "<div>Advertisement · Scroll</div>";
        check(&format!("<h1>新馆开放</h1><p>{TEXT}</p>{slot}<p>馆长说：</p>{slot}"), "", &[TEXT, "馆长说："]);
        check("<h1>新馆开放</h1><p>记者</p><p>好。</p><p>记者</p>", "", &["记者", "好。", "记者"]);
    }

    #[test]
    fn boxes_are_dropped_unless_they_contain_most_of_the_content() {
        let text = TEXT.repeat(4);
        let page =
            |class: &str| format!("<h1>新馆开放</h1><p>{text}</p><div class={class}><p>{TEXT}</p></div><p>{text}</p>");
        check(&page("c-newsletter"), "", &[&text, &text]);
        check(&page("part"), "", &[&text, TEXT, &text]);
        check(&format!("<h1>新馆开放</h1><div class=paywall><p>{text}</p></div>"), "", &[&text]);
        check(&format!("<h1>新馆开放</h1><p class=c-byline>Follow</p><p>{text}</p>"), "", &[&text]);
    }

    #[test]
    fn references_between_the_paragraphs() {
        let page = |reference: &str| format!("<h1>新馆开放</h1><p>{TEXT}</p><p>{reference}</p><p>{TEXT}馆长说。</p>");
        let last = format!("{TEXT}馆长说。");
        check(&page("延伸阅读：<a>旧粮仓改造工程今天完工</a>"), "", &[TEXT, &last]);
        check(&page("<a>延伸閱讀／旧粮仓改造工程今天完工</a>"), "", &[TEXT, &last]);
        check(&page("延伸阅读：旧粮仓的故事"), "", &[TEXT, "延伸阅读：旧粮仓的故事", &last]);
    }

    #[test]
    fn titles_of_other_stories_within_the_text() {
        let text = TEXT.repeat(2);
        let page = |between: &str| format!("<h1>新馆开放</h1><p>{text}</p>{between}<p>{text}馆长说。</p>");
        let last = format!("{text}馆长说。");
        let only_text = [text.as_str(), &last];
        let list = "<ul><li><a>Can the old granary be saved?</a></li><li><a>旧粮仓改造工程今天已经完工</a></li></ul>";
        check(&page(list), "", &only_text);
        check(&page("<p><a><b>旧粮仓改造工程今天完工了吗？</b></a></p>"), "", &only_text);
        let mixed = "<p>旧粮仓<a>改造工程今天已经完工</a></p>";
        check(&page(mixed), "", &[&text, "旧粮仓改造工程今天已经完工", &last]);
    }

    #[test]
    fn pull_quotes() {
        let text = TEXT.repeat(2);
        let page = |quote: &str| {
            format!("<h1>新馆开放</h1><p>{text}</p><div class=c-pullquote><p>{quote}</p></div><p>{text}</p>")
        };
        check(&page(TEXT), "", &[&text, &text]);
        check(&page("馆长说：“推门进来就是客厅。”"), "", &[&text, "馆长说：“推门进来就是客厅。”", &text]);
    }

    #[test]
    fn entries_of_a_live_report() {
        let text = TEXT.repeat(2);
        let entry = |time: &str| format!("<div class=entry-info><i>{time}</i>Ada Reed</div><p>{text}</p>");
        let stamped = |times: &[&str]| times.iter().map(|time| entry(time)).collect::<String>();
        check(&format!("<h1>新馆开放</h1>{}", stamped(&["08:15", "09:30", "11:02"])), "", &[&text, &text, &text]);
        let lines = ["08:15Ada Reed", &text, "09:30Ada Reed", &text];
        check(&format!("<h1>新馆开放</h1>{}", stamped(&["08:15", "09:30"])), "", &lines);
    }

    #[test]
    fn who_the_author_is() {
        let text = TEXT.repeat(3);
        let page = |class: &str| {
            format!("<h1>新馆开放</h1><i>Ada Lane</i><p>{text}</p><div class={class}><p>{TEXT}</p></div>")
        };
        check(&page("post-author"), "", &[&text]);
        check(&page("part"), "", &[&text, TEXT]);
    }

    #[test]
    fn comments_below_the_text() {
        let rules = "<section class=comments><h4>发表意见</h4><li>请不要刊登与主题无关的内容。</li></section>";
        check(&format!("<h1>新馆开放</h1><p>{TEXT}{TEXT}</p>{rules}"), "", &[&TEXT.repeat(2)]);
        check(&format!("<div class=has-comments><h1>新馆开放</h1><p>{TEXT}</p><p>{TEXT}</p></div>"), "", &[TEXT, TEXT]);
    }

    #[test]
    fn labels_below_the_elements_of_the_text() {
        let page = |below: &str| format!("<h1>新馆开放</h1><div><p>{TEXT}</p><p>{TEXT}馆长说。</p></div>{below}");
        let last = format!("{TEXT}馆长说。");
        check(&page("<td>第1页/共1页</td><b>城市资讯</b>"), "", &[TEXT, &last]);
        check(&page("<section><p>责任编辑：何秋白</p></section>"), "", &[TEXT, &last, "责任编辑：何秋白"]);
        check(&page("<section><p>新馆明天闭馆。</p></section>"), "", &[TEXT, &last, "新馆明天闭馆。"]);
        check(&format!("<h1>新馆开放</h1><div><p>{TEXT}</p><p>——馆长</p></div>"), "", &[TEXT, "——馆长"]);
        check(&format!("<h1>新馆开放</h1><div><p>{TEXT}</p><h4>相关日志</h4></div>"), "", &[TEXT]);
    }

    #[test]
    fn links_on_their_own_line_at_the_edges_are_dropped() {
        let page = |below: &str| format!("<h1>新馆开放</h1><p><a>点这里看直播</a></p><p>{TEXT}</p>{below}");
        check(&page("<p><a>返回首页，查看更多</a></p>"), "", &[TEXT]);
        check(&page("<p>点击进入专题：</p><p><a>图书馆的故事</a></p>"), "", &[TEXT]);
        check(&page("<p>此前报道：<a>旧粮仓改造工程今天完工</a></p>"), "", &[TEXT]);
        check(&page("<p>来源：<a>青石晚报</a></p>"), "", &[TEXT, "来源：青石晚报"]);
        check(&page("<p>馆长说，<a>新馆</a>有四层。</p>"), "", &[TEXT, "馆长说，新馆有四层。"]);
    }

    #[test]
    fn text_ends_where_the_metadata_text_ends() {
        let other = "镇长是青石人，今年五十岁，在镇上住了三十年，写过两本书。";
        let page = format!("<h1>新馆开放</h1><b>订阅本刊</b><p>{}</p><p>{TEXT}</p><p>{other}</p>", TEXT.repeat(5));
        let all = format!("{}\n{TEXT}", TEXT.repeat(5));
        check(&page, &all, &[&TEXT.repeat(5), TEXT]);
        check(&page, "", &["订阅本刊", &TEXT.repeat(5), TEXT, other]);
        let cut = format!("{}余下的段落请登录以后再读，新读者要先用手机号注册。", TEXT.repeat(5));
        check(&page, &cut, &["订阅本刊", &TEXT.repeat(5), TEXT, other][1..]);
    }
}
