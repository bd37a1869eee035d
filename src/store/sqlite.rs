//! The SQLite engine: sqlx writes, and rusqlite reads, with one SQLite.
//!
//! One task owns the single writing connection, and commits all waiting writes as a group. Several connections read
//! concurrently. The meaning of writes is in `write_rules`, the same for every engine. A file with an unknown schema is
//! refused.
//!
//! sqlx runs each connection on a thread of its own, so each statement costs a round trip between threads: 10 to 14 µs, where
//! writing a short row costs 3 to 5. Five inserts took 83 to 99 µs as five statements, and 18 to 25 µs as one (medians of 2,000
//! and 500, sqlx not optimised, on two busy cores). So the statements that write one article are executed together
//! (`queries/`), although they write several tables. Reads are shorter still, so they run on the calling thread
//! (`read/readers`).

mod connect;
mod disk_probe;
mod duplicates;
mod error;
mod feed;
mod files;
mod index;
mod json_list;
mod lock;
mod maintenance;
mod open;
mod read;
mod row_struct;
mod rows;
mod schema;
mod stats;
mod transaction;
mod write;

#[cfg(test)]
mod crash_tests;
#[cfg(test)]
mod open_tests;
#[cfg(test)]
mod repack_tests;

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::watch;
use tracing::Instrument;

use self::maintenance::check;
pub use self::open::{Scale, SqliteOptions};
use self::read::changes::ChangesRead;
use self::read::gets::{BatchGetRead, GetRead};
use self::read::id_hints::IdHints;
use self::read::ping::PingRead;
use self::read::readers::Readers;
use self::read::search::SearchRead;
use self::write::writer::Writer;
use super::article_cache::ArticleCache;
use super::index::Index;
use super::{
    ArticleStore, Changes, EncodedArticle, FeedLimit, FeedPosition, FileSizes, Page, Search, StoreError, StoreStats,
    Write, Written,
};
use crate::article::{ArticleName, Timestamp, View};

/// A store in a SQLite file.
pub struct SqliteStore {
    options: SqliteOptions,
    readers: Arc<Readers>,
    article_cache: Arc<ArticleCache>,
    id_hints: Arc<IdHints>,
    index: Arc<Index>,
    feed: Arc<feed::Feed>,
    /// `None`: opened for reading only.
    writer: Option<Writer>,
    /// Held while the store is open. `None`: opened for reading only.
    lock: Mutex<Option<lock::ProcessLock>>,
}

#[async_trait]
impl ArticleStore for SqliteStore {
    async fn write(&self, write: Write, dry_run: bool, now: Timestamp) -> Result<Written, StoreError> {
        let writer = self.writer.as_ref().ok_or(StoreError::ReadOnly)?;
        writer.write(write, dry_run, now).instrument(tracing::debug_span!("write")).await
    }

    async fn get_encoded(&self, name: &ArticleName, view: View) -> Result<Option<EncodedArticle>, StoreError> {
        if view == View::Raw {
            // Raw documents are large, and seldom asked for.
            let mut found = self.batch_get_encoded(std::slice::from_ref(name), view).await?;
            return Ok(found.pop().flatten());
        }
        let since = match self.article_cache.get(name) {
            Ok(kept) => return Ok(Some(kept.in_view(view))),
            Err(since) => since,
        };
        let found = self.readers.read(GetRead { name: name.clone(), view, hints: Arc::clone(&self.id_hints) }).await?;
        if let Some(article) = found.as_ref().filter(|_| view == View::Full) {
            self.article_cache.put(name, article, since);
        }
        Ok(found)
    }

    async fn batch_get_encoded(
        &self,
        names: &[ArticleName],
        view: View,
    ) -> Result<Vec<Option<EncodedArticle>>, StoreError> {
        self.readers.read(BatchGetRead { names: names.to_vec(), view }).await
    }

    #[tracing::instrument(name = "search", level = "debug", skip_all)]
    async fn search_encoded(&self, search: &Search) -> Result<Page<EncodedArticle>, StoreError> {
        self.readers.read(SearchRead { index: Arc::clone(&self.index), search: search.clone() }).await
    }

    async fn changes(&self, after: FeedPosition, limit: FeedLimit, view: View) -> Result<Option<Changes>, StoreError> {
        self.readers.read(ChangesRead { after, limit, view }).await
    }

    fn feed(&self) -> watch::Receiver<FeedPosition> {
        self.feed.subscribe()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        if let Some(writer) = &self.writer {
            writer.ping()?;
        }
        self.readers.read(PingRead).await
    }

    async fn stats(&self) -> StoreStats {
        let path = self.options.path.clone();
        let asked = tokio::task::spawn_blocking(move || (stats::file_sizes(&path), stats::last_backup_second(&path)));
        let (files, last_backup_second) = asked.await.unwrap_or_else(|error| (Err(io::Error::other(error)), None));
        let files = files.unwrap_or_else(|error| {
            tracing::debug!(%error, "the sizes of the store's files are not known");
            FileSizes::default()
        });
        let queue = self.writer.as_ref().map(Writer::queue_stats).unwrap_or_default();
        let snapshot = self.index.current().snapshot;
        StoreStats {
            articles: snapshot.live_documents(),
            queued_writes: queue.writes,
            queued_bytes: queue.bytes,
            shed_writes: queue.shed,
            shed_reads: self.readers.shed(),
            busy_readers: self.readers.busy(),
            files,
            article_cache: self.article_cache.stats(),
            block_cache: self.index.block_cache_stats(),
            index_segments: snapshot.segments().len(),
            merge_lag: self.index.merge_lag(),
            last_backup_second,
        }
    }

    async fn check(&self) -> Result<Vec<String>, StoreError> {
        check::check(&self.options, self.readers.disk()).await
    }

    async fn close(&self) {
        self.article_cache.close();
        // The writer's connection must be the last to close: SQLite then moves the WAL into the database and deletes it,
        // which a connection that only reads cannot do.
        self.readers.close().await;
        if let Some(writer) = &self.writer {
            writer.close().await;
        } else {
            open::remove_read_logs(&self.options.path).await;
        }
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
