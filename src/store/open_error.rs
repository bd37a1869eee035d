//! The errors of opening a store, the same for every engine.

use std::path::PathBuf;

/// The form of a store URL, for help and error messages.
pub const DATABASE_FORM: &str = "sqlite:PATH|postgres://…";

/// Why a store is not opened. Its files are unchanged.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum OpenError {
    #[error("{database} is not a store URL; use {DATABASE_FORM}")]
    UnknownKind { database: String },
    #[error("{} is in use by {holder}", path.display())]
    Locked { path: PathBuf, holder: String },
    #[error("{} has schema version {found}, but this program supports versions up to {known}", path.display())]
    NewerSchema { path: PathBuf, found: i64, known: i64 },
    /// The store is opened read-only, and must be migrated first. `database` is its URL, without a password.
    #[error(
        "{database} has schema version {found}, and must be migrated to {known} first: \
         articled migrate --database {database}"
    )]
    NeedsMigration { database: String, found: i64, known: i64 },
    /// The store is opened read-only, and its folded texts are of another version, with which searches would miss matches.
    /// `database` is its URL, without a password.
    #[error(
        "{database} was written by a version that folds text differently, and must be migrated first: \
         articled migrate --database {database}"
    )]
    NeedsRefolding { database: String },
    #[error("{} is damaged or not an article store: {reason}", path.display())]
    Damaged { path: PathBuf, reason: String },
    /// The engine leaves this to the database's own tools.
    #[error("{database}: {reason}")]
    Unsupported { database: String, reason: &'static str },
    #[error("{}: {reason}", path.display())]
    Io { path: PathBuf, reason: String },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_to_migrate_has_the_url_of_any_engine() {
        for database in ["sqlite:/var/lib/articled/articled.db", "other://host/articles"] {
            let database = || database.to_owned();
            let command = format!("articled migrate --database {}", database());
            for error in [
                OpenError::NeedsMigration { database: database(), found: 3, known: 7 },
                OpenError::NeedsRefolding { database: database() },
            ] {
                let message = error.to_string();
                assert!(message.starts_with(&database()) && message.ends_with(&command), "{message}");
            }
        }
    }
}
