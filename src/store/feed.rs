//! The feed: what changed in a store, in the order of commits.
//!
//! Owns its types. An article that changed several times is in the feed once, as it now is, at its last change; a deleted
//! one is in it by name. So the feed costs no second copy of anything, and deleted text is really gone.

use crate::article::{Article, ArticleName, size};

/// A place in the feed of one store: everything up to it was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedPosition {
    /// Which feed: a number that no other store has.
    pub feed: u64,
    /// The number of the last change seen; 0 before the first.
    pub seq: u64,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub seq: u64,
    pub kind: ChangeKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// The article as it now is. It was created if its revision is 1, though perhaps not for the first time under its name.
    Upserted(Box<Article>),
    Deleted(ArticleName),
}

/// Some changes that follow each other, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    pub changes: Vec<Change>,
    /// There were no more when these were read.
    pub is_end: bool,
}

/// How much of the feed is read at once.
#[derive(Clone, Copy, Debug)]
pub struct FeedLimit {
    pub changes: usize,
    /// Of text, but never less than one change.
    pub bytes: usize,
}

impl Change {
    /// About how much memory it takes, in bytes.
    pub fn bytes(&self) -> usize {
        match &self.kind {
            ChangeKind::Upserted(article) => size::article_bytes(article),
            ChangeKind::Deleted(_) => size_of::<Self>(),
        }
    }
}

impl Changes {
    /// Keeps as many of the changes that were read as a limit allows. `is_end`: there are no more in the feed.
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
