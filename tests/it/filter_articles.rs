//! FilterArticles.

use std::sync::Arc;

use articled::rpc::proto::{
    Article, ArticleView, FilterArticlesRequest, FilterArticlesResponse, KeywordFilter, TextField,
};
use articled::store::memory::MemoryStore;
use prost::Message as _;
use tonic::Status;

use crate::support::{Client, TestServer, assert_bad, create, given};

async fn server_with_three() -> (TestServer, Client) {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    create(&mut client, "a", given("青溪大橋通車", "大橋連接兩岸。")).await;
    create(&mut client, "b", given("白石隧道開工", "隧道穿過白石山。")).await;
    let article = Article { authors: vec!["青溪".to_owned()], ..given("白石山的橋", "一座橋。") };
    create(&mut client, "c", article).await;
    (server, client)
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn all(keywords: &[&str]) -> KeywordFilter {
    KeywordFilter { all: words(keywords), ..Default::default() }
}

async fn filter(client: &mut Client, keywords: KeywordFilter) -> Result<FilterArticlesResponse, Status> {
    let request = FilterArticlesRequest { keywords: Some(keywords), count_total: true, ..Default::default() };
    client.filter_articles(request).await.map(tonic::Response::into_inner)
}

fn ids(response: &FilterArticlesResponse) -> Vec<&str> {
    let articles = response.matches.iter().filter_map(|found| found.article.as_ref());
    articles.map(|article| article.name.trim_start_matches("articles/")).collect()
}

#[tokio::test]
async fn finds_what_matches() {
    let (_server, mut client) = server_with_three().await;
    let in_headline = KeywordFilter { fields: vec![TextField::Headline.into()], ..all(&["青溪"]) };
    let any = KeywordFilter { any: words(&["隧道", "通車"]), ..Default::default() };
    let none = KeywordFilter { none: words(&["白石"]), ..Default::default() };
    for (keywords, expected) in [
        (all(&["橋"]), vec!["c", "a"]),
        (all(&["橋", "青溪"]), vec!["c", "a"]),
        (all(&["橋", "白石"]), vec!["c"]),
        (in_headline, vec!["a"]),
        (any, vec!["b", "a"]),
        (none, vec!["a"]),
        (all(&["AND"]), vec![]),
    ] {
        let found = filter(&mut client, keywords.clone()).await.expect("valid");
        assert_eq!(ids(&found), expected, "{keywords:?}");
        assert_eq!(usize::try_from(found.total_size), Ok(expected.len()));
        assert!(!found.total_size_is_lower_bound);
    }
}

#[tokio::test]
async fn says_which_keywords_occur() {
    let (_server, mut client) = server_with_three().await;
    let keywords = KeywordFilter { any: words(&["隧道", "橋", "兩岸"]), ..all(&["青溪", "大", "青溪"]) };
    let found = filter(&mut client, keywords).await.expect("valid");
    assert_eq!(ids(&found), ["a"]);
    assert_eq!(found.matches[0].matched_terms, ["青溪", "大", "橋", "兩岸"]);
    assert!(found.matches[0].article.as_ref().is_some_and(|article| article.body.is_empty()), "BASIC by default");
}

#[tokio::test]
async fn shows_where_they_are() {
    let (_server, mut client) = server_with_three().await;
    let request = FilterArticlesRequest {
        keywords: Some(all(&["大橋"])),
        snippets: 10,
        view: ArticleView::Full.into(),
        ..Default::default()
    };
    let found = client.filter_articles(request).await.expect("valid").into_inner();
    let article = found.matches[0].article.as_ref().expect("there is one");
    let snippets = &found.matches[0].snippets;
    assert_eq!(snippets.first().map(|snippet| snippet.field()), Some(TextField::Headline));
    assert_eq!(snippets.last().map(|snippet| snippet.field()), Some(TextField::Body));
    for snippet in snippets {
        let text: String = snippet.segments.iter().map(|segment| segment.text.as_str()).collect();
        assert!(article.headline.contains(&text) || article.body.contains(&text), "{text}");
        assert!(snippet.segments.iter().any(|segment| segment.hit && segment.text == "大橋"));
    }
}

#[tokio::test]
async fn pages_through_all_matches() {
    let (_server, mut client) = server_with_three().await;
    let mut request = FilterArticlesRequest { keywords: Some(all(&["橋"])), page_size: 1, ..Default::default() };
    let first = client.filter_articles(request.clone()).await.expect("valid").into_inner();
    assert_eq!((ids(&first), first.total_size), (vec!["c"], 0));
    request.page_token = first.next_page_token;
    // Neither of these belongs to the query.
    request.page_size = 7;
    request.count_total = true;
    let second = client.filter_articles(request.clone()).await.expect("valid").into_inner();
    assert_eq!((ids(&second), second.total_size, second.next_page_token.as_str()), (vec!["a"], 2, ""));

    request.keywords = Some(all(&["白"]));
    assert_bad(client.filter_articles(request).await, "PAGE_TOKEN_INVALID", "page_token");
}

#[tokio::test]
async fn refuses() {
    let (_server, mut client) = server_with_three().await;
    let none = client.filter_articles(FilterArticlesRequest::default()).await;
    assert_bad(none, "FIELD_REQUIRED", "keywords");
    let many: Vec<&str> = vec!["橋"; 33];
    let long = "橋".repeat(65);
    for (keywords, reason, field) in [
        (KeywordFilter::default(), "FIELD_REQUIRED", "keywords"),
        (all(&many), "FIELD_TOO_LARGE", "keywords"),
        (all(&["橋", ""]), "FIELD_REQUIRED", "keywords.all[1]"),
        (all(&["\u{3000} "]), "FIELD_REQUIRED", "keywords.all[0]"),
        (KeywordFilter { any: words(&[&long]), ..Default::default() }, "FIELD_TOO_LARGE", "keywords.any[0]"),
        (KeywordFilter { none: words(&["a", "b", " "]), ..Default::default() }, "FIELD_REQUIRED", "keywords.none[2]"),
        (KeywordFilter { fields: vec![1, 0], ..all(&["橋"]) }, "UNKNOWN_ENUM_VALUE", "keywords.fields[1]"),
        (KeywordFilter { fields: vec![99], ..all(&["橋"]) }, "UNKNOWN_ENUM_VALUE", "keywords.fields[0]"),
        (KeywordFilter { r#match: 3, ..all(&["橋"]) }, "UNKNOWN_ENUM_VALUE", "keywords.match"),
    ] {
        assert_bad(filter(&mut client, keywords).await, reason, field);
    }
    let good = || FilterArticlesRequest { keywords: Some(all(&["橋"])), ..Default::default() };
    let bad = FilterArticlesRequest { snippets: 11, ..good() };
    assert_bad(client.filter_articles(bad).await, "FIELD_OUT_OF_RANGE", "snippets");
    let bad = FilterArticlesRequest { page_size: -5, ..good() };
    assert_bad(client.filter_articles(bad).await, "FIELD_OUT_OF_RANGE", "page_size");
    let bad = FilterArticlesRequest { order_by: "relevance".to_owned(), ..good() };
    assert_bad(client.filter_articles(bad).await, "FIELD_MALFORMED", "order_by");
    let bad = FilterArticlesRequest { view: -1, ..good() };
    assert_bad(client.filter_articles(bad).await, "UNKNOWN_ENUM_VALUE", "view");
    let bad = FilterArticlesRequest { filter: "(((".to_owned(), ..good() };
    assert_bad(client.filter_articles(bad).await, "FILTER_INVALID", "filter");
}

#[tokio::test]
async fn snippets_and_matched_terms_count_in_a_page() {
    // The default of `limits.max_page_bytes`, and what the page itself and its tokens add.
    const MAX_PAGE_BYTES: usize = (3 << 20) + 1024;
    const ARTICLES: usize = 600;
    let server = TestServer::with_store(Arc::new(MemoryStore::new())).await;
    let mut client = server.client().await;
    // Each of 64 code points and in no other.
    let keywords: Vec<String> =
        ('一'..).take(32).map(|own| own.to_string() + &"橋".repeat(62) + &own.to_string()).collect();
    let body = keywords.join("\n");
    for number in 0..ARTICLES {
        create(&mut client, &format!("a{number}"), given(&format!("題{number}"), &body)).await;
    }
    for (view, snippets) in [(ArticleView::Basic, 0), (ArticleView::Basic, 10), (ArticleView::Full, 10)] {
        let keywords = KeywordFilter { all: keywords.clone(), ..Default::default() };
        let mut request = FilterArticlesRequest {
            keywords: Some(keywords),
            view: view.into(),
            snippets,
            page_size: 1000,
            ..Default::default()
        };
        let mut found = Vec::new();
        loop {
            let page = client.filter_articles(request.clone()).await.expect("valid").into_inner();
            assert!(page.encoded_len() <= MAX_PAGE_BYTES, "{view:?}, {snippets}: {}", page.encoded_len());
            found.extend(ids(&page).into_iter().map(str::to_owned));
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        assert_eq!(found.len(), ARTICLES, "{view:?}, {snippets}");
        found.sort_unstable();
        found.dedup();
        assert_eq!(found.len(), ARTICLES, "none comes twice");
    }
}
