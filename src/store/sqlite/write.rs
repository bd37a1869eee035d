//! The write path: the queue, the writer task that owns the writing connection, and what one write does in its transaction.

pub(super) mod columns;
pub(super) mod disk_health;
pub(super) mod new_rows;
mod write_storage;
pub(super) mod writer;
