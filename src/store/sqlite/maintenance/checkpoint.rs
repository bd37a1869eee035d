//! WAL checkpoints, mostly outside of the writer. Copying pages and syncing takes as long as many commits, so a background
//! task does most of it with passive checkpoints, and the writer only the rest, after which SQLite restarts the WAL.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::{Connection, SqliteConnection};
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use crate::store::sqlite::connect::{BUSY_TIMEOUT, PAGE_BYTES, Role, connect, set_busy_timeout};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::index::QueuedRequest;
use crate::store::sqlite::row_struct::row_struct;
use crate::store::sqlite::write::disk_health::DiskHealth;

/// The approximate number of written bytes after which the task runs.
const STEP_BYTES: usize = 8 << 20;

/// The number of bytes after which the writer restarts the WAL. With one more group of writes it stays below 64 MiB.
const RESTART_BYTES: usize = 24 << 20;

/// The number of further bytes after which a failed restart is retried. Each attempt waits a little, so writers slow down
/// until a long WAL is checkpointed.
const RETRY_BYTES: usize = 2 << 20;

/// The WAL size from which the writer makes several attempts before it continues.
const LONG_LOG_BYTES: usize = 32 << 20;

/// How long the writer waits for readers to restart the WAL.
const RESTART_BUSY_TIMEOUT: Duration = Duration::from_millis(100);

/// The size of the WAL: the writer's own count, or the size that SQLite reports for a checkpoint if that is larger.
pub(crate) struct LogMeter {
    bytes: usize,
    reported_wal_bytes: Arc<AtomicUsize>,
    bytes_at_step: usize,
    /// The size at which the writer tries to restart the WAL.
    restart_bytes: usize,
    checkpoint_requested: Arc<Notify>,
}

impl LogMeter {
    /// `reported_wal_bytes` is the size of the WAL at the last checkpoint.
    pub(crate) fn new(checkpoint_requested: Arc<Notify>, reported_wal_bytes: Arc<AtomicUsize>) -> Self {
        Self { bytes: 0, reported_wal_bytes, bytes_at_step: 0, restart_bytes: RESTART_BYTES, checkpoint_requested }
    }

    /// Counts what was written.
    pub(crate) fn add(&mut self, bytes: usize) {
        self.bytes = self.bytes.max(self.reported_wal_bytes.swap(0, Ordering::Relaxed)).saturating_add(bytes);
        if self.bytes >= self.bytes_at_step.saturating_add(STEP_BYTES) {
            self.bytes_at_step = self.bytes;
            self.checkpoint_requested.notify_one();
        }
    }

    pub(crate) fn wants_restart(&self) -> bool {
        self.bytes >= self.restart_bytes
    }

    pub(crate) fn is_long(&self) -> bool {
        self.bytes >= LONG_LOG_BYTES
    }

    /// Records whether the WAL was restarted; it is not while a reader uses an old state.
    pub(crate) fn restarted(&mut self, is_done: bool) {
        if is_done {
            self.reported_wal_bytes.store(0, Ordering::Relaxed);
            (self.bytes, self.bytes_at_step, self.restart_bytes) = (0, 0, RESTART_BYTES);
        } else {
            self.restart_bytes = self.bytes + RETRY_BYTES;
        }
    }
}

/// The checkpoint task.
pub(crate) struct Checkpointer {
    pub path: PathBuf,
    pub checkpoint_requested: Arc<Notify>,
    /// For the [`LogMeter`].
    pub reported_wal_bytes: Arc<AtomicUsize>,
    pub health: Arc<DiskHealth>,
    pub closing: CancellationToken,
    /// The writer closes its connection after all of these are dropped, so that it is the last one to close.
    pub _writer: mpsc::Sender<QueuedRequest>,
}

impl Checkpointer {
    pub(crate) async fn run(self) {
        let mut connection = None;
        while self.closing.run_until_cancelled(self.checkpoint_requested.notified()).await.is_some() {
            if let Err(fault) = self.step(&mut connection).await {
                self.health.note(&fault);
                tracing::warn!(%fault, "a background checkpoint failed");
                connection = None;
            }
        }
        if let Some(connection) = connection {
            // The writer checkpoints the rest of the WAL.
            let _ = connection.close().await;
        }
    }

    /// A passive checkpoint: moves as much as possible without waiting for readers or blocking the writer.
    async fn step(&self, connection: &mut Option<SqliteConnection>) -> Result<(), SqliteError> {
        let connection = match connection {
            Some(connection) => connection,
            None => connection.insert(connect(&self.path, Role::Write).await?),
        };
        let row = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(connection).await?;
        let CheckpointRow { log, .. } = CheckpointRow::read(&row)?;
        let wal_bytes = usize::try_from(log).unwrap_or_default() * PAGE_BYTES as usize;
        self.reported_wal_bytes.store(wal_bytes, Ordering::Relaxed);
        Ok(())
    }
}

/// The mode of a checkpoint by the writer.
#[derive(Clone, Copy)]
pub(crate) enum Mode {
    /// Restarts the WAL in the same file. Waits a short time for readers.
    Restart,
    /// Truncates the WAL, so that it contains no deleted text. Does not wait for readers.
    Truncate,
}

/// The result of a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moved {
    All,
    /// A reader still uses an older state.
    ReadersStay,
    /// Another checkpoint is in progress.
    UnderWay,
}

row_struct! {
    /// Interprets SQLite's result: whether the checkpoint was blocked, and the pages in the WAL, -1 if it could not be
    /// examined (sqlite.org/pragma.html#pragma_wal_checkpoint).
    struct CheckpointRow {
        busy: i64,
        log: i64,
    }
}

/// Moves the whole WAL into the database.
pub(crate) async fn checkpoint(connection: &mut SqliteConnection, mode: Mode) -> Result<Moved, SqliteError> {
    let (busy_timeout, sql) = match mode {
        Mode::Restart => (RESTART_BUSY_TIMEOUT, "PRAGMA wal_checkpoint(RESTART)"),
        Mode::Truncate => (Duration::ZERO, "PRAGMA wal_checkpoint(TRUNCATE)"),
    };
    set_busy_timeout(connection, busy_timeout).await?;
    let row = sqlx::query(sql).fetch_one(&mut *connection).await;
    set_busy_timeout(connection, BUSY_TIMEOUT).await?;
    let CheckpointRow { busy, log } = CheckpointRow::read(&row?)?;
    Ok(match (busy, log) {
        (0, _) => Moved::All,
        (_, ..0) => Moved::UnderWay,
        _ => Moved::ReadersStay,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_carried_over_in_steps_and_begun_anew() {
        let mut log = LogMeter::new(Arc::default(), Arc::default());
        let mut steps = 0;
        while !log.wants_restart() {
            log.add(STEP_BYTES / 4);
            steps += 1;
        }
        assert_eq!(steps * STEP_BYTES / 4, RESTART_BYTES);
        log.restarted(false);
        assert!(!log.wants_restart());
        log.add(RETRY_BYTES);
        assert!(log.wants_restart());
        log.restarted(true);
        log.add(STEP_BYTES);
        assert!(!log.wants_restart());
    }
}
