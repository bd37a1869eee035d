//! Loads the snapshot of the index in a connection's transaction.

use std::sync::Arc;

use super::segment::Segment;
use super::snapshot::Snapshot;
use super::storage::{IndexStorage, StoredState};

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
pub(crate) async fn load_index<S: IndexStorage>(storage: &mut S) -> Result<StoredIndex, S::Error> {
    let StoredState { generation, next_segment, segments, deleted } = storage.read_state().await?;
    let mut snapshot = Snapshot::default();
    for id in segments {
        let pieces = storage.read_directory(id).await?;
        snapshot = snapshot.with_segment(Arc::new(Segment::from_directory(id, &pieces)?));
    }
    let snapshot = Arc::new(snapshot.with_deletions(&deleted));
    Ok(StoredIndex { published: Published { generation, snapshot }, next_segment })
}
