//! The state that all operations on an open index share: the block cache, the next segment id, and the pair rule.

use std::sync::atomic::{AtomicU32, Ordering};

use super::block::{Block, EncodedBlock, SegmentId};
use super::cache::BlockCache;
use super::pairs::PairRule;

/// The capacity of the block cache: the blocks of a few hundred queries, or a quarter of the common lists of an index of a
/// million articles.
const CACHE_BYTES: usize = 48 << 20;

pub(crate) struct IndexContext {
    pub cache: BlockCache,
    pub pair_rule: PairRule,
    next_segment: AtomicU32,
}

impl IndexContext {
    pub(crate) fn new(next_segment: u32, pair_rule: PairRule) -> Self {
        Self { cache: BlockCache::new(CACHE_BYTES), pair_rule, next_segment: AtomicU32::new(next_segment) }
    }

    /// Skips the ids that the engine has already used.
    pub(crate) fn skip_segments(&self, next_segment: u32) {
        self.next_segment.fetch_max(next_segment, Ordering::Relaxed);
    }

    /// A new, unused segment id.
    pub(crate) fn new_segment(&self) -> SegmentId {
        SegmentId(self.next_segment.fetch_add(1, Ordering::Relaxed))
    }

    /// Caches the posting blocks of a new small segment: every query reads all small segments, and so does the merge that
    /// soon replaces them.
    pub(crate) fn cache_postings(&self, blocks: &[EncodedBlock]) {
        for block in blocks.iter().filter(|block| block.id.posting_number().is_some()) {
            self.cache.put(Block::fresh(block));
        }
    }
}
