//! The requests of a merge to the writer: small transactions between those of callers.

use std::sync::Arc;

use super::block::{EncodedBlock, SegmentId};
use super::load::Published;
use super::merge::{Merge, MergeStep};
use super::snapshot::{Place, Snapshot};
use super::storage::{IndexStorage, SegmentSwap};

/// The number of blocks of a replaced segment that a transaction removes.
const REMOVED_BLOCKS: u32 = 64;

/// The work of one transaction.
pub(crate) enum MergeRequest {
    /// Store blocks of a segment that is being written.
    WriteBlocks { segment: SegmentId, blocks: Vec<EncodedBlock> },
    /// Store the last blocks, and replace the merge's inputs by its output.
    ReplaceSegments { merge: Box<Merge>, blocks: Vec<EncodedBlock> },
    /// Remove some blocks of an unused segment. `purges` if they may contain grams of deleted articles.
    RemoveBlocks { segment: SegmentId, purges: bool },
}

/// The result of a request.
pub(crate) enum MergeOutcome {
    Completed,
    /// Grams of deleted articles were removed from the engine's tables.
    Purged,
    /// The request must be repeated to do the rest.
    Partial,
}

impl MergeRequest {
    /// Whether the result is visible to readers. Invisible results may be lost in a power failure: a later commit that syncs
    /// the WAL makes them durable too, and the one that activates them does.
    pub(crate) fn is_visible(&self) -> bool {
        matches!(self, Self::ReplaceSegments { .. })
    }

    /// The approximate amount of writes: bytes, and removed blocks.
    pub(crate) fn size(&self) -> (usize, usize) {
        match self {
            Self::WriteBlocks { blocks, .. } | Self::ReplaceSegments { blocks, .. } => {
                (blocks.iter().map(|block| block.bytes.len()).sum(), 0)
            }
            Self::RemoveBlocks { .. } => (0, REMOVED_BLOCKS as usize),
        }
    }

    /// Executes the request in the caller's transaction. `snapshot` is the published one; the result has the one to publish
    /// after the commit.
    pub(crate) async fn carry_out<S: IndexStorage>(
        self,
        storage: &mut S,
        snapshot: &Snapshot,
    ) -> Result<(MergeOutcome, Option<Published>), S::Error> {
        match self {
            Self::WriteBlocks { segment, blocks } => {
                storage.begin_segment(segment).await?;
                storage.write_blocks(&blocks).await?;
                Ok((MergeOutcome::Completed, None))
            }
            Self::ReplaceSegments { merge, blocks } => {
                let published = replace(storage, snapshot, *merge, &blocks).await?;
                Ok((MergeOutcome::Completed, published))
            }
            Self::RemoveBlocks { segment, purges } => {
                let is_gone = storage.remove_blocks(segment, REMOVED_BLOCKS).await?;
                let outcome = match (is_gone, purges) {
                    (false, _) => MergeOutcome::Partial,
                    (true, true) => MergeOutcome::Purged,
                    (true, false) => MergeOutcome::Completed,
                };
                Ok((outcome, None))
            }
        }
    }
}

/// Replaces the inputs, if all of them are still in use. Where several processes share an engine, another one may have merged
/// some of them since; both outputs together would hold their documents twice. Then the output stays unused and is removed.
async fn replace<S: IndexStorage>(
    storage: &mut S,
    snapshot: &Snapshot,
    mut merge: Merge,
    blocks: &[EncodedBlock],
) -> Result<Option<Published>, S::Error> {
    let inputs: Vec<SegmentId> = merge.inputs().collect();
    if inputs.iter().any(|&id| snapshot.get(id).is_none()) {
        return Ok(None);
    }
    storage.write_blocks(blocks).await?;
    let output = match merge.step()? {
        MergeStep::Done(output) => output,
        MergeStep::Need(_) | MergeStep::Write(_) => None,
    };
    let deleted = merge.deleted_since(snapshot);
    let added = output.as_ref().map(|output| output.id);
    let places: Vec<Place> =
        added.iter().flat_map(|&segment| deleted.iter().map(move |&ordinal| Place { segment, ordinal })).collect();
    let swap = SegmentSwap { retired: &inputs, added, deleted: &places };
    let generation = storage.swap_segments(swap).await?;
    Ok(Some(Published { generation, snapshot: Arc::new(snapshot.with_replaced(&inputs, output, &deleted)) }))
}
