//! What is opened, what is refused, and that the refused is left as it was.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{FileType, Mode};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};

use crate::article::View;
use crate::query::{FoldedFields, Keyword, KeywordFilter, KeywordMatch, PageSize};
use crate::store::OpenError;
use crate::store::conformance::fixtures::*;
use crate::store::packed_text::{PackedText, packed_checksum};
use crate::store::sqlite::SqliteOptions;
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::connect::{Role, connect};
use crate::store::sqlite::disk_probe::DiskProbe;
use crate::store::sqlite::files::next_to;
use crate::store::sqlite::maintenance::check::check;
use crate::store::{ArticleStore as _, NewArticle, Search, SharedStore, StoreError, Write};

async fn opened(path: &Path) -> SharedStore {
    Arc::new(SqliteStore::open(SqliteOptions::small(path)).await.expect("a store"))
}

async fn refused(options: SqliteOptions) -> OpenError {
    match SqliteStore::open(options).await {
        Ok(_) => panic!("it was opened"),
        Err(error) => error,
    }
}

/// A database with one article in it.
async fn closed_store(path: &Path) {
    let store = opened(path).await;
    ingest(&store, new("a", "云州", "安全生产"), at(0)).await;
    store.close().await;
}

async fn execute(path: &Path, sql: &str) {
    let mut connection = connect(path, Role::Write).await.expect("a connection");
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect("a statement");
    connection.close().await.expect("closed");
}

#[tokio::test]
async fn what_was_written_is_there_after_reopening() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("云州 #1?.db");
    closed_store(&path).await;
    let store = opened(&path).await;
    let article = store.get(&name("a"), View::Full).await.expect("an answer").expect("an article");
    assert_eq!(article.content.body, "安全生产");
    ingest(&store, new("b", "云州", "安全"), at(1)).await;
    assert_eq!(ask(&store, &search()).await.articles.len(), 2);
    assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
    store.close().await;
    assert!(matches!(store.get(&name("a"), View::Full).await, Err(StoreError::Unavailable(_))));
    let late = store.write(Write::Delete { name: name("a"), expected: None }, false, at(2)).await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))));
    assert!(store.ping().await.is_err());
}

#[tokio::test]
async fn a_second_opening_names_the_holder() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("articles.db");
    let store = opened(&path).await;
    let holder = format!("process {}", std::process::id());
    assert!(matches!(refused(SqliteOptions::small(&path)).await, OpenError::Locked { holder: by, .. } if by == holder));
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(&path, &link).expect("a link");
    assert!(matches!(refused(SqliteOptions::small(&link)).await, OpenError::Locked { .. }));
    store.close().await;
    opened(&path).await.close().await;
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("articles.db");
    closed_store(&path).await;
    execute(
        &path,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (99, 'later', TRUE, x'00', 0)",
    )
    .await;
    let before = fs::read(&path).expect("a file");
    for read_only in [false, true] {
        let error = refused(SqliteOptions { read_only, ..SqliteOptions::small(&path) }).await;
        assert!(matches!(error, OpenError::NewerSchema { found: 99, .. }), "{error}");
    }
    assert!(before == fs::read(&path).expect("a file"));
}

#[tokio::test]
async fn damage_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("articles.db");
    closed_store(&path).await;
    let whole = fs::read(&path).expect("a file");
    let mut cases = vec![
        ("no database", b"{\"text\": \"a JSON line, and not a database at all\"}".repeat(100)),
        ("cut short", whole[..whole.len() - 16 * 1024].to_vec()),
        ("cut in the first page", whole[..3000].to_vec()),
    ];
    // A page of the tables is overwritten; which one, does not matter.
    let mut scribbled = whole.clone();
    let from = 5 * 16 * 1024;
    scribbled[from..from + 200].fill(0x5a);
    cases.push(("scribbled", scribbled));
    for (case, bytes) in cases {
        fs::write(&path, &bytes).expect("written");
        for read_only in [false, true] {
            let error = refused(SqliteOptions { read_only, ..SqliteOptions::small(&path) }).await;
            assert!(matches!(error, OpenError::Damaged { .. }), "{case}: {error}");
            assert!(bytes == fs::read(&path).expect("a file"), "{case}: the file was changed");
        }
    }
}

#[tokio::test]
async fn a_directory_is_refused_by_that_word() {
    let folder = tempfile::tempdir().expect("a folder");
    for read_only in [false, true] {
        let error = refused(SqliteOptions { read_only, ..SqliteOptions::small(folder.path()) }).await;
        assert!(error.to_string().contains("it is a directory"), "{error}");
    }
    let repaired = SqliteStore::repair_index(SqliteOptions::small(folder.path())).await;
    assert!(repaired.is_err_and(|error| error.to_string().contains("it is a directory")));
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[tokio::test]
async fn the_check_tells_a_disk_that_cannot_be_read_from_damage() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("articles.db");
    closed_store(&path).await;
    let options = SqliteOptions::small(&path);
    // Reading a directory fails, as reading a broken disk does.
    let (sound, broken) = (DiskProbe::new(path.clone()), DiskProbe::new(folder.path().to_owned()));
    assert_eq!(check(&options, &broken).await.expect("nothing to explain"), Vec::<String>::new());
    execute(&path, "UPDATE article SET effective_us = effective_us + 1").await;
    assert!(!check(&options, &sound).await.expect("an answer").is_empty());
    assert!(matches!(check(&options, &broken).await, Err(StoreError::Unavailable(_))));
    execute(&path, "DROP TABLE raw").await;
    assert!(matches!(check(&options, &sound).await, Err(StoreError::Damaged(_))));
}

#[tokio::test]
async fn another_programs_database_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("other.db");
    execute(&path, "CREATE TABLE invoice (id INTEGER PRIMARY KEY)").await;
    assert!(matches!(refused(SqliteOptions::small(&path)).await, OpenError::Damaged { .. }));
}

#[tokio::test]
async fn text_that_was_changed_behind_our_back_is_never_served() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("articles.db");
    closed_store(&path).await;
    execute(&path, "UPDATE article SET rest = CAST(substr(rest, 1, length(rest) - 1) || 'a' AS BLOB)").await;
    let store = opened(&path).await;
    assert!(store.get(&name("a"), View::Basic).await.is_ok());
    assert!(matches!(store.get(&name("a"), View::Full).await, Err(StoreError::Damaged(_))));
    assert!(matches!(store.search(&search()).await, Err(StoreError::Damaged(_))));
    let write = store.write(Write::Delete { name: name("a"), expected: None }, false, at(1)).await;
    assert!(matches!(write, Err(StoreError::Damaged(_))));
    // The rest is served and written as ever.
    ingest(&store, new("b", "云州", "安全"), at(1)).await;
    let faults = store.check().await.expect("an answer");
    assert!(faults.iter().any(|fault| fault.contains("checksum")), "{faults:?}");
}

#[tokio::test]
async fn the_check_sees_an_index_that_disagrees() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("articles.db");
    closed_store(&path).await;
    execute(&path, "INSERT INTO keyword_deletion (segment, ordinal) VALUES (1, 0)").await;
    let store = opened(&path).await;
    let faults = store.check().await.expect("an answer");
    assert_eq!(faults, ["article 1: the keyword index lacks it", "the keyword index has 0 articles, and there are 1"]);
    store.close().await;
    execute(&path, "UPDATE article SET effective_us = effective_us + 1").await;
    let faults = opened(&path).await.check().await.expect("an answer");
    assert!(faults.iter().any(|fault| fault.contains("its columns differ")), "{faults:?}");
}

#[tokio::test]
async fn a_damaged_index_is_never_answered_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("articles.db");
    closed_store(&path).await;
    // The lists come first; the directory, in the upper half of a segment's numbers, is read at the start.
    execute(&path, "UPDATE keyword_block SET bytes = zeroblob(length(bytes)) WHERE key & 0x800000 = 0").await;
    let store = opened(&path).await;
    let keyword = Keyword::new("安全").expect("a keyword");
    let filter = KeywordFilter::new(vec![keyword], vec![], vec![], vec![], KeywordMatch::Substring);
    let question = Search { keywords: Some(filter.expect("a filter")), ..search() };
    assert!(matches!(store.search(&question).await, Err(StoreError::Damaged(_))));
    assert_eq!(ask(&store, &search()).await.articles.len(), 1);
    let faults = store.check().await.expect("an answer");
    assert!(faults.iter().any(|fault| fault.contains("checksum")), "{faults:?}");
    store.close().await;
    execute(&path, "DELETE FROM keyword_block WHERE key & 0x800000 <> 0").await;
    assert!(matches!(refused(SqliteOptions::small(&path)).await, OpenError::Damaged { .. }));
    // The articles are sound, and the index can be made from them.
    SqliteStore::repair_index(SqliteOptions::small(&path)).await.expect("repaired");
    let store = opened(&path).await;
    assert_eq!(ask(&store, &question).await.articles.len(), 1);
    assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
    assert!(matches!(SqliteStore::repair_index(SqliteOptions::small(&path)).await, Err(OpenError::Locked { .. })));
}

#[tokio::test]
async fn merges_leave_out_what_is_deleted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("articles.db");
    let store = SqliteStore::open(SqliteOptions::small(&path)).await.expect("a store");
    let index = Arc::clone(&store.index);
    let store: SharedStore = Arc::new(store);
    for number in 0..30 {
        ingest(&store, new(&format!("a{number}"), "云州", "安全生产"), at(number)).await;
    }
    for number in 0..30 {
        if number % 5 > 0 {
            write(&store, Write::Delete { name: name(&format!("a{number}")), expected: None }, at(100)).await;
        }
    }
    // Six articles in single segments and merged ones; of none is more than a quarter deleted.
    index
        .wait_until(|snapshot| {
            let deleted: u32 = snapshot.segments().iter().map(|live| live.deletions.count()).sum();
            snapshot.live_documents() == 6 && deleted <= 2
        })
        .await;
    assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
    store.close().await;
    let store = opened(&path).await;
    assert_eq!(ask(&store, &search()).await.articles.len(), 6);
    assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
}

#[tokio::test]
async fn reading_alone_writes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("articles.db");
    let read_only = || SqliteOptions { read_only: true, ..SqliteOptions::small(&path) };
    assert!(matches!(refused(read_only()).await, OpenError::Io { .. }));
    assert!(!path.exists());
    closed_store(&path).await;
    let store = SqliteStore::open(read_only()).await.expect("a store");
    let store: SharedStore = Arc::new(store);
    assert_eq!(ask(&store, &search()).await.articles.len(), 1);
    let write = store.write(Write::Delete { name: name("a"), expected: None }, false, at(1)).await;
    assert!(matches!(write, Err(StoreError::ReadOnly)));
    assert!(store.ping().await.is_ok());
    assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
}

#[tokio::test]
async fn deleted_text_is_in_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("articles.db");
    let store = opened(&path).await;
    let secret = "绝无仅有的一句话";
    let mut article = new("a", "云州", secret);
    article.raw = Some(crate::article::RawDocument {
        content: bytes::Bytes::from(secret.as_bytes().to_vec()),
        ..crate::article::RawDocument::default()
    });
    ingest(&store, article, at(0)).await;
    ingest(&store, new("b", "云州", "别的话"), at(0)).await;
    let holds = |text: &[u8]| {
        let files = fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("an entry").path());
        files.filter(|file| fs::read(file).expect("a file").windows(text.len()).any(|part| part == text)).count()
    };
    // The form of body and document.
    let mut code = Vec::new();
    crate::text::word_code::encode(secret.as_bytes(), &mut code);
    assert!(holds(&code) > 0);
    write(&store, Write::Delete { name: name("a"), expected: None }, at(1)).await;
    store.close().await;
    assert_eq!(holds(&code), 0);
}

/// The names in a folder, sorted.
fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_store_that_was_closed_is_one_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("articles.db");
    let store = opened(&path).await;
    for number in 0..50 {
        ingest(&store, new(&format!("a{number}"), "云州", "安全生产"), at(number)).await;
        // Each opens a connection that reads, and keeps it.
        let first = name("a0");
        let reads = (0..4).map(|_| store.get(&first, View::Raw));
        futures::future::join_all(reads).await;
    }
    store.close().await;
    assert_eq!(files(folder.path()), ["articles.db", "articles.db.lock"]);
    let alone = tempfile::tempdir().expect("a folder");
    let copy = alone.path().join("copy.db");
    fs::copy(&path, &copy).expect("copied");
    let options = SqliteOptions { read_only: true, ..SqliteOptions::small(&copy) };
    let store: SharedStore = Arc::new(SqliteStore::open(options).await.expect("a store"));
    assert_eq!(
        ask(&store, &Search { page_size: PageSize::new(100).expect("a size"), ..search() }).await.articles.len(),
        50
    );
    store.close().await;
    assert_eq!(files(alone.path()), ["copy.db"]);
    SqliteStore::backup(SqliteOptions::small(&copy), &alone.path().join("backup.db")).await.expect("a backup");
    // Beside the store stands when it was last backed up, for the metric.
    assert_eq!(files(alone.path()), ["backup.db", "copy.db", "copy.db-backup"]);
}

#[tokio::test]
async fn a_hot_journal_is_rolled_back_at_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, backup) = (folder.path().join("articles.db"), folder.path().join("backup.db"));
    closed_store(&path).await;
    SqliteStore::backup(SqliteOptions::small(&path), &backup).await.expect("a backup");
    // A process that dies in a transaction leaves the pages that it changed and the journal that undoes this.
    let (crashed, journal) = (folder.path().join("crashed.db"), folder.path().join("crashed.db-journal"));
    let mut connection =
        SqliteConnection::connect(&format!("sqlite:{}", backup.display())).await.expect("a connection");
    let sql = "PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN IMMEDIATE; DELETE FROM change; UPDATE article SET create_us = 7;
               CREATE TABLE filler (bytes BLOB); INSERT INTO filler SELECT zeroblob(100000) FROM json_each('[1,2,3,4,5,6,7,8,9]')";
    sqlx::raw_sql(sql).execute(&mut connection).await.expect("a statement");
    fs::copy(&backup, &crashed).expect("copied");
    fs::copy(backup.with_file_name("backup.db-journal"), &journal).expect("copied");
    sqlx::raw_sql("ROLLBACK").execute(&mut connection).await.expect("a statement");
    connection.close().await.expect("closed");
    let read_only = SqliteOptions { read_only: true, ..SqliteOptions::small(&crashed) };
    assert!(matches!(refused(read_only).await, OpenError::Io { .. }));
    let store = opened(&crashed).await;
    let article = store.get(&name("a"), View::Full).await.expect("an answer").expect("an article");
    assert_eq!((article.content.body.as_str(), article.revision), ("安全生产", 1));
    assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
    store.close().await;
    assert!(!journal.exists());
}

#[tokio::test]
async fn a_file_with_two_names_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("articles.db");
    let store = opened(&path).await;
    let other = folder.path().join("other.db");
    fs::hard_link(&path, &other).expect("a link");
    let error = refused(SqliteOptions::small(&other)).await;
    let message = format!("{}: has a second hard link, under which another process could open it", other.display());
    assert_eq!(error.to_string(), message);
    store.close().await;
    assert!(refused(SqliteOptions::small(&path)).await.to_string().contains("hard link"));
    fs::remove_file(&other).expect("removed");
    opened(&path).await.close().await;
}

#[tokio::test]
async fn no_log_that_is_no_file_of_its_own_is_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("articles.db");
    closed_store(&path).await;
    let other = folder.path().join("other");
    fs::write(&other, "of another program").expect("a file");
    for suffix in ["-wal", "-shm", "-journal"] {
        let log = next_to(&path, suffix);
        let hard_link = || fs::hard_link(&other, &log);
        let symlink = || std::os::unix::fs::symlink(&other, &log);
        let fifo = || Ok(rustix::fs::mknodat(rustix::fs::CWD, &log, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?);
        let kinds: [&dyn Fn() -> std::io::Result<()>; 3] = [&hard_link, &symlink, &fifo];
        for make in kinds {
            make().expect("made");
            for read_only in [false, true] {
                let error = refused(SqliteOptions { read_only, ..SqliteOptions::small(&path) }).await;
                assert!(error.to_string().contains(suffix), "{error}");
            }
            fs::remove_file(&log).expect("removed");
        }
    }
    assert_eq!(fs::read_to_string(&other).expect("a file"), "of another program");
    opened(&path).await.close().await;
}

#[tokio::test]
async fn no_other_file_is_written_through_a_link() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, lock) = (folder.path().join("articles.db"), folder.path().join("articles.db.lock"));
    let victim = folder.path().join("victim");
    fs::write(&victim, "precious").expect("written");
    std::os::unix::fs::symlink(&victim, &lock).expect("a link");
    assert!(refused(SqliteOptions::small(&path)).await.to_string().contains("symbolic link"));
    fs::remove_file(&lock).expect("removed");
    fs::hard_link(&victim, &lock).expect("a link");
    assert!(refused(SqliteOptions::small(&path)).await.to_string().contains("hard link"));
    fs::remove_file(&lock).expect("removed");
    fs::write(&lock, "notes of another program").expect("written");
    assert!(refused(SqliteOptions::small(&path)).await.to_string().contains("no lock file"));
    fs::remove_file(&lock).expect("removed");
    std::os::unix::fs::symlink(folder.path().join("nowhere"), &path).expect("a link");
    assert!(refused(SqliteOptions::small(&path)).await.to_string().contains("symbolic link"));
    fs::remove_file(&path).expect("removed");
    fs::create_dir(&path).expect("a folder");
    assert!(matches!(refused(SqliteOptions::small(&path)).await, OpenError::Io { .. }));
    assert_eq!(fs::read(&victim).expect("a file"), b"precious");
    assert!(!folder.path().join("nowhere").exists());
}

#[tokio::test]
async fn what_is_not_empty_and_no_store_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("articles.db");
    for bytes in [&b"x"[..], b"\0", b"SQLite format 3", &[0; 511], &[0; 512], &[0; 20_000]] {
        fs::write(&path, bytes).expect("written");
        for read_only in [false, true] {
            let error = refused(SqliteOptions { read_only, ..SqliteOptions::small(&path) }).await;
            assert!(matches!(error, OpenError::Damaged { .. }), "{}: {error}", bytes.len());
            assert!(bytes == fs::read(&path).expect("a file"));
        }
    }
    fs::write(&path, b"").expect("written");
    opened(&path).await.close().await;
}

#[tokio::test]
async fn only_the_owner_reads_new_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("articles.db");
    let store = opened(&path).await;
    ingest(&store, new("a", "云州", "安全生产"), at(0)).await;
    SqliteStore::backup(SqliteOptions::small(&path), &folder.path().join("backup.db")).await.expect("a backup");
    for file in files(folder.path()) {
        let mode = fs::metadata(folder.path().join(&file)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[tokio::test]
async fn a_piece_that_was_emptied_is_damage() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("articles.db");
    for (sql, view) in [
        ("UPDATE article SET rest = x''", View::Full),
        ("UPDATE article SET rest = x'', rest_xxh3 = 0", View::Full),
        ("UPDATE raw SET content = x''", View::Raw),
        ("UPDATE raw SET head = x''", View::Raw),
        ("UPDATE raw SET form = 1", View::Raw),
        ("UPDATE article SET basic = x''", View::Basic),
    ] {
        _ = fs::remove_file(&path);
        let store = opened(&path).await;
        let raw = crate::article::RawDocument {
            content: "安全生产".into(),
            content_type: "text/plain".to_owned(),
            ..Default::default()
        };
        ingest(&store, NewArticle { raw: Some(raw), ..new("a", "云州", "安全生产") }, at(0)).await;
        store.close().await;
        execute(&path, sql).await;
        let store = opened(&path).await;
        assert!(matches!(store.get(&name("a"), view).await, Err(StoreError::Damaged(_))), "{sql}");
        let search = Search { view, ..search() };
        assert!(matches!(store.search(&search).await, Err(StoreError::Damaged(_))), "{sql}");
        assert!(!store.check().await.expect("an answer").is_empty(), "{sql}");
        store.close().await;
    }
}

#[tokio::test]
async fn a_table_that_is_missing_is_damage() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("articles.db");
    closed_store(&path).await;
    let mut connection = connect(&path, Role::Write).await.expect("a connection");
    let rows = sqlx::query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'");
    let rows = rows.fetch_all(&mut connection).await.expect("rows");
    connection.close().await.expect("closed");
    let whole = fs::read(&path).expect("a file");
    for row in rows {
        let table: String = row.get("name");
        execute(&path, &format!("DROP TABLE {table}")).await;
        for read_only in [false, true] {
            let error = refused(SqliteOptions { read_only, ..SqliteOptions::small(&path) }).await;
            assert!(matches!(error, OpenError::Damaged { .. }), "{table}: {error}");
        }
        fs::write(&path, &whole).expect("written");
    }
    // While the store is open.
    let store = opened(&path).await;
    execute(&path, "DROP TABLE article").await;
    assert!(matches!(store.get(&name("a"), View::Full).await, Err(StoreError::Damaged(_))));
    let write = store.write(Write::Delete { name: name("a"), expected: None }, false, at(1)).await;
    assert!(matches!(write, Err(StoreError::Damaged(_))), "{write:?}");
}

#[tokio::test]
async fn a_disk_that_failed_is_unfit_until_a_probe_write_succeeds() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(SqliteOptions::small(folder.path().join("articles.db"))).await.expect("a store");
    let writer = store.writer.as_ref().expect("a writer");
    assert!(store.ping().await.is_ok());
    for _ in 0..2 {
        writer.health().fail();
        // The writer probes in the background, without any traffic.
        writer.health().wait_for(false).await;
        assert!(store.ping().await.is_ok());
    }
    store.close().await;
}

#[tokio::test]
async fn texts_that_were_folded_differently_are_folded_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("articles.db");
    let store = opened(&path).await;
    let body = "青石镇图书馆新馆九月起向居民开放。新馆共有四层,藏书十二万册,设有儿童阅览室、盲文阅览区和一间能坐两百人的报告厅。";
    for id in ["first", "copy"] {
        ingest(&store, new(id, "甲", body), at(0)).await;
    }
    store.close().await;
    // As a version leaves it that folds otherwise.
    execute(
        &path,
        "UPDATE text_state SET version = 1; DELETE FROM keyword_block; DELETE FROM keyword_segment;
         DELETE FROM fingerprint_key; DELETE FROM fingerprint_recent;
         UPDATE article SET fingerprint = NULL, duplicate_of = NULL",
    )
    .await;
    let other = FoldedFields::of(&new("first", "乙", "other").content);
    let packed = PackedText::of(body, &other).with_report(&[]);
    let mut connection = connect(&path, Role::Write).await.expect("a connection");
    let sql = "UPDATE article SET rest = ?1, rest_xxh3 = ?2";
    let query = sqlx::query(sql).bind(packed.as_slice()).bind(packed_checksum(&packed));
    query.execute(&mut connection).await.expect("a statement");
    connection.close().await.expect("closed");
    let read_only = || SqliteOptions { read_only: true, ..SqliteOptions::small(&path) };
    assert!(matches!(refused(read_only()).await, OpenError::NeedsRefolding { .. }));
    let store = opened(&path).await;
    let filter = KeywordFilter::new(
        vec![Keyword::new("圖書館").expect("a keyword")],
        vec![],
        vec![],
        vec![],
        KeywordMatch::Substring,
    );
    let question = Search { keywords: Some(filter.expect("a filter")), ..search() };
    let found = ask(&store, &question).await.articles;
    assert_eq!(found.len(), 2);
    let copy = found.into_iter().find(|article| article.name == name("copy")).expect("the copy");
    assert_eq!(copy.duplicate_of, Some(name("first")));
    assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
    store.close().await;
    SqliteStore::open(read_only()).await.expect("a store").close().await;
}
