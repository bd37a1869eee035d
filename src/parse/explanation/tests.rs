//! What is said of invented pages, in both scripts, as HTML and as text.

use encoding_rs::GBK;

use super::{Alternative, Decision, Explanation};
use crate::article::{PageUrl, RawDocument};
use crate::parse::{explain, parse};

fn document(content: &[u8], content_type: &str) -> RawDocument {
    RawDocument {
        content: content.to_vec().into(),
        content_type: content_type.to_owned(),
        fetch_time: "2021-09-10T00:00:00Z".parse().ok(),
        ..RawDocument::default()
    }
}

fn explained(content: &str, content_type: &str) -> Explanation {
    let document = document(content.as_bytes(), content_type);
    let (parsed, explanation) = explain(&document);
    assert_eq!(parsed, parse(&document), "to explain changes nothing");
    explanation
}

/// Each line's number, and what its parts became and why.
fn outcomes(explanation: &Explanation) -> Vec<(usize, Vec<(&str, &str)>)> {
    let outcome = |line: &super::ExplainedLine| line.number.unwrap_or_default();
    let lines = explanation.lines.iter();
    lines
        .map(|line| {
            (outcome(line), line.parts.iter().map(|part| (part.becomes.as_str(), part.reason.as_ref())).collect())
        })
        .collect()
}

fn decision<'a>(explanation: &'a Explanation, subject: &str) -> &'a Decision {
    explanation.decisions.iter().find(|decision| decision.subject == subject).expect(subject)
}

fn candidate<'a>(decision: &'a Decision, origin: &str) -> &'a Alternative {
    decision.candidates.iter().find(|candidate| candidate.origin == origin).expect(origin)
}

const TEXT: &str = "分享到\n青石镇新桥昨天通车\n\n来源：青石晚报 2021-09-01 08:15 记者 林远舟\n\
    青石社青石镇9月1日电 新桥连接两岸，居民过河只用一刻钟。（完）\n镇长在通车仪式上感谢了所有的人。\n责任编辑：何秋白\n";

#[test]
fn every_line_of_a_text_tells_what_it_became() {
    let explanation = explained(TEXT, "text/plain");
    let expected: Vec<(usize, Vec<(&str, &str)>)> = vec![
        (1, vec![("removed", "SHARE_LABEL")]),
        (2, vec![("headline", "")]),
        (4, vec![("removed", "BYLINE")]),
        (5, vec![("dateline", ""), ("body 1", "")]),
        (6, vec![("body 2", "")]),
        (7, vec![("removed", "EDITOR")]),
    ];
    assert_eq!(outcomes(&explanation), expected);
    let byline = &explanation.lines[2].parts[0];
    assert_eq!(byline.detail, "time 2021-09-01 08:15, contributor 林远舟, source 青石晚报");
    assert_eq!(explanation.lines[5].parts[0].detail, "editor 何秋白");
}

#[test]
fn candidates_tell_why_one_was_chosen() {
    let explanation = explained(TEXT, "text/plain");
    let time = decision(&explanation, "publish_time");
    assert_eq!(time.chosen, "2021-09-01T00:15:00Z");
    assert_eq!(time.rule, "the most trusted that is plausible: printed near the headline");
    let authors = decision(&explanation, "authors");
    assert_eq!(authors.chosen, "林远舟");
    assert_eq!(candidate(authors, "contributor").value, "林远舟");
    assert_eq!(decision(&explanation, "info_source").rule, "the byline of the text");

    let later = explained(&TEXT.replace("2021-09-01", "2031-09-01"), "text/plain");
    let time = decision(&later, "publish_time");
    assert_eq!(candidate(time, "printed near the headline").verdict, "more than a day after the page was fetched");
    assert_eq!(time.rule, "the dateline, as nothing else tells a time");
}

#[test]
fn a_repaired_line_tells_its_repairs() {
    let page = "兩岸居民迎來新橋\n湖畔鎮(zhèn)昨天為(wèi)新橋舉行通車(chē)儀式。鎮(zhèn)里說,這個(gè)項(xiàng)目連接兩岸。\n\
        這個(gè)項(xiàng)目歷時(shí)兩年,通車(chē)后居民過河只用一刻鐘。鎮(zhèn)上還將(jiāng)修一所學(xué)校。\n";
    let explanation = explained(page, "text/plain");
    let line = &explanation.lines[1];
    assert!(line.text.contains("鎮(zhèn)"));
    assert_eq!(line.repaired.as_deref(), Some("湖畔鎮昨天為新橋舉行通車儀式。鎮里說,這個項目連接兩岸。"));
    assert_eq!(line.repairs.iter().collect::<Vec<_>>(), [(&"PINYIN_RESIDUE".into(), &6)]);
    assert_eq!((explanation.lines[0].repaired.as_ref(), explanation.lines[0].repairs.len()), (None, 0));
}

const PAGE: &str = "<!DOCTYPE html><html><head><meta charset=utf-8><title>青石鎮新橋昨天通車 - 青石網</title>\
    <meta property='og:title' content='青石鎮新橋昨天通車'><meta name=author content='林遠舟'></head><body>\
    <div class=nav><a href=/>首頁</a><a href=/n>新聞</a></div><h1>青石鎮新橋昨天通車</h1>\
    <div class=info><span>2021-09-01 08:15:00</span> <span>來源：青石晚報</span></div>\
    <div class=article-content><p>新橋連接兩岸，居民過河只用一刻鐘，從前要繞行一個小時。</p>\
    <p>鎮長在通車儀式上感謝了所有的人，並說明年還要修一所學校和一座圖書館。</p>\
    <p>居民說，他們等這座橋已經等了二十年，現在孩子們可以自己走路上學了。</p></div>\
    <div class=related><a href=/1>相關新聞：石橋維修</a></div></body></html>";

#[test]
fn the_lines_of_a_page_tell_their_element_and_what_they_became() {
    let explanation = explained(PAGE, "text/html");
    let of = |text: &str| {
        let line = explanation.lines.iter().find(|line| line.text.contains(text)).expect(text);
        let part = &line.parts[0];
        (line.element.as_str(), part.becomes.as_str(), part.reason.as_ref(), part.detail.as_str())
    };
    assert_eq!(of("青石鎮新橋昨天通車"), ("h1", "headline", "", ""));
    assert_eq!(of("一刻鐘"), ("p", "body 1", "", ""));
    assert_eq!(of("二十年"), ("p", "body 3", "", ""));
    assert_eq!(of("來源"), ("span", "removed", "BYLINE", "time 2021-09-01 08:15:00, source 青石晚報"));
    assert_eq!(of("首頁"), ("a", "removed", "OUTSIDE_CONTENT", "a link outside the content"));
    assert_eq!(of("石橋維修"), ("a", "removed", "OUTSIDE_CONTENT", "an element marked as no content"));
    let numbers: Vec<usize> = explanation.lines.iter().filter_map(|line| line.number).collect();
    assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>());
}

#[test]
fn a_page_tells_its_candidates() {
    let explanation = explained(PAGE, "text/html");
    let headline = decision(&explanation, "headline");
    assert_eq!(headline.chosen, "青石鎮新橋昨天通車");
    assert_eq!(headline.rule, "the heading that a title of the metadata has, with the best score");
    assert_eq!(candidate(headline, "title element").value, "青石鎮新橋昨天通車 - 青石網");
    assert_eq!(candidate(headline, "meta og:title").value, "青石鎮新橋昨天通車");
    assert!(candidate(headline, "line in h1").score.is_some_and(|score| score > 0.0));
    let source = decision(&explanation, "info_source");
    assert_eq!(source.chosen, "青石晚報");
    assert_eq!(source.rule, "the most trusted place that names one: a label above the text");
    let content = decision(&explanation, "content");
    assert!(candidate(content, "div [article-content]").score.is_some_and(|score| score > 0.0), "{content:?}");
    assert!(!content.rule.is_empty());
    assert_eq!(candidate(decision(&explanation, "authors"), "meta author").value, "林遠舟");
}

#[test]
fn the_charset_and_the_format_tell_their_rule() {
    let explanation = explain(&document(&GBK.encode(TEXT).0, "")).1;
    let charset = decision(&explanation, "charset");
    assert_eq!((charset.chosen.as_str(), charset.rule.as_ref()), ("GBK", "makes the text most natural"));
    let score =
        |name: &str| charset.candidates.iter().find(|weighed| weighed.value == name).and_then(|weighed| weighed.score);
    assert!(score("GBK") > score("Big5"), "{charset:?}");
    assert_eq!(decision(&explanation, "format").chosen, "plain text");
    assert_eq!(decision(&explained(TEXT, ""), "charset").rule, "the bytes are valid UTF-8");
    assert_eq!(decision(&explained(PAGE, "text/html"), "format").rule, "the content type");
}

#[test]
fn to_explain_changes_nothing_on_any_sample() {
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    for sample in std::fs::read_dir(samples).expect("the samples").flatten() {
        let content = std::fs::read(sample.path()).expect("a sample");
        let url = PageUrl::parse("https://news.example/2021/0901/1.html").ok();
        let document = RawDocument { url, ..document(&content, "") };
        let (parsed, explanation) = explain(&document);
        assert_eq!(parsed, parse(&document));
        let told = explanation.lines.iter().filter(|line| line.number.is_some()).count();
        assert!(told > 0, "{}", sample.path().display());
    }
}
