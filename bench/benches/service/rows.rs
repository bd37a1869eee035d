//! The lower bound of writing: the same rows in a table without an index, with the same driver and the same durability.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use articled::article::{ArticleName, ParseReport};
use articled::rpc::convert;
use articled::store::NewArticle;
use prost::Message;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

pub(crate) struct RowTable {
    connection: SqliteConnection,
    database: PathBuf,
}

impl RowTable {
    pub(crate) async fn create(database: &Path) -> Self {
        let database = database.with_extension("rows");
        remove(&database);
        let options = SqliteConnectOptions::new()
            .filename(&database)
            .create_if_missing(true)
            .page_size(16 << 10)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .disable_statement_logging();
        let mut connection = options.connect().await.expect("a database");
        let sql =
            "CREATE TABLE article (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, effective_us INTEGER NOT NULL,
                   encoded BLOB NOT NULL)";
        sqlx::query(sql).execute(&mut connection).await.expect("a table");
        Self { connection, database }
    }

    /// Inserts a batch in one transaction. The time for encoding is not counted.
    pub(crate) async fn write(&mut self, batch: impl IntoIterator<Item = NewArticle>) -> Duration {
        let rows = encoded_rows(batch);
        let begun = Instant::now();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut self.connection).await.expect("a transaction");
        for (name, effective_us, encoded) in rows {
            let sql = "INSERT INTO article (name, effective_us, encoded) VALUES (?1, ?2, ?3)";
            let insert = sqlx::query(sql).bind(name.id().to_owned()).bind(effective_us).bind(encoded);
            insert.execute(&mut self.connection).await.expect("a row");
        }
        sqlx::query("COMMIT").execute(&mut self.connection).await.expect("a commit");
        begun.elapsed()
    }

    pub(crate) async fn remove(self) {
        self.connection.close().await.expect("a close");
        remove(&self.database);
    }
}

/// The rows of articles: name, effective time, and all of it in the contract's encoding.
pub(crate) fn encoded_rows(batch: impl IntoIterator<Item = NewArticle>) -> Vec<(ArticleName, i64, Vec<u8>)> {
    let row = |new: NewArticle| {
        let effective_us = new.content.publish_time.map_or(0, |published| published.time.as_microsecond());
        let report = ParseReport {
            parser_version: 1,
            repairs: Default::default(),
            removed_lines: Vec::new(),
            warnings: Vec::new(),
        };
        let encoded = convert::unsaved_article(&new.name, new.content, report).encode_to_vec();
        (new.name, effective_us, encoded)
    };
    batch.into_iter().map(row).collect()
}

fn remove(database: &Path) {
    for suffix in ["rows", "rows-wal", "rows-shm"] {
        let _ = std::fs::remove_file(database.with_extension(suffix));
    }
}
