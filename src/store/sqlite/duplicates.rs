//! Near-duplicate detection on SQLite: the tables of fingerprint keys, and the statements.

pub(super) mod keys;
mod storage;
