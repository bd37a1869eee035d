//! The merge policy: which segments are merged, and when.
//!
//! Segments are in tiers by size; each tier is eight times larger than the previous one, and eight segments of a tier are
//! merged into one of the next. So a document is written once per tier, and a query searches few segments. A segment with
//! many deletions is rewritten by itself. So is a segment with any deletion, after a time that the caller sets: until then
//! the grams of a deleted text stay in its blocks, although no query finds them.

use super::block::SegmentId;
use super::snapshot::{LiveSegment, Snapshot};

/// The number of segments of a tier that are merged into one of the next.
const FAN_IN: usize = 8;

/// A segment is rewritten immediately if 1 in this many of its documents is deleted.
const REWRITE_SHARE: u32 = 4;

/// More segments than this slow queries down noticeably. Merges that keep pace leave seven of each tier.
const MANY_SEGMENTS: usize = 64;

/// The tier of a segment, by powers of eight: a commit of 500 documents is in tier 2, eight of them merged in tier 3.
pub fn tier(documents: u32) -> u32 {
    documents.max(1).ilog2() / FAN_IN.ilog2()
}

/// Whether commits add segments faster than merges take them away.
pub(crate) fn is_behind(snapshot: &Snapshot) -> bool {
    snapshot.segments().len() > MANY_SEGMENTS
}

/// The inputs of the next merge, if one is due. Small segments first, because they are cheap to merge and slow down every
/// query.
pub fn next_merge(snapshot: &Snapshot) -> Option<Vec<SegmentId>> {
    let mut by_tier: Vec<(u32, &LiveSegment)> =
        snapshot.segments().iter().map(|live| (tier(live.live_documents()), live)).collect();
    // Within a tier the oldest first, because their time ranges are most likely adjacent.
    by_tier.sort_by_key(|(tier, live)| (*tier, live.segment.id));
    let full_tier = by_tier
        .chunk_by(|(a, _), (b, _)| a == b)
        .find(|segments| segments.len() >= FAN_IN)
        .map(|segments| segments.iter().take(FAN_IN).map(|(_, live)| live.segment.id).collect());
    full_tier.or_else(|| {
        let is_hollow = |live: &&LiveSegment| live.deletions.count() > live.segment.documents.len() / REWRITE_SHARE;
        snapshot.segments().iter().find(is_hollow).map(|live| vec![live.segment.id])
    })
}

/// The segments with deletions, smallest first. The caller rewrites each after some time.
pub fn with_deletions(snapshot: &Snapshot) -> Vec<SegmentId> {
    let mut found: Vec<&LiveSegment> = snapshot.segments().iter().filter(|live| live.deletions.count() > 0).collect();
    found.sort_by_key(|live| live.segment.documents.len());
    found.into_iter().map(|live| live.segment.id).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::keyword_index::block::EncodedBlock;
    use crate::keyword_index::build::{Document, build};
    use crate::keyword_index::directory::Key;
    use crate::keyword_index::pairs::{PairRule, PairSet};
    use crate::keyword_index::snapshot::Place;

    fn segment(id: u32, documents: i64) -> Arc<crate::keyword_index::Segment> {
        let documents = (0..documents)
            .map(|number| Document { id: number, key: Key { effective_us: number, name: "a" }, texts: vec![] })
            .collect();
        let (segment, _): (_, Vec<EncodedBlock>) =
            build(SegmentId(id), documents, &PairSet::default(), PairRule::default());
        Arc::new(segment)
    }

    #[test]
    fn tiers_grow_eightfold() {
        let tiers: Vec<u32> = [1, 7, 8, 63, 64, 500, 511, 4000, 32_000, 256_000].into_iter().map(tier).collect();
        assert_eq!(tiers, [0, 0, 1, 1, 2, 2, 2, 3, 4, 5]);
    }

    #[test]
    fn eight_of_a_tier_are_merged() {
        let mut snapshot = Snapshot::default();
        for id in 0..7 {
            snapshot = snapshot.with_segment(segment(id, 2)).with_segment(segment(100 + id, 70));
        }
        assert_eq!(next_merge(&snapshot), None);
        let snapshot = snapshot.with_segment(segment(50, 70));
        let ids = |ids: &[u32]| Some(ids.iter().map(|&id| SegmentId(id)).collect::<Vec<_>>());
        assert_eq!(next_merge(&snapshot), ids(&[50, 100, 101, 102, 103, 104, 105, 106]));
        let snapshot = snapshot.with_segment(segment(7, 3));
        assert_eq!(next_merge(&snapshot), ids(&[0, 1, 2, 3, 4, 5, 6, 7]));
    }

    #[test]
    fn what_is_deleted_is_rewritten() {
        let place = |ordinal| Place { segment: SegmentId(2), ordinal };
        let snapshot = Snapshot::default().with_segment(segment(1, 10)).with_segment(segment(2, 10));
        assert_eq!(with_deletions(&snapshot), []);
        let snapshot = snapshot.with_deletions(&[place(0), place(0), place(11)]);
        assert_eq!(next_merge(&snapshot), None);
        assert_eq!(with_deletions(&snapshot), [SegmentId(2)]);
        let snapshot = snapshot.with_deletions(&[place(1), place(2)]);
        assert_eq!(next_merge(&snapshot), Some(vec![SegmentId(2)]));
    }
}
