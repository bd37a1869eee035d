//! How a store is opened by the URL that a setting holds. The URL's scheme chooses the engine.
//!
//! Owns the errors of opening, which say nothing that only one engine knows.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::SharedStore;
use super::sqlite::{SqliteOptions, SqliteStore};

/// How a store is opened.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    pub read_only: bool,
    /// A deletion stays in the feed until so many changes came after it.
    pub keep_deletions: u64,
}

/// Opens the store that a setting names, `sqlite:PATH`. For writing it is made if there is none, and brought to today's
/// schema.
pub async fn open(database: &str, access: Access) -> Result<SharedStore, OpenError> {
    let options = sqlite_options(database)?;
    let Access { read_only, keep_deletions } = access;
    let store = SqliteStore::open(SqliteOptions { read_only, keep_deletions, ..options }).await?;
    Ok(Arc::new(store))
}

/// Makes the keyword index of a store anew from its articles, with what else is derived from their texts: for a store whose
/// index is damaged while its articles are sound. Nobody may have it open.
pub async fn repair_index(database: &str) -> Result<(), OpenError> {
    SqliteStore::repair_index(sqlite_options(database)?).await
}

/// Copies a whole store, which may be in use, to a file that must not exist yet. Returns the size of the copy in bytes.
pub async fn backup(database: &str, to: &Path) -> Result<u64, OpenError> {
    SqliteStore::backup(sqlite_options(database)?, to).await
}

/// The version of the schema that this program writes.
pub fn newest_schema_version(database: &str) -> Result<i64, OpenError> {
    sqlite_options(database).map(|_| SqliteStore::schema_version())
}

fn sqlite_options(database: &str) -> Result<SqliteOptions, OpenError> {
    SqliteOptions::from_url(database).ok_or_else(|| OpenError::UnknownKind { database: database.to_owned() })
}

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
