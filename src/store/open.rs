//! How a store is opened by the URL that a setting holds. The URL's scheme chooses the engine.

use std::path::Path;
use std::sync::Arc;

use super::SharedStore;
use super::open_error::OpenError;
use super::sqlite::{SqliteOptions, SqliteStore};
use crate::metrics::Registry;

/// How a store is opened.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    pub read_only: bool,
    /// A deletion stays in the feed until so many changes came after it.
    pub keep_deletions: u64,
}

/// Opens the store that a setting names, `sqlite:PATH`. For writing it is made if there is none, and brought to today's
/// schema.
pub async fn open(database: &str, access: Access, metrics: Registry) -> Result<SharedStore, OpenError> {
    let options = sqlite_options(database)?;
    let Access { read_only, keep_deletions } = access;
    let store = SqliteStore::open(SqliteOptions { read_only, keep_deletions, metrics, ..options }).await?;
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

/// The engine's version and that of the schema, a line each, for `articled --version`.
pub fn engine_versions() -> String {
    let engine = libsqlite3_sys::SQLITE_VERSION.to_string_lossy();
    format!("SQLite {engine}\nschema {}", SqliteStore::schema_version())
}

fn sqlite_options(database: &str) -> Result<SqliteOptions, OpenError> {
    SqliteOptions::from_url(database).ok_or_else(|| OpenError::UnknownKind { database: database.to_owned() })
}
