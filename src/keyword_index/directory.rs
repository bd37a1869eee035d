//! The directory of a segment, which is kept in memory: its documents in order, and the first entry of each block.
//!
//! Owns the order of documents, and the mapping between documents and ordinals. Knows nothing about the content of blocks.
//!
//! ```text
//! directory = varint(version) varint(documents) document… varint(blocks) first… pairs
//! document  = varint(id, signed, less the one before) varint(effective_us: the first signed, then how much older)
//!             varint(bytes of the name) name
//! first     = varint(gram less the one before) varint(ordinal)
//! pairs     = varint(expanded pairs) varint(pair less the one before)… varint(common pairs) varint(the same)…
//! ```

use std::cmp::Ordering;

use super::codec::{Malformed, Reader, put_varint, unzigzag, zigzag};
use super::gram::Gram;
use super::pairs::Pairs;

/// The version of the segment format. It must be increased with every change; unknown versions are refused.
const FORMAT_VERSION: u64 = 2;

/// The version before grams of three characters: the directory ends after the blocks.
const VERSION_WITHOUT_PAIRS: u64 = 1;

/// The sort key of documents: newest first, then by name, which is the default order of lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key<'a> {
    /// The effective time in microseconds since 1970.
    pub effective_us: i64,
    /// The id of the article.
    pub name: &'a str,
}

impl Ord for Key<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.effective_us.cmp(&self.effective_us).then_with(|| self.name.cmp(other.name))
    }
}

impl PartialOrd for Key<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The documents of a segment in the order of [`Key`]. The index of a document is its ordinal.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    ids: Vec<i64>,
    effective_us: Vec<i64>,
    /// All names, concatenated: separate strings would double their memory.
    names: String,
    name_ends: Vec<u32>,
}

impl Documents {
    /// Allocates for the documents of all of these. For a million documents this avoids moving tens of megabytes while it
    /// grows.
    pub fn with_room_for<'a>(all: impl Iterator<Item = &'a Documents> + Clone) -> Self {
        let documents = all.clone().map(|documents| documents.ids.len()).sum();
        Self {
            ids: Vec::with_capacity(documents),
            effective_us: Vec::with_capacity(documents),
            names: String::with_capacity(all.map(|documents| documents.names.len()).sum()),
            name_ends: Vec::with_capacity(documents),
        }
    }

    /// Adds a document, which must sort after all previous ones.
    pub fn push(&mut self, id: i64, key: Key) {
        self.ids.push(id);
        self.effective_us.push(key.effective_us);
        self.names.push_str(key.name);
        self.name_ends.push(self.names.len() as u32);
    }

    pub fn len(&self) -> u32 {
        self.ids.len() as u32
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The caller's id of a document. The ordinal must be less than [`Self::len`].
    pub fn id(&self, ordinal: u32) -> i64 {
        self.ids[ordinal as usize]
    }

    /// The time of a document. Many comparisons need no name, which is in another part of the memory.
    pub fn effective_us(&self, ordinal: u32) -> i64 {
        self.effective_us[ordinal as usize]
    }

    /// The first ordinal whose time is not after this one.
    pub fn first_until(&self, effective_us: i64) -> u32 {
        self.effective_us.partition_point(|&other| other > effective_us) as u32
    }

    /// The first ordinal whose time is before this one.
    pub fn first_before(&self, effective_us: i64) -> u32 {
        self.effective_us.partition_point(|&other| other >= effective_us) as u32
    }

    pub fn key(&self, ordinal: u32) -> Key<'_> {
        let at = ordinal as usize;
        let start = if at == 0 { 0 } else { self.name_ends[at - 1] as usize };
        Key { effective_us: self.effective_us[at], name: &self.names[start..self.name_ends[at] as usize] }
    }

    pub fn ordinal_of(&self, key: Key) -> Option<u32> {
        let at = self.first_where(|other| other >= key);
        (at < self.len() && self.key(at) == key).then_some(at)
    }

    /// Partition point: the first ordinal for which the predicate holds.
    pub fn first_where(&self, is_behind: impl Fn(Key) -> bool) -> u32 {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if is_behind(self.key(middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }

    /// The first ordinal of the documents with the same time as this one.
    pub fn group_start(&self, ordinal: u32) -> u32 {
        let effective_us = self.effective_us[ordinal as usize];
        if ordinal == 0 || self.effective_us[ordinal as usize - 1] != effective_us {
            return ordinal;
        }
        self.first_until(effective_us)
    }

    /// One past the last ordinal of the documents with the same time as this one.
    pub fn group_end(&self, ordinal: u32) -> u32 {
        let effective_us = self.effective_us[ordinal as usize];
        if self.effective_us.get(ordinal as usize + 1) != Some(&effective_us) {
            return ordinal + 1;
        }
        self.first_before(effective_us)
    }

    fn encode_one(&self, ordinal: u32, out: &mut Vec<u8>) {
        let Key { effective_us, name } = self.key(ordinal);
        match ordinal.checked_sub(1) {
            None => {
                put_varint(out, zigzag(self.id(ordinal)));
                put_varint(out, zigzag(effective_us));
            }
            Some(before) => {
                put_varint(out, zigzag(self.id(ordinal).wrapping_sub(self.id(before))));
                put_varint(out, effective_us.abs_diff(self.effective_us(before)));
            }
        }
        put_varint(out, name.len() as u64);
        out.extend_from_slice(name.as_bytes());
    }

    fn decode(reader: &mut Reader) -> Result<Self, Malformed> {
        let documents = reader.varint_u32()?;
        let mut read = Self::default();
        let mut id_before = 0i64;
        for ordinal in 0..documents {
            let id = id_before.wrapping_add(unzigzag(reader.varint()?));
            let number = reader.varint()?;
            let effective_us = match read.effective_us.last() {
                None => unzigzag(number),
                Some(&before) => before.checked_sub_unsigned(number).ok_or(Malformed("a time is out of range"))?,
            };
            let length = reader.varint()?;
            let name = std::str::from_utf8(reader.take(length)?).map_err(|_| Malformed("a name is not UTF-8"))?;
            let key = Key { effective_us, name };
            if ordinal > 0 && read.key(ordinal - 1) >= key {
                return Err(Malformed("documents are out of order"));
            }
            read.push(id, key);
            id_before = id;
        }
        read.ids.shrink_to_fit();
        read.effective_us.shrink_to_fit();
        read.names.shrink_to_fit();
        read.name_ends.shrink_to_fit();
        Ok(read)
    }
}

/// The first gram and ordinal of each posting block of a segment.
#[derive(Clone, Debug, Default)]
pub struct BlockStarts {
    grams: Vec<Gram>,
    ordinals: Vec<u32>,
}

impl BlockStarts {
    pub fn new(firsts: &[(Gram, u32)]) -> Self {
        let (grams, ordinals) = firsts.iter().copied().unzip();
        Self { grams, ordinals }
    }

    /// The number of posting blocks.
    pub fn len(&self) -> u32 {
        self.grams.len() as u32
    }

    pub fn is_empty(&self) -> bool {
        self.grams.is_empty()
    }

    pub fn get(&self, block: u32) -> Option<(Gram, u32)> {
        Some((*self.grams.get(block as usize)?, *self.ordinals.get(block as usize)?))
    }

    /// The last block that begins at or before this ordinal of this gram's list. If the list contains the ordinal, it is in
    /// that block.
    pub fn block_of(&self, gram: Gram, ordinal: u32) -> Option<u32> {
        let (mut low, mut high) = (0, self.grams.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if (self.grams[middle], self.ordinals[middle]) <= (gram, ordinal) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low.checked_sub(1).map(|block| block as u32)
    }

    /// Whether a block begins with the list of this gram, or in the middle of it.
    pub fn starts_with(&self, block: u32, gram: Gram) -> bool {
        self.grams.get(block as usize) == Some(&gram)
    }

    fn encode_one(&self, block: usize, out: &mut Vec<u8>) {
        let before = block.checked_sub(1).map_or(0, |before| self.grams[before].number());
        put_varint(out, self.grams[block].number() - before);
        put_varint(out, u64::from(self.ordinals[block]));
    }

    fn decode(reader: &mut Reader, documents: u32) -> Result<Self, Malformed> {
        let blocks = reader.varint_u32()?;
        let mut read = Self::default();
        let mut gram = 0u64;
        for _ in 0..blocks {
            gram = gram.checked_add(reader.varint()?).ok_or(Malformed("a gram is out of range"))?;
            let first = (Gram::from_number(gram), reader.varint_u32()?);
            if first.1 >= documents || read.len().checked_sub(1).and_then(|last| read.get(last)) >= Some(first) {
                return Err(Malformed("blocks are out of order"));
            }
            read.grams.push(first.0);
            read.ordinals.push(first.1);
        }
        read.grams.shrink_to_fit();
        read.ordinals.shrink_to_fit();
        Ok(read)
    }
}

/// Encodes an item of a directory: its head, a document, the number of blocks, the first entry of one, or the pairs. Returns
/// whether there is such an item. One at a time, because a directory of a million documents has tens of megabytes.
pub(crate) fn encode_item(
    item: usize,
    documents: &Documents,
    starts: &BlockStarts,
    pairs: &Pairs,
    out: &mut Vec<u8>,
) -> bool {
    let first_block = documents.ids.len() + 2;
    let last = first_block + starts.grams.len();
    if item == 0 {
        put_varint(out, FORMAT_VERSION);
        put_varint(out, u64::from(documents.len()));
    } else if item < first_block - 1 {
        documents.encode_one((item - 1) as u32, out);
    } else if item < first_block {
        put_varint(out, u64::from(starts.len()));
    } else if item < last {
        starts.encode_one(item - first_block, out);
    } else if item == last {
        pairs.encode(out);
    }
    item <= last
}

pub(crate) fn decode(bytes: &[u8]) -> Result<(Documents, BlockStarts, Pairs), Malformed> {
    let mut reader = Reader::new(bytes);
    let version = reader.varint()?;
    if ![FORMAT_VERSION, VERSION_WITHOUT_PAIRS].contains(&version) {
        return Err(Malformed("its format version is unknown"));
    }
    let documents = Documents::decode(&mut reader)?;
    let starts = BlockStarts::decode(&mut reader, documents.len())?;
    let pairs = if version == FORMAT_VERSION { Pairs::decode(&mut reader)? } else { Pairs::default() };
    if !reader.is_at_end() {
        return Err(Malformed("it is too long"));
    }
    Ok((documents, starts, pairs))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn documents(keys: &BTreeSet<(i64, String)>) -> Documents {
        let mut sorted: Vec<Key> = keys.iter().map(|(time, name)| Key { effective_us: *time, name }).collect();
        sorted.sort();
        let mut documents = Documents::default();
        for (id, key) in (-3i64..).zip(sorted) {
            documents.push(id.wrapping_mul(i64::MAX / 5), key);
        }
        documents
    }

    fn keys() -> impl Strategy<Value = BTreeSet<(i64, String)>> {
        let times = prop_oneof![-3i64..3, any::<i64>()];
        proptest::collection::btree_set((times, "[a-c]{0,3}"), 0..30)
    }

    fn encode(documents: &Documents, starts: &BlockStarts, pairs: &Pairs) -> Vec<u8> {
        let mut out = Vec::new();
        let mut items = 0..;
        while items.next().is_some_and(|item| encode_item(item, documents, starts, pairs, &mut out)) {}
        out
    }

    proptest! {
        #[test]
        fn a_directory_round_trips(keys in keys(), grams in proptest::collection::btree_set(any::<u64>(), 0..20)) {
            let documents = documents(&keys);
            let firsts: Vec<(Gram, u32)> = if documents.is_empty() { vec![] } else {
                grams.into_iter().map(|gram| (Gram::from_number(gram), gram as u32 % documents.len())).collect()
            };
            let starts = BlockStarts::new(&firsts);
            let pairs = Pairs { expanded: vec![], common: vec![Gram::two('a', 'b')] };
            let bytes = encode(&documents, &starts, &pairs);
            let (read, read_starts, read_pairs) = decode(&bytes).unwrap();
            prop_assert_eq!(encode(&read, &read_starts, &read_pairs), bytes);
            for ordinal in 0..documents.len() {
                prop_assert_eq!(read.id(ordinal), documents.id(ordinal));
                prop_assert_eq!(read.key(ordinal), documents.key(ordinal));
                prop_assert_eq!(read.ordinal_of(documents.key(ordinal)), Some(ordinal));
                let group: Vec<u32> = (0..documents.len())
                    .filter(|&other| documents.key(other).effective_us == documents.key(ordinal).effective_us)
                    .collect();
                prop_assert_eq!(read.group_start(ordinal), group[0]);
                prop_assert_eq!(read.group_end(ordinal), group[group.len() - 1] + 1);
            }
        }

        #[test]
        fn the_form_before_there_were_pairs_is_read(keys in keys()) {
            let mut bytes = encode(&documents(&keys), &BlockStarts::default(), &Pairs::default());
            bytes[0] = VERSION_WITHOUT_PAIRS as u8;
            bytes.truncate(bytes.len() - 2);
            let (read, _, pairs) = decode(&bytes).unwrap();
            prop_assert_eq!(read.len() as usize, keys.len());
            prop_assert_eq!(pairs, Pairs::default());
        }

        #[test]
        fn damaged_bytes_do_not_panic(keys in keys(), at: prop::sample::Index, byte: u8, cut: prop::sample::Index) {
            let documents = documents(&keys);
            let mut bytes = encode(&documents, &BlockStarts::default(), &Pairs::default());
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = decode(&bytes);
            let _ = decode(&bytes[..cut.index(bytes.len())]);
        }
    }
}
