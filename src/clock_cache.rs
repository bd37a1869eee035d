//! A cache limited in bytes, for the keyword index's blocks and for articles.

use std::collections::HashMap;
use std::hash::Hash;

/// A cache with the clock algorithm: when full, it evicts entries that were not used since the clock hand last passed them.
#[derive(Debug)]
pub(crate) struct ClockCache<K, V> {
    capacity_bytes: usize,
    places: HashMap<K, usize>,
    entries: Vec<Entry<K, V>>,
    bytes: usize,
    hand: usize,
    hits: u64,
    misses: u64,
}

#[derive(Debug)]
struct Entry<K, V> {
    key: K,
    value: V,
    cost: usize,
    was_used: bool,
}

impl<K: Clone + Eq + Hash, V: Clone> ClockCache<K, V> {
    pub(crate) fn new(capacity_bytes: usize) -> Self {
        Self { capacity_bytes, places: HashMap::new(), entries: Vec::new(), bytes: 0, hand: 0, hits: 0, misses: 0 }
    }

    pub(crate) fn get<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let Some(entry) = self.places.get(key).and_then(|&place| self.entries.get_mut(place)) else {
            self.misses += 1;
            return None;
        };
        self.hits += 1;
        entry.was_used = true;
        Some(entry.value.clone())
    }

    /// Inserts a value that takes `cost` bytes, unless the key exists or the value is too large.
    pub(crate) fn put(&mut self, key: K, value: V, cost: usize) {
        if cost > self.capacity_bytes || self.places.contains_key(&key) {
            return;
        }
        while self.bytes + cost > self.capacity_bytes && !self.entries.is_empty() {
            self.drop_one();
        }
        self.places.insert(key.clone(), self.entries.len());
        self.entries.push(Entry { key, value, cost, was_used: false });
        self.bytes += cost;
    }

    pub(crate) fn remove<Q>(&mut self, key: &Q)
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        if let Some(&place) = self.places.get(key) {
            self.remove_at(place);
        }
    }

    /// The total cost of all values, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The number of hits and of misses of [`Self::get`].
    pub(crate) fn hits_and_misses(&self) -> (u64, u64) {
        (self.hits, self.misses)
    }

    fn drop_one(&mut self) {
        loop {
            if self.hand >= self.entries.len() {
                self.hand = 0;
            }
            let Some(entry) = self.entries.get_mut(self.hand) else { return };
            if std::mem::take(&mut entry.was_used) {
                self.hand += 1;
                continue;
            }
            self.remove_at(self.hand);
            self.hand += 1;
            return;
        }
    }

    /// Swap-removes an entry: the last entry takes its index.
    fn remove_at(&mut self, place: usize) {
        let removed = self.entries.swap_remove(place);
        self.bytes -= removed.cost;
        self.places.remove(&removed.key);
        if let Some(moved) = self.entries.get(place) {
            self.places.insert(moved.key.clone(), place);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_stays_within_its_bounds_and_keeps_what_is_used() {
        let mut cache = ClockCache::new(10_000);
        cache.put(0, "used", 1100);
        for number in 1..1000 {
            assert!(cache.get(&0).is_some(), "{number}");
            cache.put(number, "not", 1100);
            assert!(cache.bytes() <= 10_000);
        }
        assert_eq!((0..1000).filter(|number| cache.get(number).is_some()).count(), 9);
    }

    proptest! {
        #[test]
        fn it_answers_only_what_was_put_and_not_removed(
            steps in proptest::collection::vec((0u8..4, 0u8..12, 1usize..40), 0..200),
        ) {
            let mut cache = ClockCache::new(100);
            let mut known: HashMap<u8, usize> = HashMap::new();
            for (act, key, cost) in steps {
                match act {
                    0 => {
                        cache.remove(&key);
                        known.remove(&key);
                    }
                    1 => prop_assert!(cache.get(&key).is_none_or(|value| known.get(&key) == Some(&value))),
                    _ => {
                        if cache.get(&key).is_none() {
                            cache.put(key, cost, cost);
                            known.insert(key, cost);
                        }
                    }
                }
                prop_assert!(cache.bytes() <= 100);
                let kept: usize = known.keys().filter_map(|key| cache.places.get(key)).map(|&at| cache.entries[at].cost).sum();
                prop_assert_eq!(kept, cache.bytes());
            }
        }
    }
}
