//! The store on one machine: SQLite through sqlx.
//!
//! One task owns the one connection that writes; what waits for it is committed as a group. A few connections read
//! beside it. Refuses to decide what a write means (that is the same for every backend) and to serve a file that it does
//! not know whole.

mod apply;
mod backup;
mod check;
mod connect;
mod fault;
mod feed;
mod filter;
mod index;
mod lock;
mod narrow;
mod open;
mod originals;
mod prepare;
mod readers;
mod rows;
mod search;
pub mod segments;
mod writer;

#[cfg(test)]
mod open_tests;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::watch;

pub use self::open::{OpenError, SqliteOptions};
use self::readers::Readers;
use self::writer::Writer;
use super::{ArticleStore, Changes, FeedLimit, FeedPosition, Page, Search, StoreError, Write, Written};
use crate::article::{Article, ArticleName, View};

pub struct SqliteStore {
    options: SqliteOptions,
    readers: Readers,
    index: std::sync::Arc<index::Index>,
    feed: std::sync::Arc<feed::Feed>,
    /// `None`: opened for reading only.
    writer: Option<Writer>,
    /// Held while the store is open. `None`: opened for reading only.
    lock: std::sync::Mutex<Option<lock::ProcessLock>>,
}

#[async_trait]
impl ArticleStore for SqliteStore {
    async fn write(&self, write: Write, dry_run: bool, now: Timestamp) -> Result<Written, StoreError> {
        let writer = self.writer.as_ref().ok_or(StoreError::ReadOnly)?;
        writer.write(write, dry_run, now).await
    }

    async fn get(&self, name: &ArticleName, view: View) -> Result<Option<Article>, StoreError> {
        let mut lease = self.readers.lease().await?;
        let found = rows::get(lease.connection()?, name, view).await;
        lease.settle(found)
    }

    async fn batch_get(&self, names: &[ArticleName], view: View) -> Result<Vec<Option<Article>>, StoreError> {
        let mut lease = self.readers.lease().await?;
        let found = rows::batch_get(lease.connection()?, names, view).await;
        lease.settle(found)
    }

    async fn search(&self, search: &Search) -> Result<Page, StoreError> {
        let mut lease = self.readers.lease().await?;
        let found = match narrow::plan(search) {
            Some(plan) => filter::filter(lease.transaction()?, &self.index, search, plan).await,
            None => search::list(lease.connection()?, search).await,
        };
        lease.settle(found)
    }

    async fn changes(&self, after: FeedPosition, limit: FeedLimit, view: View) -> Result<Option<Changes>, StoreError> {
        let mut lease = self.readers.lease().await?;
        let found = feed::changes(lease.connection()?, after, limit, view).await;
        lease.settle(found)
    }

    fn feed(&self) -> watch::Receiver<FeedPosition> {
        self.feed.subscribe()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        if let Some(writer) = &self.writer {
            writer.ping()?;
        }
        let mut lease = self.readers.lease().await?;
        let answered = rows::ping(lease.connection()?).await;
        lease.settle(answered)
    }

    async fn check(&self) -> Result<Vec<String>, StoreError> {
        check::check(&self.options).await
    }

    async fn close(&self) {
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
        self.readers.close().await;
        self.lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    }
}
