//! Fingerprint lookup for near-duplicate detection: the tables of keys.
//!
//! Keys are random: inserted one by one into a large table, each touches a page of its own, and an article's six keys cost
//! more than the rest of the article. So the keys of recent articles are stored as one list per article in
//! `fingerprint_recent`, and looked up in `temp.pending_key`, an in-memory table of the connection that takes part in its
//! transactions. Once there are many, they are moved to `fingerprint_key`, sorted by key and some with each group of writes,
//! so that one page receives many.
//!
//! Owns these tables, but not the definition of "near".

use std::collections::BTreeSet;

use sqlx::SqliteConnection;

use crate::store::duplicates::holders::{Holders, MAX_HOLDERS};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::json_list::json_list;

/// The number of keys that are moved for each new key. With more, a move ends sooner, but each group writes more.
const MOVED_FOR_ONE: u64 = 4;

/// When keys are moved. Tests use smaller numbers than the default, so that a few articles are enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MoveRule {
    /// The number of articles from which keys are moved.
    pub many_articles: u64,
    /// The minimum number of keys in one step.
    pub min_moved: u64,
}

impl Default for MoveRule {
    fn default() -> Self {
        // The keys of this many articles are loaded at every start, which takes 0.1 s and 3 MB.
        Self { many_articles: 16_384, min_moved: 256 }
    }
}

/// The earliest articles stored before `id` that have each of some keys.
pub(crate) async fn holders(connection: &mut SqliteConnection, keys: &[u32], id: i64) -> Result<Holders, SqliteError> {
    let query = sqlx::query_scalar(include_str!("../queries/holders.sql"))
        .bind(json_list(keys))
        .bind(id)
        .bind(MAX_HOLDERS as i64);
    let packed: String = query.fetch_one(connection).await?;
    let mut found = Holders::new();
    for line in packed.split(';') {
        let (key, ids) = line.split_once(',').unwrap_or_default();
        if let Ok(key) = key.parse() {
            // Each table has returned its earliest ones.
            let ids: BTreeSet<i64> = ids.split(',').filter_map(|id| id.parse().ok()).collect();
            found.insert(key, ids.into_iter().take(MAX_HOLDERS).collect());
        }
    }
    Ok(found)
}

/// Loads the keys of recent articles into a connection's `temp.pending_key`.
pub(crate) async fn open(connection: &mut SqliteConnection) -> Result<(), SqliteError> {
    sqlx::query(include_str!("../queries/create_pending_keys.sql")).execute(connection).await?;
    Ok(())
}

/// Deletes some keys of an article.
pub(crate) async fn forget(connection: &mut SqliteConnection, id: i64, keys: &[u32]) -> Result<(), SqliteError> {
    let keys = json_list(keys);
    let sql = include_str!("../queries/forget_keys.sql");
    sqlx::query(sql).bind(id).bind(&keys).bind(id).bind(&keys).bind(id).execute(connection).await?;
    Ok(())
}

/// The number of pairs of a key and an article.
pub(crate) async fn count(connection: &mut SqliteConnection) -> Result<u64, SqliteError> {
    let sql = "SELECT count(*) FROM (SELECT key, id FROM fingerprint_key UNION SELECT key, id FROM temp.pending_key)";
    let count: i64 = sqlx::query_scalar(sql).fetch_one(connection).await?;
    Ok(count.cast_unsigned())
}

/// Moves the keys of recent articles to the main table. An interrupted move starts again: keys that were already moved are
/// then in both tables, and are found once.
#[derive(Debug)]
pub(crate) struct KeyMigrator {
    /// The number of articles whose keys are not moved yet.
    articles: u64,
    rule: MoveRule,
    under_way: Option<Move>,
}

#[derive(Clone, Copy, Debug)]
struct Move {
    /// The last article of the current move; the keys of later ones stay.
    last_id: i64,
    /// Keys up to this one are moved.
    moved_to: i64,
}

impl KeyMigrator {
    /// For a connection that is not open yet.
    pub(crate) async fn open(connection: &mut SqliteConnection, rule: MoveRule) -> Result<Self, SqliteError> {
        open(connection).await?;
        Self::new(connection, rule).await
    }

    async fn new(connection: &mut SqliteConnection, rule: MoveRule) -> Result<Self, SqliteError> {
        let sql = "SELECT count(*) FROM fingerprint_recent";
        let articles: i64 = sqlx::query_scalar(sql).fetch_one(connection).await?;
        Ok(Self { articles: articles.cast_unsigned(), rule, under_way: None })
    }

    /// Continues the move by one step, in the transaction that added the keys of this many articles, up to `last_id`.
    pub(crate) async fn advance(
        &mut self,
        connection: &mut SqliteConnection,
        added: u64,
        last_id: i64,
    ) -> Result<(), SqliteError> {
        self.articles += added;
        let Move { last_id, moved_to } = match self.under_way {
            Some(under_way) => under_way,
            None if self.articles >= self.rule.many_articles => Move { last_id, moved_to: -1 },
            None => return Ok(()),
        };
        let keys = added * crate::text::KEY_COUNT as u64;
        let limit = (MOVED_FOR_ONE * keys).max(self.rule.min_moved);
        let sql = "SELECT max(key) FROM (SELECT key FROM temp.pending_key WHERE key > ?1 ORDER BY key LIMIT ?2)";
        let query = sqlx::query_scalar(sql).bind(moved_to).bind(limit.cast_signed());
        let end: Option<i64> = query.fetch_one(&mut *connection).await?;
        let Some(end) = end else {
            let sql = "DELETE FROM fingerprint_recent WHERE id <= ?1";
            sqlx::query(sql).bind(last_id).execute(&mut *connection).await?;
            *self = Self::new(connection, self.rule).await?;
            return Ok(());
        };
        let sql = include_str!("../queries/move_keys.sql");
        let query = sqlx::query(sql).bind(moved_to).bind(end).bind(last_id).bind(moved_to).bind(end).bind(last_id);
        query.execute(connection).await?;
        self.under_way = Some(Move { last_id, moved_to: end });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::store::conformance::fixtures::*;
    use crate::store::sqlite::{SqliteOptions, SqliteStore};
    use crate::store::{SharedStore, Write, Written};

    async fn opened(path: &std::path::Path) -> SharedStore {
        Arc::new(SqliteStore::open(SqliteOptions::small(path)).await.expect("a store"))
    }

    /// A body that shares no key with that of another number.
    fn body(number: u32) -> String {
        (0..60).filter_map(|at| char::from_u32(0x4E00 + (number * 7919 + at * 104_729) % 20_000)).collect()
    }

    /// Moves are under way all the time, are cut short by every reopening, and meet updates and deletions.
    #[tokio::test]
    async fn copies_are_found_before_while_and_after_their_originals_keys_are_moved() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("articles.db");
        let mut store = opened(&path).await;
        for number in 0..40 {
            ingest(&store, new(&format!("a{number}"), "甲", &body(number)), at(0)).await;
            let delete = Write::Delete { name: name(&format!("a{}", number / 2)), expected: None };
            match number % 5 {
                1 => drop(write(&store, delete, at(1)).await),
                2 => drop(ingest(&store, new(&format!("a{}", number / 2), "乙", &body(1000 + number)), at(1)).await),
                3 => {
                    store.close().await;
                    store = opened(&path).await;
                }
                _ => {}
            }
            assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
        }
        for number in 20..40 {
            let copy = new(&format!("copy{number}"), "丙", &format!("{}。", body(number)));
            let Written::Stored { article, .. } = write(&store, Write::ingest(copy), at(2)).await else {
                panic!("not stored");
            };
            assert_eq!(article.duplicate_of, Some(name(&format!("a{number}"))));
        }
    }

    /// Texts of a form letter share keys with more articles than are compared. A group of writes must choose among the same
    /// candidates as one write, or `check` finds duplicates that are none.
    #[tokio::test]
    async fn a_group_of_form_letters_finds_the_originals_that_each_alone_would() {
        form_letters(true).await;
        form_letters(false).await;
    }

    async fn form_letters(moves_keys: bool) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("articles.db");
        let options = if moves_keys { SqliteOptions::small(&path) } else { SqliteOptions::new(&path) };
        let store: SharedStore = Arc::new(SqliteStore::open(options).await.expect("a store"));
        // In another order than that of the numbers, as calls arrive.
        let letter = |number: usize| format!("{}{}", "正文内容。".repeat(30), number * 377 % 900);
        let mut numbers = 0..900_usize;
        for size in [5, 137, 9, 264, 12].into_iter().cycle() {
            let writes = numbers.by_ref().take(size).map(|number| {
                let new = new(&format!("a{number}"), &format!("题{number}"), &letter(number));
                write(&store, Write::ingest(new), at(0))
            });
            if futures::future::join_all(writes).await.is_empty() {
                break;
            }
        }
        assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
    }
}
