//! IngestArticle.

use articled::rpc::proto::{
    ArticleView, GetArticleRequest, IngestArticleRequest, IngestArticleResponse, Outcome, RawDocument,
};
use tonic::{Code, Status};

use crate::support::{Client, TestServer, assert_bad, document, refusal};

async fn ingest(client: &mut Client, document: RawDocument, id: &str) -> Result<IngestArticleResponse, Status> {
    let request = IngestArticleRequest {
        document: Some(document),
        article_id: id.to_owned(),
        validate_only: false,
        allow_older: false,
    };
    client.ingest_article(request).await.map(tonic::Response::into_inner)
}

#[tokio::test]
async fn creates_then_leaves_then_updates() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let page = |text: &str| RawDocument { url: "https://news.example/1".to_owned(), ..document(text) };

    let created = ingest(&mut client, page("青溪大橋通車\n大橋今日通車。"), "").await.expect("new");
    assert_eq!(created.outcome(), Outcome::Created);
    let created = created.article.expect("there is one");
    assert_eq!(created.revision, 1);

    let unchanged = ingest(&mut client, page("青溪大橋通車\n大橋今日通車。"), "").await.expect("the same");
    assert_eq!(unchanged.outcome(), Outcome::Unchanged);
    assert_eq!(unchanged.article.expect("there is one"), created);

    let updated = ingest(&mut client, page("青溪大橋通車\n大橋昨日通車。"), "").await.expect("another");
    assert_eq!(updated.outcome(), Outcome::Updated);
    let updated = updated.article.expect("there is one");
    assert_eq!((&updated.name, updated.revision), (&created.name, 2));
    assert_eq!(updated.create_time, created.create_time);
    assert!(updated.etag != created.etag);
}

#[tokio::test]
async fn keeps_the_bytes_as_they_came() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let bytes = [b"\xff\xfe\x00 \xe5\x8c".as_slice(), "題\r\n文".as_bytes()].concat();
    let page = RawDocument { content_type: String::new(), ..document(bytes.clone()) };
    let name =
        ingest(&mut client, page.clone(), "odd-1").await.expect("odd bytes are no error").article.expect("one").name;
    assert_eq!(name, "articles/odd-1");
    let request = GetArticleRequest { name, view: ArticleView::Raw.into() };
    let raw = client.get_article(request).await.expect("stored").into_inner().raw;
    assert_eq!(raw, Some(page));
}

#[tokio::test]
async fn validate_only_stores_nothing() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let request = IngestArticleRequest {
        document: Some(document("題目\n正文。")),
        article_id: "a".to_owned(),
        validate_only: true,
        allow_older: false,
    };
    let answer = client.ingest_article(request).await.expect("valid").into_inner();
    assert_eq!(answer.outcome(), Outcome::Created);
    let request = GetArticleRequest { name: "articles/a".to_owned(), ..Default::default() };
    assert_eq!(refusal(client.get_article(request).await).code, Code::NotFound);
}

#[tokio::test]
async fn refuses_a_bad_id_and_a_bad_document() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    assert_bad(ingest(&mut client, document("題"), "A").await, "FIELD_MALFORMED", "article_id");
    assert_bad(ingest(&mut client, document(""), "").await, "FIELD_REQUIRED", "document.content");
    let none = client.ingest_article(IngestArticleRequest::default()).await;
    assert_bad(none, "FIELD_REQUIRED", "document");
}

#[tokio::test]
async fn a_body_past_1_mib_is_cut_and_the_report_says_so() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let paragraphs: String = (0..40_000).map(|number| format!("第{number}段，講一件從來沒有發生過的事。\n")).collect();
    let answer = ingest(&mut client, document(format!("題目\n{paragraphs}")), "").await.expect("it is stored");
    let article = answer.article.expect("there is one");
    assert!(article.body.len() <= 1 << 20);
    let warnings = article.parse_report.expect("there is one").warnings;
    assert!(warnings.iter().any(|warning| warning.reason == "BODY_TRUNCATED"));
}

#[tokio::test]
async fn a_document_of_9_mib_is_refused_by_the_name_of_its_field() {
    let server = TestServer::start().await;
    let answer = ingest(&mut server.client().await, document(vec![b'a'; 9 << 20]), "").await;
    assert_bad(answer, "FIELD_TOO_LARGE", "document.content");
}
