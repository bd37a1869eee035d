//! Why a store is not opened, in words that hold for every engine.

use std::path::PathBuf;

/// Why a store is not opened. The file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{database} names no store; a store is named sqlite:PATH")]
    UnknownKind { database: String },
    #[error("{} is in use by {holder}", path.display())]
    Locked { path: PathBuf, holder: String },
    #[error("{} has schema version {found}, and this program knows versions up to {known}", path.display())]
    NewerSchema { path: PathBuf, found: i64, known: i64 },
    /// It is opened for reading only, and a writer has to bring it to today's schema first.
    #[error(
        "{} has schema version {found}, and must be brought to {known} first: articled migrate --database sqlite:{0}",
        path.display()
    )]
    NeedsMigration { path: PathBuf, found: i64, known: i64 },
    /// It is opened for reading only, and its texts were folded by another version, which would miss matches.
    #[error(
        "{} was written by a version that compares texts differently; bring it up to date first: \
         articled migrate --database sqlite:{0}",
        path.display()
    )]
    NeedsRefolding { path: PathBuf },
    #[error("{} is damaged or no database of articles: {reason}", path.display())]
    Damaged { path: PathBuf, reason: String },
    #[error("cannot open {}: {reason}", path.display())]
    Io { path: PathBuf, reason: String },
}
