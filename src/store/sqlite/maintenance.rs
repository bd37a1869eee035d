//! Maintenance of the database file: backup, restore, check, rebuilding derived data, packing texts, giving back free pages,
//! and WAL checkpoints.

pub(super) mod backup;
pub(super) mod check;
pub(super) mod checkpoint;
pub(super) mod free_pages;
pub(super) mod rederive;
pub(super) mod repack;
mod restore;
