//! Metrics of index merges: the duration of each, and how long merges have been due.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use metrics::Histogram;
use tokio::time::Instant;

use crate::metrics::{Registry, names};

pub(in crate::store) struct MergeMetrics {
    duration: Histogram,
    /// Since when merges have been due without a break.
    due_since: Mutex<Option<Instant>>,
}

impl MergeMetrics {
    pub(super) fn new(registry: &Registry) -> Self {
        Self { duration: registry.histogram(&names::INDEX_MERGE_DURATION, &[]), due_since: Mutex::default() }
    }

    pub(in crate::store) fn begin(&self) -> Instant {
        let began = Instant::now();
        self.due_since().get_or_insert(began);
        began
    }

    /// Records a merge that succeeded; failed ones are not counted.
    pub(in crate::store) fn note_merged(&self, began: Instant) {
        self.duration.record(began.elapsed());
    }

    pub(in crate::store) fn note_none_due(&self) {
        *self.due_since() = None;
    }

    /// How long merges have been due without a break.
    pub(super) fn lag(&self) -> Duration {
        self.due_since().map(|since| since.elapsed()).unwrap_or_default()
    }

    fn due_since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.due_since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
