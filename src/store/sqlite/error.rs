//! SQLite errors and their mapping to [`StoreError`].

use crate::store::StoreError;
use crate::store::damage::DamagedRow;
use crate::store::index::BuildFailed;
use crate::store::record::BadRecord;

/// The primary result codes that matter here (sqlite.org/rescode.html).
const ERROR: i32 = 1;
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const READONLY: i32 = 8;
const IOERR: i32 = 10;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const CANTOPEN: i32 = 14;
const NOTADB: i32 = 26;

#[derive(Debug, thiserror::Error)]
pub(crate) enum SqliteError {
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    /// Of a reading connection.
    #[error(transparent)]
    Read(#[from] rusqlite::Error),
    /// A damaged row, by table and id.
    #[error("{table} {id}: {reason}")]
    Row { table: &'static str, id: i64, reason: String },
}

impl SqliteError {
    pub(crate) fn row(table: &'static str, id: i64, bad: &BadRecord) -> Self {
        SqliteError::Row { table, id, reason: bad.to_string() }
    }

    pub(crate) fn checksum(table: &'static str, id: i64) -> Self {
        SqliteError::Row { table, id, reason: "the checksum differs".to_owned() }
    }

    /// SQLite's primary result code, if SQLite failed.
    pub(crate) fn code(&self) -> Option<i32> {
        match self {
            SqliteError::Sql(sqlx::Error::Database(error)) => {
                error.code().and_then(|code| code.parse::<i32>().ok()).map(|code| code & 0xff)
            }
            SqliteError::Read(error) => error.sqlite_error().map(|error| error.extended_code & 0xff),
            SqliteError::Sql(_) | SqliteError::Row { .. } => None,
        }
    }

    /// The damage, if this is a damaged row; otherwise the error.
    pub(crate) fn describe_damage(self) -> Result<String, Self> {
        match self {
            damage @ SqliteError::Row { .. } => Ok(damage.to_string()),
            error @ (SqliteError::Sql(_) | SqliteError::Read(_)) => Err(error),
        }
    }

    /// Whether the connection must not be used again.
    pub(crate) fn poisons_connection(&self) -> bool {
        !matches!(self, SqliteError::Row { .. }) && !matches!(self.code(), Some(BUSY | LOCKED))
    }

    /// Whether the file itself is damaged.
    pub(crate) fn is_damage(&self) -> bool {
        matches!(self, SqliteError::Row { .. })
            || matches!(self.code(), Some(CORRUPT | NOTADB))
            || self.names_missing_schema()
    }

    /// Whether SQLite reports a damaged file; `disk_probe` describes the other possible cause.
    pub(crate) fn is_corrupt(&self) -> bool {
        self.code() == Some(CORRUPT)
    }

    /// Whether the disk failed.
    pub(crate) fn is_io(&self) -> bool {
        matches!(self.code(), Some(IOERR | CANTOPEN))
            || matches!(self, SqliteError::Sql(sqlx::Error::WorkerCrashed | sqlx::Error::Io(_)))
    }

    /// Whether a table or column of the schema is missing. SQLite has no result code for this; all statements are our own, so
    /// the schema must differ.
    fn names_missing_schema(&self) -> bool {
        let message = match self {
            SqliteError::Sql(sqlx::Error::Database(error)) => error.message(),
            SqliteError::Read(rusqlite::Error::SqliteFailure(_, Some(message))) => message,
            SqliteError::Sql(_) | SqliteError::Read(_) | SqliteError::Row { .. } => return false,
        };
        self.code() == Some(ERROR)
            && ["no such table: ", "no such column: ", "no such index: "]
                .iter()
                .any(|prefix| message.starts_with(prefix))
    }

    pub(crate) fn is_cannot_open(&self) -> bool {
        self.code() == Some(CANTOPEN)
    }
}

impl From<DamagedRow> for SqliteError {
    fn from(DamagedRow { table, id, reason }: DamagedRow) -> Self {
        SqliteError::Row { table, id, reason }
    }
}

impl From<BuildFailed> for SqliteError {
    fn from(failed: BuildFailed) -> Self {
        tracing::error!(%failed);
        SqliteError::Sql(sqlx::Error::WorkerCrashed)
    }
}

impl From<SqliteError> for StoreError {
    fn from(fault: SqliteError) -> Self {
        let reason = fault.to_string();
        if fault.is_damage() {
            return StoreError::Damaged(reason);
        }
        match fault.code() {
            Some(BUSY | LOCKED) => StoreError::Overloaded,
            Some(READONLY) => StoreError::ReadOnly,
            Some(FULL) => StoreError::Full,
            Some(IOERR | CANTOPEN) => StoreError::Unavailable(reason),
            Some(_) => StoreError::Failed(reason),
            None => match fault {
                SqliteError::Sql(sqlx::Error::WorkerCrashed | sqlx::Error::Io(_)) => StoreError::Unavailable(reason),
                SqliteError::Sql(_) | SqliteError::Read(_) | SqliteError::Row { .. } => StoreError::Failed(reason),
            },
        }
    }
}
