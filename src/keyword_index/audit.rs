//! The audit of a segment: verifies every block, and that each document has exactly the grams of its texts.
//!
//! Lists are read gram by gram, but texts document by document. They are compared by one sum of gram hashes for each
//! document, which does not depend on the order: eight bytes per document, and every posting is read once.

use std::collections::{HashMap, HashSet};

use super::block::{Block, BlockId, Damaged, Entries};
use super::codec::Malformed;
use super::gram::Gram;
use super::pairs::PairSet;
use super::postings::decode_list;
use super::segment::Segment;
use super::text_grams::{for_each_gram, for_each_three};

/// An audit in progress.
#[derive(Debug)]
pub(crate) struct Audit<'a> {
    segment: &'a Segment,
    blocks: u32,
    sums: Vec<u64>,
    residues: HashMap<Gram, HashSet<u32>>,
    decoded: Vec<u32>,
    last: Option<(Gram, u32)>,
}

/// The result of reading all postings of a segment.
#[derive(Debug)]
pub(crate) struct Audited {
    /// The sum of the hashes of each document's grams, by ordinal.
    sums: Vec<u64>,
    /// The residue of each pair that has one.
    residues: HashMap<Gram, HashSet<u32>>,
    expanded: PairSet,
}

impl<'a> Audit<'a> {
    pub(crate) fn new(segment: &'a Segment) -> Self {
        let sums = vec![0; segment.documents.len() as usize];
        Self { segment, blocks: 0, sums, residues: HashMap::new(), decoded: Vec::new(), last: None }
    }

    /// Adds the next posting block of the segment.
    pub(crate) fn add(&mut self, block: &Block) -> Result<(), Damaged> {
        let damaged = |what| block.damaged(Malformed(what));
        if block.id() != BlockId::posting(self.segment.id, self.blocks) {
            return Err(damaged("it is not in sequence"));
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
                return Err(damaged("it does not match the directory"));
            }
            self.last = Some((gram, last));
            if let Some((pair, None)) = gram.pairs() {
                self.residues.entry(pair).or_default().extend(&self.decoded);
            }
            for &ordinal in &self.decoded {
                let sum = self
                    .sums
                    .get_mut(ordinal as usize)
                    .ok_or_else(|| damaged("it lists a document that does not exist"))?;
                *sum = sum.wrapping_add(hash(gram));
            }
        }
        self.blocks += 1;
        Ok(())
    }

    /// Finishes the audit, after all blocks were added.
    pub(crate) fn finish(self) -> Result<Audited, Damaged> {
        if self.blocks != self.segment.starts.len() {
            return Err(Damaged {
                block: BlockId::posting(self.segment.id, self.blocks),
                what: "the block is missing",
            });
        }
        let expanded = self.segment.pairs.expanded.iter().copied().collect();
        Ok(Audited { sums: self.sums, residues: self.residues, expanded })
    }
}

impl Audited {
    /// Whether a document of the segment has exactly the grams of these folded texts.
    pub(crate) fn agrees<'a>(&self, ordinal: u32, texts: impl Iterator<Item = &'a str>) -> bool {
        let is_residual = |pair: Gram| self.residues.get(&pair).is_some_and(|residue| residue.contains(&ordinal));
        let mut grams = HashSet::new();
        for text in texts {
            for_each_gram(text, |gram| {
                grams.insert(gram);
                if gram.is_two() && is_residual(gram) {
                    grams.insert(Gram::residue(gram));
                }
            });
            for_each_three(text, &self.expanded, |three| {
                let (first, second) = three.pairs().unwrap_or((three, None));
                if !is_residual(first) && !second.is_some_and(is_residual) {
                    grams.insert(three);
                }
            });
        }
        let expected = grams.into_iter().fold(0u64, |sum, gram| sum.wrapping_add(hash(gram)));
        self.sums.get(ordinal as usize) == Some(&expected)
    }
}

fn hash(gram: Gram) -> u64 {
    xxhash_rust::xxh3::xxh3_64(&gram.number().to_le_bytes())
}
