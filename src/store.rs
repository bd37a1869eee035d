//! Where articles rest. Owns the trait that every backend implements, its errors and its conformance suite.
//!
//! Rules of the trait, which the suite checks:
//! - What is missing is `Ok(None)`; an error is a failure.
//! - A write that returned `Ok` is durable. A write whose future is dropped is whole or absent.
//! - The clock is a parameter (`now`). Times are kept to the microsecond.
//! - An article, its index entries and its entry in the feed change together, or not at all.
//! - What the end of the feed counts is seen by every read that begins later: who takes the end first and reads then misses
//!   nothing by going on from there.

mod article_cache;
mod duplicates;
mod encoded;
mod feed;
pub mod memory;
mod open;
mod open_error;
mod pages;
mod prepare;
mod record;
pub mod sqlite;
mod stats;
mod write_rules;

#[cfg(test)]
mod conformance;

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;

pub use self::encoded::EncodedArticle;
pub use self::feed::{Change, ChangeKind, Changes, FeedLimit, FeedPosition};
pub use self::open::{Access, backup, engine_versions, newest_schema_version, open, repair_index};
pub use self::open_error::OpenError;
pub use self::pages::encoded_cursor;
pub use self::stats::{CacheStats, FileSizes, StoreStats};
use crate::article::{Article, ArticleContent, ArticleName, Etag, Outcome, ParseReport, RawDocument, Timestamp, View};
use crate::query::{Cursor, Filter, KeywordFilter, Order, PageSize};

pub type SharedStore = Arc<dyn ArticleStore>;

/// What is to be stored under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewArticle {
    pub name: ArticleName,
    pub content: ArticleContent,
    pub parse_report: Option<ParseReport>,
    pub raw: Option<RawDocument>,
}

/// One write. All the writes that wait are committed as a group.
#[derive(Clone, Debug)]
pub enum Write {
    /// Stores what was parsed: creates the article, replaces it, or finds that the article of that name was made from
    /// the same content (all but the fetch time) and leaves it as it is, even if a Replace has edited it since. Unless
    /// `allow_older` is set, an article that was fetched later is left as it is too.
    Ingest { article: NewArticle, allow_older: bool },
    /// Creates the article, unless there is one of that name. A `request_id` is remembered for a day: the same request
    /// sent again is not done again, and answers with the article as it now is.
    Create { article: NewArticle, request_id: Option<String> },
    /// Replaces the content of an article that is still in the state that `expected` names. Report and raw document
    /// stay. The content that it has already changes nothing.
    Replace { name: ArticleName, content: ArticleContent, expected: Etag },
    /// Puts what a parser makes of an article's raw document into its place, if the article is still in the state that
    /// `expected` names. Its labels and its raw document stay. If this is what the article was made from, its content
    /// stays too, even if a Replace has edited it since; and if the report is the same as well, nothing is written.
    Reparse { name: ArticleName, content: ArticleContent, parse_report: ParseReport, expected: Etag },
    /// Deletes the article, if `expected` is `None` or names its state.
    Delete { name: ArticleName, expected: Option<Etag> },
}

impl Write {
    /// An Ingest that leaves what was fetched later.
    pub fn ingest(article: NewArticle) -> Self {
        Self::Ingest { article, allow_older: false }
    }
}

/// What a write did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// The article as it now is, without its raw document.
    Stored {
        article: Box<Article>,
        outcome: Outcome,
    },
    /// Ingest found an article that was fetched later, and left it as it is.
    NewerKept(Box<Article>),
    Deleted,
    /// Create found an article of that name.
    AlreadyExists,
    /// Replace, Reparse or Delete found none of that name; or the article of a Create that was sent again is deleted by now.
    Missing,
    /// Create came with the `request_id` of an earlier Create of something else.
    RequestIdReused,
    /// Replace, Reparse or Delete found the article in another state than expected.
    EtagMismatch,
}

/// A question to the store: List asks without keywords, Filter with them.
#[derive(Clone, Debug)]
pub struct Search {
    pub keywords: Option<KeywordFilter>,
    /// Restricts the answer further.
    pub filter: Option<Filter>,
    pub order: Order,
    pub page_size: PageSize,
    /// Where the page before ended.
    pub after: Option<Cursor>,
    pub view: View,
    /// The page is cut before it passes this many bytes of text, but never to less than one article.
    pub max_page_bytes: usize,
    /// Whether to count all matches, up to [`MAX_EXACT_TOTAL`].
    pub count_total: bool,
}

/// Up to this many matches are counted exactly.
pub const MAX_EXACT_TOTAL: u32 = 10_000;

/// The answer to a [`Search`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<A = Article> {
    pub articles: Vec<A>,
    /// `None`: this is the end.
    pub next: Option<Cursor>,
    pub total: Option<Total>,
}

impl Page<EncodedArticle> {
    fn decode(self) -> Result<Page, StoreError> {
        let articles = self.articles.iter().map(EncodedArticle::decode).collect::<Result<_, _>>()?;
        Ok(Page { articles, next: self.next, total: self.total })
    }
}

/// How many articles match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    pub count: u32,
    /// There are more than `count`.
    pub is_lower_bound: bool,
}

#[async_trait]
pub trait ArticleStore: Send + Sync + 'static {
    /// Writes; returns when the write is durable. A `dry_run` answers what would happen, and writes nothing.
    async fn write(&self, write: Write, dry_run: bool, now: Timestamp) -> Result<Written, StoreError>;

    /// An article in the contract's encoding.
    async fn get_encoded(&self, name: &ArticleName, view: View) -> Result<Option<EncodedArticle>, StoreError>;

    /// The articles of these names, in their order; `None` for one that is missing.
    async fn batch_get_encoded(
        &self,
        names: &[ArticleName],
        view: View,
    ) -> Result<Vec<Option<EncodedArticle>>, StoreError>;

    async fn search_encoded(&self, search: &Search) -> Result<Page<EncodedArticle>, StoreError>;

    /// What changed after a place in the feed. `None`: the feed no longer knows all of it, or never was at that place.
    /// Views from FULL up are read as FULL.
    async fn changes(&self, after: FeedPosition, limit: FeedLimit, view: View) -> Result<Option<Changes>, StoreError>;

    /// The end of the feed, and a signal whenever it moves. Moved before the writer of a change is answered.
    fn feed(&self) -> watch::Receiver<FeedPosition>;

    /// Whether the store answers: for health checks.
    async fn ping(&self) -> Result<(), StoreError>;

    /// The figures that metrics show. Cheap: it is asked with each scrape.
    async fn stats(&self) -> StoreStats;

    /// Reads everything and compares it: rows, index, structure. One line for each fault that is found.
    async fn check(&self) -> Result<Vec<String>, StoreError>;

    /// Waits for the writes that were taken, and closes the files.
    async fn close(&self);
}

/// The reads of [`ArticleStore`], decoded: for callers that look into the articles. Every store has them.
#[async_trait]
pub trait DecodedReads: ArticleStore {
    async fn get(&self, name: &ArticleName, view: View) -> Result<Option<Article>, StoreError> {
        let found = self.get_encoded(name, view).await?;
        Ok(found.map(|article| article.decode()).transpose()?)
    }

    async fn batch_get(&self, names: &[ArticleName], view: View) -> Result<Vec<Option<Article>>, StoreError> {
        let found = self.batch_get_encoded(names, view).await?;
        let decoded = found.iter().map(|article| article.as_ref().map(EncodedArticle::decode).transpose());
        Ok(decoded.collect::<Result<_, _>>()?)
    }

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

/// Why the store could not do what was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Too much waits already; worth another try soon.
    #[error("the store is overloaded")]
    Overloaded,
    /// No room is left for writes.
    #[error("the store is full")]
    Full,
    /// The store was opened for reading only.
    #[error("the store is read-only")]
    ReadOnly,
    /// What is stored cannot be read back as it was written.
    #[error("stored data is damaged: {0}")]
    Damaged(String),
    /// The store cannot be reached, or is closing; nothing was written.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// The database failed in a way that is none of the above.
    #[error("the store failed: {0}")]
    Failed(String),
}
