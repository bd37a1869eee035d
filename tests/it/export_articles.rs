//! ExportArticles.

use std::future::ready;
use std::sync::Arc;

use articled::config::{Config, Limits};
use articled::rpc::proto::import_articles_request::Item;
use articled::rpc::proto::{
    Article, ArticleView, ExportArticlesRequest, ImportArticlesRequest, IngestArticleRequest, KeywordFilter,
    RawDocument,
};
use articled::store::StoreError;
use futures::StreamExt;
use tonic::{Code, Status};

use crate::support::{
    Client, Fault, FaultyStore, TestServer, assert_bad, create, document, given, memory_store, refusal, rpc, time,
};

async fn export(client: &mut Client, request: ExportArticlesRequest) -> Result<Vec<Article>, Status> {
    let mut answers = client.export_articles(request).await?.into_inner();
    let mut articles = Vec::new();
    while let Some(answer) = answers.message().await? {
        articles.push(answer.article.expect("each has one"));
    }
    Ok(articles)
}

/// Articles whose order of times is not that of their names, some of the same time.
async fn fill(client: &mut Client, count: i64) -> Vec<String> {
    let mut names = Vec::new();
    for number in 0..count {
        let second = (number * 7) % count / 2;
        let article = Article {
            publish_time: Some(time(1_600_000_000 + second)),
            section: if number % 3 == 0 { "要闻" } else { "副刊" }.to_owned(),
            ..given(&format!("第{number}座橋"), "青溪大橋今日通車。")
        };
        names.push((second, create(client, &format!("a{number:03}"), article).await.name));
    }
    names.sort();
    names.into_iter().map(|(_, name)| name).collect()
}

#[tokio::test]
async fn all_come_oldest_first_and_whole() {
    // Pages of a few articles each, so that there are many.
    let limits = Limits { max_page_bytes: 64 << 10, ..Limits::default() };
    let server = TestServer::with(Config { limits, ..Config::default() }, memory_store()).await;
    let mut client = server.client().await;
    let names = fill(&mut client, 600).await;
    let exported = export(&mut client, ExportArticlesRequest::default()).await.expect("a whole stream");
    assert_eq!(exported.iter().map(|article| &article.name).collect::<Vec<_>>(), names.iter().collect::<Vec<_>>());
    assert!(exported.iter().all(|article| article.body == "青溪大橋今日通車。"));
}

#[tokio::test]
async fn keywords_filter_and_view_are_kept_to() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    fill(&mut client, 30).await;
    let keywords = |word: &str| Some(KeywordFilter { all: vec![word.to_owned()], ..Default::default() });
    let request = ExportArticlesRequest {
        keywords: keywords("第1"),
        filter: "section = \"要闻\"".to_owned(),
        view: ArticleView::Basic.into(),
    };
    let exported = export(&mut client, request).await.expect("a whole stream");
    let mut headlines: Vec<_> = exported.iter().map(|article| article.headline.as_str()).collect();
    headlines.sort_unstable();
    assert_eq!(headlines, ["第12座橋", "第15座橋", "第18座橋"]);
    assert!(exported.iter().all(|article| article.body.is_empty() && article.char_count == 9));

    let nothing = ExportArticlesRequest { keywords: keywords("不存在"), ..Default::default() };
    assert!(export(&mut client, nothing).await.expect("an empty stream").is_empty());
    let page: RawDocument = document("題目\n正文。");
    let request = IngestArticleRequest { document: Some(page.clone()), ..Default::default() };
    client.ingest_article(request).await.expect("stored");
    let raw =
        ExportArticlesRequest { keywords: keywords("題目"), view: ArticleView::Raw.into(), ..Default::default() };
    assert_eq!(export(&mut client, raw).await.expect("a whole stream")[0].raw, Some(page));
}

#[tokio::test]
async fn a_bad_argument_is_named_and_a_store_that_fails_ends_it() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let bad = ExportArticlesRequest { filter: "nothing = 1".to_owned(), ..Default::default() };
    assert_bad(export(&mut client, bad).await, "FILTER_INVALID", "filter");
    let bad = ExportArticlesRequest { keywords: Some(KeywordFilter::default()), ..Default::default() };
    assert_bad(export(&mut client, bad).await, "FIELD_REQUIRED", "keywords");

    let damaged = || StoreError::Damaged("a page".to_owned());
    let server = TestServer::with_store(Arc::new(FaultyStore(Fault::Fails(damaged)))).await;
    let refused = refusal(export(&mut server.client().await, ExportArticlesRequest::default()).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::DataLoss, "STORE_DAMAGED"));
}

#[tokio::test]
async fn a_stalled_client_is_disconnected() {
    let limits = Limits { max_exports: 1, stream_stall_ms: 100, ..Limits::default() };
    let rpc = rpc(&limits);
    let requests = (0..9).map(|number| ImportArticlesRequest {
        sequence: number,
        item: Some(Item::Article(given(&format!("第{number}座橋"), "青溪大橋今日通車。"))),
        article_id: String::new(),
        allow_older: false,
    });
    let stored =
        articled::rpc::import_articles(&rpc, &Arc::default(), futures::stream::iter(requests.map(Ok))).expect("begins");
    assert_eq!(stored.count().await, 9);

    let begin = || articled::rpc::export_articles(&rpc, &Arc::default(), ExportArticlesRequest::default());
    let stalled = begin().expect("it begins");
    assert_eq!(refusal(begin().map_err(Status::from)).reason, "SERVER_OVERLOADED");
    let next = loop {
        match begin() {
            Ok(next) => break next,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    assert_eq!(next.filter_map(|answer| ready(answer.ok())).count().await, 9);
    let answers: Vec<_> = stalled.collect().await;
    assert!((2..9).contains(&answers.len()));
    let end = refusal(answers.into_iter().next_back().expect("there is one"));
    assert_eq!((end.code, end.reason.as_str()), (Code::DeadlineExceeded, "STREAM_STALLED"));
}
