//! Blocks that were used lately, shared by all questions, bounded in bytes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::block::{Block, BlockId};

/// What a block costs beside its bytes: its entry here and in the map.
const OVERHEAD_BYTES: usize = 128;

/// A cache that drops, when full, a block that was not used since it last looked (the clock algorithm). Blocks of
/// segments that are gone age out by themselves.
#[derive(Debug)]
pub struct BlockCache {
    capacity_bytes: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    places: HashMap<BlockId, usize>,
    entries: Vec<Entry>,
    bytes: usize,
    hand: usize,
}

#[derive(Debug)]
struct Entry {
    block: Block,
    was_used: bool,
}

impl BlockCache {
    pub fn new(capacity_bytes: usize) -> Self {
        Self { capacity_bytes, state: Mutex::default() }
    }

    pub fn get(&self, id: BlockId) -> Option<Block> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let place = *state.places.get(&id)?;
        let entry = state.entries.get_mut(place)?;
        entry.was_used = true;
        Some(entry.block.clone())
    }

    pub fn put(&self, block: Block) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let cost = cost(&block);
        if cost > self.capacity_bytes || state.places.contains_key(&block.id()) {
            return;
        }
        while state.bytes + cost > self.capacity_bytes {
            state.drop_one();
        }
        let place = state.entries.len();
        state.places.insert(block.id(), place);
        state.entries.push(Entry { block, was_used: false });
        state.bytes += cost;
    }

    /// The bytes that the cached blocks take.
    pub fn bytes(&self) -> usize {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).bytes
    }
}

fn cost(block: &Block) -> usize {
    block.payload().len() + OVERHEAD_BYTES
}

impl State {
    /// Drops one block; there is at least one.
    fn drop_one(&mut self) {
        loop {
            if self.hand >= self.entries.len() {
                self.hand = 0;
            }
            let Some(entry) = self.entries.get_mut(self.hand) else { return };
            if std::mem::take(&mut entry.was_used) {
                self.hand += 1;
                continue;
            }
            let dropped = self.entries.swap_remove(self.hand);
            self.bytes -= cost(&dropped.block);
            self.places.remove(&dropped.block.id());
            if let Some(moved) = self.entries.get(self.hand) {
                self.places.insert(moved.block.id(), self.hand);
            }
            self.hand += 1;
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::segments::block::{EncodedBlock, SegmentId};

    fn block(number: u32) -> Block {
        let encoded = EncodedBlock::of_payload(BlockId::posting(SegmentId(1), number), &[0; 1000]);
        Block::check(encoded.id, encoded.bytes.into()).unwrap()
    }

    #[test]
    fn it_stays_within_its_bounds_and_keeps_what_is_used() {
        let cache = BlockCache::new(10_000);
        cache.put(block(0));
        for number in 1..1000 {
            assert!(cache.get(block(0).id()).is_some(), "{number}");
            cache.put(block(number));
            assert!(cache.bytes() <= 10_000);
        }
        let kept = (0..1000).filter(|&number| cache.get(block(number).id()).is_some()).count();
        assert_eq!(kept, 8);
    }

    #[test]
    fn what_is_too_large_is_not_kept() {
        let cache = BlockCache::new(100);
        cache.put(block(0));
        assert_eq!(cache.bytes(), 0);
    }
}
