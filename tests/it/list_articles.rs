//! ListArticles.

use articled::rpc::proto::{Article, ArticleView, ListArticlesRequest, UpdateArticleRequest};
use prost_reflect::{DescriptorPool, Kind};
use prost_types::FieldMask;

use crate::support::{Client, TestServer, assert_bad, create, given, time};

async fn list_all(client: &mut Client, mut request: ListArticlesRequest) -> Vec<Article> {
    let mut all = Vec::new();
    loop {
        let page = client.list_articles(request.clone()).await.expect("valid").into_inner();
        all.extend(page.articles);
        if page.next_page_token.is_empty() {
            return all;
        }
        request.page_token = page.next_page_token;
    }
}

fn ids(articles: &[Article]) -> Vec<&str> {
    articles.iter().map(|article| article.name.trim_start_matches("articles/")).collect()
}

async fn server_with_five() -> (TestServer, Client) {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    // Published in another order than created, and two at the same time.
    for (id, published) in [("a", 30), ("b", 10), ("c", 20), ("d", 20), ("e", 50)] {
        let article = Article { publish_time: Some(time(published)), ..given(id, "文") };
        create(&mut client, id, article).await;
    }
    (server, client)
}

#[tokio::test]
async fn pages_in_every_order() {
    let (_server, mut client) = server_with_five().await;
    let article = Article { name: "articles/b".to_owned(), headline: "更正".to_owned(), ..Default::default() };
    let update_mask = Some(FieldMask { paths: vec!["headline".to_owned()] });
    let change = UpdateArticleRequest { article: Some(article), update_mask, ..Default::default() };
    client.update_article(change).await.expect("there is one");
    for (order_by, expected) in [
        ("", ["e", "a", "c", "d", "b"]),
        ("effective_time desc", ["e", "a", "c", "d", "b"]),
        ("effective_time", ["b", "c", "d", "a", "e"]),
        ("create_time", ["a", "b", "c", "d", "e"]),
        ("create_time desc", ["e", "d", "c", "b", "a"]),
        ("update_time", ["a", "c", "d", "e", "b"]),
        ("update_time desc", ["b", "e", "d", "c", "a"]),
        (" effective_time  asc ", ["b", "c", "d", "a", "e"]),
    ] {
        for page_size in [0, 1, 2, 5, 9999] {
            let request = ListArticlesRequest { order_by: order_by.to_owned(), page_size, ..Default::default() };
            assert_eq!(ids(&list_all(&mut client, request).await), expected, "{order_by} {page_size}");
        }
    }
}

#[tokio::test]
async fn filters_page_by_page() {
    let (_server, mut client) = server_with_five().await;
    for (filter, expected) in [
        ("publish_time >= 1970-01-01T00:00:20Z", &["e", "a", "c", "d"][..]),
        ("publish_time < 1970-01-01T00:00:30Z AND NOT name = \"articles/c\"", &["d", "b"]),
        ("name = \"articles/a\" OR name = \"articles/b\"", &["a", "b"]),
        ("文", &["e", "a", "c", "d", "b"]),
        ("武", &[]),
        ("labels.absent:*", &[]),
        ("headline:a", &["a"]),
        ("effective_time > 1970-01-01T00:00:10Z effective_time < 1970-01-01T00:00:30Z -headline = d", &["c"]),
        ("create_time > 2020-01-01 AND (body = 文 AND publish_time <= 1970-01-01T00:00:10Z)", &["b"]),
        ("effective_time > 2100-01-01 AND effective_time < 2000-01-01", &[]),
    ] {
        for page_size in [1, 50] {
            let request = ListArticlesRequest { filter: filter.to_owned(), page_size, ..Default::default() };
            assert_eq!(ids(&list_all(&mut client, request).await), expected, "{filter} {page_size}");
        }
    }
}

#[tokio::test]
async fn shows_no_body_unless_asked() {
    let (_server, mut client) = server_with_five().await;
    for (view, has_body) in [(ArticleView::Unspecified, false), (ArticleView::Basic, false), (ArticleView::Full, true)]
    {
        let request = ListArticlesRequest { view: view.into(), ..Default::default() };
        assert!(list_all(&mut client, request).await.iter().all(|article| article.body.is_empty() != has_body));
    }
}

#[tokio::test]
async fn the_page_size_may_change_between_pages_and_nothing_else() {
    let (_server, mut client) = server_with_five().await;
    let first = ListArticlesRequest { page_size: 2, ..Default::default() };
    let page_token = client.list_articles(first).await.expect("valid").into_inner().next_page_token;
    let next = || ListArticlesRequest { page_token: page_token.clone(), ..Default::default() };

    let rest = client.list_articles(ListArticlesRequest { page_size: 9, ..next() }).await.expect("valid").into_inner();
    assert_eq!((ids(&rest.articles), rest.next_page_token.as_str()), (vec!["c", "d", "b"], ""));

    for other in [
        ListArticlesRequest { order_by: "create_time".to_owned(), ..next() },
        ListArticlesRequest { view: ArticleView::Full.into(), ..next() },
    ] {
        assert_bad(client.list_articles(other).await, "PAGE_TOKEN_INVALID", "page_token");
    }
}

#[tokio::test]
async fn a_page_ends_before_3_mib() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    for id in ["a", "b", "c", "d", "e"] {
        create(&mut client, id, given(id, &"文".repeat(300_000))).await;
    }
    let request = ListArticlesRequest { view: ArticleView::Full.into(), ..Default::default() };
    let page = client.list_articles(request.clone()).await.expect("valid").into_inner();
    assert_eq!(page.articles.len(), 3);
    assert_eq!(ids(&list_all(&mut client, request).await), ["e", "d", "c", "b", "a"]);
}

#[tokio::test]
async fn refuses() {
    let (_server, mut client) = server_with_five().await;
    let bad = ListArticlesRequest { page_size: -1, ..Default::default() };
    assert_bad(client.list_articles(bad).await, "FIELD_OUT_OF_RANGE", "page_size");
    let bad = ListArticlesRequest { order_by: "headline".to_owned(), ..Default::default() };
    assert_bad(client.list_articles(bad).await, "FIELD_MALFORMED", "order_by");
    let bad = ListArticlesRequest { view: 17, ..Default::default() };
    assert_bad(client.list_articles(bad).await, "UNKNOWN_ENUM_VALUE", "view");
    for page_token in ["x", "AQ", "區", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &"A".repeat(5000)] {
        let bad = ListArticlesRequest { page_token: page_token.to_owned(), ..Default::default() };
        assert_bad(client.list_articles(bad).await, "PAGE_TOKEN_INVALID", "page_token");
    }
    let bad = ListArticlesRequest { filter: "headline = ".to_owned(), ..Default::default() };
    assert_bad(client.list_articles(bad).await, "FILTER_INVALID", "filter");
}

#[tokio::test]
async fn every_field_can_be_filtered_by() {
    let (_server, mut client) = server_with_five().await;
    let pool = DescriptorPool::decode(articled::rpc::proto::DESCRIPTORS).expect("they decode");
    let article = pool.get_message_by_name("articled.v1.Article").expect("in the contract");
    let mut count = 0;
    for field in article.fields() {
        let parts = match field.kind() {
            // Too large to be asked for by their parts.
            Kind::Message(message) if ["ParseReport", "RawDocument"].contains(&message.name()) => continue,
            Kind::Message(message) if message.name() == "Dateline" => {
                message.fields().map(|part| format!("dateline.{}", part.name())).collect()
            }
            _ => vec![field.name().to_owned()],
        };
        for part in parts {
            for filter in [format!("{part}:*"), format!("NOT {part}:*")] {
                let request = ListArticlesRequest { filter: filter.clone(), ..Default::default() };
                let answer = client.list_articles(request).await;
                assert!(answer.is_ok(), "{filter}: {answer:?}");
                count += 1;
            }
        }
    }
    assert!(count > 2 * 25, "{count}");
}

#[tokio::test]
async fn a_page_token_of_another_store_is_refused() {
    let (_server, mut client) = server_with_five().await;
    let first = ListArticlesRequest { page_size: 2, ..Default::default() };
    let page_token = client.list_articles(first).await.expect("valid").into_inner().next_page_token;
    let (_other, mut other_client) = server_with_five().await;
    let next = ListArticlesRequest { page_token, ..Default::default() };
    assert_bad(other_client.list_articles(next.clone()).await, "PAGE_TOKEN_INVALID", "page_token");
    client.list_articles(next).await.expect("its own");
}

#[tokio::test]
async fn the_first_and_the_last_second_of_the_contract_are_times_like_others() {
    let (_server, mut client) = server_with_five().await;
    // 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
    for (id, seconds) in [("first", -62_135_596_800), ("last", 253_402_300_799)] {
        let times =
            Article { publish_time: Some(time(seconds)), fetch_time: Some(time(seconds)), ..given("題", "文") };
        let created = create(&mut client, id, times).await;
        let expected = Some(time(seconds));
        assert_eq!((created.publish_time, created.fetch_time, created.effective_time), (expected, expected, expected));
    }
    for (filter, expected) in [
        ("publish_time = 9999-12-31T23:59:59Z", vec!["last"]),
        ("fetch_time > 9999-12-31T22:00:00Z", vec!["last"]),
        ("publish_time <= 9999-12-31T23:59:59Z AND publish_time > 9999-12-31T23:59:58.999999Z", vec!["last"]),
        ("publish_time = 9999-12-31T23:59:59.000000", vec![]),
        ("publish_time = 0001-01-01T00:00:00Z", vec!["first"]),
        ("publish_time < 0001-01-01T00:00:00Z", vec![]),
        ("effective_time >= 0001-01-01T00:00:00Z AND name = *st", vec!["last", "first"]),
    ] {
        let request = ListArticlesRequest { filter: filter.to_owned(), page_size: 1, ..Default::default() };
        let found = list_all(&mut client, request).await;
        assert_eq!(ids(&found), expected, "{filter}");
    }
}
