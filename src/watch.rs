//! Watching: delivers changes of the store to subscribers.
//!
//! Owns the path from the feed to a watcher: [`WatchHub`] reads each new change once and asks the [`Matcher`] which
//! watchers it concerns; a [`Watch`] is one watcher, pulled by its reader and therefore paused with it. A watcher's queue
//! holds only sequence numbers of changes; a watcher that falls behind reads the feed itself, in small pieces and without a
//! snapshot, until it has caught up. Does not know the wire format of events.

mod event;
mod hub;
mod matcher;
mod matcher_tier;
mod progress;
mod query;
mod recent_changes;
mod watcher;

#[cfg(test)]
mod model_tests;

pub use self::event::{Event, EventKind, WatchError};
pub use self::hub::WatchHub;
pub(crate) use self::hub::WatchStats;
pub use self::matcher::Matcher;
pub use self::query::WatchQuery;
pub use self::watcher::Watch;
