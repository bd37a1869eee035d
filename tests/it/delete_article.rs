//! DeleteArticle.

use articled::rpc::proto::{DeleteArticleRequest, GetArticleRequest};
use tonic::Code;

use crate::support::{TestServer, assert_about, assert_bad, create, given, refusal};

fn delete(etag: &str) -> DeleteArticleRequest {
    DeleteArticleRequest { name: "articles/a".to_owned(), etag: etag.to_owned(), allow_missing: false }
}

#[tokio::test]
async fn removes_the_article() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let article = create(&mut client, "a", given("題", "文")).await;
    let stale = client.delete_article(delete("\"0-0\"")).await;
    assert_about(stale, Code::Aborted, "ETAG_MISMATCH", "articles/a");
    client.delete_article(delete(&article.etag)).await.expect("current");
    let request = GetArticleRequest { name: article.name, ..Default::default() };
    assert_eq!(refusal(client.get_article(request).await).code, Code::NotFound);

    let again = create(&mut client, "a", given("題", "文")).await;
    assert_eq!(again.revision, 1);
    assert!(again.etag != article.etag, "an etag never comes back");
    client.delete_article(delete("")).await.expect("no etag, no condition");
}

#[tokio::test]
async fn refuses() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let missing = client.delete_article(delete("")).await;
    assert_about(missing, Code::NotFound, "ARTICLE_NOT_FOUND", "articles/a");
    let allowed = DeleteArticleRequest { allow_missing: true, ..delete("") };
    client.delete_article(allowed).await.expect("nothing happens");
    let unnamed = DeleteArticleRequest { name: String::new(), ..delete("") };
    assert_bad(client.delete_article(unnamed).await, "FIELD_REQUIRED", "name");
    let malformed = DeleteArticleRequest { name: "articles/Ä".to_owned(), ..delete("") };
    assert_bad(client.delete_article(malformed).await, "FIELD_MALFORMED", "name");
}
