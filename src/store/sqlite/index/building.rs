//! Builds a commit's segment on a blocking thread while the writer writes the rows.

use sqlx::SqliteConnection;
use tokio::task::JoinHandle;

use super::Index;
use crate::keyword_index::{BuiltSegment, IndexChanges, Published, RemovedDocuments, write_changes};
use crate::store::sqlite::error::SqliteError;

pub(in crate::store::sqlite) struct Building {
    segment: BuildState,
    removed: RemovedDocuments,
}

enum BuildState {
    Empty,
    Built(Box<BuiltSegment>),
    Running(JoinHandle<BuiltSegment>),
}

impl Building {
    /// Starts building a segment of the added documents. A segment of few documents is built immediately.
    pub(crate) fn begin(changes: IndexChanges, index: &Index) -> Self {
        let (unbuilt, removed) = changes.into_parts(&index.context, &index.current().snapshot);
        let segment = match unbuilt {
            None => BuildState::Empty,
            Some(unbuilt) if unbuilt.is_quick() => BuildState::Built(Box::new(unbuilt.build())),
            Some(unbuilt) => BuildState::Running(tokio::task::spawn_blocking(move || unbuilt.build())),
        };
        Self { segment, removed }
    }

    /// Writes the changes. Returns the snapshot to publish after the commit; `None` if nothing changed.
    pub(crate) async fn write(
        self,
        connection: &mut SqliteConnection,
        index: &Index,
    ) -> Result<Option<Published>, SqliteError> {
        let Self { segment, removed } = self;
        let built = match segment {
            BuildState::Empty => None,
            BuildState::Built(built) => Some(*built),
            BuildState::Running(running) => {
                Some(running.await.map_err(|_| SqliteError::Sql(sqlx::Error::WorkerCrashed))?)
            }
        };
        write_changes(connection, &index.context, &index.current().snapshot, built, removed).await
    }
}
