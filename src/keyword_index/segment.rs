//! A segment in memory: its id and its directory. The postings lists stay in blocks.

use super::block::{Block, BlockId, Damaged, EncodedBlock, SegmentId};
use super::codec::Malformed;
use super::directory::{BlockStarts, Documents, decode, encode};
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

    /// The encoded directory blocks.
    pub fn directory(&self) -> Vec<EncodedBlock> {
        let bytes = encode(&self.documents, &self.starts, &self.pairs);
        (0..)
            .zip(bytes.chunks(PIECE_BYTES))
            .map(|(number, piece)| EncodedBlock::of_payload(BlockId::directory(self.id, number), piece))
            .collect()
    }
}
