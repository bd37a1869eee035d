//! What the RPCs work with.

use std::sync::Arc;

use super::stream_limits::StreamLimiter;
use crate::clock::Clock;
use crate::ingest::Ingest;
use crate::store::SharedStore;
use crate::watch::WatchHub;

/// The state that all RPCs share. Cheap to clone; clones share all.
#[derive(Clone)]
pub struct ArticleRpc {
    pub store: SharedStore,
    pub ingest: Ingest,
    pub clock: Clock,
    pub watches: Arc<WatchHub>,
    pub streams: StreamLimiter,
    /// The articles of one page or batch, in bytes.
    pub max_page_bytes: usize,
}
