//! Answers scrapes: updates the gauges, then renders the registry.
//!
//! Other modules count for themselves and know no metrics. Their figures are collected and named here.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use metrics::{Counter, Gauge};

use super::connections::ConnectionLimiter;
use super::health::Reporter;
use super::security::{SecurityStats, TlsStats};
use crate::build_info;
use crate::metrics::names::{self, Metric};
use crate::metrics::{LabelPair, Registry};
use crate::parse::PARSER_VERSION;
use crate::rpc::StreamLimiter;
use crate::rpc::fair_share::Budget;
use crate::store::{CacheStats, FileSizes, SharedStore, StoreStats};
use crate::watch::{WatchHub, WatchStats};

/// The sources of the figures.
pub(crate) struct Sources {
    pub health: Reporter,
    pub store: SharedStore,
    pub watches: Arc<WatchHub>,
    pub streams: StreamLimiter,
    pub connections: Arc<ConnectionLimiter>,
    /// The budgets of calls, with the names of what each limits.
    pub budgets: [(&'static str, Arc<Budget>); 3],
    pub security: SecurityStats,
}

/// Answers scrapes.
pub(crate) struct Scrape {
    registry: Registry,
    sources: Sources,
    process: metrics_process::Collector,
}

impl Scrape {
    pub(crate) fn new(registry: Registry, sources: Sources) -> Self {
        let parser = PARSER_VERSION.to_string();
        let labels =
            [("version", build_info::VERSION), ("commit", build_info::COMMIT), ("parser_version", parser.as_str())];
        registry.gauge(&names::BUILD_INFO, &labels).set(1.0);
        let process = metrics_process::Collector::default();
        registry.within(|| process.describe());
        Self { registry, sources, process }
    }

    /// The metrics in Prometheus's text format.
    pub(crate) async fn text(&self) -> String {
        self.set_store(&self.sources.store.stats().await);
        self.set_server();
        self.set_security();
        self.set_watches(&self.sources.watches.stats());
        self.registry.within(|| self.process.collect());
        self.registry.text()
    }

    fn set_server(&self) {
        let Sources { health, streams, connections, budgets, .. } = &self.sources;
        self.gauge(&names::SERVING, &[]).set(f64::from(u8::from(health.is_serving())));
        let (open, accepted) = connections.counts();
        self.gauge(&names::CONNECTIONS_OPEN, &[]).set(open as f64);
        self.counter(&names::CONNECTIONS, &[]).absolute(accepted);
        let shed = connections.shed();
        self.set_sheds("connections_of_peer", shed.of_peer.load(Ordering::Relaxed));
        self.set_sheds("idle_connections", shed.idle.load(Ordering::Relaxed));
        self.set_sheds("stalled_connections", shed.stalled.load(Ordering::Relaxed));
        for (name, budget) in budgets {
            self.set_sheds(name, budget.refused());
        }
        self.set_sheds("watches", streams.refused_watches());
        let (imports, exports) = streams.budgets();
        for (kind, budget) in [("imports", imports), ("exports", exports)] {
            self.set_sheds(kind, budget.refused());
            self.gauge(&names::STREAMS_OPEN, &[("kind", kind)]).set(budget.used() as f64);
        }
    }

    fn set_security(&self) {
        let SecurityStats { stale, tls } = &self.sources.security;
        for (files, is_stale) in stale {
            let value = f64::from(u8::from(is_stale.load(Ordering::Relaxed)));
            self.gauge(&names::CREDENTIALS_STALE, &[("files", files)]).set(value);
        }
        if let Some(TlsStats { valid_until_s, failed_handshakes }) = tls {
            self.gauge(&names::CERTIFICATE_EXPIRY, &[]).set(valid_until_s.load(Ordering::Relaxed) as f64);
            self.counter(&names::FAILED_HANDSHAKES, &[]).absolute(failed_handshakes.load(Ordering::Relaxed));
        }
    }

    fn set_store(&self, stats: &StoreStats) {
        let StoreStats {
            articles,
            queued_writes,
            queued_bytes,
            shed_writes,
            shed_reads,
            busy_readers,
            files,
            article_cache,
            block_cache,
            index_segments,
            merge_lag,
            last_backup_second,
        } = stats;
        let FileSizes { database, write_ahead_log, disk, disk_free } = files;
        for (metric, value) in [
            (&names::STORE_ARTICLES, *articles as f64),
            (&names::STORE_QUEUED_WRITES, *queued_writes as f64),
            (&names::STORE_QUEUED_BYTES, *queued_bytes as f64),
            (&names::STORE_BUSY_READERS, *busy_readers as f64),
            (&names::STORE_DATABASE_BYTES, *database as f64),
            (&names::STORE_WAL_BYTES, *write_ahead_log as f64),
            (&names::STORE_DISK_BYTES, *disk as f64),
            (&names::STORE_DISK_FREE_BYTES, *disk_free as f64),
            (&names::INDEX_SEGMENTS, *index_segments as f64),
            (&names::INDEX_MERGE_LAG, merge_lag.as_secs_f64()),
            (&names::BACKUP_TIME, last_backup_second.unwrap_or_default() as f64),
        ] {
            self.gauge(metric, &[]).set(value);
        }
        self.set_sheds("writes", *shed_writes);
        self.set_sheds("reads", *shed_reads);
        for (cache, CacheStats { hits, misses, bytes }) in [("articles", article_cache), ("index_blocks", block_cache)]
        {
            self.counter(&names::CACHE_HITS, &[("cache", cache)]).absolute(*hits);
            self.counter(&names::CACHE_MISSES, &[("cache", cache)]).absolute(*misses);
            self.gauge(&names::CACHE_BYTES, &[("cache", cache)]).set(*bytes as f64);
        }
    }

    fn set_watches(&self, stats: &WatchStats) {
        let WatchStats { watchers, lag, hub_lag } = stats;
        self.gauge(&names::WATCHERS, &[]).set(*watchers as f64);
        self.gauge(&names::WATCH_LAG, &[]).set(*lag as f64);
        self.gauge(&names::WATCH_HUB_LAG, &[]).set(*hub_lag as f64);
    }

    fn set_sheds(&self, reason: &'static str, count: u64) {
        self.counter(&names::SHEDS, &[("reason", reason)]).absolute(count);
    }

    fn counter(&self, metric: &Metric, labels: &[LabelPair<'_>]) -> Counter {
        self.registry.counter(metric, labels)
    }

    fn gauge(&self, metric: &Metric, labels: &[LabelPair<'_>]) -> Gauge {
        self.registry.gauge(metric, labels)
    }
}
