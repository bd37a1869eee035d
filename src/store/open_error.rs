//! The errors of opening a store, the same for every engine.

use std::path::PathBuf;

/// The form of a store URL, for help and error messages.
pub const DATABASE_FORM: &str = "sqlite:PATH";

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
    /// The store is opened read-only, and must be migrated first.
    #[error(
        "{} has schema version {found}, and must be migrated to {known} first: articled migrate --database sqlite:{0}",
        path.display()
    )]
    NeedsMigration { path: PathBuf, found: i64, known: i64 },
    /// The store is opened read-only, and its folded texts are of another version, with which searches would miss matches.
    #[error(
        "{} was written by a version that folds text differently, and must be migrated first: \
         articled migrate --database sqlite:{0}",
        path.display()
    )]
    NeedsRefolding { path: PathBuf },
    #[error("{} is damaged or not an article store: {reason}", path.display())]
    Damaged { path: PathBuf, reason: String },
    #[error("cannot open {}: {reason}", path.display())]
    Io { path: PathBuf, reason: String },
}
