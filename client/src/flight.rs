//! The items in flight: sent, without a response yet. Limits their number and their bytes.

use std::collections::BTreeMap;

use articled_proto::ImportArticlesRequest;
use prost::Message;

/// The maximum size of the items in flight. A single larger item is allowed.
const MAX_BYTES: usize = 32 << 20;

pub(crate) struct Sent<K> {
    pub(crate) key: K,
    pub(crate) request: ImportArticlesRequest,
    bytes: usize,
}

pub(crate) struct Flight<K> {
    sent: BTreeMap<i64, Sent<K>>,
    bytes: usize,
    next_sequence: i64,
    max_items: usize,
}

impl<K> Flight<K> {
    pub(crate) fn new(max_items: usize) -> Self {
        Self { sent: BTreeMap::new(), bytes: 0, next_sequence: 1, max_items }
    }

    pub(crate) fn has_room(&self) -> bool {
        self.sent.len() < self.max_items && self.bytes < MAX_BYTES
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.sent.is_empty()
    }

    /// All items in flight, oldest first.
    pub(crate) fn sent(&self) -> impl Iterator<Item = &Sent<K>> {
        self.sent.values()
    }

    /// Adds an item with the next sequence number.
    pub(crate) fn add(&mut self, key: K, request: ImportArticlesRequest) -> &Sent<K> {
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        let request = ImportArticlesRequest { sequence, ..request };
        let bytes = request.encoded_len();
        self.bytes += bytes;
        self.sent.entry(sequence).or_insert(Sent { key, request, bytes })
    }

    /// Removes an item that has its response.
    pub(crate) fn answered(&mut self, sequence: i64) -> Option<Sent<K>> {
        let sent = self.sent.remove(&sequence)?;
        self.bytes -= sent.bytes;
        Some(sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_no_more_than_it_may() {
        let mut flight = Flight::new(2);
        assert!(flight.has_room() && flight.is_empty());
        assert_eq!(flight.add('a', ImportArticlesRequest::default()).request.sequence, 1);
        flight.add('b', ImportArticlesRequest::default());
        assert!(!flight.has_room());
        assert_eq!(flight.answered(1).map(|sent| sent.key), Some('a'));
        assert!(flight.answered(1).is_none());
        assert!(flight.has_room());
        assert!(flight.sent().map(|sent| sent.request.sequence).eq([2]));
    }
}
