//! The store, for the commands that open it themselves.

use std::sync::Arc;

use anyhow::Context;
use articled::clock::Clock;
use articled::config::Config;
use articled::ingest::Ingest;
use articled::rpc::ArticleRpc;
use articled::store::{OpenError, SharedStore};
use clap::Args;

use super::failure::Usage;

#[derive(Args, Clone, Debug)]
pub struct DatabaseArguments {
    /// The store.
    #[arg(long, env = "ARTICLED_DATABASE", value_name = "sqlite:PATH", default_value_t = Config::default().database)]
    pub database: String,
}

/// Opens a store; for writing, it is brought to today's schema.
pub async fn open(database: &str, read_only: bool) -> anyhow::Result<SharedStore> {
    match articled::store::open(database, read_only).await {
        Err(error @ OpenError::UnknownKind { .. }) => Err(Usage(format!("--database: {error}")).into()),
        opened => opened.context("cannot open the store"),
    }
}

/// The RPCs on a store, without a server around them: what a command does so is checked and answered as if it had asked
/// a server.
pub fn rpc(store: SharedStore, config: &Config) -> ArticleRpc {
    let clock = Clock::system();
    let ingest = Ingest::new(Arc::clone(&store), clock.clone(), config.limits.parsers);
    ArticleRpc { store, ingest, clock, max_page_bytes: config.limits.max_page_bytes }
}
