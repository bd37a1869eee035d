//! `/metrics` and `/healthz`.

use articled::rpc::proto::GetArticleRequest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::support::TestServer;

async fn http(server: &TestServer, request: &str) -> String {
    let mut stream = TcpStream::connect(server.metrics_address).await.expect("it listens");
    stream.write_all(format!("{request} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("text");
    answer
}

#[tokio::test]
async fn counts_calls() {
    let server = TestServer::start().await;
    let request = GetArticleRequest { name: "articles/a".to_owned(), ..Default::default() };
    server.client().await.get_article(request).await.expect_err("there is none");
    let text = http(&server, "GET /metrics").await;
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"));
    let line = "articled_calls_total{method=\"articled.v1.ArticleService/GetArticle\",code=\"NOT_FOUND\"} 1";
    assert!(text.lines().any(|found| found == line), "{text}");
}

#[tokio::test]
async fn says_how_the_server_is() {
    let server = TestServer::start().await;
    let mut client = HealthClient::new(server.channel().await);
    let mut stream = client.watch(HealthCheckRequest::default()).await.expect("it is served").into_inner();
    while stream.message().await.expect("it goes on").expect("it goes on").status() != ServingStatus::Serving {}
    assert!(http(&server, "GET /healthz").await.starts_with("HTTP/1.1 200 "));
    assert!(http(&server, "GET /").await.starts_with("HTTP/1.1 404 "));
    assert!(http(&server, "POST /metrics").await.starts_with("HTTP/1.1 405 "));
    assert!(http(&server, "HEAD /metrics").await.ends_with("\r\n\r\n"));
}
