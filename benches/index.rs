//! What the keyword index costs: building, merging, size, and the first page of each class of question.
//!
//!     cargo bench --bench index -- [ARTICLES] [--text FILE.jsonl] [--seed N]
//!
//! Articles of about 800 characters are put together from sentences: those of the `text` of each line of a file, or, by
//! default, invented ones. Everything runs in memory, so the figures are the engine's own: no database, no verification.

use std::collections::{BTreeMap, HashMap};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use articled::store::sqlite::segments::{
    Block, BlockCache, BlockId, Direction, Document, EncodedBlock, Key, Merge, MergeStep, Plan, Query, Search,
    SearchRange, SegmentId, Snapshot, Step, Term, build, tiers,
};
use articled::text::fold;

const ARTICLE_CHARS: usize = 800;
const BATCH: usize = 500;
const PAGE: usize = 50;

fn main() {
    let options = Options::from_arguments();
    let mut random = Random(options.seed);
    let sentences = match &options.text {
        Some(path) => sentences_of(path),
        None => invented_sentences(&mut random),
    };
    println!("{} articles, {} sentences to draw from, seed {}", options.articles, sentences.len(), options.seed);
    let classes = classes(&sentences);

    let mut bench = Bench::new(&sentences);
    bench.ingest(options.articles, &mut random);
    bench.report_build();
    bench.report_questions(&classes);
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

/// The time that this thread was on a core, where the kernel tells (Linux): what others do at the same time then does not
/// count. Else the time that passed.
fn cpu_time(since: Instant) -> Duration {
    let ticks = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = ticks.and_then(|text| text.split_whitespace().next()?.parse().ok());
    nanos.map_or_else(|| since.elapsed(), Duration::from_nanos)
}

/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014): seeded, so that runs compare.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// Small numbers often, large ones seldom: about as words are used.
    fn skewed_below(&mut self, end: usize) -> usize {
        let uniform = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        (((end as f64 + 1.0).powf(uniform)) as usize).clamp(1, end) - 1
    }
}

fn sentences_of(path: &str) -> Vec<String> {
    let file = std::fs::read_to_string(path).expect("a readable file");
    let mut sentences = Vec::new();
    for line in file.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        let text = fold(line["text"].as_str().unwrap_or_default());
        sentences.extend(text.split_inclusive('。').filter(|text| !text.trim().is_empty()).map(str::to_owned));
    }
    sentences
}

/// Words of one to four characters, some of them far more frequent than others, in sentences.
fn invented_sentences(random: &mut Random) -> Vec<String> {
    let character = |random: &mut Random| char::from_u32(0x4E00 + random.skewed_below(6000) as u32).unwrap_or('的');
    let words: Vec<String> =
        (0..40_000).map(|_| (0..1 + random.below(4)).map(|_| character(random)).collect()).collect();
    (0..100_000)
        .map(|_| {
            let mut sentence: String =
                (0..8 + random.below(20)).map(|_| words[random.skewed_below(words.len())].as_str()).collect();
            sentence.push('。');
            sentence
        })
        .collect()
}

fn term(text: &str) -> Query {
    Query::Term(Term { folded: text.to_owned(), anywhere: true })
}

/// A question of each class, with terms as rare or as common as the class asks, judged by the sentences.
fn classes(sentences: &[String]) -> Vec<(&'static str, Query)> {
    let is_word = |window: &[char]| window.iter().all(|character| ('\u{4E00}'..='\u{9FFF}').contains(character));
    let mut counts: [HashMap<Vec<char>, usize>; 8] = Default::default();
    for sentence in sentences.iter().take(100_000) {
        let characters: Vec<char> = sentence.chars().collect();
        for length in [1, 2, 4, 7] {
            for window in characters.windows(length).filter(|window| is_word(window)) {
                *counts[length].entry(window.to_vec()).or_default() += 1;
            }
        }
    }
    let all: usize = sentences.len().min(100_000);
    // About twenty sentences make an article.
    let sentences_for = |share: f64| (all as f64 * (1.0 - (1.0 - share).powf(0.05))) as usize;
    let nearest = |length: usize, wanted: usize| -> String {
        let found = counts[length].iter().min_by_key(|(window, count)| (count.abs_diff(wanted), (*window).clone()));
        found.map(|(window, _)| window.iter().collect()).unwrap_or_default()
    };
    let rarest_pair = |window: &[char]| window.windows(2).map(|pair| counts[2][pair]).min().unwrap_or_default();
    let rare_of_common_pairs = |length: usize| -> String {
        let rare = counts[length].iter().filter(|(_, count)| **count == 1);
        let found = rare.max_by_key(|(window, _)| (rarest_pair(window), (*window).clone()));
        found.map(|(window, _)| window.iter().collect()).unwrap_or_default()
    };
    let most_common = |length: usize| -> String {
        let found = counts[length].iter().max_by_key(|(window, count)| (**count, (*window).clone()));
        found.map(|(window, _)| window.iter().collect()).unwrap_or_default()
    };
    let not = |query| Query::Not(Box::new(query));
    let rare_two = nearest(2, 1);
    vec![
        ("1 character, the most common", term(&most_common(1))),
        ("2 characters, rare", term(&rare_two)),
        ("2 characters, in 5 %", term(&nearest(2, sentences_for(0.05)))),
        ("2 characters, in 30 %", term(&nearest(2, sentences_for(0.3)))),
        ("4 characters, in 1 %", term(&nearest(4, sentences_for(0.01)))),
        ("4 characters, rare", term(&nearest(4, 1))),
        ("7 characters, the most common", term(&most_common(7))),
        ("most common AND rare", Query::And(vec![term(&most_common(1)), term(&rare_two)])),
        ("30 % AND NOT 5 %", {
            Query::And(vec![term(&nearest(2, sentences_for(0.3))), not(term(&nearest(2, sentences_for(0.05))))])
        }),
        ("OR of three of 4 characters", {
            Query::Or([0.002, 0.01, 0.03].map(|share| term(&nearest(4, sentences_for(share)))).into())
        }),
        ("4 characters, rare, of common pairs", term(&rare_of_common_pairs(4))),
        ("7 characters, rare, of common pairs", term(&rare_of_common_pairs(7))),
    ]
}

struct Bench<'a> {
    sentences: &'a [String],
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
    fn new(sentences: &'a [String]) -> Self {
        Self {
            sentences,
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

    fn ingest(&mut self, articles: usize, random: &mut Random) {
        while self.articles < articles {
            let names: Vec<String> = (0..BATCH).map(|_| format!("a{:026x}", u128::from(random.next()))).collect();
            let texts: Vec<Vec<&str>> = (0..BATCH).map(|_| self.article(random)).collect();
            let joined: Vec<String> = texts.iter().map(|sentences| sentences.concat()).collect();
            self.text_bytes += joined.iter().map(String::len).sum::<usize>();
            let first = self.articles as i64;
            // Mostly in the order of time, and never quite.
            let documents: Vec<Document> = (first..)
                .zip(&names)
                .zip(&joined)
                .map(|((id, name), text)| Document {
                    id,
                    key: Key { effective_us: (id + random.below(4000) as i64) * 60_000_000, name },
                    texts: vec![text],
                })
                .collect();
            let id = self.next_segment();
            let (start, cpu_start) = (Instant::now(), cpu_time(self.begun));
            let (segment, blocks) = build(id, documents, self.snapshot.common());
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

    fn article(&self, random: &mut Random) -> Vec<&'a str> {
        let mut sentences = Vec::new();
        let mut chars = 0;
        while chars < ARTICLE_CHARS {
            let sentence = self.sentences[random.below(self.sentences.len())].as_str();
            chars += sentence.len() / 3;
            sentences.push(sentence);
        }
        sentences
    }

    fn merge(&mut self, inputs: &[SegmentId]) {
        let live = inputs.iter().filter_map(|&id| self.snapshot.get(id)).cloned().collect();
        let output = self.next_segment();
        let cpu_start = cpu_time(self.begun);
        let mut start = Instant::now();
        let mut merge = Merge::new(output, live);
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

    fn report_questions(&self, classes: &[(&'static str, Query)]) {
        println!(
            "{:<36} {:>9} {:>9} {:>9} {:>7} {:>7} {:>9} {:>9}",
            "first page, µs", "cold", "warm", "oldest", "blocks", "reads", "count", "count µs"
        );
        for (class, query) in classes {
            let plan = Plan::new(query);
            let page = |cache: &BlockCache, direction, at_most: usize| {
                let start = Instant::now();
                let (mut hits, mut reads, mut blocks) = (0, 0, 0);
                let mut search =
                    Search::new(self.snapshot.clone(), black_box(&plan), direction, SearchRange::default());
                while hits < at_most {
                    match search.next(cache).expect("sound blocks") {
                        Step::Hit(_) => hits += 1,
                        Step::Need(needed) => {
                            reads += 1;
                            blocks += needed.len();
                            for id in needed {
                                let block = Block::check(id, self.blocks[&id].clone().into()).expect("a sound block");
                                cache.put(block.clone());
                                search.supply(block);
                            }
                        }
                        Step::Paused => {}
                        Step::End => break,
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
