//! Watching: what changes in the store, told to everyone who waits for it.
//!
//! Owns the way from the feed to a watcher: [`WatchHub`] reads each new change once and asks the [`Matcher`] whom it
//! concerns; a [`Watch`] is one watcher's place, pulled by its reader and therefore paused with it. Nothing is buffered for
//! a watcher but the numbers of a few changes; who falls behind reads the feed itself until it has caught up, a small piece
//! at a time, and holds no snapshot in between. Refuses to know the wire: what an event looks like there is decided there.

mod hub;
mod matcher;
mod recent;
mod tier;
mod watcher;

#[cfg(test)]
mod model_tests;

use crate::article::{Article, ArticleName};
use crate::query::{Filter, FoldedFields, KeywordFilter};
use crate::store::{FeedPosition, StoreError};

pub use self::hub::WatchHub;
pub use self::matcher::Matcher;
pub use self::watcher::Watch;

/// Which articles someone watches: those that both parts admit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WatchQuery {
    pub keywords: Option<KeywordFilter>,
    pub filter: Option<Filter>,
}

impl WatchQuery {
    /// Whether an article with these folded texts is watched: what everything else here must agree with.
    pub fn matches(&self, article: &Article, texts: &FoldedFields) -> bool {
        self.keywords.as_ref().is_none_or(|keywords| keywords.matches_folded(texts)) && self.admits(article, texts)
    }

    /// Whether the filter, keywords apart, admits an article.
    fn admits(&self, article: &Article, texts: &FoldedFields) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.matches_folded(article, texts.clone()))
    }

    /// Whether all articles are watched.
    fn is_open(&self) -> bool {
        self.keywords.is_none() && self.filter.is_none()
    }
}

/// What a watcher is told, and where it stands then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Going on from here, nothing is missed.
    pub position: FeedPosition,
    pub kind: EventKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// The article as it now is, in the watcher's view or more.
    Upserted(Box<Article>),
    /// It is gone, or is no longer watched; or it never was.
    Deleted(ArticleName),
    /// Nothing happened up to this position.
    Checkpoint,
}

/// Why a watch ends. It never does without a reason.
#[derive(Clone, Debug, thiserror::Error)]
pub enum WatchError {
    #[error("the feed no longer knows what came after that position")]
    Expired,
    #[error("too many watch too much")]
    TooMany,
    #[error("the server is stopping")]
    Stopping,
    #[error("the task that tells watchers of changes ended")]
    Broken,
    #[error(transparent)]
    Store(#[from] StoreError),
}
