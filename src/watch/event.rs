//! What a watcher receives, and why a watch ends.

use crate::article::{Article, ArticleName};
use crate::store::{FeedPosition, StoreError};

/// What a watcher is told, and where it stands then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Going on from here, nothing is missed.
    pub position: FeedPosition,
    /// What happened.
    pub kind: EventKind,
}

/// One change that a watcher sees, or a sign of life.
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
#[expect(missing_docs, reason = "the messages say it")]
pub enum WatchError {
    #[error("the feed no longer knows what came after that position")]
    Expired,
    #[error("the server is stopping")]
    Stopping,
    #[error("the task that tells watchers of changes ended")]
    Broken,
    #[error(transparent)]
    Store(#[from] StoreError),
}
