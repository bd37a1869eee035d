//! TLS and mutual TLS, with certificates that were made for the test.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use articled::config::{ClientCertificates, Config, Exposure, Limits, Role};
use articled::rpc::proto::article_service_client::ArticleServiceClient;
use articled::rpc::proto::{DeleteArticleRequest, GetArticleRequest, WatchArticlesRequest};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, HandshakeKind, RootCertStore};
use tonic::Code;
use tonic::transport::{Channel, ClientTlsConfig};

use crate::support::program::Program;
use crate::support::{Authority, Pair, TestServer, Tokens, memory_store, refusal};

/// The beginning of a handshake: a record that promises 512 bytes more.
const HALF_HELLO: [u8; 9] = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc];

struct Files {
    folder: TempDir,
    authority: Authority,
}

impl Files {
    fn new() -> Self {
        let files = Self { folder: tempfile::tempdir().expect("a folder"), authority: Authority::new() };
        files.write_server(&files.authority.server());
        files.authority.write(&files.folder.path().join("ca.pem"));
        files
    }

    fn write_server(&self, pair: &Pair) {
        pair.write(self.folder.path(), "server");
    }

    fn config(&self) -> Config {
        let mut config = Config {
            tls_cert: Some(self.folder.path().join("server.pem")),
            tls_key: Some(self.folder.path().join("server.key")),
            ..Config::default()
        };
        config.credentials.poll_interval_ms = 10;
        config.feed.checkpoint_interval_ms = 10;
        config
    }

    fn mutual(&self) -> Config {
        Config { client_ca: Some(self.folder.path().join("ca.pem")), ..self.config() }
    }
}

async fn connect(
    address: SocketAddr,
    authority: &Authority,
    client: Option<&Pair>,
) -> Result<Channel, tonic::transport::Error> {
    let mut tls = ClientTlsConfig::new().ca_certificate(authority.certificate());
    if let Some(pair) = client {
        tls = tls.identity(pair.identity());
    }
    Channel::from_shared(format!("https://{address}")).expect("an address").tls_config(tls)?.connect().await
}

fn get() -> GetArticleRequest {
    GetArticleRequest { name: "articles/a".to_owned(), ..Default::default() }
}

/// Whether a call came to the store, which has no article.
async fn is_served(address: SocketAddr, authority: &Authority, client: Option<&Pair>) -> bool {
    let Ok(channel) = connect(address, authority, client).await else { return false };
    match ArticleServiceClient::new(channel).get_article(get()).await {
        Err(status) => status.code() == Code::NotFound,
        Ok(_) => false,
    }
}

#[tokio::test]
async fn a_client_that_trusts_the_authority_is_served_and_no_other() {
    let files = Files::new();
    let server = TestServer::with(files.config(), memory_store()).await;
    assert!(is_served(server.address, &files.authority, None).await);
    assert!(!is_served(server.address, &Authority::new(), None).await, "the client refuses the server");
    let plain = Channel::from_shared(format!("http://{}", server.address)).expect("an address").connect().await;
    if let Ok(channel) = plain {
        let status = ArticleServiceClient::new(channel).get_article(get()).await.expect_err("it speaks TLS alone");
        assert_ne!(status.code(), Code::NotFound);
    }
}

#[tokio::test]
async fn mutual_tls_asks_for_a_certificate_of_its_authority() {
    let files = Files::new();
    let server = TestServer::with(files.mutual(), memory_store()).await;
    let of = |pair: Pair| {
        let authority = &files.authority;
        async move { is_served(server.address, authority, Some(&pair)).await }
    };
    let authority = &files.authority;
    assert!(of(authority.client("import.example")).await);
    assert!(!is_served(server.address, authority, None).await, "no certificate");
    assert!(!of(Authority::new().client("import.example")).await, "another authority");
    assert!(!of(authority.expired_client("import.example")).await, "expired");
    assert!(!of(authority.server()).await, "a certificate for servers");
}

#[tokio::test]
async fn a_certificate_can_carry_a_role() {
    let files = Files::new();
    let tokens = Tokens::new();
    tokens.write(&format!("reader dns:search.example\nwriter dns:import.example\n{}", tokens.line(Role::Reader)));
    for (client_certificates, without) in
        [(ClientCertificates::Required, None), (ClientCertificates::Optional, Some("CREDENTIALS_MISSING"))]
    {
        let config = Config { tokens: Some(tokens.path()), client_certificates, ..files.mutual() };
        let server = TestServer::with(config, memory_store()).await;
        let client = |pair: Option<Pair>| {
            let authority = &files.authority;
            async move { connect(server.address, authority, pair.as_ref()).await.map(ArticleServiceClient::new) }
        };
        let named = |name: &str| Some(files.authority.client(name));
        let delete = || DeleteArticleRequest { name: "articles/a".to_owned(), ..Default::default() };
        let mut writer = client(named("import.example")).await.expect("a connection");
        assert_eq!(refusal(writer.delete_article(delete()).await).code, Code::NotFound);
        let mut reader = client(named("search.example")).await.expect("a connection");
        assert_eq!(refusal(reader.get_article(get()).await).code, Code::NotFound);
        assert_eq!(refusal(reader.delete_article(delete()).await).reason, "ROLE_REQUIRED");
        let mut other = client(named("other.example")).await.expect("a connection");
        assert_eq!(refusal(other.get_article(get()).await).reason, "ROLE_REQUIRED");
        match without {
            None => assert!(!is_served(server.address, &files.authority, None).await),
            Some(reason) => {
                let mut nobody = client(None).await.expect("a connection");
                assert_eq!(refusal(nobody.get_article(get()).await).reason, reason);
                let channel = connect(server.address, &files.authority, None).await.expect("a connection");
                let mut by_token = ArticleServiceClient::with_interceptor(channel, tokens.bearer(Role::Reader));
                assert_eq!(refusal(by_token.get_article(get()).await).code, Code::NotFound);
            }
        }
    }
}

#[tokio::test]
async fn a_new_certificate_is_used_and_open_connections_stay() {
    let files = Files::new();
    let server = TestServer::with(files.mutual(), memory_store()).await;
    let client = files.authority.client("a.example");
    let channel = connect(server.address, &files.authority, Some(&client)).await.expect("a connection");
    let mut before = ArticleServiceClient::new(channel);
    let mut watch = before.watch_articles(WatchArticlesRequest::default()).await.expect("it begins").into_inner();
    let next = Authority::new();
    files.write_server(&next.server());
    next.write(&files.folder.path().join("ca.pem"));
    let next_client = next.client("a.example");
    while !is_served(server.address, &next, Some(&next_client)).await {}
    assert!(!is_served(server.address, &files.authority, Some(&client)).await, "the first authority counts no more");
    // Two, as the first may have been sent before.
    for _ in 0..2 {
        watch.message().await.expect("the stream goes on");
    }
    assert_eq!(refusal(before.get_article(get()).await).code, Code::NotFound, "the first connection is still open");
}

#[tokio::test]
async fn a_bad_pair_is_reported_and_the_one_before_stays_in_use() {
    let files = Files::new();
    let database = files.folder.path().join("a.db");
    let paths = ["server.pem", "server.key"].map(|name| files.folder.path().join(name).display().to_string());
    let settings = ["--metrics-listen", "", "--tls-cert", &paths[0], "--tls-key", &paths[1]];
    let (mut program, address) = Program::start_with(&database, "info", &settings).await;
    let good = files.authority.server();
    let other = files.authority.server();
    let bad: [(&str, Pair); 5] = [
        ("do not go together", Pair { certificate: good.certificate.clone(), key: other.key.clone() }),
        ("not valid today", files.authority.expired_server()),
        ("no CERTIFICATE", Pair { certificate: String::new(), key: good.key.clone() }),
        (
            "tls_cert",
            Pair { certificate: good.certificate[..good.certificate.len() / 2].to_owned(), key: good.key.clone() },
        ),
        ("tls_key", Pair { certificate: good.certificate.clone(), key: "none".to_owned() }),
    ];
    for (why, pair) in bad {
        files.write_server(&pair);
        program.signal("HUP");
        let line = program.says("stays in use").await;
        assert!(line.contains(why), "{why}: {line}");
        assert!(is_served(address, &files.authority, None).await, "{why}");
    }
    files.write_server(&good);
    program.signal("HUP");
    program.says("reloaded").await;
    assert!(is_served(address, &files.authority, None).await);
    let log = program.stop().await;
    assert!(!log.iter().any(|line| line.contains("PRIVATE KEY")));
}

#[tokio::test]
async fn a_bad_file_of_tokens_is_reported_and_the_one_before_stays_in_use() {
    let tokens = Tokens::new();
    let folder = tempfile::tempdir().expect("a folder");
    let path = tokens.path().display().to_string();
    let settings = ["--metrics-listen", "", "--tokens", &path];
    let (mut program, address) = Program::start_with(&folder.path().join("a.db"), "info", &settings).await;
    let channel =
        Channel::from_shared(format!("http://{address}")).expect("an address").connect().await.expect("it listens");
    let mut reader = ArticleServiceClient::with_interceptor(channel, tokens.bearer(Role::Reader));
    let line = tokens.line(Role::Reader);
    for bad in ["", "# nobody\n", &line[..line.len() - 1], "root of all", &format!("{line}\n{line}")] {
        tokens.write(bad);
        program.signal("HUP");
        program.says("stays in use").await;
        assert_eq!(refusal(reader.get_article(get()).await).code, Code::NotFound, "{bad}");
    }
    tokens.write(&tokens.line(Role::Writer));
    program.signal("HUP");
    program.says("reloaded").await;
    assert_eq!(refusal(reader.get_article(get()).await).code, Code::Unauthenticated);
}

async fn connect_from(last_octet: u8, server: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind((Ipv4Addr::new(127, 0, 0, last_octet), 0).into()).expect("an address of the loopback network");
    socket.connect(server).await.expect("it listens")
}

#[tokio::test]
async fn a_handshake_that_is_never_finished_is_ended() {
    let files = Files::new();
    let limits = Limits { preface_deadline_ms: 100, ..Limits::default() };
    let server = TestServer::with(Config { limits, ..files.config() }, memory_store()).await;
    for beginning in [&[][..], &HALF_HELLO] {
        let mut hostile = connect_from(2, server.address).await;
        hostile.write_all(beginning).await.expect("sent");
        // It is closed, or reset.
        _ = hostile.read_to_end(&mut Vec::new()).await;
    }
}

#[tokio::test]
async fn handshakes_that_are_never_finished_leave_room_for_others() {
    let files = Files::new();
    let limits = Limits { max_connections: 4, preface_deadline_ms: 60_000, ..Limits::default() };
    let server = TestServer::with(Config { limits, ..files.config() }, memory_store()).await;
    let mut open = Vec::new();
    for octet in [2, 2, 2, 2, 3, 3, 4, 5] {
        let mut hostile = connect_from(octet, server.address).await;
        // What is closed at once can be written to for a while.
        _ = hostile.write_all(&HALF_HELLO).await;
        open.push(hostile);
    }
    assert!(is_served(server.address, &files.authority, None).await);
}

#[tokio::test]
async fn a_handshake_that_is_never_finished_does_not_hold_up_a_stop() {
    let files = Files::new();
    let mut config = files.config();
    config.limits.preface_deadline_ms = 60_000;
    config.shutdown.drain_ms = 600_000;
    let server = TestServer::with(config, memory_store()).await;
    let mut hostile = connect_from(2, server.address).await;
    hostile.write_all(&HALF_HELLO).await.expect("sent");
    assert!(is_served(server.address, &files.authority, None).await);
    server.stop().await.expect("no error");
}

#[tokio::test]
async fn a_session_is_not_resumed() {
    let files = Files::new();
    let server = TestServer::with(files.config(), memory_store()).await;
    let config = client_config(&files);
    for _ in 0..3 {
        let mut stream = connect_to(&config, server.metrics_address).await;
        stream.write_all(b"GET /healthz HTTP/1.1\r\n\r\n").await.expect("sent");
        // To the end, so that tickets would have come.
        stream.read_to_end(&mut Vec::new()).await.expect("an answer and a clean end");
        assert_eq!(stream.get_ref().1.handshake_kind(), Some(HandshakeKind::Full));
    }
}

fn client_config(files: &Files) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let pem = std::fs::read(files.folder.path().join("ca.pem")).expect("written");
    roots.add(CertificateDer::from_pem_slice(&pem).expect("a certificate")).expect("an authority");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

async fn connect_to(config: &Arc<ClientConfig>, address: SocketAddr) -> TlsStream<TcpStream> {
    let stream = TcpStream::connect(address).await.expect("it listens");
    let name = ServerName::try_from("localhost").expect("a name");
    TlsConnector::from(Arc::clone(config)).connect(name, stream).await.expect("TLS")
}

/// Asks the listener for metrics over TLS.
async fn scrape(server: &TestServer, files: &Files, path: &str, headers: &str) -> String {
    let mut stream = connect_to(&client_config(files), server.metrics_address).await;
    let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer and a clean end");
    answer
}

#[tokio::test]
async fn metrics_are_encrypted_too_and_need_a_role() {
    let files = Files::new();
    let tokens = Tokens::new();
    tokens.write(&[tokens.line(Role::Reader), tokens.line(Role::Admin)].join("\n"));
    // Whoever scrapes or probes needs no certificate.
    let config = Config { tokens: Some(tokens.path()), ..files.mutual() };
    let server = TestServer::with(config, memory_store()).await;
    let bearer = |role| format!("Authorization: Bearer {}\r\n", tokens.reveal(role));
    let status = |path, headers: String| {
        let (server, files) = (&server, &files);
        async move { scrape(server, files, path, &headers).await.lines().next().unwrap_or_default().to_owned() }
    };
    assert_eq!(status("/metrics", String::new()).await, "HTTP/1.1 401 Unauthorized");
    assert_eq!(status("/metrics", bearer(Role::Writer)).await, "HTTP/1.1 401 Unauthorized");
    assert_eq!(status("/metrics", bearer(Role::Reader)).await, "HTTP/1.1 200 OK");
    for closed in ["/version", "/", "/metrics?a", "/METRICS"] {
        assert_eq!(status(closed, String::new()).await, "HTTP/1.1 401 Unauthorized", "{closed}");
    }
    for probe in ["/healthz", "/readyz"] {
        assert_ne!(status(probe, String::new()).await, "HTTP/1.1 401 Unauthorized", "{probe}");
    }
}

#[tokio::test]
async fn metrics_tell_how_certificates_and_tokens_are() {
    let files = Files::new();
    let tokens = Tokens::new();
    let config = Config { tokens: Some(tokens.path()), metrics_access: Exposure::Anyone, ..files.config() };
    let server = TestServer::with(config, memory_store()).await;
    assert!(!is_served(server.address, &Authority::new(), None).await, "the handshake fails");
    let fresh = [
        "articled_credentials_stale{files=\"tls\"} 0",
        "articled_credentials_stale{files=\"tokens\"} 0",
        "articled_tls_failed_handshakes_total 1",
        // rcgen's own end of time: 4096-01-01.
        "articled_tls_certificate_expiry_timestamp_seconds 67090118400",
    ];
    let text = scrape(&server, &files, "/metrics", "").await;
    for line in fresh {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    tokens.write("root of all");
    while !scrape(&server, &files, "/metrics", "").await.contains("articled_credentials_stale{files=\"tokens\"} 1") {}
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named_at_the_start() {
    let files = Files::new();
    let tokens = Tokens::new();
    tokens.write("reader none");
    let gone = Config { tls_key: Some(files.folder.path().join("gone.key")), ..files.config() };
    let bad_tokens = Config { tokens: Some(tokens.path()), ..Config::default() };
    for (config, part) in [(gone, "gone.key"), (bad_tokens, "tokens: line 1")] {
        let error = TestServer::with(config, memory_store()).await.stop().await.expect_err("it does not start");
        assert!(error.to_string().contains(part), "{error}");
    }
}
