//! Opens a store by its URL. The scheme of the URL selects the engine.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::SharedStore;
use super::database_url::without_password;
use super::open_error::OpenError;
use super::postgres::{PostgresOptions, PostgresStore, ReplicatedStore};
use super::sqlite::{SqliteOptions, SqliteStore};
use crate::metrics::Registry;

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct Access {
    /// Opens an existing store for reading only.
    pub read_only: bool,
    /// The number of later changes after which a deletion expires from the feed.
    pub keep_deletions: u64,
    /// The URL of the database itself, if the store's URL is that of a pooler.
    pub direct_database: Option<String>,
    /// A standby that answers reads.
    pub replica: Option<Replica>,
}

/// A standby of a store's database.
#[derive(Clone, Debug)]
pub struct Replica {
    /// Its URL, `postgres://…`.
    pub database: String,
    /// How much older its answers may be than the primary's; 0: they have every acknowledged write.
    pub max_staleness: Duration,
}

/// An engine with the options of a URL.
enum Engine {
    Sqlite(SqliteOptions),
    Postgres(Box<PostgresOptions>),
}

/// Opens the store at a URL, `sqlite:PATH` or `postgres://…`. With write access, it is created if it does not exist, and
/// migrated to the current schema.
pub async fn open(database: &str, access: Access, metrics: Registry) -> Result<SharedStore, OpenError> {
    let replica = access.replica.clone();
    Ok(match (engine(database, access, metrics.clone())?, replica) {
        (Engine::Sqlite(_), Some(_)) => {
            return Err(OpenError::Unsupported {
                database: without_password(database),
                reason: "only a PostgreSQL database has a replica",
            });
        }
        (Engine::Sqlite(options), None) => Arc::new(SqliteStore::open(options).await?),
        (Engine::Postgres(options), None) => Arc::new(PostgresStore::open(*options).await?),
        (Engine::Postgres(options), Some(replica)) => {
            let access = Access { read_only: true, replica: None, ..WITHOUT_SERVER };
            let Engine::Postgres(standby) = engine(&replica.database, access, Registry::off())? else {
                return Err(OpenError::Unsupported {
                    database: without_password(&replica.database),
                    reason: "a replica is a PostgreSQL database",
                });
            };
            let primary = PostgresStore::open(*options).await?;
            Arc::new(ReplicatedStore::new(primary, *standby, replica.max_staleness, &metrics))
        }
    })
}

/// Rebuilds a store's keyword index and everything else that is derived from the texts, for a store with a damaged index and
/// intact articles. A store in a file must not be open.
pub async fn repair_index(database: &str) -> Result<(), OpenError> {
    match engine(database, WITHOUT_SERVER, Registry::off())? {
        Engine::Sqlite(options) => SqliteStore::repair_index(options).await,
        Engine::Postgres(options) => PostgresStore::repair_index(*options).await,
    }
}

/// Migrates a store, and distributes its articles over the servers of its database. No instance may be running.
pub async fn distribute(database: &str) -> Result<(), OpenError> {
    match engine(database, WITHOUT_SERVER, Registry::off())? {
        Engine::Sqlite(_) => Err(OpenError::Unsupported {
            database: database.to_owned(),
            reason: "only a PostgreSQL database with Citus can be distributed",
        }),
        Engine::Postgres(options) => PostgresStore::distribute(*options).await,
    }
}

/// Copies a whole store, which may be in use, to a file that must not exist. Returns the size of the copy in bytes.
pub async fn backup(database: &str, to: &Path) -> Result<u64, OpenError> {
    match engine(database, WITHOUT_SERVER, Registry::off())? {
        Engine::Sqlite(options) => SqliteStore::backup(options, to).await,
        Engine::Postgres(options) => {
            Err(OpenError::Unsupported { database: options.label(), reason: "use pg_dump or pg_basebackup" })
        }
    }
}

/// Makes a store from a backup. The store must not be open. One that exists is refused, or with `replace` renamed. Returns the
/// size in bytes.
pub async fn restore(database: &str, from: &Path, replace: bool) -> Result<u64, OpenError> {
    match engine(database, WITHOUT_SERVER, Registry::off())? {
        Engine::Sqlite(options) => SqliteStore::restore(options, from, replace).await,
        Engine::Postgres(options) => {
            Err(OpenError::Unsupported { database: options.label(), reason: "use pg_restore or a base backup" })
        }
    }
}

/// The version of the schema that this program writes.
pub fn newest_schema_version(database: &str) -> Result<i64, OpenError> {
    Ok(match engine(database, WITHOUT_SERVER, Registry::off())? {
        Engine::Sqlite(_) => SqliteStore::schema_version(),
        Engine::Postgres(_) => PostgresStore::schema_version(),
    })
}

/// The versions of the engines and their schemas, one line each, for `articled --version`.
pub fn engine_versions() -> String {
    let engine = libsqlite3_sys::SQLITE_VERSION.to_string_lossy();
    let (sqlite, postgres) = (SqliteStore::schema_version(), PostgresStore::schema_version());
    format!("SQLite {engine}\nschema {sqlite}, on PostgreSQL {postgres}")
}

/// The access of commands that set none.
const WITHOUT_SERVER: Access =
    Access { read_only: false, keep_deletions: u64::MAX, direct_database: None, replica: None };

fn engine(database: &str, access: Access, metrics: Registry) -> Result<Engine, OpenError> {
    let Access { read_only, keep_deletions, direct_database, replica: _ } = access;
    if PostgresOptions::is_url(database) {
        let wrong = |database: &str, reason| OpenError::Io { path: without_password(database).into(), reason };
        let mut options = PostgresOptions::from_url(database).map_err(|reason| wrong(database, reason))?;
        if let Some(direct) = direct_database {
            options = options.with_direct_url(&direct).map_err(|reason| wrong(&direct, reason))?;
        }
        (options.read_only, options.keep_deletions, options.metrics) = (read_only, keep_deletions, metrics);
        return Ok(Engine::Postgres(Box::new(options)));
    }
    if direct_database.is_some() {
        let reason = "only a PostgreSQL database has a pooler";
        return Err(OpenError::Unsupported { database: without_password(database), reason });
    }
    let options = SqliteOptions::from_url(database)
        .ok_or_else(|| OpenError::UnknownKind { database: without_password(database) })?;
    Ok(Engine::Sqlite(SqliteOptions { read_only, keep_deletions, metrics, ..options }))
}
