//! Loads the snapshot of the index in a connection's transaction.

use std::sync::Arc;

use super::block::SegmentId;
use super::segment::Segment;
use super::snapshot::Snapshot;
use super::storage::{IndexReader, StoredState};

/// The index as of one committed state of the engine.
#[derive(Clone, Debug, Default)]
pub(crate) struct Published {
    /// Increases with each change that affects search results.
    pub generation: i64,
    pub snapshot: Arc<Snapshot>,
}

/// The state of an index that is opened.
pub(crate) struct StoredIndex {
    pub published: Published,
    /// The first unused segment id.
    pub next_segment: u32,
}

/// Reads the list of segments, their directories and their deletions.
pub(crate) async fn load_index<S: IndexReader>(storage: &mut S) -> Result<StoredIndex, S::Error> {
    reload_index(storage, &Published::default()).await
}

/// The same, reading only what has changed since an earlier state.
pub(crate) async fn reload_index<S: IndexReader>(storage: &mut S, known: &Published) -> Result<StoredIndex, S::Error> {
    let StoredState { generation, next_segment, segments, deleted } = storage.read_state(known.generation).await?;
    let earlier = known.snapshot.segments().iter().map(|live| live.segment.id);
    let retired: Vec<SegmentId> = earlier.filter(|id| segments.binary_search(id).is_err()).collect();
    let mut snapshot = known.snapshot.with_replaced(&retired, None, &[]);
    for id in segments {
        if snapshot.get(id).is_none() {
            let pieces = storage.read_directory(id).await?;
            snapshot = snapshot.with_segment(Arc::new(Segment::from_directory(id, &pieces)?));
        }
    }
    let snapshot = Arc::new(snapshot.with_deletions(&deleted));
    Ok(StoredIndex { published: Published { generation, snapshot }, next_segment })
}
