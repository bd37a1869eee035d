//! Evaluates an expression within one segment: seeks from an ordinal to the next match, up or down.
//!
//! Owns the cursors over postings lists, and their combination by AND, OR and NOT. A seek does not depend on earlier seeks,
//! so the caller can repeat it once a missing block is supplied. A seek that stops early returns the range in which it found
//! no match, so that no work is repeated.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::block::{Block, BlockId, Damaged};
use super::cache::BlockCache;
use super::gram::Gram;
use super::pairs::Pairs;
use super::plan::Expr;
use super::postings::{Body, Chunk, List, decode_chunk, decode_short_list, read_chunk};
use super::segment::Segment;
use crate::keyword_index::codec::Reader;

/// The maximum number of blocks of one list that are requested in advance, so that a long walk waits for few reads.
const MAX_READ_AHEAD: u32 = 16;

/// The direction of a seek: to larger ordinals or to smaller ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
}

impl Way {
    /// Compares two ordinals in this direction.
    fn compare(self, a: u32, b: u32) -> Ordering {
        match self {
            Way::Up => a.cmp(&b),
            Way::Down => b.cmp(&a),
        }
    }

    /// Whether `a` comes before `b` in this direction.
    fn is_before(self, a: u32, b: u32) -> bool {
        self.compare(a, b) == Ordering::Less
    }

    /// The ordinal that comes first in this direction.
    fn first(self, a: u32, b: u32) -> u32 {
        if self.is_before(b, a) { b } else { a }
    }

    /// The next ordinal of `documents`.
    fn next(self, ordinal: u32, documents: u32) -> Option<u32> {
        match self {
            Way::Up => ordinal.checked_add(1).filter(|&next| next < documents),
            Way::Down => ordinal.checked_sub(1),
        }
    }
}

/// Why a seek stopped without a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// There is no match from the requested ordinal up to this one, exclusive.
    At(u32, Why),
    Damaged(Damaged),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// Blocks are missing; [`Context::needed`] has their ids.
    Missing,
    /// The step budget is used up.
    Budget,
}

/// The state of a walk apart from its cursors.
pub(super) struct Context<'a> {
    pub segment: &'a Segment,
    pub cache: &'a BlockCache,
    /// The blocks supplied for this search, in case the cache has already evicted them.
    pub supplied: &'a HashMap<BlockId, Block>,
    pub needed: &'a mut Vec<BlockId>,
    pub steps_left: &'a mut u32,
    /// The caller does not use hits from this ordinal on, so they need not be exact.
    pub limit: u32,
}

impl Context<'_> {
    fn documents(&self) -> u32 {
        self.segment.documents.len()
    }

    fn spend_step(&mut self, at: u32) -> Result<(), Stop> {
        match self.steps_left.checked_sub(1) {
            Some(left) => {
                *self.steps_left = left;
                Ok(())
            }
            None => Err(Stop::At(at, Why::Budget)),
        }
    }

    fn block(&self, number: u32) -> Option<Block> {
        let id = BlockId::posting(self.segment.id, number);
        self.supplied.get(&id).cloned().or_else(|| self.cache.get(id))
    }
}

/// An expression over the lists of one segment.
#[derive(Debug)]
pub(super) enum Node {
    Nothing,
    All,
    List(Box<ListCursor>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
}

impl Node {
    pub(super) fn new(expr: &Expr, pairs: &Pairs) -> Self {
        let list = |gram| Node::List(Box::new(ListCursor::new(gram)));
        match expr {
            Expr::Nothing => Node::Nothing,
            Expr::All => Node::All,
            Expr::Short(characters) => match characters[..] {
                [one] => list(Gram::one(one)),
                [first, second] => list(Gram::two(first, second)),
                _ => Node::All,
            },
            Expr::Long(characters) => {
                let mut grams: Vec<Gram> = characters.windows(2).map(|pair| Gram::two(pair[0], pair[1])).collect();
                let three = |three: &[char]| match three {
                    &[a, b, c] => {
                        let (first, second) = (Gram::two(a, b), Gram::two(b, c));
                        let is_expanded = pairs.is_expanded(first) && pairs.is_expanded(second);
                        is_expanded.then(|| Gram::three(a, b, c))
                    }
                    _ => None,
                };
                let mut threes: Vec<Gram> = characters.windows(3).filter_map(three).collect();
                threes.sort_unstable();
                threes.dedup();
                // A document that contains the three characters contains each of the pairs.
                let covered = |gram: &Gram| {
                    threes.iter().any(|three| three.pairs().is_some_and(|(a, b)| a == *gram || b == Some(*gram)))
                };
                grams.retain(|gram| !covered(gram));
                grams.sort_unstable();
                grams.dedup();
                let any_of_three = |three: Gram| {
                    let of = three.pairs().into_iter().flat_map(|(first, second)| [Some(first), second]);
                    let residues = of.flatten().map(Gram::residue);
                    Node::Or(std::iter::once(three).chain(residues).map(list).collect())
                };
                Node::And(threes.iter().copied().map(any_of_three).chain(grams.into_iter().map(list)).collect())
            }
            Expr::And(parts) => Node::And(parts.iter().map(|part| Node::new(part, pairs)).collect()),
            Expr::Or(parts) => Node::Or(parts.iter().map(|part| Node::new(part, pairs)).collect()),
            Expr::Not(part) => Node::Not(Box::new(Node::new(part, pairs))),
        }
    }

    /// Loads the first block of each list, requests those that are missing, and sorts the parts of each AND by estimated
    /// size: the rarest first, because it excludes the most.
    pub(super) fn prepare(&mut self, ordinal: u32, context: &mut Context) -> Result<(), Stop> {
        let mut stop = None;
        self.load_lists(ordinal, context, &mut stop);
        if let Some(stop) = stop {
            return Err(stop);
        }
        self.sort_parts(context.documents());
        Ok(())
    }

    fn load_lists(&mut self, ordinal: u32, context: &mut Context, stop: &mut Option<Stop>) {
        match self {
            Node::Nothing | Node::All => {}
            Node::List(list) => {
                if let Err(found) = list.load_at(ordinal, context)
                    && !matches!(stop, Some(Stop::Damaged(_)))
                {
                    *stop = Some(found);
                }
            }
            Node::And(parts) | Node::Or(parts) => {
                parts.iter_mut().for_each(|part| part.load_lists(ordinal, context, stop));
            }
            Node::Not(part) => part.load_lists(ordinal, context, stop),
        }
    }

    fn sort_parts(&mut self, documents: u32) {
        match self {
            Node::Nothing | Node::All | Node::List(_) => {}
            Node::And(parts) => {
                parts.iter_mut().for_each(|part| part.sort_parts(documents));
                parts.sort_by_key(|part| part.estimate(documents));
            }
            Node::Or(parts) => parts.iter_mut().for_each(|part| part.sort_parts(documents)),
            Node::Not(part) => part.sort_parts(documents),
        }
    }

    /// The estimated number of matching documents.
    fn estimate(&self, documents: u32) -> u32 {
        match self {
            Node::Nothing => 0,
            Node::All => documents,
            Node::List(list) => list.documents(),
            Node::And(parts) => parts.iter().map(|part| part.estimate(documents)).min().unwrap_or(documents),
            Node::Or(parts) => {
                parts.iter().fold(0, |sum, part| part.estimate(documents).saturating_add(sum)).min(documents)
            }
            Node::Not(part) => documents - part.estimate(documents).min(documents),
        }
    }

    /// The first matching ordinal from this one on, inclusive.
    pub(super) fn seek(&mut self, ordinal: u32, way: Way, context: &mut Context) -> Result<Option<u32>, Stop> {
        let documents = context.documents();
        if ordinal >= documents {
            return Ok(None);
        }
        match self {
            Node::Nothing => Ok(None),
            Node::All => Ok(Some(ordinal)),
            Node::List(list) => {
                context.spend_step(ordinal)?;
                list.seek(ordinal, way, context)
            }
            Node::And(parts) => seek_all(parts, ordinal, way, context),
            Node::Or(parts) => seek_any(parts, ordinal, way, context),
            Node::Not(part) => {
                let mut at = ordinal;
                loop {
                    context.spend_step(at)?;
                    match part.seek(at, way, context) {
                        Ok(Some(hit)) if hit == at => {}
                        Ok(_) => return Ok(Some(at)),
                        Err(Stop::At(seen, _)) if seen != at => return Ok(Some(at)),
                        Err(stop) => return Err(stop),
                    }
                    match way.next(at, documents) {
                        Some(next) => at = next,
                        None => return Ok(None),
                    }
                    if !way.is_before(at, context.limit) && way == Way::Up {
                        return Ok(Some(at));
                    }
                }
            }
        }
    }
}

/// Leapfrog intersection: each part seeks to the position of the others until all are at the same ordinal.
fn seek_all(parts: &mut [Node], ordinal: u32, way: Way, context: &mut Context) -> Result<Option<u32>, Stop> {
    let mut candidate = ordinal;
    'leap: loop {
        context.spend_step(candidate)?;
        for part in parts.iter_mut() {
            match part.seek(candidate, way, context)? {
                None => return Ok(None),
                Some(hit) if hit == candidate => {}
                Some(hit) if way == Way::Up && hit >= context.limit => return Ok(Some(hit)),
                Some(hit) => {
                    candidate = hit;
                    continue 'leap;
                }
            }
        }
        return Ok(Some(candidate));
    }
}

fn seek_any(parts: &mut [Node], ordinal: u32, way: Way, context: &mut Context) -> Result<Option<u32>, Stop> {
    let mut nearest: Option<u32> = None;
    let mut stopped: Option<(u32, Why)> = None;
    for part in parts {
        match part.seek(ordinal, way, context) {
            Ok(None) => {}
            Ok(Some(hit)) => nearest = Some(nearest.map_or(hit, |nearest| way.first(nearest, hit))),
            Err(Stop::At(at, why)) => {
                stopped = match stopped {
                    Some((other, _)) if !way.is_before(at, other) => stopped,
                    _ => Some((at, why)),
                };
            }
            Err(damaged) => return Err(damaged),
        }
        if nearest == Some(ordinal) {
            return Ok(nearest);
        }
    }
    match (nearest, stopped) {
        (Some(hit), Some((at, why))) if way.is_before(at, hit) => Err(Stop::At(at, why)),
        (None, Some((at, why))) => Err(Stop::At(at, why)),
        (nearest, _) => Ok(nearest),
    }
}

/// A cursor in the postings list of one gram.
#[derive(Debug)]
pub(super) struct ListCursor {
    gram: Gram,
    /// The current block, and the gram's list in it.
    loaded: Option<(Block, u32, Option<List>)>,
    /// The last decoded range of the list.
    stretch: Option<Stretch>,
    /// The ordinals of `stretch`, if it is not a bitmap.
    ordinals: Vec<u32>,
    /// The last request and result in each direction: an ordinal between the two has the same result.
    answered_up: Option<(u32, Option<u32>)>,
    answered_down: Option<(u32, Option<u32>)>,
    /// The number of blocks requested so far. The read-ahead grows with it.
    asked: u32,
}

#[derive(Clone, Copy, Debug)]
struct Stretch {
    first: u32,
    last: u32,
    /// The range of the bits in the block's payload.
    bits: Option<(usize, usize)>,
}

impl ListCursor {
    fn new(gram: Gram) -> Self {
        Self {
            gram,
            loaded: None,
            stretch: None,
            ordinals: Vec::new(),
            answered_up: None,
            answered_down: None,
            asked: 0,
        }
    }

    /// The number of documents in the list, as far as it is known.
    fn documents(&self) -> u32 {
        match &self.loaded {
            Some((_, _, Some(list))) => list.documents,
            _ => 0,
        }
    }

    /// Loads the block in which a walk from this ordinal begins.
    fn load_at(&mut self, ordinal: u32, context: &mut Context) -> Result<(), Stop> {
        let Some(number) = self.first_block(ordinal, context) else { return Ok(()) };
        self.load(number, ordinal, Way::Up, context)?;
        if matches!(self.loaded, Some((_, _, None))) && context.segment.starts.starts_with(number + 1, self.gram) {
            self.load(number + 1, ordinal, Way::Up, context)?;
        }
        Ok(())
    }

    /// The block in which a walk up from this ordinal begins.
    fn first_block(&self, ordinal: u32, context: &Context) -> Option<u32> {
        let starts = &context.segment.starts;
        starts.block_of(self.gram, ordinal).or_else(|| starts.starts_with(0, self.gram).then_some(0))
    }

    fn load(&mut self, number: u32, ordinal: u32, way: Way, context: &mut Context) -> Result<(), Stop> {
        if matches!(&self.loaded, Some((_, loaded, _)) if *loaded == number) {
            return Ok(());
        }
        let Some(block) = context.block(number) else {
            self.ask_for(number, way, context);
            return Err(Stop::At(ordinal, Why::Missing));
        };
        let list = block.find(self.gram).map_err(Stop::Damaged)?;
        self.loaded = Some((block, number, list));
        self.stretch = None;
        Ok(())
    }

    /// Requests a missing block, and following blocks that a long walk will need.
    fn ask_for(&mut self, number: u32, way: Way, context: &mut Context) {
        let id = |number| BlockId::posting(context.segment.id, number);
        context.needed.push(id(number));
        let ahead = self.asked.min(MAX_READ_AHEAD);
        self.asked += 1 + ahead;
        for step in 1..=ahead {
            let next = match way {
                Way::Up => number.checked_add(step).filter(|&next| context.segment.starts.starts_with(next, self.gram)),
                // A block may end with the gram if its successor begins with it.
                Way::Down => {
                    number.checked_sub(step).filter(|&next| context.segment.starts.starts_with(next + 1, self.gram))
                }
            };
            let Some(next) = next else { break };
            if context.block(next).is_none() {
                context.needed.push(id(next));
            }
        }
    }

    fn seek(&mut self, ordinal: u32, way: Way, context: &mut Context) -> Result<Option<u32>, Stop> {
        match way {
            Way::Up => {
                if let Some((asked, answer)) = self.answered_up
                    && asked <= ordinal
                    && answer.is_none_or(|answer| ordinal <= answer)
                {
                    return Ok(answer);
                }
                let answer = self.seek_up(ordinal, context)?;
                self.answered_up = Some((ordinal, answer));
                Ok(answer)
            }
            Way::Down => {
                if let Some((asked, answer)) = self.answered_down
                    && asked >= ordinal
                    && answer.is_none_or(|answer| ordinal >= answer)
                {
                    return Ok(answer);
                }
                let answer = self.seek_down(ordinal, context)?;
                self.answered_down = Some((ordinal, answer));
                Ok(answer)
            }
        }
    }

    fn seek_up(&mut self, ordinal: u32, context: &mut Context) -> Result<Option<u32>, Stop> {
        if let Some(stretch) = &self.stretch
            && (stretch.first..=stretch.last).contains(&ordinal)
        {
            return Ok(self.in_stretch_up(ordinal));
        }
        let Some(mut number) = self.first_block(ordinal, context) else { return Ok(None) };
        loop {
            self.load(number, ordinal, Way::Up, context)?;
            if self.decode(|_, last| last >= ordinal, false)? {
                return Ok(self.in_stretch_up(ordinal));
            }
            number += 1;
            if !context.segment.starts.starts_with(number, self.gram) {
                return Ok(None);
            }
        }
    }

    fn seek_down(&mut self, ordinal: u32, context: &mut Context) -> Result<Option<u32>, Stop> {
        if let Some(stretch) = &self.stretch
            && (stretch.first..=stretch.last).contains(&ordinal)
        {
            return Ok(self.in_stretch_down(ordinal));
        }
        let Some(number) = context.segment.starts.block_of(self.gram, ordinal) else { return Ok(None) };
        self.load(number, ordinal, Way::Down, context)?;
        Ok(if self.decode(|first, _| first <= ordinal, true)? { self.in_stretch_down(ordinal) } else { None })
    }

    /// Decodes the first, or the last, chunk of the loaded part for whose first and last ordinal the predicate holds.
    fn decode(&mut self, is_wanted: impl Fn(u32, u32) -> bool, take_last: bool) -> Result<bool, Stop> {
        let Some((block, _, Some(list))) = &self.loaded else { return Ok(false) };
        let damaged = |malformed| Stop::Damaged(block.damaged(malformed));
        match list.body {
            Body::One(only) => {
                self.ordinals.clear();
                self.ordinals.push(only);
                self.stretch = Some(Stretch { first: only, last: only, bits: None });
                Ok(is_wanted(only, only))
            }
            Body::Gaps { start, end } => {
                self.ordinals.clear();
                decode_short_list(block.payload(), list.documents, start, end, &mut self.ordinals).map_err(damaged)?;
                let (Some(&first), Some(&last)) = (self.ordinals.first(), self.ordinals.last()) else {
                    return Ok(false);
                };
                self.stretch = Some(Stretch { first, last, bits: None });
                Ok(is_wanted(first, last))
            }
            Body::Chunks { start, end } => {
                let payload = block.payload().get(..end).unwrap_or_default();
                let mut reader = Reader::starting_at(payload, start);
                let mut wanted: Option<Chunk> = None;
                let mut end_before = 0;
                while !reader.is_at_end() {
                    let chunk = read_chunk(&mut reader, end_before).map_err(damaged)?;
                    end_before = chunk.last + 1;
                    if is_wanted(chunk.first, chunk.last) {
                        wanted = Some(chunk);
                        if !take_last {
                            break;
                        }
                    } else if take_last {
                        break;
                    }
                }
                let Some(chunk) = wanted else { return Ok(false) };
                if !chunk.is_bitmap {
                    self.ordinals.clear();
                    decode_chunk(payload, &chunk, &mut self.ordinals).map_err(damaged)?;
                }
                self.stretch = Some(Stretch {
                    first: chunk.first,
                    last: chunk.last,
                    bits: chunk.is_bitmap.then_some((chunk.start, chunk.end)),
                });
                Ok(true)
            }
        }
    }

    /// The first decoded ordinal that is not below this one.
    fn in_stretch_up(&self, ordinal: u32) -> Option<u32> {
        let stretch = self.stretch.as_ref()?;
        let Some(bits) = self.bits(stretch) else {
            let at = self.ordinals.partition_point(|&other| other < ordinal);
            return self.ordinals.get(at).copied();
        };
        let offset = ordinal.saturating_sub(stretch.first);
        let mut byte_at = offset as usize / 8;
        let mut byte = bits.get(byte_at)? & (0xff << (offset % 8));
        while byte == 0 {
            byte_at += 1;
            byte = *bits.get(byte_at)?;
        }
        Some(stretch.first + byte_at as u32 * 8 + byte.trailing_zeros())
    }

    /// The last decoded ordinal that is not above this one.
    fn in_stretch_down(&self, ordinal: u32) -> Option<u32> {
        let stretch = self.stretch.as_ref()?;
        let Some(bits) = self.bits(stretch) else {
            let at = self.ordinals.partition_point(|&other| other <= ordinal);
            return self.ordinals.get(at.checked_sub(1)?).copied();
        };
        let offset = ordinal.min(stretch.last).checked_sub(stretch.first)?;
        let mut byte_at = offset as usize / 8;
        let mut byte = bits.get(byte_at)? & (0xff >> (7 - offset % 8));
        while byte == 0 {
            byte_at = byte_at.checked_sub(1)?;
            byte = *bits.get(byte_at)?;
        }
        Some(stretch.first + byte_at as u32 * 8 + byte.ilog2())
    }

    fn bits(&self, stretch: &Stretch) -> Option<&[u8]> {
        let (start, end) = stretch.bits?;
        self.loaded.as_ref()?.0.payload().get(start..end)
    }
}
