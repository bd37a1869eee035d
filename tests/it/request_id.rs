//! The id of a request, and the trace that it is part of: in the answer, in the error's details, and in the log.

use articled::rpc::proto::{GetArticleRequest, ParseArticleRequest};
use tonic::metadata::MetadataMap;
use tonic::{Request, Status};
use tonic_types::StatusExt;

use crate::support::program::Program;
use crate::support::{TestServer, client_of, document};

const TRACE_ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn with_headers<T>(message: T, headers: &[(&'static str, &str)]) -> Request<T> {
    let mut request = Request::new(message);
    for (name, value) in headers {
        request.metadata_mut().insert(*name, value.parse().expect("a value"));
    }
    request
}

fn missing() -> GetArticleRequest {
    GetArticleRequest { name: "articles/a".to_owned(), ..Default::default() }
}

fn id_of(metadata: &MetadataMap) -> String {
    metadata.get("x-request-id").expect("an id").to_str().expect("ASCII").to_owned()
}

fn id_in_details(status: &Status) -> String {
    status.get_details_error_info().expect("an ErrorInfo").metadata["request_id"].clone()
}

#[tokio::test]
async fn a_callers_id_comes_back_and_without_one_the_server_makes_one() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let parse = || ParseArticleRequest {
        document: Some(document("\u{6cb3}\u{9053}\n\u{6e05}\u{6de4}\u{5b8c}\u{5de5}\u{3002}\n")),
        ..Default::default()
    };
    let answer = client.parse_article(with_headers(parse(), &[("x-request-id", "crawl-7")])).await.expect("parsed");
    assert_eq!(id_of(answer.metadata()), "crawl-7");
    let answer = client.parse_article(parse()).await.expect("parsed");
    assert!(!id_of(answer.metadata()).is_empty());
    let bad = "x".repeat(200);
    let status = client.get_article(with_headers(missing(), &[("x-request-id", &bad)])).await.expect_err("missing");
    assert_ne!(id_of(status.metadata()), bad);
    assert_eq!(id_in_details(&status), id_of(status.metadata()));
}

#[tokio::test]
async fn a_stream_that_fails_names_the_request_too() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let request = articled::rpc::proto::WatchArticlesRequest { resume_token: "?".to_owned(), ..Default::default() };
    let status = client.watch_articles(with_headers(request, &[("x-request-id", "w")])).await.expect_err("no token");
    assert_eq!(id_in_details(&status), "w");
    // One that fails after it has begun has the details in its trailers.
    let request = articled::rpc::proto::WatchArticlesRequest::default();
    let mut events = client.watch_articles(with_headers(request, &[("x-request-id", "s")])).await.expect("it begins");
    assert_eq!(id_of(events.metadata()), "s");
    let stopped = server.begin_stop();
    let status = loop {
        match events.get_mut().message().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("a watch has no end"),
            Err(status) => break status,
        }
    };
    assert_eq!(id_in_details(&status), "s");
    stopped.await.expect("no panic").expect("a clean end");
}

#[tokio::test]
async fn the_callers_trace_comes_back_and_is_logged_with_id_and_peer() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let (mut program, address) = Program::start_with(&path, "debug", &["--metrics-listen", ""]).await;
    let mut client = client_of(address).await;
    let parent = format!("00-{TRACE_ID}-00f067aa0ba902b7-01");
    let headers = [("traceparent", parent.as_str()), ("x-request-id", "r1")];
    let status = client.get_article(with_headers(missing(), &headers)).await.expect_err("missing");
    let returned = status.metadata().get("traceparent").expect("a trace").to_str().expect("ASCII");
    assert_eq!(returned, parent, "no trace is sent, so the server adds no span");
    let line = program.says("request_id=\"r1\"").await;
    assert!(line.contains("peer=127.0.0.1") && line.contains(TRACE_ID), "{line}");
}
