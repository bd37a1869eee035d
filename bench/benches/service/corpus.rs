//! The measured articles: generated from sentences, reproducibly by seed.
//!
//! Owns the texts, and the choice of keywords for each class of query.

use std::collections::HashMap;

use articled::article::Timestamp;
use articled::article::{ArticleContent, ArticleName, Dateline, PageUrl, PublishTime, TimeBasis, TimePrecision};
use articled::store::NewArticle;
use articled::text::fold;

const ARTICLE_CHARS: usize = 800;

/// The number of articles from which the keywords of each class are chosen.
const SAMPLE: usize = 1000;

/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014): seeded, so that runs compare.
pub(crate) struct Random(pub u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(crate) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Small numbers are frequent, large ones rare, like the words of a language.
    fn skewed_below(&mut self, end: usize) -> usize {
        ((end as f64 + 1.0).powf(self.share()) as usize).clamp(1, end) - 1
    }
}

pub(crate) struct Corpus {
    sentences: Vec<String>,
    seed: u64,
}

impl Corpus {
    /// Uses the sentences in the `text` of each line of a file, or invented ones.
    pub(crate) fn new(text: Option<&str>, seed: u64) -> Self {
        let sentences = match text {
            Some(path) => sentences_of(path),
            None => invented_sentences(&mut Random(seed)),
        };
        Self { sentences, seed }
    }

    pub(crate) fn sentence_count(&self) -> usize {
        self.sentences.len()
    }

    pub(crate) fn name(number: usize) -> ArticleName {
        ArticleName::from_id(&format!("bench-{:016x}", Random(number as u64).next())).expect("an id")
    }

    pub(crate) fn article(&self, number: usize) -> NewArticle {
        let mut random = Random(self.seed.wrapping_mul(0x0100_0000_01B3) ^ (number as u64) << 20);
        let mut body = String::new();
        let mut chars = 0;
        while chars < ARTICLE_CHARS {
            let sentence = self.sentences[random.below(self.sentences.len())].as_str();
            body.push_str(sentence);
            chars += sentence.chars().count();
            if random.below(4) == 0 {
                body.push('\n');
            }
        }
        // A sentence that the file breaks into several lines ends as a headline with the first: the API refuses others.
        let sentence = self.sentences[random.below(self.sentences.len())].as_str();
        let headline: String = sentence.lines().next().unwrap_or_default().chars().take(18).collect();
        // Mostly, but not strictly, in the order of time.
        let minute = number as i64 + random.below(4000) as i64;
        let time = Timestamp::from_second(1_300_000_000 + minute * 60).expect("in range");
        let url = PageUrl::parse(&format!("https://news.example/{}/{number}.html", number % 97)).expect("a URL");
        let content = ArticleContent {
            headline: headline.trim().to_owned(),
            body: body.trim().to_owned(),
            authors: vec!["青溪".to_owned()],
            info_source: "云城日报".to_owned(),
            dateline: Some(Dateline {
                text: "云通社青溪7月3日电".to_owned(),
                agency: "云通社".to_owned(),
                location: "青溪".to_owned(),
                date: None,
            }),
            language_code: "zh-Hans".to_owned(),
            url: Some(url),
            publish_time: Some(PublishTime { time, precision: TimePrecision::Minute, basis: TimeBasis::PageText }),
            ..ArticleContent::default()
        };
        NewArticle { name: Self::name(number), content, parse_report: None, raw: None }
    }

    /// One query of each class, with keywords of the frequency that defines the class.
    pub(crate) fn questions(&self) -> Vec<Question> {
        let texts: Vec<String> = (0..SAMPLE).map(|number| fold(&self.article(number).content.body)).collect();
        let found = [1, 2, 4, 7].map(|length| (length, Windows::count(&texts, length)));
        let of = |length: usize| &found.iter().find(|(other, _)| *other == length).expect("a length").1;
        let mut questions = Vec::new();
        for (length, windows) in &found {
            for (class, wanted) in [("rare", 1), ("1 %", SAMPLE / 100), ("common", SAMPLE)] {
                let noun = if *length == 1 { "character" } else { "characters" };
                questions.push(Question::all(&format!("{length} {noun}, {class}"), &[windows.nearest(wanted)]));
            }
        }
        let (common, rare) = (of(1).nearest(SAMPLE), of(2).nearest(1));
        questions.push(Question::all("1 common AND 2 rare", &[common, rare]));
        questions.push(Question::all("2 common AND 2 of 1 %", &[of(2).nearest(SAMPLE), of(2).nearest(SAMPLE / 100)]));
        let any = [2, 5, 10].map(|wanted| of(4).nearest(wanted));
        questions.push(Question { any: any.map(str::to_owned).to_vec(), ..Question::all("OR of three of 4", &[]) });
        questions.push(Question {
            none: vec![of(2).nearest(SAMPLE / 20).to_owned()],
            ..Question::all("2 common NOT 2 of 5 %", &[of(2).nearest(SAMPLE * 3 / 10)])
        });
        questions.push(Question { page: 100, ..Question::all("2 common, 100th page", &[of(2).nearest(SAMPLE)]) });
        for length in [4, 7] {
            let class = format!("{length} rare, of common pairs");
            questions.push(Question::all(&class, &[of(length).rare_of_common_pairs(of(2))]));
        }
        questions
    }
}

/// A query for FilterArticles.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub class: String,
    pub all: Vec<String>,
    pub any: Vec<String>,
    pub none: Vec<String>,
    /// The number of the requested page, from 1.
    pub page: usize,
}

impl Question {
    fn all(class: &str, keywords: &[&str]) -> Self {
        let all = keywords.iter().map(|&keyword| keyword.to_owned()).collect();
        Self { class: class.to_owned(), all, any: Vec::new(), none: Vec::new(), page: 1 }
    }
}

/// The number of texts that contain each run of this many Han characters.
struct Windows<'a>(HashMap<&'a str, usize>);

impl<'a> Windows<'a> {
    fn count(texts: &'a [String], length: usize) -> Self {
        let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
        for (number, text) in texts.iter().enumerate() {
            for window in windows(text, length) {
                let (count, last) = counts.entry(window).or_insert((0, usize::MAX));
                if *last != number {
                    (*count, *last) = (*count + 1, number);
                }
            }
        }
        Self(counts.into_iter().map(|(window, (count, _))| (window, count)).collect())
    }

    fn nearest(&self, wanted: usize) -> &'a str {
        let found = self.0.iter().min_by_key(|(window, count)| (count.abs_diff(wanted), **window));
        found.map(|(window, _)| *window).expect("some text")
    }

    fn rare_of_common_pairs(&self, pairs: &Windows) -> &'a str {
        let rarest_pair = |window: &str| {
            let pairs = windows(window, 2).map(|pair| pairs.0.get(pair).copied().unwrap_or_default());
            pairs.min().unwrap_or_default()
        };
        let rare = self.0.iter().filter(|(_, count)| **count == 1).map(|(window, _)| *window);
        rare.max_by_key(|window| (rarest_pair(window), *window)).expect("a rare one")
    }
}

fn windows(text: &str, length: usize) -> impl Iterator<Item = &str> {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let ranges: Vec<(usize, usize)> = (length..starts.len()).map(|end| (starts[end - length], starts[end])).collect();
    let is_han = |window: &&str| window.chars().all(|character| ('\u{4E00}'..='\u{9FFF}').contains(&character));
    ranges.into_iter().map(|(start, end)| &text[start..end]).filter(is_han)
}

fn sentences_of(path: &str) -> Vec<String> {
    let file = std::fs::read_to_string(path).expect("a readable file");
    let mut sentences = Vec::new();
    for line in file.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        let text = line["text"].as_str().unwrap_or_default();
        sentences.extend(text.split_inclusive('。').map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned));
    }
    sentences
}

/// Invented sentences: words of one to four characters, some far more frequent than others.
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
