//! Gives free pages back to the file system, when the writer has nothing else to do.
//!
//! A merge of the keyword index leaves as many free pages as its inputs had. Later merges and articles use them again, but a store
//! that is no longer written would keep them.

use sqlx::SqliteConnection;

use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::row_struct::row_struct;

/// Free pages up to this share of the file are kept for the next writes.
const KEPT_SHARE: i64 = 64;

/// The number of pages that are given back at once, in some milliseconds. As many pages from the end of the file are moved.
pub(crate) const PAGES_AT_ONCE: u32 = 128;

/// The mode of `PRAGMA auto_vacuum` in which pages can be given back (sqlite.org/pragma.html#pragma_auto_vacuum).
const INCREMENTAL: i64 = 2;

row_struct! {
    struct FileRow {
        auto_vacuum: i64,
        free: i64,
        pages: i64,
    }
}

/// Gives some pages back, in a transaction. Returns whether there are more.
pub(crate) async fn give_back(connection: &mut SqliteConnection) -> Result<bool, SqliteError> {
    let sql = "SELECT auto_vacuum, freelist_count AS free, page_count AS pages
               FROM pragma_auto_vacuum, pragma_freelist_count, pragma_page_count";
    let row = sqlx::query(sql).fetch_one(&mut *connection).await?;
    let FileRow { auto_vacuum, free, pages } = FileRow::read(&row)?;
    if auto_vacuum != INCREMENTAL || free <= pages / KEPT_SHARE {
        return Ok(false);
    }
    let sql = format!("PRAGMA incremental_vacuum({PAGES_AT_ONCE})");
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(connection).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use sqlx::Connection;

    use super::*;
    use crate::store::ArticleStore as _;
    use crate::store::conformance::fixtures::*;
    use crate::store::sqlite::connect::{Role, connect};
    use crate::store::sqlite::{SqliteOptions, SqliteStore};

    /// Leaves free pages in the midst of the file.
    async fn free_some(path: &Path) {
        let mut connection = connect(path, Role::Write).await.expect("a connection");
        let sql = "CREATE TABLE filler (bytes BLOB);
                   WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
                   INSERT INTO filler SELECT zeroblob(16000) FROM n;
                   CREATE TABLE last (bytes BLOB); INSERT INTO last VALUES (zeroblob(16000)); DROP TABLE filler; DROP TABLE last";
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("a statement");
        connection.close().await.expect("closed");
    }

    #[tokio::test]
    async fn a_closed_store_has_few_free_pages_and_no_fault() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("articles.db");
        let opened = async || SqliteStore::open(SqliteOptions::small(&path)).await.expect("a store");
        opened().await.close().await;
        let before = fs::metadata(&path).expect("a file").len();
        free_some(&path).await;
        assert!(fs::metadata(&path).expect("a file").len() > 2 * before);
        opened().await.close().await;
        assert!(fs::metadata(&path).expect("a file").len() < 2 * before);
        let store: crate::store::SharedStore = std::sync::Arc::new(opened().await);
        ingest(&store, new("a", "甲", "一"), at(0)).await;
        assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
    }

    #[tokio::test]
    async fn pages_are_given_back_in_steps() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("articles.db");
        SqliteStore::open(SqliteOptions::small(&path)).await.expect("a store").close().await;
        free_some(&path).await;
        let mut connection = connect(&path, Role::Write).await.expect("a connection");
        let mut steps = 0;
        while give_back(&mut connection).await.expect("given back") {
            steps += 1;
        }
        assert!(steps > 3, "{steps}");
        let free: i64 = sqlx::query_scalar("PRAGMA freelist_count").fetch_one(&mut connection).await.expect("a count");
        assert!(free < i64::from(PAGES_AT_ONCE), "{free}");
        connection.close().await.expect("closed");
    }
}
