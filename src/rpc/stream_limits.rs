//! What imports and exports share: how many of them are open, how much of them is in memory, and when they have to end.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::fair_share::{Budget, Peer, Resource, Share};
use super::status::RpcError;

/// Items of all imports that are written at once: half of what the store lets wait, so that others find room.
const WRITES_UNDER_WAY: usize = 128;

/// What items of one import may have in memory besides what all share, in bytes: so that one of small items goes on though
/// others have filled the rest with large ones.
const OWN_BYTES: usize = 1 << 20;

/// The bounds of imports and exports.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StreamLimits {
    pub max_imports: usize,
    pub max_exports: usize,
    /// Items of all imports that are under way may have so many bytes.
    pub max_import_bytes: usize,
    /// An import that sends nothing for so long ends.
    pub(crate) import_idle: Duration,
    /// An import or export whose answers are not read for so long ends.
    pub(crate) stall_timeout: Duration,
}

/// Cheap to clone; clones share all.
#[derive(Clone)]
pub(crate) struct StreamLimiter {
    limits: StreamLimits,
    imports: Arc<Budget>,
    exports: Arc<Budget>,
    bytes: Arc<Semaphore>,
    writes: Arc<Semaphore>,
    stopping: CancellationToken,
}

/// A right, given back when it is dropped.
pub(crate) struct Permit(
    #[expect(dead_code, reason = "what counts is when it is dropped")] Option<OwnedSemaphorePermit>,
);

/// The place of an import that is open, and its share of what all of them use.
pub(crate) struct ImportPermit {
    streams: StreamLimiter,
    _open: Share,
    bytes: Arc<Semaphore>,
    parsers: Arc<Semaphore>,
}

impl ImportPermit {
    /// Waits until an item of so many bytes may be in memory.
    pub(crate) async fn room(&self, bytes: usize) -> Permit {
        let permits = |most: usize| u32::try_from(bytes.min(most)).unwrap_or(u32::MAX);
        let shared = Arc::clone(&self.streams.bytes).acquire_many_owned(permits(self.streams.limits.max_import_bytes));
        if bytes > OWN_BYTES {
            return Permit(shared.await.ok());
        }
        // The semaphores are never closed.
        tokio::select! {
            biased;
            own = Arc::clone(&self.bytes).acquire_many_owned(permits(OWN_BYTES)) => Permit(own.ok()),
            shared = shared => Permit(shared.ok()),
        }
    }

    /// Waits until an item may stand in line for a parser: from each import as many as there are, so that the line is
    /// short for others.
    pub(crate) async fn turn_to_parse(&self) -> Permit {
        Permit(Arc::clone(&self.parsers).acquire_owned().await.ok())
    }

    /// Waits until an item may be given to the store.
    pub(crate) async fn turn_to_write(&self) -> Permit {
        Permit(Arc::clone(&self.streams.writes).acquire_owned().await.ok())
    }
}

impl StreamLimiter {
    pub(crate) fn new(limits: StreamLimits) -> Self {
        Self {
            limits,
            imports: Budget::new(Resource::Imports, limits.max_imports, 1),
            exports: Budget::new(Resource::Exports, limits.max_exports, 1),
            bytes: Arc::new(Semaphore::new(limits.max_import_bytes)),
            writes: Arc::new(Semaphore::new(WRITES_UNDER_WAY)),
            stopping: CancellationToken::new(),
        }
    }

    /// Lets imports finish what they have taken, and exports their page, and no more.
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

    /// How long an answer may wait to be read.
    pub(crate) fn stall_timeout(&self) -> Duration {
        self.limits.stall_timeout
    }

    /// Opens an import, of whose items so many may be parsed at once.
    pub(crate) fn begin_import(&self, peer: &Arc<Peer>, parsers: usize) -> Result<ImportPermit, RpcError> {
        Ok(ImportPermit {
            _open: begin(&self.imports, peer, "imports")?,
            streams: self.clone(),
            bytes: Arc::new(Semaphore::new(OWN_BYTES)),
            parsers: Arc::new(Semaphore::new(parsers)),
        })
    }

    pub(crate) fn begin_export(&self, peer: &Arc<Peer>) -> Result<Share, RpcError> {
        begin(&self.exports, peer, "exports")
    }
}

fn begin(places: &Arc<Budget>, peer: &Arc<Peer>, what: &'static str) -> Result<Share, RpcError> {
    places.try_take(peer, 1).ok_or(RpcError::TooManyStreams(what))
}
