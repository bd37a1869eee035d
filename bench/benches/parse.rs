//! Benchmark of the parser on one core: plain-text articles, with and without keyword extraction, texts with pinyin residue,
//! and HTML pages.
//!
//!     cargo bench -p articled-bench --bench parse -- [ARTICLES] [--data FOLDER] [--rounds N] [--seed N]
//!
//! Articles of about 800 characters are generated from the sentences of `samples/`, each with a headline, a line with time
//! and source, a dateline, and page chrome below; pages are the same within a site's markup. `--data` uses the first articles
//! of a folder's `xwlb_cctv.jsonl`, the inputs of its `synthetic/residue_synthetic_600.jsonl`, and the pages of its `html/`.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use articled::article::RawDocument;
use articled::parse::{ParseOptions, parse_with};

const ARTICLE_CHARS: usize = 800;

fn main() {
    let options = Options::from_arguments();
    let corpora = match &options.data {
        Some(folder) => given(folder, options.articles),
        None => invented(&options),
    };
    println!(
        "{:<34} {:>6} {:>10} {:>10} {:>14} {:>14}",
        "", "pages", "bytes each", "body chars", "CPU µs each", "a second"
    );
    for Corpus { name, pages, extract_keywords } in &corpora {
        if pages.is_empty() {
            println!("{name:<34} none here");
            continue;
        }
        let parse_all = || -> usize {
            let parsed = |page| parse_with(black_box(page), ParseOptions { extract_keywords: *extract_keywords });
            pages.iter().map(|page| parsed(page).content.body.chars().count()).sum()
        };
        // A warm-up round, which loads tables and dictionaries.
        let body_chars = parse_all();
        let mut rounds: Vec<Duration> = (0..options.rounds)
            .map(|_| {
                let begun = (Instant::now(), cpu_time());
                parse_all();
                cpu_time().zip(begun.1).map_or_else(|| begun.0.elapsed(), |(end, start)| end - start)
            })
            .collect();
        rounds.sort_unstable();
        let each = rounds[rounds.len() / 2].as_secs_f64() / pages.len() as f64;
        let bytes: usize = pages.iter().map(|page| page.content.len()).sum();
        println!(
            "{name:<34} {:>6} {:>10} {:>10} {:>14.0} {:>14.0}",
            pages.len(),
            bytes / pages.len(),
            body_chars / pages.len(),
            each * 1e6,
            1.0 / each
        );
    }
}

struct Options {
    articles: usize,
    data: Option<PathBuf>,
    rounds: usize,
    seed: u64,
}

impl Options {
    fn from_arguments() -> Self {
        let mut options = Self { articles: 2000, data: None, rounds: 5, seed: 1 };
        let mut arguments = std::env::args().skip(1);
        let number = |text: Option<String>| text.and_then(|text| text.parse().ok()).expect("a number");
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--data" => options.data = arguments.next().map(PathBuf::from),
                "--rounds" => options.rounds = number(arguments.next()),
                "--seed" => options.seed = number(arguments.next()) as u64,
                // Cargo itself passes this one.
                "--bench" => {}
                articles => options.articles = articles.parse().expect("the number of articles"),
            }
        }
        options
    }
}

/// The CPU time of this thread (on Linux), so that other load does not count.
fn cpu_time() -> Option<Duration> {
    let ticks = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    ticks.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

struct Corpus {
    name: &'static str,
    pages: Vec<RawDocument>,
    extract_keywords: bool,
}

fn corpora(texts: &[String], residue: &[String], html: Vec<Vec<u8>>) -> Vec<Corpus> {
    let text = |text: &String| document(text.clone().into_bytes(), "text/plain; charset=utf-8");
    let corpus = |name, pages, extract_keywords| Corpus { name, pages, extract_keywords };
    vec![
        corpus("plain text", texts.iter().map(text).collect(), false),
        corpus("plain text, keywords extracted", texts.iter().map(text).collect(), true),
        corpus("plain text with pinyin residue", residue.iter().map(text).collect(), false),
        corpus("HTML", html.into_iter().map(|page| document(page, "text/html")).collect(), false),
    ]
}

fn document(content: Vec<u8>, content_type: &str) -> RawDocument {
    RawDocument { content: content.into(), content_type: content_type.to_owned(), ..RawDocument::default() }
}

fn given(folder: &Path, articles: usize) -> Vec<Corpus> {
    let records = |file: &str, text: &dyn Fn(&serde_json::Value) -> String| -> Vec<String> {
        let lines = std::fs::read_to_string(folder.join(file)).unwrap_or_default();
        let records = lines.lines().map(|line| serde_json::from_str(line).expect("a line of JSON"));
        records.map(|record| text(&record)).take(articles).collect()
    };
    let field = |record: &serde_json::Value, name: &str| record[name].as_str().unwrap_or_default().to_owned();
    let texts = records("xwlb_cctv.jsonl", &|record| format!("{}\n{}", field(record, "title"), field(record, "text")));
    let residue = records("synthetic/residue_synthetic_600.jsonl", &|record| field(record, "input"));
    let mut pages: Vec<PathBuf> = std::fs::read_dir(folder.join("html"))
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    pages.retain(|path| {
        let name = path.to_string_lossy();
        name.ends_with(".html") && !name.ends_with(".expected.html")
    });
    pages.sort();
    corpora(&texts, &residue, pages.iter().filter_map(|path| std::fs::read(path).ok()).collect())
}

fn invented(options: &Options) -> Vec<Corpus> {
    let mut random = Random(options.seed);
    let scripts = ["zh-Hans", "zh-Hant"].map(sentences_of_samples);
    let articles: Vec<(String, Vec<String>)> =
        (0..options.articles).map(|_| article(&scripts[random.below(scripts.len())], &mut random)).collect();
    let texts: Vec<String> = articles
        .iter()
        .map(|(headline, paragraphs)| {
            format!(
                "{headline}\n2024-05-06 10:20 来源：青澜新闻网\n新华社青澜5月6日电（记者 闻若愚、苏一禾）{}\n责任编辑：祝小满\n微信\n微博\n返回\n顶部",
                paragraphs.join("\n")
            )
        })
        .collect();
    let pages = articles.iter().map(|(headline, paragraphs)| page(headline, paragraphs).into_bytes()).collect();
    let residue = std::fs::read_to_string(samples().join("02-residue-dense.txt")).expect("a readable sample");
    corpora(&texts, &vec![residue; options.articles.min(200)], pages)
}

/// An article within a site's page of about thirty links, lists and boxes.
fn page(headline: &str, paragraphs: &[String]) -> String {
    let link = |number| {
        format!("<li><a href=\"/2024/{number}.html\" target=\"_blank\">青澜东站主体结构{number}日封顶</a></li>")
    };
    let links: String = (0..15).map(link).collect();
    let body: String = paragraphs.iter().map(|paragraph| format!("<p>　　{paragraph}</p>\n")).collect();
    format!(
        "<!DOCTYPE html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>{headline}_青澜新闻网</title>\
         <meta name=\"keywords\" content=\"青澜,云岫\"><meta name=\"publishdate\" content=\"2024-05-06 10:20:00\">\
         <script>{script}</script></head><body><div class=\"nav\"><ul>{links}</ul></div><h1>{headline}</h1>\
         <div class=\"info\"><span>2024-05-06 10:20</span> <span>来源：青澜新闻网</span></div>\
         <div class=\"content\">{body}<p>（责任编辑：祝小满）</p></div>\
         <div class=\"related\"><h3>相关新闻</h3><ul>{links}</ul></div>\
         <div class=\"footer\">Copyright © 青澜新闻网 版权所有</div></body></html>",
        script = "var page = {channel: 'yaowen', id: 20931};".repeat(100),
    )
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples")
}

/// The sentences of the samples in one script, read with the parser.
fn sentences_of_samples(language_code: &str) -> Vec<String> {
    let files = std::fs::read_dir(samples()).expect("the folder of samples").flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|name| name == "txt")).collect();
    files.sort();
    let contents = files.iter().map(|path| {
        let document = document(std::fs::read(path).expect("a readable sample"), "text/plain");
        parse_with(&document, ParseOptions { extract_keywords: false }).content
    });
    let bodies = contents.filter(|content| content.language_code == language_code).map(|content| content.body);
    let sentences: Vec<String> = bodies
        .flat_map(|body| body.split_inclusive('。').map(|sentence| sentence.trim().to_owned()).collect::<Vec<_>>())
        .filter(|sentence| sentence.ends_with('。') && !sentence.contains('\n'))
        .collect();
    assert!(!sentences.is_empty(), "no sample is in {language_code}");
    sentences
}

/// A headline, and paragraphs of one to four sentences.
fn article(sentences: &[String], random: &mut Random) -> (String, Vec<String>) {
    let mut drawn = || sentences[random.below(sentences.len())].clone();
    let headline: String = drawn().chars().filter(|c| c.is_alphabetic()).take(18).collect();
    let (mut paragraphs, mut chars) = (Vec::new(), 0);
    while chars < ARTICLE_CHARS {
        let paragraph: String = (0..1 + chars % 4).map(|_| drawn()).collect();
        chars += paragraph.chars().count();
        paragraphs.push(paragraph);
    }
    (headline, paragraphs)
}

/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014): seeded, so that runs compare.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }
}
