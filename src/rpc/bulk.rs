//! What imports and exports share: how many of them are open, how much of them is in memory, and when they have to end.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::RpcError;

/// Items of all imports that are parsed or written at once: half of what the store lets wait, so that others find room.
const ITEMS_UNDER_WAY: usize = 128;

/// The bounds of imports and exports.
#[derive(Clone, Copy, Debug)]
pub struct BulkLimits {
    pub max_imports: usize,
    pub max_exports: usize,
    /// Items of all imports that are under way may have so many bytes.
    pub max_import_bytes: usize,
    /// An import that sends nothing for so long ends.
    pub import_idle: Duration,
    /// An import or export whose answers are not read for so long ends.
    pub patience: Duration,
}

/// Cheap to clone; clones share all.
#[derive(Clone)]
pub struct Bulk {
    limits: BulkLimits,
    imports: Arc<Semaphore>,
    exports: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
    items: Arc<Semaphore>,
    stopping: CancellationToken,
}

/// The right of one import or export to be open, given back when it is dropped.
pub struct Slot(#[expect(dead_code, reason = "what counts is when it is dropped")] OwnedSemaphorePermit);

/// The right of one item to be in memory, given back when it is dropped.
pub struct Room(#[expect(dead_code, reason = "what counts is when it is dropped")] [Option<OwnedSemaphorePermit>; 2]);

impl Bulk {
    pub fn new(limits: BulkLimits) -> Self {
        Self {
            limits,
            imports: Arc::new(Semaphore::new(limits.max_imports)),
            exports: Arc::new(Semaphore::new(limits.max_exports)),
            bytes: Arc::new(Semaphore::new(limits.max_import_bytes)),
            items: Arc::new(Semaphore::new(ITEMS_UNDER_WAY)),
            stopping: CancellationToken::new(),
        }
    }

    /// Lets imports finish what they have taken, and exports their page, and no more.
    pub fn stop(&self) {
        self.stopping.cancel();
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.is_cancelled()
    }

    /// Ready when [`Self::stop`] is called.
    pub async fn stopping(&self) {
        self.stopping.cancelled().await;
    }

    pub fn import_idle(&self) -> Duration {
        self.limits.import_idle
    }

    /// How long an answer may wait to be read.
    pub fn patience(&self) -> Duration {
        self.limits.patience
    }

    pub fn begin_import(&self) -> Result<Slot, RpcError> {
        begin(&self.imports, "imports")
    }

    pub fn begin_export(&self) -> Result<Slot, RpcError> {
        begin(&self.exports, "exports")
    }

    /// Waits until an item of so many bytes may be in memory.
    pub async fn room(&self, bytes: usize) -> Room {
        let bytes = u32::try_from(bytes.min(self.limits.max_import_bytes)).unwrap_or(u32::MAX);
        // The semaphores are never closed.
        let item = Arc::clone(&self.items).acquire_owned().await.ok();
        let bytes = Arc::clone(&self.bytes).acquire_many_owned(bytes).await.ok();
        Room([item, bytes])
    }
}

fn begin(slots: &Arc<Semaphore>, what: &'static str) -> Result<Slot, RpcError> {
    Arc::clone(slots).try_acquire_owned().map(Slot).map_err(|_| RpcError::TooManyStreams(what))
}
