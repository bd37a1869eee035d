//! Counts of skipped records and files, by kind.

use std::collections::BTreeMap;

/// The maximum number of kinds. Some are named by the files themselves (record types, HTTP statuses, media types), so a bad
/// crawl could name any number of them.
const MAX_KINDS: usize = 64;

/// The maximum length of a kind. A media type has at most 127 characters on each side of its slash (RFC 6838), and real ones
/// are far shorter.
const MAX_KIND_BYTES: usize = 100;

/// Counts what has no kind of its own.
const OTHER: &str = "other kinds";

/// How many records and files were skipped, by kind: `request`, `response 404`, `link`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped(BTreeMap<String, u64>);

impl Skipped {
    pub(crate) fn add(&mut self, kind: &str, count: u64) {
        let has_own = self.0.contains_key(kind) || self.0.len() < MAX_KINDS && kind.len() <= MAX_KIND_BYTES;
        *self.0.entry(if has_own { kind } else { OTHER }.to_owned()).or_default() += count;
    }

    /// The kinds in alphabetical order, with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(kind, count)| (kind.as_str(), *count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_kinds_costs_bounded_memory() {
        let mut skipped = Skipped::default();
        skipped.add(&"k".repeat(MAX_KIND_BYTES + 1), 3);
        for status in 0..1000 {
            skipped.add(&format!("response {status}"), 1);
        }
        skipped.add("response 0", 1);
        let counts: BTreeMap<_, _> = skipped.iter().collect();
        assert_eq!(counts.len(), MAX_KINDS);
        assert_eq!(counts.values().sum::<u64>(), 1004);
        assert_eq!((counts["response 0"], counts[OTHER]), (2, 3 + 1000 - (MAX_KINDS as u64 - 1)));
    }
}
