//! Compares an engine with [`MemoryStore`] on random histories of writes and queries.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::select;

use super::Fresh;
use super::fixtures::*;
use crate::article::{Etag, View};
use crate::query::{Filter, Keyword, KeywordFilter, KeywordMatch, Order, OrderKey, PageSize, TextField};
use crate::store::memory::MemoryStore;
use crate::store::{FeedPosition, NewArticle, Search, SharedStore, Write, Written};

/// Generates the tests, on stores that `$fresh` opens.
macro_rules! suite {
    ($fresh:path) => {
        proptest::proptest! {
            #![proptest_config(proptest::prelude::ProptestConfig {
                cases: 24, failure_persistence: None, ..Default::default()
            })]
            #[test]
            fn answers_as_the_oracle_does(
                operations in $crate::store::conformance::oracle::operations(),
                searches in $crate::store::conformance::oracle::searches(),
            ) {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                runtime.block_on(async {
                    if let Some(fresh) = $fresh().await {
                        $crate::store::conformance::oracle::compare(fresh, operations, searches).await;
                    }
                });
            }

            #[test]
            fn concurrent_writes_are_applied_one_by_one(
                operations in $crate::store::conformance::oracle::operations(),
            ) {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                runtime.block_on(async {
                    if let Some(fresh) = $fresh().await {
                        $crate::store::conformance::oracle::compare_concurrent(fresh, operations).await;
                    }
                });
            }
        }
    };
}
pub(super) use suite;

/// Text fragments that share characters, mix scripts and widths, and contain characters that an index might interpret as
/// syntax.
const PIECES: [&str; 14] =
    ["云州", "雲州", "安全", "生产", "安全生產", "产", "，", " ", "5G", "５ｇ", "网络", "\" OR ", "𠮷", "Safe"];

const IDS: [&str; 8] = ["a", "b", "c", "d", "e", "f-1", "f", "g"];

#[derive(Clone, Debug)]
pub(super) enum Operation {
    Ingest(Box<NewArticle>),
    Create(Box<NewArticle>, Option<String>),
    /// With the current etag, or a stale one.
    Replace(Box<NewArticle>, bool),
    Delete(&'static str),
}

fn text(most: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(select(&PIECES[..]), 0..most).prop_map(|pieces| pieces.concat())
}

fn body() -> impl Strategy<Value = String> {
    // Few distinct stories, so that some articles are duplicates; some have a suffix.
    let story = (0u32..3, text(3)).prop_map(|(seed, tail)| super::fixtures::story(seed) + &tail);
    prop_oneof![3 => text(12), 2 => story]
}

fn article() -> impl Strategy<Value = Box<NewArticle>> {
    let texts = (text(4), text(3), proptest::collection::vec(text(3), 0..3), body());
    let rest = (proptest::option::of(0i64..4), proptest::option::of(0i64..4), proptest::option::of(text(2)));
    (select(&IDS[..]), texts, rest).prop_map(
        |(id, (headline, source, authors, body), (published_at, fetched, label))| {
            let mut article = new(id, &headline, &body);
            article.content.info_source = source;
            article.content.keywords.clone_from(&authors);
            article.content.authors = authors;
            article.content.fetch_time = fetched.map(at);
            article.content.labels.extend(label.map(|value| ("k".to_owned(), value)));
            Box::new(match published_at {
                Some(seconds) => published(article, at(seconds)),
                None => article,
            })
        },
    )
}

pub(super) fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let request = || proptest::option::of(select(&["r1", "r2"][..]).prop_map(str::to_owned));
    let operation = prop_oneof![
        5 => article().prop_map(Operation::Ingest),
        2 => (article(), request()).prop_map(|(article, request)| Operation::Create(article, request)),
        2 => (article(), prop::bool::weighted(0.8)).prop_map(|(article, current)| Operation::Replace(article, current)),
        1 => select(&IDS[..]).prop_map(Operation::Delete),
    ];
    proptest::collection::vec(operation, 1..40)
}

fn keywords() -> impl Strategy<Value = Vec<Keyword>> {
    let keyword = text(3).prop_filter_map("a blank keyword", |text| Keyword::new(&text).ok());
    proptest::collection::vec(keyword, 0..3)
}

fn filter() -> impl Strategy<Value = KeywordFilter> {
    let fields = proptest::sample::subsequence(&TextField::ALL[..], 0..=3);
    (keywords(), keywords(), keywords(), fields).prop_filter_map("no keyword", |(all, any, none, fields)| {
        KeywordFilter::new(all, any, none, fields, KeywordMatch::Substring).ok()
    })
}

fn metadata() -> impl Strategy<Value = Filter> {
    let moment = (0i64..5).prop_map(|second| format!("1970-01-01T00:00:0{second}Z"));
    let field = select(&["publish_time", "fetch_time", "create_time", "update_time", "effective_time"][..]);
    let relation = select(&["=", "!=", "<", "<=", ">", ">=", ":"][..]);
    let time = (field, relation, moment).prop_map(|(field, relation, moment)| format!("{field} {relation} {moment}"));
    let of_text = select(&["headline", "info_source", "body", "section", "labels.k", "authors", "keywords"][..]);
    let relation = select(&["=", "!=", ":"][..]);
    let piece =
        select(&["云州", "雲州", "安全生產", "产", "5G", "５ｇ", "𠮷", "", "safe", "*", "雲*", "*产", "*全*"][..]);
    let text = (of_text, relation, piece).prop_filter_map("a blank text", |(field, relation, piece)| {
        let text = format!("{field} {relation} \"{piece}\"");
        Filter::parse(&text).is_ok().then_some(text)
    });
    let other = vec![
        "revision > 1",
        "name = \"articles/a\"",
        "name = \"articles/f*\"",
        "name = nothing",
        "duplicate_of = \"articles/b\"",
        "duplicate_of = \"\"",
        "区",
        "\"5g\"",
        "安全生产",
        "char_count >= 2",
        "authors:*",
        "labels.k:*",
        "publish_time:*",
    ];
    let leaf = prop_oneof![time, text, select(other).prop_map(str::to_owned)];
    let filter = leaf.prop_recursive(3, 8, 3, |inner| {
        let several = || proptest::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            2 => several().prop_map(|parts| format!("({})", parts.join(" AND "))),
            1 => several().prop_map(|parts| format!("({})", parts.join(" OR "))),
            1 => inner.clone().prop_map(|part| format!("(NOT {part})")),
        ]
    });
    filter.prop_filter_map("a filter that cannot be read", |text| Filter::parse(&text).ok().flatten())
}

pub(super) fn searches() -> impl Strategy<Value = Vec<Search>> {
    let key = select(&[OrderKey::EffectiveTime, OrderKey::CreateTime, OrderKey::UpdateTime][..]);
    let view = select(&[View::Basic, View::Full, View::Raw][..]);
    let order = (key, any::<bool>()).prop_map(|(key, descending)| Order { key, descending });
    let query = (proptest::option::weighted(0.6, filter()), proptest::option::weighted(0.7, metadata()));
    let search = (query, order, 1i32..6, view, select(&[1usize, 4000, 1 << 20][..])).prop_map(
        |((keywords, filter), order, size, view, max_page_bytes)| Search {
            keywords,
            filter,
            order,
            page_size: PageSize::new(size).expect("a size"),
            view,
            max_page_bytes,
            count_total: true,
            ..search()
        },
    );
    proptest::collection::vec(search, 1..8)
}

pub(super) async fn compare(Fresh { store, _folder }: Fresh, operations: Vec<Operation>, searches: Vec<Search>) {
    let oracle: SharedStore = Arc::new(MemoryStore::new());
    for (time, operation) in operations.into_iter().enumerate() {
        // The clock sometimes stands still, and sometimes steps back.
        let now = at(i64::try_from(time % 7).expect("a small number"));
        let expected = run(&oracle, &operation, now).await;
        assert_eq!(run(&store, &operation, now).await, expected, "{operation:?}");
    }
    compare_articles(&store, &oracle).await;
    let fed = |store: SharedStore| async move {
        let start = FeedPosition { seq: 0, ..*store.feed().borrow() };
        changed(&store, start).await.expect("nothing is forgotten")
    };
    assert_eq!(fed(Arc::clone(&store)).await, fed(Arc::clone(&oracle)).await);
    for search in searches {
        let mut search = search;
        loop {
            let expected = ask(&oracle, &search).await;
            assert_eq!(ask(&store, &search).await, expected, "{search:?}");
            match expected.next {
                Some(next) => search.after = Some(next),
                None => break,
            }
        }
    }
    assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
}

async fn compare_articles(store: &SharedStore, oracle: &SharedStore) {
    for id in IDS {
        let name = name(id);
        let expected = oracle.get(&name, View::Raw).await.expect("an answer");
        assert_eq!(store.get(&name, View::Raw).await.expect("an answer"), expected);
    }
}

/// How many operations run concurrently.
const CONCURRENT: usize = 12;

/// Concurrent writes, which an engine may commit as one group.
pub(super) async fn compare_concurrent(Fresh { store, _folder }: Fresh, mut operations: Vec<Operation>) {
    // No replacements: they read the article first, which would change the order of the writes.
    operations.retain(|operation| !matches!(operation, Operation::Replace(..)));
    let oracle: SharedStore = Arc::new(MemoryStore::new());
    for (time, operations) in operations.chunks(CONCURRENT).enumerate() {
        let now = at(i64::try_from(time % 7).expect("a small number"));
        let mut expected = Vec::new();
        for operation in operations {
            expected.push(run(&oracle, operation, now).await);
        }
        let done = futures::future::join_all(operations.iter().map(|operation| run(&store, operation, now))).await;
        assert_eq!(done, expected);
    }
    compare_articles(&store, &oracle).await;
    assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
}

async fn run(store: &SharedStore, operation: &Operation, now: crate::article::Timestamp) -> Written {
    let order = match operation.clone() {
        Operation::Ingest(article) => Write::ingest(*article),
        Operation::Create(article, request_id) => Write::Create { article: *article, request_id },
        Operation::Replace(article, is_current) => {
            let NewArticle { name, content, .. } = *article;
            let current = store.get(&name, View::Basic).await.expect("an answer");
            let etag = current.filter(|_| is_current).map(|article| article.etag());
            let expected = etag.unwrap_or_else(|| Etag::from_caller("stale"));
            Write::Replace { name, content, expected }
        }
        Operation::Delete(id) => Write::Delete { name: name(id), expected: None },
    };
    write(store, order, now).await
}
