//! The limit of reading a page: the same articles in a table of (effective time, name, encoded BASIC article) and nothing
//! else, read through rusqlite on the calling thread.
//!
//! Refuses what a service needs beside that: views, filters, tokens that mean something, damage that is noticed.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use articled::article::View;
use articled::rpc::convert;
use articled::store::ArticleStore;
use articled::store::sqlite::SqliteStore;
use bytes::Bytes;
use prost::Message;
use prost::encoding::{self, WireType, encode_key, encode_varint};
use rusqlite::{Connection, params};

use crate::corpus::Corpus;

/// The numbers of the contract's fields of ListArticlesResponse.
const ARTICLES: u32 = 1;
const NEXT_PAGE_TOKEN: u32 = 2;
const RESUME_TOKEN: u32 = 3;

const PAGE: i64 = 50;

pub struct PlainPages {
    connection: Mutex<Connection>,
    token: String,
}

impl PlainPages {
    /// Copies the articles into a table beside the store.
    pub async fn build(store: &SqliteStore, database: &Path, articles: usize) -> Self {
        let path = file_of(database);
        remove(database);
        let mut connection = Connection::open(path).expect("a database");
        // As the service's own readers have it; nobody waits for this table to be durable.
        let settings =
            "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -8192;
                        CREATE TABLE plain (effective_us INTEGER NOT NULL, name TEXT NOT NULL, basic BLOB NOT NULL);
                        CREATE INDEX plain_by_time ON plain (effective_us DESC, name);";
        connection.execute_batch(settings).expect("a table");
        let names: Vec<_> = (0..articles).map(Corpus::name).collect();
        for names in names.chunks(10_000) {
            let transaction = connection.transaction().expect("a transaction");
            for names in names.chunks(100) {
                for article in store.batch_get(names, View::Basic).await.expect("articles").into_iter().flatten() {
                    let effective_us = article.effective_time().as_microsecond();
                    let wire = convert::article(article, View::Basic);
                    let row = params![effective_us, wire.name, wire.encode_to_vec()];
                    let sql = "INSERT INTO plain (effective_us, name, basic) VALUES (?1, ?2, ?3)";
                    transaction.prepare_cached(sql).and_then(|mut insert| insert.execute(row)).expect("a row");
                }
            }
            transaction.commit().expect("a commit");
        }
        // The tokens are about as long as those of the service.
        Self { connection: Mutex::new(connection), token: "x".repeat(80) }
    }

    /// The answer with the first page.
    pub fn first(&self) -> Bytes {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let sql = "SELECT effective_us, name, basic FROM plain ORDER BY effective_us DESC, name LIMIT ?1";
        let mut select = connection.prepare_cached(sql).expect("a statement");
        let mut rows = select.query([PAGE]).expect("rows");
        let mut answer = Vec::with_capacity(64 << 10);
        while let Some(row) = rows.next().expect("a row") {
            let basic = row.get_ref(2).and_then(|basic| Ok(basic.as_blob()?)).expect("bytes");
            encode_key(ARTICLES, WireType::LengthDelimited, &mut answer);
            encode_varint(basic.len() as u64, &mut answer);
            answer.extend_from_slice(basic);
        }
        encoding::string::encode(NEXT_PAGE_TOKEN, &self.token, &mut answer);
        encoding::string::encode(RESUME_TOKEN, &self.token, &mut answer);
        answer.into()
    }
}

pub fn remove(database: &Path) {
    for suffix in ["plain", "plain-wal", "plain-shm"] {
        let _ = std::fs::remove_file(database.with_extension(suffix));
    }
}

fn file_of(database: &Path) -> PathBuf {
    database.with_extension("plain")
}
