//! gRPC-Web on the HTTP listener.

use std::io::ErrorKind;
use std::net::SocketAddr;

use articled::config::{Config, Role, Web};
use articled::rpc::proto::{
    GetArticleRequest, ListArticlesRequest, ListArticlesResponse, WatchArticlesRequest, WatchArticlesResponse,
};
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{TestServer, Tokens, create, given, memory_store};

/// The flag of a frame with trailers (github.com/grpc/grpc, doc/PROTOCOL-WEB.md).
const TRAILERS: u8 = 0x80;

const LIST: &str = "/articled.v1.ArticleService/ListArticles";

/// The head and the body of a response.
struct Answer {
    head: String,
    body: Vec<u8>,
}

impl Answer {
    /// The messages, and the trailers as text, of the frames in the body.
    fn frames(&self) -> (Vec<&[u8]>, String) {
        let (mut messages, mut trailers, mut rest) = (Vec::new(), String::new(), self.body.as_slice());
        while let [flag, a, b, c, d, tail @ ..] = rest {
            let (frame, tail) = tail.split_at(u32::from_be_bytes([*a, *b, *c, *d]) as usize);
            match flag & TRAILERS {
                0 => messages.push(frame),
                _ => trailers = String::from_utf8_lossy(frame).into_owned(),
            }
            rest = tail;
        }
        (messages, trailers)
    }

    /// The gRPC status, in the headers if there is no message.
    fn status(&self) -> String {
        let (_, trailers) = self.frames();
        let lines = self.head.lines().chain(trailers.lines());
        let status = lines.filter_map(|line| line.split_once(':')).find(|(name, _)| *name == "grpc-status");
        status.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    }
}

/// Sends a request, with HTTP/1.0 so that the end of the connection is the end of the response.
async fn send(address: SocketAddr, path: &str, message: &impl Message, headers: &str) -> TcpStream {
    let message = message.encode_to_vec();
    let length = u32::try_from(message.len()).expect("short");
    let body = [&[0], length.to_be_bytes().as_slice(), &message].concat();
    let head = format!(
        "POST {path} HTTP/1.0\r\ncontent-type: application/grpc-web+proto\r\ncontent-length: {}\r\n{headers}\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    stream.write_all(&[head.as_bytes(), &body].concat()).await.expect("sent");
    stream
}

async fn call(address: SocketAddr, path: &str, message: &impl Message, headers: &str) -> Answer {
    let mut response = Vec::new();
    let mut stream = send(address, path, message, headers).await;
    match stream.read_to_end(&mut response).await {
        Err(error) if error.kind() != ErrorKind::ConnectionReset => panic!("{error}"),
        _ => {}
    }
    let end = response.windows(4).position(|end| end == b"\r\n\r\n").expect("a head");
    Answer { head: String::from_utf8_lossy(&response[..end]).into_owned(), body: response[end + 4..].to_vec() }
}

fn host(address: SocketAddr) -> String {
    format!("host: {address}\r\n")
}

#[tokio::test]
async fn a_browser_lists_and_is_told_what_is_wrong() {
    let server = TestServer::start().await;
    create(&mut server.client().await, "a", given("标题", "正文")).await;
    let address = server.metrics_address;
    let answer = call(address, LIST, &ListArticlesRequest::default(), &host(address)).await;
    assert!(answer.head.contains("content-type: application/grpc-web+proto"), "{}", answer.head);
    assert!(!answer.head.contains("access-control"), "{}", answer.head);
    let (messages, _) = answer.frames();
    let page = ListArticlesResponse::decode(messages[0]).expect("a page");
    assert_eq!((page.articles[0].headline.as_str(), answer.status().as_str()), ("标题", "0"));

    let missing = GetArticleRequest { name: "articles/nothing".to_owned(), ..Default::default() };
    let answer = call(address, "/articled.v1.ArticleService/GetArticle", &missing, &host(address)).await;
    // NOT_FOUND, with its details.
    assert_eq!(answer.status(), "5");
    let all = format!("{}\n{}", answer.head, answer.frames().1);
    assert!(all.contains("grpc-status-details-bin"), "{all}");
}

#[tokio::test]
async fn a_browser_watches() {
    let server = TestServer::start().await;
    let address = server.metrics_address;
    let path = "/articled.v1.ArticleService/WatchArticles";
    let mut stream = send(address, path, &WatchArticlesRequest::default(), &host(address)).await;
    let mut read = Vec::new();
    let mut until = async |is_enough: fn(&[&[u8]]) -> bool| {
        loop {
            read.push(stream.read_u8().await.expect("endless"));
            let Some(end) = read.windows(4).position(|end| end == b"\r\n\r\n") else { continue };
            let (mut messages, mut rest) = (Vec::new(), &read[end + 4..]);
            while let [_, a, b, c, d, tail @ ..] = rest {
                let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
                let Some((message, tail)) = tail.split_at_checked(length) else { break };
                messages.push(message);
                rest = tail;
            }
            if is_enough(&messages) {
                return WatchArticlesResponse::decode(messages[messages.len() - 1]).expect("an event");
            }
        }
    };
    let checkpoint = until(|messages| messages.len() == 1).await;
    assert!(!checkpoint.resume_token.is_empty());
    create(&mut server.client().await, "a", given("标题", "正文")).await;
    let event = until(|messages| messages.len() == 2).await;
    assert!(format!("{event:?}").contains("articles/a"), "{event:?}");
}

#[tokio::test]
async fn a_page_of_another_site_is_refused() {
    let server = TestServer::start().await;
    let address = server.metrics_address;
    for headers in [
        format!("{}origin: https://other.example\r\n", host(address)),
        "host: rebound.example\r\norigin: http://rebound.example\r\n".to_owned(),
        String::new(),
    ] {
        let answer = call(address, LIST, &ListArticlesRequest::default(), &headers).await;
        assert!(answer.head.starts_with("HTTP/1.0 403"), "{headers}: {}", answer.head);
        assert!(answer.body.is_empty());
    }
}

async fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n").as_bytes()).await.expect("sent");
    let mut response = String::new();
    stream.read_to_string(&mut response).await.expect("read");
    response
}

#[tokio::test]
async fn the_console_runs_nothing_but_its_own_files() {
    let server = TestServer::start().await;
    for (path, content_type) in [
        ("/console", "text/html"),
        ("/console/style.css", "text/css"),
        ("/console/app.js", "text/javascript"),
        ("/console/proto.js", "text/javascript"),
        ("/console/words.js", "text/javascript"),
    ] {
        let response = get(server.metrics_address, path).await;
        assert!(response.starts_with("HTTP/1.1 200"), "{response}");
        assert!(response.contains(&format!("content-type: {content_type}")), "{path}");
        assert!(response.contains("content-security-policy: default-src 'none'; script-src 'self'"), "{path}");
        assert!(response.contains("x-content-type-options: nosniff"), "{path}");
    }
    assert!(get(server.metrics_address, "/console/other.js").await.starts_with("HTTP/1.1 404"));
}

#[tokio::test]
async fn can_be_turned_off() {
    let server = TestServer::with(Config { web: Web::Off, ..Config::default() }, memory_store()).await;
    let address = server.metrics_address;
    assert!(get(address, "/console").await.starts_with("HTTP/1.1 404"));
    let answer = call(address, LIST, &ListArticlesRequest::default(), &host(address)).await;
    assert!(answer.head.starts_with("HTTP/1.1 405"), "{}", answer.head);
}

#[tokio::test]
async fn needs_the_roles_of_grpc() {
    let tokens = Tokens::new();
    let reader = tokens.reveal(Role::Reader);
    let server = TestServer::with(tokens.config(), memory_store()).await;
    let address = server.metrics_address;
    let status = async |path: &str, headers: String| {
        call(address, path, &ListArticlesRequest::default(), &format!("{}{headers}", host(address))).await.status()
    };
    // UNAUTHENTICATED, OK, PERMISSION_DENIED.
    assert_eq!(status(LIST, String::new()).await, "16");
    assert_eq!(status(LIST, format!("authorization: Bearer {reader}\r\n")).await, "0");
    let write = "/articled.v1.ArticleService/CreateArticle";
    assert_eq!(status(write, format!("authorization: Bearer {reader}\r\n")).await, "7");
}
