//! Opens a store by its URL. The scheme of the URL selects the engine.

use std::path::Path;
use std::sync::Arc;

use super::SharedStore;
use super::open_error::OpenError;
use super::sqlite::{SqliteOptions, SqliteStore};
use crate::metrics::Registry;

/// How a store is opened.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    /// Opens an existing store for reading only.
    pub read_only: bool,
    /// The number of later changes after which a deletion expires from the feed.
    pub keep_deletions: u64,
}

/// Opens the store at a URL, `sqlite:PATH`. With write access, it is created if it does not exist, and migrated to the
/// current schema.
pub async fn open(database: &str, access: Access, metrics: Registry) -> Result<SharedStore, OpenError> {
    let options = sqlite_options(database)?;
    let Access { read_only, keep_deletions } = access;
    let store = SqliteStore::open(SqliteOptions { read_only, keep_deletions, metrics, ..options }).await?;
    Ok(Arc::new(store))
}

/// Rebuilds a store's keyword index and everything else that is derived from the texts, for a store with a damaged index and
/// intact articles. The store must not be open.
pub async fn repair_index(database: &str) -> Result<(), OpenError> {
    SqliteStore::repair_index(sqlite_options(database)?).await
}

/// Copies a whole store, which may be in use, to a file that must not exist. Returns the size of the copy in bytes.
pub async fn backup(database: &str, to: &Path) -> Result<u64, OpenError> {
    SqliteStore::backup(sqlite_options(database)?, to).await
}

/// Makes a store from a backup. The store must not be open. One that exists is refused, or with `replace` renamed. Returns the
/// size in bytes.
pub async fn restore(database: &str, from: &Path, replace: bool) -> Result<u64, OpenError> {
    SqliteStore::restore(sqlite_options(database)?, from, replace).await
}

/// The version of the schema that this program writes.
pub fn newest_schema_version(database: &str) -> Result<i64, OpenError> {
    sqlite_options(database).map(|_| SqliteStore::schema_version())
}

/// The versions of the engine and the schema, one line each, for `articled --version`.
pub fn engine_versions() -> String {
    let engine = libsqlite3_sys::SQLITE_VERSION.to_string_lossy();
    format!("SQLite {engine}\nschema {}", SqliteStore::schema_version())
}

fn sqlite_options(database: &str) -> Result<SqliteOptions, OpenError> {
    SqliteOptions::from_url(database).ok_or_else(|| OpenError::UnknownKind { database: database.to_owned() })
}
