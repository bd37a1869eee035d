//! What all work on one open index shares in memory: the block cache, the next segment's id, and the rule of pairs.

use std::sync::atomic::{AtomicU32, Ordering};

use super::block::{Block, EncodedBlock, SegmentId};
use super::cache::BlockCache;
use super::pairs::PairRule;

/// Capacity of the block cache: the blocks of a few hundred queries, a quarter of the common lists of a million
/// articles' index.
const CACHE_BYTES: usize = 48 << 20;

pub(crate) struct IndexContext {
    pub cache: BlockCache,
    pub pair_rule: PairRule,
    next_segment: AtomicU32,
}

impl IndexContext {
    pub fn new(next_segment: u32, pair_rule: PairRule) -> Self {
        Self { cache: BlockCache::new(CACHE_BYTES), pair_rule, next_segment: AtomicU32::new(next_segment) }
    }

    /// Learns from the engine which ids were used.
    pub fn skip_segments(&self, next_segment: u32) {
        self.next_segment.fetch_max(next_segment, Ordering::Relaxed);
    }

    /// An id that no segment had.
    pub fn new_segment(&self) -> SegmentId {
        SegmentId(self.next_segment.fetch_add(1, Ordering::Relaxed))
    }

    /// Caches the posting blocks of a small segment that is about to come into use: each query reads all the small
    /// segments, and so does the merge that soon replaces them.
    pub fn cache_postings(&self, blocks: &[EncodedBlock]) {
        for block in blocks.iter().filter(|block| block.id.posting_number().is_some()) {
            self.cache.put(Block::fresh(block));
        }
    }
}
