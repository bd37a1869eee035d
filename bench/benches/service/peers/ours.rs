//! The store itself as one of the indexes, without RPC. It does more than the others: it writes whole articles, and its pages
//! are articles.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use articled::store::ArticleStore;
use articled::store::sqlite::SqliteStore;
use async_trait::async_trait;

use super::{Asked, Document, Index, Ranks};
use crate::ingest::search_of;
use crate::rows::RowTable;
use crate::writing;

pub struct Ours {
    pub store: Arc<SqliteStore>,
    database: PathBuf,
    ranks: Arc<Ranks>,
}

impl Ours {
    pub async fn create(database: PathBuf, ranks: Arc<Ranks>) -> Self {
        Self { store: writing::open(&database, false).await, database, ranks }
    }

    pub async fn close(self) {
        self.store.close().await;
    }
}

#[async_trait(?Send)]
impl Index for Ours {
    fn name(&self) -> String {
        "ours".to_owned()
    }

    async fn add(&mut self, batch: &[Document]) -> Duration {
        let batch = batch.iter().map(|document| document.article.clone()).collect();
        writing::write(&self.store, batch).await.took
    }

    async fn settle(&mut self) {
        writing::settle().await;
    }

    async fn bytes(&mut self) -> Option<u64> {
        Some(writing::index_bytes(&self.database).await)
    }

    async fn page(&mut self, asked: &Asked) -> Option<(Duration, Vec<i64>)> {
        let after = (asked.before < i64::MAX).then(|| self.ranks.cursor(asked.before));
        let begun = Instant::now();
        let page = self.store.search_encoded(&search_of(&asked.question, after)).await.expect("a page");
        let took = begun.elapsed();
        let articles = page.articles.iter().map(|article| article.decode().expect("an article"));
        Some((took, articles.map(|article| self.ranks.rank(&article.name)).collect()))
    }
}

/// Only the rows, without an index: the lower bound of building.
pub struct Rows(RowTable);

impl Rows {
    pub async fn create(database: &Path) -> Self {
        Self(RowTable::create(database).await)
    }

    pub async fn remove(self) {
        self.0.remove().await;
    }
}

#[async_trait(?Send)]
impl Index for Rows {
    fn name(&self) -> String {
        "the rows alone".to_owned()
    }

    async fn add(&mut self, batch: &[Document]) -> Duration {
        self.0.write(batch.iter().map(|document| document.article.clone())).await
    }

    async fn bytes(&mut self) -> Option<u64> {
        None
    }

    async fn page(&mut self, _: &Asked) -> Option<(Duration, Vec<i64>)> {
        None
    }
}
