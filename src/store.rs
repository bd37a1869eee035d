//! The article store: the trait that every storage engine implements, its types and errors, and its conformance suite.
//!
//! Rules of the trait, which the suite checks:
//! - A missing article is `Ok(None)`; an error is a failure.
//! - A write is durable when it returns `Ok`. A write whose future is dropped is applied completely or not at all.
//! - The clock is a parameter (`now`). Times are stored in microseconds.
//! - An article, its index entries and its entry in the change feed change atomically.
//! - Every read sees all changes up to the end of the feed as it was before the read began. So a caller that takes the end
//!   of the feed, then reads, then follows the feed from there, misses no change.

mod apply;
mod article_cache;
mod checksums;
mod damage;
mod database_url;
mod duplicates;
mod encoded;
mod feed;
mod index;
pub mod memory;
mod open;
mod open_error;
mod packed_raw;
mod packed_text;
mod pages;
pub mod postgres;
mod prepare;
mod record;
mod row_struct;
mod search;
pub mod sqlite;
mod stats;
mod text_form;
mod text_version;
mod write_queue;
mod write_rules;
mod writer_metrics;

#[cfg(test)]
mod conformance;

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;

pub use self::database_url::without_password;
pub use self::encoded::EncodedArticle;
pub use self::feed::{Change, ChangeKind, Changes, FeedLimit, FeedPosition};
pub use self::open::{
    Access, Replica, backup, distribute, engine_versions, newest_schema_version, open, repair_index, restore,
};
pub use self::open_error::{DATABASE_FORM, OpenError};
pub use self::pages::encoded_cursor;
pub use self::stats::{CacheStats, FileSizes, StoreStats};
use crate::article::{Article, ArticleContent, ArticleName, Etag, Outcome, ParseReport, RawDocument, Timestamp, View};
use crate::query::{Cursor, Filter, KeywordFilter, Order, PageSize};

/// A store that tasks share.
pub type SharedStore = Arc<dyn ArticleStore>;

/// An article to store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewArticle {
    /// The name of the article.
    pub name: ArticleName,
    /// Its content.
    pub content: ArticleContent,
    /// The parse report; `None` if the article was not parsed by the server.
    pub parse_report: Option<ParseReport>,
    /// The raw document; `None` if there is none.
    pub raw: Option<RawDocument>,
}

/// One write. All waiting writes are committed as a group.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names of the fields say it")]
pub enum Write {
    /// Stores a parsed article: creates it, or replaces the stored one. The stored article is kept if it was made from the
    /// same content (apart from the fetch time), even if a Replace has edited it since, and, unless `allow_older` is set, if
    /// it has a later fetch time.
    Ingest { article: NewArticle, allow_older: bool },
    /// Creates the article, unless one of that name exists. A `request_id` is remembered for a day: repeating the request
    /// does nothing and returns the current article.
    Create { article: NewArticle, request_id: Option<String> },
    /// Replaces the content of an article if its etag is `expected`. Report and raw document stay. Equal content changes
    /// nothing.
    Replace { name: ArticleName, content: ArticleContent, expected: Etag },
    /// Replaces an article by the parser's new output for its raw document, if its etag is `expected`. Labels and raw
    /// document stay. If the output is the one that the article was made from, the content stays too, even if a Replace has
    /// edited it since; if the report is also the same, nothing is written.
    Reparse { name: ArticleName, content: ArticleContent, parse_report: ParseReport, expected: Etag },
    /// Deletes the article, if `expected` is `None` or its etag.
    Delete { name: ArticleName, expected: Option<Etag> },
}

impl Write {
    /// An Ingest that keeps a stored article with a later fetch time.
    pub fn ingest(article: NewArticle) -> Self {
        Self::Ingest { article, allow_older: false }
    }
}

/// The result of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the fields say it")]
pub enum Written {
    /// The current article, without its raw document.
    Stored { article: Box<Article>, outcome: Outcome },
    /// Ingest has kept a stored article with a later fetch time.
    NewerKept(Box<Article>),
    /// The article was deleted.
    Deleted,
    /// Create: an article of that name exists.
    AlreadyExists,
    /// Replace, Reparse or Delete: no article has that name. Create: the request was repeated after its article was deleted.
    Missing,
    /// Create: the `request_id` belongs to a different request.
    RequestIdReused,
    /// Replace, Reparse or Delete: the etag is not the expected one.
    EtagMismatch,
}

/// A question to the store: List asks without keywords, Filter with them.
#[derive(Clone, Debug)]
pub struct Search {
    /// The keyword filter; `None` for List.
    pub keywords: Option<KeywordFilter>,
    /// The metadata filter.
    pub filter: Option<Filter>,
    /// The order of the results.
    pub order: Order,
    /// The maximum number of articles.
    pub page_size: PageSize,
    /// The cursor after the previous page.
    pub after: Option<Cursor>,
    /// Which fields of the articles to read.
    pub view: View,
    /// The maximum size of the page. A page always has at least one article.
    pub max_page_bytes: usize,
    /// Whether to count all matches, up to [`MAX_EXACT_TOTAL`].
    pub count_total: bool,
}

/// The maximum number of matches that is counted exactly.
pub const MAX_EXACT_TOTAL: u32 = 10_000;

/// The answer to a [`Search`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<A = Article> {
    /// The articles of the page.
    pub articles: Vec<A>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<Cursor>,
    /// The number of all matches, if it was requested.
    pub total: Option<Total>,
}

impl Page<EncodedArticle> {
    fn decode(self) -> Result<Page, StoreError> {
        let articles = self.articles.iter().map(EncodedArticle::decode).collect::<Result<_, _>>()?;
        Ok(Page { articles, next: self.next, total: self.total })
    }
}

/// The number of all matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// The number of matches.
    pub count: u32,
    /// There are more than `count`.
    pub is_lower_bound: bool,
}

/// A storage engine. The documentation of this module has the rules.
#[async_trait]
pub trait ArticleStore: Send + Sync + 'static {
    /// Writes. The write is durable when this returns. A `dry_run` returns what would happen, and writes nothing.
    async fn write(&self, write: Write, dry_run: bool, now: Timestamp) -> Result<Written, StoreError>;

    /// An article in the contract's encoding.
    async fn get_encoded(&self, name: &ArticleName, view: View) -> Result<Option<EncodedArticle>, StoreError>;

    /// The articles of these names, in their order; `None` for one that is missing.
    async fn batch_get_encoded(
        &self,
        names: &[ArticleName],
        view: View,
    ) -> Result<Vec<Option<EncodedArticle>>, StoreError>;

    /// One page of the articles that match.
    async fn search_encoded(&self, search: &Search) -> Result<Page<EncodedArticle>, StoreError>;

    /// The changes after a position in the feed. `None` if the feed no longer has all of them, or never had that position.
    /// Articles have at most the FULL view.
    async fn changes(&self, after: FeedPosition, limit: FeedLimit, view: View) -> Result<Option<Changes>, StoreError>;

    /// The end of the feed, with a notification of each move. It moves before the write of a change returns.
    fn feed(&self) -> watch::Receiver<FeedPosition>;

    /// Whether the store responds, for health checks.
    async fn ping(&self) -> Result<(), StoreError>;

    /// The figures for metrics. Must be cheap, because each scrape calls it.
    async fn stats(&self) -> StoreStats;

    /// Reads everything and verifies it: rows, index, structure. Returns one line for each fault.
    async fn check(&self) -> Result<Vec<String>, StoreError>;

    /// Waits for accepted writes, and closes the files.
    async fn close(&self);
}

/// The reads of [`ArticleStore`] with decoding, for callers that use the articles' fields. Every store has them.
#[async_trait]
pub trait DecodedReads: ArticleStore {
    /// An article; `None` if there is none of that name.
    async fn get(&self, name: &ArticleName, view: View) -> Result<Option<Article>, StoreError> {
        let found = self.get_encoded(name, view).await?;
        Ok(found.map(|article| article.decode()).transpose()?)
    }

    /// The articles of these names, in their order; `None` for one that is missing.
    async fn batch_get(&self, names: &[ArticleName], view: View) -> Result<Vec<Option<Article>>, StoreError> {
        let found = self.batch_get_encoded(names, view).await?;
        let decoded = found.iter().map(|article| article.as_ref().map(EncodedArticle::decode).transpose());
        Ok(decoded.collect::<Result<_, _>>()?)
    }

    /// One page of the articles that match.
    async fn search(&self, search: &Search) -> Result<Page, StoreError> {
        self.search_encoded(search).await?.decode()
    }
}

impl<S: ArticleStore + ?Sized> DecodedReads for S {}

impl From<record::BadRecord> for StoreError {
    fn from(bad: record::BadRecord) -> Self {
        Self::Damaged(bad.to_string())
    }
}

/// Why an operation of the store failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The write queue is full. Retry soon.
    #[error("the store is overloaded")]
    Overloaded,
    /// There is no disk space left for writes.
    #[error("the store is full")]
    Full,
    /// The store was opened for reading only.
    #[error("the store is read-only")]
    ReadOnly,
    /// Stored data cannot be read back as it was written.
    #[error("stored data is damaged: {0}")]
    Damaged(String),
    /// The store cannot be reached, or is closing; nothing was written.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// The database failed in a way that is none of the above.
    #[error("the store failed: {0}")]
    Failed(String),
}
