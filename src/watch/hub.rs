//! The hub: one task that follows the feed for all watchers near its end.
//!
//! It reads each change once, folds it once, finds the matching watchers, and puts the change's number into their queues. A
//! full queue is closed: its watcher reads the feed itself again, and subscribes anew when it is near the end. The task runs from the first watcher on.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::event::WatchError;
use super::matcher::Matcher;
use super::progress::ProgressList;
use super::query::WatchQuery;
use super::recent_changes::RecentChanges;
use crate::article::View;
use crate::query::FoldedFields;
use crate::run_blocking::run_blocking;
use crate::store::{Change, ChangeKind, FeedLimit, FeedPosition, SharedStore};

/// How many changes may wait for a watcher that is paused. Numbers, not texts.
const QUEUE_CHANGES: usize = 128;

/// How much of the feed is taken at once.
const STEP: FeedLimit = FeedLimit { changes: 64, bytes: 4 << 20 };

/// Poll interval of the feed, as another process may write the file without a signal here. Ended watchers are removed at the
/// same interval.
const ROUND: Duration = Duration::from_secs(15);

/// Distributes changes to the watchers.
pub struct WatchHub {
    pub(super) store: SharedStore,
    pub(super) closing: CancellationToken,
    pub(super) checkpoint_interval: Duration,
    state: Mutex<State>,
    someone_came: Notify,
    /// Every change up to here is in the queues of the matching watchers.
    dispatched: AtomicU64,
    pub(super) progress: Arc<ProgressList>,
}

/// The watches at one moment. Lags are in changes.
pub(crate) struct WatchStats {
    pub watchers: usize,
    /// Between the end of the feed and what the slowest watcher was sent.
    pub lag: u64,
    /// Between the end of the feed and what the hub has dispatched.
    pub hub_lag: u64,
}

struct State {
    stage: Stage,
    /// Everything up to here is, or is being, put into the queues of those who were seated when it was read.
    position: u64,
    /// Those who came since.
    newcomers: Vec<(Arc<WatchQuery>, Subscriber)>,
    recent: RecentChanges,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Idle,
    Runs,
    Ended,
}

/// A number in a watcher's queue.
#[derive(Clone, Copy)]
pub(super) struct Delivery {
    pub(crate) seq: u64,
    /// Otherwise the watcher gets a removal.
    pub is_match: bool,
}

/// The hub's end of a watcher's queue.
struct Subscriber(Option<mpsc::Sender<Delivery>>);

impl Subscriber {
    fn tell(&mut self, seq: u64, is_match: bool) {
        let is_told = self.0.as_ref().is_some_and(|queue| queue.try_send(Delivery { seq, is_match }).is_ok());
        if !is_told {
            self.0 = None;
        }
    }

    fn is_taken(&self) -> bool {
        self.0.as_ref().is_some_and(|queue| !queue.is_closed())
    }
}

impl WatchHub {
    /// A hub without watchers. Its task starts with the first one.
    pub fn new(store: SharedStore, checkpoint_interval_ms: u64) -> Arc<Self> {
        let state = State { stage: Stage::Idle, position: 0, newcomers: Vec::new(), recent: RecentChanges::default() };
        Arc::new(Self {
            store,
            closing: CancellationToken::new(),
            checkpoint_interval: Duration::from_millis(checkpoint_interval_ms),
            state: Mutex::new(state),
            someone_came: Notify::new(),
            dispatched: AtomicU64::new(0),
            progress: Arc::default(),
        })
    }

    /// The end of the feed.
    pub fn end(&self) -> FeedPosition {
        *self.store.feed().borrow()
    }

    /// The figures that metrics show.
    pub(crate) fn stats(&self) -> WatchStats {
        let end = self.end().seq;
        let hub_lag = match self.state().stage {
            Stage::Runs => end.saturating_sub(self.dispatched()),
            Stage::Idle | Stage::Ended => 0,
        };
        let (watchers, slowest) = self.progress.count_and_slowest();
        let lag = slowest.map_or(0, |seq| end.saturating_sub(seq));
        WatchStats { watchers, lag, hub_lag }
    }

    /// Ends every watch, and the task.
    pub fn stop(&self) {
        self.closing.cancel();
    }

    /// Subscribes. Every change after the returned number comes through the queue.
    pub(super) fn join(
        self: &Arc<Self>,
        query: &Arc<WatchQuery>,
    ) -> Result<(u64, mpsc::Receiver<Delivery>), WatchError> {
        let mut state = self.state();
        match state.stage {
            Stage::Ended => return Err(WatchError::Broken),
            Stage::Runs => {}
            Stage::Idle => {
                state.stage = Stage::Runs;
                state.position = self.end().seq;
                tokio::spawn(Arc::clone(self).run());
            }
        }
        let (sender, queue) = mpsc::channel(QUEUE_CHANGES);
        state.newcomers.push((Arc::clone(query), Subscriber(Some(sender))));
        let position = state.position;
        drop(state);
        self.someone_came.notify_one();
        Ok((position, queue))
    }

    pub(super) fn recent(&self, seq: u64) -> Option<Arc<Change>> {
        self.state().recent.get(seq)
    }

    pub(super) fn dispatched(&self) -> u64 {
        self.dispatched.load(Ordering::Acquire)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic while the lock was held ends the task, and that is seen by the stage.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run(self: Arc<Self>) {
        let _end = EndGuard(&self);
        let mut feed = self.store.feed();
        let mut matcher = Matcher::default();
        // Counted from round to round, however much happens in between.
        let mut rounds = tokio::time::interval(ROUND);
        loop {
            let mut is_end = false;
            while !is_end && !self.closing.is_cancelled() {
                (matcher, is_end) = self.step(matcher, &mut feed).await;
            }
            tokio::select! {
                () = self.closing.cancelled() => return,
                () = moved(&mut feed) => {}
                () = self.someone_came.notified() => {}
                _ = rounds.tick() => matcher.clean(Subscriber::is_taken),
            }
        }
    }

    /// Passes on the next changes. Says whether these were all.
    async fn step(
        &self,
        mut matcher: Matcher<Subscriber>,
        feed: &mut watch::Receiver<FeedPosition>,
    ) -> (Matcher<Subscriber>, bool) {
        let end = *feed.borrow_and_update();
        let position = {
            let mut state = self.state();
            if matcher.is_empty() && state.newcomers.is_empty() {
                // Nobody listens.
                state.position = state.position.max(end.seq);
                self.dispatched.store(state.position, Ordering::Release);
                state.recent.clear();
                return (matcher, true);
            }
            FeedPosition { seq: state.position, ..end }
        };
        let read = match self.store.changes(position, STEP, View::Full).await {
            Ok(Some(read)) => read,
            Ok(None) => return self.release_all(end, "it is not known any more"),
            Err(error) => return self.release_all(end, &error.to_string()),
        };
        let changes: Vec<Arc<Change>> = read.changes.into_iter().map(Arc::new).collect();
        let last = changes.last().map_or(position.seq, |change| change.seq);
        let newcomers = {
            let mut state = self.state();
            state.position = last;
            changes.iter().for_each(|change| state.recent.push(Arc::clone(change)));
            std::mem::take(&mut state.newcomers)
        };
        if !newcomers.is_empty() || !changes.is_empty() {
            let work = move || {
                matcher.add(newcomers, Subscriber::is_taken);
                changes.iter().for_each(|change| pass_on(change, &mut matcher));
                matcher
            };
            match run_blocking(work).await {
                Some(back) => matcher = back,
                // The runtime is stopping.
                None => return (Matcher::default(), true),
            }
        }
        self.dispatched.store(last, Ordering::Release);
        (matcher, read.is_end)
    }

    /// Takes the seats of all: they read the feed by themselves, and learn what is wrong with it.
    fn release_all(&self, end: FeedPosition, reason: &str) -> (Matcher<Subscriber>, bool) {
        tracing::warn!(reason, "the feed cannot be followed");
        let mut state = self.state();
        state.newcomers.clear();
        state.position = end.seq;
        (Matcher::default(), true)
    }
}

/// Ends every watch however the task ends, so that none waits forever.
struct EndGuard<'a>(&'a WatchHub);

impl Drop for EndGuard<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.stage = Stage::Ended;
        state.newcomers.clear();
        state.recent.clear();
    }
}

async fn moved(feed: &mut watch::Receiver<FeedPosition>) {
    if feed.changed().await.is_err() {
        // A store that tells nothing any more.
        std::future::pending().await
    }
}

fn pass_on(change: &Change, matcher: &mut Matcher<Subscriber>) {
    match &change.kind {
        ChangeKind::Deleted(_) => matcher.each(|seat| seat.tell(change.seq, false)),
        ChangeKind::Upserted(article) => {
            let texts = FoldedFields::of(&article.content);
            // An article that was changed may have been watched before.
            let and_others = article.revision > 1;
            matcher.judge(article, &texts, and_others, |seat, is_match| seat.tell(change.seq, is_match));
        }
    }
}
