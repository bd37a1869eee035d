//! The errors that a client gets if the store fails.

use std::sync::Arc;

use articled::rpc::proto::{CreateArticleRequest, GetArticleRequest, ListArticlesRequest};
use articled::store::StoreError;
use tonic::Code;
use tonic_types::StatusExt;

use crate::support::{Fault, FaultyStore, TestServer, given, refusal};

async fn check(error: fn() -> StoreError, code: Code, reason: &str, may_retry: bool) {
    let server = TestServer::with_store(Arc::new(FaultyStore(Fault::Fails(error)))).await;
    let mut client = server.client().await;
    let get = GetArticleRequest { name: "articles/a".to_owned(), ..Default::default() };
    let create = CreateArticleRequest { article: Some(given("題", "文")), ..Default::default() };
    for status in [
        client.get_article(get).await.expect_err("fails"),
        client.list_articles(ListArticlesRequest::default()).await.expect_err("fails"),
        client.create_article(create).await.expect_err("fails"),
    ] {
        assert_eq!(status.get_error_details().retry_info().is_some(), may_retry, "{reason}");
        assert!(!status.message().contains("secret"));
        let refusal = refusal::<()>(Err(status));
        assert_eq!((refusal.code, refusal.reason.as_str()), (code, reason));
    }
}

#[tokio::test]
async fn every_kind_has_its_code() {
    check(|| StoreError::Overloaded, Code::ResourceExhausted, "STORE_OVERLOADED", true).await;
    check(|| StoreError::Full, Code::ResourceExhausted, "STORE_FULL", true).await;
    check(|| StoreError::ReadOnly, Code::FailedPrecondition, "STORE_READ_ONLY", false).await;
    check(|| StoreError::Damaged("secret".to_owned()), Code::DataLoss, "STORE_DAMAGED", false).await;
    check(|| StoreError::Unavailable("secret".to_owned()), Code::Unavailable, "STORE_UNAVAILABLE", true).await;
    check(|| StoreError::Failed("secret".to_owned()), Code::Internal, "INTERNAL", false).await;
}
