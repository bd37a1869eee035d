//! Articles that are asked for often, kept encoded: most readers want the same few.
//!
//! What was asked for once is mostly not asked for soon again, so that an article is kept the second time.
//!
//! What is kept is never older than what a reader finds in the database. While a commit is on its way, and of what was
//! read before it, nothing is put in; what it changes is taken out before it begins.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock_cache::ClockCache;
use xxhash_rust::xxh3::xxh3_64;

use crate::article::ArticleName;
use crate::store::EncodedArticle;
use crate::store::stats::CacheStats;

/// What the kept articles may take: some twenty thousand of usual length.
const CAPACITY_BYTES: usize = 80 << 20;

/// What an article costs beside its bytes: its names, its places here and in the map.
const OVERHEAD_BYTES: usize = 256;

pub(crate) struct ArticleCache {
    state: Mutex<CacheState>,
}

/// Of so many names it is remembered that they were asked for, about: as many as are kept, and half as many again.
const REMEMBERED_MISSES: usize = 1 << 15;

struct CacheState {
    articles: ClockCache<String, EncodedArticle>,
    /// Hashes of names that were asked for in vain, each in the place that it names.
    recently_missed: Vec<u64>,
    /// How often a commit began or ended: odd while one is on its way.
    turns: u64,
}

/// When a read began, and whether it was the first of its name for some time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Since {
    turns: u64,
    is_first: bool,
}

/// A commit on its way, until this is dropped.
pub(crate) struct Commit<'a>(&'a ArticleCache);

impl ArticleCache {
    /// Keeps nothing where another process may write, of whose commits nothing is heard.
    pub fn new(has_writer: bool) -> Self {
        let capacity = if has_writer { CAPACITY_BYTES } else { 0 };
        let state =
            CacheState { articles: ClockCache::new(capacity), recently_missed: vec![0; REMEMBERED_MISSES], turns: 0 };
        Self { state: Mutex::new(state) }
    }

    /// The FULL article, if it is kept; else what [`ArticleCache::put`] wants to know.
    pub fn get(&self, name: &ArticleName) -> Result<EncodedArticle, Since> {
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

    /// Keeps a FULL article that was read since then.
    pub fn put(&self, name: &ArticleName, article: &EncodedArticle, since: Since) {
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

    /// Takes out what a commit is about to change.
    pub fn begin_commit(&self, changed: &[String]) -> Commit<'_> {
        let mut state = self.state();
        state.turns += 1;
        for name in changed {
            state.articles.remove(name.as_str());
        }
        Commit(self)
    }

    pub fn stats(&self) -> CacheStats {
        let state = self.state();
        let (hits, misses) = state.articles.hits_and_misses();
        CacheStats { hits, misses, bytes: state.articles.bytes() }
    }

    /// Forgets all, and keeps nothing more.
    pub fn close(&self) {
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
