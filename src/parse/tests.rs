//! The whole pipeline: the sample, and the properties that hold for every input.

use super::*;
use crate::article::{TimeBasis, TimePrecision};

/// A file of the test data.
fn data(file: &str) -> Option<Vec<u8>> {
    let path = crate::test_data::folder()?.join(file);
    Some(std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

fn document(text: impl Into<Vec<u8>>, fetch_time: Option<&str>) -> RawDocument {
    RawDocument {
        content: text.into().into(),
        content_type: "text/plain; charset=utf-8".to_owned(),
        fetch_time: fetch_time.map(|time| time.parse().expect(time)),
        ..RawDocument::default()
    }
}

fn parse_quickly(text: &str) -> Parsed {
    parse_with(&document(text, None), ParseOptions { extract_keywords: false })
}

#[test]
fn the_sample_comes_out_as_designed() {
    let Some(sample) = data("seed-article.txt") else { return };
    let Parsed { content, report } = parse(&document(sample.clone(), Some("2021-11-15T00:00:00Z")));
    assert_eq!(content.headline, "雄安新區召開黨工委理論學習中心組學習會議");
    assert_eq!(content.subheadlines, ["切實增強做好安全生產工作緊迫感責任感", "為高標準高質量建設新區提供堅實保障"]);
    assert_eq!(content.kicker, "");
    let dateline = content.dateline.expect("a dateline");
    assert_eq!(dateline.text, "人民網雄安11月14日電");
    assert_eq!((dateline.agency.as_str(), dateline.location.as_str()), ("人民網", "雄安"));
    assert_eq!(dateline.date.map(|date| (date.year, date.month, date.day)), Some((2021, 11, 14)));
    let published = content.publish_time.expect("a publish time");
    assert_eq!(published.time, "2021-11-13T16:00:00Z".parse().expect("a time"));
    assert_eq!((published.precision, published.basis), (TimePrecision::Day, TimeBasis::Dateline));
    assert_eq!(content.body.lines().count(), 5);
    assert!(content.body.starts_with("11月13日,雄安新區召開"));
    assert!(content.body.ends_with("三縣縣委書記參加會議。"));
    assert!(content.body.contains("主管行業(領域)"));
    assert_eq!(
        content.cited_works,
        [
            "黨政領導干部安全生產責任制實施辦法",
            "雄安新區安全生產工作責任清單",
            "年度安全生產目標管理責任書",
            "生命重于泰山——學習習近平總書記關于安全生產重要論述"
        ]
    );
    assert_eq!(content.language_code, "zh-Hant");
    assert_eq!(report.repairs.get("PINYIN_RESIDUE"), Some(&156));
    let removed: Vec<&str> = report.removed_lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(removed, ["微信", "微博", "返回", "頂部"]);
    assert!(content.keywords.iter().take(5).any(|word| word == "安全生產"), "{:?}", content.keywords);

    let Parsed { content, report } = parse(&document(sample, None));
    assert_eq!(content.publish_time, None);
    assert_eq!(content.dateline.and_then(|line| line.date).map(|date| date.year), Some(0));
    assert!(report.warnings.iter().any(|warning| warning.reason == "PUBLISH_YEAR_UNKNOWN"));
}

#[test]
fn a_page_with_chrome_on_both_sides() {
    let page = "某某微企網\n首页 > 新闻 > 正文\n即时：某矿事故最新情况：尚有人失联\n发布日期： 2023-02-23 17:49:18 来源： 新华网\n（资料图）\n\
                新华社呼和浩特2月23日电（记者王小靖、安小蒙）记者23日获悉，救援正在进行。\n目前，原因正在调查。（完）\n（责编：张三、李四）\n\
                相关新闻\n某市召开会议\n新华社北京2月22日电（记者王五）另一件事发生了。\n返回\n顶部";
    let Parsed { content, report } = parse_quickly(page);
    assert_eq!(content.headline, "某矿事故最新情况：尚有人失联");
    assert_eq!(content.body, "记者23日获悉，救援正在进行。\n目前，原因正在调查。");
    assert_eq!(content.authors, ["王小靖", "安小蒙"]);
    assert_eq!(content.editors, ["张三", "李四"]);
    assert_eq!(content.info_source, "新华网");
    assert_eq!(content.publish_time.map(|time| time.basis), Some(TimeBasis::PageText));
    let reasons: Vec<&str> = report.removed_lines.iter().map(|line| line.reason.as_ref()).collect();
    assert_eq!(
        reasons,
        [
            "SITE_NAME",
            "NAVIGATION",
            "HEADLINE_LABEL",
            "BYLINE",
            "CAPTION",
            "END_MARK",
            "EDITOR",
            "RELATED_ARTICLES",
            "RELATED_ARTICLES",
            "RELATED_ARTICLES",
            "NAVIGATION",
            "NAVIGATION"
        ]
    );
}

/// Typical lines of pages, invented.
const LINES: &[&str] = &[
    "某市召開安全生產會議",
    "切實增強責任感",
    "某某在調研時強調",
    "当前阅读：某市召开会议",
    "某市召开会议",
    "【社会追踪】",
    "安徽",
    "2021-05-14 08:08:05 来源：某某网 作者：张三",
    "来源：某某新闻网",
    "本报记者 张三 李四",
    "责任编辑：王五",
    "（责编：张三、李四）",
    "新华社北京1月2日电（记者 张三、李四）今年以来，各地认真落实。",
    "人民網雄安11月14日電 11月13日，新區召開會議。",
    "本报讯（记者 王小明）昨日，某地发生一起事故。",
    "（中央社記者林六台北15日電）行政院今天表示，將持續推動。",
    "据新华社电，事情如此。",
    "中新网2月8日电",
    "某某出席会议新华网长沙6月14日电 昨天，会议召开。",
    "会议指出，要坚持守土有责、守土负责，加强重点领域防控。",
    "三县主要负责人参加会议。（完）",
    "他说：“没有问题！”",
    "图为会议现场。张三 摄",
    "（资料图片）",
    "微信",
    "微博",
    "返回",
    "頂部",
    "分享到：",
    "相关新闻",
    "某地举行活动",
    "另一地举行另一个活动",
    "Copyright © 2021 某某网",
    "某ICP备12345678号",
    "电话：010-12345678",
    "首页 > 新闻 > 正文",
    "|",
    "◇",
    "（完）",
    "一、总体要求",
    "１２３４５６７８９０１２３",
    "BEIJING, Nov. 14 (Xinhua) -- The city held a meeting on safety on Monday.",
    "date 2025-08-23 某某",
    "１月２日",
    "短",
    "……",
];

fn without_blanks(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

fn dense(text: &str) -> Vec<char> {
    let mut characters: Vec<char> = text.chars().filter(|character| !character.is_whitespace()).collect();
    characters.sort_unstable();
    characters
}

/// Lines above, in and below a story, of the same kinds as [`LINES`].
const ABOVE: &[&str] = &[
    "某市召開安全生產會議",
    "切實增強責任感",
    "某某在調研時強調",
    "当前阅读：某市召开会议",
    "某市召开会议",
    "2021-05-14 08:08:05 来源：某某网 作者：张三",
    "本报记者 张三 李四",
    "（资料图片）",
    "微信",
    "首页 > 新闻 > 正文",
    "字号：大 中 小",
    "date 2025-08-23 某某",
];
const OPENING: &[&str] = &[
    "新华社北京1月2日电（记者 张三、李四）今年以来，各地认真落实。",
    "人民網雄安11月14日電 11月13日，新區召開會議。",
    "本报讯（记者 王小明）昨日，某地发生一起事故。",
    "（中央社記者林六台北15日電）行政院今天表示，將持續推動。",
    "据新华社电，事情如此，各方正在协调处理。",
    "会议指出，要坚持守土有责、守土负责，加强重点领域防控。",
    "BEIJING, Nov. 14 (Xinhua) -- The city held a meeting on safety on Monday.",
    "央视网消息（新闻联播）：今天，会议在京举行。",
];
const STORY: &[&str] = &[
    "会议指出，要坚持守土有责、守土负责，加强重点领域防控。",
    "他说：“没有问题！”",
    "一、总体要求",
    "图为会议现场。张三 摄",
    "三县主要负责人参加会议。（完）",
];
const BELOW: &[&str] = &[
    "（责编：张三、李四）",
    "责任编辑：王五",
    "（完）",
    "微信",
    "返回",
    "頂部",
    "Copyright © 2021 某某网",
    "电话：010-12345678",
    "|",
];

/// Elements that may contain a line.
const ELEMENTS: &[&str] = &[
    "<p>{}</p>",
    "<p>{}</p>",
    "<p>{}</p>",
    "<h1>{}</h1>",
    "<div class=\"nav\"><a href=\"/\">{}</a></div>",
    "<ul><li><a href=\"/a\">{}</a></li></ul>",
    "<div class=\"article-content\"><p>{}</p></div>",
    "<footer>{}</footer>",
    "<table><tr><td>{}</td></tr></table>",
    "<div id=\"comment\">{}<br></div>",
];

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 400, ..Default::default() })]

    /// Nothing is lost silently, in any order of lines.
    #[test]
    fn every_character_is_accounted_for(lines in proptest::collection::vec(proptest::sample::select(LINES), 0..14)) {
        let page = lines.join("\n");
        let Parsed { content, report } = parse_quickly(&page);
        let removed: String = report.removed_lines.iter().map(|line| line.text.as_str()).collect();
        proptest::prop_assert_eq!(dense(&page), dense(&format!("{}{removed}", content.printed())));
    }

    /// The printed article parses to the same article.
    #[test]
    fn stable(
        above in proptest::collection::vec(proptest::sample::select(ABOVE), 0..6),
        opening in proptest::sample::select(OPENING),
        story in proptest::collection::vec(proptest::sample::select(STORY), 0..5),
        below in proptest::collection::vec(proptest::sample::select(BELOW), 0..5),
    ) {
        let lines: Vec<&str> = above.into_iter().chain([opening]).chain(story).chain(below).collect();
        let content = parse_quickly(&lines.join("\n")).content;
        let again = parse_quickly(&content.printed()).content;
        // Year and month may come from other lines of the page, and are then not printed.
        let seen = |content: &ArticleContent| {
            let dateline = content.dateline.clone().map(|line| (line.text, line.agency, line.location));
            (content.kicker.clone(), content.headline.clone(), content.subheadlines.clone(), dateline, content.body.clone())
        };
        proptest::prop_assert_eq!(seen(&again), seen(&content), "{}", content.printed());
    }

    /// The same for the visible text of an HTML page, in any elements.
    #[test]
    fn every_line_of_html_is_accounted_for(
        lines in proptest::collection::vec((proptest::sample::select(LINES), proptest::sample::select(ELEMENTS)), 0..14)
    ) {
        let page: String = lines.iter().map(|(line, element)| element.replace("{}", &line.replace('>', "&gt;"))).collect();
        let html = RawDocument {
            content: format!("<html><body>{page}</body></html>").into(),
            content_type: "text/html; charset=utf-8".to_owned(),
            ..RawDocument::default()
        };
        let Parsed { content, report } = parse_with(&html, ParseOptions { extract_keywords: false });
        let removed: Vec<&str> = report.removed_lines.iter().map(|line| line.text.as_str()).collect();
        let accounted = without_blanks(&format!("{}{}", content.printed(), removed.concat()));
        for (line, _) in lines {
            for piece in line.split(|c: char| !c.is_alphanumeric()) {
                proptest::prop_assert!(accounted.contains(piece), "{piece} of {page} is not in {accounted}");
            }
        }
    }

    #[test]
    fn never_panics(text in "\\PC{0,400}") {
        let _ = parse_quickly(&text);
    }

    #[test]
    fn never_panics_near_datelines(text in "[据新华社网讯电消息记者（）()【】\\[\\]１2月日、：: 北京张三题\n]{0,80}") {
        let _ = parse_quickly(&text);
    }
}

/// Markup tells short first lines of the text from subheadlines; the printed article has no markup.
#[test]
fn short_first_lines_stay_in_the_text_when_the_article_is_printed() {
    let text = "新桥今天通车，全长三百米，两岸居民不再绕行。镇长在桥头向居民介绍了修桥的经过，并回答了提问。";
    let page = format!(
        "<html><body><h1>青石镇新桥通车</h1><div class='article-content'><p>开栏的话</p><p>绕行的年月</p><p>{text}</p><p>{text}</p></div></body></html>"
    );
    let html = RawDocument { content: page.into(), content_type: "text/html".to_owned(), ..RawDocument::default() };
    let first = parse_with(&html, ParseOptions { extract_keywords: false }).content;
    assert!(first.body.starts_with("开栏的话\n绕行的年月\n新桥"), "{first:?}");
    let again = parse_quickly(&first.printed()).content;
    assert_eq!((again.headline, again.subheadlines, again.body), (first.headline, first.subheadlines, first.body));
}

/// Invisible characters and a decomposed letter, as HTML character references and JSON-LD escapes.
#[test]
fn resolved_references_are_cleaned_in_every_field() {
    const HTML: &str = "&shy;&#8203;&zwnj;&#65279;&lrm;&#27;&#7;&#x202E;cafe&#769;";
    const JSON: &str = r"\u00AD\u200B\u200C\uFEFF\u200E\u001B\u0007\u202Ecafe\u0301";
    let unclean = |text: &str| {
        text.chars().any(|c| "\u{AD}\u{200B}\u{200C}\u{FEFF}\u{200E}\u{1B}\u{7}\u{202E}\u{301}".contains(c))
    };
    let sentence = "湖畔镇的居民昨天为新修的石桥举行了通车仪式，镇长说这座桥把两岸的学校和医院连在了一起。";
    let check = |page: &str, content_type: &str| {
        let raw = RawDocument {
            content: page.as_bytes().to_vec().into(),
            content_type: content_type.into(),
            ..Default::default()
        };
        let parsed = parse_with(&raw, ParseOptions { extract_keywords: false });
        let ArticleContent {
            headline,
            kicker,
            subheadlines,
            authors,
            editors,
            info_source,
            section,
            body,
            keywords,
            cited_works,
            ..
        } = parsed.content;
        assert!(body.contains("café"), "{body}");
        let lists = [subheadlines, authors, editors, keywords, cited_works].concat();
        let removed = parsed.report.removed_lines.into_iter().map(|line| line.text);
        for text in [headline, kicker, info_source, section, body].into_iter().chain(lists).chain(removed) {
            assert!(!unclean(&text), "{text:?} of {page}");
        }
    };
    let body = format!("<div class='article'><p>{sentence}{HTML}。</p><p>{sentence}《{HTML}之歌》{HTML}</p></div>");
    check(
        &format!(
            "<html><head><title>石桥{HTML}通车</title><meta name='author' content='张{HTML}三'><meta name='source' \
             content='青石{HTML}晚报'><meta name='keywords' content='石{HTML}桥,通车'></head><body><div class='nav'>首{HTML}页</div>\
             <h1>石桥{HTML}通车</h1><h2>副{HTML}题</h2><p>来源：青石{HTML}晚报 责任编辑：李{HTML}四</p>{body}<div>相关{HTML}阅读</div></body></html>"
        ),
        "text/html; charset=utf-8",
    );
    check(
        &format!(
            "<html><head><script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"headline\":\"石桥{JSON}通车\",\
             \"author\":{{\"@type\":\"Person\",\"name\":\"张{JSON}三\"}},\"articleSection\":\"本地{JSON}\",\"keywords\":\"石{JSON}桥\"}}</script>\
             </head><body>{body}</body></html>"
        ),
        "text/html; charset=utf-8",
    );
    let encoded_twice = HTML.replace('&', "&amp;");
    check(&format!("石桥{HTML}通车\n\n{sentence}{HTML}。\n{sentence}"), "text/plain; charset=utf-8");
    check(
        &format!("<html><body><h1>石桥{encoded_twice}</h1>{}</body></html>", body.replace(HTML, &encoded_twice)),
        "text/html",
    );
}
