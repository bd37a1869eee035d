//! The keyword index on SQLite: its tables, and the task that merges.

mod merge_task;
pub(super) mod tables;

pub(super) use self::merge_task::{MergeTask, QueuedRequest, RequestFailed, carry_out, log_bytes};
