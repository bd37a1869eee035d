//! The store, for the commands that open it themselves.

use std::path::Path;

use anyhow::Context;
use articled::clock::Clock;
use articled::config::{Config, Limits};
use articled::metrics::Registry;
use articled::rpc::ArticleRpc;
use articled::server::{article_rpc, store_access};
use articled::store::{Access, OpenError, SharedStore};
use clap::Args;

use super::failure::Usage;

#[derive(Args, Clone, Debug)]
pub struct DatabaseArguments {
    /// The store.
    #[arg(long, env = "ARTICLED_DATABASE", value_name = "sqlite:PATH", default_value_t = Config::default().database)]
    pub database: String,
}

/// How long a command waits for the program at the other end of its input or output: a year, so no limit in practice.
const NO_TIMEOUT_MS: u64 = 365 * 24 * 60 * 60 * 1000;

/// As a server would open it by default.
pub fn to_write() -> Access {
    Access { read_only: false, ..store_access(&Config::default()) }
}

pub fn to_read() -> Access {
    Access { read_only: true, ..store_access(&Config::default()) }
}

/// Opens a store; for writing, it is brought to today's schema.
pub async fn open(database: &str, access: Access, metrics: Registry) -> anyhow::Result<SharedStore> {
    named(articled::store::open(database, access, metrics).await, "cannot open the store")
}

pub async fn repair_index(database: &str) -> anyhow::Result<()> {
    named(articled::store::repair_index(database).await, "cannot repair the index")
}

/// Copies a store to a file that must not exist yet; returns its size in bytes.
pub async fn backup(database: &str, to: &Path) -> anyhow::Result<u64> {
    named(articled::store::backup(database, to).await, "cannot back up")
}

pub fn newest_schema_version(database: &str) -> anyhow::Result<i64> {
    named(articled::store::newest_schema_version(database), "cannot name the schema")
}

/// A URL that names no store is a usage error.
fn named<T>(result: Result<T, OpenError>, context: &'static str) -> anyhow::Result<T> {
    match result {
        Err(error @ OpenError::UnknownKind { .. }) => Err(Usage(format!("--database: {error}")).into()),
        result => result.context(context),
    }
}

/// The RPCs on a store, without a server around them: what a command does so is checked and answered as if it had asked
/// a server.
pub fn rpc(store: &SharedStore, config: &Config) -> anyhow::Result<ArticleRpc> {
    // No other caller waits for what a slow reader or writer holds.
    let limits = Limits { import_idle_ms: NO_TIMEOUT_MS, stream_stall_ms: NO_TIMEOUT_MS, ..config.limits.clone() };
    Ok(article_rpc(store, Clock::system(), &Config { limits, ..config.clone() }, &Registry::off())?)
}
