//! Metrics of the writer: the size and duration of its groups.

use metrics::{Counter, Histogram};

use crate::metrics::{Registry, names};

pub(crate) struct WriterMetrics {
    pub group_writes: Histogram,
    pub commit_duration: Histogram,
    pub sync_duration: Histogram,
    pub failed_groups: Counter,
}

impl WriterMetrics {
    pub(super) fn new(registry: &Registry) -> Self {
        Self {
            group_writes: registry.histogram(&names::STORE_GROUP_WRITES, &[]),
            commit_duration: registry.histogram(&names::STORE_COMMIT_DURATION, &[]),
            sync_duration: registry.histogram(&names::STORE_SYNC_DURATION, &[]),
            failed_groups: registry.counter(&names::STORE_FAILED_GROUPS, &[]),
        }
    }
}
