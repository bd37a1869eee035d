//! The change feed of a store, in commit order.
//!
//! Owns the types of the feed. An article that changed several times is in the feed once, at its last change, with its
//! current state; a deleted article is in it by name. So the feed stores no copies, and no deleted text.

use crate::article::{Article, ArticleName, size};

/// The number of later changes after which a deletion expires: many times those that a watcher misses while it is
/// disconnected, but still small, as a deletion is only a name.
pub(super) const DEFAULT_KEEP_DELETIONS: u64 = 10_000_000;

/// A position in the feed of one store: all changes up to it were seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedPosition {
    /// The id of the feed, unique to a store.
    pub feed: u64,
    /// The sequence number of the last change seen; 0 before the first.
    pub seq: u64,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The sequence number.
    pub seq: u64,
    /// What changed.
    pub kind: ChangeKind,
}

/// What a change did to an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// The current article. It was created if its revision is 1, but an earlier article may have had the same name.
    Upserted(Box<Article>),
    /// The article of this name was deleted.
    Deleted(ArticleName),
}

/// Consecutive changes, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The changes.
    pub changes: Vec<Change>,
    /// Whether these reached the end of the feed when they were read.
    pub is_end: bool,
}

/// The limit of one read of the feed.
#[derive(Clone, Copy, Debug)]
pub struct FeedLimit {
    /// The maximum number of changes.
    pub changes: usize,
    /// The maximum size in memory. At least one change is returned.
    pub bytes: usize,
}

impl Change {
    /// The approximate size in memory, in bytes.
    pub fn bytes(&self) -> usize {
        match &self.kind {
            ChangeKind::Upserted(article) => size::article_bytes(article),
            ChangeKind::Deleted(_) => size_of::<Self>(),
        }
    }
}

impl Changes {
    /// Truncates changes to a limit. `is_end`: the feed has no more changes.
    pub(super) fn cut(mut changes: Vec<Change>, mut is_end: bool, limit: FeedLimit) -> Self {
        let mut bytes = 0;
        let fitting = changes.iter().take_while(|change| {
            bytes += change.bytes();
            bytes <= limit.bytes
        });
        let fitting = fitting.count().max(1).min(limit.changes);
        if fitting < changes.len() {
            changes.truncate(fitting);
            is_end = false;
        }
        Self { changes, is_end }
    }
}
