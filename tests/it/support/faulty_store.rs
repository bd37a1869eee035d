//! A store that does what stores should not: fails, panics, or never answers.

use std::sync::Arc;

use articled::article::{ArticleName, Timestamp, View};
use articled::store::{
    ArticleStore, Changes, EncodedArticle, FeedLimit, FeedPosition, Page, Search, StoreError, StoreStats, Write,
    Written,
};
use async_trait::async_trait;
use tokio::sync::{Semaphore, watch};

pub(crate) enum Fault {
    Fails(fn() -> StoreError),
    Panics,
    /// Answers as a failure, once it is released.
    Hangs(Arc<Hang>),
}

/// Where the calls hang.
pub(crate) struct Hang {
    /// A permit for each call that came.
    pub arrived: Semaphore,
    /// Calls go on when they get a permit.
    pub released: Semaphore,
}

impl Hang {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { arrived: Semaphore::new(0), released: Semaphore::new(0) })
    }

    /// Waits for one more call to hang.
    pub(crate) async fn wait(&self) {
        self.arrived.acquire().await.expect("never closed").forget();
    }
}

pub(crate) struct FaultyStore(pub Fault);

impl FaultyStore {
    async fn fault<T>(&self) -> Result<T, StoreError> {
        match &self.0 {
            Fault::Fails(error) => Err(error()),
            Fault::Panics => panic!("a panic that a test asked for"),
            Fault::Hangs(hang) => {
                hang.arrived.add_permits(1);
                hang.released.acquire().await.expect("never closed").forget();
                Err(StoreError::ReadOnly)
            }
        }
    }
}

#[async_trait]
impl ArticleStore for FaultyStore {
    async fn write(&self, _: Write, _: bool, _: Timestamp) -> Result<Written, StoreError> {
        self.fault().await
    }

    async fn get_encoded(&self, _: &ArticleName, _: View) -> Result<Option<EncodedArticle>, StoreError> {
        self.fault().await
    }

    async fn batch_get_encoded(&self, _: &[ArticleName], _: View) -> Result<Vec<Option<EncodedArticle>>, StoreError> {
        self.fault().await
    }

    async fn search_encoded(&self, _: &Search) -> Result<Page<EncodedArticle>, StoreError> {
        self.fault().await
    }

    async fn changes(&self, _: FeedPosition, _: FeedLimit, _: View) -> Result<Option<Changes>, StoreError> {
        self.fault().await
    }

    fn feed(&self) -> watch::Receiver<FeedPosition> {
        watch::Sender::default().subscribe()
    }

    /// The store is reachable; what is asked of it goes wrong. Only one that fails says so.
    async fn ping(&self) -> Result<(), StoreError> {
        match &self.0 {
            Fault::Fails(error) => Err(error()),
            Fault::Panics | Fault::Hangs(_) => Ok(()),
        }
    }

    async fn stats(&self) -> StoreStats {
        StoreStats::default()
    }

    async fn check(&self) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }

    async fn close(&self) {}
}
