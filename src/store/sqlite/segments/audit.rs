//! The audit of a segment: is every block sound, and does each document have exactly the grams of its texts?
//!
//! The lists are read gram by gram, the texts document by document. What brings both together is a sum of hashes a
//! document, which does not depend on the order: it takes eight bytes a document, and every posting is read once.

use std::collections::HashSet;

use super::block::{Block, BlockId, Damaged, Entries};
use super::codec::Malformed;
use super::gram::{Gram, for_each_gram};
use super::postings::decode_list;
use super::segment::Segment;

/// An audit on its way.
#[derive(Debug)]
pub struct Audit<'a> {
    segment: &'a Segment,
    blocks: u32,
    sums: Vec<u64>,
    decoded: Vec<u32>,
    last: Option<(Gram, u32)>,
}

impl<'a> Audit<'a> {
    pub fn new(segment: &'a Segment) -> Self {
        let sums = vec![0; segment.documents.len() as usize];
        Self { segment, blocks: 0, sums, decoded: Vec::new(), last: None }
    }

    /// Takes the next of the segment's posting blocks.
    pub fn add(&mut self, block: &Block) -> Result<(), Damaged> {
        let damaged = |what| block.damaged(Malformed(what));
        if block.id() != BlockId::posting(self.segment.id, self.blocks) {
            return Err(damaged("it is out of its place"));
        }
        let mut entries = Entries::default();
        let mut is_first = true;
        while let Some((gram, list)) = entries.next(block)? {
            self.decoded.clear();
            decode_list(block.payload(), &list, &mut self.decoded).map_err(|malformed| block.damaged(malformed))?;
            let (Some(&first), Some(&last)) = (self.decoded.first(), self.decoded.last()) else {
                return Err(damaged("a list is empty"));
            };
            if self.last >= Some((gram, first)) {
                return Err(damaged("lists are out of order"));
            }
            if std::mem::take(&mut is_first) && self.segment.starts.get(self.blocks) != Some((gram, first)) {
                return Err(damaged("the directory says otherwise"));
            }
            self.last = Some((gram, last));
            for &ordinal in &self.decoded {
                let sum = self.sums.get_mut(ordinal as usize).ok_or_else(|| damaged("it lists what there is not"))?;
                *sum = sum.wrapping_add(hash(gram));
            }
        }
        self.blocks += 1;
        Ok(())
    }

    /// The sum of each document, by ordinal; to be compared with [`sum_of`].
    pub fn finish(self) -> Result<Vec<u64>, Damaged> {
        if self.blocks != self.segment.starts.len() {
            return Err(Damaged {
                block: BlockId::posting(self.segment.id, self.blocks),
                what: "the block is missing",
            });
        }
        Ok(self.sums)
    }
}

/// What the sum of a document with these folded texts must be.
pub fn sum_of<'a>(texts: impl Iterator<Item = &'a str>) -> u64 {
    let mut grams = HashSet::new();
    for text in texts {
        for_each_gram(text, |gram| {
            grams.insert(gram);
        });
    }
    grams.into_iter().fold(0, |sum, gram| sum.wrapping_add(hash(gram)))
}

fn hash(gram: Gram) -> u64 {
    xxhash_rust::xxh3::xxh3_64(&gram.number().to_le_bytes())
}
