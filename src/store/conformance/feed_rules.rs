//! Rules of the change feed, one test each, in the suite of [`super::rules`].

use super::Fresh;
use super::fixtures::*;
use crate::article::View;
use crate::store::{ChangeKind, FeedLimit, FeedPosition, Write};

pub(super) async fn the_feed_tells_each_change(Fresh { store, .. }: Fresh) {
    let start = *store.feed().borrow();
    assert_eq!((start.seq, changed(&store, start).await), (0, Some(Vec::new())));
    let entry = |seq, id: &str, is_there| (seq, id.to_owned(), is_there);
    let delete = |id| Write::Delete { name: name(id), expected: None };

    ingest(&store, new("a", "甲", "一"), at(0)).await;
    ingest(&store, new("b", "乙", "一"), at(1)).await;
    // None of these writes is a change.
    ingest(&store, new("a", "甲", "一"), at(2)).await;
    write(&store, delete("c"), at(2)).await;
    store.write(Write::ingest(new("c", "丙", "一")), true, at(2)).await.expect("a dry run");
    assert_eq!(changed(&store, start).await, Some(vec![entry(1, "a", true), entry(2, "b", true)]));

    // An article that changed several times is in the feed once, at its last change.
    ingest(&store, new("a", "甲", "二"), at(3)).await;
    assert_eq!(changed(&store, start).await, Some(vec![entry(2, "b", true), entry(3, "a", true)]));
    write(&store, delete("b"), at(4)).await;
    assert_eq!(changed(&store, start).await, Some(vec![entry(3, "a", true), entry(4, "b", false)]));
    // A deletion stays in the feed when an article of the same name is created again: that is another article.
    ingest(&store, new("b", "乙", "三"), at(5)).await;
    let all = vec![entry(3, "a", true), entry(4, "b", false), entry(5, "b", true)];
    assert_eq!(changed(&store, start).await, Some(all));

    let end = *store.feed().borrow();
    assert_eq!(end, FeedPosition { seq: 5, ..start });
    assert_eq!(changed(&store, end).await, Some(Vec::new()));
    // A position beyond the end, as after restoring an older copy, or a position in another store's feed.
    assert_eq!(changed(&store, FeedPosition { seq: 6, ..end }).await, None);
    assert_eq!(changed(&store, FeedPosition { feed: end.feed ^ 1, ..end }).await, None);
    assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
}

pub(super) async fn the_feed_is_read_in_pieces(Fresh { store, .. }: Fresh) {
    for number in 0..5 {
        ingest(&store, new(&format!("a{number}"), "甲", &"字".repeat(1000)), at(number)).await;
    }
    let start = FeedPosition { seq: 0, ..*store.feed().borrow() };
    let read = async |changes, bytes, view| {
        let read = store.changes(start, FeedLimit { changes, bytes }, view).await.expect("an answer").expect("known");
        (read.changes, read.is_end)
    };
    let count = async |changes, bytes, view| {
        let (changes, is_end) = read(changes, bytes, view).await;
        (changes.len(), is_end)
    };
    assert_eq!(count(100, 1 << 20, View::Full).await, (5, true));
    assert_eq!(count(3, 1 << 20, View::Full).await, (3, false));
    assert_eq!(count(100, 8000, View::Full).await, (2, false));
    assert_eq!(count(100, 1, View::Full).await, (1, false));
    assert_eq!(count(100, 8000, View::Basic).await, (5, true));
    let (changes, _) = read(1, 1, View::Full).await;
    let stored = store.get(&name("a0"), View::Full).await.expect("an answer").expect("an article");
    assert_eq!(changes[0].kind, ChangeKind::Upserted(Box::new(stored)));
}

pub(super) async fn the_feed_wakes_those_who_wait(Fresh { store, .. }: Fresh) {
    let mut feed = store.feed();
    let waits = async {
        feed.changed().await.expect("the store lives");
        *feed.borrow_and_update()
    };
    let writes = async {
        store.write(Write::ingest(new("a", "甲", "一")), true, at(0)).await.expect("a dry run");
        ingest(&store, new("a", "甲", "一"), at(0)).await;
    };
    let (end, ()) = tokio::join!(waits, writes);
    assert_eq!(end.seq, 1);
    // Once a write is acknowledged, the end of the feed is behind it.
    assert_eq!(*store.feed().borrow(), end);
}
