//! WatchArticles: list, then watch, and miss nothing.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use articled::config::{Config, Feed};
use articled::rpc::proto::watch_articles_response::Event;
use articled::rpc::proto::{
    Article, ArticleView, DeleteArticleRequest, FilterArticlesRequest, IngestArticleRequest, KeywordFilter,
    ListArticlesRequest, UpdateArticleRequest, WatchArticlesRequest, WatchArticlesResponse,
};
use articled::store::sqlite::{SqliteOptions, SqliteStore};
use tonic::{Code, Status, Streaming};

use crate::support::{
    Client, Fault, FaultyStore, Refusal, TestServer, assert_bad, create, document, given, memory_store, refusal,
};

type Events = Streaming<WatchArticlesResponse>;

async fn watch(client: &mut Client, request: WatchArticlesRequest) -> Events {
    client.watch_articles(request).await.expect("valid").into_inner()
}

async fn next(events: &mut Events) -> (Event, String) {
    let response = events.message().await.expect("it goes on").expect("it has no end");
    (response.event.expect("some event"), response.resume_token)
}

/// The status with which a watch is refused or ends. Events before it are ignored.
async fn end(client: &mut Client, request: WatchArticlesRequest) -> Result<(), Status> {
    let mut events = client.watch_articles(request).await?.into_inner();
    while events.message().await?.is_some() {}
    Ok(())
}

/// Applies events to a replica up to a checkpoint, and returns its token.
async fn follow(events: &mut Events, copy: &mut BTreeMap<String, Article>) -> String {
    loop {
        match next(events).await {
            (Event::Upserted(article), _) => _ = copy.insert(article.name.clone(), article),
            (Event::Deleted(name), _) => _ = copy.remove(&name),
            (Event::Checkpoint(_), token) => return token,
        }
    }
}

fn bridge() -> KeywordFilter {
    KeywordFilter { all: vec!["橋".to_owned()], ..Default::default() }
}

async fn change(client: &mut Client, id: &str, headline: &str) -> Article {
    let article = Article { name: format!("articles/{id}"), headline: headline.to_owned(), ..Default::default() };
    let request = UpdateArticleRequest { article: Some(article), ..Default::default() };
    client.update_article(request).await.expect("it is there").into_inner()
}

async fn delete(client: &mut Client, id: &str) {
    let request = DeleteArticleRequest { name: format!("articles/{id}"), ..Default::default() };
    client.delete_article(request).await.expect("it is there");
}

async fn server_on(path: &Path, keep_deletions: u64) -> TestServer {
    let options = SqliteOptions { keep_deletions, ..SqliteOptions::new(path) };
    let store = SqliteStore::open(options).await.expect("a store");
    TestServer::with(Config::default(), Arc::new(store)).await
}

#[tokio::test]
async fn a_watch_from_now_tells_what_comes() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    create(&mut client, "old", given("青溪大橋", "舊聞。")).await;
    let mut events = watch(&mut client, WatchArticlesRequest { keywords: Some(bridge()), ..Default::default() }).await;
    assert!(matches!(next(&mut events).await.0, Event::Checkpoint(_)));

    create(&mut client, "tunnel", given("白石隧道", "隧道。")).await;
    let stored = create(&mut client, "new", given("白石大桥", "正文。")).await;
    let (event, _) = next(&mut events).await;
    assert_eq!(event, Event::Upserted(Article { body: String::new(), parse_report: None, ..stored }), "BASIC");
    let changed = change(&mut client, "new", "又一座橋").await;
    let (event, _) = next(&mut events).await;
    assert_eq!(event, Event::Upserted(Article { body: String::new(), parse_report: None, ..changed }));

    // An article that no longer matches is reported as deleted, like a deleted one.
    change(&mut client, "old", "舊聞").await;
    assert_eq!(next(&mut events).await.0, Event::Deleted("articles/old".to_owned()));
    delete(&mut client, "new").await;
    assert_eq!(next(&mut events).await.0, Event::Deleted("articles/new".to_owned()));
}

#[tokio::test]
async fn a_list_and_its_watch_leave_no_gap() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    for number in 0..4 {
        create(&mut client, &format!("a{number}"), given("題", "文。")).await;
    }
    let mut copy = BTreeMap::new();
    let mut request = ListArticlesRequest { page_size: 1, ..Default::default() };
    let mut tokens = Vec::new();
    for page in 0.. {
        let list = client.list_articles(request.clone()).await.expect("valid").into_inner();
        copy.extend(list.articles.into_iter().map(|article| (article.name.clone(), article)));
        tokens.push(list.resume_token);
        request.page_token = list.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
        // On pages that were already read, and on later ones.
        match page {
            0 => _ = change(&mut client, "a3", "改").await,
            1 => delete(&mut client, "a3").await,
            2 => _ = create(&mut client, "b", given("題", "文。")).await,
            _ => _ = change(&mut client, "a0", "改").await,
        }
    }
    tokens.dedup();
    let [token] = tokens.as_slice() else { panic!("all pages have the same token: {tokens:?}") };
    let mut events =
        watch(&mut client, WatchArticlesRequest { resume_token: token.clone(), ..Default::default() }).await;
    follow(&mut events, &mut copy).await;
    let list = client.list_articles(ListArticlesRequest::default()).await.expect("valid").into_inner();
    let expected: BTreeMap<_, _> = list.articles.into_iter().map(|article| (article.name.clone(), article)).collect();
    // Becoming a duplicate of another article is not a change.
    let settled = |copy: BTreeMap<String, Article>| -> Vec<Article> {
        copy.into_values().map(|article| Article { duplicate_of: String::new(), ..article }).collect()
    };
    assert_eq!(settled(copy), settled(expected));
}

#[tokio::test]
async fn a_filter_page_begins_a_watch_too() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    create(&mut client, "a", given("青溪大橋", "文。")).await;
    let filter = "revision < 2".to_owned();
    let request =
        FilterArticlesRequest { keywords: Some(bridge()), filter: filter.clone(), page_size: 1, ..Default::default() };
    let page = client.filter_articles(request).await.expect("valid").into_inner();
    create(&mut client, "b", given("白石大橋", "文。")).await;
    change(&mut client, "a", "青溪的橋").await;
    let request = WatchArticlesRequest {
        keywords: Some(bridge()),
        filter,
        view: ArticleView::Full.into(),
        resume_token: page.resume_token,
    };
    let mut events = watch(&mut client, request).await;
    let (Event::Upserted(article), _) = next(&mut events).await else { panic!("b was created") };
    assert_eq!((article.name.as_str(), article.body.as_str()), ("articles/b", "文。"));
    assert_eq!(next(&mut events).await.0, Event::Deleted("articles/a".to_owned()), "its revision is 2");
    assert!(matches!(next(&mut events).await.0, Event::Checkpoint(_)), "it has caught up");
}

#[tokio::test]
async fn a_watch_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().expect("a place for the store");
    let path = folder.path().join("articled.db");
    let server = server_on(&path, 100).await;
    let mut client = server.client().await;
    let mut events = watch(&mut client, WatchArticlesRequest::default()).await;
    next(&mut events).await;
    create(&mut client, "a", given("題", "文。")).await;
    let (_, token) = next(&mut events).await;
    create(&mut client, "b", given("題", "文。")).await;
    next(&mut events).await;

    let stopping = server.begin_stop();
    let ended = loop {
        match events.message().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("ended as if it were complete"),
            Err(status) => break status,
        }
    };
    let Refusal { code, reason, .. } = refusal::<()>(Err(ended));
    assert_eq!((code, reason.as_str()), (Code::Unavailable, "SERVER_STOPPING"));
    drop((client, events));
    stopping.await.expect("no panic").expect("no error");

    let server = server_on(&path, 100).await;
    let mut client = server.client().await;
    create(&mut client, "c", given("題", "文。")).await;
    let mut events = watch(&mut client, WatchArticlesRequest { resume_token: token, ..Default::default() }).await;
    for id in ["articles/b", "articles/c"] {
        let (Event::Upserted(article), _) = next(&mut events).await else { panic!("{id} was created") };
        assert_eq!(article.name, id);
    }
}

#[tokio::test]
async fn tokens_are_bound_and_grow_old() {
    let folder = tempfile::tempdir().expect("a place for the store");
    let server = server_on(&folder.path().join("articled.db"), 1).await;
    let mut client = server.client().await;
    for id in ["a", "b", "c"] {
        create(&mut client, id, given("題", "文。")).await;
    }
    let request = ListArticlesRequest { page_size: 1, ..Default::default() };
    let page = client.list_articles(request).await.expect("valid").into_inner();
    let with =
        |resume_token: &str| WatchArticlesRequest { resume_token: resume_token.to_owned(), ..Default::default() };
    let others = [
        WatchArticlesRequest { keywords: Some(bridge()), ..with(&page.resume_token) },
        WatchArticlesRequest { filter: "revision = 1".to_owned(), ..with(&page.resume_token) },
        with(&page.next_page_token),
        with("橋"),
    ];
    for request in others {
        assert_bad(end(&mut client, request).await, "RESUME_TOKEN_INVALID", "resume_token");
    }
    let misplaced = ListArticlesRequest { page_token: page.resume_token.clone(), page_size: 1, ..Default::default() };
    assert_bad(client.list_articles(misplaced).await, "PAGE_TOKEN_INVALID", "page_token");

    // On this server a deletion expires after two later changes.
    delete(&mut client, "a").await;
    create(&mut client, "d", given("題", "文。")).await;
    delete(&mut client, "b").await;
    let Refusal { code, reason, .. } = refusal(end(&mut client, with(&page.resume_token)).await);
    assert_eq!((code, reason.as_str()), (Code::OutOfRange, "RESUME_TOKEN_EXPIRED"));

    // A token of another store, whose sequence numbers mean other changes.
    let other = TestServer::start().await;
    let refused = refusal(end(&mut other.client().await, with(&page.resume_token)).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::OutOfRange, "RESUME_TOKEN_EXPIRED"));
}

#[tokio::test]
async fn a_slow_reader_loses_nothing() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let request = WatchArticlesRequest { view: ArticleView::Full.into(), ..Default::default() };
    let mut events = watch(&mut client, request).await;
    next(&mut events).await;
    // Far more than any window or queue holds, while the client does not read.
    let mut writer = server.client().await;
    let body = "青溪大橋今日通車。".repeat(2000);
    for number in 0..200 {
        create(&mut writer, &format!("a{number}"), given("題", &body)).await;
    }
    for number in 0..200 {
        loop {
            match next(&mut events).await.0 {
                Event::Upserted(article) => {
                    assert_eq!((article.name, article.body.len()), (format!("articles/a{number}"), body.len()));
                    break;
                }
                Event::Checkpoint(_) => {}
                Event::Deleted(name) => panic!("{name} was not deleted"),
            }
        }
    }
}

#[tokio::test]
async fn checkpoints_follow_changes_that_do_not_match() {
    let feed = Feed { checkpoint_interval_ms: 10, ..Feed::default() };
    let server = TestServer::with(Config { feed, ..Config::default() }, memory_store()).await;
    let mut client = server.client().await;
    let mut events = watch(&mut client, WatchArticlesRequest { keywords: Some(bridge()), ..Default::default() }).await;
    let (_, first) = next(&mut events).await;
    create(&mut client, "a", given("隧道", "文。")).await;
    let token = loop {
        let (Event::Checkpoint(_), token) = next(&mut events).await else { panic!("nothing matches") };
        if token != first {
            break token;
        }
    };
    let request = WatchArticlesRequest { keywords: Some(bridge()), resume_token: token.clone(), ..Default::default() };
    let mut again = watch(&mut client, request).await;
    assert_eq!(follow(&mut again, &mut BTreeMap::new()).await, token, "nothing came after it");
}

#[tokio::test]
async fn the_raw_view_brings_the_document() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let request = WatchArticlesRequest { view: ArticleView::Raw.into(), ..Default::default() };
    let mut events = watch(&mut client, request).await;
    next(&mut events).await;
    let request = IngestArticleRequest { document: Some(document("題\n文")), ..Default::default() };
    client.ingest_article(request).await.expect("valid");
    let (Event::Upserted(article), _) = next(&mut events).await else { panic!("it was created") };
    assert_eq!(article.raw.map(|raw| raw.content), Some(document("題\n文").content));
}

#[tokio::test]
async fn bad_arguments_are_named() {
    let server = TestServer::with_store(memory_store()).await;
    let mut client = server.client().await;
    let blank = KeywordFilter { all: vec![" ".to_owned()], ..Default::default() };
    let request = WatchArticlesRequest { keywords: Some(blank), ..Default::default() };
    assert_bad(end(&mut client, request).await, "FIELD_REQUIRED", "keywords.all[0]");
    let request = WatchArticlesRequest { keywords: Some(KeywordFilter::default()), ..Default::default() };
    assert_bad(end(&mut client, request).await, "FIELD_REQUIRED", "keywords");
    let request = WatchArticlesRequest { filter: "(((".to_owned(), ..Default::default() };
    assert_bad(end(&mut client, request).await, "FILTER_INVALID", "filter");
    let request = WatchArticlesRequest { view: 9, ..Default::default() };
    assert_bad(end(&mut client, request).await, "UNKNOWN_ENUM_VALUE", "view");
}

#[tokio::test]
async fn a_panic_is_no_end() {
    let server = TestServer::with_store(Arc::new(FaultyStore(Fault::Panics))).await;
    let mut client = server.client().await;
    let refused = refusal(end(&mut client, WatchArticlesRequest::default()).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::Internal, "INTERNAL"));
}
