//! Restores a backup: checks it, and puts a copy of it in the place of the database, in one rename.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use sqlx::{Row, SqliteConnection};

use crate::store::OpenError;
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::connect::{Role, connect};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::lock::create_private;
use crate::store::sqlite::maintenance::backup::{part_of, publish, remove, separate};
use crate::store::sqlite::open::{
    SqliteOptions, close, has_log, holds_anything, inspect, io_error, next_to, refused, resolved, take_lock,
};

/// What the replaced store is renamed to.
const REPLACED_SUFFIX: &str = ".before-restore";

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
        if !holds_anything(&from)? {
            return Err(OpenError::Io { path: from, reason: "there is no such backup".to_owned() });
        }
        // A log without its database may hold writes, too.
        let exists = fs::exists(&to).map_err(|error| io_error(&to, &error))? || has_log(&to);
        if exists && !replace {
            let reason = "it exists already; --replace renames it".to_owned();
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

/// Copies into a file that only the service's own user reads.
fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    create_private(to)?;
    let mut target = File::options().write(true).open(to)?;
    io::copy(&mut File::open(from)?, &mut target)?;
    Ok(())
}

/// Validates the copy, and gives it a feed of its own: two stores from one backup do not have the same history.
async fn check(part: &Path) -> Result<(), OpenError> {
    let mut connection = connect(part, Role::ReadImmutable).await.map_err(|fault| refused(part, &fault))?;
    let found = inspect(part, &mut connection).await;
    let intact = integrity(&mut connection).await.map_err(|fault| refused(part, &fault));
    close(connection).await;
    match (found?, intact?.as_str()) {
        (0, _) => Err(OpenError::Damaged { path: part.to_owned(), reason: "it has no articles' tables".to_owned() }),
        (found, "ok") if found == SqliteStore::schema_version() => {
            separate(part).await.map_err(|fault| refused(part, &fault))
        }
        // A backup of an older version is migrated when it is opened.
        (_, "ok") => Ok(()),
        (_, reason) => Err(OpenError::Damaged { path: part.to_owned(), reason: reason.to_owned() }),
    }
}

async fn integrity(connection: &mut SqliteConnection) -> Result<String, SqliteError> {
    let row = sqlx::query("PRAGMA integrity_check(1)").fetch_one(connection).await?;
    Ok(row.try_get("integrity_check")?)
}

/// The caller knows the backup, not the copy.
fn named(error: OpenError, from: &Path) -> OpenError {
    match error {
        OpenError::Damaged { reason, .. } => OpenError::Damaged { path: from.to_owned(), reason },
        OpenError::NewerSchema { found, known, .. } => OpenError::NewerSchema { path: from.to_owned(), found, known },
        error => error,
    }
}

/// Renames a store. Its log goes first: it must never be next to another database, to which SQLite would apply it.
fn set_aside(database: &Path) -> io::Result<()> {
    let aside = next_to(database, REPLACED_SUFFIX);
    rename(&next_to(database, "-wal"), &next_to(&aside, "-wal"))?;
    remove(&next_to(database, "-shm"))?;
    rename(database, &aside)
}

fn rename(from: &Path, to: &PathBuf) -> io::Result<()> {
    match fs::rename(from, to) {
        // What an earlier restore set aside must not be taken for a part of this one.
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
