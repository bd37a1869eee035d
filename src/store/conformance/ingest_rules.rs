//! The rules of ingesting: what is created, updated or recognised.

use bytes::Bytes;

use super::Fresh;
use super::fixtures::*;
use crate::article::{ArticleContent, Outcome, RawDocument, View};
use crate::store::{NewArticle, Write, Written};

pub(super) async fn ingest_creates_updates_and_recognises(Fresh { store, .. }: Fresh) {
    let mut article = new("a", "甲", "乙");
    article.raw = Some(RawDocument { content: Bytes::from_static(b"one"), ..RawDocument::default() });
    let created = write(&store, Write::ingest(article.clone()), at(0)).await;
    assert_eq!(outcome(&created), Some(Outcome::Created));

    // A new fetch time or raw document alone is no change.
    article.content.fetch_time = Some(at(1));
    article.raw = Some(RawDocument { content: Bytes::from_static(b"two"), ..RawDocument::default() });
    let unchanged = write(&store, Write::ingest(article.clone()), at(10)).await;
    assert_eq!(outcome(&unchanged), Some(Outcome::Unchanged));
    let (Written::Stored { article: before, .. }, Written::Stored { article: after, .. }) = (&created, &unchanged)
    else {
        panic!("not stored");
    };
    assert_eq!(before, after);
    let raw = store.get(&name("a"), View::Raw).await.expect("an answer").and_then(|article| article.raw);
    assert_eq!(raw.map(|raw| raw.content), Some(Bytes::from_static(b"one")));

    // A new label is a change.
    article.content.labels.insert("k".to_owned(), "v".to_owned());
    article.raw = None;
    let Written::Stored { article: updated, outcome } = write(&store, Write::ingest(article), at(20)).await else {
        panic!("not stored");
    };
    assert_eq!(outcome, Outcome::Updated);
    assert_eq!((updated.create_time, updated.update_time, updated.revision), (at(0), at(20), 2));
    assert_eq!(updated.content.fetch_time, Some(at(1)));
    assert_ne!(updated.etag(), before.etag());
    let stored = store.get(&name("a"), View::Raw).await.expect("an answer").expect("an article");
    assert_eq!(stored, *updated);
}

pub(super) async fn an_older_capture_is_left_out_unless_allowed(Fresh { store, .. }: Fresh) {
    let fetched = |body: &str, time: Option<crate::article::Timestamp>| {
        let mut article = new("a", "甲", body);
        article.content.fetch_time = time;
        article
    };
    ingest(&store, fetched("乙", Some(at(10))), at(0)).await;
    let end = store.feed().borrow().seq;
    let older = write(&store, Write::ingest(fetched("丙", Some(at(9)))), at(1)).await;
    let Written::NewerKept(kept) = older else { panic!("{older:?}") };
    assert_eq!((kept.content.body.as_str(), kept.revision), ("乙", 1));
    assert_eq!(store.feed().borrow().seq, end);
    // The same content is unchanged, whatever its fetch time.
    assert_eq!(
        outcome(&write(&store, Write::ingest(fetched("乙", Some(at(9)))), at(2)).await),
        Some(Outcome::Unchanged)
    );
    let forced = Write::Ingest { article: fetched("丙", Some(at(9))), allow_older: true };
    assert_eq!(outcome(&write(&store, forced, at(3)).await), Some(Outcome::Updated));
    // A document with an equal or no fetch time is not older.
    assert_eq!(outcome(&write(&store, Write::ingest(fetched("丁", Some(at(9)))), at(4)).await), Some(Outcome::Updated));
    assert_eq!(outcome(&write(&store, Write::ingest(fetched("戊", None)), at(5)).await), Some(Outcome::Updated));
    assert_eq!(outcome(&write(&store, Write::ingest(fetched("己", Some(at(1)))), at(6)).await), Some(Outcome::Updated));
}

pub(super) async fn a_replaced_article_is_not_overwritten_by_its_old_source(Fresh { store, .. }: Fresh) {
    let source = new("a", "甲", "乙");
    let etag = ingest(&store, source.clone(), at(0)).await;
    let edited = ArticleContent { headline: "改".to_owned(), ..source.content.clone() };
    let replace = Write::Replace { name: name("a"), content: edited.clone(), expected: etag };
    assert_eq!(outcome(&write(&store, replace, at(1)).await), Some(Outcome::Updated));
    assert_eq!(outcome(&write(&store, Write::ingest(source), at(2)).await), Some(Outcome::Unchanged));
    let stored = store.get(&name("a"), View::Full).await.expect("an answer").expect("an article");
    assert_eq!(stored.content, edited);
    // A changed source overwrites it.
    assert_eq!(outcome(&write(&store, Write::ingest(new("a", "甲", "丙")), at(3)).await), Some(Outcome::Updated));
}

/// Such as an import of an export.
pub(super) async fn an_ingest_of_what_is_stored_changes_nothing(Fresh { store, .. }: Fresh) {
    let raw = RawDocument { content: Bytes::from_static(b"a"), ..RawDocument::default() };
    let source = NewArticle { raw: Some(raw), ..new("a", "甲", "乙") };
    let etag = ingest(&store, source.clone(), at(0)).await;
    let edited = ArticleContent { headline: "改".to_owned(), ..source.content };
    let replace = Write::Replace { name: name("a"), content: edited.clone(), expected: etag };
    write(&store, replace, at(1)).await;
    let stored = store.get(&name("a"), View::Raw).await.expect("an answer");
    let exported = NewArticle { name: name("a"), content: edited, parse_report: None, raw: None };
    assert_eq!(outcome(&write(&store, Write::ingest(exported), at(2)).await), Some(Outcome::Unchanged));
    assert_eq!(store.get(&name("a"), View::Raw).await.expect("an answer"), stored, "its document stays, too");
}
