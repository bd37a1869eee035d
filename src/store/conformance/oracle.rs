//! Any backend answers as the naive one does, whatever was written and whatever is asked.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::select;

use super::Fresh;
use super::fixtures::*;
use crate::article::{Etag, View};
use crate::query::{Filter, Keyword, KeywordFilter, KeywordMatch, Order, OrderKey, PageSize, TextField};
use crate::store::memory::MemoryStore;
use crate::store::{FeedPosition, NewArticle, Search, SharedStore, Write, Written};

/// Makes the tests, on the stores that `$fresh` opens.
macro_rules! suite {
    ($fresh:path) => {
        proptest::proptest! {
            #![proptest_config(proptest::prelude::ProptestConfig {
                cases: 24, failure_persistence: None, ..Default::default()
            })]
            #[test]
            fn answers_as_the_oracle_does(
                deeds in $crate::store::conformance::oracle::deeds(),
                questions in $crate::store::conformance::oracle::questions(),
            ) {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                runtime.block_on(async {
                    $crate::store::conformance::oracle::compare($fresh().await, deeds, questions).await;
                });
            }

            #[test]
            fn writes_that_come_together_are_carried_out_one_by_one(
                deeds in $crate::store::conformance::oracle::deeds(),
            ) {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                runtime.block_on(async {
                    $crate::store::conformance::oracle::compare_together($fresh().await, deeds).await;
                });
            }
        }
    };
}
pub(super) use suite;

/// Pieces that share characters, cross scripts and widths, and hold what an index might take for syntax.
const PIECES: [&str; 14] =
    ["云州", "雲州", "安全", "生产", "安全生產", "产", "，", " ", "5G", "５ｇ", "网络", "\" OR ", "𠮷", "Safe"];

const IDS: [&str; 8] = ["a", "b", "c", "d", "e", "f-1", "f", "g"];

#[derive(Clone, Debug)]
pub(super) enum Deed {
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
    // Few stories, so that some are duplicates; some with a little added.
    let story = (0u32..3, text(3)).prop_map(|(seed, tail)| super::rules::story(seed) + &tail);
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

pub(super) fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let request = || proptest::option::of(select(&["r1", "r2"][..]).prop_map(str::to_owned));
    let deed = prop_oneof![
        5 => article().prop_map(Deed::Ingest),
        2 => (article(), request()).prop_map(|(article, request)| Deed::Create(article, request)),
        2 => (article(), prop::bool::weighted(0.8)).prop_map(|(article, current)| Deed::Replace(article, current)),
        1 => select(&IDS[..]).prop_map(Deed::Delete),
    ];
    proptest::collection::vec(deed, 1..40)
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

pub(super) fn questions() -> impl Strategy<Value = Vec<Search>> {
    let key = select(&[OrderKey::EffectiveTime, OrderKey::CreateTime, OrderKey::UpdateTime][..]);
    let view = select(&[View::Basic, View::Full, View::Raw][..]);
    let order = (key, any::<bool>()).prop_map(|(key, descending)| Order { key, descending });
    let asked = (proptest::option::weighted(0.6, filter()), proptest::option::weighted(0.7, metadata()));
    let question = (asked, order, 1i32..6, view, select(&[1usize, 4000, 1 << 20][..])).prop_map(
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
    proptest::collection::vec(question, 1..8)
}

pub(super) async fn compare(Fresh { store, _folder }: Fresh, deeds: Vec<Deed>, questions: Vec<Search>) {
    let oracle: SharedStore = Arc::new(MemoryStore::new());
    for (time, deed) in deeds.into_iter().enumerate() {
        // The clock stands still at times, and steps back at others.
        let now = at(i64::try_from(time % 7).expect("a small number"));
        let expected = carry_out(&oracle, &deed, now).await;
        assert_eq!(carry_out(&store, &deed, now).await, expected, "{deed:?}");
    }
    compare_articles(&store, &oracle).await;
    let fed = |store: SharedStore| async move {
        let start = FeedPosition { seq: 0, ..*store.feed().borrow() };
        changed(&store, start).await.expect("nothing is forgotten")
    };
    assert_eq!(fed(Arc::clone(&store)).await, fed(Arc::clone(&oracle)).await);
    for question in questions {
        let mut question = question;
        loop {
            let expected = ask(&oracle, &question).await;
            assert_eq!(ask(&store, &question).await, expected, "{question:?}");
            match expected.next {
                Some(next) => question.after = Some(next),
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

/// So many deeds come at once.
const TOGETHER: usize = 12;

/// Many stores commit what comes at once as one.
pub(super) async fn compare_together(Fresh { store, _folder }: Fresh, mut deeds: Vec<Deed>) {
    // Whoever replaces something reads it first, which would change the order.
    deeds.retain(|deed| !matches!(deed, Deed::Replace(..)));
    let oracle: SharedStore = Arc::new(MemoryStore::new());
    for (time, deeds) in deeds.chunks(TOGETHER).enumerate() {
        let now = at(i64::try_from(time % 7).expect("a small number"));
        let mut expected = Vec::new();
        for deed in deeds {
            expected.push(carry_out(&oracle, deed, now).await);
        }
        let done = futures::future::join_all(deeds.iter().map(|deed| carry_out(&store, deed, now))).await;
        assert_eq!(done, expected);
    }
    compare_articles(&store, &oracle).await;
    assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
}

async fn carry_out(store: &SharedStore, deed: &Deed, now: crate::article::Timestamp) -> Written {
    let order = match deed.clone() {
        Deed::Ingest(article) => Write::ingest(*article),
        Deed::Create(article, request_id) => Write::Create { article: *article, request_id },
        Deed::Replace(article, is_current) => {
            let NewArticle { name, content, .. } = *article;
            let current = store.get(&name, View::Basic).await.expect("an answer");
            let etag = current.filter(|_| is_current).map(|article| article.etag());
            let expected = etag.unwrap_or_else(|| Etag::from_caller("stale"));
            Write::Replace { name, content, expected }
        }
        Deed::Delete(id) => Write::Delete { name: name(id), expected: None },
    };
    write(store, order, now).await
}
