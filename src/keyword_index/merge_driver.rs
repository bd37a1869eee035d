//! Drives a merge: reads the blocks that it needs, computes, and lets the writer store the output.
//!
//! Owns the order of these steps. The host provides threads, the writer and the stop condition ([`MergeHost`]).

use std::future::Future;

use super::block::{Block, BlockId, Damaged};
use super::context::IndexContext;
use super::merge::{Merge, MergeStep};
use super::merge_request::{MergeOutcome, MergeRequest};
use super::snapshot::LiveSegment;
use super::storage::{IndexReader, IndexStorage};

/// Blocks of merged segments up to this many documents are cached when they are written, about 5 MB. Larger segments would
/// only evict blocks that are in use.
const CACHED_DOCUMENTS: u32 = 4096;

/// The maximum number of blocks that are written in the step that activates a merge's output: at most 1 MB.
const LAST_BLOCKS: usize = 16;

/// What merges need from the process that runs them.
pub(crate) trait MergeHost: Sync {
    type Storage: IndexStorage;
    /// Why a merge was abandoned.
    type GivenUp: From<<Self::Storage as IndexReader>::Error> + Send;

    /// Computes for a few milliseconds outside of the async threads. Fails if merges must stop.
    fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> impl Future<Output = Result<T, Self::GivenUp>> + Send;

    /// Lets the writer execute a request in a transaction.
    fn request(&self, request: MergeRequest) -> impl Future<Output = Result<MergeOutcome, Self::GivenUp>> + Send;
}

/// Merges segments into one, and removes the blocks of the replaced ones.
pub(crate) async fn merge_segments<H: MergeHost>(
    host: &H,
    storage: &mut H::Storage,
    context: &IndexContext,
    inputs: Vec<LiveSegment>,
) -> Result<(), H::GivenUp> {
    let purges = inputs.iter().any(|live| live.deletions.count() > 0);
    write_merged(host, storage, context, inputs).await?;
    remove_unused(host, storage, purges).await
}

async fn write_merged<H: MergeHost>(
    host: &H,
    storage: &mut H::Storage,
    context: &IndexContext,
    inputs: Vec<LiveSegment>,
) -> Result<(), H::GivenUp> {
    let segment = storage.new_segment(context).await?;
    let is_small = inputs.iter().map(LiveSegment::live_documents).sum::<u32>() <= CACHED_DOCUMENTS;
    let rule = context.pair_rule;
    // Not on an async thread: merging the directories of a million articles takes a while.
    let mut merge = host.compute(move || Merge::new(segment, inputs, rule)).await?;
    loop {
        let stepped = host.compute(move || {
            let step = merge.step();
            (merge, step)
        });
        let (moved, step) = stepped.await?;
        merge = moved;
        let step = step.map_err(given_up::<H>)?;
        if is_small && let MergeStep::Write(blocks) = &step {
            context.cache_postings(blocks);
        }
        match step {
            MergeStep::Need(ids) => {
                for block in read_blocks(storage, context, &ids).await? {
                    merge.supply(block).map_err(given_up::<H>)?;
                }
            }
            MergeStep::Write(mut blocks) if merge.is_finished() => {
                // The directory of a large segment has many blocks, of which only a few are left for the last step.
                while blocks.len() > LAST_BLOCKS {
                    let rest = blocks.split_off(LAST_BLOCKS);
                    host.request(MergeRequest::WriteBlocks { segment, blocks }).await?;
                    blocks = rest;
                }
                host.request(MergeRequest::ReplaceSegments { merge: Box::new(merge), blocks }).await?;
                return Ok(());
            }
            MergeStep::Write(blocks) => {
                host.request(MergeRequest::WriteBlocks { segment, blocks }).await?;
            }
            MergeStep::Done(_) => {
                host.request(MergeRequest::ReplaceSegments { merge: Box::new(merge), blocks: Vec::new() }).await?;
                return Ok(());
            }
        }
    }
}

/// Removes the unused segments: those that a merge has replaced, and those of an interrupted merge. `purges` if they may
/// contain grams of deleted articles.
pub(crate) async fn remove_unused<H: MergeHost>(
    host: &H,
    storage: &mut H::Storage,
    purges: bool,
) -> Result<(), H::GivenUp> {
    for segment in storage.unused_segments().await? {
        while let MergeOutcome::Partial = host.request(MergeRequest::RemoveBlocks { segment, purges }).await? {}
    }
    Ok(())
}

/// Reads blocks in the requested order, from the cache if it has all of them.
async fn read_blocks<S: IndexReader>(
    storage: &mut S,
    context: &IndexContext,
    ids: &[BlockId],
) -> Result<Vec<Block>, S::Error> {
    match ids.iter().map(|&id| context.cache.get(id)).collect() {
        Some(blocks) => Ok(blocks),
        None => storage.read_blocks(ids).await,
    }
}

fn given_up<H: MergeHost>(damaged: Damaged) -> H::GivenUp {
    <H::Storage as IndexReader>::Error::from(damaged).into()
}
