//! The segment of a commit, built on a blocking thread while the writer writes the rows.

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
    /// Begins to build a segment of what was added. A segment of few documents is built at once.
    pub fn begin(changes: IndexChanges, index: &Index) -> Self {
        let (unbuilt, removed) = changes.into_parts(&index.context, &index.current().snapshot);
        let segment = match unbuilt {
            None => BuildState::Empty,
            Some(unbuilt) if unbuilt.is_quick() => BuildState::Built(Box::new(unbuilt.build())),
            Some(unbuilt) => BuildState::Running(tokio::task::spawn_blocking(move || unbuilt.build())),
        };
        Self { segment, removed }
    }

    /// Writes the changes; answers what is to be published once they are committed. `None`: nothing changed.
    pub async fn write(
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
