//! What the keyword index needs from a storage engine: blocks by id, and a list of the segments that are in use.
//!
//! Owns the trait. An implementation stores and reads what it is given and decides nothing. It begins and ends no
//! transaction either: the caller does, so that a commit changes the index in the same transaction as the rows.

use std::future::Future;

use super::block::{Block, BlockId, Damaged, EncodedBlock, SegmentId};
use super::snapshot::Place;

/// What an engine has stored of the index, apart from its blocks.
#[derive(Debug, Default)]
pub(crate) struct StoredState {
    /// Grows with each change of what the index answers.
    pub generation: i64,
    /// No segment had this id or a larger one yet.
    pub next_segment: u32,
    /// The segments in use.
    pub segments: Vec<SegmentId>,
    /// Their deleted documents.
    pub deleted: Vec<Place>,
}

/// A change of the list of segments in use.
#[derive(Debug, Default)]
pub(crate) struct SegmentSwap<'a> {
    /// Taken out of use, along with their deletions. Their blocks stay until they are removed.
    pub retired: &'a [SegmentId],
    /// Put into use. Its blocks are all written.
    pub added: Option<SegmentId>,
    /// Documents of segments in use that are deleted from now on.
    pub deleted: &'a [Place],
}

/// An engine's connection, as the keyword index sees it.
///
/// Futures are `Send`, as merges and writes run on tasks.
pub(crate) trait IndexStorage: Send {
    type Error: From<Damaged> + Send;

    fn read_state(&mut self) -> impl Future<Output = Result<StoredState, Self::Error>> + Send;

    /// Reads the blocks of a segment's directory, in their order.
    fn read_directory(&mut self, id: SegmentId) -> impl Future<Output = Result<Vec<Block>, Self::Error>> + Send;

    /// Reads blocks, in the order of the ids. A block that is missing is an error.
    fn read_blocks(&mut self, ids: &[BlockId]) -> impl Future<Output = Result<Vec<Block>, Self::Error>> + Send;

    fn write_blocks(&mut self, blocks: &[EncodedBlock]) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Changes the list of segments; answers the new generation.
    fn swap_segments(&mut self, swap: SegmentSwap<'_>) -> impl Future<Output = Result<i64, Self::Error>> + Send;

    /// Notes that blocks of a segment are being written, so that they are found and removed if it never comes into use.
    fn begin_segment(&mut self, id: SegmentId) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// The segments that are not in use: those that a merge replaced, or left unfinished.
    fn unused_segments(&mut self) -> impl Future<Output = Result<Vec<SegmentId>, Self::Error>> + Send;

    /// Removes up to `limit` blocks of a segment that is not in use, and the segment once it has none; answers whether it
    /// is gone.
    fn remove_blocks(&mut self, id: SegmentId, limit: u32) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// Removes all segments and blocks. Neither ids of segments nor generations are ever used twice.
    fn clear_index(&mut self) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// What is damaged, if that is what an error says; else the error.
    fn describe_damage(error: Self::Error) -> Result<String, Self::Error>;
}
