//! How far each watcher has come, for metrics.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The position of a watcher that has been sent everything and waits for the next change.
const CAUGHT_UP: u64 = u64::MAX;

/// The positions of all watchers.
#[derive(Default)]
pub(super) struct ProgressList {
    positions: Mutex<Positions>,
}

#[derive(Default)]
struct Positions {
    next_id: u64,
    by_watcher: HashMap<u64, Arc<AtomicU64>>,
}

impl ProgressList {
    /// Adds a watcher, which is removed when its entry is dropped.
    pub(super) fn enter(self: &Arc<Self>, seq: u64) -> Progress {
        let position = Arc::new(AtomicU64::new(seq));
        let mut positions = self.positions();
        let id = positions.next_id;
        positions.next_id += 1;
        positions.by_watcher.insert(id, Arc::clone(&position));
        Progress { list: Arc::clone(self), id, position }
    }

    /// How many watchers there are, and the position of the slowest that has not caught up.
    pub(super) fn count_and_slowest(&self) -> (usize, Option<u64>) {
        let positions = self.positions();
        let behind = positions.by_watcher.values().map(|position| position.load(Ordering::Relaxed));
        (positions.by_watcher.len(), behind.filter(|&position| position != CAUGHT_UP).min())
    }

    fn positions(&self) -> MutexGuard<'_, Positions> {
        self.positions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One watcher's entry.
pub(super) struct Progress {
    list: Arc<ProgressList>,
    id: u64,
    position: Arc<AtomicU64>,
}

impl Progress {
    /// Every change up to here was sent or did not match.
    pub(super) fn note(&self, seq: u64) {
        self.position.store(seq, Ordering::Relaxed);
    }

    pub(super) fn note_caught_up(&self) {
        self.note(CAUGHT_UP);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.list.positions().by_watcher.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_that_is_behind_counts() {
        let list = Arc::new(ProgressList::default());
        let (first, second) = (list.enter(3), list.enter(5));
        assert_eq!(list.count_and_slowest(), (2, Some(3)));
        first.note_caught_up();
        assert_eq!(list.count_and_slowest(), (2, Some(5)));
        drop(second);
        assert_eq!(list.count_and_slowest(), (1, None));
    }
}
