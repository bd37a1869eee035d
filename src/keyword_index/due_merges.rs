//! The due merges: those of the merge policy, and purges, which rewrite a segment without its deleted documents.
//!
//! Until a purge, the grams of a deleted text stay in the blocks, although no query finds them. The time is a parameter.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::block::SegmentId;
use super::snapshot::{LiveSegment, Snapshot};
use super::tiers;

/// The size up to which a segment is purged soon after a deletion, in documents.
const SMALL_DOCUMENTS: u32 = 4096;

/// The purge interval of small segments with deletions.
const SMALL_PURGE_INTERVAL: Duration = Duration::from_secs(60);

/// The purge interval of other segments: rewriting one of a million articles takes a minute of CPU time and 1 GB of writes.
const PURGE_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// The delay of the first purge after the start, so that it also happens in a process that is restarted daily.
const FIRST_PURGE: Duration = Duration::from_secs(60 * 60);

/// When segments are purged.
pub(crate) struct PurgeSchedule {
    small_at: Instant,
    all_at: Instant,
}

impl PurgeSchedule {
    pub(crate) fn new(now: Instant) -> Self {
        Self { small_at: now + SMALL_PURGE_INTERVAL, all_at: now + FIRST_PURGE }
    }

    /// When the next purge is due.
    pub(crate) fn next_at(&self) -> Instant {
        self.small_at.min(self.all_at)
    }

    /// The merges to do now. A returned purge is not due again before its interval has passed.
    pub(crate) fn due(&mut self, now: Instant, snapshot: &Snapshot) -> DueMerges {
        let mut purges = VecDeque::new();
        if self.small_at <= now {
            self.small_at = now + SMALL_PURGE_INTERVAL;
            purges = with_deletions(snapshot, SMALL_DOCUMENTS);
        }
        if self.all_at <= now {
            self.all_at = now + PURGE_INTERVAL;
            purges = with_deletions(snapshot, u32::MAX);
        }
        DueMerges { purges }
    }
}

/// Segments with deletions that have up to this many documents.
fn with_deletions(snapshot: &Snapshot, most_documents: u32) -> VecDeque<SegmentId> {
    let is_asked =
        |id: &SegmentId| snapshot.get(*id).is_some_and(|live| live.segment.documents.len() <= most_documents);
    tiers::with_deletions(snapshot).into_iter().filter(is_asked).collect()
}

/// Merges to do one after another.
pub(crate) struct DueMerges {
    purges: VecDeque<SegmentId>,
}

impl DueMerges {
    /// The inputs of the next merge. The merge policy's come first, because they make queries faster.
    pub(crate) fn next(&mut self, snapshot: &Snapshot) -> Option<Vec<LiveSegment>> {
        if let Some(inputs) = tiers::next_merge(snapshot) {
            return Some(inputs.iter().filter_map(|&id| snapshot.get(id)).cloned().collect());
        }
        // An earlier merge may have replaced a segment.
        let live = std::iter::from_fn(|| self.purges.pop_front()).find_map(|id| snapshot.get(id))?;
        Some(vec![live.clone()])
    }
}
