//! Blocks that were used lately, shared by all questions, bounded in bytes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::block::{Block, BlockId};
use crate::clock_cache::ClockCache;

/// What a block costs beside its bytes: its entry here and in the map, and some thirty steps of 24 bytes.
const OVERHEAD_BYTES: usize = 128 + 30 * 24;

/// Blocks of segments that are gone age out by themselves.
#[derive(Debug)]
pub struct BlockCache(Mutex<ClockCache<BlockId, Block>>);

impl BlockCache {
    pub fn new(capacity_bytes: usize) -> Self {
        Self(Mutex::new(ClockCache::new(capacity_bytes)))
    }

    pub fn get(&self, id: BlockId) -> Option<Block> {
        self.state().get(&id)
    }

    pub fn put(&self, block: Block) {
        let cost = block.payload().len() + OVERHEAD_BYTES;
        self.state().put(block.id(), block, cost);
    }

    /// The bytes that the cached blocks take.
    pub fn bytes(&self) -> usize {
        self.state().bytes()
    }

    /// How often a block was found, and how often not.
    pub fn hits_and_misses(&self) -> (u64, u64) {
        self.state().hits_and_misses()
    }

    fn state(&self) -> MutexGuard<'_, ClockCache<BlockId, Block>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
