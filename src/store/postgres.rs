//! The PostgreSQL engine, with sqlx: several instances on one database.
//!
//! Every instance commits its waiting writes as a group, under the lock of one row that all of them take: so ids, numbers of
//! the feed and generations of the keyword index grow in the order of commits, and no two instances decide on the same article
//! or story at once. Readers take no lock, except where Citus distributes the articles over several servers, which have no common
//! snapshot: there a commit waits for the reads in progress. What an instance keeps in memory, the directories and blocks of the keyword index,
//! belongs to a generation, which each read takes from the database together with the rows. The meaning of writes and searches
//! is in `apply`, `search` and `duplicates`, the same for every engine.

mod check;
mod connect;
mod distribute;
mod duplicate_storage;
mod error;
mod feed;
mod health;
mod index_storage;
mod listener;
mod merge_task;
mod open;
mod pool;
mod pooler;
mod rederive;
mod refusal;
mod replica;
mod row_struct;
mod rows;
mod search_storage;
mod transaction;
mod vacuum;
mod write_storage;
mod writer;

#[cfg(test)]
mod instance_tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::Instrument;

pub(crate) use self::connect::is_parameter;
use self::connect::{Connector, Purpose, close};
use self::feed::FeedEnd;
use self::health::WriteHealth;
pub use self::open::PostgresOptions;
use self::pool::{Attempts, Pool};
pub(crate) use self::replica::ReplicatedStore;
use super::index::Index;
use super::search::{FoundArticle, candidates, filter, list};
use super::write_queue::WriteQueue;
use super::{
    ArticleStore, Changes, EncodedArticle, FeedLimit, FeedPosition, Page, Search, StoreError, StoreStats, Write,
    Written,
};
use crate::article::{ArticleName, Timestamp, View};
use crate::background::Background;

/// A store in a PostgreSQL database.
pub struct PostgresStore {
    connector: Connector,
    pool: Pool,
    /// Whether the articles are distributed over several servers.
    is_sharded: bool,
    index: Arc<Index>,
    feed: Arc<FeedEnd>,
    /// `None`: opened for reading only.
    queue: Option<WriteQueue>,
    health: Arc<WriteHealth>,
    closing: CancellationToken,
    /// Ends the tasks if the store is dropped without being closed.
    _closing: DropGuard,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    /// The runtime of the writer and the merger.
    _background: Background,
}

/// Runs a read on a connection of the pool, and repeats it if the connection is lost.
macro_rules! read {
    ($store:expr, |$connection:ident| $work:expr) => {{
        let mut attempts = Attempts::default();
        loop {
            let mut lease = $store.pool.lease().await?;
            let $connection = lease.connection();
            let result = $work.await;
            if let Some(result) = attempts.settle(lease, result) {
                break result;
            }
        }
    }};
}

#[async_trait]
impl ArticleStore for PostgresStore {
    async fn write(&self, write: Write, dry_run: bool, now: Timestamp) -> Result<Written, StoreError> {
        let queue = self.queue.as_ref().ok_or(StoreError::ReadOnly)?;
        queue.write(write, dry_run, now).instrument(tracing::debug_span!("write")).await
    }

    async fn get_encoded(&self, name: &ArticleName, view: View) -> Result<Option<EncodedArticle>, StoreError> {
        let mut found = self.batch_get_encoded(std::slice::from_ref(name), view).await?;
        Ok(found.pop().flatten())
    }

    async fn batch_get_encoded(
        &self,
        names: &[ArticleName],
        view: View,
    ) -> Result<Vec<Option<EncodedArticle>>, StoreError> {
        let ids: Vec<&str> = names.iter().map(ArticleName::id).collect();
        let found = read!(self, |connection| rows::by_name(connection, &ids, view))?;
        let mut by_name = HashMap::with_capacity(found.len());
        for FoundArticle { cursor, article, .. } in found {
            by_name.insert(cursor.name, article.map_err(|damage| StoreError::Damaged(damage.to_string()))?);
        }
        Ok(names.iter().map(|name| by_name.get(name).cloned()).collect())
    }

    #[tracing::instrument(name = "search", level = "debug", skip_all)]
    async fn search_encoded(&self, search: &Search) -> Result<Page<EncodedArticle>, StoreError> {
        let Some(plan) = candidates::plan(search) else {
            return read!(self, |connection| list::list(connection, search));
        };
        // Statements without a transaction have no common state on several servers.
        if !self.is_sharded
            && let Some(page) =
                read!(self, |connection| filter::filter_quickly(connection, &self.index, search, &plan))?
        {
            return Ok(page);
        }
        read!(self, |connection| filter::filter(connection, &self.index, search, &plan))
    }

    async fn changes(&self, after: FeedPosition, limit: FeedLimit, view: View) -> Result<Option<Changes>, StoreError> {
        read!(self, |connection| feed::changes(connection, after, limit, view))
    }

    fn feed(&self) -> watch::Receiver<FeedPosition> {
        self.feed.subscribe()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        if self.health.has_failed() || self.queue.as_ref().is_some_and(WriteQueue::is_closed) {
            return Err(StoreError::Unavailable("writes fail".to_owned()));
        }
        read!(self, |connection| rows::ping(connection))
    }

    async fn stats(&self) -> StoreStats {
        let queue = self.queue.as_ref().map(WriteQueue::stats).unwrap_or_default();
        let snapshot = self.index.current().snapshot;
        StoreStats {
            articles: snapshot.live_documents(),
            queued_writes: queue.writes,
            queued_bytes: queue.bytes,
            shed_writes: queue.shed,
            shed_reads: self.pool.shed(),
            busy_readers: self.pool.busy(),
            block_cache: self.index.block_cache_stats(),
            index_segments: snapshot.segments().len(),
            merge_lag: self.index.merge_lag(),
            ..StoreStats::default()
        }
    }

    async fn check(&self) -> Result<Vec<String>, StoreError> {
        let mut connection = self.connector.connect(Purpose::Maintain).await?;
        let faults = check::check(&mut connection).await;
        close(connection).await;
        Ok(faults?)
    }

    async fn close(&self) {
        self.closing.cancel();
        self.pool.close().await;
        let tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task of the store failed");
            }
        }
    }
}
