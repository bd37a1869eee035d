//! UpdateArticle.

use articled::rpc::proto::{Article, UpdateArticleRequest};
use tonic::{Code, Status};

use crate::support::{Client, TestServer, assert_about, assert_bad, create, given};

fn named(article: Article) -> Article {
    Article { name: "articles/a".to_owned(), ..article }
}

async fn update(client: &mut Client, article: Article, mask: Option<&[&str]>) -> Result<Article, Status> {
    let update_mask =
        mask.map(|paths| prost_types::FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() });
    let request = UpdateArticleRequest { article: Some(article), update_mask, allow_missing: false };
    client.update_article(request).await.map(tonic::Response::into_inner)
}

#[tokio::test]
async fn changes_what_the_mask_names() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let label = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let article = Article { labels: [label("k", "1"), label("old", "x")].into(), ..given("舊題", "舊文") };
    let first = create(&mut client, "a", article).await;

    let change = named(Article { labels: [label("k", "2")].into(), ..given("新題", "不取") });
    let second = update(&mut client, change, Some(&["headline", "labels.k", "labels.old"])).await.expect("valid");
    let expected = Article {
        headline: "新題".to_owned(),
        labels: [label("k", "2")].into(),
        revision: 2,
        etag: second.etag.clone(),
        update_time: second.update_time,
        ..first.clone()
    };
    assert_eq!(second, expected);
    assert!(second.etag != first.etag && second.update_time != first.update_time);

    let third = update(&mut client, named(given("", "新文𠮷")), None).await.expect("valid");
    assert_eq!((third.headline.as_str(), third.body.as_str(), third.char_count), ("新題", "新文𠮷", 3));
    assert_eq!(third.labels, second.labels, "what is not set is not changed");

    let fourth = update(&mut client, named(given("", "全新")), Some(&["*"])).await.expect("valid");
    assert!(fourth.headline.is_empty() && fourth.labels.is_empty() && fourth.body == "全新");
}

#[tokio::test]
async fn an_etag_must_be_the_current_one() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let first = create(&mut client, "a", given("題", "文")).await;
    let with_etag = |headline: &str| named(Article { etag: first.etag.clone(), ..given(headline, "") });
    update(&mut client, with_etag("二"), None).await.expect("current");
    let stale = update(&mut client, with_etag("三"), None).await;
    assert_about(stale, Code::Aborted, "ETAG_MISMATCH", "articles/a");
}

#[tokio::test]
async fn updates_at_once_without_an_etag_all_count() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    create(&mut client, "a", given("題", "文")).await;
    let tasks: Vec<_> = (0..6)
        .map(|number| {
            let mut client = client.clone();
            tokio::spawn(async move {
                let labels = [(format!("l{number}"), String::new())].into();
                update(
                    &mut client,
                    named(Article { labels, ..Article::default() }),
                    Some(&[&format!("labels.l{number}")]),
                )
                .await
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic").expect("tried until it went through");
    }
    let request = articled::rpc::proto::GetArticleRequest { name: "articles/a".to_owned(), ..Default::default() };
    let article = client.get_article(request).await.expect("stored").into_inner();
    assert_eq!((article.labels.len(), article.revision), (6, 7));
}

#[tokio::test]
async fn allow_missing_creates() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let missing = update(&mut client, named(given("題", "文")), None).await;
    assert_about(missing, Code::NotFound, "ARTICLE_NOT_FOUND", "articles/a");

    let request = |article: Article| UpdateArticleRequest {
        article: Some(article),
        update_mask: Some(prost_types::FieldMask { paths: vec!["headline".to_owned()] }),
        allow_missing: true,
    };
    let with_etag = Article { etag: "\"1-1\"".to_owned(), ..named(given("題", "文")) };
    let stale = client.update_article(request(with_etag)).await;
    assert_about(stale, Code::Aborted, "ETAG_MISMATCH", "articles/a");
    let empty = client.update_article(request(named(Article::default()))).await;
    assert_bad(empty, "FIELD_REQUIRED", "article.headline");
    let created = client.update_article(request(named(given("題", "文")))).await.expect("valid").into_inner();
    assert_eq!((created.revision, created.body.as_str()), (1, "文"));
}

#[tokio::test]
async fn refuses() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    create(&mut client, "a", given("題", "文")).await;
    let none = client.update_article(UpdateArticleRequest::default()).await;
    assert_bad(none, "FIELD_REQUIRED", "article");
    let unnamed = update(&mut client, given("題", ""), None).await;
    assert_bad(unnamed, "FIELD_REQUIRED", "article.name");
    for (path, reason) in [
        ("name", "FIELD_OUTPUT_ONLY"),
        ("etag", "FIELD_OUTPUT_ONLY"),
        ("revision", "FIELD_OUTPUT_ONLY"),
        ("raw.content", "FIELD_OUTPUT_ONLY"),
        ("title", "UNKNOWN_FIELD"),
        ("labels.A B", "UNKNOWN_FIELD"),
    ] {
        assert_bad(update(&mut client, named(given("題", "")), Some(&[path])).await, reason, "update_mask");
    }
    let nothing_left = update(&mut client, named(Article::default()), Some(&["headline", "body"])).await;
    assert_bad(nothing_left, "FIELD_REQUIRED", "article.headline");
    let bad = named(Article { language_code: "?".to_owned(), ..given("題", "") });
    assert_bad(update(&mut client, bad.clone(), None).await, "FIELD_MALFORMED", "article.language_code");
    update(&mut client, bad, Some(&["headline"])).await.expect("what the mask leaves out does not count");

    let labels = (0..40).map(|number| (format!("l{number}"), String::new())).collect();
    let paths: Vec<String> = (0..40).map(|number| format!("labels.l{number}")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    update(&mut client, named(Article { labels, ..Article::default() }), Some(&paths)).await.expect("40 are allowed");
    let labels = (40..80).map(|number| (format!("l{number}"), String::new())).collect();
    let paths: Vec<String> = (40..80).map(|number| format!("labels.l{number}")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let too_many = update(&mut client, named(Article { labels, ..Article::default() }), Some(&paths)).await;
    assert_bad(too_many, "FIELD_TOO_LARGE", "article.labels");
}
