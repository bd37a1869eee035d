//! Servers in processes of their own, so that their memory and their time on the cores can be told from the clients'.

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
use crate::load::Clients;
use crate::wire::{Answers, BareServer};
use crate::writing;

/// The most articles that the bare server holds; of a larger store it answers for the first ones.
pub const BARE_ARTICLES: usize = 100_000;

/// The measured command, which stands one folder above this benchmark's own executable. [`build`] makes it current.
pub fn articled() -> PathBuf {
    let program = std::env::current_exe().expect("this program");
    let profile = program.parent().and_then(Path::parent).expect("target/PROFILE/deps");
    profile.join("articled")
}

/// Builds the command with the profile of this benchmark: Cargo builds only the binaries of a benchmark's own package, and
/// an old one must not be measured.
pub fn build() {
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

/// The argument that makes this program the bare server.
pub const BARE: &str = "bare";

/// A server in a child process; it is killed when this is dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// From the start of the process until it answers.
    pub start: Duration,
}

impl Server {
    /// The command as it is shipped, but for metrics.
    pub async fn service(database: &Path) -> Self {
        // Nobody tells which port a server took, so that one which is free now is given to it.
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        drop(listener);
        let begun = Instant::now();
        let child = Command::new(articled())
            .args(["serve", "--metrics-listen", "", "--listen", &address.to_string()])
            .arg("--database")
            .arg(format!("sqlite:{}", database.display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a server");
        while tokio::net::TcpStream::connect(address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // It listens before its store is open.
        Clients::connect(address, 1).await.call("ListArticles", crate::calls::list_request()).await;
        Self { child, address, start: begun.elapsed() }
    }

    /// The limit: this very program, called to answer with as little as possible behind it.
    pub fn bare(database: &Path, articles: usize) -> Self {
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

    /// The time that the server was on the cores.
    pub fn cpu(&self) -> Duration {
        cpu_of(&self.child.id().to_string())
    }

    /// What it holds in memory now, and the most it held, in MB.
    pub fn resident_mb(&self) -> (f64, f64) {
        resident_mb(&self.child.id().to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The time that a process was on the cores, where the kernel tells (Linux).
pub fn cpu_of(process: &str) -> Duration {
    const TICKS_PER_SECOND: u64 = 100;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // User and system time are the 14th and 15th field, the 12th and 13th behind the name.
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND)
}

pub fn resident_mb(process: &str) -> (f64, f64) {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().next().and_then(|kb| kb.parse::<f64>().ok()).unwrap_or_default() / 1024.0
    };
    (field("VmRSS:"), field("VmHWM:"))
}

/// The same answers with as little as possible behind them.
pub async fn serve_bare(database: &str, articles: usize) {
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

/// A page of 50 BASIC articles that was read before anyone asked.
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
    // The tokens are about as long as those of the service.
    let token = "x".repeat(80);
    proto::ListArticlesResponse { articles, next_page_token: token.clone(), resume_token: token }.encode_to_vec().into()
}
