//! Builds a segment from the documents of one commit.
//!
//! Every character of an article passes through here, so grams are grouped in one pass with one hash table for all
//! documents, instead of deduplicating and sorting the grams of each document.

use super::block::{BlockWriter, EncodedBlock, SegmentId};
use super::directory::{BlockStarts, Documents, Key};
use super::gram::Gram;
use super::pairs::{PairRule, PairSet, Pairs};
use super::segment::{DirectoryCursor, Segment};
use super::text_grams::{for_each_gram, for_each_three};

/// A document to be indexed.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    /// The caller's id, unique among the live documents of the index.
    pub id: i64,
    /// The sort key, unique among the live documents of the index.
    pub key: Key<'a>,
    /// The folded texts. Grams do not span two texts.
    pub texts: Vec<&'a str>,
}

/// Builds a segment of documents in any order, and returns it with all blocks to store. The pairs in `common` are expanded;
/// `rule` decides which pairs are common in the new segment.
pub fn build(
    id: SegmentId,
    mut documents: Vec<Document>,
    common: &PairSet,
    rule: PairRule,
) -> (Segment, Vec<EncodedBlock>) {
    documents.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    let mut directory = Documents::default();
    let mut grouped = Grouped::default();
    for (ordinal, document) in (0..).zip(&documents) {
        directory.push(document.id, document.key);
        for text in &document.texts {
            for_each_gram(text, |gram| grouped.add(gram, ordinal));
            for_each_three(text, common, |gram| grouped.add(gram, ordinal));
        }
    }
    let mut writer = BlockWriter::new(id);
    let mut pairs = Pairs::default();
    grouped.for_each_list(|gram, ordinals| {
        writer.push(gram, ordinals);
        if gram.is_two() {
            if common.contains(gram) {
                pairs.expanded.push(gram);
            }
            if rule.is_common(ordinals.len(), directory.len()) {
                pairs.common.push(gram);
            }
        }
    });
    let (mut blocks, firsts) = writer.finish();
    let segment = Segment { id, documents: directory, starts: BlockStarts::new(&firsts), pairs };
    blocks.extend(segment.next_directory_blocks(&mut DirectoryCursor::default(), usize::MAX));
    (segment, blocks)
}

/// Postings grouped by gram. Documents must be added in the order of their ordinals.
#[derive(Default)]
struct Grouped {
    /// For each gram, the number of documents that contain it, and the last of them.
    grams: Vec<GramCount>,
    /// A hash table of indices into `grams`: open addressing, [`EMPTY`] for empty slots, a power of two long.
    table: Vec<u32>,
    /// The index in `grams` and the ordinal of each posting, in the order of ordinals.
    postings: Vec<(u32, u32)>,
}

struct GramCount {
    gram: Gram,
    documents: u32,
    last: u32,
}

const EMPTY: u32 = u32::MAX;

/// The odd number nearest to 2^64 / φ, for multiplicative hashing (Knuth, The Art of Computer Programming, 6.4).
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

impl Grouped {
    fn add(&mut self, gram: Gram, ordinal: u32) {
        if self.grams.len() * 2 >= self.table.len() {
            self.grow();
        }
        let mask = self.table.len() - 1;
        let mut slot = Self::slot(gram, self.table.len());
        let place = loop {
            let place = self.table[slot];
            if place == EMPTY {
                let place = self.grams.len() as u32;
                self.table[slot] = place;
                self.grams.push(GramCount { gram, documents: 1, last: ordinal });
                self.postings.push((place, ordinal));
                return;
            }
            if self.grams[place as usize].gram == gram {
                break place;
            }
            slot = (slot + 1) & mask;
        };
        let count = &mut self.grams[place as usize];
        if count.last != ordinal {
            count.last = ordinal;
            count.documents += 1;
            self.postings.push((place, ordinal));
        }
    }

    fn slot(gram: Gram, slots: usize) -> usize {
        (gram.number().wrapping_mul(SPREAD) >> (64 - slots.trailing_zeros())) as usize
    }

    fn grow(&mut self) {
        let slots = (self.table.len() * 2).max(1 << 12);
        self.table.clear();
        self.table.resize(slots, EMPTY);
        for (place, count) in (0..).zip(&self.grams) {
            let mut slot = Self::slot(count.gram, slots);
            while self.table[slot] != EMPTY {
                slot = (slot + 1) & (slots - 1);
            }
            self.table[slot] = place;
        }
    }

    /// Visits each gram with its ordinals; grams and ordinals ascend.
    fn for_each_list(&self, mut visit: impl FnMut(Gram, &[u32])) {
        // A counting sort: computes where each gram's list begins, then moves each posting to its list.
        let mut ends = Vec::with_capacity(self.grams.len());
        let mut end = 0usize;
        for count in &self.grams {
            ends.push(end);
            end += count.documents as usize;
        }
        let mut ordinals = vec![0; end];
        for &(place, ordinal) in &self.postings {
            let at = &mut ends[place as usize];
            ordinals[*at] = ordinal;
            *at += 1;
        }
        let mut order: Vec<(Gram, u32)> = self.grams.iter().map(|count| count.gram).zip(0..).collect();
        order.sort_unstable();
        for (gram, place) in order {
            let end = ends[place as usize];
            let start = end - self.grams[place as usize].documents as usize;
            visit(gram, &ordinals[start..end]);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn grouping_is_a_map_of_sets(documents in proptest::collection::vec(proptest::collection::vec(0u64..9000, 0..400), 0..12)) {
            let mut grouped = Grouped::default();
            let mut expected: BTreeMap<Gram, BTreeSet<u32>> = BTreeMap::new();
            for (ordinal, numbers) in (0..).zip(&documents) {
                for &number in numbers {
                    let gram = Gram::from_number(number);
                    grouped.add(gram, ordinal);
                    expected.entry(gram).or_default().insert(ordinal);
                }
            }
            let mut lists = Vec::new();
            grouped.for_each_list(|gram, ordinals| lists.push((gram, ordinals.to_vec())));
            let expected: Vec<_> =
                expected.into_iter().map(|(gram, ordinals)| (gram, ordinals.into_iter().collect::<Vec<_>>())).collect();
            prop_assert_eq!(lists, expected);
        }
    }
}
