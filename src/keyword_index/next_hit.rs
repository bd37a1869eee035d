//! Drives a search: reads the blocks that it needs to find the next hit.

use super::cache::BlockCache;
use super::search::{Hit, IndexSearch, SearchStep};
use super::storage::IndexReader;

/// The result of one call of [`next_hit()`].
pub(crate) enum NextHit {
    Hit(Hit),
    /// The step budget is used up without a hit. The caller yields to other tasks, then continues or gives up.
    Paused,
    End,
}

/// Continues to the next hit, in the transaction of the search's snapshot.
pub(crate) async fn next_hit<S: IndexReader>(
    storage: &mut S,
    cache: &BlockCache,
    search: &mut IndexSearch,
) -> Result<NextHit, S::Error> {
    loop {
        match search.next(cache)? {
            SearchStep::Hit(hit) => return Ok(NextHit::Hit(hit)),
            SearchStep::Paused => return Ok(NextHit::Paused),
            SearchStep::End => return Ok(NextHit::End),
            SearchStep::Need(ids) => {
                for block in storage.read_blocks(&ids).await? {
                    cache.put(block.clone());
                    search.supply(block);
                }
            }
        }
    }
}
