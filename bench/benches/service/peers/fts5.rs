//! SQLite's FTS5, which does not segment Chinese, with grams in two configurations.
//!
//! [`Fts5::characters_and_pairs`] indexes each character and each pair of an article once, without positions; results for
//! longer keywords are verified on the folded text. [`Fts5::pairs`] indexes all pairs with positions, for phrase queries. The
//! table is contentless; the folded texts and the articles are in a second file, whose writing is not counted. The rank is the
//! row id, so FTS5 returns results newest first.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use articled::article::View;
use articled::rpc::convert;
use articled::store::DecodedReads;
use articled::store::sqlite::SqliteStore;
use async_trait::async_trait;
use prost::Message;
use rusqlite::{Connection, params};

use super::{Asked, Document, Index, PAGE, Ranks, grams};
use crate::corpus::Corpus;

/// Maps ASCII to unassigned code points, so that it is neither a separator nor query syntax. The tokenizer `ascii` treats
/// every other character as part of a token.
const MOVED_ASCII: u32 = 0xE000;

pub struct Fts5 {
    connection: Connection,
    path: PathBuf,
    has_pairs_alone: bool,
}

impl Fts5 {
    pub fn characters_and_pairs(folder: &Path) -> Self {
        let table = "CREATE VIRTUAL TABLE grams USING fts5(text, content = '', contentless_delete = 1, detail = none, \
                     tokenize = 'ascii')";
        let new = Self::create(folder.join("peer-fts5-characters.db"), table, false);
        let texts = texts_of(&new.path);
        remove(&texts);
        // The same page size as the store's.
        let sql = format!(
            "ATTACH '{}' AS beside; PRAGMA beside.page_size = 16384; PRAGMA beside.journal_mode = WAL;
             PRAGMA beside.synchronous = OFF; PRAGMA beside.cache_size = -8192;
             CREATE TABLE beside.folded (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
             CREATE TABLE beside.basic (id INTEGER PRIMARY KEY, article BLOB NOT NULL);",
            texts.display()
        );
        new.connection.execute_batch(&sql).expect("a second file");
        new
    }

    pub fn pairs(folder: &Path) -> Self {
        let table =
            "CREATE VIRTUAL TABLE grams USING fts5(text, content = '', contentless_delete = 1, tokenize = 'ascii')";
        Self::create(folder.join("peer-fts5-pairs.db"), table, true)
    }

    fn create(path: PathBuf, table: &str, has_pairs_alone: bool) -> Self {
        remove(&path);
        let connection = Connection::open(&path).expect("a database");
        let settings = "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                        PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY;";
        connection.execute_batch(settings).expect("settings");
        connection.execute_batch(table).expect("FTS5");
        Self { connection, path, has_pairs_alone }
    }

    /// Copies the encoded articles from the store.
    pub async fn keep_articles(&mut self, store: &SqliteStore, ranks: &Ranks, articles: usize) {
        let names: Vec<_> = (0..articles).map(Corpus::name).collect();
        let transaction = self.connection.transaction().expect("a transaction");
        for names in names.chunks(100) {
            for article in store.batch_get(names, View::Basic).await.expect("articles").into_iter().flatten() {
                let rank = ranks.rank(&article.name);
                let bytes = convert::article(article, View::Basic).encode_to_vec();
                let sql = "INSERT INTO beside.basic (id, article) VALUES (?1, ?2)";
                let mut insert = transaction.prepare_cached(sql).expect("a statement");
                insert.execute(params![rank, bytes]).expect("a row");
            }
        }
        transaction.commit().expect("a commit");
    }

    /// The text from which the tokenizer makes the grams of an article.
    fn tokens(&self, folded: &str) -> String {
        let mut text = String::with_capacity(3 * folded.len());
        if self.has_pairs_alone {
            for item in grams::items(folded) {
                grams::pairs(item).for_each(|pair| push_token(pair, &mut text));
                // So that no phrase spans two texts.
                push_token("\t", &mut text);
            }
        } else {
            grams::distinct(folded).into_iter().for_each(|gram| push_token(gram, &mut text));
        }
        text
    }

    fn find(&self, asked: &Asked) -> Vec<i64> {
        let is_verified = !asked.words().all(grams::is_listed);
        let sql = if is_verified {
            "SELECT grams.rowid, folded.text FROM grams CROSS JOIN beside.folded ON folded.id = grams.rowid
             WHERE grams MATCH ?1 AND grams.rowid < ?2 ORDER BY grams.rowid DESC"
        } else {
            "SELECT rowid FROM grams WHERE grams MATCH ?1 AND rowid < ?2 ORDER BY rowid DESC"
        };
        let mut select = self.connection.prepare_cached(sql).expect("a statement");
        let mut rows = select.query(params![expression(asked), asked.before]).expect("rows");
        let mut found = Vec::with_capacity(PAGE);
        while found.len() < PAGE {
            let Some(row) = rows.next().expect("a row") else { break };
            let is_match =
                !is_verified || row.get_ref(1).is_ok_and(|text| text.as_str().is_ok_and(|it| asked.matches(it)));
            if is_match {
                found.push(row.get(0).expect("an id"));
            }
        }
        found
    }

    /// Reads the articles of a page, as for a response.
    fn read(&self, ranks: &[i64]) -> Vec<u8> {
        let mut select =
            self.connection.prepare_cached("SELECT article FROM beside.basic WHERE id = ?1").expect("a statement");
        let mut answer = Vec::with_capacity(32 << 10);
        for rank in ranks {
            let article = |row: &rusqlite::Row| {
                row.get_ref(0).map(|it| answer.extend_from_slice(it.as_bytes().unwrap_or_default()))
            };
            select.query_row([rank], article).expect("an article");
        }
        answer
    }
}

#[async_trait(?Send)]
impl Index for Fts5 {
    fn name(&self) -> String {
        if self.has_pairs_alone { "FTS5 bigrams" } else { "FTS5 characters + bigrams" }.to_owned()
    }

    async fn add(&mut self, batch: &[Document]) -> Duration {
        // FTS5 flushes whenever a row id is smaller than the previous one.
        let mut batch: Vec<&Document> = batch.iter().collect();
        batch.sort_by_key(|document| document.rank);
        let begun = Instant::now();
        let texts: Vec<(i64, String)> =
            batch.iter().map(|document| (document.rank, self.tokens(&document.folded))).collect();
        let transaction = self.connection.transaction().expect("a transaction");
        for (rank, text) in texts {
            let mut insert =
                transaction.prepare_cached("INSERT INTO grams (rowid, text) VALUES (?1, ?2)").expect("a statement");
            insert.execute(params![rank, text]).expect("a row");
        }
        transaction.commit().expect("a commit");
        let took = begun.elapsed();
        if !self.has_pairs_alone {
            let transaction = self.connection.transaction().expect("a transaction");
            for document in batch {
                let sql = "INSERT INTO beside.folded (id, text) VALUES (?1, ?2)";
                let mut insert = transaction.prepare_cached(sql).expect("a statement");
                insert.execute(params![document.rank, document.folded]).expect("a row");
            }
            transaction.commit().expect("a commit");
        }
        took
    }

    async fn bytes(&mut self) -> Option<u64> {
        let sql = "SELECT (SELECT sum(length(block)) FROM grams_data)
                   + (SELECT coalesce(sum(length(term)), 0) FROM grams_idx)
                   + (SELECT coalesce(sum(length(sz)), 0) FROM grams_docsize)";
        let bytes: i64 = self.connection.query_row(sql, [], |row| row.get(0)).expect("a sum");
        Some(bytes.unsigned_abs())
    }

    async fn page(&mut self, asked: &Asked) -> Option<(Duration, Vec<i64>)> {
        if self.has_pairs_alone {
            return None;
        }
        let begun = Instant::now();
        // One transaction, because separate statements would each take the locks again.
        let transaction = self.connection.unchecked_transaction().expect("a transaction");
        let found = self.find(asked);
        if asked.with_articles {
            std::hint::black_box(self.read(&found));
        }
        transaction.commit().expect("nothing was written");
        Some((begun.elapsed(), found))
    }

    fn has_articles(&self) -> bool {
        !self.has_pairs_alone
    }
}

impl Drop for Fts5 {
    fn drop(&mut self) {
        remove(&self.path);
        remove(&texts_of(&self.path));
    }
}

/// The query in FTS5's syntax. Conditions that it cannot evaluate are verified on the texts.
fn expression(asked: &Asked) -> String {
    let phrase = |gram: &str| {
        let mut token = String::new();
        push_token(gram, &mut token);
        format!("\"{}\"", token.trim_end())
    };
    let word = |word: &String| {
        let grams: Vec<String> = grams::of_word(word).into_iter().map(phrase).collect();
        format!("({})", grams.join(" AND "))
    };
    let joined = |words: &[String], with: &str| words.iter().map(word).collect::<Vec<_>>().join(with);
    let mut wanted: Vec<String> = Vec::new();
    wanted.extend((!asked.all.is_empty()).then(|| joined(&asked.all, " AND ")));
    wanted.extend((!asked.any.is_empty()).then(|| format!("({})", joined(&asked.any, " OR "))));
    let unwanted: Vec<String> = asked.none.iter().filter(|word| grams::is_listed(word)).map(word).collect();
    let without: String = unwanted.iter().map(|word| format!(" NOT {word}")).collect();
    format!("({}){without}", wanted.join(" AND "))
}

fn push_token(gram: &str, text: &mut String) {
    let moved = |character: char| match u32::from(character) {
        ascii @ 0..0x80 => char::from_u32(MOVED_ASCII + ascii).unwrap_or(character),
        _ => character,
    };
    text.extend(gram.chars().map(moved));
    text.push(' ');
}

fn texts_of(path: &Path) -> PathBuf {
    path.with_extension("texts.db")
}

fn remove(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
}
