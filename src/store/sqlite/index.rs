//! The keyword index on SQLite: [`crate::keyword_index`] with tables for its storage, and tasks for its merges.
//!
//! Owns the tables `keyword_…`, the version of the index that is published to readers, and the merges in the background.
//! A reader gets the version that belongs to the rows that it sees: both have one generation number, read in the
//! reader's own transaction. It knows no rows, no orders other than the default one, and no pages.

mod building;
mod merge_metrics;
mod merge_task;
mod tables;

use std::sync::Arc;
use std::time::Duration;

use sqlx::SqliteConnection;
use tokio::sync::watch;
use tokio::time::timeout;

pub(super) use self::building::Building;
use self::merge_metrics::MergeMetrics;
pub(super) use self::merge_task::{MergeTask, QueuedRequest, RequestFailed, carry_out, log_bytes};
use crate::keyword_index::{
    IndexContext, IndexSearch, NextHit, PairRule, Published, Snapshot, StoredIndex, load_index, next_hit, tiers,
};
use crate::metrics::Registry;
use crate::store::CacheStats;
use crate::store::sqlite::error::SqliteError;

/// How long a reader waits for the writer to publish a commit, which normally takes microseconds.
const PUBLISH_TIMEOUT: Duration = Duration::from_secs(1);

/// The index of an open store.
pub(super) struct Index {
    context: IndexContext,
    published: watch::Sender<Published>,
    /// Whether this process is the writer. If not, another process may be.
    has_writer: bool,
    merge_metrics: MergeMetrics,
}

impl Index {
    pub(super) async fn open(
        connection: &mut SqliteConnection,
        has_writer: bool,
        pair_rule: PairRule,
        metrics: &Registry,
    ) -> Result<Self, SqliteError> {
        let StoredIndex { published, next_segment } = load_index(connection).await?;
        Ok(Self {
            context: IndexContext::new(next_segment, pair_rule),
            published: watch::Sender::new(published),
            has_writer,
            merge_metrics: MergeMetrics::new(metrics),
        })
    }

    /// Loads the state of the index from the database.
    pub(super) async fn reload(&self, connection: &mut SqliteConnection) -> Result<(), SqliteError> {
        let StoredIndex { published, next_segment } = load_index(connection).await?;
        self.context.skip_segments(next_segment);
        self.publish(published);
        Ok(())
    }

    /// Publishes the committed state to readers.
    pub(super) fn publish(&self, published: Published) {
        self.published.send_replace(published);
    }

    pub(super) fn current(&self) -> Published {
        self.published.borrow().clone()
    }

    /// The state of the index in memory and its generation, if this process is notified of each commit.
    pub(super) fn current_if_written_here(&self) -> Option<(i64, Arc<Snapshot>)> {
        let Published { generation, snapshot } = self.current();
        self.has_writer.then_some((generation, snapshot))
    }

    /// The generation of the index in a connection's transaction.
    pub(super) async fn generation(&self, connection: &mut SqliteConnection) -> Result<i64, SqliteError> {
        tables::generation(connection).await
    }

    /// Whether merges are behind.
    pub(super) fn is_behind(&self) -> bool {
        tiers::is_behind(&self.published.borrow().snapshot)
    }

    /// How long merges have been due without a break.
    pub(super) fn merge_lag(&self) -> Duration {
        self.merge_metrics.lag()
    }

    pub(super) fn block_cache_stats(&self) -> CacheStats {
        let (hits, misses) = self.context.cache.hits_and_misses();
        CacheStats { hits, misses, bytes: self.context.cache.bytes() }
    }

    /// Continues a search to its next hit, in the transaction of its snapshot.
    pub(super) async fn next_hit(
        &self,
        connection: &mut SqliteConnection,
        search: &mut IndexSearch,
    ) -> Result<NextHit, SqliteError> {
        let next = next_hit(connection, &self.context.cache, search).await?;
        if matches!(next, NextHit::Paused) {
            tokio::task::yield_now().await;
        }
        Ok(next)
    }

    /// Begins a read transaction, and returns the index as that transaction sees it.
    pub(super) async fn begin_reading(&self, connection: &mut SqliteConnection) -> Result<Arc<Snapshot>, SqliteError> {
        loop {
            let generation = tables::begin_reading(connection).await?;
            let mut seen = self.published.subscribe();
            if self.has_writer {
                // Committed just now, and not published yet.
                let _ = timeout(PUBLISH_TIMEOUT, seen.wait_for(|published| published.generation >= generation)).await;
            }
            let published = seen.borrow().clone();
            if published.generation == generation {
                return Ok(published.snapshot);
            }
            if published.generation < generation || !self.has_writer {
                let StoredIndex { published, .. } = load_index(connection).await?;
                let snapshot = Arc::clone(&published.snapshot);
                if !self.has_writer {
                    self.publish(published);
                }
                return Ok(snapshot);
            }
            // Another commit came in between: the transaction sees the rows before it, so start again.
            tables::end_reading(connection).await?;
        }
    }

    /// Waits for a state of the index.
    #[cfg(test)]
    pub(super) async fn wait_until(&self, mut is_there: impl FnMut(&Snapshot) -> bool) {
        let mut seen = self.published.subscribe();
        let there = seen.wait_for(|published| is_there(&published.snapshot)).await;
        assert!(there.is_ok(), "the index was closed");
    }

    pub(super) async fn end_reading(&self, connection: &mut SqliteConnection) -> Result<(), SqliteError> {
        tables::end_reading(connection).await
    }
}
