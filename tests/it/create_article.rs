//! CreateArticle.

use articled::rpc::proto::{
    Article, CreateArticleRequest, Dateline, GetArticleRequest, PublishTimeBasis, PublishTimePrecision,
    UpdateArticleRequest, google::r#type::Date,
};
use tonic::{Code, Status};

use crate::support::{Client, TestServer, assert_about, assert_bad, given, refusal, time};

const REQUEST_ID: &str = "6ba7b810-9dad-41d1-80b4-00c04fd430c8";

async fn create(client: &mut Client, article: Article) -> Result<Article, Status> {
    let request = CreateArticleRequest { article: Some(article), ..Default::default() };
    client.create_article(request).await.map(tonic::Response::into_inner)
}

#[tokio::test]
async fn returns_what_was_given_and_what_only_the_server_sets() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let article = Article {
        kicker: "引題".to_owned(),
        subheadlines: vec!["副題".to_owned()],
        dateline: Some(Dateline {
            text: "青溪社3月4日電".to_owned(),
            agency: "青溪社".to_owned(),
            location: String::new(),
            date: Some(Date { year: 0, month: 3, day: 4 }),
        }),
        authors: vec!["甲乙".to_owned()],
        language_code: "zh-Hant".to_owned(),
        url: "https://news.example/1#top".to_owned(),
        publish_time: Some(time(1_600_000_000)),
        labels: [("k".to_owned(), "v".to_owned())].into(),
        // Ignored, as the contract says.
        name: "articles/ignored".to_owned(),
        revision: 99,
        etag: "\"x\"".to_owned(),
        char_count: 99,
        ..given("題目", "正文𠮷。")
    };
    let created = create(&mut client, article.clone()).await.expect("valid");
    let expected = Article {
        name: created.name.clone(),
        canonical_url: "https://news.example/1".to_owned(),
        publish_time_precision: PublishTimePrecision::Second.into(),
        publish_time_basis: PublishTimeBasis::Caller.into(),
        effective_time: Some(time(1_600_000_000)),
        create_time: created.create_time,
        update_time: created.create_time,
        revision: 1,
        etag: created.etag.clone(),
        char_count: 4,
        ..article
    };
    assert_eq!(created, expected);
    assert!(created.create_time.is_some());
    assert!(created.etag.starts_with('"') && created.etag.ends_with('"') && created.etag != "\"x\"");

    let request = GetArticleRequest { name: created.name.clone(), ..Default::default() };
    assert_eq!(client.get_article(request).await.expect("stored").into_inner(), created);
}

#[tokio::test]
async fn text_is_kept_as_nfc() {
    let server = TestServer::start().await;
    let created = create(&mut server.client().await, given("Cafe\u{301}", "Ａ①")).await.expect("valid");
    assert_eq!((created.headline.as_str(), created.body.as_str()), ("Café", "Ａ①"));
    assert_eq!(created.language_code, "und");
}

#[tokio::test]
async fn refuses_a_second_of_the_same_name() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let name = create(&mut client, given("題目", "正文")).await.expect("new").name;
    assert_about(create(&mut client, given("題目", "正文")).await, Code::AlreadyExists, "ARTICLE_EXISTS", &name);
}

#[tokio::test]
async fn the_same_request_again_is_not_a_second() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let request = |article: Article| CreateArticleRequest {
        article: Some(article),
        request_id: REQUEST_ID.to_owned(),
        ..Default::default()
    };
    let first = client.create_article(request(given("題目", "正文"))).await.expect("new").into_inner();
    let again = client.create_article(request(given("題目", "正文"))).await.expect("the same").into_inner();
    assert_eq!(first, again);
    let other = client.create_article(request(given("別題", "正文"))).await;
    assert_bad(other, "REQUEST_ID_REUSED", "request_id");
}

#[tokio::test]
async fn validate_only_stores_nothing() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let request = CreateArticleRequest {
        article: Some(given("題目", "正文")),
        article_id: "a".to_owned(),
        validate_only: true,
        ..Default::default()
    };
    assert_eq!(client.create_article(request).await.expect("valid").into_inner().name, "articles/a");
    let request = GetArticleRequest { name: "articles/a".to_owned(), ..Default::default() };
    assert_eq!(refusal(client.get_article(request).await).code, Code::NotFound);
}

#[tokio::test]
async fn names_the_field_that_is_bad() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let none = client.create_article(CreateArticleRequest::default()).await;
    assert_bad(none, "FIELD_REQUIRED", "article");
    for (field, value) in [("article_id", "Nope"), ("request_id", "not-a-uuid")] {
        let mut request = CreateArticleRequest { article: Some(given("題", "文")), ..Default::default() };
        if field == "article_id" {
            request.article_id = value.to_owned();
        } else {
            request.request_id = value.to_owned();
        }
        assert_bad(client.create_article(request).await, "FIELD_MALFORMED", field);
    }

    let good = || given("題", "文");
    let date = |year, month, day| Dateline { date: Some(Date { year, month, day }), ..Default::default() };
    let checks: [(Article, &str, &str); 16] = [
        (given(" ", "\n"), "FIELD_REQUIRED", "article.headline"),
        (given("兩\n行", ""), "FIELD_MALFORMED", "article.headline"),
        (given(&"長".repeat(2000), ""), "FIELD_TOO_LARGE", "article.headline"),
        (given("題", &"a".repeat((1 << 20) + 1)), "FIELD_TOO_LARGE", "article.body"),
        (Article { authors: vec!["甲".to_owned(), " ".to_owned()], ..good() }, "FIELD_REQUIRED", "article.authors[1]"),
        (Article { keywords: vec!["長".repeat(400)], ..good() }, "FIELD_TOO_LARGE", "article.keywords[0]"),
        (Article { editors: vec!["甲".to_owned(); 300], ..good() }, "FIELD_TOO_LARGE", "article.editors"),
        (Article { language_code: "zh_Hans".to_owned(), ..good() }, "FIELD_MALFORMED", "article.language_code"),
        (Article { url: "news.example".to_owned(), ..good() }, "FIELD_MALFORMED", "article.url"),
        (Article { publish_time_precision: 77, ..good() }, "UNKNOWN_ENUM_VALUE", "article.publish_time_precision"),
        (Article { publish_time_basis: -1, ..good() }, "UNKNOWN_ENUM_VALUE", "article.publish_time_basis"),
        (Article { publish_time: Some(time(-1 << 60)), ..good() }, "FIELD_OUT_OF_RANGE", "article.publish_time"),
        (Article { fetch_time: Some(time(1 << 60)), ..good() }, "FIELD_OUT_OF_RANGE", "article.fetch_time"),
        (Article { dateline: Some(date(2023, 2, 29)), ..good() }, "FIELD_OUT_OF_RANGE", "article.dateline.date"),
        (Article { dateline: Some(date(0, 13, 1)), ..good() }, "FIELD_OUT_OF_RANGE", "article.dateline.date"),
        (
            Article { labels: [("標".to_owned(), String::new())].into(), ..good() },
            "FIELD_MALFORMED",
            "article.labels.標",
        ),
    ];
    for (article, reason, field) in checks {
        assert_bad(create(&mut client, article).await, reason, field);
    }
}

/// Every text of an article, with where a fault in it is reported. The body is the last.
fn with_text(text: &str) -> Vec<(&'static str, Article)> {
    let good = || given("題", "文");
    let text = || text.to_owned();
    let dateline = |dateline| Article { dateline: Some(dateline), ..good() };
    vec![
        ("article.headline", Article { headline: text(), ..good() }),
        ("article.kicker", Article { kicker: text(), ..good() }),
        ("article.subheadlines[0]", Article { subheadlines: vec![text()], ..good() }),
        ("article.dateline.text", dateline(Dateline { text: text(), ..Default::default() })),
        ("article.dateline.agency", dateline(Dateline { agency: text(), ..Default::default() })),
        ("article.dateline.location", dateline(Dateline { location: text(), ..Default::default() })),
        ("article.authors[0]", Article { authors: vec![text()], ..good() }),
        ("article.editors[0]", Article { editors: vec![text()], ..good() }),
        ("article.info_source", Article { info_source: text(), ..good() }),
        ("article.section", Article { section: text(), ..good() }),
        ("article.keywords[0]", Article { keywords: vec![text()], ..good() }),
        ("article.cited_works[0]", Article { cited_works: vec![text()], ..good() }),
        ("article.labels.a", Article { labels: [("a".to_owned(), text())].into(), ..good() }),
        ("article.body", Article { body: text(), ..good() }),
        ("article.url", Article { url: format!("https://news.example/{}", text()), ..good() }),
    ]
}

#[tokio::test]
async fn create_and_update_refuse_controls_in_every_text() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let stored = create(&mut client, given("題", "文")).await.expect("valid").name;
    for control in [
        "\0",
        "\u{7}",
        "\u{b}",
        "\r",
        "\r\n",
        "\u{1b}[31m",
        "\u{7f}",
        "\u{85}",
        "\u{9b}",
        "\u{2028}",
        "\u{2029}",
        "\u{202A}",
        "\u{202E}",
        "\u{2066}",
        "\u{2069}",
    ] {
        for (field, article) in with_text(&format!("甲{control}乙")) {
            assert_bad(create(&mut client, article.clone()).await, "FIELD_MALFORMED", field);
            let article = Some(Article { name: stored.clone(), ..article });
            let request = UpdateArticleRequest { article, ..Default::default() };
            assert_bad(client.update_article(request).await, "FIELD_MALFORMED", field);
        }
    }
    let body = "第一段\n\t第二段".to_owned();
    create(&mut client, Article { body, ..given("換行", "") }).await.expect("a body has lines");
}

#[tokio::test]
async fn writes_a_language_tag_in_its_canonical_case() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    for (tag, canonical) in [("zh-hans", "zh-Hans"), ("ZH-hant-tw", "zh-Hant-TW"), ("", "und")] {
        let article = Article { language_code: tag.to_owned(), ..given(&format!("題{tag}"), "文") };
        let created = create(&mut client, article).await.expect("valid");
        assert_eq!(created.language_code, canonical);
    }
    for tag in ["zh-", "zh--Hans", "zh-Hans-Hant", "zh-TW-Hant", "zh-u", "中文"] {
        let article = Article { language_code: tag.to_owned(), ..given("題", "文") };
        assert_bad(create(&mut client, article).await, "FIELD_MALFORMED", "article.language_code");
    }
}
