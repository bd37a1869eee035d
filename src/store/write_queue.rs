//! The queue of writes in front of the task that commits them as groups, the same for every engine.
//!
//! Owns its limits. A queued write is carried out even if its caller is dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::timeout;

use crate::article::Timestamp;
use crate::store::prepare::{Prepared, prepare, size};
use crate::store::text_form::TextForm;
use crate::store::{StoreError, Write, Written};

/// The maximum number of waiting writes. Further ones are refused.
const QUEUE_WRITES: usize = 256;

/// The maximum memory of the waiting writes, in bytes.
const QUEUE_BYTES: usize = 64 << 20;

/// How long a write waits for a place in the queue.
const QUEUE_TIMEOUT: Duration = Duration::from_millis(500);

/// The maximum size of a group: enough to amortize a sync, and little enough that no write waits long.
const GROUP_BYTES: usize = 16 << 20;

/// Writes larger than this are prepared off the async threads, in bytes.
const LARGE_WRITE_BYTES: usize = 64 << 10;

/// A waiting write, and the channel for its result.
pub(super) struct Job {
    pub write: Prepared,
    pub bytes: usize,
    pub dry_run: bool,
    pub now: Timestamp,
    pub answer: oneshot::Sender<Result<Written, StoreError>>,
    /// Its share of the queue's memory.
    pub _room: OwnedSemaphorePermit,
}

/// The side of the callers.
pub(super) struct WriteQueue {
    jobs: mpsc::Sender<Job>,
    room: Arc<Semaphore>,
    form: TextForm,
    /// Writes that were refused because the queue was full.
    shed: AtomicU64,
}

/// The queue at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct QueueStats {
    pub writes: usize,
    pub bytes: usize,
    /// Writes that were refused because the queue was full.
    pub shed: u64,
}

impl WriteQueue {
    pub(super) fn new(form: TextForm) -> (Self, mpsc::Receiver<Job>) {
        let (jobs, receiver) = mpsc::channel(QUEUE_WRITES);
        let room = Arc::new(Semaphore::new(QUEUE_BYTES));
        (Self { jobs, room, form, shed: AtomicU64::new(0) }, receiver)
    }

    /// Prepares a write, queues it, and waits for its result.
    pub(super) async fn write(&self, write: Write, dry_run: bool, now: Timestamp) -> Result<Written, StoreError> {
        let bytes = size(&write).min(QUEUE_BYTES);
        let permits = u32::try_from(bytes).unwrap_or(u32::MAX);
        let room = match timeout(QUEUE_TIMEOUT, Arc::clone(&self.room).acquire_many_owned(permits)).await {
            Ok(Ok(room)) => room,
            Ok(Err(_)) => return Err(closing()),
            Err(_) => return Err(self.overloaded()),
        };
        let form = self.form;
        let write = if bytes > LARGE_WRITE_BYTES {
            let prepared = tokio::task::spawn_blocking(move || prepare(write, form)).await;
            prepared.map_err(|error| StoreError::Failed(error.to_string()))?
        } else {
            prepare(write, form)
        };
        let (answer, answered) = oneshot::channel();
        let job = Job { write, bytes, dry_run, now, answer, _room: room };
        match timeout(QUEUE_TIMEOUT, self.jobs.send(job)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(closing()),
            Err(_) => return Err(self.overloaded()),
        }
        answered.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the writer stopped".to_owned())))
    }

    fn overloaded(&self) -> StoreError {
        self.shed.fetch_add(1, Ordering::Relaxed);
        StoreError::Overloaded
    }

    pub(super) fn is_closed(&self) -> bool {
        self.jobs.is_closed()
    }

    pub(super) fn stats(&self) -> QueueStats {
        QueueStats {
            writes: self.jobs.max_capacity() - self.jobs.capacity(),
            bytes: QUEUE_BYTES.saturating_sub(self.room.available_permits()),
            shed: self.shed.load(Ordering::Relaxed),
        }
    }
}

/// The error of a write that comes too late.
pub(super) fn closing() -> StoreError {
    StoreError::Unavailable("the store is closing".to_owned())
}

/// Collects a group: the first job, and those waiting after it.
pub(super) fn group(first: Job, jobs: &mut mpsc::Receiver<Job>) -> Vec<Job> {
    let mut bytes = first.bytes;
    let mut group = vec![first];
    while bytes < GROUP_BYTES && group.len() < QUEUE_WRITES {
        let Ok(job) = jobs.try_recv() else { break };
        bytes += job.bytes;
        group.push(job);
    }
    group
}

/// Sends the results of a group.
pub(super) fn answer<E>(jobs: Vec<Job>, outcomes: Result<Vec<Result<Written, E>>, StoreError>)
where
    StoreError: From<E>,
{
    match outcomes {
        Ok(outcomes) => {
            for (job, outcome) in jobs.into_iter().zip(outcomes) {
                // The caller may have been dropped; the write stays.
                let _ = job.answer.send(outcome.map_err(StoreError::from));
            }
        }
        Err(error) => {
            for job in jobs {
                let _ = job.answer.send(Err(error.clone()));
            }
        }
    }
}
