//! The background task that merges segments. It reads on its own connection; the writer stores the results in small
//! transactions between those of callers.
//!
//! Owns the task, its pauses, and its queue to the writer. The keyword index decides what is merged, and in which steps.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{Connection, SqliteConnection};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::keyword_index::{MergeHost, MergeOutcome, MergeRequest, PurgeSchedule, merge_segments, remove_unused};
use crate::store::index::Index;
use crate::store::sqlite::connect::{Role, connect};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::transaction::{self, Begin, End};

/// The pause after a failed merge.
const FAILURE_PAUSE: Duration = Duration::from_secs(5);

/// What even the smallest transaction writes to the WAL: several pages.
const SMALL_BYTES: usize = 64 << 10;

/// What deleting a block writes to the WAL: its page is overwritten.
const REMOVED_BLOCK_BYTES: usize = 8 << 10;

/// A request to the writer.
pub(in crate::store::sqlite) struct QueuedRequest {
    pub request: MergeRequest,
    pub answer: oneshot::Sender<Result<MergeOutcome, RequestFailed>>,
}

/// The writer could not carry out a request, and has logged why.
#[derive(Debug)]
pub(in crate::store::sqlite) struct RequestFailed;

/// The approximate number of bytes that a request writes to the WAL.
pub(in crate::store::sqlite) fn log_bytes(request: &MergeRequest) -> usize {
    let (bytes, removed_blocks) = request.size();
    // A blob leaves part of its last page empty, and also changes pages of the table's B-tree.
    if removed_blocks > 0 { removed_blocks * REMOVED_BLOCK_BYTES } else { bytes * 3 / 2 + SMALL_BYTES }
}

/// Executes one request in a transaction.
pub(in crate::store::sqlite) async fn carry_out(
    connection: &mut SqliteConnection,
    index: &Index,
    request: MergeRequest,
) -> Result<MergeOutcome, SqliteError> {
    let (begin, end) = match request.is_visible() {
        true => (Begin::Write, End::Commit),
        false => (Begin::WriteUnsynced, End::CommitUnsynced),
    };
    transaction::begin(connection, begin).await?;
    let (outcome, published) = request.carry_out(connection, &index.current().snapshot).await?;
    transaction::end(connection, end).await?;
    if let Some(published) = published {
        index.publish(published);
    }
    Ok(outcome)
}

/// The task that merges.
pub(in crate::store::sqlite) struct MergeTask {
    pub index: Arc<Index>,
    pub path: PathBuf,
    pub writer: mpsc::Sender<QueuedRequest>,
    pub closing: CancellationToken,
}

/// Why a merge was abandoned.
pub(in crate::store::sqlite) enum GivenUp {
    Closing,
    Failed,
}

impl From<SqliteError> for GivenUp {
    fn from(fault: SqliteError) -> Self {
        tracing::error!(%fault, "a merge of the keyword index failed");
        GivenUp::Failed
    }
}

impl MergeHost for MergeTask {
    type Storage = SqliteConnection;
    type GivenUp = GivenUp;

    async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, GivenUp> {
        if self.closing.is_cancelled() {
            return Err(GivenUp::Closing);
        }
        tokio::task::spawn_blocking(work).await.map_err(|_| GivenUp::Failed)
    }

    async fn request(&self, request: MergeRequest) -> Result<MergeOutcome, GivenUp> {
        let (answer, answered) = oneshot::channel();
        self.writer.send(QueuedRequest { request, answer }).await.map_err(|_| GivenUp::Closing)?;
        match answered.await {
            Ok(outcome) => outcome.map_err(|RequestFailed| GivenUp::Failed),
            Err(_) => Err(GivenUp::Closing),
        }
    }
}

impl MergeTask {
    pub(crate) async fn run(self) {
        let mut changes = self.index.subscribe();
        // Before the first merge, cleans up after a crash.
        let mut has_leftovers = true;
        let mut schedule = PurgeSchedule::new(Instant::now().into_std());
        loop {
            match self.work(has_leftovers, &mut schedule).await {
                Ok(()) => has_leftovers = false,
                Err(GivenUp::Closing) => return,
                Err(GivenUp::Failed) => {
                    has_leftovers = true;
                    tokio::select! {
                        () = self.closing.cancelled() => return,
                        () = tokio::time::sleep(FAILURE_PAUSE) => {}
                    }
                }
            }
            tokio::select! {
                () = self.closing.cancelled() => return,
                changed = changes.changed() => if changed.is_err() { return },
                () = tokio::time::sleep_until(Instant::from_std(schedule.next_at())) => {}
            }
        }
    }

    /// Does all due work, on a connection that is opened only if there is any.
    async fn work(&self, has_leftovers: bool, schedule: &mut PurgeSchedule) -> Result<(), GivenUp> {
        let mut connection = None;
        let done = self.work_on(&mut connection, has_leftovers, schedule).await;
        if let Some(connection) = connection {
            let _ = connection.close().await;
        }
        done
    }

    async fn work_on(
        &self,
        connection: &mut Option<SqliteConnection>,
        has_leftovers: bool,
        schedule: &mut PurgeSchedule,
    ) -> Result<(), GivenUp> {
        if has_leftovers {
            remove_unused(self, self.opened(connection).await?, true).await?;
        }
        let mut due = schedule.due(Instant::now().into_std(), &self.index.current().snapshot);
        while let Some(inputs) = due.next(&self.index.current().snapshot) {
            let began = self.index.merge_metrics.begin();
            merge_segments(self, self.opened(connection).await?, &self.index.context, inputs).await?;
            self.index.merge_metrics.note_merged(began);
        }
        self.index.merge_metrics.note_none_due();
        Ok(())
    }

    async fn opened<'a>(
        &self,
        connection: &'a mut Option<SqliteConnection>,
    ) -> Result<&'a mut SqliteConnection, GivenUp> {
        match connection {
            Some(connection) => Ok(connection),
            None => Ok(connection.insert(connect(&self.path, Role::Read).await?)),
        }
    }
}
