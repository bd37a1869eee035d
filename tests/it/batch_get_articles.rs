//! BatchGetArticles.

use articled::rpc::proto::{ArticleView, BatchGetArticlesRequest};
use tonic::Code;
use tonic_types::StatusExt;

use crate::support::{TestServer, assert_about, assert_bad, create, given, refusal};

fn batch(names: &[&str]) -> BatchGetArticlesRequest {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    BatchGetArticlesRequest { names, ..Default::default() }
}

#[tokio::test]
async fn answers_in_the_order_asked() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    for id in ["a", "b", "c"] {
        create(&mut client, id, given(id, "文")).await;
    }
    let names = ["articles/c", "articles/a", "articles/c"];
    let found = client.batch_get_articles(batch(&names)).await.expect("all there").into_inner().articles;
    assert_eq!(found.iter().map(|article| article.name.as_str()).collect::<Vec<_>>(), names);
    assert!(found.iter().all(|article| article.body == "文"));

    let request = BatchGetArticlesRequest { view: ArticleView::Basic.into(), ..batch(&names) };
    let found = client.batch_get_articles(request).await.expect("all there").into_inner().articles;
    assert!(found.iter().all(|article| article.body.is_empty()));

    let some = client.batch_get_articles(batch(&["articles/a", "articles/x", "articles/y"])).await;
    assert_about(some, Code::NotFound, "ARTICLE_NOT_FOUND", "articles/x");
}

#[tokio::test]
async fn says_how_many_fit() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    create(&mut client, "big", given("題", &"a".repeat(1 << 20))).await;
    let names = ["articles/big"; 4];
    let status = client.batch_get_articles(batch(&names)).await.expect_err("4 MiB");
    let details = status.get_error_details();
    let metadata = details.error_info().map(|info| info.metadata.clone()).unwrap_or_default();
    assert_eq!(metadata.get("fitting_names").map(String::as_str), Some("2"));
    let refusal = refusal::<()>(Err(status));
    assert_eq!((refusal.code, refusal.reason.as_str()), (Code::ResourceExhausted, "BATCH_TOO_LARGE"));
    assert_eq!(client.batch_get_articles(batch(&names[..2])).await.expect("they fit").into_inner().articles.len(), 2);
}

#[tokio::test]
async fn refuses() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    assert_bad(client.batch_get_articles(batch(&[])).await, "FIELD_REQUIRED", "names");
    assert_bad(client.batch_get_articles(batch(&["articles/a"; 101])).await, "FIELD_TOO_LARGE", "names");
    let names = ["articles/a", "articles/b", "articles/c", "articles/-"];
    assert_bad(client.batch_get_articles(batch(&names)).await, "FIELD_MALFORMED", "names[3]");
    let request = BatchGetArticlesRequest { view: 4, ..batch(&["articles/a"]) };
    assert_bad(client.batch_get_articles(request).await, "UNKNOWN_ENUM_VALUE", "view");
}
