//! Maintenance of the database file: backup, restore, check, rebuilding derived data, and WAL checkpoints.

pub(super) mod backup;
pub(super) mod check;
pub(super) mod checkpoint;
pub(super) mod rederive;
mod restore;
