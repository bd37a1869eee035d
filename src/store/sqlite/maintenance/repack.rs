//! Brings a store of an older schema to the current one: packs the texts of all articles, then their raw documents, then rewrites
//! the file without its free pages.
//!
//! Rows are packed in batches, each in a transaction that also removes the old rows, so that a killed migration goes on where it
//! was. The file is rewritten to a copy next to it, which takes its place when it is complete and durable. Only then the last
//! of the old tables is dropped, which is how a start knows that nothing is left to do.

pub(crate) mod documents;
pub(crate) mod texts;

use std::io;
use std::path::Path;

use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::store::OpenError;
use crate::store::sqlite::connect::{Role, close, connect};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::files::{io_error, next_to, refused};
use crate::store::sqlite::lock::create_private;
use crate::store::sqlite::maintenance::backup::{copy, part_of, publish, remove};
use crate::store::sqlite::schema::{migrate_to, newest_version};

/// The schema versions with a place for packed rows. In the version after each, the table of the old rows is gone.
pub(crate) const HAS_PLACE_FOR_TEXTS: i64 = 8;
pub(crate) const HAS_PLACE_FOR_DOCUMENTS: i64 = 10;

/// The number of rows in a transaction: enough to amortize a sync, and little enough for memory, as a body has up to 1 MiB.
const AT_ONCE: i64 = 256;

/// The number of batches between two lines of progress.
const REPORT_BATCHES: u64 = 40;

/// What is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rows {
    Texts,
    Documents,
}

impl Rows {
    fn old_table(self) -> &'static str {
        match self {
            Self::Texts => "body",
            Self::Documents => "unpacked_raw",
        }
    }

    /// Packs a batch, and returns the number of its rows.
    async fn pack_some(self, connection: &mut SqliteConnection) -> Result<i64, SqliteError> {
        match self {
            Self::Texts => texts::pack_some(connection, AT_ONCE).await,
            Self::Documents => documents::pack_some(connection, AT_ONCE).await,
        }
    }
}

/// Packs a store with this schema version, if it has an older one than the current one.
pub(crate) async fn repack(path: &Path, found: i64) -> Result<(), OpenError> {
    if !(1..newest_version()).contains(&found) {
        return Ok(());
    }
    let mut connection = connect(path, Role::Write).await.map_err(|fault| refused(path, &fault))?;
    let packed = pack_all(&mut connection, found).await;
    close(connection).await;
    packed.map_err(|fault| refused(path, &fault))?;
    // A store with free pages works, so a file that cannot be rewritten is no reason to refuse it.
    match compact(path).await {
        Ok(bytes) => tracing::info!(bytes, "the store's file is rewritten without free pages"),
        Err(error) => {
            tracing::warn!(%error, "the store's file keeps its free pages, which later writes use; a backup has none");
        }
    }
    Ok(())
}

async fn pack_all(connection: &mut SqliteConnection, found: i64) -> Result<(), SqliteError> {
    sqlx::query("PRAGMA wal_autocheckpoint = 1000").execute(&mut *connection).await?;
    if found <= HAS_PLACE_FOR_TEXTS {
        migrate_to(connection, HAS_PLACE_FOR_TEXTS).await?;
        pack(connection, Rows::Texts).await?;
    }
    migrate_to(connection, HAS_PLACE_FOR_DOCUMENTS).await?;
    pack(connection, Rows::Documents).await
}

async fn pack(connection: &mut SqliteConnection, rows: Rows) -> Result<(), SqliteError> {
    let count = format!("SELECT count(*) FROM {}", rows.old_table());
    let of: i64 = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut *connection).await?;
    let mut packed = 0;
    for batch in 1_u64.. {
        let count = rows.pack_some(connection).await?;
        packed += count;
        if batch.is_multiple_of(REPORT_BATCHES) || count == 0 {
            tracing::info!(packed, of, table = rows.old_table(), "packing what is stored");
        }
        if count == 0 {
            break;
        }
    }
    Ok(())
}

/// Rewrites the file without free pages, and returns its size in bytes. No connection of this process may be open.
async fn compact(path: &Path) -> Result<u64, OpenError> {
    let part = part_of(path);
    remove(&part).map_err(|error| io_error(&part, &error))?;
    let compacted = async {
        create_private(&part).map_err(|error| io_error(&part, &error))?;
        let mut connection = connect(path, Role::WriteNew).await.map_err(|fault| refused(path, &fault))?;
        let copied = copy(&mut connection, &part).await;
        close(connection).await;
        copied.map_err(|fault| refused(path, &fault))?;
        // The last connection removes the log. One that another process reads belongs to the file that it has open.
        if next_to(path, "-wal").exists() {
            let error = io::Error::new(io::ErrorKind::ResourceBusy, "another process has the store open");
            return Err(io_error(path, &error));
        }
        publish(&part, path).map_err(|error| io_error(path, &error))
    };
    let compacted = compacted.await;
    if compacted.is_err() {
        // The earlier error is the one to report.
        _ = remove(&part);
    }
    compacted
}
