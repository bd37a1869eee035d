//! Articles and queries for the tests.

use crate::article::{
    ArticleContent, ArticleName, Etag, Outcome, PublishTime, TimeBasis, TimePrecision, Timestamp, View,
};
use crate::query::{Keyword, KeywordFilter, KeywordMatch, Order, PageSize, TextField};
pub(crate) use crate::store::DecodedReads as _;
use crate::store::{ChangeKind, FeedLimit, FeedPosition, NewArticle, Page, Search, SharedStore, Write, Written};

pub(crate) fn name(id: &str) -> ArticleName {
    ArticleName::from_id(id).expect("a well-formed id")
}

/// A timestamp, in seconds after a fixed morning in 2024.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).expect("a time in range")
}

pub(crate) fn new(id: &str, headline: &str, body: &str) -> NewArticle {
    let content = ArticleContent {
        headline: headline.to_owned(),
        body: body.to_owned(),
        language_code: "zh-Hans".to_owned(),
        ..ArticleContent::default()
    };
    NewArticle { name: name(id), content, parse_report: None, raw: None }
}

pub(crate) fn published(mut article: NewArticle, time: Timestamp) -> NewArticle {
    article.content.publish_time =
        Some(PublishTime { time, precision: TimePrecision::Second, basis: TimeBasis::Caller });
    article
}

pub(crate) async fn write(store: &SharedStore, write: Write, now: Timestamp) -> Written {
    store.write(write, false, now).await.expect("a write")
}

/// Ingests and returns the etag.
pub(crate) async fn ingest(store: &SharedStore, article: NewArticle, now: Timestamp) -> Etag {
    match write(store, Write::ingest(article), now).await {
        Written::Stored { article, .. } => article.etag(),
        other => panic!("not stored: {other:?}"),
    }
}

pub(crate) fn outcome(written: &Written) -> Option<Outcome> {
    match written {
        Written::Stored { outcome, .. } => Some(*outcome),
        _ => None,
    }
}

pub(crate) fn search() -> Search {
    Search {
        keywords: None,
        filter: None,
        order: Order::default(),
        page_size: PageSize::new(1000).expect("a page size"),
        after: None,
        view: View::Full,
        max_page_bytes: 3 << 20,
        count_total: false,
    }
}

/// A filter for all of these words, in these fields; an empty list means all fields.
pub(crate) fn words(all: &[&str], any: &[&str], none: &[&str], fields: &[TextField]) -> KeywordFilter {
    let checked = |words: &[&str]| words.iter().map(|word| Keyword::new(word).expect("a keyword")).collect();
    KeywordFilter::new(checked(all), checked(any), checked(none), fields.to_vec(), KeywordMatch::Substring)
        .expect("a filter")
}

pub(crate) async fn ask(store: &SharedStore, search: &Search) -> Page {
    store.search(search).await.expect("a page")
}

/// All changes after a position in the feed: sequence number, article id, and whether the article still exists.
pub(crate) async fn changed(store: &SharedStore, mut after: FeedPosition) -> Option<Vec<(u64, String, bool)>> {
    let mut all = Vec::new();
    loop {
        let limit = FeedLimit { changes: 2, bytes: 3 << 20 };
        let read = store.changes(after, limit, View::Basic).await.expect("an answer")?;
        for change in read.changes {
            after.seq = change.seq;
            all.push(match change.kind {
                ChangeKind::Upserted(article) => (change.seq, article.name.id().to_owned(), true),
                ChangeKind::Deleted(name) => (change.seq, name.id().to_owned(), false),
            });
        }
        if read.is_end {
            return Some(all);
        }
    }
}

pub(crate) fn ids(page: &Page) -> Vec<&str> {
    page.articles.iter().map(|article| article.name.id()).collect()
}

/// Reads all pages, and returns the ids of each.
pub(crate) async fn all_pages(store: &SharedStore, mut search: Search) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    loop {
        let page = ask(store, &search).await;
        pages.push(ids(&page).into_iter().map(str::to_owned).collect());
        match page.next {
            Some(next) => search.after = Some(next),
            None => return pages,
        }
    }
}

/// A unique text, long enough for near-duplicate detection.
pub(crate) fn story(seed: u32) -> String {
    let mut state = seed;
    let mut next = || {
        // The linear congruential generator of Numerical Recipes.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from_u32(0x4e00 + (state >> 16) % 0x3000).unwrap_or('一')
    };
    (0..600).map(|place| if place % 20 == 19 { '。' } else { next() }).collect()
}
