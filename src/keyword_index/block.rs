//! Blocks: the unit of reading, caching and checksums.
//!
//! A block starts with a checksum over its id and its bytes, so that neither a damaged nor a misplaced block is used. A
//! posting block then has postings lists, ordered by gram:
//!
//! ```text
//! block = checksum(8 bytes) entry…
//! entry = varint(gram - gram before, or gram) list      (see `postings`)
//! ```

use std::fmt;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::codec::{Malformed, Reader, put_varint};
use super::gram::Gram;
use super::postings::{CHUNK_DOCUMENTS, List, is_short, put_chunk, put_chunked_head, put_short_list, read_list};

/// The maximum size of a posting block. Two, each with 24 bytes of the database for its row, fill a page of 16 KiB: with 6 KiB a
/// quarter of each page was empty. A list of some thousand documents is one read.
const BLOCK_BYTES: usize = 8 * 1024 - 32;

/// The maximum number of bytes of an entry before its postings: the gram, the number of documents, the number of bytes.
const ENTRY_HEAD_BYTES: usize = 10 + 5 + 3;

/// The smallest chunk that is made to fill the rest of a block.
const MIN_CHUNK_DOCUMENTS: usize = 64;

/// The interval of the entry offsets that [`Block::find`] searches: it scans at most this many entries. A block has up to
/// about two thousand, most of them a few bytes long.
const STEP_ENTRIES: usize = 32;

/// The size of the checksum.
const CHECKSUM_BYTES: usize = 8;

/// The number of bits of a block's number within its segment.
const NUMBER_BITS: u32 = 24;

/// The first block number of the directory. The numbers below are for posting blocks: eight million, or about 48 GB.
const FIRST_DIRECTORY_NUMBER: u32 = 1 << (NUMBER_BITS - 1);

/// The id of a segment. Never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentId(pub u32);

/// The id of a block: its segment, and its number within the segment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId {
    segment: SegmentId,
    number: u32,
}

impl BlockId {
    /// The id of a posting block.
    pub fn posting(segment: SegmentId, number: u32) -> Self {
        Self { segment, number }
    }

    /// The id of a part of the segment's directory.
    pub fn directory(segment: SegmentId, number: u32) -> Self {
        Self { segment, number: FIRST_DIRECTORY_NUMBER + number }
    }

    /// The segment of the block.
    pub fn segment(self) -> SegmentId {
        self.segment
    }

    /// The number of this posting block; `None` for a directory block.
    pub fn posting_number(self) -> Option<u32> {
        (self.number < FIRST_DIRECTORY_NUMBER).then_some(self.number)
    }

    /// The block's key in the storage engine. The keys of a segment are contiguous.
    pub fn key(self) -> i64 {
        i64::from(self.segment.0) << NUMBER_BITS | i64::from(self.number)
    }

    /// The id for a key in the storage engine; `None` if no block has this key.
    pub fn from_key(key: i64) -> Option<Self> {
        let segment = SegmentId(u32::try_from(key >> NUMBER_BITS).ok()?);
        Some(Self { segment, number: (key & ((1 << NUMBER_BITS) - 1)) as u32 })
    }

    /// The first and last possible key of a segment's blocks.
    pub fn keys_of(segment: SegmentId) -> (i64, i64) {
        let first = BlockId { segment, number: 0 }.key();
        (first, first | ((1 << NUMBER_BITS) - 1))
    }

    /// The first and last possible key of a segment's directory blocks.
    pub fn directory_keys_of(segment: SegmentId) -> (i64, i64) {
        (BlockId::directory(segment, 0).key(), Self::keys_of(segment).1)
    }
}

impl fmt::Debug for BlockId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.segment.0, self.number)
    }
}

/// A damaged block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the keyword index's block {block:?}: {what}")]
pub struct Damaged {
    /// The id of the block.
    pub block: BlockId,
    /// What is wrong with it.
    pub what: &'static str,
}

/// An encoded block, ready to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedBlock {
    /// The id of the block.
    pub id: BlockId,
    /// The checksum and the payload.
    pub bytes: Vec<u8>,
}

impl EncodedBlock {
    /// Writes the checksum into the reserved first bytes.
    fn seal(id: BlockId, mut bytes: Vec<u8>) -> Self {
        let sum = checksum(id, &bytes[CHECKSUM_BYTES..]);
        bytes[..CHECKSUM_BYTES].copy_from_slice(&sum.to_le_bytes());
        Self { id, bytes }
    }

    /// Encodes a payload with its checksum.
    pub fn of_payload(id: BlockId, payload: &[u8]) -> Self {
        let mut bytes = vec![0; CHECKSUM_BYTES];
        bytes.extend_from_slice(payload);
        Self::seal(id, bytes)
    }
}

fn checksum(id: BlockId, payload: &[u8]) -> u64 {
    xxh3_64_with_seed(payload, id.key() as u64)
}

/// A block whose checksum was verified.
#[derive(Clone, Debug)]
pub struct Block {
    id: BlockId,
    bytes: Bytes,
    /// Entry offsets for [`Self::find`], in order; computed by the first call.
    steps: Arc<OnceLock<Box<[Entries]>>>,
}

impl Block {
    /// Verifies the checksum.
    pub fn check(id: BlockId, bytes: Bytes) -> Result<Self, Damaged> {
        let damaged = |what| Damaged { block: id, what };
        let (sum, payload) = bytes.split_first_chunk().ok_or(damaged("it is truncated"))?;
        if u64::from_le_bytes(*sum) != checksum(id, payload) {
            return Err(damaged("its checksum is wrong"));
        }
        Ok(Self { id, bytes: bytes.slice(CHECKSUM_BYTES..), steps: Arc::default() })
    }

    /// A block that this process has just encoded, so that it needs no verification.
    pub fn fresh(block: &EncodedBlock) -> Self {
        Self { id: block.id, bytes: Bytes::copy_from_slice(&block.bytes[CHECKSUM_BYTES..]), steps: Arc::default() }
    }

    /// The id of the block.
    pub fn id(&self) -> BlockId {
        self.id
    }

    /// The bytes after the checksum.
    pub fn payload(&self) -> &[u8] {
        &self.bytes
    }

    /// An error in the content of this block.
    pub fn damaged(&self, Malformed(what): Malformed) -> Damaged {
        Damaged { block: self.id, what }
    }

    /// The postings list of a gram, or the part of it in this block.
    pub fn find(&self, gram: Gram) -> Result<Option<List>, Damaged> {
        let steps = self.steps()?;
        // The first offset has no gram, which sorts before all grams.
        let behind = steps.partition_point(|step| step.gram < Some(gram));
        let mut entries = steps[..behind].last().cloned().unwrap_or_default();
        while let Some((found, list)) = entries.next(self)? {
            match found.cmp(&gram) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => return Ok(Some(list)),
                std::cmp::Ordering::Greater => return Ok(None),
            }
        }
        Ok(None)
    }

    /// The positions of an entry iterator, one for every [`STEP_ENTRIES`] entries.
    fn steps(&self) -> Result<&[Entries], Damaged> {
        if let Some(steps) = self.steps.get() {
            return Ok(steps);
        }
        let mut steps = Vec::new();
        let mut entries = Entries::default();
        for number in 0.. {
            if number % STEP_ENTRIES == 0 {
                steps.push(entries.clone());
            }
            if entries.next(self)?.is_none() {
                break;
            }
        }
        Ok(self.steps.get_or_init(|| steps.into()))
    }
}

/// An iterator over the entries of a block.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entries {
    at: usize,
    gram: Option<Gram>,
}

impl Entries {
    pub(crate) fn next(&mut self, block: &Block) -> Result<Option<(Gram, List)>, Damaged> {
        let mut reader = Reader::starting_at(block.payload(), self.at);
        if reader.is_at_end() {
            return Ok(None);
        }
        let number = reader.varint().map_err(|malformed| block.damaged(malformed))?;
        let gram = match self.gram {
            None => Gram::from_number(number),
            Some(before) => match before.number().checked_add(number) {
                Some(sum) if number > 0 => Gram::from_number(sum),
                _ => return Err(block.damaged(Malformed("grams do not ascend"))),
            },
        };
        let list = read_list(&mut reader).map_err(|malformed| block.damaged(malformed))?;
        self.at = reader.at();
        self.gram = Some(gram);
        Ok(Some((gram, list)))
    }
}

/// Packs postings lists into blocks, in gram order.
#[derive(Debug)]
pub(crate) struct BlockWriter {
    segment: SegmentId,
    /// The current block, with its first bytes reserved for the checksum.
    open: Vec<u8>,
    last_gram: Option<Gram>,
    finished: Vec<EncodedBlock>,
    finished_bytes: usize,
    /// The first gram and ordinal of each block.
    firsts: Vec<(Gram, u32)>,
    /// A buffer for the chunks of one part, reused.
    part: Vec<u8>,
}

impl BlockWriter {
    pub(crate) fn new(segment: SegmentId) -> Self {
        Self {
            segment,
            open: Vec::new(),
            last_gram: None,
            finished: Vec::new(),
            finished_bytes: 0,
            firsts: Vec::new(),
            part: Vec::new(),
        }
    }

    /// Adds the list of a gram. Grams must be added in ascending order, and the ordinals must ascend.
    pub(crate) fn push(&mut self, gram: Gram, ordinals: &[u32]) {
        let Some(&first) = ordinals.first() else { return };
        let mut part = std::mem::take(&mut self.part);
        if is_short(ordinals) {
            part.clear();
            put_short_list(&mut part, ordinals);
            if self.room() < part.len() {
                self.close_block();
            }
            self.begin_entry(gram, first);
            self.open.extend_from_slice(&part);
            self.part = part;
            return;
        }
        let mut rest = ordinals;
        while let Some(&first) = rest.first() {
            part.clear();
            rest = put_chunks(&mut part, rest, self.room());
            if !part.is_empty() {
                self.begin_entry(gram, first);
                put_chunked_head(&mut self.open, ordinals.len(), part.len());
                self.open.extend_from_slice(&part);
            }
            if !rest.is_empty() {
                // A gram occurs only once in a block, so the rest of its list goes into the next block.
                self.close_block();
            }
        }
        self.part = part;
    }

    /// The number of bytes that the postings of the next entry may have in this block. An empty one has room for any chunk.
    fn room(&self) -> usize {
        BLOCK_BYTES.saturating_sub(self.open.len().max(CHECKSUM_BYTES) + ENTRY_HEAD_BYTES)
    }

    fn begin_entry(&mut self, gram: Gram, first: u32) {
        if self.open.is_empty() {
            self.open.resize(CHECKSUM_BYTES, 0);
            self.firsts.push((gram, first));
            self.last_gram = None;
        }
        put_varint(&mut self.open, gram.number() - self.last_gram.map_or(0, Gram::number));
        self.last_gram = Some(gram);
    }

    fn close_block(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let bytes = std::mem::replace(&mut self.open, Vec::with_capacity(BLOCK_BYTES));
        self.finished_bytes += bytes.len();
        let id = BlockId::posting(self.segment, self.firsts.len() as u32 - 1);
        self.finished.push(EncodedBlock::seal(id, bytes));
    }

    /// The size of the finished blocks that were not taken yet.
    pub(crate) fn finished_bytes(&self) -> usize {
        self.finished_bytes
    }

    pub(crate) fn take_finished(&mut self) -> Vec<EncodedBlock> {
        self.finished_bytes = 0;
        std::mem::take(&mut self.finished)
    }

    /// Closes the last block, and returns the blocks that were not taken yet, and the first gram and ordinal of every block.
    pub(crate) fn finish(mut self) -> (Vec<EncodedBlock>, Vec<(Gram, u32)>) {
        self.close_block();
        (self.finished, self.firsts)
    }
}

/// Writes as many ordinals as have room, in chunks, and returns the others.
fn put_chunks<'a>(part: &mut Vec<u8>, ordinals: &'a [u32], room: usize) -> &'a [u32] {
    let mut rest = ordinals;
    let mut end_before = 0;
    while !rest.is_empty() {
        let mut documents = rest.len().min(CHUNK_DOCUMENTS);
        loop {
            let (chunk, behind) = rest.split_at(documents);
            let length_before = part.len();
            put_chunk(part, chunk, end_before);
            if part.len() <= room {
                end_before = chunk[chunk.len() - 1] + 1;
                rest = behind;
                break;
            }
            part.truncate(length_before);
            documents /= 2;
            if documents < MIN_CHUNK_DOCUMENTS {
                return rest;
            }
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::keyword_index::postings::decode_list;

    fn grams() -> impl Iterator<Item = Gram> {
        ('a'..='z').flat_map(|first| ('a'..='z').map(move |second| Gram::two(first, second)))
    }

    #[test]
    fn lists_that_span_blocks_come_back() {
        let lists: Vec<(Gram, Vec<u32>)> =
            grams().zip((1u32..).map(|step| (0..40_000u32).step_by(1 + step as usize * 3 % 701).collect())).collect();
        let mut writer = BlockWriter::new(SegmentId(3));
        for (gram, ordinals) in &lists {
            writer.push(*gram, ordinals);
        }
        let (blocks, firsts) = writer.finish();
        assert_eq!(blocks.len(), firsts.len());
        let mut read: Vec<(Gram, Vec<u32>)> = Vec::new();
        for (encoded, first) in blocks.into_iter().zip(firsts) {
            assert!(encoded.bytes.len() <= BLOCK_BYTES);
            let block = Block::check(encoded.id, encoded.bytes.into()).unwrap();
            let mut entries = Entries::default();
            let mut is_first = true;
            while let Some((gram, list)) = entries.next(&block).unwrap() {
                let mut ordinals = Vec::new();
                decode_list(block.payload(), &list, &mut ordinals).unwrap();
                if std::mem::take(&mut is_first) {
                    assert_eq!((gram, ordinals[0]), first);
                }
                assert_eq!(block.find(gram).unwrap(), Some(list));
                match read.last_mut() {
                    Some((last, all)) if *last == gram => all.extend(ordinals),
                    _ => read.push((gram, ordinals)),
                }
            }
        }
        assert_eq!(read, lists);
    }

    #[test]
    fn keys_round_trip_and_lie_together() {
        let (first, last) = BlockId::keys_of(SegmentId(7));
        for id in
            [BlockId::posting(SegmentId(7), 0), BlockId::posting(SegmentId(7), 99), BlockId::directory(SegmentId(7), 5)]
        {
            assert_eq!(BlockId::from_key(id.key()), Some(id));
            assert!((first..=last).contains(&id.key()));
        }
        assert_eq!(BlockId::from_key(last + 1), Some(BlockId::posting(SegmentId(8), 0)));
        assert_eq!(BlockId::from_key(-1), None);
    }

    proptest! {
        #[test]
        fn a_damaged_block_is_refused(at: prop::sample::Index, flip in 1u8.., cut: prop::sample::Index) {
            let mut writer = BlockWriter::new(SegmentId(1));
            for gram in grams().take(30) {
                writer.push(gram, &[1, 5, 9]);
            }
            let (blocks, _) = writer.finish();
            let EncodedBlock { id, bytes } = blocks[0].clone();
            let mut flipped = bytes.clone();
            let at = at.index(flipped.len());
            flipped[at] ^= flip;
            prop_assert!(Block::check(id, flipped.into()).is_err());
            prop_assert!(Block::check(id, bytes[..cut.index(bytes.len())].to_vec().into()).is_err());
            prop_assert!(Block::check(BlockId::posting(SegmentId(2), 0), bytes.clone().into()).is_err());
            prop_assert!(Block::check(id, bytes.into()).is_ok());
        }

        #[test]
        fn any_payload_is_read_without_panic(payload: Vec<u8>, number: u64) {
            let encoded = EncodedBlock::of_payload(BlockId::posting(SegmentId(1), 0), &payload);
            let block = Block::check(encoded.id, encoded.bytes.into()).unwrap();
            let _ = block.find(Gram::from_number(number));
            let mut entries = Entries::default();
            let mut ordinals = Vec::new();
            while let Ok(Some((_, list))) = entries.next(&block) {
                let _ = decode_list(block.payload(), &list, &mut ordinals);
            }
        }
    }
}
