//! A search in progress: one lane for each segment, merged in result order.
//!
//! [`IndexSearch::next`] never waits. It returns a hit, or the ids of missing blocks, or that its step budget is used up. The
//! caller may stop after any call; [`IndexSearch::resume_after`] is the key from which another search continues.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::block::{Block, BlockId, Damaged};
use super::cache::BlockCache;
use super::directory::Key;
use super::plan::{Expr, Plan};
use super::snapshot::{LiveSegment, Place, Snapshot};
use super::walk::{Context, Node, Stop, Way, Why};

/// The step budget of a call. A step takes about 10 ns, so a call takes at most a few milliseconds before it yields the
/// thread.
const STEPS_PER_CALL: u32 = 100_000;

/// The maximum number of segments whose first blocks are requested in advance.
const MAX_LANES_AHEAD: usize = 64;

/// The order of results. In both, documents with the same time are ordered by name, ascending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The default order of lists.
    NewestFirst,
    /// Ascending by time.
    OldestFirst,
}

impl Direction {
    /// Compares two keys in result order.
    pub fn compare(self, a: Key, b: Key) -> Ordering {
        match self {
            Direction::NewestFirst => a.cmp(&b),
            Direction::OldestFirst => a.effective_us.cmp(&b.effective_us).then_with(|| a.name.cmp(b.name)),
        }
    }
}

/// The range of keys to search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchRange {
    /// Only documents after this time and name, in result order.
    pub after: Option<(i64, String)>,
    /// Only documents with times in this range, in microseconds.
    pub effective_us: RangeInclusive<i64>,
}

impl Default for SearchRange {
    fn default() -> Self {
        Self { after: None, effective_us: i64::MIN..=i64::MAX }
    }
}

impl SearchRange {
    fn after(&self) -> Option<Key<'_>> {
        self.after.as_ref().map(|(effective_us, name)| Key { effective_us: *effective_us, name })
    }
}

/// A document that the search found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The caller's id of the document.
    pub id: i64,
    /// The time that orders it, in microseconds.
    pub effective_us: i64,
    /// Its location in the index.
    pub place: Place,
}

/// The result of [`IndexSearch::next`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchStep {
    /// The next document. Only a candidate unless [`Plan::is_exact`].
    Hit(Hit),
    /// The search needs these blocks: [`IndexSearch::supply`] them, and call again.
    Need(Vec<BlockId>),
    /// The step budget is used up. Call again, or stop.
    Paused,
    /// There are no more documents.
    End,
}

/// A search in progress.
#[derive(Debug)]
pub struct IndexSearch {
    snapshot: Arc<Snapshot>,
    direction: Direction,
    range: SearchRange,
    /// The segments that may have more hits, sorted so that the last one has the next hit.
    lanes: Vec<Lane>,
    supplied: HashMap<BlockId, Block>,
    lanes_ahead: usize,
    /// The last returned hit.
    shown: Option<Hit>,
}

/// The search within one segment.
#[derive(Debug)]
struct Lane {
    live: LiveSegment,
    node: Node,
    is_prepared: bool,
    /// The range of ordinals to search.
    start: u32,
    end: u32,
    /// The current ordinal: there are no further hits before it, in result order.
    at: u32,
    /// Whether `at` is a hit that was not returned yet.
    is_hit: bool,
    /// The documents with the same time as `at`. Only for [`Direction::OldestFirst`], which visits these groups from the last
    /// to the first, but the documents within a group in ascending order.
    group_start: u32,
    group_end: u32,
    /// Whether the whole group, and perhaps groups before it, may have no hit.
    is_group_unseen: bool,
}

impl IndexSearch {
    /// Starts a search over a snapshot.
    pub fn new(snapshot: Arc<Snapshot>, plan: &Plan, direction: Direction, range: SearchRange) -> Self {
        let mut search = Self {
            snapshot,
            direction,
            range,
            lanes: Vec::new(),
            supplied: HashMap::new(),
            lanes_ahead: 1,
            shown: None,
        };
        if plan.walk != Expr::Nothing {
            search.lanes = search
                .snapshot
                .segments()
                .iter()
                .filter_map(|live| Lane::new(live, &plan.walk, direction, &search.range))
                .collect();
        }
        search.lanes.sort_by(|a, b| b.compare(a, direction));
        search
    }

    /// Continues to the next document.
    pub fn next(&mut self, cache: &BlockCache) -> Result<SearchStep, Damaged> {
        let mut steps_left = STEPS_PER_CALL;
        loop {
            let Some(lane) = self.lanes.last_mut() else { return Ok(SearchStep::End) };
            if lane.is_hit {
                let hit = lane.hit();
                lane.is_hit = false;
                self.shown = Some(hit);
                let has_more = lane.pass(self.direction);
                self.put_back(has_more);
                return Ok(SearchStep::Hit(hit));
            }
            let before = lane.at;
            let mut needed = Vec::new();
            let found = lane.seek(self.direction, cache, &self.supplied, &mut needed, &mut steps_left);
            match found {
                Ok(has_more) => self.put_back(has_more),
                Err(Stop::Damaged(damaged)) => return Err(damaged),
                Err(Stop::At(_, Why::Budget)) => {
                    self.put_back(true);
                    return Ok(SearchStep::Paused);
                }
                Err(Stop::At(_, Why::Missing)) => {
                    if lane.at != before {
                        self.supplied.clear();
                    }
                    self.need_ahead(cache, &mut needed);
                    self.put_back(true);
                    needed.sort_unstable();
                    needed.dedup();
                    return Ok(SearchStep::Need(needed));
                }
            }
        }
    }

    /// Supplies a needed block.
    pub fn supply(&mut self, block: Block) {
        self.supplied.insert(block.id(), block);
    }

    /// The key of a hit.
    pub fn key(&self, hit: &Hit) -> Option<Key<'_>> {
        let documents = &self.snapshot.get(hit.place.segment)?.segment.documents;
        (hit.place.ordinal < documents.len()).then(|| documents.key(hit.place.ordinal))
    }

    /// The key after which another search finds everything that this one has not returned yet. `None` is the beginning.
    pub fn resume_after(&self) -> Option<Key<'_>> {
        let seen = self.lanes.last().and_then(|lane| lane.key_before(self.direction));
        let shown = self.shown.as_ref().and_then(|hit| self.key(hit));
        [seen, shown, self.range.after()].into_iter().flatten().max_by(|a, b| self.direction.compare(*a, *b))
    }

    /// Restores the order of the lanes after the last one has advanced or ended.
    fn put_back(&mut self, has_more: bool) {
        let Some(lane) = self.lanes.pop() else { return };
        if !has_more {
            return;
        }
        // Searched from the end, because the lane usually stays there.
        let shows_later = |other: &Lane| match other.compare(&lane, self.direction) {
            Ordering::Less => false,
            // Two lanes have the same key only if one of them is not a hit; that one is advanced first.
            Ordering::Equal => lane.is_hit <= other.is_hit,
            Ordering::Greater => true,
        };
        let mut at = self.lanes.len();
        while at > 0 && !shows_later(&self.lanes[at - 1]) {
            at -= 1;
        }
        self.lanes.insert(at, lane);
    }

    /// Requests the first blocks of the next lanes, more with each call, so that a common term reads few blocks and a rare
    /// term waits for few reads.
    fn need_ahead(&mut self, cache: &BlockCache, needed: &mut Vec<BlockId>) {
        let lanes = self.lanes.iter_mut().rev().skip(1).filter(|lane| !lane.is_prepared);
        for lane in lanes.take(self.lanes_ahead) {
            let mut no_steps = 0;
            let start = lane.at;
            let Lane { live, node, .. } = lane;
            let mut context = Context {
                segment: &live.segment,
                cache,
                supplied: &self.supplied,
                needed,
                steps_left: &mut no_steps,
                limit: live.segment.documents.len(),
            };
            // A damaged block is reported when it is really needed.
            let _ = node.prepare(start, &mut context);
        }
        self.lanes_ahead = (self.lanes_ahead * 2).min(MAX_LANES_AHEAD);
    }
}

impl Lane {
    /// `None` if the segment has nothing in the range.
    fn new(live: &LiveSegment, expr: &Expr, direction: Direction, range: &SearchRange) -> Option<Self> {
        let documents = &live.segment.documents;
        let mut start = documents.first_until(*range.effective_us.end());
        let mut end = documents.first_before(*range.effective_us.start());
        let mut at = None;
        match (direction, range.after()) {
            (Direction::NewestFirst, after) => {
                if let Some(after) = after {
                    start = start.max(documents.first_where(|key| key > after));
                }
                at = Some(start);
            }
            (Direction::OldestFirst, None) => {}
            (Direction::OldestFirst, Some(after)) => {
                let rest_of_group = documents.first_where(|key| key > after);
                let is_in_group = rest_of_group < end && documents.effective_us(rest_of_group) == after.effective_us;
                if is_in_group && rest_of_group >= start {
                    at = Some(rest_of_group);
                    end = documents.group_end(rest_of_group);
                } else {
                    end = end.min(documents.first_until(after.effective_us));
                }
            }
        }
        if start >= end {
            return None;
        }
        let mut lane = Self {
            live: live.clone(),
            node: Node::new(expr, &live.segment.pairs),
            is_prepared: false,
            start,
            end,
            at: start,
            is_hit: false,
            group_start: start,
            group_end: end,
            is_group_unseen: false,
        };
        if direction == Direction::OldestFirst {
            lane.enter_group_of(at.unwrap_or(end - 1));
            lane.is_group_unseen = at.is_none();
        }
        lane.at = at.unwrap_or(lane.at);
        Some(lane)
    }

    fn key(&self) -> Key<'_> {
        self.live.segment.documents.key(self.at)
    }

    fn effective_us(&self) -> i64 {
        self.live.segment.documents.effective_us(self.at)
    }

    /// Compares the current documents in result order. Few have the same time.
    fn compare(&self, other: &Self, direction: Direction) -> Ordering {
        let by_time = match direction {
            Direction::NewestFirst => other.effective_us().cmp(&self.effective_us()),
            Direction::OldestFirst => self.effective_us().cmp(&other.effective_us()),
        };
        by_time.then_with(|| self.key().name.cmp(other.key().name))
    }

    fn hit(&self) -> Hit {
        Hit {
            id: self.live.segment.documents.id(self.at),
            effective_us: self.effective_us(),
            place: Place { segment: self.live.segment.id, ordinal: self.at },
        }
    }

    fn enter_group_of(&mut self, ordinal: u32) {
        let documents = &self.live.segment.documents;
        self.group_start = documents.group_start(ordinal);
        self.group_end = documents.group_end(ordinal);
        self.at = self.group_start;
    }

    /// Advances by one document; false at the end.
    fn pass(&mut self, direction: Direction) -> bool {
        match direction {
            Direction::NewestFirst => {
                self.at += 1;
                self.at < self.end
            }
            Direction::OldestFirst => {
                self.at += 1;
                self.at < self.group_end || self.pass_group()
            }
        }
    }

    /// Moves to the previous group; false if there is none.
    fn pass_group(&mut self) -> bool {
        if self.group_start <= self.start {
            // `at` stays a valid ordinal, even at the end.
            self.at = self.start;
            return false;
        }
        self.enter_group_of(self.group_start - 1);
        self.is_group_unseen = true;
        true
    }

    /// Advances to the next hit; false if there is none.
    fn seek(
        &mut self,
        direction: Direction,
        cache: &BlockCache,
        supplied: &HashMap<BlockId, Block>,
        needed: &mut Vec<BlockId>,
        steps_left: &mut u32,
    ) -> Result<bool, Stop> {
        let live = self.live.clone();
        let mut context = Context {
            segment: &live.segment,
            cache,
            supplied,
            needed,
            steps_left,
            limit: live.segment.documents.len(),
        };
        if !self.is_prepared {
            self.node.prepare(self.at, &mut context)?;
            self.is_prepared = true;
        }
        loop {
            if direction == Direction::OldestFirst && self.is_group_unseen {
                match self.node.seek(self.group_end - 1, Way::Down, &mut context) {
                    Ok(Some(hit)) if hit >= self.start => {
                        self.enter_group_of(hit);
                        self.is_group_unseen = false;
                    }
                    Ok(_) => return Ok(false),
                    Err(Stop::At(seen, why)) => {
                        if seen < self.start {
                            return Ok(false);
                        }
                        self.enter_group_of(seen);
                        return Err(Stop::At(seen, why));
                    }
                    Err(damaged) => return Err(damaged),
                }
            }
            let limit = if direction == Direction::OldestFirst { self.group_end } else { self.end };
            context.limit = limit;
            match self.node.seek(self.at, Way::Up, &mut context) {
                Ok(Some(hit)) if hit < limit => {
                    self.at = hit;
                    if !live.deletions.contains(hit) {
                        self.is_hit = true;
                        return Ok(true);
                    }
                    if !self.pass(direction) {
                        return Ok(false);
                    }
                }
                Err(Stop::At(seen, why)) if seen < limit => {
                    self.at = seen;
                    return Err(Stop::At(seen, why));
                }
                Ok(_) | Err(Stop::At(..)) => {
                    if direction == Direction::NewestFirst || !self.pass_group() {
                        return Ok(false);
                    }
                }
                Err(damaged) => return Err(damaged),
            }
        }
    }

    /// The key of the document before `at`, in result order.
    fn key_before(&self, direction: Direction) -> Option<Key<'_>> {
        let documents = &self.live.segment.documents;
        let ordinal = match direction {
            Direction::NewestFirst => self.at.checked_sub(1)?,
            Direction::OldestFirst if self.at > self.group_start => self.at - 1,
            Direction::OldestFirst if self.group_end < documents.len() => documents.group_end(self.group_end) - 1,
            Direction::OldestFirst => return None,
        };
        Some(documents.key(ordinal))
    }
}
