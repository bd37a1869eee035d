//! Merges segments into one, in small steps.
//!
//! The inputs are immutable, so a merge can be slow while the store reads and writes. Documents that are deleted when the
//! merge begins are dropped; [`Merge::deleted_since`] finds those deleted during the merge, when its output replaces the
//! inputs.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::block::{Block, BlockId, BlockWriter, Damaged, EncodedBlock, Entries, SegmentId};
use super::codec::Malformed;
use super::directory::{BlockStarts, Documents};
use super::gram::Gram;
use super::pairs::{PairRule, PairSet, Pairs};
use super::postings::{List, decode_list};
use super::segment::{DirectoryCursor, Segment};
use super::snapshot::{Deletions, LiveSegment, Snapshot};

/// Finished blocks are returned once they have this many bytes, which a transaction writes in a few milliseconds.
const STEP_BYTES: usize = 512 * 1024;

/// The number of directory blocks of a step, which have as many bytes. A large directory is not encoded as a whole, because the
/// inputs' are in memory too.
const STEP_DIRECTORY_BLOCKS: usize = 8;

/// The maximum number of blocks of one input that are requested at once.
const READ_AHEAD: u32 = 32;

/// The output ordinal of a dropped document.
const DROPPED: u32 = u32::MAX;

/// A list with more than 1/64 of the documents is sorted with a bitmap.
const BITMAP_SHARE: usize = 64;

/// The result of [`Merge::step`].
#[derive(Debug)]
pub enum MergeStep {
    /// The merge needs these blocks: [`Merge::supply`] them, and call again.
    Need(Vec<BlockId>),
    /// Store these blocks before the next call.
    Write(Vec<EncodedBlock>),
    /// The merge is complete. `None` if no document is left.
    Done(Option<Arc<Segment>>),
}

/// A merge in progress.
#[derive(Debug)]
pub struct Merge {
    output: SegmentId,
    inputs: Vec<Input>,
    documents: Documents,
    writer: Option<BlockWriter>,
    segment: Option<Arc<Segment>>,
    /// The place in the output's directory, which follows its postings.
    directory: DirectoryCursor,
    /// The current gram, and its ordinals so far.
    gram: Option<Gram>,
    ordinals: Vec<u32>,
    bitmap: Vec<u64>,
    /// The pairs that are expanded in any input.
    expandable: PairSet,
    rule: PairRule,
    pairs: Pairs,
    /// The set of `pairs.expanded`, once all pairs are merged.
    expanded: Option<PairSet>,
    /// The documents that contain a pair which is not expanded in their input: of `gram`, and of all earlier grams whose pair
    /// stays expanded.
    residue: Vec<u32>,
    residues: BTreeMap<Gram, Vec<u32>>,
}

#[derive(Debug)]
struct Input {
    live: LiveSegment,
    /// The output ordinal of each document, or [`DROPPED`].
    ordinals: Vec<u32>,
    /// The supplied blocks; the first is being read.
    blocks: VecDeque<Block>,
    /// The total number of supplied blocks.
    supplied: u32,
    entries: Entries,
    /// The next entry.
    next: Option<(Gram, List)>,
    decoded: Vec<u32>,
}

impl Merge {
    /// Starts a merge of `inputs` into the segment `output`.
    pub fn new(output: SegmentId, inputs: Vec<LiveSegment>, rule: PairRule) -> Self {
        let mut inputs: Vec<Input> = inputs.into_iter().map(Input::new).collect();
        // If the time ranges of the inputs do not overlap, the lists are then already in order.
        inputs.sort_by(|a, b| a.first_key().cmp(&b.first_key()));
        let documents = merge_documents(&mut inputs);
        let bitmap = vec![0; documents.len() as usize / 64 + 1];
        let writer = Some(BlockWriter::new(output));
        let expandable = inputs.iter().flat_map(|input| input.live.segment.pairs.expanded.iter().copied()).collect();
        Self {
            output,
            inputs,
            documents,
            writer,
            segment: None,
            directory: DirectoryCursor::default(),
            gram: None,
            ordinals: Vec::new(),
            bitmap,
            expandable,
            rule,
            pairs: Pairs::default(),
            expanded: None,
            residue: Vec::new(),
            residues: BTreeMap::new(),
        }
    }

    /// Supplies a needed block. The blocks of a segment must be supplied in order.
    pub fn supply(&mut self, block: Block) -> Result<(), Damaged> {
        let segment = block.id().segment();
        let input = self.inputs.iter_mut().find(|input| input.live.segment.id == segment);
        match input {
            Some(input) if block.id() == BlockId::posting(segment, input.supplied) => {
                input.supplied += 1;
                input.blocks.push_back(block);
                Ok(())
            }
            _ => Err(block.damaged(Malformed("it was not asked for"))),
        }
    }

    /// Continues for at most a few milliseconds.
    pub fn step(&mut self) -> Result<MergeStep, Damaged> {
        let Some(writer) = &mut self.writer else {
            return Ok(match &self.segment {
                Some(segment) if !self.directory.is_at_end() => {
                    let blocks = segment.next_directory_blocks(&mut self.directory, STEP_DIRECTORY_BLOCKS);
                    MergeStep::Write(blocks)
                }
                segment => MergeStep::Done(segment.clone()),
            });
        };
        if self.documents.is_empty() {
            return Ok(MergeStep::Done(None));
        }
        loop {
            let mut needed = Vec::new();
            for input in &mut self.inputs {
                input.advance(&mut needed)?;
            }
            if !needed.is_empty() {
                return Ok(MergeStep::Need(needed));
            }
            let next = self.inputs.iter().filter_map(|input| input.next.map(|(gram, _)| gram)).min();
            // Residues sort after all pairs, so all pairs are merged by now.
            let pending = self.residues.first_key_value().map(|(gram, _)| *gram);
            let next =
                [next, pending.filter(|_| next.is_none_or(|next| next.pairs().is_some()))].into_iter().flatten().min();
            if next != self.gram {
                if let Some(gram) = self.gram {
                    put_in_order(&mut self.ordinals, &mut self.bitmap);
                    writer.push(gram, &self.ordinals);
                    if gram.is_two() {
                        note_pair(
                            gram,
                            self.ordinals.len(),
                            self.documents.len(),
                            &self.expandable,
                            self.rule,
                            &mut self.pairs,
                        );
                        let residue = std::mem::take(&mut self.residue);
                        if !residue.is_empty() && self.pairs.is_expanded(gram) {
                            self.residues.insert(Gram::residue(gram), residue);
                        }
                    }
                    self.ordinals.clear();
                }
                self.gram = next;
            }
            let Some(gram) = next else { break };
            let is_kept = gram.pairs().is_none_or(|(first, second)| {
                let pairs = &self.pairs;
                let expanded = self.expanded.get_or_insert_with(|| pairs.expanded.iter().copied().collect());
                expanded.contains(first) && second.is_none_or(|second| expanded.contains(second))
            });
            let is_expandable = gram.is_two() && self.expandable.contains(gram);
            for input in &mut self.inputs {
                let before = self.ordinals.len();
                input.take(gram, &mut self.ordinals)?;
                if is_expandable && self.ordinals.len() > before && !input.live.segment.pairs.is_expanded(gram) {
                    self.residue.extend_from_slice(&self.ordinals[before..]);
                }
            }
            self.ordinals.extend(self.residues.remove(&gram).into_iter().flatten());
            if !is_kept {
                self.ordinals.clear();
            }
            if writer.finished_bytes() >= STEP_BYTES {
                return Ok(MergeStep::Write(writer.take_finished()));
            }
        }
        let Some(writer) = self.writer.take() else { return Ok(MergeStep::Done(None)) };
        let (mut blocks, firsts) = writer.finish();
        let documents = std::mem::take(&mut self.documents);
        let segment = Segment {
            id: self.output,
            documents,
            starts: BlockStarts::new(&firsts),
            pairs: std::mem::take(&mut self.pairs),
        };
        blocks.extend(segment.next_directory_blocks(&mut self.directory, STEP_DIRECTORY_BLOCKS));
        self.segment = Some(Arc::new(segment));
        Ok(MergeStep::Write(blocks))
    }

    /// Whether the last returned blocks are the final ones.
    pub fn is_finished(&self) -> bool {
        self.segment.is_some() && self.directory.is_at_end()
    }

    /// The ids of the input segments.
    pub fn inputs(&self) -> impl Iterator<Item = SegmentId> {
        self.inputs.iter().map(|input| input.live.segment.id)
    }

    /// The output ordinals of the documents that were deleted after the merge began.
    pub fn deleted_since(&self, now: &Snapshot) -> Vec<u32> {
        let mut deleted = Vec::new();
        for input in &self.inputs {
            let Some(live) = now.get(input.live.segment.id) else { continue };
            if live.deletions.count() == input.live.deletions.count() {
                continue;
            }
            let kept = (0..).zip(&input.ordinals).filter(|(_, merged)| **merged != DROPPED);
            deleted.extend(kept.filter(|(ordinal, _)| live.deletions.contains(*ordinal)).map(|(_, merged)| *merged));
        }
        deleted
    }
}

impl Input {
    fn new(live: LiveSegment) -> Self {
        let ordinals = vec![DROPPED; live.segment.documents.len() as usize];
        Self {
            live,
            ordinals,
            blocks: VecDeque::new(),
            supplied: 0,
            entries: Entries::default(),
            next: None,
            decoded: Vec::new(),
        }
    }

    fn first_key(&self) -> Option<super::directory::Key<'_>> {
        (!self.live.segment.documents.is_empty()).then(|| self.live.segment.documents.key(0))
    }

    /// Reads the next entry, unless it is read already. Adds the blocks that it needs to `needed`.
    fn advance(&mut self, needed: &mut Vec<BlockId>) -> Result<(), Damaged> {
        while self.next.is_none() {
            let Some(block) = self.blocks.front() else {
                let end = self.live.segment.starts.len().min(self.supplied + READ_AHEAD);
                needed.extend((self.supplied..end).map(|number| BlockId::posting(self.live.segment.id, number)));
                return Ok(());
            };
            self.next = self.entries.next(block)?;
            if self.next.is_none() {
                self.blocks.pop_front();
                self.entries = Entries::default();
            }
        }
        Ok(())
    }

    /// Appends the ordinals of the next entry, if its gram is this one.
    fn take(&mut self, gram: Gram, ordinals: &mut Vec<u32>) -> Result<(), Damaged> {
        let (Some((next, list)), Some(block)) = (self.next, self.blocks.front()) else { return Ok(()) };
        if next != gram {
            return Ok(());
        }
        self.next = None;
        self.decoded.clear();
        decode_list(block.payload(), &list, &mut self.decoded).map_err(|malformed| block.damaged(malformed))?;
        for &ordinal in &self.decoded {
            match self.ordinals.get(ordinal as usize) {
                Some(&DROPPED) => {}
                Some(&merged) => ordinals.push(merged),
                None => return Err(block.damaged(Malformed("it lists a document that does not exist"))),
            }
        }
        Ok(())
    }
}

/// Decides whether a pair with this many documents is common and stays expanded. Pairs must be given in order.
fn note_pair(pair: Gram, holders: usize, documents: u32, expandable: &PairSet, rule: PairRule, pairs: &mut Pairs) {
    if holders > 0 && expandable.contains(pair) && rule.stays_expanded(holders, documents) {
        pairs.expanded.push(pair);
    }
    if rule.is_common(holders, documents) {
        pairs.common.push(pair);
    }
}

/// Merges the directories of the inputs without deleted documents, and records the output ordinal of each document.
fn merge_documents(inputs: &mut [Input]) -> Documents {
    let mut merged = Documents::with_room_for(inputs.iter().map(|input| &input.live.segment.documents));
    let mut at: Vec<u32> = vec![0; inputs.len()];
    let is_deleted = |deletions: &Deletions, ordinal| deletions.contains(ordinal);
    loop {
        for (input, at) in inputs.iter().zip(&mut at) {
            while *at < input.live.segment.documents.len() && is_deleted(&input.live.deletions, *at) {
                *at += 1;
            }
        }
        let heads =
            inputs.iter().zip(&at).enumerate().filter(|(_, (input, at))| **at < input.live.segment.documents.len());
        let first = heads.min_by(|(_, (a, at_a)), (_, (b, at_b))| {
            a.live.segment.documents.key(**at_a).cmp(&b.live.segment.documents.key(**at_b))
        });
        let Some((index, (input, &ordinal))) = first else { return merged };
        let place = merged.len();
        let documents = &input.live.segment.documents;
        merged.push(documents.id(ordinal), documents.key(ordinal));
        inputs[index].ordinals[ordinal as usize] = place;
        at[index] += 1;
    }
}

/// Sorts distinct ordinals.
fn put_in_order(ordinals: &mut Vec<u32>, bitmap: &mut [u64]) {
    if ordinals.is_sorted() {
        return;
    }
    if ordinals.len() < bitmap.len() * 64 / BITMAP_SHARE {
        ordinals.sort_unstable();
        return;
    }
    for &ordinal in ordinals.iter() {
        bitmap[ordinal as usize / 64] |= 1 << (ordinal % 64);
    }
    ordinals.clear();
    for (at, word) in (0..).zip(bitmap) {
        let mut word = std::mem::take(word);
        while word != 0 {
            ordinals.push(at * 64 + word.trailing_zeros());
            word &= word - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::keyword_index::build::{Document, build};
    use crate::keyword_index::directory::Key;

    #[test]
    fn a_large_directory_is_written_in_steps() {
        let name = |number: i64| format!("a-name-as-long-as-names-may-be-which-takes-place-{number:010}");
        let input = |segment: u32| {
            let names: Vec<String> = (0..6000).map(|number| name(number * 2 + i64::from(segment))).collect();
            let documents = names.iter().zip(0i64..).map(|(name, id)| Document {
                id: id * 2 + i64::from(segment),
                key: Key { effective_us: 0, name },
                texts: vec![],
            });
            let id = SegmentId(segment);
            let (segment, _) = build(id, documents.collect(), &PairSet::default(), PairRule::default());
            LiveSegment { segment: Arc::new(segment), deletions: Arc::default() }
        };
        let mut merge = Merge::new(SegmentId(2), vec![input(0), input(1)], PairRule::default());
        let (mut pieces, mut steps) = (Vec::new(), 0);
        while !merge.is_finished() {
            let MergeStep::Write(blocks) = merge.step().expect("a step") else { panic!("no documents have postings") };
            assert!(blocks.len() <= STEP_DIRECTORY_BLOCKS);
            pieces.extend(blocks.into_iter().map(|block| Block::check(block.id, block.bytes.into()).expect("a block")));
            steps += 1;
        }
        assert_eq!(steps, 2);
        let MergeStep::Done(Some(merged)) = merge.step().expect("the end") else { panic!("it has documents") };
        let read = Segment::from_directory(SegmentId(2), &pieces).expect("a directory");
        for ordinal in 0..12_000 {
            assert_eq!(read.documents.key(ordinal), merged.documents.key(ordinal));
            assert_eq!(read.documents.key(ordinal).name, name(i64::from(ordinal)));
            assert_eq!(read.documents.id(ordinal), i64::from(ordinal));
        }
    }

    proptest! {
        #[test]
        fn ordinals_are_put_in_order(ordinals in proptest::collection::hash_set(0u32..500, 0..200)) {
            let mut ordinals: Vec<u32> = ordinals.into_iter().collect();
            let mut expected = ordinals.clone();
            expected.sort_unstable();
            let mut bitmap = vec![0; 500 / 64 + 1];
            put_in_order(&mut ordinals, &mut bitmap);
            prop_assert_eq!(ordinals, expected);
            prop_assert!(bitmap.iter().all(|&word| word == 0));
        }
    }
}
