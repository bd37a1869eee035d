//! Opens connections: every SQLite setting, with its reason.

use std::path::Path;
use std::time::Duration;

use rusqlite::OpenFlags;
use sqlx::sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection as _, SqliteConnection};
use url::Url;

use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::read::connection::ReadConnection;

/// An article of average length fits one page with its index cells, and blobs need few overflow pages.
pub(super) const PAGE_BYTES: u32 = 16 << 10;

/// The size to which the WAL is truncated after a checkpoint, in bytes.
const JOURNAL_SIZE_LIMIT: &str = "67108864";

/// How long a statement waits for another connection's lock; a checkpoint takes longest.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The page cache of each connection. SQLite reads negative numbers as KiB.
const READER_CACHE: &str = "-4096";
const WRITER_CACHE: &str = "-32768";

/// The purpose of a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Write,
    /// The same, and creates a database whose free pages can be given back, see `maintenance/free_pages`. So is a copy that this
    /// connection makes. Of no other: on such a database, the setting is a write at each opening.
    WriteNew,
    Read,
    /// Rolls back an interrupted transaction, with its first statement. Changes no setting of the file.
    Recover,
    /// Reads a file on read-only media, which nothing changes and where nothing can be locked.
    ReadImmutable,
}

/// The settings of every connection.
const SETTINGS: [(&str, &str); 3] = [
    // A manipulated schema must not run functions, and damaged pages must be detected.
    ("trusted_schema", "OFF"),
    ("cell_size_check", "ON"),
    ("temp_store", "MEMORY"),
];

/// The number of statements that a connection keeps prepared.
const KEPT_STATEMENTS: usize = 128;

pub(super) async fn connect(path: &Path, role: Role) -> Result<SqliteConnection, SqliteError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(KEPT_STATEMENTS)
        // The schema has no foreign keys; the writer keeps the tables consistent.
        .foreign_keys(false)
        .pragma("cache_size", if matches!(role, Role::Write | Role::WriteNew) { WRITER_CACHE } else { READER_CACHE })
        .disable_statement_logging();
    let options = SETTINGS.iter().fold(options, |options, &(name, value)| options.pragma(name, value));
    let options = match role {
        Role::WriteNew => options.auto_vacuum(SqliteAutoVacuum::Incremental),
        _ => options,
    };
    let options = match role {
        Role::Write | Role::WriteNew => options
            .create_if_missing(true)
            .page_size(PAGE_BYTES)
            .journal_mode(SqliteJournalMode::Wal)
            // Acknowledged writes survive a power failure; NORMAL would lose the last commits.
            .synchronous(SqliteSynchronous::Full)
            .pragma("journal_size_limit", JOURNAL_SIZE_LIMIT)
            // Checkpoints do not run within a commit; see `checkpoint`.
            .pragma("wal_autocheckpoint", "0")
            // Deleted text is overwritten, not only unlinked.
            .pragma("secure_delete", "ON"),
        Role::Read => options.read_only(true),
        Role::Recover => options.synchronous(SqliteSynchronous::Full),
        Role::ReadImmutable => options.read_only(true).immutable(true),
    };
    Ok(options.connect().await?)
}

/// Opens a connection of the read path, with the settings of [`Role::Read`] or [`Role::ReadImmutable`].
pub(super) fn connect_to_read(path: &Path, role: Role) -> Result<ReadConnection, SqliteError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match role {
        Role::ReadImmutable => {
            let mut url = Url::from_file_path(path).map_err(|()| rusqlite::Error::InvalidPath(path.to_owned()))?;
            url.set_query(Some("immutable=1"));
            rusqlite::Connection::open_with_flags(url.as_str(), flags | OpenFlags::SQLITE_OPEN_URI)?
        }
        Role::Read | Role::Write | Role::WriteNew | Role::Recover => {
            rusqlite::Connection::open_with_flags(path, flags)?
        }
    };
    connection.busy_timeout(BUSY_TIMEOUT)?;
    for (name, value) in SETTINGS.into_iter().chain([("cache_size", READER_CACHE)]) {
        connection.execute_batch(&format!("PRAGMA {name} = {value}"))?;
    }
    connection.set_prepared_statement_cache_capacity(KEPT_STATEMENTS);
    Ok(ReadConnection::new(connection))
}

/// Sets how long a connection's statements wait for locks.
pub(super) async fn set_busy_timeout(connection: &mut SqliteConnection, timeout: Duration) -> Result<(), SqliteError> {
    let sql = format!("PRAGMA busy_timeout = {}", timeout.as_millis());
    sqlx::query(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

pub(super) async fn close(connection: SqliteConnection) {
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "closing a connection failed");
    }
}
