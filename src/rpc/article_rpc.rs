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
    /// Where articles are read and written.
    pub store: SharedStore,
    pub(crate) ingest: Ingest,
    pub(crate) clock: Clock,
    pub(crate) watches: Arc<WatchHub>,
    pub(crate) streams: StreamLimiter,
    /// The articles of one page or batch, in bytes.
    pub(crate) max_page_bytes: usize,
}
