//! Merges in the background: read on a connection of their own, written by the one writer in small transactions between
//! those of the callers.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{Connection, SqliteConnection};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Index, tables};
use crate::keyword_index::{
    Block, BlockId, EncodedBlock, IndexStorage, LiveSegment, Merge, MergeStep, Place, Published, SegmentId,
    SegmentSwap, tiers,
};
use crate::store::sqlite::connect::{Role, connect};
use crate::store::sqlite::error::SqliteError;

/// Segments up to this many documents are written anew soon after something in them was deleted.
const SMALL_DOCUMENTS: u32 = 4096;

/// How soon a small segment of which something was deleted is written anew.
const SMALL_PURGE_INTERVAL: Duration = Duration::from_secs(60);

/// How soon any other: writing one of a million articles takes a minute of a core and a gigabyte of writes.
const PURGE_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// How long after the start the first of them, so that a process that is restarted daily gets to it.
const FIRST_PURGE: Duration = Duration::from_secs(60 * 60);

/// The blocks of merged segments up to this many documents are kept in memory as they are written: some five megabytes of
/// the cache. Larger ones would only push out what is asked for.
const KEPT_DOCUMENTS: u32 = 4096;

/// The most blocks that are written in the step that puts a merge's output into use: at most a megabyte.
const LAST_BLOCKS: usize = 16;

/// How long the merges rest after a failure.
const FAILURE_PAUSE: Duration = Duration::from_secs(5);

/// Something for the writer to do.
pub(in crate::store::sqlite) struct Upkeep {
    pub act: Act,
    pub answer: oneshot::Sender<Done>,
}

/// A small transaction.
pub(in crate::store::sqlite) enum Act {
    /// Store blocks of a segment that is being written.
    Write { segment: SegmentId, blocks: Vec<EncodedBlock> },
    /// Store the last blocks, and put the merge's output in the place of its inputs.
    Replace { merge: Box<Merge>, blocks: Vec<EncodedBlock> },
    /// Remove some blocks of a segment that is not in use. `purges`: grams of deleted articles may be in them.
    Remove { segment: SegmentId, purges: bool },
}

impl Act {
    /// About how much it writes, in bytes.
    pub fn bytes(&self) -> usize {
        let of = |blocks: &[EncodedBlock]| blocks.iter().map(|block| block.bytes.len()).sum::<usize>();
        match self {
            Act::Write { blocks, .. } | Act::Replace { blocks, .. } => of(blocks) * 3 / 2 + SMALL_BYTES,
            Act::Remove { .. } => tables::REMOVED_AT_ONCE as usize * REMOVED_BLOCK_BYTES,
        }
    }
}

/// What even the smallest transaction writes: some pages.
const SMALL_BYTES: usize = 64 << 10;

/// What the removal of a block writes: the page that it was on is overwritten.
const REMOVED_BLOCK_BYTES: usize = 8 << 10;

/// What became of it.
pub(in crate::store::sqlite) enum Done {
    Yes,
    /// Grams of deleted articles are gone, but for the log.
    Purged,
    /// More of the same is to be done.
    InPart,
    Failed,
}

/// Carries out one act in a transaction.
pub(in crate::store::sqlite) async fn carry_out(
    connection: &mut SqliteConnection,
    index: &Index,
    act: Act,
) -> Result<Done, SqliteError> {
    // What no reader sees yet may be lost in a power cut. A later commit that syncs the log makes it durable too, and the
    // one that puts it into use does.
    let is_unseen = !matches!(act, Act::Replace { .. });
    let sql = if is_unseen { "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE" } else { "BEGIN IMMEDIATE" };
    sqlx::query(sql).execute(&mut *connection).await?;
    let mut done = Done::Yes;
    let mut published = None;
    match act {
        Act::Write { segment, blocks } => {
            connection.begin_segment(segment).await?;
            connection.write_blocks(&blocks).await?;
        }
        Act::Replace { merge, blocks } => published = Some(replace(connection, index, *merge, &blocks).await?),
        Act::Remove { segment, purges } => {
            if !connection.remove_some_blocks(segment).await? {
                done = Done::InPart;
            } else if purges {
                done = Done::Purged;
            }
        }
    }
    let sql = if is_unseen { "COMMIT; PRAGMA synchronous = FULL" } else { "COMMIT" };
    sqlx::query(sql).execute(connection).await?;
    if let Some(published) = published {
        index.publish(published);
    }
    Ok(done)
}

async fn replace(
    connection: &mut SqliteConnection,
    index: &Index,
    mut merge: Merge,
    blocks: &[EncodedBlock],
) -> Result<Published, SqliteError> {
    connection.write_blocks(blocks).await?;
    let output = match merge.step()? {
        MergeStep::Done(output) => output,
        MergeStep::Need(_) | MergeStep::Write(_) => None,
    };
    let inputs: Vec<SegmentId> = merge.inputs().collect();
    let current = index.current();
    let deleted = merge.deleted_since(&current.snapshot);
    let added = output.as_ref().map(|output| output.id);
    let places: Vec<Place> =
        added.iter().flat_map(|&segment| deleted.iter().map(move |&ordinal| Place { segment, ordinal })).collect();
    let swap = SegmentSwap { retired: &inputs, added, deleted: &places };
    let generation = connection.swap_segments(swap).await?;
    let snapshot = Arc::new(current.snapshot.with_replaced(&inputs, output, &deleted));
    Ok(Published { generation, snapshot })
}

/// The task that merges.
pub(in crate::store::sqlite) struct Merger {
    pub index: Arc<Index>,
    pub path: PathBuf,
    pub writer: mpsc::Sender<Upkeep>,
    pub closing: CancellationToken,
}

/// Why a merge was given up.
enum GivenUp {
    Closing,
    Failed,
}

impl From<SqliteError> for GivenUp {
    fn from(fault: SqliteError) -> Self {
        tracing::error!(%fault, "a merge of the keyword index failed");
        GivenUp::Failed
    }
}

impl Merger {
    pub async fn run(self) {
        let mut changes = self.index.published.subscribe();
        // Before the first merge: what a crash left behind.
        let mut has_leftovers = true;
        let mut small_purge = Instant::now() + SMALL_PURGE_INTERVAL;
        let mut purge = Instant::now() + FIRST_PURGE;
        loop {
            match self.work(has_leftovers, &mut small_purge, &mut purge).await {
                Ok(()) => has_leftovers = false,
                Err(GivenUp::Closing) => return,
                Err(GivenUp::Failed) => {
                    has_leftovers = true;
                    tokio::select! {
                        () = self.closing.cancelled() => return,
                        () = tokio::time::sleep(FAILURE_PAUSE) => {}
                    }
                }
            }
            tokio::select! {
                () = self.closing.cancelled() => return,
                changed = changes.changed() => if changed.is_err() { return },
                () = tokio::time::sleep_until(small_purge.min(purge)) => {}
            }
        }
    }

    /// Does all that there is to do now.
    async fn work(&self, has_leftovers: bool, small_purge: &mut Instant, purge: &mut Instant) -> Result<(), GivenUp> {
        let mut connection = None;
        let done = self.work_on(&mut connection, has_leftovers, small_purge, purge).await;
        if let Some(connection) = connection {
            let _ = connection.close().await;
        }
        done
    }

    async fn work_on(
        &self,
        connection: &mut Option<SqliteConnection>,
        has_leftovers: bool,
        small_purge: &mut Instant,
        purge: &mut Instant,
    ) -> Result<(), GivenUp> {
        if has_leftovers {
            self.remove_leftovers(self.connection(connection).await?, true).await?;
        }
        let mut due: VecDeque<SegmentId> = VecDeque::new();
        if *small_purge <= Instant::now() {
            *small_purge = Instant::now() + SMALL_PURGE_INTERVAL;
            due.extend(self.with_deletions(SMALL_DOCUMENTS));
        }
        if *purge <= Instant::now() {
            *purge = Instant::now() + PURGE_INTERVAL;
            due = self.with_deletions(u32::MAX).into();
        }
        loop {
            let snapshot = self.index.current().snapshot;
            let next = match tiers::next_merge(&snapshot) {
                Some(inputs) => inputs,
                None => match due.pop_front() {
                    Some(segment) if snapshot.get(segment).is_some() => vec![segment],
                    Some(_) => continue,
                    None => break,
                },
            };
            let merge = self.index.merge_metrics.begin();
            let connection = self.connection(connection).await?;
            let live = next.iter().filter_map(|&id| snapshot.get(id));
            let purges = live.clone().any(|live| live.deletions.count() > 0);
            self.merge(connection, live.cloned().collect()).await?;
            self.remove_leftovers(connection, purges).await?;
            merge.end();
        }
        self.index.merge_metrics.note_none_due();
        Ok(())
    }

    fn with_deletions(&self, most_documents: u32) -> Vec<SegmentId> {
        let snapshot = self.index.current().snapshot;
        let is_asked =
            |id: &SegmentId| snapshot.get(*id).is_some_and(|live| live.segment.documents.len() <= most_documents);
        tiers::with_deletions(&snapshot).into_iter().filter(is_asked).collect()
    }

    async fn connection<'a>(
        &self,
        connection: &'a mut Option<SqliteConnection>,
    ) -> Result<&'a mut SqliteConnection, GivenUp> {
        match connection {
            Some(connection) => Ok(connection),
            None => Ok(connection.insert(connect(&self.path, Role::Read).await?)),
        }
    }

    async fn merge(&self, connection: &mut SqliteConnection, inputs: Vec<LiveSegment>) -> Result<(), GivenUp> {
        let output = self.index.context.new_segment();
        let is_small = inputs.iter().map(LiveSegment::live_documents).sum::<u32>() <= KEPT_DOCUMENTS;
        // Even this takes a while for a million articles: their directories are merged.
        let rule = self.index.context.pair_rule;
        let begun = tokio::task::spawn_blocking(move || Merge::new(output, inputs, rule));
        let Ok(mut merge) = begun.await else { return Err(GivenUp::Failed) };
        loop {
            if self.closing.is_cancelled() {
                return Err(GivenUp::Closing);
            }
            let stepped = tokio::task::spawn_blocking(move || {
                let step = merge.step();
                (merge, step)
            });
            let Ok((moved, step)) = stepped.await else { return Err(GivenUp::Failed) };
            merge = moved;
            let step = step.map_err(SqliteError::from)?;
            if is_small && let MergeStep::Write(blocks) = &step {
                self.index.context.cache_postings(blocks);
            }
            match step {
                MergeStep::Need(ids) => {
                    for block in self.blocks(connection, &ids).await? {
                        merge.supply(block).map_err(SqliteError::from)?;
                    }
                }
                MergeStep::Write(mut blocks) if merge.is_finished() => {
                    // The directory of a large segment has many pieces; only few of them are left for the last step.
                    while blocks.len() > LAST_BLOCKS {
                        let rest = blocks.split_off(LAST_BLOCKS);
                        self.ask_writer(Act::Write { segment: output, blocks }).await?;
                        blocks = rest;
                    }
                    self.ask_writer(Act::Replace { merge: Box::new(merge), blocks }).await?;
                    return Ok(());
                }
                MergeStep::Write(blocks) => {
                    self.ask_writer(Act::Write { segment: output, blocks }).await?;
                }
                MergeStep::Done(_) => {
                    self.ask_writer(Act::Replace { merge: Box::new(merge), blocks: Vec::new() }).await?;
                    return Ok(());
                }
            }
        }
    }

    /// Blocks in the order asked for, from memory where all of them are there.
    async fn blocks(&self, connection: &mut SqliteConnection, ids: &[BlockId]) -> Result<Vec<Block>, SqliteError> {
        match ids.iter().map(|&id| self.index.context.cache.get(id)).collect() {
            Some(blocks) => Ok(blocks),
            None => connection.read_blocks(ids).await,
        }
    }

    /// Removes what is not in use: what this merge replaced, or one that a crash cut short began.
    async fn remove_leftovers(&self, connection: &mut SqliteConnection, purges: bool) -> Result<(), GivenUp> {
        for segment in connection.unused_segments().await? {
            while let Done::InPart = self.ask_writer(Act::Remove { segment, purges }).await? {}
        }
        Ok(())
    }

    async fn ask_writer(&self, act: Act) -> Result<Done, GivenUp> {
        let (answer, answered) = oneshot::channel();
        self.writer.send(Upkeep { act, answer }).await.map_err(|_| GivenUp::Closing)?;
        match answered.await {
            Ok(Done::Failed) => Err(GivenUp::Failed),
            Ok(done) => Ok(done),
            Err(_) => Err(GivenUp::Closing),
        }
    }
}
