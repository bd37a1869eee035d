//! A deadline that passed is DEADLINE_EXCEEDED, whoever set it.

use std::sync::Arc;

use articled::config::{Config, Limits};
use articled::rpc::proto::GetArticleRequest;
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::support::{Fault, FaultyStore, Hang, TestServer, memory_store, refusal};

fn request(grpc_timeout: Option<&'static str>) -> Request<GetArticleRequest> {
    let mut request = Request::new(GetArticleRequest { name: "articles/a".to_owned(), ..Default::default() });
    if let Some(timeout) = grpc_timeout {
        request.metadata_mut().insert("grpc-timeout", timeout.parse().expect("ASCII"));
    }
    request
}

#[tokio::test]
async fn a_call_that_hangs_ends_at_its_deadline() {
    let limits = Limits { default_deadline_ms: 20, max_deadline_ms: 40, ..Limits::default() };
    let hang = Hang::new();
    let store = Arc::new(FaultyStore(Fault::Hangs(Arc::clone(&hang))));
    let server = TestServer::with(Config { limits, ..Config::default() }, store).await;
    let mut client = server.client().await;
    // The default, and the most that a client gets however much it asks for.
    for grpc_timeout in [None, Some("1H")] {
        let refusal = refusal(client.get_article(request(grpc_timeout)).await);
        assert_eq!((refusal.code, refusal.reason.as_str()), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"));
    }
}

#[tokio::test]
async fn a_stream_ends_at_the_clients_deadline() {
    let server = TestServer::start().await;
    let mut client = HealthClient::new(server.channel().await);
    let mut request = Request::new(HealthCheckRequest::default());
    request.metadata_mut().insert("grpc-timeout", "500m".parse().expect("ASCII"));
    let mut stream = client.watch(request).await.expect("it begins").into_inner();
    let end = loop {
        match stream.message().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("ended as if it were complete"),
            Err(status) => break status,
        }
    };
    assert_eq!(refusal::<()>(Err(end)).code, Code::DeadlineExceeded);
}

#[tokio::test]
async fn a_deadline_that_cannot_be_read_is_refused() {
    let server = TestServer::with(Config::default(), memory_store()).await;
    let answer = server.client().await.get_article(request(Some("soon"))).await;
    let refusal = refusal(answer);
    assert_eq!((refusal.code, refusal.reason.as_str()), (Code::InvalidArgument, "TIMEOUT_MALFORMED"));
}
