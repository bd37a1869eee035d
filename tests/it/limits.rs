//! The limits that protect the server, and the errors that a client gets.

use std::sync::Arc;

use articled::article::{ArticleContent, ArticleName, RawDocument, Timestamp};
use articled::config::{Config, Limits};
use articled::rpc::proto::{Article, ArticleView, CreateArticleRequest, GetArticleRequest, ParseArticleRequest};
use articled::store::{NewArticle, Write};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tonic::codec::CompressionEncoding;
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt;

use crate::support::{Fault, FaultyStore, Hang, TestServer, call_raw, document, given, memory_store, refusal};

const GET: &str = "/articled.v1.ArticleService/GetArticle";

fn with_limits(limits: Limits) -> Config {
    Config { limits, ..Config::default() }
}

fn get_request() -> GetArticleRequest {
    GetArticleRequest { name: "articles/a".to_owned(), ..Default::default() }
}

#[tokio::test]
async fn a_message_past_12_mib_is_resource_exhausted() {
    let server = TestServer::start().await;
    let client = server.client().await;
    let clients = [
        client.clone(),
        client.clone().send_compressed(CompressionEncoding::Gzip),
        client.send_compressed(CompressionEncoding::Zstd),
    ];
    for mut client in clients {
        let request = ParseArticleRequest { document: Some(document(vec![b'a'; 13 << 20])), ..Default::default() };
        let refusal = refusal(client.parse_article(request).await);
        assert_eq!((refusal.code, refusal.reason.as_str()), (Code::ResourceExhausted, "REQUEST_TOO_LARGE"));
    }
}

#[tokio::test]
async fn both_compressions_are_understood() {
    let server = TestServer::start().await;
    for encoding in [CompressionEncoding::Gzip, CompressionEncoding::Zstd] {
        let mut client = server.client().await.send_compressed(encoding).accept_compressed(encoding);
        let request = ParseArticleRequest { document: Some(document("題目\n正文。")), ..Default::default() };
        let response = client.parse_article(request).await.expect("valid");
        let used = response.metadata().get("grpc-encoding").map(|value| value.as_encoded_bytes().to_vec());
        assert!(used.is_some_and(|used| encoding.to_string().as_bytes() == used));
    }
}

#[tokio::test]
async fn an_answer_that_is_too_large_says_so() {
    let limits = Limits { max_response_bytes: 4 << 20, ..Limits::default() };
    let store = memory_store();
    let article = NewArticle {
        name: ArticleName::from_id("a").expect("an id"),
        content: ArticleContent { headline: "題目".to_owned(), ..ArticleContent::default() },
        parse_report: None,
        raw: Some(RawDocument { content: vec![b'a'; 5 << 20].into(), ..RawDocument::default() }),
    };
    store.write(Write::ingest(article), false, Timestamp::UNIX_EPOCH).await.expect("stored");
    let server = TestServer::with(with_limits(limits), store).await;
    let mut client = server.client().await;
    let request = GetArticleRequest { view: ArticleView::Raw.into(), ..get_request() };
    let refusal = refusal(client.get_article(request).await);
    assert_eq!((refusal.code, refusal.reason.as_str()), (Code::ResourceExhausted, "RESPONSE_TOO_LARGE"));
}

#[tokio::test]
async fn bytes_that_do_not_decode_are_internal() {
    let server = TestServer::start().await;
    // A field with a length beyond the end, and a name that is not UTF-8.
    for message in [b"\x0a\x7f".as_slice(), b"\x0a\x02\xff\xfe"] {
        let refusal = refusal(call_raw(server.channel().await, GET, message).await);
        assert_eq!((refusal.code, refusal.reason.as_str()), (Code::Internal, "REQUEST_UNDECODABLE"));
    }
}

#[tokio::test]
async fn what_is_not_served_is_unimplemented() {
    let server = TestServer::start().await;
    for path in ["/articled.v1.ArticleService/Nope", "/articled.v2.ArticleService/GetArticle", "/x"] {
        let refusal = refusal(call_raw(server.channel().await, path, b"").await);
        assert_eq!((refusal.code, refusal.reason.as_str()), (Code::Unimplemented, "METHOD_UNKNOWN"), "{path}");
    }
}

#[tokio::test]
async fn headers_of_20_kb_are_resource_exhausted() {
    let server = TestServer::start().await;
    let mut request = Request::new(get_request());
    request.metadata_mut().insert("x-large", "a".repeat(20_000).parse().expect("ASCII"));
    let refusal = refusal(server.client().await.get_article(request).await);
    assert_eq!((refusal.code, refusal.reason.as_str()), (Code::ResourceExhausted, "HEADERS_TOO_LARGE"));
}

#[tokio::test]
async fn calls_past_the_limit_are_shed_and_health_is_not() {
    let hang = Hang::new();
    let store = Arc::new(FaultyStore(Fault::Hangs(Arc::clone(&hang))));
    let server = TestServer::with(with_limits(Limits { max_calls: 1, ..Limits::default() }), store).await;
    let mut client = server.client().await;
    let mut other = client.clone();
    let hanging = tokio::spawn(async move { other.get_article(get_request()).await });
    hang.wait().await;

    let status = client.get_article(get_request()).await.expect_err("there is no room");
    assert!(status.get_error_details().retry_info().is_some());
    let refused = refusal::<()>(Err(status));
    assert_eq!((refused.code, refused.reason.as_str()), (Code::ResourceExhausted, "SERVER_OVERLOADED"));
    let mut health = HealthClient::new(server.channel().await);
    health.check(HealthCheckRequest::default()).await.expect("health is never shed");

    hang.released.add_permits(1);
    assert_eq!(refusal(hanging.await.expect("no panic")).reason, "STORE_READ_ONLY");
    hang.released.add_permits(1);
    assert_eq!(refusal(client.get_article(get_request()).await).reason, "STORE_READ_ONLY", "there is room again");
}

#[tokio::test]
async fn large_requests_past_the_memory_for_them_are_shed() {
    let hang = Hang::new();
    let store = Arc::new(FaultyStore(Fault::Hangs(Arc::clone(&hang))));
    let limits = Limits { max_buffered_request_bytes: 12 << 20, ..Limits::default() };
    let server = TestServer::with(with_limits(limits), store).await;
    // Create ignores the etag, however long it is.
    let request = || CreateArticleRequest {
        article: Some(Article { etag: "a".repeat(8 << 20), ..given("題", "文") }),
        ..Default::default()
    };
    let mut first = server.client().await;
    let hanging = tokio::spawn(async move { first.create_article(request()).await });
    hang.wait().await;

    let mut second = server.client().await;
    let refused = refusal(second.create_article(request()).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::ResourceExhausted, "SERVER_OVERLOADED"));
    hang.released.add_permits(2);
    assert_eq!(refusal(hanging.await.expect("no panic")).reason, "STORE_READ_ONLY");
    assert_eq!(refusal(second.create_article(request()).await).reason, "STORE_READ_ONLY", "there is room again");
}

#[tokio::test]
async fn connections_past_the_limit_of_a_peer_are_closed() {
    let limits = Limits { max_connections_per_peer: 1, ..Limits::default() };
    let server = TestServer::with(with_limits(limits), memory_store()).await;
    let mut client = server.client().await;
    client.get_article(get_request()).await.expect_err("there is none");
    let mut second = TcpStream::connect(server.address).await.expect("the kernel takes it");
    assert_eq!(second.read(&mut [0; 100]).await.unwrap_or(0), 0, "closed without a word");
    assert_eq!(refusal(client.get_article(get_request()).await).code, Code::NotFound, "the first goes on");
}

#[tokio::test]
async fn a_silent_peer_is_disconnected() {
    let limits = Limits { preface_deadline_ms: 100, ..Limits::default() };
    let server = TestServer::with(with_limits(limits), memory_store()).await;
    let mut silent = TcpStream::connect(server.address).await.expect("it listens");
    let mut said = Vec::new();
    // Ends only when the server closes.
    _ = silent.read_to_end(&mut said).await;
}
