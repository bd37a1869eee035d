//! The rows of the change feed: a sequence number for each change, and the expiry of deletions. `read/changes` reads them.

use sqlx::SqliteConnection;
use tokio::sync::watch;

use crate::store::FeedPosition;
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::row_struct::row_struct;

/// The end of the feed, for watchers that wait for changes.
pub(super) struct Feed {
    end: watch::Sender<FeedPosition>,
}

impl Feed {
    pub(super) async fn open(connection: &mut SqliteConnection) -> Result<Self, SqliteError> {
        let state = FeedState::read(connection).await?;
        let end = FeedPosition { feed: state.feed, seq: state.last_seq };
        Ok(Self { end: watch::Sender::new(end) })
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<FeedPosition> {
        self.end.subscribe()
    }

    /// Publishes that everything up to a change is committed.
    pub(super) fn advance(&self, seq: u64) {
        self.end.send_if_modified(|end| {
            let has_grown = seq > end.seq;
            end.seq = end.seq.max(seq);
            has_grown
        });
    }
}

/// The state of the feed, in one row. The last change never expires, so the greatest number is that of the last change.
pub(super) const FEED_STATE: &str =
    "SELECT feed_id, forgotten_seq, (SELECT coalesce(max(seq), 0) FROM change) AS last_seq FROM feed_state";

pub(super) struct FeedState {
    pub feed: u64,
    pub forgotten_seq: u64,
    pub last_seq: u64,
}

row_struct! {
    struct FeedStateRow {
        feed_id: i64,
        forgotten_seq: i64,
        last_seq: i64,
    }
}

impl FeedState {
    async fn read(connection: &mut SqliteConnection) -> Result<Self, SqliteError> {
        let row = sqlx::query(FEED_STATE).fetch_one(connection).await?;
        let FeedStateRow { feed_id, forgotten_seq, last_seq } = FeedStateRow::read(&row)?;
        Ok(Self {
            feed: feed_id.cast_unsigned(),
            forgotten_seq: forgotten_seq.cast_unsigned(),
            last_seq: last_seq.cast_unsigned(),
        })
    }
}

/// The sequence number of the next change.
pub(super) async fn next_seq(connection: &mut SqliteConnection) -> Result<i64, SqliteError> {
    Ok(FeedState::read(connection).await?.last_seq.cast_signed() + 1)
}

/// Expires the deletions that are followed by more than `keep` changes.
pub(super) async fn forget(connection: &mut SqliteConnection, last_seq: i64, keep: u64) -> Result<(), SqliteError> {
    let bound = last_seq.saturating_sub(i64::try_from(keep).unwrap_or(i64::MAX));
    let sql = "SELECT max(seq) FROM change WHERE id IS NULL AND seq < ?1";
    let newest: Option<i64> = sqlx::query_scalar(sql).bind(bound).fetch_one(&mut *connection).await?;
    let Some(newest) = newest else { return Ok(()) };
    sqlx::query("UPDATE feed_state SET forgotten_seq = ?1").bind(newest).execute(&mut *connection).await?;
    let sql = "DELETE FROM change WHERE id IS NULL AND seq <= ?1";
    sqlx::query(sql).bind(newest).execute(connection).await?;
    Ok(())
}

/// Gives the feed a new id, so that positions in the old feed are invalid.
pub(super) async fn begin_anew(connection: &mut SqliteConnection) -> Result<(), SqliteError> {
    sqlx::query("UPDATE feed_state SET feed_id = random()").execute(connection).await?;
    Ok(())
}

/// Finds articles that are missing in the feed, and changes of articles that do not exist.
pub(super) async fn check(connection: &mut SqliteConnection, faults: &mut Vec<String>) -> Result<(), SqliteError> {
    for (what, sql) in [
        (
            "articles are not in the feed",
            "SELECT count(*) FROM article WHERE id NOT IN (SELECT id FROM change WHERE id IS NOT NULL)",
        ),
        ("changes are of no article", "SELECT count(*) FROM change WHERE id NOT IN (SELECT id FROM article)"),
        ("changes are of nothing", "SELECT count(*) FROM change WHERE (id IS NULL) = (name IS NULL)"),
    ] {
        let count: i64 = sqlx::query_scalar(sql).fetch_one(&mut *connection).await?;
        if count > 0 {
            faults.push(format!("feed: {count} {what}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::store::conformance::fixtures::*;
    use crate::store::sqlite::{SqliteOptions, SqliteStore};
    use crate::store::{SharedStore, Write};

    async fn opened(path: &std::path::Path, keep_deletions: u64) -> SharedStore {
        let options = SqliteOptions { keep_deletions, ..SqliteOptions::small(path) };
        Arc::new(SqliteStore::open(options).await.expect("a store"))
    }

    #[tokio::test]
    async fn the_feed_goes_on_after_reopening() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("articles.db");
        let store = opened(&path, 10).await;
        ingest(&store, new("a", "甲", "一"), at(0)).await;
        ingest(&store, new("b", "乙", "一"), at(1)).await;
        // The last number belongs to what is deleted.
        write(&store, Write::Delete { name: name("b"), expected: None }, at(2)).await;
        let end = *store.feed().borrow();
        assert_eq!(end.seq, 3);
        store.close().await;
        let store = opened(&path, 10).await;
        assert_eq!(*store.feed().borrow(), end);
        ingest(&store, new("c", "丙", "一"), at(3)).await;
        assert_eq!(changed(&store, end).await, Some(vec![(4, "c".to_owned(), true)]));
        assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
    }

    #[tokio::test]
    async fn old_deletions_are_forgotten_and_their_readers_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = opened(&folder.path().join("articles.db"), 2).await;
        let start = *store.feed().borrow();
        let after = |seq| FeedPosition { seq, ..start };
        let delete = async |id: &str| write(&store, Write::Delete { name: name(id), expected: None }, at(9)).await;
        for id in ["a", "b", "c", "d"] {
            ingest(&store, new(id, "甲", id), at(0)).await;
        }
        delete("a").await; // 5
        ingest(&store, new("e", "甲", "e"), at(1)).await; // 6
        delete("b").await; // 7
        assert_eq!(changed(&store, start).await.map(|changes| changes.len()), Some(5));
        delete("c").await; // 8: 5 is more than two changes ago.
        assert_eq!(changed(&store, after(4)).await, None);
        let rest = vec![(6, "e".to_owned(), true), (7, "b".to_owned(), false), (8, "c".to_owned(), false)];
        assert_eq!(changed(&store, after(5)).await, Some(rest));
        assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
    }
}
