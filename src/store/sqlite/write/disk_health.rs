//! Whether the disk takes writes: what health checks are told.
//!
//! A failed write or sync makes the store unfit until a probe, a small write with its sync and a checkpoint, has succeeded.
//! A full disk is no such failure: space returns without repair, and readers are served meanwhile.

use sqlx::{AssertSqlSafe, SqliteConnection};
use tokio::sync::watch;

use crate::store::sqlite::error::SqliteError;

/// The state that the writer, the merges and the checkpoints share.
#[derive(Debug, Default)]
pub(crate) struct DiskHealth {
    has_failed: watch::Sender<bool>,
}

impl DiskHealth {
    pub fn has_failed(&self) -> bool {
        *self.has_failed.borrow()
    }

    /// Notes an error, if it is the disk's.
    pub fn note(&self, error: &SqliteError) {
        if error.is_io() {
            self.fail();
        }
    }

    pub fn fail(&self) {
        if !self.has_failed.send_replace(true) {
            tracing::error!("a write failed; the store is unfit until a probe write succeeds");
        }
    }

    pub fn recover(&self) {
        if self.has_failed.send_replace(false) {
            tracing::info!("a probe write and its sync succeeded; the store is fit again");
        }
    }

    /// Waits until the state is this.
    pub async fn wait_for(&self, has_failed: bool) {
        // The sender lives as long as this.
        _ = self.has_failed.subscribe().wait_for(|failed| *failed == has_failed).await;
    }
}

/// Writes and syncs a page of the WAL, then moves the WAL into the database as far as readers allow.
pub(crate) async fn probe(connection: &mut SqliteConnection) -> Result<(), SqliteError> {
    // A number in the header that means nothing to SQLite, nor to this program. It has to change: an equal value is not
    // written.
    let version: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *connection).await?;
    let toggled = i64::from(version == 0);
    sqlx::query(AssertSqlSafe(format!("PRAGMA user_version = {toggled}"))).execute(&mut *connection).await?;
    sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(connection).await?;
    Ok(())
}
