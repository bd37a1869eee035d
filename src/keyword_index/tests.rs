//! The engine against a naive oracle: random texts, random questions, random commits, deletions and merges.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::Index;

use super::directory::Key;
use super::*;

/// Pairs become common among the few documents of a test.
const FEW_DOCUMENTS: PairRule = PairRule { common_share: 3, min_documents: 4 };

/// Where blocks rest in the tests.
#[derive(Default)]
struct Shelf {
    blocks: HashMap<BlockId, Vec<u8>>,
}

impl Shelf {
    fn put(&mut self, blocks: Vec<EncodedBlock>) {
        for EncodedBlock { id, bytes } in blocks {
            assert!(self.blocks.insert(id, bytes).is_none(), "{id:?} is written twice");
        }
    }

    fn get(&self, id: BlockId) -> Result<Block, Damaged> {
        let bytes = self.blocks.get(&id).unwrap_or_else(|| panic!("{id:?} is not there"));
        Block::check(id, bytes.clone().into())
    }

    /// Reads a segment back from its blocks, as a store does that was opened anew.
    fn open(&self, id: SegmentId) -> Result<Segment, Damaged> {
        let (first, last) = BlockId::directory_keys_of(id);
        let mut keys: Vec<BlockId> =
            self.blocks.keys().copied().filter(|block| (first..=last).contains(&block.key())).collect();
        keys.sort_unstable();
        let pieces = keys.into_iter().map(|block| self.get(block)).collect::<Result<Vec<_>, _>>()?;
        Segment::from_directory(id, &pieces)
    }

    fn drop_segment(&mut self, segment: SegmentId) {
        self.blocks.retain(|block, _| block.segment() != segment);
    }
}

#[derive(Clone, Debug)]
struct Article {
    effective_us: i64,
    texts: Vec<String>,
}

/// An index, and beside it what it should know: the live articles by name.
struct World {
    shelf: Shelf,
    snapshot: Arc<Snapshot>,
    next_segment: u32,
    next_id: i64,
    articles: BTreeMap<String, (i64, Article)>,
}

impl World {
    fn new() -> Self {
        Self {
            shelf: Shelf::default(),
            snapshot: Arc::default(),
            next_segment: 1,
            next_id: 1,
            articles: BTreeMap::new(),
        }
    }

    fn segment_id(&mut self) -> SegmentId {
        self.next_segment += 1;
        SegmentId(self.next_segment - 1)
    }

    fn commit(&mut self, articles: Vec<(String, Article)>) {
        let mut replaced = Vec::new();
        let articles: BTreeMap<String, Article> = articles.into_iter().collect();
        for (name, article) in &articles {
            replaced.extend(self.place_of(name));
            self.articles.insert(name.clone(), (self.next_id, article.clone()));
            self.next_id += 1;
        }
        let documents = articles
            .iter()
            .map(|(name, article)| Document {
                id: self.articles[name].0,
                key: Key { effective_us: article.effective_us, name },
                texts: article.texts.iter().map(String::as_str).collect(),
            })
            .collect();
        let id = self.segment_id();
        let (_, blocks) = build(id, documents, self.snapshot.common(), FEW_DOCUMENTS);
        self.shelf.put(blocks);
        let segment = Arc::new(self.shelf.open(id).unwrap());
        self.snapshot = Arc::new(self.snapshot.with_deletions(&replaced).with_segment(segment));
    }

    fn place_of(&self, name: &str) -> Option<Place> {
        let (id, article) = self.articles.get(name)?;
        let place = self.snapshot.place_of(*id, Key { effective_us: article.effective_us, name });
        assert!(place.is_some(), "{name} is not in the index");
        place
    }

    fn delete(&mut self, name: &str) {
        let place = self.place_of(name);
        self.articles.remove(name);
        self.snapshot = Arc::new(self.snapshot.with_deletions(place.as_slice()));
    }

    fn begin_merge(&mut self, inputs: &[SegmentId]) -> Merge {
        let inputs = inputs.iter().filter_map(|&id| self.snapshot.get(id)).cloned().collect();
        Merge::new(self.segment_id(), inputs, FEW_DOCUMENTS)
    }

    /// Goes one step; answers whether the merge is done.
    fn go_on(&mut self, merge: &mut Merge) -> bool {
        match merge.step().unwrap() {
            MergeStep::Need(blocks) => {
                assert!(!blocks.is_empty());
                blocks.into_iter().for_each(|id| merge.supply(self.shelf.get(id).unwrap()).unwrap());
                false
            }
            MergeStep::Write(blocks) => {
                self.shelf.put(blocks);
                false
            }
            MergeStep::Done(output) => {
                let output = output.map(|segment| Arc::new(self.shelf.open(segment.id).unwrap()));
                let inputs: Vec<SegmentId> = merge.inputs().collect();
                let deleted = merge.deleted_since(&self.snapshot);
                self.snapshot = Arc::new(self.snapshot.with_replaced(&inputs, output, &deleted));
                inputs.into_iter().for_each(|id| self.shelf.drop_segment(id));
                true
            }
        }
    }

    /// The names that match, in the order asked for.
    fn expected(&self, query: &Query, direction: Direction, range: &SearchRange) -> Vec<String> {
        let mut found: Vec<Key> = self
            .articles
            .iter()
            .filter(|(_, (_, article))| matches(query, &article.texts))
            .map(|(name, (_, article))| Key { effective_us: article.effective_us, name })
            .filter(|key| range.effective_us.contains(&key.effective_us))
            .filter(|key| match &range.after {
                None => true,
                Some((effective_us, name)) => {
                    direction.compare(*key, Key { effective_us: *effective_us, name }).is_gt()
                }
            })
            .collect();
        found.sort_by(|a, b| direction.compare(*a, *b));
        found.into_iter().map(|key| key.name.to_owned()).collect()
    }

    /// The names that the index finds and that are verified, and those that it finds.
    fn found(&self, query: &Query, direction: Direction, range: &SearchRange, cache: &BlockCache) -> Found {
        let plan = Plan::new(query);
        let mut found = Found::default();
        let mut search = IndexSearch::new(self.snapshot.clone(), &plan, direction, range.clone());
        let mut needs = 0;
        loop {
            match search.next(cache).unwrap() {
                SearchStep::Hit(hit) => {
                    let key = search.key(&hit).unwrap();
                    let (id, article) = &self.articles[key.name];
                    assert_eq!((*id, article.effective_us), (hit.id, hit.effective_us));
                    let is_match = matches(query, &article.texts);
                    assert!(is_match || !plan.is_exact, "{query:?} is no match of {article:?}");
                    found.candidates += 1;
                    if is_match {
                        found.names.push(key.name.to_owned());
                    }
                    // Whatever was shown so far is what a new question is not to show again.
                    let rest = SearchRange {
                        after: search.resume_after().map(|key| (key.effective_us, key.name.to_owned())),
                        ..range.clone()
                    };
                    found.rests.push((found.names.len(), rest));
                }
                SearchStep::Need(blocks) => {
                    needs += 1;
                    assert!(needs < 100_000 && !blocks.is_empty());
                    for id in blocks {
                        let block = self.shelf.get(id).unwrap();
                        cache.put(block.clone());
                        search.supply(block);
                    }
                }
                SearchStep::Paused => {}
                SearchStep::End => return found,
            }
        }
    }
}

#[derive(Default)]
struct Found {
    names: Vec<String>,
    candidates: usize,
    /// How many names were found, and the rest of the range, after each hit.
    rests: Vec<(usize, SearchRange)>,
}

fn matches(query: &Query, texts: &[String]) -> bool {
    match query {
        Query::All => true,
        // A term that may not occur anywhere may here occur in the first text only.
        Query::Term(term) if term.anywhere => texts.iter().any(|text| text.contains(&term.folded)),
        Query::Term(term) => texts.first().is_some_and(|text| text.contains(&term.folded)),
        Query::And(parts) => parts.iter().all(|part| matches(part, texts)),
        Query::Or(parts) => parts.iter().any(|part| matches(part, texts)),
        // None of the questions here has it.
        Query::Unknown => true,
        Query::Not(part) => !matches(part, texts),
    }
}

/// Few letters, so that terms occur; one of them outside of the basic plane.
fn text(length: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    proptest::collection::vec(prop::sample::select(vec!['新', '区', '的', '𠮷', 'a', ' ']), length)
        .prop_map(|characters| characters.into_iter().collect())
}

fn article() -> impl Strategy<Value = Article> {
    // Few times, so that many articles share one.
    (prop_oneof![4 => 0i64..4, 1 => any::<i64>()], proptest::collection::vec(text(0..12), 0..4))
        .prop_map(|(effective_us, texts)| Article { effective_us, texts })
}

fn query() -> impl Strategy<Value = Query> {
    let leaf = prop_oneof![
        1 => Just(Query::All),
        12 => (text(1..5), prop::bool::weighted(0.8))
            .prop_map(|(folded, anywhere)| Query::Term(Term { folded, anywhere })),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Query::And),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Query::Or),
            inner.prop_map(|part| Query::Not(Box::new(part))),
        ]
    })
}

fn range() -> impl Strategy<Value = SearchRange> {
    let after = proptest::option::of((prop_oneof![-1i64..5, any::<i64>()], name()));
    let times = prop_oneof![3 => Just(i64::MIN..=i64::MAX), 1 => (-1i64..5, -1i64..5).prop_map(|(from, to)| from..=to)];
    (after, times).prop_map(|(after, effective_us)| SearchRange { after, effective_us })
}

fn name() -> impl Strategy<Value = String> {
    "[a-f][a-f]?"
}

#[derive(Clone, Debug)]
enum Act {
    Commit(Vec<(String, Article)>),
    Delete(Index),
    BeginMerge(Vec<Index>),
    /// So many steps of the merge that is on its way.
    GoOn(usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => proptest::collection::vec((name(), article()), 1..20).prop_map(Act::Commit),
        2 => any::<Index>().prop_map(Act::Delete),
        2 => proptest::collection::vec(any::<Index>(), 1..4).prop_map(Act::BeginMerge),
        4 => (1usize..5).prop_map(Act::GoOn),
    ]
}

fn world(acts: Vec<Act>) -> World {
    let mut world = World::new();
    let mut merge: Option<Merge> = None;
    for act in acts {
        match act {
            Act::Commit(articles) => world.commit(articles),
            Act::Delete(index) => {
                if !world.articles.is_empty() {
                    let names: Vec<String> = world.articles.keys().cloned().collect();
                    world.delete(index.get(names.as_slice()).as_str());
                }
            }
            Act::BeginMerge(indexes) => {
                if merge.is_none() && !world.snapshot.segments().is_empty() {
                    let mut inputs: Vec<SegmentId> =
                        indexes.iter().map(|index| index.get(world.snapshot.segments()).segment.id).collect();
                    inputs.sort_unstable();
                    inputs.dedup();
                    merge = Some(world.begin_merge(&inputs));
                }
            }
            Act::GoOn(steps) => {
                for _ in 0..steps {
                    if merge.as_mut().is_some_and(|merge| world.go_on(merge)) {
                        merge = None;
                    }
                }
            }
        }
    }
    world
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::NewestFirst), Just(Direction::OldestFirst)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_index_finds_what_the_oracle_finds(
        acts in proptest::collection::vec(act(), 1..20),
        questions in proptest::collection::vec((query(), direction(), range()), 1..8),
        cache_bytes in prop_oneof![Just(0usize), Just(500), Just(1 << 20)],
    ) {
        let world = world(acts);
        let cache = BlockCache::new(cache_bytes);
        prop_assert_eq!(world.snapshot.live_documents(), world.articles.len() as u64);
        for (query, direction, range) in questions {
            let expected = world.expected(&query, direction, &range);
            let found = world.found(&query, direction, &range, &cache);
            prop_assert_eq!(&found.names, &expected, "{:?} {:?} {:?}", query, direction, range);
            for (shown, rest) in found.rests {
                let expected = world.expected(&query, direction, &rest);
                prop_assert_eq!(&expected, &found.names[shown..], "the rest of {:?} after {:?}", query, rest.after);
            }
        }
    }

    #[test]
    fn a_damaged_segment_is_refused_or_answers_right(
        articles in proptest::collection::vec((name(), article()), 1..20),
        query in query(),
        direction in direction(),
        block: Index,
        at: Index,
        flip in 1u8..,
    ) {
        let mut world = World::new();
        world.commit(articles);
        let range = SearchRange::default();
        let expected = world.expected(&query, direction, &range);
        let mut ids: Vec<BlockId> = world.shelf.blocks.keys().copied().collect();
        ids.sort_unstable();
        let bytes = world.shelf.blocks.get_mut(block.get(&ids)).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let Ok(segment) = world.shelf.open(SegmentId(1)) else { return Ok(()) };
        let snapshot = Arc::new(Snapshot::default().with_segment(Arc::new(segment)));
        let cache = BlockCache::new(1 << 20);
        let plan = Plan::new(&query);
        let mut search = IndexSearch::new(snapshot, &plan, direction, range);
        let mut names = Vec::new();
        loop {
            match search.next(&cache) {
                Ok(SearchStep::Hit(hit)) => {
                    let name = search.key(&hit).unwrap().name;
                    if matches(&query, &world.articles[name].1.texts) {
                        names.push(name.to_owned());
                    }
                }
                Ok(SearchStep::Need(blocks)) => {
                    for id in blocks {
                        match world.shelf.get(id) {
                            Ok(block) => search.supply(block),
                            Err(_) => return Ok(()),
                        }
                    }
                }
                Ok(SearchStep::Paused) => {}
                Ok(SearchStep::End) => break,
                Err(_) => return Ok(()),
            }
        }
        prop_assert_eq!(names, expected);
    }
}

/// Some thousand documents, so that lists have many chunks and blocks. Document `n` holds the letter of each number
/// that divides it.
fn large_world() -> World {
    let mut world = World::new();
    let divisors: Vec<(u32, char)> = [1, 2, 3, 7, 50, 1000].into_iter().zip("一二三七五千".chars()).collect();
    let mut articles = Vec::new();
    for number in 0..30_000u32 {
        let text: String = divisors.iter().filter(|(by, _)| number % by == 0).map(|(_, letter)| *letter).collect();
        // Neighbours share a time, and times go up and down.
        let article = Article { effective_us: i64::from(number / 3 * 7 % 9000), texts: vec![text] };
        articles.push((format!("n{number:05}"), article));
    }
    for commit in articles.chunks(4000) {
        world.commit(commit.to_vec());
    }
    let inputs: Vec<SegmentId> = world.snapshot.segments().iter().take(5).map(|live| live.segment.id).collect();
    let mut merge = world.begin_merge(&inputs);
    for number in (0..30_000).step_by(11) {
        world.delete(&format!("n{number:05}"));
    }
    while !world.go_on(&mut merge) {}
    world
}

#[test]
fn long_lists_are_walked_in_both_directions() {
    let world = large_world();
    let term = |text: &str| Query::Term(Term { folded: text.to_owned(), anywhere: true });
    let not = |query: Query| Query::Not(Box::new(query));
    let questions = [
        Query::All,
        term("一"),
        term("千"),
        term("五"),
        term("一二"),
        term("一二三"),
        Query::And(vec![term("一"), term("千")]),
        Query::And(vec![term("二"), term("三"), not(term("七"))]),
        Query::Or(vec![term("七"), term("五")]),
        not(term("二")),
        term("八"),
    ];
    for query in &questions {
        for direction in [Direction::NewestFirst, Direction::OldestFirst] {
            for after in [None, Some((4321, "n01000".to_owned())), Some((10, String::new()))] {
                let range = SearchRange { after, ..SearchRange::default() };
                let cache = BlockCache::new(20_000);
                let found = world.found(query, direction, &range, &cache);
                assert!(found.names == world.expected(query, direction, &range), "{query:?} {direction:?} {range:?}");
            }
        }
    }
}

#[test]
fn a_rare_term_and_a_common_one_cost_what_the_rare_one_costs() {
    let world = large_world();
    let cache = BlockCache::new(1 << 20);
    let term = |text: &str| Query::Term(Term { folded: text.to_owned(), anywhere: true });
    let query = Query::And(vec![term("一"), term("千")]);
    let found = world.found(&query, Direction::NewestFirst, &SearchRange::default(), &cache);
    assert_eq!(found.candidates, found.names.len());
}

#[test]
fn a_call_that_finds_nothing_pauses() {
    let mut world = World::new();
    let articles = (0..300_000u32)
        .map(|number| {
            let text = if number % 2 == 0 { "甲" } else { "乙" };
            (format!("n{number:06}"), Article { effective_us: i64::from(number), texts: vec![text.to_owned()] })
        })
        .collect();
    world.commit(articles);
    let term = |text: &str| Query::Term(Term { folded: text.to_owned(), anywhere: true });
    let plan = Plan::new(&Query::And(vec![term("甲"), term("乙")]));
    for direction in [Direction::NewestFirst, Direction::OldestFirst] {
        let cache = BlockCache::new(1 << 20);
        let mut search = IndexSearch::new(world.snapshot.clone(), &plan, direction, SearchRange::default());
        let mut resumed = Vec::new();
        loop {
            match search.next(&cache).unwrap() {
                SearchStep::Hit(hit) => panic!("{hit:?}"),
                SearchStep::Need(blocks) => {
                    blocks.into_iter().for_each(|id| search.supply(world.shelf.get(id).unwrap()))
                }
                SearchStep::Paused => resumed.push(search.resume_after().unwrap().effective_us),
                SearchStep::End => break,
            }
        }
        assert!(resumed.len() > 1);
        assert!(resumed.windows(2).all(|pair| (pair[0] < pair[1]) == (direction == Direction::OldestFirst)));
    }
}
