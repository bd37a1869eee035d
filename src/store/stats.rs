//! The figures of a store for the gauges of `/metrics`.

use std::time::Duration;

/// The state of a store at one moment. Figures that an engine does not have stay 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StoreStats {
    /// The number of stored articles.
    pub articles: u64,
    /// Writes that wait for the writer.
    pub queued_writes: usize,
    /// Memory of the waiting writes, in bytes.
    pub queued_bytes: usize,
    /// Writes that were refused with [`super::StoreError::Overloaded`].
    pub shed_writes: u64,
    /// Reads that were refused with the same error.
    pub shed_reads: u64,
    /// Connections that are reading now.
    pub busy_readers: usize,
    /// Sizes of files and of the file system, in bytes.
    pub files: FileSizes,
    /// The article cache.
    pub article_cache: CacheStats,
    /// The block cache of the keyword index.
    pub block_cache: CacheStats,
    /// Segments of the keyword index.
    pub index_segments: usize,
    /// How long merges have been due without a break.
    pub merge_lag: Duration,
    /// When the last complete backup was made, in seconds of Unix time.
    pub last_backup_second: Option<i64>,
}

/// Sizes in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct FileSizes {
    pub database: u64,
    pub write_ahead_log: u64,
    pub disk: u64,
    pub disk_free: u64,
}

/// The hits, misses and memory of a cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct CacheStats {
    pub hits: u64,
    pub misses: u64,
    pub bytes: usize,
}
