//! One watcher: it catches up by reading the feed, then subscribes to the hub, and returns to the feed when it falls behind.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::time::{Instant, sleep_until};

use super::event::{Event, EventKind, WatchError};
use super::hub::{Delivery, WatchHub};
use super::progress::Progress;
use super::query::WatchQuery;
use crate::article::View;
use crate::query::FoldedFields;
use crate::run_blocking::run_blocking;
use crate::store::{Change, ChangeKind, DecodedReads as _, FeedLimit, FeedPosition, StoreError};

/// How much of the feed a watcher reads at once. It is held while the watcher is paused, so it is little.
const PIECE: FeedLimit = FeedLimit { changes: 64, bytes: 64 << 10 };

/// A checkpoint is sent after this many changes that do not match, so that a resumed watch does not read them again.
const CHECKPOINT_CHANGES: usize = 1000;

/// A watch that goes on as long as it is asked for events.
pub struct Watch {
    hub: Arc<WatchHub>,
    query: Arc<WatchQuery>,
    view: View,
    /// Every change up to here was delivered or did not match.
    position: FeedPosition,
    /// Read from the feed and to be delivered next.
    pending: VecDeque<Event>,
    /// The position after those are delivered.
    read_up_to: u64,
    /// How many changes were passed over since the last event.
    passed_over: usize,
    subscription: Option<Subscription>,
    /// The watcher was told that it has caught up.
    has_arrived: bool,
    next_checkpoint: Instant,
    progress: Progress,
}

/// A subscription to the hub.
struct Subscription {
    /// Everything after this comes through the queue.
    from: u64,
    queue: mpsc::Receiver<Delivery>,
}

impl Watch {
    /// Starts a watch: of what comes after a position or, without one, from now on.
    pub fn start(hub: &Arc<WatchHub>, query: WatchQuery, after: Option<FeedPosition>, view: View) -> Self {
        let position = after.unwrap_or_else(|| hub.end());
        let next_checkpoint = Instant::now() + hub.checkpoint_interval;
        Self {
            hub: Arc::clone(hub),
            query: Arc::new(query),
            view,
            position,
            pending: VecDeque::new(),
            read_up_to: position.seq,
            passed_over: 0,
            subscription: None,
            has_arrived: false,
            next_checkpoint,
            progress: hub.progress.enter(position.seq),
        }
    }

    /// The next event. It waits for one for as long as it takes, but for a checkpoint now and then.
    pub async fn next(&mut self) -> Result<Event, WatchError> {
        let closing = self.hub.closing.clone();
        let event = tokio::select! {
            biased;
            () = closing.cancelled() => return Err(WatchError::Stopping),
            event = self.find_next() => event?,
        };
        self.progress.note(event.position.seq);
        self.position = event.position;
        self.passed_over = 0;
        self.next_checkpoint = Instant::now() + self.hub.checkpoint_interval;
        self.in_view(event).await
    }

    async fn find_next(&mut self) -> Result<Event, WatchError> {
        loop {
            if let Some(event) = self.pending.pop_front() {
                return Ok(event);
            }
            self.position.seq = self.position.seq.max(self.read_up_to);
            self.progress.note(self.position.seq);
            if self.passed_over >= CHECKPOINT_CHANGES {
                return Ok(self.checkpoint());
            }
            match &self.subscription {
                Some(subscription) if subscription.from <= self.position.seq => {
                    if !std::mem::replace(&mut self.has_arrived, true) {
                        return Ok(self.checkpoint());
                    }
                    if let Some(event) = self.wait().await {
                        return Ok(event);
                    }
                    // The queue was closed, or held what is forgotten.
                    self.subscription = None;
                }
                _ => self.read_on().await?,
            }
        }
    }

    /// Waits at the hub. `None`: the watcher fell behind.
    async fn wait(&mut self) -> Option<Event> {
        loop {
            let queue = &mut self.subscription.as_mut()?.queue;
            if queue.is_empty() {
                self.progress.note_caught_up();
            }
            let delivery = tokio::select! {
                delivery = queue.recv() => delivery?,
                () = sleep_until(self.next_checkpoint) => {
                    // In this order: what is dispatched is in the queue, or concerns others.
                    let dispatched = self.hub.dispatched();
                    match queue.try_recv() {
                        Ok(delivery) => delivery,
                        Err(TryRecvError::Disconnected) => return None,
                        Err(TryRecvError::Empty) => {
                            self.position.seq = self.position.seq.max(dispatched);
                            self.read_up_to = self.position.seq;
                            return Some(self.checkpoint());
                        }
                    }
                }
            };
            // Read from the feed already.
            if delivery.seq <= self.position.seq {
                continue;
            }
            let change = self.hub.recent(delivery.seq)?;
            self.read_up_to = change.seq;
            return Some(event(FeedPosition { seq: change.seq, ..self.position }, &change.kind, delivery.is_match));
        }
    }

    /// Reads a piece of the feed; at its end, takes a subscription at the hub.
    async fn read_on(&mut self) -> Result<(), WatchError> {
        let needs_text = self.query.keywords.is_some() || self.query.filter.is_some();
        let view = if needs_text { View::Full } else { self.view.min(View::Full) };
        let read = self.hub.store.changes(self.position, PIECE, view).await?.ok_or(WatchError::Expired)?;
        let count = read.changes.len();
        self.read_up_to = read.changes.last().map_or(self.position.seq, |change| change.seq);
        self.pending = if needs_text {
            let (query, position) = (Arc::clone(&self.query), self.position);
            let events = run_blocking(move || events(read.changes, &query, position)).await;
            events.ok_or_else(|| StoreError::Unavailable("the server is stopping".to_owned()))?
        } else {
            events(read.changes, &self.query, self.position)
        };
        self.passed_over += count - self.pending.len();
        if read.is_end && self.subscription.is_none() {
            let (from, queue) = self.hub.join(&self.query)?;
            self.subscription = Some(Subscription { from, queue });
        }
        Ok(())
    }

    fn checkpoint(&self) -> Event {
        Event { position: self.position, kind: EventKind::Checkpoint }
    }

    /// The raw document is in no change: it is read when it is told.
    async fn in_view(&self, event: Event) -> Result<Event, WatchError> {
        let EventKind::Upserted(article) = &event.kind else { return Ok(event) };
        if self.view < View::Raw {
            return Ok(event);
        }
        let kind = match self.hub.store.get(&article.name, View::Raw).await? {
            Some(article) => EventKind::Upserted(Box::new(article)),
            None => EventKind::Deleted(article.name.clone()),
        };
        Ok(Event { kind, ..event })
    }
}

/// What a watcher is told of some changes.
fn events(changes: Vec<Change>, query: &WatchQuery, position: FeedPosition) -> VecDeque<Event> {
    let events = changes.into_iter().filter_map(|Change { seq, kind }| {
        let position = FeedPosition { seq, ..position };
        match kind {
            ChangeKind::Deleted(name) => Some(Event { position, kind: EventKind::Deleted(name) }),
            ChangeKind::Upserted(article) => {
                if query.is_open() || query.matches(&article, &FoldedFields::of(&article.content)) {
                    return Some(Event { position, kind: EventKind::Upserted(article) });
                }
                // It may have been watched before.
                (article.revision > 1).then(|| Event { position, kind: EventKind::Deleted(article.name) })
            }
        }
    });
    events.collect()
}

fn event(position: FeedPosition, kind: &ChangeKind, is_match: bool) -> Event {
    let kind = match kind {
        ChangeKind::Upserted(article) if is_match => EventKind::Upserted(article.clone()),
        ChangeKind::Upserted(article) => EventKind::Deleted(article.name.clone()),
        ChangeKind::Deleted(name) => EventKind::Deleted(name.clone()),
    };
    Event { position, kind }
}
