//! Remembers the ids of articles by their names: with its id an article is read from the table directly, without a page of the
//! index of names, which is spread over the whole file.
//!
//! Only hints: a reader checks the name of the row that it finds, so nothing has to be forgotten when articles change.

use std::sync::{Mutex, PoisonError};

use xxhash_rust::xxh3::xxh3_64;

/// The number of hints, 8 bytes each. Memory is used as they are made.
const HINTS: usize = 1 << 19;

/// The bits of an id. Above are bits of the name's hash, so that hardly any other name finds the hint.
const ID_BITS: u32 = 40;

pub(crate) struct IdHints {
    /// Direct-mapped by the name's hash. 0: none.
    hints: Mutex<Vec<u64>>,
}

impl IdHints {
    pub(in crate::store::sqlite) fn new() -> Self {
        Self { hints: Mutex::new(vec![0; HINTS]) }
    }

    /// The id that an article of this name had.
    pub(super) fn get(&self, name: &str) -> Option<i64> {
        let (slot, tag) = place(name);
        let hint = self.hints.lock().unwrap_or_else(PoisonError::into_inner).get(slot).copied()?;
        let id = (hint & ((1 << ID_BITS) - 1)).cast_signed();
        (id != 0 && hint >> ID_BITS == tag).then_some(id)
    }

    pub(super) fn put(&self, name: &str, id: i64) {
        let (slot, tag) = place(name);
        if !(1..1 << ID_BITS).contains(&id) {
            return;
        }
        if let Some(hint) = self.hints.lock().unwrap_or_else(PoisonError::into_inner).get_mut(slot) {
            *hint = tag << ID_BITS | id.cast_unsigned();
        }
    }
}

fn place(name: &str) -> (usize, u64) {
    let hash = xxh3_64(name.as_bytes());
    (hash as usize % HINTS, hash >> ID_BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_id_of_a_name_is_found() {
        let hints = IdHints::new();
        assert_eq!(hints.get("a"), None);
        for id in [7, (1 << ID_BITS) - 1, 1] {
            hints.put("a", id);
            assert_eq!(hints.get("a"), Some(id));
        }
        for id in [0, -1, 1 << ID_BITS, i64::MIN] {
            hints.put("a", id);
            assert_eq!(hints.get("a"), Some(1));
        }
        assert_eq!(hints.get("b"), None);
    }
}
