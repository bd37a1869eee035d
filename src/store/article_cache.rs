//! The article cache: frequently requested articles, encoded. Most readers want the same few articles.
//!
//! An article is cached at its second request, because most articles that are requested once are not requested again soon.
//!
//! A cached article is never older than the one in the database. A commit evicts the articles that it changes before it
//! begins, and while it is in progress nothing is inserted; neither is anything that was read before it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock_cache::ClockCache;
use xxhash_rust::xxh3::xxh3_64;

use crate::article::ArticleName;
use crate::store::EncodedArticle;
use crate::store::stats::CacheStats;

/// The capacity: about twenty thousand articles of usual length.
const CAPACITY_BYTES: usize = 80 << 20;

/// The memory of a cached article in addition to its bytes: names and map entries.
const OVERHEAD_BYTES: usize = 256;

pub(crate) struct ArticleCache {
    state: Mutex<CacheState>,
}

/// The number of remembered misses: about one and a half times the number of cached articles.
const REMEMBERED_MISSES: usize = 1 << 15;

struct CacheState {
    articles: ClockCache<String, EncodedArticle>,
    /// Hashes of the names of recent misses, direct-mapped.
    recently_missed: Vec<u64>,
    /// The number of times that a commit began or ended: odd while one is in progress.
    turns: u64,
}

/// When a read began, and whether it was the first recent one of its name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Since {
    turns: u64,
    is_first: bool,
}

/// RAII guard of a commit in progress.
pub(crate) struct Commit<'a>(&'a ArticleCache);

impl ArticleCache {
    /// Disabled if another process may write, because its commits would not evict anything here.
    pub(super) fn new(has_writer: bool) -> Self {
        let capacity = if has_writer { CAPACITY_BYTES } else { 0 };
        let state =
            CacheState { articles: ClockCache::new(capacity), recently_missed: vec![0; REMEMBERED_MISSES], turns: 0 };
        Self { state: Mutex::new(state) }
    }

    /// The FULL article, if it is cached; otherwise the argument for [`ArticleCache::put`].
    pub(super) fn get(&self, name: &ArticleName) -> Result<EncodedArticle, Since> {
        let mut state = self.state();
        if let Some(article) = state.articles.get(name.id()) {
            return Ok(article);
        }
        let hash = xxh3_64(name.id().as_bytes());
        let turns = state.turns;
        let before = state
            .recently_missed
            .get_mut(hash as usize % REMEMBERED_MISSES)
            .map(|place| std::mem::replace(place, hash));
        Err(Since { turns, is_first: before != Some(hash) })
    }

    /// Inserts a FULL article that was read after the miss.
    pub(super) fn put(&self, name: &ArticleName, article: &EncodedArticle, since: Since) {
        if since.is_first {
            return;
        }
        let cost = article.encoded_len() + OVERHEAD_BYTES;
        let detached = article.detached();
        let mut state = self.state();
        if state.turns == since.turns && since.turns.is_multiple_of(2) {
            state.articles.put(name.id().to_owned(), detached, cost);
        }
    }

    /// Evicts the articles that a commit is about to change.
    pub(super) fn begin_commit(&self, changed: &[String]) -> Commit<'_> {
        let mut state = self.state();
        state.turns += 1;
        for name in changed {
            state.articles.remove(name.as_str());
        }
        Commit(self)
    }

    pub(super) fn stats(&self) -> CacheStats {
        let state = self.state();
        let (hits, misses) = state.articles.hits_and_misses();
        CacheStats { hits, misses, bytes: state.articles.bytes() }
    }

    /// Empties and disables the cache.
    pub(super) fn close(&self) {
        self.state().articles = ClockCache::new(0);
    }

    fn state(&self) -> MutexGuard<'_, CacheState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Commit<'_> {
    fn drop(&mut self) {
        self.0.state().turns += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance::fixtures::*;

    #[test]
    fn what_was_read_before_a_commit_is_not_kept_after_it() {
        let cache = ArticleCache::new(true);
        let article = EncodedArticle::default();
        let since = |name: &ArticleName| cache.get(name).expect_err("nothing is kept yet");
        let first = since(&name("a"));
        cache.put(&name("a"), &article, first);
        let before = since(&name("a"));
        let commit = cache.begin_commit(&["a".to_owned()]);
        cache.put(&name("a"), &article, before);
        cache.put(&name("a"), &article, since(&name("a")));
        drop(commit);
        cache.put(&name("a"), &article, before);
        let after = since(&name("a"));
        cache.put(&name("a"), &article, after);
        assert!(cache.get(&name("a")).is_ok());
        drop(cache.begin_commit(&["b".to_owned()]));
        assert!(cache.get(&name("a")).is_ok());
        drop(cache.begin_commit(&["a".to_owned()]));
        assert!(cache.get(&name("a")).is_err());
    }
}
