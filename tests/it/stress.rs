//! Many rounds of kill -9 during updates, reads, merges and with a warm cache: every response decodes, and contains exactly
//! one version of an article.
//!
//! Takes long, so it runs only when asked for: `STRESS_ROUNDS=2000 cargo test --test it stress -- --ignored --nocapture`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use articled::rpc::proto::{
    Article, ArticleView, BatchGetArticlesRequest, FilterArticlesRequest, GetArticleRequest, KeywordFilter,
    ListArticlesRequest, UpdateArticleRequest,
};
use tokio::sync::watch;
use tonic::{Code, Status};

use crate::support::program::{self, Program};
use crate::support::{Client, client_of, given};

const WRITERS: u64 = 4;
const READERS: u64 = 3;
/// Between two reads of a reader. Without it the readers take the CPU from the writers, which decide when a round ends.
const READ_PAUSE: Duration = Duration::from_millis(1);
/// Few enough that each is updated, cached and read again within a round.
const ARTICLES_PER_WRITER: u64 = 24;
/// The whole file is checked after this many rounds.
const ROUNDS_PER_CHECK: u64 = 25;

/// The versions of one article that its writer sent: the last that was acknowledged, and the last of all.
type Versions = HashMap<String, (u64, u64)>;

/// The state that the tasks of a round share.
#[derive(Default)]
struct Round {
    acknowledged: watch::Sender<u64>,
    decoded: AtomicU64,
    /// Set before the kill. An error before it is a defect of the server.
    is_killed: AtomicBool,
}

impl Round {
    /// Whether the caller goes on: not once the server is killed. A deadline that passed is the load of the machine: low-priority
    /// threads write, and whether the write was stored is as unknown as after a kill.
    #[track_caller]
    fn goes_on(&self, failed: &Status, expected: Code) -> bool {
        let is_killed = self.is_killed.load(Ordering::SeqCst);
        let is_expected = failed.code() == expected || failed.code() == Code::DeadlineExceeded;
        assert!(is_killed || is_expected, "before the kill: {failed:?}");
        assert!(!failed.message().contains("decode Protobuf"), "cannot be decoded: {failed:?}");
        !is_killed
    }
}

fn name_of(writer: u64, number: u64) -> String {
    format!("articles/s{writer}-{number}")
}

fn content(name: &str, version: u64) -> Article {
    let length = usize::try_from(version % 90).expect("small") * usize::try_from(1 + version % 7).expect("small");
    let body = format!("第{version}版。{}", "\n青溪大橋今日通車。".repeat(1 + length));
    Article { name: name.to_owned(), ..given(&format!("第{version}版"), &body) }
}

/// The version that an article holds, whole.
#[track_caller]
fn version_of(article: &Article) -> u64 {
    let number = article.headline.strip_prefix('第').and_then(|rest| rest.strip_suffix('版'));
    let version = number.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{article:?}"));
    assert_eq!(article.body, content(&article.name, version).body, "{}", article.name);
    version
}

async fn update(client: &mut Client, article: Article, paths: &[&str]) -> Result<Article, Status> {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    let update_mask = Some(prost_types::FieldMask { paths });
    let request = UpdateArticleRequest { article: Some(article), update_mask, allow_missing: true };
    client.update_article(request).await.map(tonic::Response::into_inner)
}

/// Writes one version after the other, beginning with `first`, each to the next of its articles.
async fn write(mut client: Client, round: Arc<Round>, writer: u64, first: u64) -> Versions {
    let mut versions = Versions::new();
    for version in first.. {
        let name = name_of(writer, version % ARTICLES_PER_WRITER);
        let before = versions.get(&name).map_or(0, |&(acknowledged, _)| acknowledged);
        versions.insert(name.clone(), (before, version));
        match update(&mut client, content(&name, version), &["headline", "body"]).await {
            Ok(stored) => {
                assert_eq!(version_of(&stored), version);
                versions.insert(name, (version, version));
                round.acknowledged.send_modify(|count| *count += 1);
            }
            // It lost repeatedly against the task that writes labels.
            Err(failed) if round.goes_on(&failed, Code::Aborted) => {}
            Err(_) => return versions,
        }
    }
    versions
}

/// Contends with the writers for their articles.
async fn write_labels(mut client: Client, round: Arc<Round>) {
    for number in 0.. {
        let name = name_of(number % WRITERS, number / WRITERS % ARTICLES_PER_WRITER);
        let labels = [("contended".to_owned(), number.to_string())].into();
        let request = UpdateArticleRequest {
            article: Some(Article { name, labels, ..Default::default() }),
            update_mask: Some(prost_types::FieldMask { paths: vec!["labels.contended".to_owned()] }),
            allow_missing: false,
        };
        if let Err(failed) = client.update_article(request).await {
            let expected = if failed.code() == Code::NotFound { Code::NotFound } else { Code::Aborted };
            if !round.goes_on(&failed, expected) {
                return;
            }
        }
    }
}

async fn read(mut client: Client, round: Arc<Round>, reader: u64) {
    let view = ArticleView::Full.into();
    for number in reader.. {
        tokio::time::sleep(READ_PAUSE).await;
        let name = name_of(number % WRITERS, number * 7 % ARTICLES_PER_WRITER);
        let read = match number % 8 {
            0 => {
                let request = ListArticlesRequest { page_size: 20, view, ..Default::default() };
                client.list_articles(request).await.map(|page| page.into_inner().articles)
            }
            1 => {
                let keywords = KeywordFilter { all: vec!["大桥".to_owned()], ..Default::default() };
                let request =
                    FilterArticlesRequest { keywords: Some(keywords), page_size: 20, view, ..Default::default() };
                let page = client.filter_articles(request).await.map(tonic::Response::into_inner);
                page.map(|page| page.matches.into_iter().filter_map(|found| found.article).collect())
            }
            2 => {
                let names = (0..WRITERS).map(|writer| name_of(writer, number % ARTICLES_PER_WRITER)).collect();
                let request = BatchGetArticlesRequest { names, view };
                client.batch_get_articles(request).await.map(|found| found.into_inner().articles)
            }
            _ => {
                let request = GetArticleRequest { name, view };
                client.get_article(request).await.map(|found| vec![found.into_inner()])
            }
        };
        match read {
            Ok(articles) => {
                for article in &articles {
                    version_of(article);
                }
                round.decoded.fetch_add(articles.len() as u64, Ordering::SeqCst);
            }
            Err(failed) if round.goes_on(&failed, Code::NotFound) => {}
            Err(_) => return,
        }
    }
}

/// One life of the server; returns what was written in it, and how many articles were read.
async fn live(database: &Path, before: &mut Versions, first: u64, writes: u64) -> u64 {
    let (program, address) = Program::start(database).await;
    let mut client = client_of(address).await;
    for (name, &(acknowledged, sent)) in &*before {
        let request = GetArticleRequest { name: name.clone(), view: ArticleView::Full.into() };
        match client.get_article(request).await {
            Ok(found) => {
                let version = version_of(found.get_ref());
                assert!((acknowledged..=sent).contains(&version), "{name}: {version} of {acknowledged}..={sent}");
            }
            Err(failed) => assert!(failed.code() == Code::NotFound && acknowledged == 0, "{name}: {failed:?}"),
        }
    }
    let round = Arc::new(Round::default());
    let mut readers: Vec<_> =
        (0..READERS).map(|reader| tokio::spawn(read(client.clone(), Arc::clone(&round), reader))).collect();
    readers.push(tokio::spawn(write_labels(client.clone(), Arc::clone(&round))));
    let mut writers: Vec<_> =
        (0..WRITERS).map(|writer| tokio::spawn(write(client.clone(), Arc::clone(&round), writer, first))).collect();
    let mut acknowledged = round.acknowledged.subscribe();
    tokio::select! {
        enough = acknowledged.wait_for(|&count| count >= writes) => drop(enough),
        // Ends before the kill only if it panics.
        (ended, ..) = futures::future::select_all(&mut writers) => drop(ended.expect("no fault in a write")),
    }
    round.is_killed.store(true, Ordering::SeqCst);
    drop(program);
    for writer in writers {
        for (name, (acknowledged, sent)) in writer.await.expect("no fault in a write") {
            let known = before.entry(name).or_default();
            *known = (known.0.max(acknowledged), known.1.max(sent));
        }
    }
    for reader in readers {
        reader.await.expect("no fault in a read");
    }
    round.decoded.load(Ordering::SeqCst)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs as many rounds as STRESS_ROUNDS says, each a start, a load and a kill"]
async fn every_answer_decodes_amid_kills() {
    let rounds = std::env::var("STRESS_ROUNDS").map_or(Ok(20), |rounds| rounds.parse()).expect("a number of rounds");
    let mut folder = tempfile::tempdir().expect("a place for the store");
    // Kept if the test fails.
    folder.disable_cleanup(true);
    println!("the store is in {}", folder.path().display());
    let database = folder.path().join("articled.db");
    let (mut versions, mut read, mut first) = (Versions::new(), 0, 1);
    for round in 0..rounds {
        // Each round is killed at a different time.
        let writes = 5 + round * 37 % 80;
        read += live(&database, &mut versions, first, writes).await;
        first = versions.values().map(|&(_, sent)| sent).max().unwrap_or_default() + 1;
        if round % ROUNDS_PER_CHECK == ROUNDS_PER_CHECK - 1 {
            program::check(&database);
            println!("{} rounds, {read} articles read", round + 1);
        }
    }
    program::check(&database);
    println!("{rounds} rounds, {read} articles read");
    folder.disable_cleanup(false);
}
