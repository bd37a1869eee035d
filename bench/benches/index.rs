//! Benchmark of the keyword index: building, merging, size, and the first page of each class of query.
//!
//!     cargo bench -p articled-bench --bench index -- [ARTICLES] [--text FILE.jsonl] [--seed N]
//!
//! Articles and queries are those of the service benchmark. Everything runs in memory, so the figures are those of the index
//! alone, without database and verification.

#[path = "service/corpus.rs"]
mod corpus;

use std::collections::{BTreeMap, HashMap};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use articled::keyword_index::{
    Block, BlockCache, BlockId, Direction, Document, EncodedBlock, IndexSearch, Key, Merge, MergeStep, PairRule, Plan,
    Query, SearchRange, SearchStep, SegmentId, Snapshot, Term, build, tiers,
};
use articled::store::NewArticle;
use articled::text::fold;

use self::corpus::{Corpus, Question};

const BATCH: usize = 500;
const PAGE: usize = 50;

fn main() {
    let options = Options::from_arguments();
    let corpus = Corpus::new(options.text.as_deref(), options.seed);
    println!(
        "{} articles, {} sentences to draw from, seed {}",
        options.articles,
        corpus.sentence_count(),
        options.seed
    );
    let questions = corpus.questions();

    let mut bench = Bench::new(&corpus);
    bench.ingest(options.articles);
    bench.report_build();
    bench.report_questions(&questions);
}

struct Options {
    articles: usize,
    text: Option<String>,
    seed: u64,
}

impl Options {
    fn from_arguments() -> Self {
        let mut options = Self { articles: 20_000, text: None, seed: 1 };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--text" => options.text = arguments.next(),
                "--seed" => options.seed = arguments.next().and_then(|seed| seed.parse().ok()).expect("a number"),
                // Cargo itself passes this one.
                "--bench" => {}
                number => options.articles = number.parse().expect("the number of articles"),
            }
        }
        options
    }
}

/// The CPU time of this thread (on Linux), so that other load does not count. Elsewhere the elapsed time.
fn cpu_time(since: Instant) -> Duration {
    let ticks = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = ticks.and_then(|text| text.split_whitespace().next()?.parse().ok());
    nanos.map_or_else(|| since.elapsed(), Duration::from_nanos)
}

fn term(text: &str) -> Query {
    Query::Term(Term { folded: fold(text), anywhere: true })
}

/// A query in the form that the index takes.
fn query_of(question: &Question) -> Query {
    let Question { all, any, none, .. } = question;
    let mut parts: Vec<Query> = all.iter().map(|word| term(word)).collect();
    if !any.is_empty() {
        parts.push(Query::Or(any.iter().map(|word| term(word)).collect()));
    }
    parts.extend(none.iter().map(|word| Query::Not(Box::new(term(word)))));
    match <[Query; 1]>::try_from(parts) {
        Ok([only]) => only,
        Err(parts) => Query::And(parts),
    }
}

struct Bench<'a> {
    corpus: &'a Corpus,
    blocks: HashMap<BlockId, Vec<u8>>,
    snapshot: Arc<Snapshot>,
    segments: u32,
    articles: usize,
    text_bytes: usize,
    build_time: Duration,
    merge_time: Duration,
    longest_build: Duration,
    longest_step: Duration,
    written_bytes: usize,
    begun: Instant,
}

impl<'a> Bench<'a> {
    fn new(corpus: &'a Corpus) -> Self {
        Self {
            corpus,
            blocks: HashMap::new(),
            snapshot: Arc::default(),
            segments: 0,
            articles: 0,
            text_bytes: 0,
            build_time: Duration::ZERO,
            merge_time: Duration::ZERO,
            longest_build: Duration::ZERO,
            longest_step: Duration::ZERO,
            written_bytes: 0,
            begun: Instant::now(),
        }
    }

    fn next_segment(&mut self) -> SegmentId {
        self.segments += 1;
        SegmentId(self.segments)
    }

    fn store(&mut self, blocks: Vec<EncodedBlock>) {
        for EncodedBlock { id, bytes } in blocks {
            self.written_bytes += bytes.len();
            self.blocks.insert(id, bytes);
        }
    }

    fn ingest(&mut self, articles: usize) {
        while self.articles < articles {
            let batch: Vec<NewArticle> =
                (self.articles..self.articles + BATCH).map(|number| self.corpus.article(number)).collect();
            let texts: Vec<String> = batch.iter().map(|article| fold(&article.content.body)).collect();
            self.text_bytes += texts.iter().map(String::len).sum::<usize>();
            let documents: Vec<Document> = (self.articles as i64..)
                .zip(&batch)
                .zip(&texts)
                .map(|((id, article), text)| {
                    let published = article.content.publish_time.expect("the corpus has a time for each");
                    let key = Key { effective_us: published.time.as_microsecond(), name: article.name.id() };
                    Document { id, key, texts: vec![text] }
                })
                .collect();
            let id = self.next_segment();
            let (start, cpu_start) = (Instant::now(), cpu_time(self.begun));
            let (segment, blocks) = build(id, documents, self.snapshot.common(), PairRule::default());
            let took = start.elapsed();
            self.build_time += cpu_time(self.begun) - cpu_start;
            self.longest_build = self.longest_build.max(took);
            self.articles += BATCH;
            self.store(blocks);
            self.snapshot = Arc::new(self.snapshot.with_segment(Arc::new(segment)));
            while let Some(inputs) = tiers::next_merge(&self.snapshot) {
                self.merge(&inputs);
            }
        }
    }

    fn merge(&mut self, inputs: &[SegmentId]) {
        let live = inputs.iter().filter_map(|&id| self.snapshot.get(id)).cloned().collect();
        let output = self.next_segment();
        let cpu_start = cpu_time(self.begun);
        let mut start = Instant::now();
        let mut merge = Merge::new(output, live, PairRule::default());
        loop {
            let step = merge.step().expect("sound blocks");
            self.longest_step = self.longest_step.max(start.elapsed());
            match step {
                MergeStep::Need(blocks) => {
                    for id in blocks {
                        let bytes = self.blocks.get(&id).expect("a block that was stored").clone();
                        merge.supply(Block::check(id, bytes.into()).expect("a sound block")).expect("a block in order");
                    }
                }
                MergeStep::Write(blocks) => self.store(blocks),
                MergeStep::Done(segment) => {
                    self.snapshot = Arc::new(self.snapshot.with_replaced(inputs, segment, &[]));
                    self.blocks.retain(|id, _| !inputs.contains(&id.segment()));
                    self.merge_time += cpu_time(self.begun) - cpu_start;
                    return;
                }
            }
            start = Instant::now();
        }
    }

    fn report_build(&self) {
        let each = |time: Duration| time.as_secs_f64() * 1e6 / self.articles as f64;
        let index_bytes: usize = self.blocks.values().map(Vec::len).sum();
        let mut by_tier: BTreeMap<u32, usize> = BTreeMap::new();
        for live in self.snapshot.segments() {
            *by_tier.entry(tiers::tier(live.live_documents())).or_default() += 1;
        }
        println!(
            "build {:.0} µs of CPU an article, merge {:.0} (with copies of blocks); longest batch {:.1} ms, longest merge step {:.1} ms",
            each(self.build_time),
            each(self.merge_time),
            self.longest_build.as_secs_f64() * 1e3,
            self.longest_step.as_secs_f64() * 1e3,
        );
        println!(
            "text {:.0} MB, index {:.0} MB ({:.3} of the text), written {:.2} of the text; segments by tier {by_tier:?}",
            self.text_bytes as f64 / 1e6,
            index_bytes as f64 / 1e6,
            index_bytes as f64 / self.text_bytes as f64,
            self.written_bytes as f64 / self.text_bytes as f64,
        );
    }

    fn report_questions(&self, questions: &[Question]) {
        println!(
            "{:<36} {:>9} {:>9} {:>9} {:>7} {:>7} {:>9} {:>9}",
            "first page, µs", "cold", "warm", "oldest", "blocks", "reads", "count", "count µs"
        );
        for question in questions.iter().filter(|question| question.page == 1) {
            let (class, plan) = (&question.class, Plan::new(&query_of(question)));
            let page = |cache: &BlockCache, direction, at_most: usize| {
                let start = Instant::now();
                let (mut hits, mut reads, mut blocks) = (0, 0, 0);
                let mut search =
                    IndexSearch::new(self.snapshot.clone(), black_box(&plan), direction, SearchRange::default());
                while hits < at_most {
                    match search.next(cache).expect("sound blocks") {
                        SearchStep::Hit(_) => hits += 1,
                        SearchStep::Need(needed) => {
                            reads += 1;
                            blocks += needed.len();
                            for id in needed {
                                let block = Block::check(id, self.blocks[&id].clone().into()).expect("a sound block");
                                cache.put(block.clone());
                                search.supply(block);
                            }
                        }
                        SearchStep::Paused => {}
                        SearchStep::End => break,
                    }
                }
                (start.elapsed(), hits, reads, blocks)
            };
            let new_cache = || BlockCache::new(256 << 20);
            let (cold, _, reads, blocks) = page(&new_cache(), Direction::NewestFirst, PAGE);
            let cache = new_cache();
            let median = |direction, at_most| {
                let mut times: Vec<Duration> = (0..22).map(|_| page(&cache, direction, at_most).0).skip(1).collect();
                times.sort_unstable();
                times[times.len() / 2].as_secs_f64() * 1e6
            };
            let warm = median(Direction::NewestFirst, PAGE);
            let oldest = median(Direction::OldestFirst, PAGE);
            let (_, all, ..) = page(&cache, Direction::NewestFirst, usize::MAX);
            let count = median(Direction::NewestFirst, 10_001);
            let cold = cold.as_secs_f64() * 1e6;
            println!(
                "{class:<36} {cold:>9.0} {warm:>9.0} {oldest:>9.0} {blocks:>7} {reads:>7} {all:>9} {count:>9.0}{}",
                if plan.is_exact { "" } else { " candidates" }
            );
        }
    }
}
