//! What the keyword index needs from a storage engine: blocks by id, and the list of segments in use.
//!
//! Owns the traits. An implementation only stores and reads; it makes no decisions, and it neither begins nor ends
//! transactions: the caller does, so that a commit changes the index in the same transaction as the rows.

use std::future::Future;

use super::block::{Block, BlockId, Damaged, EncodedBlock, SegmentId};
use super::context::IndexContext;
use super::snapshot::Place;

/// The stored state of the index, apart from its blocks.
#[derive(Debug)]
pub(crate) struct StoredState {
    /// Increases with each change that affects search results.
    pub generation: i64,
    /// The first unused segment id.
    pub next_segment: u32,
    /// The segments in use, in ascending order.
    pub segments: Vec<SegmentId>,
    /// Their deleted documents. Those of the known generation may be left out.
    pub deleted: Vec<Place>,
}

/// A change of the list of segments.
#[derive(Debug, Default)]
pub(crate) struct SegmentSwap<'a> {
    /// Segments to deactivate, with their deletions. Their blocks stay until they are removed.
    pub retired: &'a [SegmentId],
    /// The segment to activate. All its blocks are written.
    pub added: Option<SegmentId>,
    /// Documents to mark as deleted.
    pub deleted: &'a [Place],
}

/// A connection of a storage engine that reads the keyword index.
///
/// Futures are `Send`, because requests, merges and writes run on tasks.
pub(crate) trait IndexReader: Send {
    type Error: From<Damaged> + Send;

    /// Reads the state, for a caller that knows that of an earlier generation; of generation 0 there is nothing to know.
    fn read_state(&mut self, known: i64) -> impl Future<Output = Result<StoredState, Self::Error>> + Send;

    /// Reads the blocks of a segment's directory, in order.
    fn read_directory(&mut self, id: SegmentId) -> impl Future<Output = Result<Vec<Block>, Self::Error>> + Send;

    /// Reads blocks, in the order of the ids. A missing block is an error.
    fn read_blocks(&mut self, ids: &[BlockId]) -> impl Future<Output = Result<Vec<Block>, Self::Error>> + Send;

    /// The damaged block, if the error is about one; otherwise the error.
    fn describe_damage(error: Self::Error) -> Result<String, Self::Error>;
}

/// A connection of a storage engine that also writes the keyword index.
pub(crate) trait IndexStorage: IndexReader {
    /// An id that no segment has had.
    fn new_segment(&mut self, context: &IndexContext) -> impl Future<Output = Result<SegmentId, Self::Error>> + Send;

    fn write_blocks(&mut self, blocks: &[EncodedBlock]) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Changes the list of segments, and returns the new generation.
    fn swap_segments(&mut self, swap: SegmentSwap<'_>) -> impl Future<Output = Result<i64, Self::Error>> + Send;

    /// Records that blocks of a segment are being written, so that they can be removed if it is never activated.
    fn begin_segment(&mut self, id: SegmentId) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// The unused segments: those that a merge has replaced, or left unfinished.
    fn unused_segments(&mut self) -> impl Future<Output = Result<Vec<SegmentId>, Self::Error>> + Send;

    /// Removes up to `limit` blocks of an unused segment, and the segment once it has no blocks. Returns whether it is
    /// removed.
    fn remove_blocks(&mut self, id: SegmentId, limit: u32) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// Removes all segments and blocks. Segment ids and generations are never reused.
    fn clear_index(&mut self) -> impl Future<Output = Result<(), Self::Error>> + Send;
}
