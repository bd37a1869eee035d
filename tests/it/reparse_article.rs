//! ReparseArticle.

use articled::rpc::proto::{
    Article, ArticleView, GetArticleRequest, IngestArticleRequest, Outcome, ReparseArticleRequest,
    ReparseArticleResponse, UpdateArticleRequest,
};
use prost_types::FieldMask;
use tonic::{Code, Status};

use crate::support::{Client, TestServer, assert_about, assert_bad, create, document, given};

const PAGE: &str = "青溪大橋通車\n大橋今日通車，兩岸居民稱便。";

async fn reparse(client: &mut Client, name: &str) -> Result<ReparseArticleResponse, Status> {
    client.reparse_article(ReparseArticleRequest { name: name.to_owned() }).await.map(tonic::Response::into_inner)
}

async fn ingest(client: &mut Client) -> Article {
    let request = IngestArticleRequest { document: Some(document(PAGE)), ..Default::default() };
    client.ingest_article(request).await.expect("stored").into_inner().article.expect("there is one")
}

#[tokio::test]
async fn the_same_parser_changes_nothing() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let stored = ingest(&mut client).await;
    let answer = reparse(&mut client, &stored.name).await.expect("it has a document");
    assert_eq!(answer.outcome(), Outcome::Unchanged);
    assert_eq!(answer.article, Some(stored));
}

#[tokio::test]
async fn edits_and_the_document_stay_if_the_parsers_output_is_the_same() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let stored = ingest(&mut client).await;
    let edited = Article { name: stored.name.clone(), headline: "更正".to_owned(), ..Default::default() };
    let mask = FieldMask { paths: vec!["headline".to_owned()] };
    let request = UpdateArticleRequest { article: Some(edited), update_mask: Some(mask), ..Default::default() };
    let edited = client.update_article(request).await.expect("there is one").into_inner();
    let answer = reparse(&mut client, &stored.name).await.expect("it has a document");
    assert_eq!((answer.outcome(), answer.article), (Outcome::Unchanged, Some(edited)));
    let request = GetArticleRequest { name: stored.name, view: ArticleView::Raw.into() };
    let raw = client.get_article(request).await.expect("stored").into_inner().raw.expect("kept");
    assert_eq!(raw.content, PAGE);
}

#[tokio::test]
async fn refuses_what_has_no_document_or_is_not_there() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let name = create(&mut client, "made-here", given("題目", "正文")).await.name;
    assert_about(reparse(&mut client, &name).await, Code::FailedPrecondition, "NO_RAW_DOCUMENT", &name);
    let none = "articles/none";
    assert_about(reparse(&mut client, none).await, Code::NotFound, "ARTICLE_NOT_FOUND", none);
    assert_bad(reparse(&mut client, "none").await, "FIELD_MALFORMED", "name");
}
