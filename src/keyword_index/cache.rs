//! The block cache: recently used blocks, shared by all queries, limited in bytes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::block::{Block, BlockId};
use crate::clock_cache::ClockCache;

/// The memory of a block in addition to its bytes: its cache entry, and about thirty entry offsets of 24 bytes.
const OVERHEAD_BYTES: usize = 128 + 30 * 24;

/// The block cache. Blocks of removed segments age out.
#[derive(Debug)]
pub struct BlockCache(Mutex<ClockCache<BlockId, Block>>);

impl BlockCache {
    /// An empty cache.
    pub fn new(capacity_bytes: usize) -> Self {
        Self(Mutex::new(ClockCache::new(capacity_bytes)))
    }

    /// The block, if it is cached.
    pub fn get(&self, id: BlockId) -> Option<Block> {
        self.state().get(&id)
    }

    /// Adds a block.
    pub fn put(&self, block: Block) {
        let cost = block.payload().len() + OVERHEAD_BYTES;
        self.state().put(block.id(), block, cost);
    }

    /// The memory of the cached blocks, in bytes.
    pub fn bytes(&self) -> usize {
        self.state().bytes()
    }

    /// The number of hits and of misses.
    pub fn hits_and_misses(&self) -> (u64, u64) {
        self.state().hits_and_misses()
    }

    fn state(&self) -> MutexGuard<'_, ClockCache<BlockId, Block>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
