//! The items in flight: sent, without a response yet. Limits their number and their bytes.

use std::collections::BTreeMap;

use articled::rpc::proto::ImportArticlesRequest;
use prost::Message;

/// The maximum size of the items in flight. A single larger item is allowed.
const MAX_BYTES: usize = 32 << 20;

pub(super) struct Sent {
    /// The location in the input.
    pub origin: String,
    pub request: ImportArticlesRequest,
    bytes: usize,
}

pub(super) struct Flight {
    sent: BTreeMap<i64, Sent>,
    bytes: usize,
    next_sequence: i64,
    max_items: usize,
}

impl Flight {
    pub(super) fn new(max_items: u16) -> Self {
        Self { sent: BTreeMap::new(), bytes: 0, next_sequence: 1, max_items: max_items.into() }
    }

    pub(super) fn has_room(&self) -> bool {
        self.sent.len() < self.max_items && self.bytes < MAX_BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sent.is_empty()
    }

    /// All items in flight, oldest first.
    pub(super) fn sent(&self) -> impl Iterator<Item = &Sent> {
        self.sent.values()
    }

    /// Adds an item with the next sequence number.
    pub(super) fn add(&mut self, origin: String, request: ImportArticlesRequest) -> &Sent {
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        let request = ImportArticlesRequest { sequence, ..request };
        let bytes = request.encoded_len();
        self.bytes += bytes;
        self.sent.entry(sequence).or_insert(Sent { origin, request, bytes })
    }

    /// Removes an item that has its response.
    pub(super) fn answered(&mut self, sequence: i64) -> Option<Sent> {
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
        assert_eq!(flight.add("a".to_owned(), ImportArticlesRequest::default()).request.sequence, 1);
        flight.add("b".to_owned(), ImportArticlesRequest::default());
        assert!(!flight.has_room());
        assert_eq!(flight.answered(1).map(|sent| sent.origin), Some("a".to_owned()));
        assert!(flight.answered(1).is_none());
        assert!(flight.has_room());
        assert!(flight.sent().map(|sent| sent.request.sequence).eq([2]));
    }
}
