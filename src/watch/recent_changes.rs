//! Cache of recent changes for watchers near the end of the feed. One bounded copy serves all of them; a watcher that needs
//! an evicted change reads it from the store.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::store::Change;

/// Capacity in bytes of text.
const MAX_BYTES: usize = 32 << 20;

/// Short articles are counted too.
const MAX_CHANGES: usize = 4096;

#[derive(Default)]
pub(super) struct RecentChanges {
    /// By number.
    changes: VecDeque<Arc<Change>>,
    bytes: usize,
}

impl RecentChanges {
    pub(crate) fn push(&mut self, change: Arc<Change>) {
        self.bytes += change.bytes();
        self.changes.push_back(change);
        while self.changes.len() > MAX_CHANGES || (self.bytes > MAX_BYTES && self.changes.len() > 1) {
            if let Some(oldest) = self.changes.pop_front() {
                self.bytes -= oldest.bytes();
            }
        }
    }

    pub(crate) fn get(&self, seq: u64) -> Option<Arc<Change>> {
        let at = self.changes.binary_search_by_key(&seq, |change| change.seq).ok()?;
        self.changes.get(at).cloned()
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}
