//! The drivers of the index on an engine in memory: the same code that an engine's transactions run.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::executor::block_on;

use super::*;
use crate::article::ArticleContent;
use crate::query::FoldedFields;

/// What an engine's tables hold.
#[derive(Default)]
struct Tables {
    generation: i64,
    next_segment: u32,
    /// Whether each is in use.
    segments: BTreeMap<SegmentId, bool>,
    blocks: BTreeMap<i64, Vec<u8>>,
    deleted: BTreeSet<Place>,
}

/// A connection to them.
#[derive(Clone, Default)]
struct MemoryEngine(Arc<Mutex<Tables>>);

impl MemoryEngine {
    fn with<T>(&self, look: impl FnOnce(&mut Tables) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }

    fn blocks(&self, keys: std::ops::RangeInclusive<i64>) -> Vec<Block> {
        let block = |(key, bytes): (&i64, &Vec<u8>)| {
            Block::check(BlockId::from_key(*key).unwrap(), bytes.clone().into()).unwrap()
        };
        self.with(|tables| tables.blocks.range(keys).map(block).collect())
    }
}

impl IndexReader for MemoryEngine {
    type Error = Damaged;

    async fn read_state(&mut self, _known: i64) -> Result<StoredState, Damaged> {
        Ok(self.with(|tables| StoredState {
            generation: tables.generation,
            next_segment: tables.next_segment,
            segments: tables.segments.iter().filter(|(_, in_use)| **in_use).map(|(id, _)| *id).collect(),
            deleted: tables.deleted.iter().copied().collect(),
        }))
    }

    async fn read_directory(&mut self, id: SegmentId) -> Result<Vec<Block>, Damaged> {
        let (first, last) = BlockId::directory_keys_of(id);
        Ok(self.blocks(first..=last))
    }

    async fn read_blocks(&mut self, ids: &[BlockId]) -> Result<Vec<Block>, Damaged> {
        let read = |id: &BlockId| {
            let missing = Damaged { block: *id, what: "the block is missing" };
            self.blocks(id.key()..=id.key()).pop().ok_or(missing)
        };
        ids.iter().map(read).collect()
    }

    fn describe_damage(error: Damaged) -> Result<String, Damaged> {
        Ok(error.to_string())
    }
}

impl IndexStorage for MemoryEngine {
    async fn new_segment(&mut self, context: &IndexContext) -> Result<SegmentId, Damaged> {
        Ok(context.new_segment())
    }

    async fn write_blocks(&mut self, blocks: &[EncodedBlock]) -> Result<(), Damaged> {
        self.with(|tables| {
            for block in blocks {
                assert!(tables.blocks.insert(block.id.key(), block.bytes.clone()).is_none(), "written twice");
            }
        });
        Ok(())
    }

    async fn swap_segments(&mut self, swap: SegmentSwap<'_>) -> Result<i64, Damaged> {
        Ok(self.with(|tables| {
            for id in swap.retired {
                tables.segments.insert(*id, false);
                tables.deleted.retain(|place| place.segment != *id);
            }
            if let Some(id) = swap.added {
                tables.segments.insert(id, true);
                tables.next_segment = tables.next_segment.max(id.0 + 1);
            }
            tables.deleted.extend(swap.deleted);
            tables.generation += 1;
            tables.generation
        }))
    }

    async fn begin_segment(&mut self, id: SegmentId) -> Result<(), Damaged> {
        self.with(|tables| {
            tables.segments.insert(id, false);
            tables.next_segment = tables.next_segment.max(id.0 + 1);
        });
        Ok(())
    }

    async fn unused_segments(&mut self) -> Result<Vec<SegmentId>, Damaged> {
        Ok(self.with(|tables| tables.segments.iter().filter(|(_, in_use)| !**in_use).map(|(id, _)| *id).collect()))
    }

    async fn remove_blocks(&mut self, id: SegmentId, limit: u32) -> Result<bool, Damaged> {
        let (first, last) = BlockId::keys_of(id);
        Ok(self.with(|tables| {
            let keys: Vec<i64> = tables.blocks.range(first..=last).map(|(key, _)| *key).take(limit as usize).collect();
            keys.iter().for_each(|key| drop(tables.blocks.remove(key)));
            let is_gone = keys.len() < limit as usize;
            if is_gone {
                tables.segments.remove(&id);
            }
            is_gone
        }))
    }

    async fn clear_index(&mut self) -> Result<(), Damaged> {
        self.with(|tables| {
            tables.segments.clear();
            tables.blocks.clear();
            tables.deleted.clear();
        });
        Ok(())
    }
}

/// A process that writes, merges and publishes on one thread.
struct Process {
    engine: MemoryEngine,
    context: IndexContext,
    published: Mutex<Published>,
    /// By id: the time of each document, and its texts.
    documents: HashMap<i64, (i64, Arc<FoldedFields>)>,
}

const RULE: PairRule = PairRule { common_share: 3, min_documents: 4 };

impl MergeHost for Process {
    type Storage = MemoryEngine;
    type GivenUp = Damaged;

    async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Damaged> {
        Ok(work())
    }

    async fn request(&self, request: MergeRequest) -> Result<MergeOutcome, Damaged> {
        // As the transaction sees it, which another process may have changed.
        let loaded = load_index(&mut self.engine.clone()).await?.published;
        let (outcome, published) = request.carry_out(&mut self.engine.clone(), &loaded.snapshot).await?;
        if let Some(published) = published {
            *self.published.lock().unwrap() = published;
        }
        Ok(outcome)
    }
}

impl Process {
    fn new() -> Self {
        let context = IndexContext::new(1, RULE);
        Self { engine: MemoryEngine::default(), context, published: Mutex::default(), documents: HashMap::new() }
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.published.lock().unwrap().snapshot)
    }

    fn name(id: i64) -> String {
        format!("a{id}")
    }

    fn commit(&mut self, added: impl IntoIterator<Item = i64>, removed: impl IntoIterator<Item = i64>) {
        let mut changes = IndexChanges::default();
        for id in removed {
            let (time, _) = self.documents.remove(&id).unwrap();
            changes.remove(id, time, &Self::name(id));
        }
        for id in added {
            let content = ArticleContent {
                headline: format!("云城新区第{id}号"),
                body: "青石镇图书馆开放".chars().cycle().skip(id as usize).take(9).collect(),
                ..ArticleContent::default()
            };
            let texts = Arc::new(FoldedFields::of(&content));
            changes.put(id, id / 3, &Self::name(id), &texts);
            self.documents.insert(id, (id / 3, texts));
        }
        let snapshot = self.snapshot();
        let (unbuilt, removed) = changes.into_parts(|| self.context.new_segment(), RULE, &snapshot);
        let built = unbuilt.map(|unbuilt| unbuilt.build());
        let written = write_changes(&mut self.engine, &self.context, &snapshot, built, removed);
        if let Some(published) = block_on(written).unwrap() {
            *self.published.lock().unwrap() = published;
        }
    }

    fn merge_all(&self, schedule: &mut PurgeSchedule, now: Instant) {
        let mut due = schedule.due(now, &self.snapshot());
        while let Some(inputs) = due.next(&self.snapshot()) {
            block_on(merge_segments(self, &mut self.engine.clone(), &self.context, inputs)).unwrap();
        }
    }

    /// What a check of the stored index says.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let check = block_on(IndexCheck::read(&mut self.engine.clone(), &mut faults)).unwrap();
        if let Some(mut check) = check {
            for (id, (time, texts)) in &self.documents {
                check.compare(*id, *time, &Self::name(*id), texts, &mut faults);
            }
            check.finish(&mut faults);
        }
        faults
    }

    fn segments(snapshot: &Snapshot) -> Vec<(SegmentId, u32)> {
        snapshot.segments().iter().map(|live| (live.segment.id, live.live_documents())).collect()
    }
}

#[test]
fn commits_merges_and_purges_keep_stored_and_published_index_the_same() {
    let start = Instant::now();
    let mut schedule = PurgeSchedule::new(start);
    let mut process = Process::new();
    for number in 0..40 {
        process.commit(number * 10..number * 10 + 10, if number > 0 { Some(number * 10 - 3) } else { None });
        process.merge_all(&mut schedule, start);
        assert_eq!(process.faults(), Vec::<String>::new());
    }
    let stored = block_on(load_index(&mut process.engine.clone())).unwrap();
    assert_eq!(Process::segments(&stored.published.snapshot), Process::segments(&process.snapshot()));
    assert!(process.snapshot().segments().len() < 16);
    let deletions = |snapshot: &Snapshot| snapshot.segments().iter().map(|live| live.deletions.count()).sum::<u32>();
    assert!(deletions(&process.snapshot()) > 0);
    process.merge_all(&mut schedule, start + Duration::from_secs(60));
    assert_eq!(deletions(&process.snapshot()), 0);
    assert_eq!(block_on(process.engine.unused_segments()).unwrap(), []);
    assert_eq!(process.faults(), Vec::<String>::new());
}

#[test]
fn a_merge_of_segments_that_another_process_has_merged_changes_nothing() {
    let mut process = Process::new();
    for number in 0..20 {
        process.commit(number * 10..number * 10 + 10, []);
    }
    let published = block_on(load_index(&mut process.engine.clone())).unwrap().published;
    let other = Process {
        engine: process.engine.clone(),
        context: IndexContext::new(100, RULE),
        published: Mutex::new(published),
        documents: process.documents.clone(),
    };
    other.merge_all(&mut PurgeSchedule::new(Instant::now()), Instant::now());
    let merged = block_on(load_index(&mut process.engine.clone())).unwrap().published;
    // This one has not noticed, and has all blocks in its cache.
    let inputs = tiers::next_merge(&process.snapshot()).unwrap();
    let inputs = inputs.iter().map(|&id| process.snapshot().get(id).unwrap().clone()).collect();
    block_on(merge_segments(&process, &mut process.engine.clone(), &process.context, inputs)).unwrap();
    let stored = block_on(load_index(&mut process.engine.clone())).unwrap().published;
    assert_eq!(stored.generation, merged.generation);
    assert_eq!(Process::segments(&stored.snapshot), Process::segments(&merged.snapshot));
    assert_eq!(block_on(process.engine.unused_segments()).unwrap(), []);
    assert_eq!(process.faults(), Vec::<String>::new());
}

#[test]
fn a_damaged_index_is_described_and_built_again() {
    let mut process = Process::new();
    process.commit(0..20, []);
    let before = block_on(process.engine.read_state(0)).unwrap();
    process.engine.with(|tables| tables.blocks.pop_first());
    assert_eq!(process.faults().len(), 1);
    let mut engine = process.engine.clone();
    let mut rebuild = block_on(Rebuild::begin(&mut engine, RULE)).unwrap();
    for (id, (time, texts)) in &process.documents {
        let mut changes = IndexChanges::default();
        changes.put(*id, *time, &Process::name(*id), texts);
        block_on(rebuild.add(&mut engine, changes)).unwrap();
    }
    assert_eq!(process.faults(), Vec::<String>::new());
    let after = block_on(process.engine.read_state(0)).unwrap();
    assert!(after.segments.iter().all(|id| id.0 >= before.next_segment) && after.generation > before.generation);
}
