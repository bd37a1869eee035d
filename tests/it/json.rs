//! Calls in JSON on the HTTP listener, as curl and Connect's clients send them.

use std::net::SocketAddr;
use std::sync::Arc;

use articled::config::{Config, Limits, Role};
use articled::rpc::proto::RawDocument;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Fault, FaultyStore, Hang, TestServer, Tokens, create, given, memory_store};

const SERVICE: &str = "/articled.v1.ArticleService";

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.head))
    }

    /// The reason of an error.
    fn reason(&self) -> String {
        let json = self.json();
        let details = json["details"].as_array().unwrap_or_else(|| panic!("{}: no details", self.head));
        let info = details.iter().find(|detail| detail["type"] == "google.rpc.ErrorInfo").expect("an ErrorInfo");
        info["debug"]["reason"].as_str().expect("a reason").to_owned()
    }
}

/// Sends a request with HTTP/1.0, so that the end of the connection is the end of the response.
async fn send(address: SocketAddr, line: &str, headers: &str, body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let length = if body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    let head = format!("{line} HTTP/1.0\r\nhost: {address}\r\n{length}{headers}\r\n");
    // The server may refuse a request before all of it is sent.
    _ = stream.write_all(&[head.as_bytes(), body].concat()).await;
    let mut response = Vec::new();
    _ = stream.read_to_end(&mut response).await;
    let end = response.windows(4).position(|end| end == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&response[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Answer { status, head, body: response[end + 4..].to_vec() }
}

async fn post(server: &TestServer, method: &str, message: &Value) -> Answer {
    post_bytes(server, method, "content-type: application/json\r\n", message.to_string().as_bytes()).await
}

async fn post_bytes(server: &TestServer, method: &str, headers: &str, body: &[u8]) -> Answer {
    send(server.metrics_address, &format!("POST {SERVICE}/{method}"), headers, body).await
}

async fn get(server: &TestServer, method: &str, query: &str) -> Answer {
    send(server.metrics_address, &format!("GET {SERVICE}/{method}{query}"), "", b"").await
}

#[tokio::test]
async fn reads_are_called_in_json() {
    let server = TestServer::start().await;
    create(&mut server.client().await, "a", given("濕地", "正文")).await;

    let answer = post(&server, "GetArticle", &json!({"name": "articles/a"})).await;
    assert!(answer.head.contains("content-type: application/json"), "{}", answer.head);
    assert!(answer.head.contains("x-request-id: ") && answer.head.contains("nosniff"), "{}", answer.head);
    assert!(answer.head.contains(&format!("content-length: {}", answer.body.len())), "{}", answer.head);
    assert!(!answer.head.contains("access-control") && !answer.head.contains("grpc"), "{}", answer.head);
    let article = answer.json();
    // 64-bit integers are strings, and names are in lowerCamelCase.
    assert_eq!((&article["headline"], &article["revision"]), (&json!("濕地"), &json!("1")));
    assert!(article["createTime"].as_str().is_some_and(|time| time.ends_with('Z')), "{article}");

    let found = post(&server, "FilterArticles", &json!({"keywords": {"all": ["湿地"]}, "snippets": 1})).await.json();
    assert_eq!(found["matches"][0]["article"]["name"], "articles/a");
    let document = json!({"document": {"content": STANDARD.encode("标题\n正文在这里。")}});
    assert_eq!(post(&server, "ParseArticle", &document).await.json()["article"]["headline"], "标题");
    assert_eq!(post(&server, "ListArticles", &json!({})).await.json()["articles"][0]["name"], "articles/a");
    let batch = post(&server, "BatchGetArticles", &json!({"names": ["articles/a"]})).await.json();
    assert_eq!(batch["articles"][0]["headline"], "濕地");
}

#[tokio::test]
async fn a_get_has_the_message_in_its_query() {
    let server = TestServer::start().await;
    create(&mut server.client().await, "a", given("标题", "正文")).await;
    for query in [
        "?connect=v1&encoding=json&message=%7B%22name%22%3A%22articles%2Fa%22%7D",
        "?encoding=json&base64=1&message=eyJuYW1lIjoiYXJ0aWNsZXMvYSJ9",
        "?message={%22name%22:%22articles/a%22}",
    ] {
        let answer = get(&server, "GetArticle", query).await;
        assert_eq!((answer.status, &answer.json()["headline"]), (200, &json!("标题")), "{query}");
    }
    assert_eq!(get(&server, "ListArticles", "").await.json()["articles"][0]["name"], "articles/a");
    for (query, status, reason) in [
        ("?message=%7B", 400, "JSON_MALFORMED"),
        ("?message=%ff%fe", 400, "JSON_MALFORMED"),
        ("?base64=1&message=***", 400, "JSON_MALFORMED"),
        ("?encoding=proto&message=", 400, "JSON_MALFORMED"),
        ("?connect=v2", 400, "JSON_MALFORMED"),
        ("?page_size=1", 400, "JSON_MALFORMED"),
        ("?compression=gzip", 501, "COMPRESSION_UNSUPPORTED"),
    ] {
        let answer = get(&server, "ListArticles", query).await;
        assert_eq!((answer.status, answer.reason().as_str()), (status, reason), "{query}");
    }
}

#[tokio::test]
async fn errors_have_a_code_a_message_and_details() {
    let server = TestServer::start().await;
    let answer = post(&server, "GetArticle", &json!({"name": "articles/nothing"})).await;
    assert_eq!((answer.status, answer.reason().as_str()), (404, "ARTICLE_NOT_FOUND"));
    let error = answer.json();
    assert_eq!(error["code"], "not_found");
    assert!(error["message"].as_str().is_some_and(|message| message.contains("articles/nothing")), "{error}");
    // The details are there as bytes too.
    assert!(error["details"][0]["value"].as_str().is_some_and(|value| !value.is_empty()), "{error}");
    let id = answer.head.lines().find_map(|line| line.strip_prefix("x-request-id: ")).expect("an id");
    assert!(error.to_string().contains(id), "{error}");

    let answer = post(&server, "ListArticles", &json!({"pageSize": -1})).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (400, Some("invalid_argument")));
    assert!(answer.json().to_string().contains("FIELD_OUT_OF_RANGE"));
    // Of the connection, and of the call.
    let metrics = send(server.metrics_address, "GET /metrics", "", b"").await;
    let metrics = String::from_utf8_lossy(&metrics.body).into_owned();
    let counted = "articled_calls_total{method=\"articled.v1.ArticleService/GetArticle\",code=\"NOT_FOUND\"} 1";
    assert!(metrics.contains(counted), "{metrics}");
}

#[tokio::test]
async fn only_reads_and_only_json_are_served() {
    let server = TestServer::start().await;
    for method in ["CreateArticle", "IngestArticle", "DeleteArticle", "WatchArticles", "ImportArticles", "Nothing"] {
        let answer = post(&server, method, &json!({})).await;
        assert_eq!((answer.status, answer.reason().as_str()), (501, "METHOD_NOT_IN_JSON"), "{method}");
        assert_eq!(get(&server, method, "").await.status, 501, "{method}");
    }
    let health = send(server.metrics_address, "GET /grpc.health.v1.Health/Check", "", b"").await;
    assert_eq!(health.status, 501);
    let packed = "content-type: application/json\r\ncontent-encoding: gzip\r\n";
    let answer = post_bytes(&server, "ListArticles", packed, b"{}").await;
    assert_eq!((answer.status, answer.reason().as_str()), (501, "COMPRESSION_UNSUPPORTED"));
    // gRPC's own headers have no meaning.
    let headers =
        "content-type: application/json\r\ngrpc-encoding: gzip\r\ngrpc-accept-encoding: gzip\r\ngrpc-timeout: x\r\n";
    assert_eq!(post_bytes(&server, "ListArticles", headers, b"{}").await.status, 200);
    let answer = post_bytes(&server, "ListArticles", "content-type: text/json\r\n", b"{}").await;
    assert_ne!(answer.status, 200, "{}", answer.head);
}

#[tokio::test]
async fn needs_the_roles_of_grpc_before_anything_is_read() {
    let tokens = Tokens::new();
    let reader = tokens.reveal(Role::Reader);
    let server = TestServer::with(tokens.config(), memory_store()).await;
    let call = async |method: &str, token: &str, body: &[u8]| {
        let headers = format!("content-type: application/json\r\n{token}");
        post_bytes(&server, method, &headers, body).await
    };
    let stranger = call("ListArticles", "", b"not even JSON").await;
    assert_eq!((stranger.status, stranger.reason().as_str()), (401, "CREDENTIALS_MISSING"));
    assert_eq!(call("Nothing", "", b"{}").await.status, 401);
    assert_eq!(get(&server, "ListArticles", "").await.status, 401);
    let token = format!("authorization: Bearer {reader}\r\n");
    assert_eq!(call("ListArticles", &token, b"{}").await.status, 200);
    assert_eq!(call("CreateArticle", &token, b"{}").await.status, 403);
}

#[tokio::test]
async fn a_page_of_another_site_is_refused() {
    let server = TestServer::start().await;
    let json = "content-type: application/json\r\n";
    for headers in ["origin: https://other.example\r\n", "origin: null\r\n"] {
        let answer = post_bytes(&server, "ListArticles", &format!("{json}{headers}"), b"{}").await;
        assert_eq!((answer.status, answer.body.len()), (403, 0), "{headers}");
        let answer = send(server.metrics_address, &format!("GET {SERVICE}/ListArticles"), headers, b"").await;
        assert_eq!(answer.status, 403, "{headers}");
    }
}

#[tokio::test]
async fn hostile_messages_are_refused() {
    let server = TestServer::start().await;
    let nested = "[".repeat(500_000);
    let values = format!("{{\"names\":[\"\"{}]}}", ",\"\"".repeat(500_000));
    let long = format!("{{\"filter\":\"{}\"}}", "x".repeat(Limits::default().max_request_bytes));
    for (body, status, reason) in [
        ("", 400, "JSON_MALFORMED"),
        ("null", 400, "JSON_MALFORMED"),
        ("[]", 400, "JSON_MALFORMED"),
        ("{", 400, "JSON_MALFORMED"),
        ("{} {}", 400, "JSON_MALFORMED"),
        ("{\"pageSize\": 1e999}", 400, "JSON_MALFORMED"),
        ("{\"pageSize\": 2.5}", 400, "JSON_MALFORMED"),
        ("{\"unknown\": 1}", 400, "JSON_MALFORMED"),
        ("{\"pageSize\": 1, \"page_size\": 2}", 400, "JSON_MALFORMED"),
        ("{\"view\": \"ARTICLE_VIEW_NONE\"}", 400, "JSON_MALFORMED"),
        ("{\"filter\": \"\\ud800\"}", 400, "JSON_MALFORMED"),
        (&nested, 400, "JSON_MALFORMED"),
        (&values, 429, "REQUEST_TOO_LARGE"),
        (&long, 429, "REQUEST_TOO_LARGE"),
    ] {
        let answer = post_bytes(&server, "ListArticles", "content-type: application/json\r\n", body.as_bytes()).await;
        let shown = body.get(..30).unwrap_or(body);
        assert_eq!((answer.status, answer.reason().as_str()), (status, reason), "{shown}");
        assert!(answer.body.len() < 8 << 10, "{shown}");
    }
    let answer =
        post_bytes(&server, "ListArticles", "content-type: application/json\r\n", b"{\"filter\": \"\xff\"}").await;
    assert_eq!(answer.status, 400);
    assert_eq!(post(&server, "ListArticles", &json!({})).await.status, 200);
}

#[tokio::test]
async fn the_timeout_of_connect_counts() {
    let store = Arc::new(FaultyStore(Fault::Hangs(Hang::new())));
    let server = TestServer::with(Config::default(), store).await;
    let call = async |timeout: &str| {
        let headers = format!("content-type: application/json\r\nconnect-timeout-ms: {timeout}\r\n");
        let answer = post_bytes(&server, "GetArticle", &headers, b"{\"name\": \"articles/a\"}").await;
        (answer.status, answer.reason())
    };
    assert_eq!(call("20").await, (504, "DEADLINE_EXCEEDED".to_owned()));
    for malformed in ["-1", "soon", "1.5", ""] {
        assert_eq!(call(malformed).await, (400, "TIMEOUT_MALFORMED".to_owned()), "{malformed}");
    }
}

#[tokio::test]
async fn a_large_answer_arrives_whole() {
    let server = TestServer::start().await;
    let page = "濕地修復工程通過驗收。\n".repeat(60_000);
    let content = format!("標題\n{page}").into_bytes();
    let ingested = server
        .client()
        .await
        .ingest_article(articled::rpc::proto::IngestArticleRequest {
            document: Some(RawDocument { content: content.clone().into(), ..Default::default() }),
            article_id: "large".to_owned(),
            ..Default::default()
        })
        .await;
    assert!(ingested.is_ok(), "{ingested:?}");
    let answer = post(&server, "GetArticle", &json!({"name": "articles/large", "view": "ARTICLE_VIEW_RAW"})).await;
    let article = answer.json();
    let raw = article["raw"]["content"].as_str().expect("a document");
    assert_eq!(STANDARD.decode(raw).expect("base64"), content);
}
