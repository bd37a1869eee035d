//! The activity of a connection: its open calls, and the responses that its peer has not read yet.
//!
//! The connection limiter uses it to find idle and stalled connections, which it closes.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::tls::Identity;
use crate::rpc::fair_share::Peer;

/// What calls know of their connection.
#[derive(Clone)]
pub(crate) struct ConnectionInfo {
    pub peer: Arc<Peer>,
    /// `None` for a call within the process.
    pub address: Option<IpAddr>,
    pub(crate) activity: Arc<Activity>,
    pub(crate) identity: Identity,
}

impl Default for ConnectionInfo {
    fn default() -> Self {
        Self {
            peer: Arc::default(),
            address: None,
            activity: Activity::new(CancellationToken::new()),
            identity: Identity::default(),
        }
    }
}

pub(crate) struct Activity {
    /// Closes the connection.
    pub close: CancellationToken,
    began: Instant,
    /// The number of calls with a complete request and an incomplete response.
    open_calls: AtomicUsize,
    /// When the last call ended, in milliseconds since the connection began.
    quiet_from_ms: AtomicU64,
    next_response: AtomicU64,
    unread: Mutex<HashMap<u64, Arc<Progress>>>,
}

/// The read progress of a response.
struct Progress {
    /// When the peer last read a part, in milliseconds since the connection began; `WAITS_FOR_PRODUCER` if there is nothing
    /// to read.
    taken_ms: AtomicU64,
    timeout_ms: u64,
}

const WAITS_FOR_PRODUCER: u64 = u64::MAX;

impl Activity {
    pub(crate) fn new(close: CancellationToken) -> Arc<Self> {
        Arc::new(Self {
            close,
            began: Instant::now(),
            open_calls: AtomicUsize::new(0),
            quiet_from_ms: AtomicU64::new(0),
            next_response: AtomicU64::new(0),
            unread: Mutex::default(),
        })
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(WAITS_FOR_PRODUCER - 1)
    }

    fn unread(&self) -> MutexGuard<'_, HashMap<u64, Arc<Progress>>> {
        self.unread.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call as open until the returned guard is dropped.
    pub(crate) fn begin_call(self: &Arc<Self>) -> OpenCall {
        self.open_calls.fetch_add(1, Ordering::Relaxed);
        OpenCall(Arc::clone(self))
    }

    /// Tracks a response until it is read. `timeout` is how long the peer may read nothing of it.
    pub(crate) fn begin_response(self: &Arc<Self>, timeout: Duration) -> UnreadResponse {
        let id = self.next_response.fetch_add(1, Ordering::Relaxed);
        let timeout_ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
        let progress = Arc::new(Progress { taken_ms: AtomicU64::new(self.now_ms()), timeout_ms });
        self.unread().insert(id, Arc::clone(&progress));
        UnreadResponse { activity: Arc::clone(self), progress, id }
    }

    /// Whether the connection has no call and no unread response.
    pub(crate) fn is_idle(&self) -> bool {
        self.open_calls.load(Ordering::Relaxed) == 0 && self.unread().is_empty()
    }

    /// How long no call has ended.
    pub(crate) fn quiet_for(&self) -> Duration {
        Duration::from_millis(self.now_ms().saturating_sub(self.quiet_from_ms.load(Ordering::Relaxed)))
    }

    /// Whether the peer has left a response unread for too long.
    pub(crate) fn is_stalled(&self) -> bool {
        let now_ms = self.now_ms();
        self.unread().values().any(|progress| {
            let taken_ms = progress.taken_ms.load(Ordering::Relaxed);
            taken_ms != WAITS_FOR_PRODUCER && now_ms.saturating_sub(taken_ms) > progress.timeout_ms
        })
    }
}

/// RAII guard of an open call, which keeps its connection from being idle.
pub(crate) struct OpenCall(Arc<Activity>);

impl Drop for OpenCall {
    fn drop(&mut self) {
        self.0.quiet_from_ms.store(self.0.now_ms(), Ordering::Relaxed);
        self.0.open_calls.fetch_sub(1, Ordering::Relaxed);
    }
}

/// RAII guard of a response that its peer has not read completely. The chunks that wait to be written share it.
pub(crate) struct UnreadResponse {
    activity: Arc<Activity>,
    progress: Arc<Progress>,
    id: u64,
}

impl UnreadResponse {
    /// The peer has read a part.
    pub(crate) fn note_taken(&self) {
        self.progress.taken_ms.store(self.activity.now_ms(), Ordering::Relaxed);
    }

    /// The peer has read everything so far, and the next part is not produced yet.
    pub(crate) fn note_waiting(&self) {
        self.progress.taken_ms.store(WAITS_FOR_PRODUCER, Ordering::Relaxed);
    }
}

impl Drop for UnreadResponse {
    fn drop(&mut self) {
        self.activity.unread().remove(&self.id);
    }
}
