//! What becomes of stores of older schemas. Each of `fixtures/` was made by the last version that wrote its schema, from the
//! invented pages in `samples/` and a text with characters that fold together; that of schema 9 also from a short text, whose
//! document is not compressed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};
use tempfile::TempDir;

use crate::article::{Article, View};
use crate::store::conformance::fixtures::*;
use crate::store::packed_text::unpack_rest;
use crate::store::record;
use crate::store::sqlite::connect::{Role, connect};
use crate::store::sqlite::maintenance::repack::{
    HAS_PLACE_FOR_DOCUMENTS, HAS_PLACE_FOR_TEXTS, documents, repack, texts,
};
use crate::store::sqlite::schema::migrate_to;
use crate::store::sqlite::{SqliteOptions, SqliteStore};
use crate::store::{OpenError, Search, SharedStore, StoreError};

/// The number of articles in the fixture.
pub(crate) const SCHEMA_7_ARTICLES: usize = 19;

const SCHEMA_7: &[u8] = include_bytes!("fixtures/schema-7.db.zst");
const SCHEMA_9: &[u8] = include_bytes!("fixtures/schema-9.db.zst");

/// Each fixture with its version.
const FIXTURES: [(i64, &[u8]); 2] = [(7, SCHEMA_7), (9, SCHEMA_9)];

/// Writes the fixture of schema 7.
pub(crate) fn put_schema_7(path: &Path) {
    put(SCHEMA_7, path);
}

fn put(fixture: &[u8], path: &Path) {
    let bytes = zstd::decode_all(fixture).expect("a database");
    fs::write(path, bytes).expect("written");
}

/// A fixture, in a folder of its own.
fn fixture(fixture: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("articles.db");
    put(fixture, &path);
    (folder, path)
}

fn schema_7() -> (TempDir, PathBuf) {
    fixture(SCHEMA_7)
}

async fn opened(path: &Path) -> SharedStore {
    Arc::new(SqliteStore::open(SqliteOptions::small(path)).await.expect("a store"))
}

async fn connected(path: &Path) -> SqliteConnection {
    connect(path, Role::Write).await.expect("a connection")
}

async fn execute(path: &Path, sql: &str) {
    let mut connection = connected(path).await;
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect("a statement");
    connection.close().await.expect("closed");
}

/// The articles of a fixture, read from its tables.
async fn articles_of_fixture(path: &Path) -> Vec<Article> {
    let mut connection = connected(path).await;
    let version: i64 = number(&mut connection, "SELECT max(version) FROM _sqlx_migrations").await;
    let (rest, join) =
        if version < HAS_PLACE_FOR_TEXTS { ("body.rest", "JOIN body ON body.id = a.id") } else { ("a.rest", "") };
    let sql = format!(
        "SELECT a.basic, {rest} AS rest, original.name AS original, raw.head, raw.content, raw.is_compressed
         FROM article AS a {join} LEFT JOIN article AS original ON original.id = a.duplicate_of
         LEFT JOIN raw ON raw.id = a.id ORDER BY a.id"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut connection).await.expect("rows");
    connection.close().await.expect("closed");
    let article = |row: sqlx::sqlite::SqliteRow| {
        let mut article = record::decode_basic(row.get("basic")).expect("a record");
        let rest: Vec<u8> = row.get("rest");
        let rest = if version < HAS_PLACE_FOR_TEXTS { Some(rest) } else { unpack_rest(&rest) };
        record::decode_rest(&mut article, &rest.expect("a text")).expect("a record");
        article.duplicate_of = row.get::<Option<&str>, _>("original").map(name);
        let content: &[u8] = row.get("content");
        let content =
            if row.get("is_compressed") { zstd::decode_all(content).expect("zstd") } else { content.to_vec() };
        article.raw = Some(record::decode_raw(row.get("head"), content).expect("a record"));
        article
    };
    rows.into_iter().map(article).collect()
}

async fn number(connection: &mut SqliteConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(connection).await.expect("a number")
}

/// Opens the store, which must have these articles, in every form, and no fault.
async fn check_migrated(path: &Path, articles: &[Article]) {
    let store = opened(path).await;
    for article in articles {
        let found = store.get(&article.name, View::Raw).await.expect("an answer");
        assert_eq!(found.as_ref(), Some(article));
    }
    let cafe = Search { keywords: Some(words(&["café 昨日推出"], &[], &[], &[])), ..search() };
    assert_eq!(ask(&store, &cafe).await.articles.len(), 1);
    assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
    store.close().await;
}

#[tokio::test]
async fn a_store_of_an_older_schema_is_packed_and_its_file_has_no_free_pages() {
    for (version, bytes) in FIXTURES {
        let (folder, path) = fixture(bytes);
        let articles = articles_of_fixture(&path).await;
        assert_eq!(articles.len(), SCHEMA_7_ARTICLES);
        let mut connection = connected(&path).await;
        let documents = "SELECT sum(length(content)) FROM raw";
        let bytes_before = number(&mut connection, documents).await;
        connection.close().await.expect("closed");
        let to_read = SqliteOptions { read_only: true, ..SqliteOptions::small(&path) };
        match SqliteStore::open(to_read).await {
            Err(error @ OpenError::NeedsMigration { found, .. }) => {
                assert_eq!(found, version);
                assert!(error.to_string().ends_with(&format!(" --database sqlite:{}", path.display())), "{error}");
            }
            _ => panic!("it was opened, or refused otherwise"),
        }
        repack(&path, version).await.expect("packed");
        let mut connection = connected(&path).await;
        assert_eq!(number(&mut connection, "PRAGMA freelist_count").await, 0);
        assert_eq!(number(&mut connection, "SELECT count(*) FROM unpacked_raw").await, 0);
        assert!(number(&mut connection, documents).await < bytes_before);
        // 2: pages can be given back.
        assert_eq!(number(&mut connection, "PRAGMA auto_vacuum").await, 2);
        connection.close().await.expect("closed");
        check_migrated(&path, &articles).await;
        let files = fs::read_dir(folder.path()).expect("a folder");
        let files: Vec<String> =
            files.map(|file| file.expect("a file").file_name().into_string().expect("a name")).collect();
        assert!(!files.iter().any(|file| file.ends_with(".part") || file.ends_with("-wal")), "{files:?}");
        // It stays as it is.
        check_migrated(&path, &articles).await;
    }
}

/// A killed process leaves the database and its log. Every transaction of the migration is a moment at which it may die.
#[tokio::test]
async fn a_killed_migration_goes_on_where_it_was() {
    let (folder, path) = schema_7();
    let articles = articles_of_fixture(&path).await;
    let mut connection = connected(&path).await;
    let mut images = 0;
    for (version, is_of_texts) in [(HAS_PLACE_FOR_TEXTS, true), (HAS_PLACE_FOR_DOCUMENTS, false)] {
        migrate_to(&mut connection, version).await.expect("migrated");
        loop {
            let image = folder.path().join(format!("image-{images}.db"));
            fs::copy(&path, &image).expect("a copy");
            fs::copy(path.with_extension("db-wal"), image.with_extension("db-wal")).expect("a copy of the log");
            // What it may leave of the new file.
            fs::write(image.with_extension("db.part"), "half").expect("written");
            images += 1;
            check_migrated(&image, &articles).await;
            let packed = if is_of_texts {
                texts::pack_some(&mut connection, 3).await
            } else {
                documents::pack_some(&mut connection, 3).await
            };
            if packed.expect("packed") == 0 {
                break;
            }
        }
    }
    assert!(images > 8);
    // Another process still reads the log: the file must not be replaced, and works as it is.
    drop(connection);
}

#[tokio::test]
async fn a_file_that_another_process_has_open_is_not_replaced() {
    let (_folder, path) = schema_7();
    let articles = articles_of_fixture(&path).await;
    let mut other = connected(&path).await;
    sqlx::query("SELECT 1 FROM article").fetch_all(&mut other).await.expect("rows");
    let before = fs::metadata(&path).expect("a file").len();
    check_migrated(&path, &articles).await;
    assert!(fs::metadata(&path).expect("a file").len() >= before);
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM article").fetch_one(&mut other).await.expect("a count");
    assert_eq!(count as usize, articles.len());
    other.close().await.expect("closed");
}

#[tokio::test]
async fn damage_is_still_seen_after_the_migration() {
    let (_folder, path) = schema_7();
    let articles = articles_of_fixture(&path).await;
    let damage = "UPDATE body SET rest = x'00' WHERE id = (SELECT min(id) FROM body);
                  DELETE FROM body WHERE id = (SELECT max(id) FROM body)";
    execute(&path, damage).await;
    let store = opened(&path).await;
    let (Some(first), Some(last)) = (articles.first(), articles.last()) else { panic!("no articles") };
    for damaged in [first, last] {
        assert!(matches!(store.get(&damaged.name, View::Full).await, Err(StoreError::Damaged(_))));
    }
    assert_eq!(store.get(&articles[1].name, View::Raw).await.expect("an answer").as_ref(), Some(&articles[1]));
    let faults = store.check().await.expect("an answer");
    assert!(faults.iter().filter(|fault| fault.contains("checksum")).count() >= 2, "{faults:?}");
    store.close().await;
}

#[tokio::test]
async fn a_damaged_document_is_still_seen_after_the_migration_and_its_article_read() {
    let (_folder, path) = fixture(SCHEMA_9);
    let articles = articles_of_fixture(&path).await;
    let damage = "UPDATE raw SET content = x'00' WHERE id = (SELECT min(id) FROM raw)";
    execute(&path, damage).await;
    let store = opened(&path).await;
    let first = &articles[0];
    assert!(matches!(store.get(&first.name, View::Raw).await, Err(StoreError::Damaged(_))));
    let found = store.get(&first.name, View::Full).await.expect("an answer");
    assert_eq!(found, Some(Article { raw: None, ..first.clone() }));
    assert_eq!(store.get(&articles[2].name, View::Raw).await.expect("an answer").as_ref(), Some(&articles[2]));
    let faults = store.check().await.expect("an answer");
    assert!(faults.contains(&"raw 1: the checksum differs".to_owned()), "{faults:?}");
    store.close().await;
}

#[tokio::test]
async fn a_store_of_the_first_schema_with_a_feed_is_brought_to_todays() {
    let (_folder, path) = schema_7();
    // As the versions before left it.
    execute(
        &path,
        "INSERT OR IGNORE INTO fingerprint_key (key, id)
         SELECT keys.value, recent.id FROM fingerprint_recent AS recent, json_each(recent.keys) AS keys;
         DROP TABLE fingerprint_recent; DROP TABLE folded; DROP TABLE text_state; DELETE FROM _sqlx_migrations WHERE version > 3;
         ALTER TABLE article ADD COLUMN publish_us INTEGER; ALTER TABLE article ADD COLUMN fetch_us INTEGER;
         ALTER TABLE article ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
         ALTER TABLE article ADD COLUMN char_count INTEGER NOT NULL DEFAULT 60;
         ALTER TABLE article ADD COLUMN language_code TEXT NOT NULL DEFAULT 'zh-Hans';
         ALTER TABLE article ADD COLUMN info_source TEXT NOT NULL DEFAULT ''",
    )
    .await;
    let articles = articles_of_fixture(&path).await;
    check_migrated(&path, &articles).await;
    let original = articles.iter().max_by_key(|article| article.content.body.len()).expect("an article");
    let store = opened(&path).await;
    ingest(&store, new("copy", "乙", &format!("{}\n", original.content.body)), at(1)).await;
    let copy = store.get(&name("copy"), View::Basic).await.expect("an answer").expect("an article");
    assert_eq!(copy.duplicate_of.as_ref(), Some(original.duplicate_of.as_ref().unwrap_or(&original.name)));
    assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
}
