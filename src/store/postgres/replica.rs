//! A store whose reads are answered by a standby of its database, as long as the standby has what they must see.
//!
//! Owns the choice for each read. Writes and the change feed stay with the primary. The standby is a store of its own, opened
//! read-only, with the keyword index as far as it has been replicated.

mod position;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use metrics::Counter;
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::{CancellationToken, DropGuard};

use self::position::Positions;
use crate::article::{ArticleName, Timestamp, View};
use crate::metrics::{Registry, names};
use crate::store::postgres::{PostgresOptions, PostgresStore};
use crate::store::{
    ArticleStore, Changes, EncodedArticle, FeedLimit, FeedPosition, Page, Search, StoreError, StoreStats, Write,
    Written,
};

/// The pause between two attempts to open the standby.
const OPEN_PAUSE: Duration = Duration::from_secs(5);

/// A store with a standby.
pub(crate) struct ReplicatedStore {
    primary: PostgresStore,
    /// Empty until the standby has been reached.
    standby: Arc<OnceLock<PostgresStore>>,
    positions: Positions,
    served: Served,
    _closing: DropGuard,
}

/// Who answered reads.
struct Served {
    by_standby: Counter,
    by_primary: Counter,
}

/// A read by the standby if it is far enough, and otherwise, or if that fails, by the primary.
macro_rules! read {
    ($self:ident, |$store:ident| $work:expr) => {{
        if let Some($store) = $self.standby().await {
            match $work.await {
                Ok(answer) => {
                    $self.served.by_standby.increment(1);
                    return Ok(answer);
                }
                Err(error) => {
                    tracing::warn!(%error, "the standby failed; the primary answers");
                    $self.positions.rest();
                }
            }
        }
        $self.served.by_primary.increment(1);
        let $store = &$self.primary;
        $work.await
    }};
}

impl ReplicatedStore {
    /// Opens the standby in the background, so that the store can be used while it is out of reach.
    pub(crate) fn new(
        primary: PostgresStore,
        standby: PostgresOptions,
        max_staleness: Duration,
        metrics: &Registry,
    ) -> Self {
        let closing = CancellationToken::new();
        let positions = Positions::new(primary.connector.clone(), standby.connector.clone(), max_staleness);
        let opened = Arc::new(OnceLock::new());
        let (slot, feed, is_closing) = (Arc::clone(&opened), primary.feed(), closing.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = is_closing.cancelled() => {}
                store = open(standby, feed) => drop(slot.set(store)),
            }
        });
        let served = |by| metrics.counter(&names::STORE_REPLICA_READS, &[("served_by", by)]);
        let served = Served { by_standby: served("standby"), by_primary: served("primary") };
        Self { primary, standby: opened, positions, served, _closing: closing.drop_guard() }
    }

    async fn standby(&self) -> Option<&PostgresStore> {
        let standby = self.standby.get()?;
        self.positions.standby_is_far_enough().await.then_some(standby)
    }
}

/// Opens the standby, as often as it takes.
async fn open(options: PostgresOptions, primary: watch::Receiver<FeedPosition>) -> PostgresStore {
    let mut has_failed = false;
    loop {
        let reason = match PostgresStore::open(options.clone()).await {
            Ok(store) if store.feed().borrow().feed == primary.borrow().feed => {
                tracing::info!("the standby answers reads");
                return store;
            }
            Ok(other) => {
                other.close().await;
                "its feed is not that of the primary".to_owned()
            }
            Err(error) => error.to_string(),
        };
        if !has_failed {
            tracing::warn!(reason, "the standby cannot be used; the primary answers until it can");
        }
        has_failed = true;
        sleep(OPEN_PAUSE).await;
    }
}

#[async_trait]
impl ArticleStore for ReplicatedStore {
    async fn write(&self, write: Write, dry_run: bool, now: Timestamp) -> Result<Written, StoreError> {
        self.primary.write(write, dry_run, now).await
    }

    async fn get_encoded(&self, name: &ArticleName, view: View) -> Result<Option<EncodedArticle>, StoreError> {
        read!(self, |store| store.get_encoded(name, view))
    }

    async fn batch_get_encoded(
        &self,
        names: &[ArticleName],
        view: View,
    ) -> Result<Vec<Option<EncodedArticle>>, StoreError> {
        read!(self, |store| store.batch_get_encoded(names, view))
    }

    async fn search_encoded(&self, search: &Search) -> Result<Page<EncodedArticle>, StoreError> {
        read!(self, |store| store.search_encoded(search))
    }

    async fn changes(&self, after: FeedPosition, limit: FeedLimit, view: View) -> Result<Option<Changes>, StoreError> {
        self.primary.changes(after, limit, view).await
    }

    fn feed(&self) -> watch::Receiver<FeedPosition> {
        self.primary.feed()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.primary.ping().await
    }

    async fn stats(&self) -> StoreStats {
        self.primary.stats().await
    }

    async fn check(&self) -> Result<Vec<String>, StoreError> {
        self.primary.check().await
    }

    async fn close(&self) {
        if let Some(standby) = self.standby.get() {
            standby.close().await;
        }
        self.primary.close().await;
    }
}

#[cfg(test)]
mod tests;
