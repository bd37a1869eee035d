//! The read path: reading connections, batched gets, List and Filter.

pub(super) mod candidates;
pub(super) mod filter;
pub(super) mod folded;
pub(super) mod get_batcher;
pub(super) mod list;
pub(super) mod packed;
pub(super) mod readers;
