//! Drives a search: reads the blocks that it needs on the way to the next hit.

use super::cache::BlockCache;
use super::search::{Hit, IndexSearch, SearchStep};
use super::storage::IndexStorage;

/// What a search came to.
pub(crate) enum NextHit {
    Hit(Hit),
    /// Much was looked at and nothing found yet. The caller lets other tasks run, then continues or gives up.
    Paused,
    End,
}

/// Continues to the next hit, in the transaction that the search's snapshot belongs to.
pub(crate) async fn next_hit<S: IndexStorage>(
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
