//! `/metrics`, `/healthz`, `/readyz` and `/version`.

use std::sync::Arc;

use articled::config::{Config, Limits};
use articled::rpc::proto::{GetArticleRequest, IngestArticleRequest, WatchArticlesRequest};
use articled::store::StoreError;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::support::{Fault, FaultyStore, TestServer, document, is_on_postgres, memory_store, refusal};

async fn http(server: &TestServer, request: &str) -> String {
    let mut stream = TcpStream::connect(server.metrics_address).await.expect("it listens");
    stream.write_all(format!("{request} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("text");
    answer
}

/// The value of a series, such as `articled_streams_open{kind="imports"}`.
async fn value(server: &TestServer, series: &str) -> f64 {
    let text = http(server, "GET /metrics").await;
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{series} is not in\n{text}")).parse().expect("a number")
}

async fn serving(server: &TestServer) {
    let mut client = HealthClient::new(server.channel().await);
    let mut stream = client.watch(HealthCheckRequest::default()).await.expect("it is served").into_inner();
    while stream.message().await.expect("it goes on").expect("it goes on").status() != ServingStatus::Serving {}
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
    serving(&server).await;
    assert!(http(&server, "GET /healthz").await.starts_with("HTTP/1.1 200 "));
    assert!(http(&server, "GET /readyz").await.starts_with("HTTP/1.1 200 "));
    assert!(http(&server, "GET /").await.starts_with("HTTP/1.1 404 "));
    assert!(http(&server, "POST /metrics").await.starts_with("HTTP/1.1 405 "));
    assert!(http(&server, "HEAD /metrics").await.ends_with("\r\n\r\n"));
    let version = http(&server, "GET /version").await;
    let (_, body) = version.split_once("\r\n\r\n").expect("a body");
    let versions: serde_json::Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(versions["version"], env!("CARGO_PKG_VERSION"));
    assert!(versions["store"].as_str().expect("text").contains("SQLite"), "{versions}");
}

#[tokio::test]
async fn a_server_whose_store_fails_is_alive_and_not_ready() {
    let fault = Fault::Fails(|| StoreError::Unavailable("a failure that a test asked for".to_owned()));
    let server = TestServer::with_store(Arc::new(FaultyStore(fault))).await;
    assert!(http(&server, "GET /readyz").await.starts_with("HTTP/1.1 503 "));
    assert!(http(&server, "GET /healthz").await.starts_with("HTTP/1.1 200 "));
    assert_eq!(value(&server, "articled_serving").await, 0.0);
}

#[tokio::test]
async fn every_part_counts_what_it_does() {
    let server = TestServer::start().await;
    serving(&server).await;
    let mut client = server.client().await;
    // A dateline with a day and no year: the parser warns.
    let page = document(
        "河道清淤工程完工\n新华社三河镇5月3日电（记者甲乙）清淤工程昨日完工，水深恢复到两米。\n下月再查一次。\n",
    );
    let request = IngestArticleRequest { document: Some(page), ..Default::default() };
    let name = client.ingest_article(request).await.expect("stored").into_inner().article.expect("an article").name;
    // The article cache keeps what is asked for a second time, and then has it.
    for _ in 0..3 {
        let request = GetArticleRequest { name: name.clone(), ..Default::default() };
        client.get_article(request).await.expect("stored");
    }
    let watch = client.watch_articles(WatchArticlesRequest::default()).await.expect("it begins");
    // The writer gives a write's memory back after it has answered.
    while value(&server, "articled_store_queued_bytes").await > 0.0 {}
    for (series, expected) in [
        ("articled_serving", 1.0),
        ("articled_store_queued_writes", 0.0),
        ("articled_store_articles", 1.0),
        ("articled_store_group_writes_count", 1.0),
        ("articled_store_commit_duration_seconds_count", 1.0),
        ("articled_store_sync_duration_seconds_count", 1.0),
        ("articled_store_failed_groups_total", 0.0),
        ("articled_index_segments", 1.0),
        ("articled_index_merge_lag_seconds", 0.0),
        ("articled_parse_documents_total{outcome=\"parsed\"}", 1.0),
        ("articled_parse_documents_total{outcome=\"refused\"}", 0.0),
        ("articled_parse_warnings_total{reason=\"PUBLISH_YEAR_UNKNOWN\"}", 1.0),
        ("articled_parse_duration_seconds_count", 1.0),
        ("articled_watch_watchers", 1.0),
        ("articled_watch_lag_changes", 0.0),
        ("articled_streams_open{kind=\"imports\"}", 0.0),
        ("articled_sheds_total{reason=\"calls\"}", 0.0),
    ] {
        assert_eq!(value(&server, series).await, expected, "{series}");
    }
    // PostgreSQL's files are its own, and articles are not cached beside it.
    if !is_on_postgres() {
        assert_eq!(value(&server, "articled_cache_hits_total{cache=\"articles\"}").await, 1.0);
        for series in [
            "articled_store_database_bytes",
            "articled_store_wal_bytes",
            "articled_store_disk_bytes",
            "articled_store_disk_free_bytes",
            "articled_cache_misses_total{cache=\"articles\"}",
        ] {
            assert!(value(&server, series).await > 0.0, "{series}");
        }
    }
    for series in [
        "articled_connections_open",
        "articled_connections_total",
        "process_resident_memory_bytes",
        "process_open_fds",
        "process_start_time_seconds",
    ] {
        assert!(value(&server, series).await > 0.0, "{series}");
    }
    drop(watch);
}

#[tokio::test]
async fn what_is_refused_is_counted_by_reason() {
    let limits = Limits { max_imports: 1, ..Limits::default() };
    let server = TestServer::with(Config { limits, ..Config::default() }, memory_store()).await;
    let mut client = server.client().await;
    let first = client.import_articles(futures::stream::pending()).await.expect("it begins");
    assert_eq!(value(&server, "articled_streams_open{kind=\"imports\"}").await, 1.0);
    assert_eq!(refusal(client.import_articles(futures::stream::pending()).await).reason, "SERVER_OVERLOADED");
    assert_eq!(value(&server, "articled_sheds_total{reason=\"imports\"}").await, 1.0);
    drop(first);
}
