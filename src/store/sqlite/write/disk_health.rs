//! Whether the disk accepts writes, for health checks.
//!
//! After a failed write or sync the store is unhealthy until a probe has succeeded: a small write with sync and a
//! checkpoint. A full disk does not count, because space becomes free without repair, and reads still work.

use sqlx::{AssertSqlSafe, SqliteConnection};
use tokio::sync::watch;

use crate::store::sqlite::error::SqliteError;

/// The state that the writer, merges and checkpoints share.
#[derive(Debug, Default)]
pub(crate) struct DiskHealth {
    has_failed: watch::Sender<bool>,
}

impl DiskHealth {
    pub(crate) fn has_failed(&self) -> bool {
        *self.has_failed.borrow()
    }

    /// Records an error, if the disk caused it.
    pub(crate) fn note(&self, error: &SqliteError) {
        if error.is_io() {
            self.fail();
        }
    }

    pub(crate) fn fail(&self) {
        if !self.has_failed.send_replace(true) {
            tracing::error!("a write failed; the store is unhealthy until a probe write succeeds");
        }
    }

    pub(crate) fn recover(&self) {
        if self.has_failed.send_replace(false) {
            tracing::info!("a probe write and its sync succeeded; the store is healthy again");
        }
    }

    /// Waits for this state.
    pub(crate) async fn wait_for(&self, has_failed: bool) {
        // Cannot fail: `self` owns the sender.
        _ = self.has_failed.subscribe().wait_for(|failed| *failed == has_failed).await;
    }
}

/// Writes and syncs a page of the WAL, then moves the WAL into the database as far as readers allow.
pub(crate) async fn probe(connection: &mut SqliteConnection) -> Result<(), SqliteError> {
    // A number in the header that neither SQLite nor this program uses. It must change, because an equal value is not
    // written.
    let version: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *connection).await?;
    let toggled = i64::from(version == 0);
    sqlx::query(AssertSqlSafe(format!("PRAGMA user_version = {toggled}"))).execute(&mut *connection).await?;
    sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(connection).await?;
    Ok(())
}
