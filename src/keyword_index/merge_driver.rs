//! Drives a merge: reads the blocks that it needs, computes, and has the writer store what it made.
//!
//! Owns the order of these. The process that merges run in brings the threads, the writer and the reason to stop
//! ([`MergeHost`]).

use std::future::Future;

use super::block::{Block, BlockId, Damaged};
use super::context::IndexContext;
use super::merge::{Merge, MergeStep};
use super::merge_request::{MergeOutcome, MergeRequest};
use super::snapshot::LiveSegment;
use super::storage::IndexStorage;

/// The blocks of merged segments up to this many documents are kept in memory as they are written: some five megabytes of
/// the cache. Larger ones would only push out what is asked for.
const CACHED_DOCUMENTS: u32 = 4096;

/// The most blocks that are written in the step that puts a merge's output into use: at most a megabyte.
const LAST_BLOCKS: usize = 16;

/// What merges need of the process that they run in.
pub(crate) trait MergeHost: Sync {
    type Storage: IndexStorage;
    /// Why a merge was given up.
    type GivenUp: From<<Self::Storage as IndexStorage>::Error> + Send;

    /// Computes for some milliseconds off the async threads; fails if merges are to stop.
    fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> impl Future<Output = Result<T, Self::GivenUp>> + Send;

    /// Has the writer carry out a request in a transaction.
    fn request(&self, request: MergeRequest) -> impl Future<Output = Result<MergeOutcome, Self::GivenUp>> + Send;
}

/// Merges segments into one and removes the blocks of those that it replaces.
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
    let segment = context.new_segment();
    let is_small = inputs.iter().map(LiveSegment::live_documents).sum::<u32>() <= CACHED_DOCUMENTS;
    let rule = context.pair_rule;
    // Even this takes a while for a million articles: their directories are merged.
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
                // The directory of a large segment has many pieces; only few of them are left for the last step.
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

/// Removes the segments that are not in use: those that a merge replaced, and those that an interrupted one began.
/// `purges`: grams of deleted articles may be in them.
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

/// Blocks in the order asked for, from memory where all of them are there.
async fn read_blocks<S: IndexStorage>(
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
    <H::Storage as IndexStorage>::Error::from(damaged).into()
}
