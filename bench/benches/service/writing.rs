//! Writes batches to the store, with all writes of a batch queued at once, and measures the acknowledgements.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use articled::article::Timestamp;
use articled::store::sqlite::{SqliteOptions, SqliteStore};
use articled::store::{ArticleStore, NewArticle, StoreError, Write};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::process::cpu_of;

pub(crate) const BATCH: usize = 500;

/// The result of a batch.
#[derive(Clone, Copy)]
pub(crate) struct Batch {
    pub took: Duration,
    /// The longest time without an acknowledgement while writes were waiting.
    pub longest_pause: Duration,
}

pub(crate) async fn open(database: &Path, read_only: bool) -> Arc<SqliteStore> {
    let options = SqliteOptions { read_only, ..SqliteOptions::new(database) };
    Arc::new(SqliteStore::open(options).await.expect("a store"))
}

/// Writes a batch, and returns when all of it is durable.
pub(crate) async fn write<S: ArticleStore + ?Sized>(store: &Arc<S>, batch: Vec<NewArticle>) -> Batch {
    let now = Timestamp::from_second(1_700_000_000).expect("in range");
    let begun = Instant::now();
    let mut writes: FuturesUnordered<_> = batch
        .into_iter()
        .map(|new| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                // A full queue refuses the write; retried as by an import.
                loop {
                    match store.write(Write::ingest(new.clone()), false, now).await {
                        Ok(_) => return Instant::now(),
                        Err(StoreError::Overloaded) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        })
        .collect();
    let mut acknowledged = Vec::new();
    while let Some(write) = writes.next().await {
        acknowledged.push(write.expect("a write"));
    }
    let took = begun.elapsed();
    acknowledged.push(begun);
    acknowledged.sort_unstable();
    let pauses = acknowledged.windows(2).map(|both| both[1] - both[0]);
    Batch { took, longest_pause: pauses.max().unwrap_or_default() }
}

/// Waits until background work is done.
pub(crate) async fn settle() {
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

/// The size of the keyword index's blocks, without unused space in the database's pages.
pub(crate) async fn index_bytes(database: &Path) -> u64 {
    let options = SqliteConnectOptions::new().filename(database).read_only(true).disable_statement_logging();
    let mut connection = options.connect().await.expect("a database");
    let sql = "SELECT coalesce(sum(length(bytes)), 0) FROM keyword_block";
    let bytes: i64 = sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect("a sum");
    connection.close().await.expect("a close");
    bytes.unsigned_abs()
}
