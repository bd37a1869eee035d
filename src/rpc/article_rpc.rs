//! The state that all RPCs share.

use std::sync::Arc;

use super::stream_limits::StreamLimiter;
use crate::clock::Clock;
use crate::ingest::Ingest;
use crate::store::SharedStore;
use crate::watch::WatchHub;

/// Implements the service. Cheap to clone; clones share all state.
#[derive(Clone)]
pub struct ArticleRpc {
    /// Where articles are read and written.
    pub store: SharedStore,
    pub(crate) ingest: Ingest,
    pub(crate) clock: Clock,
    pub(crate) watches: Arc<WatchHub>,
    pub(crate) streams: StreamLimiter,
    /// The maximum size of the articles in one page or batch.
    pub(crate) max_page_bytes: usize,
}
