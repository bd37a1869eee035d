//! Peers that read nothing, finish nothing or stay idle: they lose their connections, and others are served.
//!
//! Each hostile peer connects from another address of the loopback network than the honest client.

use std::net::{Ipv4Addr, SocketAddr};

use articled::article::{ArticleContent, ArticleName, RawDocument, Timestamp};
use articled::config::{Config, Limits, Shutdown};
use articled::rpc::proto::{
    Article, ArticleView, GetArticleRequest, ImportArticlesRequest, import_articles_request::Item,
};
use articled::store::{NewArticle, SharedStore, Write};
use bytes::{BufMut, Bytes, BytesMut};
use h2::client::{ResponseFuture, SendRequest};
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tonic::Code;

use crate::support::{TestServer, Tokens, given, memory_store, refusal};

const GET: &str = "GetArticle";
const RAW_BYTES: usize = 2 << 20;

fn with_limits(limits: Limits) -> Config {
    Config { limits, ..Config::default() }
}

/// A store with one article whose document is large.
async fn store_with_document() -> SharedStore {
    let store = memory_store();
    let article = NewArticle {
        name: ArticleName::from_id("a").expect("an id"),
        content: ArticleContent { headline: "題目".to_owned(), ..ArticleContent::default() },
        parse_report: None,
        raw: Some(RawDocument { content: vec![b'a'; RAW_BYTES].into(), ..RawDocument::default() }),
    };
    store.write(Write::Ingest { article, allow_older: false }, false, Timestamp::UNIX_EPOCH).await.expect("stored");
    store
}

fn get_raw() -> GetArticleRequest {
    GetArticleRequest { name: "articles/a".to_owned(), view: ArticleView::Raw.into() }
}

async fn connect_from(last_octet: u8, server: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind((Ipv4Addr::new(127, 0, 0, last_octet), 0).into()).expect("an address of the loopback network");
    socket.connect(server).await.expect("it listens")
}

/// A connection whose peer reads nothing of any response.
struct Hostile {
    client: SendRequest<Bytes>,
    connection: JoinHandle<Result<(), h2::Error>>,
}

impl Hostile {
    async fn connect(last_octet: u8, server: SocketAddr) -> Self {
        let stream = connect_from(last_octet, server).await;
        let (client, connection) =
            h2::client::Builder::new().initial_window_size(0).handshake(stream).await.expect("HTTP/2");
        Self { client, connection: tokio::spawn(connection) }
    }

    /// Starts a call. Without a message, the request is never finished.
    async fn call(&mut self, method: &str, message: Option<&[u8]>) -> (ResponseFuture, h2::SendStream<Bytes>) {
        let request = http::Request::post(format!("http://a/articled.v1.ArticleService/{method}"))
            .header("content-type", "application/grpc")
            .body(())
            .expect("a request");
        self.client = self.client.clone().ready().await.expect("open");
        let (response, mut stream) = self.client.send_request(request, false).expect("sent");
        if let Some(message) = message {
            let mut bytes = BytesMut::new();
            bytes.put_u8(0);
            bytes.put_u32(u32::try_from(message.len()).expect("short"));
            bytes.put_slice(message);
            stream.send_data(bytes.freeze(), true).expect("sent");
        }
        (response, stream)
    }
}

#[tokio::test]
async fn unread_responses_are_bounded_and_end() {
    let limits = Limits { max_unread_response_bytes: 12 << 20, stream_stall_ms: 2000, ..Limits::default() };
    let server = TestServer::with(with_limits(limits), store_with_document().await).await;
    let mut hostile = Hostile::connect(2, server.address).await;
    let message = get_raw().encode_to_vec();
    let mut held = Vec::new();
    let mut refused = 0;
    for _ in 0..20 {
        let (response, stream) = hostile.call(GET, Some(&message)).await;
        let response = response.await.expect("headers");
        match response.headers().get("grpc-status") {
            Some(_) => refused += 1,
            None => held.push((response, stream)),
        }
    }
    assert!(held.len() <= 6 && refused + held.len() == 20, "{} of 2 MiB are held", held.len());
    // A peer that leaves them unread loses its connection, which frees the memory.
    assert!(!held.is_empty());
    _ = hostile.connection.await.expect("no panic");
    let mut again = Hostile::connect(2, server.address).await;
    let (response, _stream) = again.call(GET, Some(&message)).await;
    assert!(response.await.expect("headers").headers().get("grpc-status").is_none(), "it is not refused");
    let mut honest = server.client().await;
    honest.get_article(get_raw()).await.expect("others are served");
}

#[tokio::test]
async fn unread_responses_of_one_peer_leave_room_for_another() {
    let limits = Limits { max_unread_response_bytes: 24 << 20, ..Limits::default() };
    let server = TestServer::with(with_limits(limits), store_with_document().await).await;
    let mut hostile = Hostile::connect(2, server.address).await;
    let message = get_raw().encode_to_vec();
    let mut held = Vec::new();
    for _ in 0..20 {
        let (response, stream) = hostile.call(GET, Some(&message)).await;
        held.push((response.await.expect("headers"), stream));
    }
    let article = server.client().await.get_article(get_raw()).await.expect("there is room").into_inner();
    assert_eq!(article.raw.expect("the RAW view").content.len(), RAW_BYTES, "in many chunks, and whole");
}

#[tokio::test]
async fn unfinished_requests_take_no_place() {
    let server = TestServer::with(with_limits(Limits { max_calls: 4, ..Limits::default() }), memory_store()).await;
    let mut hostile = Hostile::connect(2, server.address).await;
    let mut open = Vec::new();
    for _ in 0..40 {
        open.push(hostile.call(GET, None).await);
    }
    // All of them arrived before this call, whose request is complete.
    let (response, _stream) = hostile.call(GET, Some(&get_raw().encode_to_vec())).await;
    assert_eq!(response.await.expect("headers").headers()["grpc-status"], "5");
    assert_eq!(refusal(server.client().await.get_article(get_raw()).await).code, Code::NotFound);
}

#[tokio::test]
async fn a_stranger_is_refused_before_its_request_is_read() {
    let tokens = Tokens::new();
    let server = TestServer::with(tokens.config(), memory_store()).await;
    let mut stranger = Hostile::connect(2, server.address).await;
    for method in [GET, "IngestArticle", "ImportArticles"] {
        let (response, _unfinished) = stranger.call(method, None).await;
        // UNAUTHENTICATED, while nothing of the request has come.
        assert_eq!(response.await.expect("headers").headers()["grpc-status"], "16", "{method}");
    }
}

#[tokio::test]
async fn silent_imports_leave_places_for_others() {
    let server = TestServer::with(with_limits(Limits { max_imports: 4, ..Limits::default() }), memory_store()).await;
    let mut hostile = Hostile::connect(2, server.address).await;
    let mut open = Vec::new();
    for _ in 0..8 {
        let (response, stream) = hostile.call("ImportArticles", None).await;
        open.push((response.await.expect("headers"), stream));
    }
    let refused = open.iter().filter(|(response, _)| response.headers().contains_key("grpc-status")).count();
    assert_eq!(refused, 6, "half of the places are the most that one peer gets");
    let item = Item::Article(Article { name: "articles/a".to_owned(), ..given("橋", "通車。") });
    let request = ImportArticlesRequest { sequence: 1, item: Some(item), ..Default::default() };
    let answers = server.client().await.import_articles(futures::stream::iter([request])).await;
    let answer = answers.expect("it begins").into_inner().message().await.expect("no error").expect("an answer");
    assert_eq!(answer.error, None);
}

#[tokio::test]
async fn idle_connections_leave_and_make_room() {
    let limits = Limits { max_connections: 4, ..Limits::default() };
    let server = TestServer::with(with_limits(limits), memory_store()).await;
    let mut idle = Vec::new();
    for octet in [2, 2, 2, 2, 3, 3, 4, 5] {
        idle.push(connect_from(octet, server.address).await);
    }
    assert_eq!(refusal(server.client().await.get_article(get_raw()).await).code, Code::NotFound);
}

#[tokio::test]
async fn busy_connections_of_a_greedy_peer_make_room() {
    let limits = Limits { max_connections: 4, ..Limits::default() };
    let server = TestServer::with(with_limits(limits), memory_store()).await;
    let mut busy = Vec::new();
    for octet in [2, 2, 3, 4] {
        let mut peer = Hostile::connect(octet, server.address).await;
        let (response, stream) = peer.call("WatchArticles", Some(&[])).await;
        busy.push((peer, response.await.expect("headers"), stream));
    }
    assert_eq!(refusal(server.client().await.get_article(get_raw()).await).code, Code::NotFound);
    // Of the peer with two connections, one is closed, and of the others none.
    let connections = busy.iter_mut().map(|(peer, ..)| &mut peer.connection);
    let (_, closed, _) = futures::future::select_all(connections).await;
    assert!(closed < 2, "{closed}");
    assert_eq!(busy.iter().filter(|(peer, ..)| peer.connection.is_finished()).count(), 1);
}

#[tokio::test]
async fn a_flood_of_connections_of_one_peer_does_not_close_those_of_another_over_http() {
    let server = TestServer::with_store(memory_store()).await;
    let mut scraper = TcpStream::connect(server.metrics_address).await.expect("it listens");
    scraper.write_all(b"GET /healthz HTTP/1.1\r\n").await.expect("sent");
    let mut silent = Vec::new();
    for _ in 0..200 {
        silent.push(connect_from(2, server.metrics_address).await);
    }
    // The server has closed the first of these, so it has accepted them.
    assert_eq!(silent[0].read(&mut [0]).await.ok(), Some(0));
    scraper.write_all(b"host: a\r\n\r\n").await.expect("sent");
    let mut answer = String::new();
    scraper.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn silent_connections_do_not_hold_up_health_over_http() {
    let server = TestServer::with_store(memory_store()).await;
    let mut silent = Vec::new();
    for _ in 0..200 {
        silent.push(TcpStream::connect(server.metrics_address).await.expect("it listens"));
    }
    let mut scraper = TcpStream::connect(server.metrics_address).await.expect("it listens");
    scraper.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await.expect("sent");
    let mut answer = String::new();
    scraper.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
}

#[tokio::test]
async fn an_idle_peer_that_acknowledges_nothing_does_not_hold_up_a_stop() {
    let shutdown = Shutdown { wait_ms: 0, drain_ms: 600_000 };
    let server = TestServer::with(Config { shutdown, ..Config::default() }, memory_store()).await;
    let mut mute = TcpStream::connect(server.address).await.expect("it listens");
    mute.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.expect("sent");
    server.client().await.get_article(get_raw()).await.expect_err("there is none");
    server.stop().await.expect("no error");
}

#[tokio::test]
async fn what_is_not_grpc_is_an_unsupported_media_type() {
    let server = TestServer::with_store(memory_store()).await;
    let stream = connect_from(2, server.address).await;
    let (client, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
    tokio::spawn(connection);
    for content_type in ["application/json", "application/grpc-web", "text/plain", ""] {
        let request = http::Request::post("http://a/articled.v1.ArticleService/GetArticle")
            .header("content-type", content_type)
            .body(())
            .expect("a request");
        let mut client: SendRequest<Bytes> = client.clone().ready().await.expect("open");
        let (response, _) = client.send_request(request, true).expect("sent");
        assert_eq!(response.await.expect("headers").status(), 415, "{content_type}");
    }
}
