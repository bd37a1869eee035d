//! Other keyword indexes over the same articles, with the same queries: no RPC, newest first, pages of 50.
//!
//! Owns the trait that an index implements to be compared, and the documents that all of them get. Each index has a file of
//! its own.

mod build;
mod fts5;
mod grams;
mod ours;
mod postgres;
mod questions;
mod report;
mod tantivy;

use std::collections::HashMap;
use std::time::Duration;

use articled::article::ArticleName;
use articled::article::Timestamp;
use articled::query::{Cursor, FoldedFields};
use articled::store::NewArticle;
use articled::text::fold;
use async_trait::async_trait;

pub use self::report::measure;
use crate::corpus::{Corpus, Question};

pub const PAGE: usize = 50;

/// An article in the form that all indexes get.
pub struct Document {
    pub article: NewArticle,
    /// See [`Ranks`].
    pub rank: i64,
    /// The searched texts in the store's format: each ends with a tab or a line feed.
    pub folded: String,
}

/// The rank of each article by time, from 1 for the oldest. It is the row id in indexes that return results only in the
/// order of row ids. This favours them, because real articles do not arrive in order.
pub struct Ranks {
    by_number: Vec<i64>,
    by_name: HashMap<ArticleName, i64>,
    places: Vec<(i64, ArticleName)>,
}

impl Ranks {
    pub fn new(corpus: &Corpus, articles: usize) -> Self {
        let mut order: Vec<(i64, ArticleName, usize)> = (0..articles)
            .map(|number| {
                let new = corpus.article(number);
                (new.content.publish_time.map_or(0, |published| published.time.as_microsecond()), new.name, number)
            })
            .collect();
        // For equal times, the page is ordered by name, ascending.
        order.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.id().cmp(a.1.id())));
        let mut by_number = vec![0; articles];
        let mut by_name = HashMap::with_capacity(articles);
        for (rank, (_, name, number)) in (1..).zip(&order) {
            by_number[*number] = rank;
            by_name.insert(name.clone(), rank);
        }
        Self { by_number, by_name, places: order.into_iter().map(|(time, name, _)| (time, name)).collect() }
    }

    pub fn rank(&self, name: &ArticleName) -> i64 {
        self.by_name.get(name).copied().unwrap_or_default()
    }

    /// The cursor after this article.
    pub fn cursor(&self, rank: i64) -> Cursor {
        let (time, name) = &self.places[usize::try_from(rank - 1).expect("a rank")];
        Cursor { time: Timestamp::from_microsecond(*time).expect("in range"), name: name.clone() }
    }

    pub fn document(&self, corpus: &Corpus, number: usize) -> Document {
        let article = corpus.article(number);
        let folded = FoldedFields::of(&article.content).as_str().to_owned();
        Document { article, rank: self.by_number[number], folded }
    }
}

/// A query with folded keywords.
#[derive(Clone)]
pub struct Asked {
    pub question: Question,
    pub all: Vec<String>,
    pub any: Vec<String>,
    pub none: Vec<String>,
    /// The last rank of the previous page: only older articles are on this page.
    pub before: i64,
    /// Whether the page's articles are read, and not only their ids.
    pub with_articles: bool,
}

impl Asked {
    pub fn new(question: &Question) -> Self {
        let folded = |words: &[String]| words.iter().map(|word| fold(word)).collect();
        let (all, any, none) = (folded(&question.all), folded(&question.any), folded(&question.none));
        Self { question: question.clone(), all, any, none, before: i64::MAX, with_articles: false }
    }

    /// Whether a folded text matches. No keyword contains the separators between texts.
    pub fn matches(&self, folded: &str) -> bool {
        let Self { all, any, none, .. } = self;
        all.iter().all(|word| folded.contains(word))
            && (any.is_empty() || any.iter().any(|word| folded.contains(word)))
            && !none.iter().any(|word| folded.contains(word))
    }

    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.all.iter().chain(&self.any).chain(&self.none).map(String::as_str)
    }
}

#[async_trait(?Send)]
pub trait Index {
    fn name(&self) -> String;

    /// Adds a batch. Returns the time until it was durable.
    async fn add(&mut self, batch: &[Document]) -> Duration;

    /// Finishes background work.
    async fn settle(&mut self) {}

    /// The size of the index; `None` if it is not an index.
    async fn bytes(&mut self) -> Option<u64>;

    /// The ranks of a page, newest first, and the time that it took. `None` if it does not support the query.
    async fn page(&mut self, asked: &Asked) -> Option<(Duration, Vec<i64>)>;

    /// Whether it can read the articles of a page.
    fn has_articles(&self) -> bool {
        false
    }
}
