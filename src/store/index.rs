//! The keyword index of an open store, the same for every engine: the version that is published to readers, and the metrics
//! of merges.
//!
//! A reader gets the version that belongs to the rows that it sees: both have one generation number, read in the
//! reader's own transaction. It knows no rows, no orders other than the default one, and no pages.

mod building;
mod merge_metrics;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

pub(super) use self::building::{BuildFailed, Building};
use self::merge_metrics::MergeMetrics;
use crate::keyword_index::{
    IndexContext, IndexReader, IndexSearch, NextHit, PairRule, Published, Snapshot, StoredIndex, load_index, next_hit,
    reload_index, tiers,
};
use crate::metrics::Registry;
use crate::store::CacheStats;
use crate::store::search::SearchStorage;

/// How long a reader waits for the writer to publish a commit, which normally takes microseconds.
const PUBLISH_TIMEOUT: Duration = Duration::from_secs(1);

/// How often a reader begins again because a later state was published.
const MAX_RESTARTS: u32 = 8;

/// Which processes commit to a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writers {
    /// This one alone.
    This,
    /// Perhaps another one.
    Other,
    /// This one and others.
    Several,
}

/// The index of an open store.
pub(super) struct Index {
    pub(super) context: IndexContext,
    published: watch::Sender<Published>,
    writers: Writers,
    pub(super) merge_metrics: MergeMetrics,
}

impl Index {
    pub(super) async fn open<S: IndexReader>(
        storage: &mut S,
        writers: Writers,
        pair_rule: PairRule,
        metrics: &Registry,
    ) -> Result<Self, S::Error> {
        let StoredIndex { published, next_segment } = load_index(storage).await?;
        Ok(Self {
            context: IndexContext::new(next_segment, pair_rule),
            published: watch::Sender::new(published),
            writers,
            merge_metrics: MergeMetrics::new(metrics),
        })
    }

    /// Loads the state of the index from the database.
    pub(super) async fn reload<S: IndexReader>(&self, storage: &mut S) -> Result<(), S::Error> {
        let StoredIndex { published, next_segment } = load_index(storage).await?;
        self.context.skip_segments(next_segment);
        self.publish(published);
        Ok(())
    }

    /// Publishes a committed state to readers, unless a later one is published already: a reader that loads the state of its
    /// own transaction may do so after the next commit.
    pub(super) fn publish(&self, published: Published) {
        self.published.send_if_modified(|current| {
            let is_newer = published.generation > current.generation;
            if is_newer {
                *current = published;
            }
            is_newer
        });
    }

    pub(super) fn current(&self) -> Published {
        self.published.borrow().clone()
    }

    /// Notifies of each state that is published.
    pub(super) fn subscribe(&self) -> watch::Receiver<Published> {
        self.published.subscribe()
    }

    /// The state of the index in memory and its generation, if this process is notified of commits.
    pub(super) fn current_if_fresh(&self) -> Option<(i64, Arc<Snapshot>)> {
        let Published { generation, snapshot } = self.current();
        (self.writers != Writers::Other).then_some((generation, snapshot))
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
    pub(super) async fn next_hit<S: IndexReader>(
        &self,
        storage: &mut S,
        search: &mut IndexSearch,
    ) -> Result<NextHit, S::Error> {
        let next = next_hit(storage, &self.context.cache, search).await?;
        if matches!(next, NextHit::Paused) {
            tokio::task::yield_now().await;
        }
        Ok(next)
    }

    /// Begins a read transaction, and returns the index as that transaction sees it.
    pub(super) async fn begin_reading<S: SearchStorage>(&self, storage: &mut S) -> Result<Arc<Snapshot>, S::Error> {
        let mut restarts = 0;
        loop {
            let generation = storage.begin_reading().await?;
            let mut seen = self.published.subscribe();
            if self.writers == Writers::This {
                // Committed just now, and not published yet.
                let _ = timeout(PUBLISH_TIMEOUT, seen.wait_for(|published| published.generation >= generation)).await;
            }
            let known = seen.borrow().clone();
            if known.generation == generation {
                return Ok(known.snapshot);
            }
            if known.generation < generation || restarts == MAX_RESTARTS {
                return self.load(storage, &known, generation).await;
            }
            // Another commit came in between: the transaction sees the rows before it, so start again.
            storage.end_reading().await?;
            restarts += 1;
        }
    }

    /// The state of a generation, which a transaction sees.
    pub(super) async fn at<S: IndexReader>(&self, storage: &mut S, generation: i64) -> Result<Arc<Snapshot>, S::Error> {
        let known = self.current();
        if known.generation == generation {
            return Ok(known.snapshot);
        }
        self.load(storage, &known, generation).await
    }

    /// Loads the state that a transaction sees, and publishes it if another process has committed it.
    async fn load<S: IndexReader>(
        &self,
        storage: &mut S,
        known: &Published,
        generation: i64,
    ) -> Result<Arc<Snapshot>, S::Error> {
        // A later state has deletions that this one does not.
        let nothing = Published::default();
        let known = if known.generation < generation { known } else { &nothing };
        let StoredIndex { published, .. } = reload_index(storage, known).await?;
        let snapshot = Arc::clone(&published.snapshot);
        if self.writers != Writers::This {
            self.publish(published);
        }
        Ok(snapshot)
    }

    /// Waits for a state of the index.
    #[cfg(test)]
    pub(super) async fn wait_until(&self, mut is_there: impl FnMut(&Snapshot) -> bool) {
        let mut seen = self.published.subscribe();
        let there = seen.wait_for(|published| is_there(&published.snapshot)).await;
        assert!(there.is_ok(), "the index was closed");
    }
}
