//! What a store says of itself: the figures behind the gauges of `/metrics`.

use std::time::Duration;

/// The state of a store at one moment. What an engine does not have stays 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StoreStats {
    /// Articles that are stored.
    pub articles: u64,
    /// Writes that wait for the writer.
    pub queued_writes: usize,
    /// Memory of the waiting writes, in bytes.
    pub queued_bytes: usize,
    /// Writes that were refused with [`super::StoreError::Overloaded`].
    pub shed_writes: u64,
    /// Reads that were refused so.
    pub shed_reads: u64,
    /// Connections that are reading now.
    pub busy_readers: usize,
    /// Sizes of files and of the file system, in bytes.
    pub files: FileSizes,
    /// Whole articles in memory.
    pub article_cache: CacheStats,
    /// Blocks of the keyword index in memory.
    pub block_cache: CacheStats,
    /// Segments of the keyword index.
    pub index_segments: usize,
    /// How long merges have been due without a break.
    pub merge_lag: Duration,
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

/// How often a cache was asked, and what it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct CacheStats {
    pub hits: u64,
    pub misses: u64,
    pub bytes: usize,
}
