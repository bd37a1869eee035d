//! Common pairs: pairs of characters that are expanded to grams of three, and where they are expanded.
//!
//! A long keyword can be rare although each of its pairs is common. So if two adjacent pairs are both common, a segment also
//! has a list for the three characters. The common pairs are determined from the larger segments; segments built afterwards
//! expand them. A document that was indexed before a pair became common is in that pair's **residue**, a list of its own in
//! the segments that it is merged into, so nothing has to be indexed again.
//!
//! So in a segment where the pairs ab and bc are expanded, a document with the characters abc is in the list of abc, in the
//! residue of ab, or in the residue of bc.

use super::codec::{Malformed, Reader, put_varint};
use super::gram::Gram;

/// The thresholds for common pairs. Tests use smaller ones than the default, so that a few documents are enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairRule {
    /// A pair is common if at least 1 in this many documents contains it.
    pub common_share: u32,
    /// The minimum number of documents of a segment that determines common pairs.
    pub min_documents: u32,
}

impl Default for PairRule {
    fn default() -> Self {
        // Enough documents for reliable shares, but few enough that the first merges of an import reach it, because earlier
        // documents are in residues.
        Self { common_share: 20, min_documents: 256 }
    }
}

impl PairRule {
    /// Whether a pair is common in a segment with `documents` documents, of which `holders` contain it.
    pub fn is_common(self, holders: usize, documents: u32) -> bool {
        documents >= self.min_documents && holders as u64 * u64::from(self.common_share) >= u64::from(documents)
    }

    /// Whether an expanded pair stays expanded. The threshold is a little lower (hysteresis), so that merges do not alternate.
    pub fn stays_expanded(self, holders: usize, documents: u32) -> bool {
        documents < self.min_documents || holders as u64 * u64::from(self.common_share) * 2 >= u64::from(documents)
    }
}

/// The pairs of a segment that are expanded or common. Both lists ascend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// The expanded pairs that occur in some document.
    pub expanded: Vec<Gram>,
    /// The pairs that are common in this segment.
    pub common: Vec<Gram>,
}

impl Pairs {
    pub fn is_expanded(&self, pair: Gram) -> bool {
        self.expanded.binary_search(&pair).is_ok()
    }

    pub fn encode(&self, out: &mut Vec<u8>) {
        for pairs in [&self.expanded, &self.common] {
            put_varint(out, pairs.len() as u64);
            let mut before = 0;
            for pair in pairs {
                put_varint(out, pair.number() - before);
                before = pair.number();
            }
        }
    }

    pub fn decode(reader: &mut Reader) -> Result<Self, Malformed> {
        let mut list = || {
            let length = reader.varint_u32()?;
            let mut pairs: Vec<Gram> = Vec::new();
            for _ in 0..length {
                let before = pairs.last().map_or(0, |pair| pair.number());
                let pair = Gram::from_number(before.saturating_add(reader.varint()?));
                if !pair.is_two() || pairs.last().is_some_and(|last| *last >= pair) {
                    return Err(Malformed("pairs are out of order"));
                }
                pairs.push(pair);
            }
            Ok(pairs)
        };
        Ok(Self { expanded: list()?, common: list()? })
    }
}

/// A set of pairs that is looked up for each pair of each text. Open addressing, because a standard hash map would dominate
/// the indexing time.
#[derive(Clone, Debug, Default)]
pub struct PairSet {
    /// The slots: 0 if empty, which is never a common pair; a power of two long.
    table: Vec<u64>,
    len: usize,
}

/// The odd number nearest to 2^64 / φ, as in [`super::build`].
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

impl PairSet {
    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether the set contains a pair.
    pub fn contains(&self, pair: Gram) -> bool {
        if self.table.is_empty() || pair.number() == 0 {
            return false;
        }
        self.table[self.slot(pair.number())] == pair.number()
    }

    /// The slot of a number, or the empty slot for it.
    fn slot(&self, number: u64) -> usize {
        let mask = self.table.len() - 1;
        let mut slot = (number.wrapping_mul(SPREAD) >> 32) as usize & mask;
        while self.table[slot] != 0 && self.table[slot] != number {
            slot = (slot + 1) & mask;
        }
        slot
    }
}

impl FromIterator<Gram> for PairSet {
    fn from_iter<I: IntoIterator<Item = Gram>>(pairs: I) -> Self {
        let mut numbers: Vec<u64> = pairs.into_iter().map(Gram::number).filter(|&number| number != 0).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let slots = if numbers.is_empty() { 0 } else { (numbers.len() * 2).next_power_of_two() };
        let mut set = Self { table: vec![0; slots], len: numbers.len() };
        for number in numbers {
            let slot = set.slot(number);
            set.table[slot] = number;
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_set_holds_what_was_put_in(
            put in proptest::collection::btree_set(("[a-d一-三]", "[a-d一-三]"), 0..40),
            asked in proptest::collection::vec(("[a-d一-三]", "[a-d一-三]"), 20),
        ) {
            let pair = |(a, b): &(String, String)| {
                Gram::two(a.chars().next().unwrap_or('a'), b.chars().next().unwrap_or('a'))
            };
            let set: PairSet = put.iter().map(pair).collect();
            let known: BTreeSet<Gram> = put.iter().map(pair).collect();
            prop_assert_eq!(set.is_empty(), known.is_empty());
            for asked in asked.iter().chain(&put) {
                prop_assert_eq!(set.contains(pair(asked)), known.contains(&pair(asked)));
            }
        }

        #[test]
        fn pairs_round_trip(
            expanded in proptest::collection::btree_set(0u64..1 << 40, 0..20),
            common in proptest::collection::btree_set(0u64..1 << 40, 0..20),
        ) {
            let grams = |numbers: BTreeSet<u64>| {
                numbers.into_iter().map(Gram::from_number).filter(|gram| gram.is_two()).collect::<Vec<_>>()
            };
            let pairs = Pairs { expanded: grams(expanded), common: grams(common) };
            let mut bytes = Vec::new();
            pairs.encode(&mut bytes);
            prop_assert_eq!(Pairs::decode(&mut Reader::new(&bytes)), Ok(pairs));
        }
    }
}
