//! Starts a real server on a free port, and decodes its errors.

mod authority;
pub(crate) mod command;
mod faulty_store;
#[path = "../postgres/server.rs"]
pub(crate) mod postgres_server;
pub(crate) mod program;
mod raw_client;
mod tokens;

pub(crate) use self::authority::{Authority, Pair};
pub(crate) use self::faulty_store::{Fault, FaultyStore, Hang};
pub(crate) use self::raw_client::{call_raw, first_answer};
pub(crate) use self::tokens::{Bearer, Tokens, new_token};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use articled::article::Timestamp;
use articled::clock::Clock;
use articled::config::{Config, Limits};
use articled::metrics::Registry;
use articled::rpc::ArticleRpc;
use articled::rpc::proto;
use articled::rpc::proto::article_service_client::ArticleServiceClient;
use articled::server::{Listeners, RunError, article_rpc};
use articled::store::SharedStore;
use articled::store::memory::MemoryStore;
use articled::store::postgres::{PostgresOptions, PostgresStore};
use articled::store::sqlite::{SqliteOptions, SqliteStore};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// The maximum message size of the tests' clients: a RAW response has up to 12 MiB.
const MAX_ANSWER_BYTES: usize = 12 << 20;

/// The start time of the tests' servers. The clock advances by one second with each read.
const START_SECOND: i64 = 1_700_000_000;

/// A server that runs until it is dropped or stopped.
pub(crate) struct TestServer {
    pub address: SocketAddr,
    pub metrics_address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), RunError>>,
    /// Where its store is.
    folder: Option<TempDir>,
}

/// Whether `ARTICLED_TEST_DATABASE=postgres` has the tests' servers use PostgreSQL. SQLite is the default.
pub(crate) fn is_on_postgres() -> bool {
    let database = std::env::var("ARTICLED_TEST_DATABASE").unwrap_or_default();
    match database.as_str() {
        "" | "sqlite" => false,
        "postgres" => true,
        other => panic!("ARTICLED_TEST_DATABASE is {other}: it must be sqlite or postgres"),
    }
}

fn postgres_url() -> Option<String> {
    is_on_postgres().then(|| new_postgres_store().expect("PostgreSQL is installed"))
}

/// The URL of an empty store, which Citus distributes if it is tested; `None` without PostgreSQL.
pub(crate) fn new_postgres_store() -> Option<String> {
    let url = postgres_server::new_schema()?;
    if postgres_server::citus().is_some() {
        let migrated = command::articled(&["migrate", "--distribute", "--database", &url]);
        assert_eq!(migrated.code, Some(0), "{}", migrated.err);
    }
    Some(url)
}

pub(crate) type Client = ArticleServiceClient<Channel>;

impl TestServer {
    /// A server with its own store, in a file that is deleted with the server.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a place for the store");
        let metrics = Registry::new().expect("buckets");
        let options =
            SqliteOptions { metrics: metrics.clone(), ..SqliteOptions::new(folder.path().join("articled.db")) };
        let store: SharedStore = match postgres_url() {
            Some(url) => {
                let mut options = match postgres_server::through_pooler(&url) {
                    Some(pooler) => PostgresOptions::from_url(&pooler).and_then(|pooler| pooler.with_direct_url(&url)),
                    None => PostgresOptions::from_url(&url),
                }
                .expect("a URL");
                options.metrics = metrics.clone();
                Arc::new(PostgresStore::open(options).await.expect("a new store"))
            }
            None => Arc::new(SqliteStore::open(options).await.expect("a new store")),
        };
        let mut server = Self::counted(Config::default(), store, metrics).await;
        server.folder = Some(folder);
        server
    }

    pub(crate) async fn with_store(store: SharedStore) -> Self {
        Self::with(Config::default(), store).await
    }

    pub(crate) async fn with(config: Config, store: SharedStore) -> Self {
        Self::counted(config, store, Registry::new().expect("buckets")).await
    }

    async fn counted(mut config: Config, store: SharedStore, metrics: Registry) -> Self {
        // A busy machine is no failure: only a test that sets a deadline is about deadlines.
        if config.limits.default_deadline_ms == Limits::default().default_deadline_ms {
            config.limits.default_deadline_ms = config.limits.max_deadline_ms;
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (stop, stopped) = oneshot::channel();
        let shutdown = async { _ = stopped.await };
        let metrics_listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let metrics_address = metrics_listener.local_addr().expect("it is bound");
        let listeners = Listeners { grpc: listener, metrics: Some(metrics_listener) };
        let serve = articled::server::serve(config, listeners, store, test_clock(), metrics, shutdown);
        let task = tokio::spawn(serve);
        Self { address, metrics_address, stop, task, folder: None }
    }

    pub(crate) async fn channel(&self) -> Channel {
        channel_to(self.address).await
    }

    pub(crate) async fn client(&self) -> Client {
        client_of(self.address).await
    }

    /// Tells the server to stop.
    pub(crate) fn begin_stop(self) -> JoinHandle<Result<(), RunError>> {
        _ = self.stop.send(());
        self.task
    }

    /// Stops the server, and waits for it.
    pub(crate) async fn stop(self) -> Result<(), RunError> {
        self.begin_stop().await.expect("the server does not panic")
    }
}

/// The RPCs without a server, for tests in which no client reads the responses.
pub(crate) fn rpc(limits: &Limits) -> ArticleRpc {
    let config = Config { limits: limits.clone(), ..Config::default() };
    article_rpc(&memory_store(), test_clock(), &config, &Registry::off()).expect("threads")
}

pub(crate) fn memory_store() -> SharedStore {
    Arc::new(MemoryStore::new())
}

fn test_clock() -> Clock {
    let second = AtomicI64::new(START_SECOND);
    Clock::of(move || Timestamp::from_second(second.fetch_add(1, Ordering::Relaxed)).expect("in range"))
}

pub(crate) async fn client_of(address: SocketAddr) -> Client {
    Client::new(channel_to(address).await).max_decoding_message_size(MAX_ANSWER_BYTES)
}

async fn channel_to(address: SocketAddr) -> Channel {
    let endpoint = Channel::from_shared(format!("http://{address}")).expect("an address");
    endpoint.connect().await.expect("the server listens")
}

/// The parts of a status for programs: code, reason and fields.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub code: Code,
    pub reason: String,
    pub fields: Vec<String>,
}

/// Decodes an error, and checks what holds for all errors.
#[track_caller]
pub(crate) fn refusal<T>(answer: Result<T, Status>) -> Refusal {
    // Without the response itself, which may be long.
    let Err(status) = answer else { panic!("must be refused") };
    let details = status.get_error_details();
    let info = details.error_info().unwrap_or_else(|| panic!("no ErrorInfo in {status:?}"));
    assert_eq!(info.domain, "articled");
    assert!(status.message().len() <= 1024 && !status.message().is_empty());
    let violations = details.bad_request().map(|it| it.field_violations.as_slice()).unwrap_or_default();
    let fields = violations.iter().map(|violation| violation.field.clone()).collect();
    Refusal { code: status.code(), reason: info.reason.clone(), fields }
}

/// Checks that an argument is refused with the name of its field.
#[track_caller]
pub(crate) fn assert_bad<T>(answer: Result<T, Status>, reason: &str, field: &str) {
    let expected = Refusal { code: Code::InvalidArgument, reason: reason.to_owned(), fields: vec![field.to_owned()] };
    assert_eq!(refusal(answer), expected);
}

/// Checks that the error names the article.
#[track_caller]
pub(crate) fn assert_about<T>(answer: Result<T, Status>, code: Code, reason: &str, name: &str) {
    let Err(status) = &answer else { panic!("must be refused") };
    let details = status.get_error_details();
    let resource = details.resource_info().expect("says which");
    assert_eq!((resource.resource_type.as_str(), resource.resource_name.as_str()), ("articled.internal/Article", name));
    assert_eq!(refusal(answer), Refusal { code, reason: reason.to_owned(), fields: Vec::new() });
}

pub(crate) fn document(content: impl Into<Vec<u8>>) -> proto::RawDocument {
    proto::RawDocument { content: content.into().into(), content_type: "text/plain".to_owned(), ..Default::default() }
}

/// An article as a caller gives it.
pub(crate) fn given(headline: &str, body: &str) -> proto::Article {
    proto::Article { headline: headline.to_owned(), body: body.to_owned(), ..Default::default() }
}

/// Creates an article under an id.
pub(crate) async fn create(client: &mut Client, id: &str, article: proto::Article) -> proto::Article {
    let request =
        proto::CreateArticleRequest { article: Some(article), article_id: id.to_owned(), ..Default::default() };
    client.create_article(request).await.expect("it is new").into_inner()
}

pub(crate) fn time(seconds: i64) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds, nanos: 0 }
}
