//! Limits on imports, exports and watches: the number of open streams, bytes in memory, idle and stall timeouts, shutdown.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::fair_share::{Budget, Peer, Resource, Share};
use super::status::RpcError;

/// The maximum number of concurrent writes of all imports together: half of the store's write queue, so that other calls
/// find room in it.
const MAX_CONCURRENT_WRITES: usize = 128;

/// Bytes reserved for each import on top of the shared budget, so that an import of small items makes progress while
/// large items of others fill the shared budget.
const RESERVED_BYTES: usize = 1 << 20;

/// Limit on the keywords of all watches together, in bytes: an automaton takes several bytes for each.
const MAX_WATCH_BYTES: usize = 16 << 20;

/// The fixed cost of each watch in that limit, which allows at most 65,536 watches.
const WATCH_BYTES: usize = 256;

/// The limits on imports and exports.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StreamLimits {
    pub max_imports: usize,
    pub max_exports: usize,
    /// The maximum size of the items in progress, for all imports together.
    pub max_import_bytes: usize,
    /// How long an import may send nothing before it is ended.
    pub(crate) import_idle: Duration,
    /// How long a response may stay unread before the import or export is ended.
    pub(crate) stall_timeout: Duration,
}

/// Enforces [`StreamLimits`]. Cheap to clone; clones share all state.
#[derive(Clone)]
pub(crate) struct StreamLimiter {
    limits: StreamLimits,
    imports: Arc<Budget>,
    exports: Arc<Budget>,
    watch_bytes: Arc<Budget>,
    bytes: Arc<Semaphore>,
    writes: Arc<Semaphore>,
    stopping: CancellationToken,
}

/// RAII permit for bytes, a parser or a write.
pub(crate) struct Permit(#[expect(dead_code, reason = "held until it is dropped")] Option<OwnedSemaphorePermit>);

/// RAII permit of an open import, from which its items acquire bytes, parsers and writes.
pub(crate) struct ImportPermit {
    streams: StreamLimiter,
    _open: Share,
    bytes: Arc<Semaphore>,
    parsers: Arc<Semaphore>,
}

impl ImportPermit {
    /// Waits until an item of this size fits in the reserved or the shared byte budget.
    pub(crate) async fn acquire_bytes(&self, bytes: usize) -> Permit {
        let permits = |most: usize| u32::try_from(bytes.min(most)).unwrap_or(u32::MAX);
        let shared = Arc::clone(&self.streams.bytes).acquire_many_owned(permits(self.streams.limits.max_import_bytes));
        if bytes > RESERVED_BYTES {
            return Permit(shared.await.ok());
        }
        // The semaphores are never closed.
        tokio::select! {
            biased;
            own = Arc::clone(&self.bytes).acquire_many_owned(permits(RESERVED_BYTES)) => Permit(own.ok()),
            shared = shared => Permit(shared.ok()),
        }
    }

    /// Waits until an item may enter the parser queue. Each import may have as many items there as there are parsers, so
    /// that the queue stays short for others.
    pub(crate) async fn acquire_parser(&self) -> Permit {
        Permit(Arc::clone(&self.parsers).acquire_owned().await.ok())
    }

    /// Waits until an item may enter the store's write queue.
    pub(crate) async fn acquire_write(&self) -> Permit {
        Permit(Arc::clone(&self.streams.writes).acquire_owned().await.ok())
    }
}

impl StreamLimiter {
    pub(crate) fn new(limits: StreamLimits) -> Self {
        Self {
            limits,
            imports: Budget::new(Resource::Imports, limits.max_imports, 1),
            exports: Budget::new(Resource::Exports, limits.max_exports, 1),
            watch_bytes: Budget::new(Resource::WatchBytes, MAX_WATCH_BYTES, WATCH_BYTES),
            bytes: Arc::new(Semaphore::new(limits.max_import_bytes)),
            writes: Arc::new(Semaphore::new(MAX_CONCURRENT_WRITES)),
            stopping: CancellationToken::new(),
        }
    }

    /// Starts the shutdown: imports finish the items that they have read, exports their current page.
    pub(crate) fn stop(&self) {
        self.stopping.cancel();
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.is_cancelled()
    }

    /// Ready when [`Self::stop`] is called.
    pub(crate) async fn stopping(&self) {
        self.stopping.cancelled().await;
    }

    pub(crate) fn import_idle(&self) -> Duration {
        self.limits.import_idle
    }

    /// How long a response may stay unread.
    pub(crate) fn stall_timeout(&self) -> Duration {
        self.limits.stall_timeout
    }

    /// Opens an import of which up to `parsers` items are parsed at once.
    pub(crate) fn begin_import(&self, peer: &Arc<Peer>, parsers: usize) -> Result<ImportPermit, RpcError> {
        Ok(ImportPermit {
            _open: begin(&self.imports, peer, "imports")?,
            streams: self.clone(),
            bytes: Arc::new(Semaphore::new(RESERVED_BYTES)),
            parsers: Arc::new(Semaphore::new(parsers)),
        })
    }

    /// The budgets of imports and exports, for metrics.
    pub(crate) fn budgets(&self) -> (&Budget, &Budget) {
        (&self.imports, &self.exports)
    }

    /// How many watches were refused, for metrics.
    pub(crate) fn refused_watches(&self) -> u64 {
        self.watch_bytes.refused()
    }

    pub(crate) fn begin_export(&self, peer: &Arc<Peer>) -> Result<Share, RpcError> {
        begin(&self.exports, peer, "exports")
    }

    /// Opens a watch whose keywords have this many bytes.
    pub(crate) fn begin_watch(&self, peer: &Arc<Peer>, keyword_bytes: usize) -> Result<Share, RpcError> {
        self.watch_bytes.try_take(peer, WATCH_BYTES + keyword_bytes).ok_or(RpcError::TooManyWatches)
    }
}

fn begin(budget: &Arc<Budget>, peer: &Arc<Peer>, what: &'static str) -> Result<Share, RpcError> {
    budget.try_take(peer, 1).ok_or(RpcError::TooManyStreams(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter() -> StreamLimiter {
        StreamLimiter::new(StreamLimits {
            max_imports: 2,
            max_exports: 2,
            max_import_bytes: 1,
            import_idle: Duration::from_secs(1),
            stall_timeout: Duration::from_secs(1),
        })
    }

    #[test]
    fn the_watches_of_one_peer_leave_room_for_those_of_others() {
        const KEYWORD_BYTES: usize = 6 << 10;
        let limiter = limiter();
        let (greedy, other): (Arc<Peer>, Arc<Peer>) = Default::default();
        let mut watches = Vec::new();
        while let Ok(watch) = limiter.begin_watch(&greedy, KEYWORD_BYTES) {
            watches.push(watch);
        }
        assert!((1000..2000).contains(&watches.len()), "{}", watches.len());
        assert_eq!(limiter.refused_watches(), 1);
        assert!(limiter.begin_watch(&other, KEYWORD_BYTES).is_ok());
        watches.pop();
        assert!(limiter.begin_watch(&greedy, KEYWORD_BYTES).is_ok(), "a watch that ends makes room");
    }
}
