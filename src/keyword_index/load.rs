//! Reads the index as a connection sees it: the snapshot that belongs to its committed state.

use std::sync::Arc;

use super::segment::Segment;
use super::snapshot::Snapshot;
use super::storage::{IndexStorage, StoredState};

/// The index as of one committed state of the engine.
#[derive(Clone, Debug, Default)]
pub(crate) struct Published {
    /// Grows with each change of what the index answers.
    pub generation: i64,
    pub snapshot: Arc<Snapshot>,
}

/// All that a process has to know when it opens an index.
pub(crate) struct StoredIndex {
    pub published: Published,
    /// No segment had this id or a larger one yet.
    pub next_segment: u32,
}

/// Reads the list of segments, their directories, and what is deleted.
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
