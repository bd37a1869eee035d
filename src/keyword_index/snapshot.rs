//! A snapshot of the index: its segments, and their deleted documents.
//!
//! Snapshots are immutable: a commit creates a new one, which shares unchanged parts with the previous one. So readers need
//! no lock.

use std::sync::Arc;

use super::block::SegmentId;
use super::directory::Key;
use super::pairs::PairSet;
use super::segment::Segment;

/// The location of a document: segment and ordinal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The segment.
    pub segment: SegmentId,
    /// The ordinal in the segment.
    pub ordinal: u32,
}

/// The deleted ordinals of a segment.
#[derive(Clone, Debug, Default)]
pub struct Deletions {
    words: Vec<u64>,
    count: u32,
}

impl Deletions {
    /// Whether an ordinal is deleted.
    pub fn contains(&self, ordinal: u32) -> bool {
        self.words.get(ordinal as usize / 64).is_some_and(|word| word >> (ordinal % 64) & 1 == 1)
    }

    /// The number of deleted ordinals.
    pub fn count(&self) -> u32 {
        self.count
    }

    fn insert(&mut self, ordinal: u32) {
        let at = ordinal as usize / 64;
        if at >= self.words.len() {
            self.words.resize(at + 1, 0);
        }
        let bit = 1 << (ordinal % 64);
        if self.words[at] & bit == 0 {
            self.words[at] |= bit;
            self.count += 1;
        }
    }
}

/// A segment with its deletions.
#[derive(Clone, Debug)]
pub struct LiveSegment {
    /// The segment.
    pub segment: Arc<Segment>,
    /// Its deleted documents.
    pub deletions: Arc<Deletions>,
}

impl LiveSegment {
    /// The number of documents that are not deleted.
    pub fn live_documents(&self) -> u32 {
        self.segment.documents.len().saturating_sub(self.deletions.count())
    }
}

/// Segments with fewer documents than this fraction (1/16) of the largest do not determine common pairs: small segments have
/// pairs that are common only by chance.
const TELLING_SHARE: u32 = 16;

/// All segments, ordered by id.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    segments: Vec<LiveSegment>,
    /// The pairs that are common in any of the larger segments.
    common: Arc<PairSet>,
}

impl Snapshot {
    /// All segments, ordered by id.
    pub fn segments(&self) -> &[LiveSegment] {
        &self.segments
    }

    /// The segment with this id.
    pub fn get(&self, id: SegmentId) -> Option<&LiveSegment> {
        self.segments.binary_search_by_key(&id, |live| live.segment.id).ok().and_then(|at| self.segments.get(at))
    }

    /// The pairs to expand in new segments.
    pub fn common(&self) -> &Arc<PairSet> {
        &self.common
    }

    /// The number of documents that are not deleted.
    pub fn live_documents(&self) -> u64 {
        self.segments.iter().map(|live| u64::from(live.live_documents())).sum()
    }

    /// The location of a live document, by the id and key that it was indexed with.
    pub fn place_of(&self, id: i64, key: Key) -> Option<Place> {
        self.segments.iter().find_map(|live| {
            let ordinal = live.segment.documents.ordinal_of(key)?;
            let is_it = live.segment.documents.id(ordinal) == id && !live.deletions.contains(ordinal);
            is_it.then_some(Place { segment: live.segment.id, ordinal })
        })
    }

    /// A snapshot with one more segment.
    pub fn with_segment(&self, segment: Arc<Segment>) -> Self {
        let mut next = self.clone();
        next.insert(LiveSegment { segment, deletions: Arc::default() });
        next
    }

    /// A snapshot with more deletions. Locations in unknown segments are ignored.
    pub fn with_deletions(&self, places: &[Place]) -> Self {
        let mut next = self.clone();
        next.delete(places);
        next
    }

    /// A snapshot in which a merge's output, with these ordinals deleted, replaces its inputs.
    pub fn with_replaced(&self, inputs: &[SegmentId], output: Option<Arc<Segment>>, deleted: &[u32]) -> Self {
        let mut next = self.clone();
        next.segments.retain(|live| !inputs.contains(&live.segment.id));
        next.learn();
        if let Some(output) = output {
            let segment = output.id;
            next.insert(LiveSegment { segment: output, deletions: Arc::default() });
            next.delete(&deleted.iter().map(|&ordinal| Place { segment, ordinal }).collect::<Vec<_>>());
        }
        next
    }

    fn insert(&mut self, live: LiveSegment) {
        let at = self.segments.partition_point(|other| other.segment.id < live.segment.id);
        let tells = !live.segment.pairs.common.is_empty();
        self.segments.insert(at, live);
        if tells {
            self.learn();
        }
    }

    fn learn(&mut self) {
        let largest = self.segments.iter().map(|live| live.segment.documents.len()).max().unwrap_or_default();
        let telling = self.segments.iter().filter(|live| live.segment.documents.len() >= largest / TELLING_SHARE);
        let common = telling.flat_map(|live| live.segment.pairs.common.iter().copied());
        self.common = Arc::new(common.collect());
    }

    fn delete(&mut self, places: &[Place]) {
        for live in &mut self.segments {
            let mut here = places.iter().filter(|place| place.segment == live.segment.id).peekable();
            if here.peek().is_some() {
                let deletions = Arc::make_mut(&mut live.deletions);
                here.filter(|place| place.ordinal < live.segment.documents.len())
                    .for_each(|place| deletions.insert(place.ordinal));
            }
        }
    }
}
