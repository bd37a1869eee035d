//! Restores a backup: copies it next to the database, verifies the copy, and renames it to the database's name.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use sqlx::SqliteConnection;

use crate::store::OpenError;
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::connect::{Role, close, connect};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::files::{io_error, next_to, refused};
use crate::store::sqlite::lock::create_private;
use crate::store::sqlite::maintenance::backup::{part_of, publish, remove, separate};
use crate::store::sqlite::open::{
    SqliteOptions, has_hot_journal, has_log, holds_anything, inspect, resolved, take_lock,
};

/// The suffix of the replaced store's files.
const REPLACED_SUFFIX: &str = ".before-restore";

/// The schema version that introduced the feed.
const FEED_SCHEMA: i64 = 3;

impl SqliteStore {
    /// Makes a store from a backup. The store must not be open. One that exists is refused, or with `replace` renamed.
    /// Returns the size in bytes.
    pub async fn restore(options: SqliteOptions, from: &Path, replace: bool) -> Result<u64, OpenError> {
        let to = resolved(&options.path)?;
        let from = resolved(from)?;
        let _lock = take_lock(&to)?;
        if has_log(&from) {
            let reason = "it has a write-ahead log next to it, so it is a store in use and no backup".to_owned();
            return Err(OpenError::Io { path: from, reason });
        }
        if has_hot_journal(&from) {
            let reason = "it has a rollback journal next to it, and is incomplete without it".to_owned();
            return Err(OpenError::Io { path: from, reason });
        }
        if !holds_anything(&from)? {
            return Err(OpenError::Io { path: from, reason: "there is no such backup".to_owned() });
        }
        // A WAL or journal without its database may contain writes, too.
        let exists = fs::exists(&to).map_err(|error| io_error(&to, &error))? || has_log(&to) || has_hot_journal(&to);
        if exists && !replace {
            let reason = "it already exists; --replace renames it".to_owned();
            return Err(OpenError::Io { path: to, reason });
        }
        let part = part_of(&to);
        remove(&part).map_err(|error| io_error(&part, &error))?;
        let restored = async {
            let (source, target) = (from.clone(), part.clone());
            let copied = tokio::task::spawn_blocking(move || copy_file(&source, &target)).await;
            copied.map_err(io::Error::other).flatten().map_err(|error| io_error(&from, &error))?;
            check(&part).await.map_err(|error| named(error, &from))?;
            if exists {
                set_aside(&to).map_err(|error| io_error(&to, &error))?;
            }
            publish(&part, &to).map_err(|error| io_error(&to, &error))
        };
        let restored = restored.await;
        if restored.is_err() {
            // The first error is what the caller needs to know.
            _ = remove(&part);
        }
        restored
    }
}

/// Copies to a file that only the service's own user can read.
fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    create_private(to)?;
    let mut target = File::options().write(true).open(to)?;
    io::copy(&mut File::open(from)?, &mut target)?;
    Ok(())
}

/// Verifies the copy, and gives it its own feed id: two stores from the same backup have different histories.
async fn check(part: &Path) -> Result<(), OpenError> {
    let mut connection = connect(part, Role::ReadImmutable).await.map_err(|fault| refused(part, &fault))?;
    let found = inspect(part, &mut connection).await;
    let intact = integrity(&mut connection).await.map_err(|fault| refused(part, &fault));
    close(connection).await;
    match (found?, intact?.as_str()) {
        (0, _) => Err(OpenError::Damaged { path: part.to_owned(), reason: "it has no articles' tables".to_owned() }),
        (found, "ok") if found >= FEED_SCHEMA => separate(part).await.map_err(|fault| refused(part, &fault)),
        // Older ones get a feed when they are migrated.
        (_, "ok") => Ok(()),
        (_, reason) => Err(OpenError::Damaged { path: part.to_owned(), reason: reason.to_owned() }),
    }
}

async fn integrity(connection: &mut SqliteConnection) -> Result<String, SqliteError> {
    Ok(sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(connection).await?)
}

/// Names the backup in an error about its copy, because the caller does not know the copy.
fn named(error: OpenError, from: &Path) -> OpenError {
    match error {
        OpenError::Damaged { reason, .. } => OpenError::Damaged { path: from.to_owned(), reason },
        OpenError::NewerSchema { found, known, .. } => OpenError::NewerSchema { path: from.to_owned(), found, known },
        error => error,
    }
}

/// Renames a store. WAL and journal are renamed first: SQLite would apply them to another database of the same name.
fn set_aside(database: &Path) -> io::Result<()> {
    let aside = next_to(database, REPLACED_SUFFIX);
    for suffix in ["-wal", "-journal"] {
        rename(&next_to(database, suffix), &next_to(&aside, suffix))?;
    }
    remove(&next_to(database, "-shm"))?;
    rename(database, &aside)
}

fn rename(from: &Path, to: &PathBuf) -> io::Result<()> {
    match fs::rename(from, to) {
        // A file that an earlier restore renamed must not be combined with this database.
        Err(error) if error.kind() == io::ErrorKind::NotFound => remove(to),
        renamed => renamed,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::article::View;
    use crate::store::conformance::fixtures::*;
    use crate::store::sqlite::repack_tests::{SCHEMA_7_ARTICLES, put_schema_7};
    use crate::store::{DecodedReads as _, SharedStore};

    async fn opened(path: &Path) -> SharedStore {
        Arc::new(SqliteStore::open(SqliteOptions::small(path)).await.expect("a store"))
    }

    async fn has(store: &SharedStore, id: &str) -> bool {
        store.get(&name(id), View::Full).await.expect("an answer").is_some()
    }

    #[tokio::test]
    async fn a_backup_takes_the_place_of_a_store_that_is_kept_aside() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, backup) = (folder.path().join("a.db"), folder.path().join("backup.db"));
        let store = opened(&path).await;
        ingest(&store, new("a", "甲", "一"), at(0)).await;
        SqliteStore::backup(SqliteOptions::small(&path), &backup).await.expect("a backup");
        assert!(store.stats().await.last_backup_second.is_some());
        ingest(&store, new("b", "乙", "二"), at(1)).await;
        let old_feed = store.feed().borrow().feed;

        let in_use = SqliteStore::restore(SqliteOptions::small(&path), &backup, true).await;
        assert!(matches!(in_use, Err(OpenError::Locked { .. })), "{in_use:?}");
        store.close().await;
        let kept = SqliteStore::restore(SqliteOptions::small(&path), &backup, false).await;
        assert!(matches!(kept, Err(OpenError::Io { .. })), "{kept:?}");
        SqliteStore::restore(SqliteOptions::small(&path), &backup, true).await.expect("restored");

        let restored = opened(&path).await;
        assert!(has(&restored, "a").await && !has(&restored, "b").await);
        assert_ne!(restored.feed().borrow().feed, old_feed);
        assert_eq!(restored.check().await.expect("an answer"), Vec::<String>::new());
        let aside = opened(&next_to(&path, REPLACED_SUFFIX)).await;
        assert!(has(&aside, "b").await);
    }

    /// Runs statements on a file that no store has open.
    async fn execute(path: &Path, sql: &'static str) {
        let mut connection = connect(path, Role::Recover).await.expect("a connection");
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("a statement");
        close(connection).await;
    }

    async fn feed_id(path: &Path) -> i64 {
        let mut connection = connect(path, Role::ReadImmutable).await.expect("a connection");
        let id = sqlx::query_scalar("SELECT feed_id FROM feed_state").fetch_one(&mut connection).await.expect("a row");
        close(connection).await;
        id
    }

    /// SQLite would roll it back into the restored database.
    #[tokio::test]
    async fn a_hot_journal_is_set_aside_with_its_database() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, backup) = (folder.path().join("a.db"), folder.path().join("backup.db"));
        let store = opened(&path).await;
        ingest(&store, new("a", "甲", "一"), at(0)).await;
        SqliteStore::backup(SqliteOptions::small(&path), &backup).await.expect("a backup");
        store.close().await;
        let journal = |database: &Path| next_to(database, "-journal");
        fs::write(journal(&path), b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7, and pages").expect("written");
        SqliteStore::restore(SqliteOptions::small(&path), &backup, true).await.expect("restored");
        assert!(!fs::exists(journal(&path)).expect("an answer"));
        assert!(fs::exists(journal(&next_to(&path, REPLACED_SUFFIX))).expect("an answer"));

        fs::rename(journal(&next_to(&path, REPLACED_SUFFIX)), journal(&path)).expect("renamed");
        fs::remove_file(&path).expect("removed");
        let kept = SqliteStore::restore(SqliteOptions::small(&path), &backup, false).await;
        assert!(matches!(kept, Err(OpenError::Io { .. })), "{kept:?}");
        fs::rename(journal(&path), journal(&backup)).expect("renamed");
        let incomplete = SqliteStore::restore(SqliteOptions::small(&path), &backup, false).await;
        assert!(matches!(incomplete, Err(OpenError::Io { .. })), "{incomplete:?}");
    }

    #[tokio::test]
    async fn a_backup_of_an_older_version_gets_a_feed_of_its_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let backup = folder.path().join("backup.db");
        put_schema_7(&backup);
        // A backup has no log.
        execute(&backup, "PRAGMA journal_mode = DELETE").await;
        let restored = folder.path().join("b.db");
        SqliteStore::restore(SqliteOptions::small(&restored), &backup, false).await.expect("restored");
        assert_ne!(feed_id(&restored).await, feed_id(&backup).await);
        assert_eq!(ask(&opened(&restored).await, &search()).await.articles.len(), SCHEMA_7_ARTICLES);
    }

    #[tokio::test]
    async fn what_is_no_sound_backup_is_refused_and_changes_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, backup) = (folder.path().join("a.db"), folder.path().join("backup.db"));
        let store = opened(&path).await;
        ingest(&store, new("a", "甲", "一"), at(0)).await;
        SqliteStore::backup(SqliteOptions::small(&path), &backup).await.expect("a backup");
        store.close().await;
        let before = fs::read(&path).expect("readable");
        let sound = fs::read(&backup).expect("readable");
        // The second page and on: what the header says is still right.
        let mut damaged = sound.clone();
        damaged[40_000..60_000].fill(0xA5);
        for (content, what) in [(damaged, "damaged"), (b"text".repeat(1000), "text"), (Vec::new(), "empty")] {
            fs::write(&backup, content).expect("written");
            let refused = SqliteStore::restore(SqliteOptions::small(&path), &backup, true).await;
            assert!(refused.is_err(), "{what}");
            assert_eq!(fs::read(&path).expect("readable"), before, "{what}");
            assert!(!fs::exists(part_of(&path)).expect("an answer"), "{what}");
        }
    }
}
