//! A panic is INTERNAL, exposes no details, and does not affect other calls.

use std::sync::Arc;

use articled::rpc::proto::{GetArticleRequest, ParseArticleRequest};
use tonic::Code;

use crate::support::{Fault, FaultyStore, TestServer, document, refusal};

#[tokio::test]
async fn a_panic_is_internal() {
    let server = TestServer::with_store(Arc::new(FaultyStore(Fault::Panics))).await;
    let mut client = server.client().await;
    for _ in 0..3 {
        let request = GetArticleRequest { name: "articles/a".to_owned(), ..Default::default() };
        let answer = client.get_article(request).await;
        assert!(answer.as_ref().is_err_and(|status| !status.message().contains("asked for")));
        let refusal = refusal(answer);
        assert_eq!((refusal.code, refusal.reason.as_str()), (Code::Internal, "INTERNAL"));
    }
    let request = ParseArticleRequest { document: Some(document("題\n文")), ..Default::default() };
    client.parse_article(request).await.expect("the connection and the server go on");
}
