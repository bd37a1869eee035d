//! The read path: reading connections, batched gets, List and Filter.

pub(super) mod folded;
pub(super) mod get_batcher;
pub(super) mod packed;
pub(super) mod readers;
mod search_storage;
