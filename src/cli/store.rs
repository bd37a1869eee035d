//! Opens the store, for commands that run without a server.

use std::path::Path;

use anyhow::Context;
use articled::clock::Clock;
use articled::config::{Config, Limits};
use articled::metrics::Registry;
use articled::rpc::ArticleRpc;
use articled::server::{article_rpc, store_access};
use articled::store::{Access, DATABASE_FORM, OpenError, SharedStore};
use clap::Args;

use super::failure::Usage;

#[derive(Args, Clone, Debug)]
pub(super) struct DatabaseArguments {
    /// The URL of the store.
    #[arg(long, env = "ARTICLED_DATABASE", hide_env_values = true, value_name = DATABASE_FORM, default_value_t = Config::default().database)]
    pub database: String,
}

/// A timeout of one year, so no limit in practice: a command waits for the programs at its input and output.
const NO_TIMEOUT_MS: u64 = 365 * 24 * 60 * 60 * 1000;

/// Read-write access with the server's default settings.
pub(super) fn to_write() -> Access {
    Access { read_only: false, ..store_access(&Config::default()) }
}

pub(super) fn to_read() -> Access {
    Access { read_only: true, ..store_access(&Config::default()) }
}

/// Opens a store. With write access it is migrated to the current schema.
pub(super) async fn open(database: &str, access: Access, metrics: Registry) -> anyhow::Result<SharedStore> {
    named(articled::store::open(database, access, metrics).await, "cannot open the store")
}

pub(super) async fn repair_index(database: &str) -> anyhow::Result<()> {
    named(articled::store::repair_index(database).await, "cannot repair the index")
}

/// Migrates a store, and distributes its articles over the servers of its database.
pub(super) async fn distribute(database: &str) -> anyhow::Result<()> {
    named(articled::store::distribute(database).await, "cannot distribute the store")
}

/// Copies a store to a file that must not exist, and returns its size in bytes.
pub(super) async fn backup(database: &str, to: &Path) -> anyhow::Result<u64> {
    named(articled::store::backup(database, to).await, "cannot back up")
}

/// Makes a store from a backup; returns its size in bytes.
pub(super) async fn restore(database: &str, from: &Path, replace: bool) -> anyhow::Result<u64> {
    named(articled::store::restore(database, from, replace).await, "cannot restore")
}

pub(super) fn newest_schema_version(database: &str) -> anyhow::Result<i64> {
    named(articled::store::newest_schema_version(database), "cannot determine the schema version")
}

/// Adds context to an error. An unsupported URL is a usage error.
fn named<T>(result: Result<T, OpenError>, context: &'static str) -> anyhow::Result<T> {
    match result {
        Err(error @ OpenError::UnknownKind { .. }) => Err(Usage(format!("--database: {error}")).into()),
        result => result.context(context),
    }
}

/// The RPCs on a store, without a server: commands get the same validation and the same responses in either case.
pub(super) fn rpc(store: &SharedStore, config: &Config) -> anyhow::Result<ArticleRpc> {
    // The command is the only caller, so a slow reader or writer blocks no other one.
    let limits = Limits { import_idle_ms: NO_TIMEOUT_MS, stream_stall_ms: NO_TIMEOUT_MS, ..config.limits.clone() };
    Ok(article_rpc(store, Clock::system(), &Config { limits, ..config.clone() }, &Registry::off())?)
}
