//! Converts the configuration into store access and RPC state.
//!
//! The only place that maps settings to other modules' types, both for the server and for commands without one.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::config::Config;
use crate::ingest::Ingest;
use crate::metrics::Registry;
use crate::rpc::{ArticleRpc, StreamLimiter, StreamLimits};
use crate::store::{Access, Replica, SharedStore};
use crate::watch::WatchHub;

/// The store access that the configuration describes.
pub fn store_access(config: &Config) -> Access {
    let replica = (!config.replica.database.is_empty()).then(|| Replica {
        database: config.replica.database.clone(),
        max_staleness: Duration::from_millis(config.replica.max_staleness_ms),
    });
    let direct_database = Some(config.pooler.direct_database.clone()).filter(|database| !database.is_empty());
    Access { read_only: config.read_only, keep_deletions: config.feed.keep_deletions, direct_database, replica }
}

/// The RPCs on a store.
pub fn article_rpc(store: &SharedStore, clock: Clock, config: &Config, metrics: &Registry) -> io::Result<ArticleRpc> {
    let limits = &config.limits;
    let streams = StreamLimits {
        max_imports: limits.max_imports,
        max_exports: limits.max_exports,
        max_import_bytes: limits.max_import_bytes,
        import_idle: Duration::from_millis(limits.import_idle_ms),
        stall_timeout: Duration::from_millis(limits.stream_stall_ms),
    };
    Ok(ArticleRpc {
        store: Arc::clone(store),
        ingest: Ingest::new(Arc::clone(store), clock.clone(), limits.parsers, metrics)?,
        clock,
        watches: WatchHub::new(Arc::clone(store), config.feed.checkpoint_interval_ms),
        streams: StreamLimiter::new(streams),
        max_page_bytes: limits.max_page_bytes,
    })
}
