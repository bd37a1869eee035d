//! Servers in child processes, so that their memory and CPU time can be measured separately from the clients'.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use articled::article::View;
use articled::rpc::{convert, proto};
use articled::store::{ArticleStore, DecodedReads};
use prost::Message;
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;

use crate::corpus::Corpus;
use crate::load::{Clients, Credentials};
use crate::wire::{Answers, BareServer};
use crate::writing;

/// The maximum number of articles in the bare server. Of a larger store it has the first ones.
pub(crate) const BARE_ARTICLES: usize = 100_000;

/// The measured command, one folder above this benchmark's executable. [`build`] builds it.
pub(crate) fn articled() -> PathBuf {
    let program = std::env::current_exe().expect("this program");
    let profile = program.parent().and_then(Path::parent).expect("target/PROFILE/deps");
    profile.join("articled")
}

/// Builds the command with the profile of this benchmark. Cargo builds only the binaries of a benchmark's own package, so
/// without this an outdated one could be measured.
pub(crate) fn build() {
    let program = articled();
    let profile = match program.parent().and_then(Path::file_name).and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--locked", "--package", "articled", "--bin", "articled", "--profile", profile])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .status()
        .expect("cargo runs");
    assert!(status.success(), "articled does not build");
}

/// The argument with which this program runs as the bare server.
pub(crate) const BARE: &str = "bare";

/// A server in a child process, which is killed on drop.
pub(crate) struct Server {
    child: Child,
    pub address: SocketAddr,
    /// The time from the start of the process to its first response.
    pub start: Duration,
}

impl Server {
    /// The command as shipped, without metrics.
    pub(crate) async fn service(database: &Path) -> Self {
        Self::of(&format!("sqlite:{}", database.display())).await
    }

    /// The same on the store of a URL.
    pub(crate) async fn of(database: &str) -> Self {
        Self::with(database, &[], Credentials::default()).await
    }

    /// The same with further settings, which may demand credentials.
    pub(crate) async fn with(database: &str, settings: &[String], credentials: Credentials) -> Self {
        // Uses a port that is free now, because the server does not report which one it took.
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        drop(listener);
        let begun = Instant::now();
        let child = Command::new(articled())
            .args(["serve", "--metrics-listen", "", "--listen", &address.to_string()])
            .args(["--database", database])
            .args(settings)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a server");
        while tokio::net::TcpStream::connect(address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // The server listens before its store is open.
        let client = Clients::connect_with(address, 1, credentials).await;
        client.call("ListArticles", crate::calls::list_request()).await;
        Self { child, address, start: begun.elapsed() }
    }

    /// The bare server: this program, run with [`BARE`].
    pub(crate) fn bare(database: &Path, articles: usize) -> Self {
        let begun = Instant::now();
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program)
            .args([BARE, database.to_str().expect("a path"), &articles.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("it is piped");
        BufReader::new(stdout).read_line(&mut line).expect("the server says where it listens");
        let address = line.trim().parse().expect("an address");
        Self { child, address, start: begun.elapsed() }
    }

    /// The CPU time of the server.
    pub(crate) fn cpu(&self) -> Duration {
        cpu_of(&self.child.id().to_string())
    }

    /// The current and the peak memory, in MB.
    pub(crate) fn resident_mb(&self) -> (f64, f64) {
        resident_mb(&self.child.id().to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The CPU time of a process (on Linux).
pub(crate) fn cpu_of(process: &str) -> Duration {
    const TICKS_PER_SECOND: u64 = 100;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // User and system time are fields 14 and 15, or 12 and 13 after the name.
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND)
}

pub(crate) fn resident_mb(process: &str) -> (f64, f64) {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().next().and_then(|kb| kb.parse::<f64>().ok()).unwrap_or_default() / 1024.0
    };
    (field("VmRSS:"), field("VmHWM:"))
}

/// Runs the bare server, which responds with the same bytes as the service.
pub(crate) async fn serve_bare(database: &str, articles: usize) {
    let store = writing::open(Path::new(database), true).await;
    let names: Vec<_> = (0..articles.min(BARE_ARTICLES)).map(Corpus::name).collect();
    let mut answers = std::collections::HashMap::new();
    for names in names.chunks(100) {
        for article in store.batch_get(names, View::Full).await.expect("articles").into_iter().flatten() {
            let bytes = convert::article(article, View::Full).encode_to_vec();
            let name = proto::Article::decode(bytes.as_slice()).expect("an article").name;
            answers.insert(name, bytes.into());
        }
    }
    #[cfg(feature = "peers")]
    let page = {
        let pages = crate::plain::PlainPages::open(Path::new(database));
        Box::new(move || pages.first())
    };
    #[cfg(not(feature = "peers"))]
    let page = {
        let page = first_page(&store).await;
        Box::new(move || page.clone())
    };
    let answers = Answers { articles: answers, page };
    store.close().await;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    println!("{}", listener.local_addr().expect("it is bound"));
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let server = tonic::transport::Server::builder().add_service(BareServer(Arc::new(answers)));
    server.serve_with_incoming(incoming).await.expect("it serves");
}

/// A page of 50 BASIC articles, read in advance.
#[cfg(not(feature = "peers"))]
async fn first_page(store: &articled::store::sqlite::SqliteStore) -> bytes::Bytes {
    let search = articled::store::Search {
        keywords: None,
        filter: None,
        order: articled::query::Order::default(),
        page_size: articled::query::PageSize::default(),
        after: None,
        view: View::Basic,
        max_page_bytes: 3 << 20,
        count_total: false,
    };
    let page = store.search(&search).await.expect("a page");
    let articles = page.articles.into_iter().map(|article| convert::article(article, View::Basic)).collect();
    // About as long as the service's tokens.
    let token = "x".repeat(80);
    proto::ListArticlesResponse { articles, next_page_token: token.clone(), resume_token: token }.encode_to_vec().into()
}
