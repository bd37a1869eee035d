//! The write path: the queue, the writer task that owns the writing connection, and what one write does in its transaction.

pub(super) mod apply;
pub(super) mod batch_lookup;
pub(super) mod columns;
pub(super) mod disk_health;
mod job;
pub(super) mod new_rows;
pub(super) mod writer;
mod writer_metrics;
