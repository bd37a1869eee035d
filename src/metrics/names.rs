//! Every metric: name and description. The names follow prometheus.io/docs/practices/naming: base units, and `_total` for
//! counters. `process_…` are from the library metrics-process, with the standard names of Prometheus clients.

/// A metric, whatever its labels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Metric {
    pub name: &'static str,
    pub help: &'static str,
}

const fn metric(name: &'static str, help: &'static str) -> Metric {
    Metric { name, help }
}

// Calls and connections.
pub(crate) const BUILD_INFO: Metric =
    metric("articled_build_info", "Always 1; the labels are the versions of the program and its parts.");
pub(crate) const SERVING: Metric =
    metric("articled_serving", "1 if health reports SERVING: the store reads and writes, and documents can be parsed.");
pub(crate) const CALLS: Metric = metric("articled_calls_total", "Calls that ended, by method and gRPC code.");
pub(crate) const CALLS_IN_FLIGHT: Metric = metric("articled_calls_in_flight", "Calls that are open, by method.");
pub(crate) const CALL_DURATION: Metric =
    metric("articled_call_duration_seconds", "Time from a call's headers to its status, by method and gRPC code.");
pub(crate) const CONNECTIONS_OPEN: Metric = metric("articled_connections_open", "Connections that are open.");
pub(crate) const CONNECTIONS: Metric = metric("articled_connections_total", "Connections that were accepted.");
pub(crate) const SHEDS: Metric = metric(
    "articled_sheds_total",
    "Calls that were refused and connections that were closed to keep the server within its limits, by reason.",
);
pub(crate) const STREAMS_OPEN: Metric = metric("articled_streams_open", "Imports and exports that are open, by kind.");
pub(crate) const CREDENTIALS_STALE: Metric = metric(
    "articled_credentials_stale",
    "1 while certificates or tokens were changed to what cannot be used, so that those before stay in use, by kind of file.",
);
pub(crate) const CERTIFICATE_EXPIRY: Metric = metric(
    "articled_tls_certificate_expiry_timestamp_seconds",
    "When the server's certificate expires, in seconds since 1970.",
);
pub(crate) const FAILED_HANDSHAKES: Metric = metric(
    "articled_tls_failed_handshakes_total",
    "TLS handshakes that failed; those that were never finished are not counted.",
);

// The store.
pub(crate) const STORE_ARTICLES: Metric = metric("articled_store_articles", "Articles that are stored.");
pub(crate) const STORE_BUSY_READERS: Metric =
    metric("articled_store_busy_readers", "Connections that read the database now.");
pub(crate) const STORE_QUEUED_WRITES: Metric =
    metric("articled_store_queued_writes", "Writes that wait for the writer.");
pub(crate) const STORE_QUEUED_BYTES: Metric =
    metric("articled_store_queued_bytes", "Memory that waiting writes hold, in bytes.");
pub(crate) const STORE_GROUP_WRITES: Metric =
    metric("articled_store_group_writes", "Writes that were committed in one transaction.");
pub(crate) const STORE_COMMIT_DURATION: Metric =
    metric("articled_store_commit_duration_seconds", "Time of a group of writes, from BEGIN to the end of COMMIT.");
pub(crate) const STORE_SYNC_DURATION: Metric = metric(
    "articled_store_sync_duration_seconds",
    "Time of COMMIT alone: appending to the write-ahead log and syncing it to the disk.",
);
pub(crate) const STORE_FAILED_GROUPS: Metric =
    metric("articled_store_failed_groups_total", "Groups of writes that were rolled back because the database failed.");
pub(crate) const STORE_REPLICA_READS: Metric =
    metric("articled_store_replica_reads_total", "Reads of a store with a standby, by who answered: standby, primary.");
pub(crate) const STORE_DATABASE_BYTES: Metric =
    metric("articled_store_database_bytes", "Size of the database file, in bytes.");
pub(crate) const STORE_WAL_BYTES: Metric =
    metric("articled_store_wal_bytes", "Size of the write-ahead log's file, in bytes.");
pub(crate) const STORE_DISK_FREE_BYTES: Metric = metric(
    "articled_store_disk_free_bytes",
    "Space that is left for the service on the database's file system, in bytes.",
);
pub(crate) const STORE_DISK_BYTES: Metric =
    metric("articled_store_disk_bytes", "Size of the database's file system, in bytes.");
pub(crate) const CACHE_HITS: Metric = metric("articled_cache_hits_total", "Look-ups that a cache answered, by cache.");
pub(crate) const CACHE_MISSES: Metric =
    metric("articled_cache_misses_total", "Look-ups that a cache did not answer, by cache.");
pub(crate) const CACHE_BYTES: Metric = metric("articled_cache_bytes", "Memory that a cache holds, in bytes, by cache.");
pub(crate) const INDEX_SEGMENTS: Metric =
    metric("articled_index_segments", "Segments of the keyword index; a query reads all of them.");
pub(crate) const INDEX_MERGE_DURATION: Metric =
    metric("articled_index_merge_duration_seconds", "Time of a merge of index segments.");
pub(crate) const INDEX_MERGE_LAG: Metric =
    metric("articled_index_merge_lag_seconds", "How long merges have been due without a break; 0 if no merge is due.");

pub(crate) const BACKUP_TIME: Metric = metric(
    "articled_backup_last_success_timestamp_seconds",
    "Unix time of the last complete backup of this database; 0 if there was none.",
);

// Parsing and watching.
pub(crate) const PARSE_DURATION: Metric =
    metric("articled_parse_duration_seconds", "Time to parse a document, without waiting for a parser.");
pub(crate) const PARSED_DOCUMENTS: Metric =
    metric("articled_parse_documents_total", "Documents that were parsed, by outcome.");
pub(crate) const PARSE_WARNINGS: Metric =
    metric("articled_parse_warnings_total", "Documents that were parsed with a warning, by the warning's reason.");
pub(crate) const WATCHERS: Metric = metric("articled_watch_watchers", "Watches that are open.");
pub(crate) const WATCH_LAG: Metric =
    metric("articled_watch_lag_changes", "Changes between the end of the feed and what the slowest watcher was sent.");
pub(crate) const WATCH_HUB_LAG: Metric = metric(
    "articled_watch_hub_lag_changes",
    "Changes at the end of the feed that are not matched against the watchers yet.",
);
