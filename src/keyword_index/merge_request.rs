//! What a merge has the one writer do: small transactions between those of the callers.

use std::sync::Arc;

use super::block::{EncodedBlock, SegmentId};
use super::load::Published;
use super::merge::{Merge, MergeStep};
use super::snapshot::{Place, Snapshot};
use super::storage::{IndexStorage, SegmentSwap};

/// How many blocks of a replaced segment are removed in a transaction.
const REMOVED_BLOCKS: u32 = 64;

/// Work for one transaction.
pub(crate) enum MergeRequest {
    /// Store blocks of a segment that is being written.
    WriteBlocks { segment: SegmentId, blocks: Vec<EncodedBlock> },
    /// Store the last blocks, and put the merge's output in the place of its inputs.
    ReplaceSegments { merge: Box<Merge>, blocks: Vec<EncodedBlock> },
    /// Remove some blocks of a segment that is not in use. `purges`: grams of deleted articles may be in them.
    RemoveBlocks { segment: SegmentId, purges: bool },
}

/// What became of a request.
pub(crate) enum MergeOutcome {
    Completed,
    /// Grams of deleted articles are gone from the engine's tables.
    Purged,
    /// More of the same is to be done.
    Partial,
}

impl MergeRequest {
    /// Whether readers see what it does. What none sees yet may be lost in a power cut: a later commit that syncs the log
    /// makes it durable too, and the one that puts it into use does.
    pub fn is_visible(&self) -> bool {
        matches!(self, Self::ReplaceSegments { .. })
    }

    /// About how much it writes: bytes, and blocks that it removes.
    pub fn size(&self) -> (usize, usize) {
        match self {
            Self::WriteBlocks { blocks, .. } | Self::ReplaceSegments { blocks, .. } => {
                (blocks.iter().map(|block| block.bytes.len()).sum(), 0)
            }
            Self::RemoveBlocks { .. } => (0, REMOVED_BLOCKS as usize),
        }
    }

    /// Does it, in the caller's transaction. `snapshot` is what is published; what is to be published instead, once the
    /// transaction is committed, comes with the answer.
    pub async fn carry_out<S: IndexStorage>(
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
                Ok((MergeOutcome::Completed, Some(published)))
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

async fn replace<S: IndexStorage>(
    storage: &mut S,
    snapshot: &Snapshot,
    mut merge: Merge,
    blocks: &[EncodedBlock],
) -> Result<Published, S::Error> {
    storage.write_blocks(blocks).await?;
    let output = match merge.step()? {
        MergeStep::Done(output) => output,
        MergeStep::Need(_) | MergeStep::Write(_) => None,
    };
    let inputs: Vec<SegmentId> = merge.inputs().collect();
    let deleted = merge.deleted_since(snapshot);
    let added = output.as_ref().map(|output| output.id);
    let places: Vec<Place> =
        added.iter().flat_map(|&segment| deleted.iter().map(move |&ordinal| Place { segment, ordinal })).collect();
    let swap = SegmentSwap { retired: &inputs, added, deleted: &places };
    let generation = storage.swap_segments(swap).await?;
    Ok(Published { generation, snapshot: Arc::new(snapshot.with_replaced(&inputs, output, &deleted)) })
}
