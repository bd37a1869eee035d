//! Benchmark of the watch matcher: finding the watchers that match a new article among ten thousand.
//!
//!     cargo bench -p articled-bench --bench watch -- [WATCHERS] [--seed N]
//!
//! Watchers have one to three keywords of two to four characters, from the sentences that articles of about 800 characters
//! are generated from; one in ten also excludes a keyword. For comparison, each watcher is also evaluated separately.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use articled::article::Timestamp;
use articled::article::{Article, ArticleContent, ArticleName};
use articled::query::{FoldedFields, Keyword, KeywordFilter, KeywordMatch};
use articled::watch::{Matcher, WatchQuery};

const ARTICLE_CHARS: usize = 800;
const ARTICLES: usize = 500;

fn main() {
    let (mut watchers, mut seed) = (10_000_usize, 1_u64);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seed" => seed = arguments.next().and_then(|seed| seed.parse().ok()).expect("a number"),
            // Cargo itself passes this one.
            "--bench" => {}
            number => watchers = number.parse().expect("the number of watchers"),
        }
    }
    let mut random = Random(seed);
    let sentences: Vec<Vec<char>> = (0..5000).map(|_| sentence(&mut random)).collect();
    let queries: Vec<Arc<WatchQuery>> = (0..watchers).map(|_| Arc::new(query(&sentences, &mut random))).collect();
    let articles: Vec<Article> = (0..ARTICLES).map(|_| article(&sentences, &mut random)).collect();
    println!("{watchers} watchers, {ARTICLES} articles of about {ARTICLE_CHARS} characters, seed {seed}");

    let began = Instant::now();
    let mut matcher = Matcher::default();
    // Added in small groups, as in a running server.
    for (number, group) in queries.chunks(7).enumerate() {
        matcher.add(group.iter().map(|query| (Arc::clone(query), number)).collect(), |_| true);
    }
    each("joining, each of the watchers", began.elapsed(), watchers);

    let began = Instant::now();
    let texts: Vec<FoldedFields> = articles.iter().map(|article| FoldedFields::of(&article.content)).collect();
    each("folding an article", began.elapsed(), ARTICLES);

    let mut told = 0;
    let began = Instant::now();
    for (article, texts) in articles.iter().zip(&texts) {
        matcher.judge(article, texts, false, |_, _| told += 1);
    }
    each("finding all whom an article concerns", began.elapsed(), ARTICLES);
    println!("{:>10.1} are told of an article", told as f64 / ARTICLES as f64);

    let few = ARTICLES / 25;
    let mut asked = 0;
    let began = Instant::now();
    for (article, texts) in articles.iter().zip(&texts).take(few) {
        asked += queries.iter().filter(|query| black_box(query.matches(article, texts))).count();
    }
    each("asking them one by one", began.elapsed(), few);

    let mut told = 0;
    for (article, texts) in articles.iter().zip(&texts).take(few) {
        matcher.judge(article, texts, false, |_, _| told += 1);
    }
    assert_eq!(told, asked, "both find the same");
}

fn each(what: &str, all: Duration, count: usize) {
    println!("{:>10.1} µs  {what}", all.as_secs_f64() * 1e6 / count as f64);
}

fn query(sentences: &[Vec<char>], random: &mut Random) -> WatchQuery {
    let keyword = |random: &mut Random| {
        let sentence = &sentences[random.below(sentences.len())];
        let (start, length) = (random.below(sentence.len() - 5), 2 + random.below(3));
        Keyword::new(&sentence[start..start + length].iter().collect::<String>()).expect("no blanks")
    };
    let words: Vec<Keyword> = (0..1 + random.below(3)).map(|_| keyword(random)).collect();
    let none = if random.below(10) == 0 { vec![keyword(random)] } else { Vec::new() };
    let (all, any) = if random.below(2) == 0 { (words, Vec::new()) } else { (Vec::new(), words) };
    let keywords = KeywordFilter::new(all, any, none, Vec::new(), KeywordMatch::Substring).expect("a filter");
    WatchQuery { keywords: Some(keywords), filter: None }
}

fn article(sentences: &[Vec<char>], random: &mut Random) -> Article {
    let mut body = String::new();
    let mut chars = 0;
    while chars < ARTICLE_CHARS {
        let sentence = &sentences[random.below(sentences.len())];
        body.extend(sentence);
        chars += sentence.len();
    }
    Article {
        name: ArticleName::from_id("a").expect("an id"),
        content: ArticleContent { headline: "青溪大橋通車".to_owned(), body, ..ArticleContent::default() },
        char_count: 0,
        create_time: Timestamp::UNIX_EPOCH,
        update_time: Timestamp::UNIX_EPOCH,
        revision: 1,
        duplicate_of: None,
        parse_report: None,
        raw: None,
    }
}

/// Characters with a skewed distribution, as in a natural language.
fn sentence(random: &mut Random) -> Vec<char> {
    let mut sentence: Vec<char> = (0..10 + random.below(30))
        .map(|_| {
            let rank = random.below(60) * random.below(60);
            char::from_u32(0x4e00 + rank as u32).unwrap_or('一')
        })
        .collect();
    sentence.push('。');
    sentence
}

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }
}
