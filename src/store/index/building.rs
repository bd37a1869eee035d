//! Builds a commit's segment on a blocking thread while the writer writes the rows.

use tokio::task::{JoinError, JoinHandle};

use super::Index;
use crate::keyword_index::{
    BuiltSegment, IndexChanges, IndexStorage, Published, RemovedDocuments, SegmentId, Snapshot, write_changes,
};

pub(in crate::store) struct Building {
    segment: BuildState,
    removed: RemovedDocuments,
}

/// Building a segment panicked, or the runtime is ending.
#[derive(Debug, thiserror::Error)]
#[error("building a segment of the keyword index failed: {0}")]
pub(crate) struct BuildFailed(JoinError);

enum BuildState {
    Empty,
    Built(Box<BuiltSegment>),
    Running(JoinHandle<BuiltSegment>),
}

impl Building {
    /// Starts building a segment of the added documents. A segment of few documents is built immediately. `snapshot` is the
    /// current state, and `id` that of a new segment.
    pub(crate) fn begin(
        changes: IndexChanges,
        index: &Index,
        snapshot: &Snapshot,
        id: impl FnOnce() -> SegmentId,
    ) -> Self {
        let (unbuilt, removed) = changes.into_parts(id, index.context.pair_rule, snapshot);
        let segment = match unbuilt {
            None => BuildState::Empty,
            Some(unbuilt) if unbuilt.is_quick() => BuildState::Built(Box::new(unbuilt.build())),
            Some(unbuilt) => BuildState::Running(tokio::task::spawn_blocking(move || unbuilt.build())),
        };
        Self { segment, removed }
    }

    /// Writes the changes. Returns the snapshot to publish after the commit; `None` if nothing changed.
    pub(crate) async fn write<S: IndexStorage<Error: From<BuildFailed>>>(
        self,
        storage: &mut S,
        index: &Index,
        snapshot: &Snapshot,
    ) -> Result<Option<Published>, S::Error> {
        let Self { segment, removed } = self;
        let built = match segment {
            BuildState::Empty => None,
            BuildState::Built(built) => Some(*built),
            BuildState::Running(running) => Some(running.await.map_err(BuildFailed)?),
        };
        write_changes(storage, &index.context, snapshot, built, removed).await
    }
}
