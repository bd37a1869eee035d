//! A question on its way: the walks over all segments, merged in the order of the answer.
//!
//! [`IndexSearch::next`] never waits. It answers a hit, or names the blocks it lacks, or says that it has worked long enough
//! for one call; whoever asks may stop at any of these, and [`IndexSearch::resume_after`] says where another question can go on.

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

/// The most steps of a call, each some ten nanoseconds: a few milliseconds, after which others should have the thread.
const STEPS_PER_CALL: u32 = 100_000;

/// The most segments whose first blocks are asked for ahead of need.
const MAX_LANES_AHEAD: usize = 64;

/// The two orders in which the index answers. Documents of one time are in the order of their names in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    NewestFirst,
    OldestFirst,
}

impl Direction {
    /// Compares by what the answer shows first.
    pub fn compare(self, a: Key, b: Key) -> Ordering {
        match self {
            Direction::NewestFirst => a.cmp(&b),
            Direction::OldestFirst => a.effective_us.cmp(&b.effective_us).then_with(|| a.name.cmp(b.name)),
        }
    }
}

/// Which stretch of the order is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchRange {
    /// Only what comes after this time and name, in the order of the answer.
    pub after: Option<(i64, String)>,
    /// Only documents of these times, in microseconds.
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

/// A document that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The caller's identity of it.
    pub id: i64,
    pub effective_us: i64,
    pub place: Place,
}

/// What a call of [`IndexSearch::next`] came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchStep {
    /// The next document; a candidate only, unless [`Plan::is_exact`].
    Hit(Hit),
    /// These blocks are missing: [`IndexSearch::supply`] them, and call again.
    Need(Vec<BlockId>),
    /// Nothing yet, and much was looked at. Call again, or stop.
    Paused,
    /// There are no more.
    End,
}

/// A question on its way.
#[derive(Debug)]
pub struct IndexSearch {
    snapshot: Arc<Snapshot>,
    direction: Direction,
    range: SearchRange,
    /// The segments that may have more to show; the last one has what comes first.
    lanes: Vec<Lane>,
    supplied: HashMap<BlockId, Block>,
    lanes_ahead: usize,
    /// The hit that was shown last.
    shown: Option<Hit>,
}

/// The walk over one segment.
#[derive(Debug)]
struct Lane {
    live: LiveSegment,
    node: Node,
    is_prepared: bool,
    /// The ordinals in question.
    start: u32,
    end: u32,
    /// Nothing is left before this ordinal, in the order of the answer.
    at: u32,
    /// Whether `at` is a hit that was not shown yet.
    is_hit: bool,
    /// The documents that share the time of `at`. Only for [`Direction::OldestFirst`], which shows such groups from
    /// the last to the first, but each from its first to its last.
    group_start: u32,
    group_end: u32,
    /// Whether all of the group, and so perhaps groups before it, may be without a hit.
    is_group_unseen: bool,
}

impl IndexSearch {
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
        search.lanes.sort_by(|a, b| direction.compare(b.key(), a.key()));
        search
    }

    /// Goes on to the next document.
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

    /// Takes a block that was needed.
    pub fn supply(&mut self, block: Block) {
        self.supplied.insert(block.id(), block);
    }

    /// The key of a hit.
    pub fn key(&self, hit: &Hit) -> Option<Key<'_>> {
        let documents = &self.snapshot.get(hit.place.segment)?.segment.documents;
        (hit.place.ordinal < documents.len()).then(|| documents.key(hit.place.ordinal))
    }

    /// The key after which another question finds all that this one has not shown yet. `None` is the beginning.
    pub fn resume_after(&self) -> Option<Key<'_>> {
        let seen = self.lanes.last().and_then(|lane| lane.key_before(self.direction));
        let shown = self.shown.as_ref().and_then(|hit| self.key(hit));
        [seen, shown, self.range.after()].into_iter().flatten().max_by(|a, b| self.direction.compare(*a, *b))
    }

    /// Restores the order of the lanes after the last one moved on, or came to its end.
    fn put_back(&mut self, has_more: bool) {
        let Some(lane) = self.lanes.pop() else { return };
        if !has_more {
            return;
        }
        // It mostly stays where it was: look from behind.
        let shows_later = |other: &Lane| match self.direction.compare(other.key(), lane.key()) {
            Ordering::Less => false,
            // Two lanes have one key only if one of them is not a hit; that one is asked first.
            Ordering::Equal => lane.is_hit <= other.is_hit,
            Ordering::Greater => true,
        };
        let mut at = self.lanes.len();
        while at > 0 && !shows_later(&self.lanes[at - 1]) {
            at -= 1;
        }
        self.lanes.insert(at, lane);
    }

    /// Names the blocks that the next lanes begin with: more at each time, so that a common term reads little, and
    /// a rare one waits seldom.
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
            // What is damaged will be said when it is really needed.
            let _ = node.prepare(start, &mut context);
        }
        self.lanes_ahead = (self.lanes_ahead * 2).min(MAX_LANES_AHEAD);
    }
}

impl Lane {
    /// `None` if the segment has nothing in the range.
    fn new(live: &LiveSegment, expr: &Expr, direction: Direction, range: &SearchRange) -> Option<Self> {
        let documents = &live.segment.documents;
        let mut start = documents.first_where(|key| key.effective_us <= *range.effective_us.end());
        let mut end = documents.first_where(|key| key.effective_us < *range.effective_us.start());
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
                let is_in_group =
                    rest_of_group < end && documents.key(rest_of_group).effective_us == after.effective_us;
                if is_in_group && rest_of_group >= start {
                    at = Some(rest_of_group);
                    end = documents.group_end(rest_of_group);
                } else {
                    end = end.min(documents.first_where(|key| key.effective_us <= after.effective_us));
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

    fn hit(&self) -> Hit {
        Hit {
            id: self.live.segment.documents.id(self.at),
            effective_us: self.key().effective_us,
            place: Place { segment: self.live.segment.id, ordinal: self.at },
        }
    }

    fn enter_group_of(&mut self, ordinal: u32) {
        let documents = &self.live.segment.documents;
        self.group_start = documents.group_start(ordinal);
        self.group_end = documents.group_end(ordinal);
        self.at = self.group_start;
    }

    /// Goes one document on; answers whether there is one.
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

    /// Goes to the group before; answers whether there is one.
    fn pass_group(&mut self) -> bool {
        if self.group_start <= self.start {
            // The place stays a valid one, though nothing is left.
            self.at = self.start;
            return false;
        }
        self.enter_group_of(self.group_start - 1);
        self.is_group_unseen = true;
        true
    }

    /// Goes on to the next hit; answers whether there is one.
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

    /// The key of the document that the answer would show before `at`.
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
