//! The reasons for which a store is not opened, migrated or distributed.

use std::path::PathBuf;

use crate::store::OpenError;
use crate::store::postgres::error::PostgresError;

/// Why a store is not opened, without its name.
pub(super) enum Refusal {
    Failed(PostgresError),
    Other(String),
    NewerSchema { found: i64 },
    NeedsMigration { found: i64 },
    NeedsRefolding,
}

impl From<PostgresError> for Refusal {
    fn from(error: PostgresError) -> Self {
        Self::Failed(error)
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl Refusal {
    /// The error of a store; `known` is the schema version of this program.
    pub(super) fn of(self, label: &str, known: i64) -> OpenError {
        let path = PathBuf::from(label);
        match self {
            Self::Failed(error) if error.is_damage() => OpenError::Damaged { path, reason: error.to_string() },
            Self::Failed(error) => OpenError::Io { path, reason: error.to_string() },
            Self::Other(reason) => OpenError::Io { path, reason },
            Self::NewerSchema { found } => OpenError::NewerSchema { path, found, known },
            Self::NeedsMigration { found } => OpenError::NeedsMigration { database: label.to_owned(), found, known },
            Self::NeedsRefolding => OpenError::NeedsRefolding { database: label.to_owned() },
        }
    }
}
