//! ParseArticle.

use articled::rpc::proto::{ParseArticleRequest, RawDocument};
use tonic::Code;

use crate::support::{Client, TestServer, assert_bad, document, refusal, time};

async fn parse(client: &mut Client, document: RawDocument) -> Result<articled::rpc::proto::Article, tonic::Status> {
    let request = ParseArticleRequest { document: Some(document), ..Default::default() };
    client.parse_article(request).await.map(|response| response.into_inner().article.expect("there is one"))
}

#[tokio::test]
async fn answers_with_the_article_and_stores_nothing() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let mut page = document("青溪大橋通車\n大橋連接兩岸。\n");
    page.url = "https://News.example:443/a?utm_source=x".to_owned();
    page.fetch_time = Some(time(1_600_000_000));
    page.labels.insert("crawl".to_owned(), "7".to_owned());
    let article = parse(&mut client, page).await.expect("it can be parsed");

    assert_eq!(article.headline, "青溪大橋通車");
    assert_eq!(article.canonical_url, "https://news.example/a");
    assert_eq!(article.effective_time, Some(time(1_600_000_000)));
    assert_eq!(usize::try_from(article.char_count), Ok(article.body.chars().count()));
    assert_eq!(article.labels.get("crawl").map(String::as_str), Some("7"));
    assert!(article.parse_report.is_some_and(|report| report.parser_version > 0));
    assert!(article.create_time.is_none() && article.etag.is_empty() && article.revision == 0 && article.raw.is_none());

    let name = article.name;
    let request = articled::rpc::proto::GetArticleRequest { name, ..Default::default() };
    assert_eq!(refusal(client.get_article(request).await).code, Code::NotFound);
}

#[tokio::test]
async fn refuses_what_is_no_document() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let none = client.parse_article(ParseArticleRequest { document: None, ..Default::default() }).await;
    assert_bad(none, "FIELD_REQUIRED", "document");

    let good = || document("題\n文");
    assert_bad(parse(&mut client, document("")).await, "FIELD_REQUIRED", "document.content");
    for blank in [" \n\u{3000}", "<html></html>", "<p>&nbsp;&shy;</p>", "\u{FEFF}"] {
        let typed = RawDocument { content_type: String::new(), ..document(blank) };
        assert_bad(parse(&mut client, typed).await, "FIELD_REQUIRED", "document.content");
    }
    for binary in [b"\x7FELF\x02\x01\x01\0".as_slice(), b"%PDF-1.7\n", &[1, 2, 3, 0, 0, 0, 65, 66]] {
        assert_bad(parse(&mut client, document(binary)).await, "FIELD_MALFORMED", "document.content");
    }
    let bad = RawDocument { content_type: "application/pdf".to_owned(), ..good() };
    assert_bad(parse(&mut client, bad).await, "FIELD_MALFORMED", "document.content_type");
    let bad = RawDocument { url: "ftp://news.example/".to_owned(), ..good() };
    assert_bad(parse(&mut client, bad).await, "FIELD_MALFORMED", "document.url");
    let bad = RawDocument { fetch_time: Some(time(i64::MAX)), ..good() };
    assert_bad(parse(&mut client, bad).await, "FIELD_OUT_OF_RANGE", "document.fetch_time");
    let bad = RawDocument { labels: [("Bad".to_owned(), String::new())].into(), ..good() };
    assert_bad(parse(&mut client, bad).await, "FIELD_MALFORMED", "document.labels.Bad");
    let bad = RawDocument { labels: [("a".to_owned(), "長".repeat(100))].into(), ..good() };
    assert_bad(parse(&mut client, bad).await, "FIELD_TOO_LARGE", "document.labels.a");
    let labels = (0..65).map(|number| (format!("l{number}"), String::new())).collect();
    assert_bad(parse(&mut client, RawDocument { labels, ..good() }).await, "FIELD_TOO_LARGE", "document.labels");
}

#[tokio::test]
async fn names_every_fault_at_once() {
    let server = TestServer::start().await;
    let bad = RawDocument { url: "x".to_owned(), content_type: "x".to_owned(), ..Default::default() };
    let refusal = refusal(parse(&mut server.client().await, bad).await);
    assert_eq!(refusal.fields, ["document.content", "document.content_type", "document.url"]);
}

#[tokio::test]
async fn says_what_became_of_each_line_if_asked() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let page = document("新區(qū)大橋通車\n分享到：\n新區(qū)的大橋今日通車，市民可以免費參觀。\n");
    let mut ask = async |explain: bool| {
        let request = ParseArticleRequest { document: Some(page.clone()), explain };
        client.parse_article(request).await.expect("parsed").into_inner()
    };
    assert!(ask(false).await.lines.is_empty());
    let explained = ask(true).await;
    assert_eq!(explained.charset, "UTF-8");
    let lines: Vec<_> = explained.lines.iter().map(|line| (line.number, line.text.as_str())).collect();
    assert_eq!(lines[..2], [(1, "新區(qū)大橋通車"), (2, "分享到：")]);
    let [headline, shared, ..] = explained.lines.as_slice() else { panic!("{explained:?}") };
    assert_eq!((headline.repairs[0].kind.as_str(), headline.repairs[0].count), ("PINYIN_RESIDUE", 1));
    assert_eq!((headline.parts[0].text.as_str(), headline.parts[0].becomes.as_str()), ("新區大橋通車", "headline"));
    assert_eq!((shared.parts[0].becomes.as_str(), shared.parts[0].reason.as_str()), ("removed", "SHARE_LABEL"));
    assert_eq!(explained.article.map(|article| article.headline).as_deref(), Some("新區大橋通車"));
}
