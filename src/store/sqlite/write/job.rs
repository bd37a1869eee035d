//! A write in the writer's queue, and the channel for its result.

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::article::Timestamp;
use crate::store::prepare::Prepared;
use crate::store::sqlite::error::SqliteError;
use crate::store::{StoreError, Written};

pub(super) struct Job {
    pub write: Prepared,
    pub bytes: usize,
    pub dry_run: bool,
    pub now: Timestamp,
    pub answer: oneshot::Sender<Result<Written, StoreError>>,
    /// Its share of the queue's memory.
    pub _room: OwnedSemaphorePermit,
}

pub(super) fn answer(jobs: Vec<Job>, outcomes: Result<Vec<Result<Written, SqliteError>>, StoreError>) {
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
