//! A segment in memory: its id and its directory. The postings lists stay in blocks.

use super::block::{Block, BlockId, Damaged, EncodedBlock, SegmentId};
use super::codec::Malformed;
use super::directory::{BlockStarts, Documents, decode, encode_item};
use super::pairs::Pairs;

/// The maximum size of a directory block: a few pages, so that even the directory of a million documents is written in many
/// small steps.
const PIECE_BYTES: usize = 64 * 1024;

/// An immutable part of the index.
#[derive(Debug)]
pub struct Segment {
    /// The id of the segment.
    pub id: SegmentId,
    /// Its documents, in order.
    pub documents: Documents,
    /// The first entry of each posting block.
    pub starts: BlockStarts,
    /// Its expanded and common pairs.
    pub pairs: Pairs,
}

impl Segment {
    /// Decodes a segment from all its directory blocks, in order.
    pub fn from_directory(id: SegmentId, pieces: &[Block]) -> Result<Self, Damaged> {
        let mut bytes = Vec::new();
        for (number, piece) in (0..).zip(pieces) {
            if piece.id() != BlockId::directory(id, number) {
                return Err(piece.damaged(Malformed("it is not in sequence")));
            }
            bytes.extend_from_slice(piece.payload());
        }
        let (documents, starts, pairs) =
            decode(&bytes).map_err(|Malformed(what)| Damaged { block: BlockId::directory(id, 0), what })?;
        Ok(Self { id, documents, starts, pairs })
    }

    /// Encodes the next blocks of the directory, up to a number.
    pub fn next_directory_blocks(&self, cursor: &mut DirectoryCursor, limit: usize) -> Vec<EncodedBlock> {
        let mut blocks = Vec::new();
        while !cursor.is_at_end && blocks.len() < limit {
            let has_more = loop {
                let Segment { documents, starts, pairs, .. } = self;
                if cursor.encoded.len() > PIECE_BYTES {
                    break true;
                }
                if !encode_item(cursor.item, documents, starts, pairs, &mut cursor.encoded) {
                    break false;
                }
                cursor.item += 1;
            };
            let rest = if has_more { cursor.encoded.split_off(PIECE_BYTES) } else { Vec::new() };
            let piece = std::mem::replace(&mut cursor.encoded, rest);
            blocks.push(EncodedBlock::of_payload(BlockId::directory(self.id, cursor.number), &piece));
            cursor.number += 1;
            cursor.is_at_end = !has_more;
        }
        blocks
    }
}

/// A place in the directory of a segment that is being encoded.
#[derive(Debug, Default)]
pub struct DirectoryCursor {
    item: usize,
    number: u32,
    /// What is encoded and in no block yet.
    encoded: Vec<u8>,
    is_at_end: bool,
}

impl DirectoryCursor {
    /// Whether all blocks are encoded.
    pub fn is_at_end(&self) -> bool {
        self.is_at_end
    }
}
