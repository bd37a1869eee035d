//! The read path: reading connections, Gets, List and Filter.

mod articles;
pub(super) mod changes;
pub(super) mod connection;
pub(super) mod folded;
pub(super) mod gets;
pub(super) mod id_hints;
mod index_reader;
pub(super) mod ping;
pub(super) mod readers;
pub(super) mod search;
mod search_storage;
