//! A damaged row, the same for every engine: an engine's error is made of it.

/// A damaged row, by table and id.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{table} {id}: {reason}")]
pub(crate) struct DamagedRow {
    pub table: &'static str,
    pub id: i64,
    pub reason: String,
}
