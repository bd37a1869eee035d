//! The store, for the commands that open it themselves.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use articled::clock::Clock;
use articled::config::Config;
use articled::ingest::Ingest;
use articled::rpc::{ArticleRpc, Bulk, BulkLimits};
use articled::store::{Access, OpenError, SharedStore};
use articled::watch::WatchHub;
use clap::Args;

use super::failure::Usage;

#[derive(Args, Clone, Debug)]
pub struct DatabaseArguments {
    /// The store.
    #[arg(long, env = "ARTICLED_DATABASE", value_name = "sqlite:PATH", default_value_t = Config::default().database)]
    pub database: String,
}

/// How long a command waits for its own other end, such as the program that its output goes to: longer than anybody.
const NO_HURRY: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// As a server would open it by default.
pub fn to_write() -> Access {
    Access { read_only: false, ..Config::default().access() }
}

pub fn to_read() -> Access {
    Access { read_only: true, ..Config::default().access() }
}

/// Opens a store; for writing, it is brought to today's schema.
pub async fn open(database: &str, access: Access) -> anyhow::Result<SharedStore> {
    named(articled::store::open(database, access).await, "cannot open the store")
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
pub fn rpc(store: SharedStore, config: &Config) -> anyhow::Result<ArticleRpc> {
    let clock = Clock::system();
    let ingest = Ingest::new(Arc::clone(&store), clock.clone(), config.limits.parsers)?;
    let watches = WatchHub::new(Arc::clone(&store), config.feed.checkpoint_interval_ms);
    // Nobody else waits for what a slow reader or writer holds.
    let bulk = Bulk::new(BulkLimits { patience: NO_HURRY, import_idle: NO_HURRY, ..config.limits.bulk() });
    Ok(ArticleRpc { store, ingest, clock, watches, bulk, max_page_bytes: config.limits.max_page_bytes })
}
