//! Rules of the trait, one test each.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;

use super::Fresh;
pub(super) use super::duplicate_rules::*;
pub(super) use super::feed_rules::*;
use super::fixtures::*;
pub(super) use super::ingest_rules::*;
pub(super) use super::page_rules::*;
pub(super) use super::reparse_rules::*;
use crate::article::{
    ArticleContent, Dateline, DatelineDate, Etag, Outcome, PageUrl, ParseReport, ParseWarning, PublishTime,
    RawDocument, RemovedLine, TimeBasis, TimePrecision, Timestamp, View,
};
use crate::query::{Order, OrderKey, PageSize, TextField};
use crate::store::{NewArticle, Search, Total, Write, Written};

/// Generates a test of each rule, on stores that `$fresh` opens.
macro_rules! suite {
    ($fresh:path) => {
        $crate::store::conformance::rules::suite! { $fresh =>
            what_is_missing_is_none
            every_field_comes_back
            times_are_kept_to_the_microsecond
            views_leave_out_what_they_promise
            ingest_creates_updates_and_recognises
            an_older_capture_is_left_out_unless_allowed
            a_replace_that_changes_nothing_writes_nothing
            a_replaced_article_is_not_overwritten_by_its_old_source
            an_ingest_of_what_is_stored_changes_nothing
            create_refuses_a_second_of_that_name
            a_repeated_create_is_not_done_again
            replace_needs_the_current_state
            a_reparse_replaces_what_the_old_parser_made
            delete_takes_everything
            validators_never_repeat
            times_grow_though_the_clock_steps_back
            a_dry_run_writes_nothing
            duplicates_name_the_earliest
            a_form_letter_that_was_not_compared_is_no_damage
            orders_run_both_ways
            equal_times_are_ordered_by_name
            pages_join_up
            pages_are_cut_by_bytes
            keywords_find_and_exclude
            keywords_are_text_not_syntax
            keywords_keep_to_their_fields
            totals_are_counted
            writes_are_found_changed_and_lost_again
            the_check_finds_nothing
            pages_hold_while_others_write
            a_moved_article_comes_at_its_new_place_or_not_at_all
            the_feed_tells_each_change
            the_feed_is_read_in_pieces
            the_feed_wakes_those_who_wait
        }
    };
    ($fresh:path => $($rule:ident)*) => {
        $(
            #[tokio::test]
            async fn $rule() {
                if let Some(fresh) = $fresh().await {
                    $crate::store::conformance::rules::$rule(fresh).await;
                }
            }
        )*
    };
}
pub(super) use suite;

pub(super) async fn what_is_missing_is_none(Fresh { store, .. }: Fresh) {
    assert_eq!(store.get(&name("nobody"), View::Raw).await.expect("an answer"), None);
    ingest(&store, new("a", "甲", "乙"), at(0)).await;
    let found = store.batch_get(&[name("b"), name("a"), name("b"), name("a")], View::Basic).await.expect("an answer");
    let found: Vec<_> = found.into_iter().map(|article| article.map(|article| article.name)).collect();
    assert_eq!(found, [None, Some(name("a")), None, Some(name("a"))]);
    assert!(store.batch_get(&[], View::Full).await.expect("an answer").is_empty());
    let delete = Write::Delete { name: name("b"), expected: None };
    assert_eq!(write(&store, delete, at(0)).await, Written::Missing);
    assert!(store.ping().await.is_ok());
}

pub(super) fn full_article() -> NewArticle {
    let text = |text: &str| text.to_owned();
    let labels = BTreeMap::from([(text("crawl"), text("7")), (text("site"), text("例"))]);
    let url = PageUrl::parse("https://News.Example:443/a?utm_source=x#f").expect("an address");
    NewArticle {
        name: name("full"),
        content: ArticleContent {
            headline: text("雲州推進安全生產"),
            kicker: text("綠水青山"),
            subheadlines: vec![text("副題一"), text("副題二")],
            dateline: Some(Dateline {
                text: text("云州通讯社云州11月14日电"),
                agency: text("云州通讯社"),
                location: text("云州"),
                date: Some(DatelineDate { year: 0, month: 11, day: 14 }),
            }),
            authors: vec![text("王某"), text("李某")],
            editors: vec![text("赵某")],
            info_source: text("云州日报"),
            section: text("要闻"),
            body: text("第一段𠮷。\n第二段 with 5G网络。"),
            keywords: vec![text("安全生產")],
            cited_works: vec![text("云州志")],
            language_code: text("zh-Hant"),
            url: Some(url.clone()),
            publish_time: Some(PublishTime {
                time: at(-86_400),
                precision: TimePrecision::Day,
                basis: TimeBasis::Dateline,
            }),
            fetch_time: Some(at(-5)),
            labels: labels.clone(),
        },
        parse_report: Some(ParseReport {
            parser_version: 3,
            repairs: BTreeMap::from([(Cow::Borrowed("PINYIN_RESIDUE"), 2)]),
            removed_lines: vec![RemovedLine { text: text("分享到"), reason: Cow::Borrowed("SHARE_LABEL") }],
            warnings: vec![ParseWarning { reason: Cow::Borrowed("PUBLISH_YEAR_UNKNOWN"), message: text("no year") }],
        }),
        raw: Some(RawDocument {
            content: Bytes::from_static(b"\x00\xff<p>\xb0\xb2"),
            content_type: text("text/html; charset=gbk"),
            url: Some(url),
            fetch_time: Some(at(-5)),
            labels,
        }),
    }
}

pub(super) async fn every_field_comes_back(Fresh { store, .. }: Fresh) {
    let given = full_article();
    let Written::Stored { article: written, outcome } = write(&store, Write::ingest(given.clone()), at(0)).await else {
        panic!("not stored");
    };
    assert_eq!(outcome, Outcome::Created);
    assert_eq!(written.raw, None);
    let stored = store.get(&given.name, View::Raw).await.expect("an answer").expect("an article");
    assert_eq!(stored.content, given.content);
    assert_eq!(stored.parse_report, given.parse_report);
    assert_eq!(stored.raw, given.raw);
    assert_eq!(stored.char_count as usize, given.content.body.chars().count());
    assert_eq!((stored.create_time, stored.update_time, stored.revision), (at(0), at(0), 1));
    assert_eq!(stored.effective_time(), at(-86_400));
    assert_eq!(stored.duplicate_of, None);

    // Unset fields stay unset, and an empty dateline stays an empty dateline.
    let mut bare = new("bare", "", "");
    bare.content = ArticleContent { dateline: Some(Dateline::default()), ..ArticleContent::default() };
    ingest(&store, bare.clone(), at(0)).await;
    let stored = store.get(&bare.name, View::Raw).await.expect("an answer").expect("an article");
    assert_eq!((stored.content, stored.parse_report, stored.raw), (bare.content, None, None));
    assert_eq!(stored.char_count, 0);
}

pub(super) async fn times_are_kept_to_the_microsecond(Fresh { store, .. }: Fresh) {
    let precise = |seconds: i64, nanos: i32| Timestamp::new(seconds, nanos).expect("a time");
    let mut article = published(new("a", "甲", "乙"), precise(-62_000_000_000, -999_999_999));
    article.content.fetch_time = Some(precise(250_000_000_000, 123_456_789));
    ingest(&store, article, precise(7, 999_999_999)).await;
    let stored = store.get(&name("a"), View::Full).await.expect("an answer").expect("an article");
    assert_eq!(stored.effective_time(), precise(-62_000_000_001, 0));
    assert_eq!(stored.content.fetch_time, Some(precise(250_000_000_000, 123_456_000)));
    assert_eq!(stored.create_time, precise(7, 999_999_000));
}

pub(super) async fn views_leave_out_what_they_promise(Fresh { store, .. }: Fresh) {
    let given = full_article();
    ingest(&store, given.clone(), at(0)).await;
    for view in [View::Basic, View::Full, View::Raw] {
        let got = store.get(&given.name, view).await.expect("an answer").expect("an article");
        let searched = ask(&store, &Search { view, ..search() }).await.articles.remove(0);
        let batched = store.batch_get(std::slice::from_ref(&given.name), view).await.expect("an answer").remove(0);
        assert_eq!(got.content.body.is_empty(), view == View::Basic);
        assert_eq!(got.parse_report.is_none(), view == View::Basic);
        assert_eq!(got.raw.is_some(), view == View::Raw);
        assert_eq!(got.content.headline, given.content.headline);
        assert_eq!(got.char_count as usize, given.content.body.chars().count());
        assert_eq!(searched, got);
        assert_eq!(batched, Some(got));
    }
}

pub(super) async fn a_replace_that_changes_nothing_writes_nothing(Fresh { store, .. }: Fresh) {
    let source = new("a", "甲", "乙");
    let etag = ingest(&store, source.clone(), at(0)).await;
    let before = store.get(&name("a"), View::Raw).await.expect("an answer");
    let end = store.feed().borrow().seq;
    let replace = |content: &ArticleContent, expected: &Etag| Write::Replace {
        name: name("a"),
        content: content.clone(),
        expected: expected.clone(),
    };
    assert_eq!(outcome(&write(&store, replace(&source.content, &etag), at(1)).await), Some(Outcome::Unchanged));
    assert_eq!(store.get(&name("a"), View::Raw).await.expect("an answer"), before);
    assert_eq!(store.feed().borrow().seq, end);
    let stale = Etag::from_caller("stale");
    assert_eq!(write(&store, replace(&source.content, &stale), at(1)).await, Written::EtagMismatch);
    let edited = ArticleContent { section: "丙".to_owned(), ..source.content };
    assert_eq!(outcome(&write(&store, replace(&edited, &etag), at(2)).await), Some(Outcome::Updated));
    assert_eq!(store.feed().borrow().seq, end + 1);
}

pub(super) async fn create_refuses_a_second_of_that_name(Fresh { store, .. }: Fresh) {
    let create = |article| Write::Create { article, request_id: None };
    assert_eq!(outcome(&write(&store, create(new("a", "甲", "乙")), at(0)).await), Some(Outcome::Created));
    assert_eq!(write(&store, create(new("a", "甲", "乙")), at(1)).await, Written::AlreadyExists);
    // Ingesting the content of a created article finds that article.
    assert_eq!(outcome(&write(&store, Write::ingest(new("a", "甲", "乙")), at(2)).await), Some(Outcome::Unchanged));
}

pub(super) async fn a_repeated_create_is_not_done_again(Fresh { store, .. }: Fresh) {
    let create = |article, id: &str| Write::Create { article, request_id: Some(id.to_owned()) };
    let first = write(&store, create(new("a", "甲", "乙"), "r1"), at(0)).await;
    assert_eq!(write(&store, create(new("a", "甲", "乙"), "r1"), at(1)).await, first);
    assert_eq!(write(&store, create(new("b", "甲", "乙"), "r1"), at(1)).await, Written::RequestIdReused);
    assert_eq!(write(&store, create(new("a", "甲", "丙"), "r1"), at(1)).await, Written::RequestIdReused);
    assert_eq!(write(&store, create(new("a", "甲", "乙"), "r2"), at(1)).await, Written::AlreadyExists);
    // A retry never recreates an article that was deleted in between.
    write(&store, Write::Delete { name: name("a"), expected: None }, at(2)).await;
    assert_eq!(write(&store, create(new("a", "甲", "乙"), "r1"), at(3)).await, Written::Missing);
    // After a day the request id has expired.
    let later = write(&store, create(new("a", "甲", "乙"), "r1"), at(24 * 3600)).await;
    assert_eq!(outcome(&later), Some(Outcome::Created));
}

pub(super) async fn replace_needs_the_current_state(Fresh { store, .. }: Fresh) {
    let mut article = full_article();
    let etag = ingest(&store, article.clone(), at(0)).await;
    article.content.body = "新的正文".to_owned();
    article.content.publish_time = None;
    let replace = |expected| Write::Replace { name: name("full"), content: article.content.clone(), expected };
    assert_eq!(write(&store, replace(Etag::from_caller("\"0\"")), at(1)).await, Written::EtagMismatch);
    let Written::Stored { article: replaced, outcome } = write(&store, replace(etag.clone()), at(2)).await else {
        panic!("not stored");
    };
    assert_eq!(outcome, Outcome::Updated);
    assert_eq!((replaced.create_time, replaced.update_time, replaced.revision), (at(0), at(2), 2));
    assert_eq!((replaced.char_count, replaced.effective_time()), (4, at(-5)));
    let stored = store.get(&name("full"), View::Raw).await.expect("an answer").expect("an article");
    assert_eq!(stored.content, article.content);
    assert_eq!((&stored.parse_report, &stored.raw), (&article.parse_report, &article.raw));
    assert_eq!(write(&store, replace(etag.clone()), at(3)).await, Written::EtagMismatch);
    let missing = Write::Replace { name: name("b"), content: article.content.clone(), expected: etag };
    assert_eq!(write(&store, missing, at(3)).await, Written::Missing);
}

pub(super) async fn delete_takes_everything(Fresh { store, .. }: Fresh) {
    let article = full_article();
    let etag = ingest(&store, article.clone(), at(0)).await;
    let delete = |expected| Write::Delete { name: name("full"), expected };
    assert_eq!(write(&store, delete(Some(Etag::from_caller("x"))), at(1)).await, Written::EtagMismatch);
    assert_eq!(write(&store, delete(Some(etag)), at(1)).await, Written::Deleted);
    assert_eq!(write(&store, delete(None), at(1)).await, Written::Missing);
    assert_eq!(store.get(&name("full"), View::Raw).await.expect("an answer"), None);
    assert!(ask(&store, &search()).await.articles.is_empty());
    let found = Search { keywords: Some(words(&["段"], &[], &[], &[])), count_total: true, ..search() };
    let page = ask(&store, &found).await;
    assert!(page.articles.is_empty());
    assert_eq!(page.total, Some(Total { count: 0, is_lower_bound: false }));
    assert_eq!(outcome(&write(&store, Write::ingest(article), at(2)).await), Some(Outcome::Created));
    assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
}

pub(super) async fn validators_never_repeat(Fresh { store, .. }: Fresh) {
    let first = ingest(&store, new("a", "甲", "乙"), at(0)).await;
    write(&store, Write::Delete { name: name("a"), expected: Some(first.clone()) }, at(0)).await;
    let second = ingest(&store, new("a", "甲", "乙"), at(0)).await;
    write(&store, Write::Delete { name: name("a"), expected: Some(second.clone()) }, at(-100)).await;
    let third = ingest(&store, new("a", "甲", "丙"), at(-100)).await;
    assert_ne!(first, second);
    assert_ne!(second, third);
    assert_ne!(first, third);
}

pub(super) async fn times_grow_though_the_clock_steps_back(Fresh { store, .. }: Fresh) {
    ingest(&store, new("a", "甲", "一"), at(0)).await;
    ingest(&store, new("a", "甲", "二"), at(-1000)).await;
    let twice = store.get(&name("a"), View::Basic).await.expect("an answer").expect("an article");
    assert_eq!(twice.create_time, at(0));
    assert_eq!(twice.update_time.as_microsecond(), at(0).as_microsecond() + 1);
}

pub(super) async fn a_dry_run_writes_nothing(Fresh { store, .. }: Fresh) {
    let dry = async |write| store.write(write, true, at(1)).await.expect("an answer");
    let create = Write::Create { article: new("a", "甲", "乙"), request_id: Some("r".to_owned()) };
    assert_eq!(outcome(&dry(create.clone()).await), Some(Outcome::Created));
    assert_eq!(outcome(&dry(Write::ingest(new("a", "甲", "乙"))).await), Some(Outcome::Created));
    assert!(ask(&store, &search()).await.articles.is_empty());
    let etag = ingest(&store, new("a", "甲", "乙"), at(0)).await;
    assert_eq!(dry(create).await, Written::AlreadyExists);
    assert_eq!(outcome(&dry(Write::ingest(new("a", "甲", "丙"))).await), Some(Outcome::Updated));
    let replace = Write::Replace { name: name("a"), content: ArticleContent::default(), expected: etag.clone() };
    assert_eq!(outcome(&dry(replace).await), Some(Outcome::Updated));
    assert_eq!(dry(Write::Delete { name: name("a"), expected: None }).await, Written::Deleted);
    let stored = store.get(&name("a"), View::Full).await.expect("an answer").expect("an article");
    assert_eq!((stored.etag(), stored.content.body.as_str()), (etag, "乙"));
}

pub(super) async fn orders_run_both_ways(Fresh { store, .. }: Fresh) {
    // Created a, b, c; updated b, a, c; effective c, a, b.
    ingest(&store, published(new("a", "甲", "一"), at(20)), at(100)).await;
    ingest(&store, published(new("b", "乙", "一"), at(30)), at(101)).await;
    ingest(&store, published(new("b", "乙", "二"), at(30)), at(102)).await;
    ingest(&store, published(new("a", "甲", "二"), at(20)), at(103)).await;
    ingest(&store, published(new("c", "丙", "一"), at(10)), at(104)).await;
    for (key, ascending) in [
        (OrderKey::EffectiveTime, ["c", "a", "b"]),
        (OrderKey::CreateTime, ["a", "b", "c"]),
        (OrderKey::UpdateTime, ["b", "a", "c"]),
    ] {
        let mut descending = ascending;
        descending.reverse();
        for (order, expected) in
            [(Order { key, descending: false }, ascending), (Order { key, descending: true }, descending)]
        {
            assert_eq!(ids(&ask(&store, &Search { order, ..search() }).await), expected, "{order:?}");
            let keywords = Some(words(&[], &["一", "二"], &[], &[]));
            let found =
                all_pages(&store, Search { order, keywords, page_size: PageSize::new(1).expect("a size"), ..search() });
            assert_eq!(found.await.concat(), expected, "{order:?}");
        }
    }
}

pub(super) async fn equal_times_are_ordered_by_name(Fresh { store, .. }: Fresh) {
    for id in ["c", "a", "b-1", "b", "b0"] {
        ingest(&store, published(new(id, "甲", "乙"), at(0)), at(0)).await;
    }
    for key in [OrderKey::EffectiveTime, OrderKey::CreateTime, OrderKey::UpdateTime] {
        for descending in [true, false] {
            let search =
                Search { order: Order { key, descending }, page_size: PageSize::new(2).expect("a size"), ..search() };
            let pages = all_pages(&store, search).await;
            assert_eq!(pages, [vec!["a", "b"], vec!["b-1", "b0"], vec!["c"]], "{key:?} {descending}");
        }
    }
}

pub(super) async fn keywords_find_and_exclude(Fresh { store, .. }: Fresh) {
    ingest(&store, published(new("a", "云州安全生产大检查", "全市开展，5G网络覆盖𠮷地。"), at(3)), at(0)).await;
    ingest(&store, published(new("b", "云州大桥通车", "安全通车，生产有序。Safe Bridge"), at(2)), at(0)).await;
    ingest(&store, published(new("c", "北岭秋收", "产生了安全感。"), at(1)), at(0)).await;
    let found = async |all: &[&str], any: &[&str], none: &[&str]| {
        let keywords = Some(words(all, any, none, &[]));
        ask(&store, &Search { keywords, ..search() }).await.articles.iter().map(|a| a.name.id().to_owned()).collect()
    };
    let check = async |all: &[&str], any: &[&str], none: &[&str], expected: &[&str]| {
        let ids: Vec<String> = found(all, any, none).await;
        assert_eq!(ids, expected, "all {all:?} any {any:?} none {none:?}");
    };
    check(&["安全生产"], &[], &[], &["a"]).await;
    check(&["安全"], &[], &[], &["a", "b", "c"]).await;
    check(&["产"], &[], &[], &["a", "b", "c"]).await;
    check(&["全生"], &[], &[], &["a"]).await;
    check(&["安全", "云州"], &[], &[], &["a", "b"]).await;
    check(&[], &["大桥", "秋收"], &[], &["b", "c"]).await;
    check(&["安全"], &["大桥", "秋收"], &["北岭"], &["b"]).await;
    check(&[], &[], &["云州"], &["c"]).await;
    check(&[], &[], &["没有的词"], &["a", "b", "c"]).await;
    check(&["没有的词"], &[], &[], &[]).await;
    check(&["𠮷"], &[], &[], &["a"]).await;
    check(&["g网"], &[], &[], &["a"]).await;
    check(&["afe b"], &[], &[], &["b"]).await;
    check(&["SAFE"], &[], &[], &["b"]).await;
    check(&["查全"], &[], &[], &[]).await;
    check(&["，"], &[], &["𠮷", "。云"], &["b"]).await;
}

pub(super) async fn keywords_are_text_not_syntax(Fresh { store, .. }: Fresh) {
    let odd = [
        "\"",
        "'",
        "*",
        "a*",
        "AND",
        "OR",
        "NOT",
        "NEAR(",
        "a AND b",
        "x:",
        "headline:",
        "-",
        "^",
        "%",
        "_",
        "\\",
        "(",
        ")",
        "{a}",
        "a+b",
        ";--",
        "a\0b",
    ];
    for (number, text) in odd.iter().enumerate() {
        let article = published(new(&format!("a{number}"), "平常", &format!("前文{text}后文")), at(number as i64));
        ingest(&store, article, at(0)).await;
    }
    for text in odd {
        let search = Search { keywords: Some(words(&[text], &[], &[], &[])), ..search() };
        let expected: Vec<String> = (0..odd.len())
            .rev()
            .filter(|&number| odd[number].to_lowercase().contains(&text.to_lowercase()))
            .map(|number| format!("a{number}"))
            .collect();
        let page = ask(&store, &search).await;
        assert!(!page.articles.is_empty(), "{text:?}");
        assert_eq!(ids(&page), expected, "{text:?}");
    }
}

pub(super) async fn keywords_keep_to_their_fields(Fresh { store, .. }: Fresh) {
    let given = full_article();
    ingest(&store, given, at(0)).await;
    let check = async |field: TextField, own: &str, foreign: &str| {
        for (word, expected) in [(own, 1), (foreign, 0)] {
            let search = Search { keywords: Some(words(&[word], &[], &[], &[field])), ..search() };
            assert_eq!(ask(&store, &search).await.articles.len(), expected, "{field:?} {word}");
        }
    };
    check(TextField::Headline, "推進", "綠水").await;
    check(TextField::Kicker, "綠水", "副題").await;
    check(TextField::Subheadline, "副題二", "一副").await;
    check(TextField::Body, "第一段", "推進").await;
    check(TextField::Keywords, "安全", "推進").await;
    check(TextField::Authors, "李某", "赵某").await;
    check(TextField::InfoSource, "日报", "第一").await;
}

pub(super) async fn totals_are_counted(Fresh { store, .. }: Fresh) {
    for number in 0..12 {
        let body = if number % 3 == 0 { "晴天" } else { "雨天" };
        ingest(&store, published(new(&format!("a{number}"), "甲", body), at(number)), at(0)).await;
    }
    let count = async |keywords| {
        let size = PageSize::new(2).expect("a size");
        let page = ask(&store, &Search { keywords, page_size: size, count_total: true, ..search() }).await;
        page.total
    };
    let exactly = |count| Some(Total { count, is_lower_bound: false });
    assert_eq!(count(None).await, exactly(12));
    assert_eq!(count(Some(words(&["晴天"], &[], &[], &[]))).await, exactly(4));
    assert_eq!(count(Some(words(&["天"], &[], &["晴"], &[]))).await, exactly(8));
    assert_eq!(count(Some(words(&["雪"], &[], &[], &[]))).await, exactly(0));
    assert_eq!(ask(&store, &search()).await.total, None);
}

pub(super) async fn writes_are_found_changed_and_lost_again(Fresh { store, .. }: Fresh) {
    let found = async |word: &str| {
        let page = ask(&store, &Search { keywords: Some(words(&[word], &[], &[], &[])), ..search() }).await;
        page.articles.len()
    };
    ingest(&store, new("a", "旧题", "旧的正文"), at(0)).await;
    ingest(&store, new("b", "旁的", "也旧"), at(0)).await;
    assert_eq!((found("旧").await, found("旧题").await, found("新").await), (2, 1, 0));
    let etag = ingest(&store, new("a", "新题", "新的正文"), at(1)).await;
    assert_eq!((found("旧").await, found("旧题").await, found("新").await), (1, 0, 1));
    let content = new("a", "三题", "旧的正文").content;
    write(&store, Write::Replace { name: name("a"), content, expected: etag }, at(2)).await;
    assert_eq!((found("旧").await, found("旧题").await, found("新").await), (2, 0, 0));
    write(&store, Write::Delete { name: name("a"), expected: None }, at(3)).await;
    assert_eq!((found("旧").await, found("三题").await), (1, 0));
    assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
}

pub(super) async fn the_check_finds_nothing(Fresh { store, .. }: Fresh) {
    assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
    ingest(&store, full_article(), at(0)).await;
    assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
}
