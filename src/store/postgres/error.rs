//! PostgreSQL errors and their mapping to [`StoreError`].

use crate::keyword_index::Damaged;
use crate::store::StoreError;
use crate::store::damage::DamagedRow;
use crate::store::index::BuildFailed;
use crate::store::record::BadRecord;

#[derive(Debug, thiserror::Error)]
pub(crate) enum PostgresError {
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    /// A damaged row, by table and id.
    #[error(transparent)]
    Row(#[from] DamagedRow),
    /// The database, or the network to it, does not respond.
    #[error("the database did not respond within {seconds} s")]
    Stalled { seconds: u64 },
    #[error(
        "this is a connection pooler, which drops the settings of sessions; use the URL of the database itself, or give that as \
         pooler.direct_database"
    )]
    Pooler,
    #[error(transparent)]
    Build(#[from] BuildFailed),
}

/// What the error means for a transaction that has not been committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// The connection is lost, or the database wants another attempt: the same work may succeed on a new connection.
    Again,
    /// The same work would fail again.
    Never,
}

impl PostgresError {
    pub(crate) fn row(table: &'static str, id: i64, bad: &BadRecord) -> Self {
        Self::damaged(table, id, &bad.to_string())
    }

    pub(crate) fn damaged(table: &'static str, id: i64, reason: &str) -> Self {
        Self::Row(DamagedRow { table, id, reason: reason.to_owned() })
    }

    /// The SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html), if the database reported the error.
    fn state(&self) -> Option<String> {
        match self {
            Self::Sql(sqlx::Error::Database(error)) => error.code().map(|code| code.into_owned()),
            _ => None,
        }
    }

    /// Whether the connection was lost, or cannot be made.
    fn is_connection_lost(&self) -> bool {
        match self {
            Self::Sql(sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_)) | Self::Stalled { .. } => {
                true
            }
            _ => self.state().is_some_and(|state| {
                // Connection exceptions; shutdown, crash, and start-up of the database; a standby; an idle session was ended.
                state.starts_with("08")
                    || ["57P01", "57P02", "57P03", "57P05", "25006", "25P03"].contains(&state.as_str())
            }),
        }
    }

    pub(crate) fn retry(&self) -> Retry {
        // A serialization failure, or a deadlock.
        let is_conflict = self.state().is_some_and(|state| ["40001", "40P01"].contains(&state.as_str()));
        if is_conflict || self.is_connection_lost() { Retry::Again } else { Retry::Never }
    }

    /// Whether it is about stored data and not about the connection, which then stays usable.
    pub(crate) fn is_damaged_row(&self) -> bool {
        matches!(self, Self::Row(_))
    }

    /// Whether no write can succeed until something changes outside: the database is out of reach, takes no more connections, or
    /// somebody holds a lock. A full disk does not count: space becomes free without repair, and reads still work.
    pub(crate) fn is_outage(&self) -> bool {
        matches!(StoreError::from_postgres(self), StoreError::Unavailable(_) | StoreError::Overloaded)
    }

    /// Whether the schema or the data is damaged.
    pub(crate) fn is_damage(&self) -> bool {
        matches!(StoreError::from_postgres(self), StoreError::Damaged(_))
    }
}

impl From<Damaged> for PostgresError {
    fn from(damaged: Damaged) -> Self {
        Self::damaged("keyword_block", damaged.block.key(), damaged.what)
    }
}

impl StoreError {
    fn from_postgres(error: &PostgresError) -> Self {
        let reason = error.to_string();
        if error.is_damaged_row() {
            return Self::Damaged(reason);
        }
        if error.is_connection_lost() {
            return Self::Unavailable(reason);
        }
        let Some(state) = error.state() else { return Self::Failed(reason) };
        match state.as_str() {
            // The disk is full.
            "53100" => Self::Full,
            // Deadlines of statements and locks; no memory, no connections; conflicts that outlasted every attempt.
            "57014" | "55P03" | "53200" | "53300" | "40001" | "40P01" => Self::Overloaded,
            // Wrong password, no such role, no such database: as unreachable as a database that is down.
            "28000" | "28P01" | "3D000" => Self::Unavailable(reason),
            // An I/O error.
            "58030" => Self::Unavailable(reason),
            // Damaged data or index; a table or column is missing.
            "XX001" | "XX002" | "42P01" | "42703" => Self::Damaged(reason),
            _ => Self::Failed(reason),
        }
    }
}

impl From<PostgresError> for StoreError {
    fn from(error: PostgresError) -> Self {
        Self::from_postgres(&error)
    }
}
