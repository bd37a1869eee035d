//! Writing: the articles into the store in durable batches, and the same rows alone into a table without an index.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use articled::article::View;
use articled::query::{Keyword, KeywordFilter, KeywordMatch, Order, PageSize};
use articled::rpc::convert;
use articled::store::sqlite::{SqliteOptions, SqliteStore};
use articled::store::{ArticleStore, Search, StoreError, Write};
use futures::future::join_all;
use jiff::Timestamp;
use prost::Message;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

use crate::corpus::{Corpus, Question};
use crate::process::cpu_of;

pub const BATCH: usize = 500;

/// What writing came to.
pub struct Ingest {
    pub articles: usize,
    pub text_bytes: usize,
    pub per_second: f64,
    pub median_batch: Duration,
    pub longest_batch: Duration,
    /// Merges in the background included.
    pub cpu_us: f64,
    /// Rows a second of the table without an index.
    pub rows_per_second: f64,
    pub largest_log: u64,
    /// Searches at the same time, one after the other with pauses: their median and 99th percentile.
    pub filter_ms: Option<(f64, f64)>,
}

/// Fills a new store.
pub async fn ingest(corpus: &Corpus, database: &Path, articles: usize) -> Ingest {
    let store = Arc::new(SqliteStore::open(SqliteOptions::new(database)).await.expect("a new store"));
    let now = Timestamp::from_second(1_700_000_000).expect("in range");
    let done = Arc::new(AtomicBool::new(false));
    let searches = tokio::spawn(search_meanwhile(Arc::clone(&store), corpus.questions(), Arc::clone(&done)));
    let cpu_before = cpu_of("self");
    let mut generating = Duration::ZERO;
    let mut batches: Vec<Duration> = Vec::new();
    let (mut text_bytes, mut largest_log) = (0, 0);
    let log = database.with_extension("db-wal");
    for first in (0..articles).step_by(BATCH) {
        let cpu = cpu_of("self");
        let batch: Vec<_> = (first..articles.min(first + BATCH)).map(|number| corpus.article(number)).collect();
        text_bytes += batch.iter().map(|new| new.content.body.len() + new.content.headline.len()).sum::<usize>();
        generating += cpu_of("self").saturating_sub(cpu);
        let begun = Instant::now();
        let writes = batch.into_iter().map(|new| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                // A full queue refuses; whoever imports tries again.
                loop {
                    match store.write(Write::Ingest(new.clone()), false, now).await {
                        Ok(_) => return,
                        Err(StoreError::Overloaded) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        });
        for written in join_all(writes).await {
            written.expect("a write");
        }
        batches.push(begun.elapsed());
        largest_log = largest_log.max(std::fs::metadata(&log).map_or(0, |log| log.len()));
        if batches.len().is_multiple_of(100) {
            eprintln!("{} articles", first + BATCH);
        }
    }
    let took: Duration = batches.iter().sum();
    done.store(true, Ordering::Relaxed);
    let filter_ms = searches.await.expect("searches that end");
    settle().await;
    let cpu = cpu_of("self").saturating_sub(cpu_before).saturating_sub(generating);
    store.close().await;
    let rows_per_second = insert_rows(corpus, &database.with_extension("rows"), articles.min(20_000)).await;
    let longest_batch = batches.iter().max().copied().unwrap_or_default();
    batches.sort_unstable();
    Ingest {
        articles,
        text_bytes,
        per_second: articles as f64 / took.as_secs_f64(),
        median_batch: batches[batches.len() / 2],
        longest_batch,
        cpu_us: cpu.as_secs_f64() * 1e6 / articles as f64,
        rows_per_second,
        largest_log,
        filter_ms,
    }
}

/// Asks one question after the other, each some time after the one before.
async fn search_meanwhile(
    store: Arc<SqliteStore>,
    questions: Vec<Question>,
    done: Arc<AtomicBool>,
) -> Option<(f64, f64)> {
    const PAUSE: Duration = Duration::from_millis(100);
    let mut times = Vec::new();
    for question in questions.iter().filter(|question| question.page == 1).cycle() {
        if done.load(Ordering::Relaxed) {
            break;
        }
        let search = search_of(question);
        let begun = Instant::now();
        store.search_encoded(&search).await.expect("a page");
        times.push(begun.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
    times.sort_unstable();
    let at =
        |share: f64| times.get(((times.len().max(1) - 1) as f64 * share) as usize).map(|it| it.as_secs_f64() * 1e3);
    Some((at(0.5)?, at(0.99)?))
}

fn search_of(question: &Question) -> Search {
    let words = |given: &[String]| given.iter().map(|word| Keyword::new(word).expect("a word")).collect();
    let (all, any, none) = (words(&question.all), words(&question.any), words(&question.none));
    let keywords = KeywordFilter::new(all, any, none, Vec::new(), KeywordMatch::Substring).expect("a filter");
    Search {
        keywords: Some(keywords),
        filter: None,
        order: Order::default(),
        page_size: PageSize::default(),
        after: None,
        view: View::Basic,
        max_page_bytes: 3 << 20,
        count_total: false,
    }
}

/// Waits until the merges in the background have come to rest.
async fn settle() {
    let mut before = cpu_of("self");
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = cpu_of("self");
        if now.saturating_sub(before) < Duration::from_millis(50) {
            return;
        }
        before = now;
    }
}

/// Inserts the rows alone, through the same driver and with the same promise.
async fn insert_rows(corpus: &Corpus, database: &Path, articles: usize) -> f64 {
    let _ = std::fs::remove_file(database);
    let options = SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true)
        .page_size(16 << 10)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging();
    let mut connection = options.connect().await.expect("a database");
    let sql = "CREATE TABLE article (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, effective_us INTEGER NOT NULL,
               encoded BLOB NOT NULL)";
    sqlx::query(sql).execute(&mut connection).await.expect("a table");
    let mut took = Duration::ZERO;
    for first in (0..articles).step_by(BATCH) {
        let rows: Vec<_> = (first..articles.min(first + BATCH))
            .map(|number| {
                let new = corpus.article(number);
                let effective_us = new.content.publish_time.map_or(0, |published| published.time.as_microsecond());
                let report = articled::article::ParseReport {
                    parser_version: 1,
                    repairs: Default::default(),
                    removed_lines: Vec::new(),
                    warnings: Vec::new(),
                };
                let encoded = convert::unsaved_article(&new.name, new.content, report).encode_to_vec();
                (new.name, effective_us, encoded)
            })
            .collect();
        let begun = Instant::now();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await.expect("a transaction");
        for (name, effective_us, encoded) in rows {
            let sql = "INSERT INTO article (name, effective_us, encoded) VALUES (?1, ?2, ?3)";
            let insert = sqlx::query(sql).bind(name.id().to_owned()).bind(effective_us).bind(encoded);
            insert.execute(&mut connection).await.expect("a row");
        }
        sqlx::query("COMMIT").execute(&mut connection).await.expect("a commit");
        took += begun.elapsed();
    }
    connection.close().await.expect("a close");
    for suffix in ["rows", "rows-wal", "rows-shm"] {
        let _ = std::fs::remove_file(database.with_extension(suffix));
    }
    articles as f64 / took.as_secs_f64()
}
