//! The backup: copies the whole store to one file during reads and writes.
//!
//! The copy is one committed state: it has everything that was acknowledged before the backup began, and no deleted text. It
//! has its own feed id, because changes after a restore differ from those of the original, so resume tokens of the original
//! must not be valid for it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::store::OpenError;
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::connect::{close, connect};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::feed;
use crate::store::sqlite::files::{io_error, next_to, refused};
use crate::store::sqlite::lock::create_private;
use crate::store::sqlite::open::{SqliteOptions, remove_read_logs, resolved, role_to_read};
use crate::store::sqlite::stats::LAST_BACKUP_SUFFIX;

impl SqliteStore {
    /// Copies a store, which may be in use, to a file that must not exist. The file appears only when it is complete and
    /// durable. Returns its size in bytes.
    pub async fn backup(options: SqliteOptions, to: &Path) -> Result<u64, OpenError> {
        let from = resolved(&options.path)?;
        let to = std::path::absolute(to).map_err(|error| io_error(to, &error))?;
        if fs::exists(&to).map_err(|error| io_error(&to, &error))? {
            return Err(OpenError::Io { path: to, reason: "it already exists".to_owned() });
        }
        let role = role_to_read(&from).await?;
        let part = part_of(&to);
        // Removes the files of an interrupted backup.
        remove(&part).map_err(|error| io_error(&part, &error))?;
        let copied = async {
            // Created empty first, because SQLite would create it readable for everyone.
            create_private(&part).map_err(|error| io_error(&part, &error))?;
            let mut connection = connect(&from, role).await.map_err(|fault| refused(&from, &fault))?;
            let copied = copy(&mut connection, &part).await;
            close(connection).await;
            copied.map_err(|fault| refused(&from, &fault))?;
            separate(&part).await.map_err(|fault| refused(&part, &fault))?;
            publish(&part, &to).map_err(|error| io_error(&to, &error))
        };
        let copied = copied.await;
        remove_read_logs(&from).await;
        if copied.is_err() {
            // The earlier error is the one to report.
            _ = remove(&part);
        } else if let Err(error) = note_backup(&from) {
            tracing::warn!(%error, "the time of the last backup cannot be noted for metrics");
        }
        copied
    }
}

/// Records the time of the backup as the modification time of a file next to the database. The serving process, usually another
/// one, exports it as a metric.
fn note_backup(database: &Path) -> io::Result<()> {
    let path = next_to(database, LAST_BACKUP_SUFFIX);
    create_private(&path)?;
    fs::write(&path, "the time of this file is that of the last backup\n")
}

/// Copies all tables to a new file, from one snapshot.
pub(super) async fn copy(connection: &mut SqliteConnection, part: &Path) -> Result<(), SqliteError> {
    let Some(part) = part.to_str() else {
        let error = io::Error::new(io::ErrorKind::InvalidFilename, "the name of a backup must be UTF-8");
        return Err(SqliteError::Sql(sqlx::Error::Io(error)));
    };
    sqlx::query("VACUUM INTO ?1").bind(part).execute(connection).await?;
    Ok(())
}

/// Gives the copy its own feed id.
pub(super) async fn separate(part: &Path) -> Result<(), SqliteError> {
    // A single file, without a WAL.
    let options = SqliteConnectOptions::new()
        .filename(part)
        .journal_mode(SqliteJournalMode::Delete)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging();
    let mut connection = options.connect().await?;
    let separated = feed::begin_anew(&mut connection).await;
    connection.close().await?;
    separated
}

/// Syncs the file, then renames it to its final name.
pub(super) fn publish(part: &Path, to: &Path) -> io::Result<u64> {
    let file = File::open(part)?;
    file.sync_all()?;
    fs::rename(part, to)?;
    if let Some(folder) = to.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(file.metadata()?.len())
}

/// Removes an incomplete backup and its rollback journal, which a killed process leaves and SQLite would apply to the next
/// file of this name.
pub(super) fn remove(part: &Path) -> io::Result<()> {
    for file in [part.to_path_buf(), next_to(part, "-journal")] {
        match fs::remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// The name of a backup while it is incomplete.
pub(super) fn part_of(to: &Path) -> PathBuf {
    let mut part = OsString::from(to);
    part.push(".part");
    PathBuf::from(part)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::article::View;
    use crate::store::conformance::fixtures::*;
    use crate::store::{SharedStore, Write};

    async fn opened(path: &Path) -> SharedStore {
        Arc::new(SqliteStore::open(SqliteOptions::small(path)).await.expect("a store"))
    }

    async fn stored(store: &SharedStore, id: &str) -> Option<String> {
        let article = store.get(&name(id), View::Full).await.expect("an answer");
        article.map(|article| article.content.headline)
    }

    #[tokio::test]
    async fn a_copy_holds_what_was_there_and_has_a_feed_of_its_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, copy) = (folder.path().join("a.db"), folder.path().join("copy.db"));
        let store = opened(&path).await;
        ingest(&store, new("a", "甲", "一"), at(0)).await;
        ingest(&store, new("b", "密語", "二"), at(1)).await;
        write(&store, Write::Delete { name: name("b"), expected: None }, at(2)).await;
        // The store is in use meanwhile.
        let bytes = SqliteStore::backup(SqliteOptions::small(&path), &copy).await.expect("a copy");
        assert_eq!(fs::metadata(&copy).expect("there").len(), bytes);
        assert!(!fs::exists(part_of(&copy)).expect("an answer"));
        ingest(&store, new("c", "丙", "三"), at(3)).await;

        let content = fs::read(&copy).expect("readable");
        assert!(
            !content.windows("密語".len()).any(|window| window == "密語".as_bytes()),
            "deleted text is in the copy"
        );
        let copied = opened(&copy).await;
        assert_eq!(stored(&copied, "a").await.as_deref(), Some("甲"));
        assert_eq!((stored(&copied, "b").await, stored(&copied, "c").await), (None, None));
        let (old, new_feed) = (*store.feed().borrow(), *copied.feed().borrow());
        assert_ne!(old.feed, new_feed.feed);
        assert_eq!(changed(&copied, old).await, None, "a token of the original is refused");
        assert_eq!(copied.check().await.expect("an answer"), Vec::<String>::new());
        // And it can be written.
        ingest(&copied, new("d", "丁", "四"), at(4)).await;
        assert_eq!(copied.check().await.expect("an answer"), Vec::<String>::new());
    }

    #[tokio::test]
    async fn nothing_that_exists_is_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, copy) = (folder.path().join("a.db"), folder.path().join("copy.db"));
        let missing = SqliteStore::backup(SqliteOptions::small(&path), &copy).await;
        assert!(matches!(missing, Err(OpenError::Io { .. })), "{missing:?}");
        assert!(!fs::exists(&path).expect("an answer"), "a store that is not there is not made");
        opened(&path).await.close().await;
        // What an interrupted one left is no hindrance.
        let journal = next_to(&part_of(&copy), "-journal");
        fs::write(part_of(&copy), "half").expect("written");
        fs::write(&journal, "half").expect("written");
        SqliteStore::backup(SqliteOptions::small(&path), &copy).await.expect("a copy");
        assert!(!fs::exists(&journal).expect("an answer"), "the journal of an interrupted one is removed, too");
        let before = fs::read(&copy).expect("readable");
        let again = SqliteStore::backup(SqliteOptions::small(&path), &copy).await;
        assert!(matches!(again, Err(OpenError::Io { .. })), "{again:?}");
        assert_eq!(fs::read(&copy).expect("readable"), before);
    }

    #[tokio::test]
    async fn a_copy_made_during_writes_is_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        let store = opened(&path).await;
        ingest(&store, new("n0", "零", "零"), at(0)).await;
        let is_done = Arc::new(AtomicBool::new(false));
        let writer = {
            let (store, is_done) = (Arc::clone(&store), Arc::clone(&is_done));
            tokio::spawn(async move {
                let mut count = 1;
                while !is_done.load(Ordering::Relaxed) {
                    ingest(&store, new(&format!("n{count}"), "題", &format!("第{count}段")), at(count)).await;
                    count += 1;
                }
                count
            })
        };
        let mut acknowledged = 0;
        for number in 0..3 {
            let before = store.feed().borrow().seq;
            let copy = folder.path().join(format!("copy{number}.db"));
            SqliteStore::backup(SqliteOptions::small(&path), &copy).await.expect("a copy");
            let copied = opened(&copy).await;
            let seen = copied.feed().borrow().seq;
            // All that was acknowledged before it began, in the order of the writes: a prefix.
            assert!(seen >= before && seen >= acknowledged);
            for count in 0..seen {
                assert!(stored(&copied, &format!("n{count}")).await.is_some(), "{count} of {seen}");
            }
            assert_eq!(stored(&copied, &format!("n{seen}")).await, None);
            assert_eq!(copied.check().await.expect("an answer"), Vec::<String>::new());
            copied.close().await;
            acknowledged = seen;
        }
        is_done.store(true, Ordering::Relaxed);
        assert!(writer.await.expect("no panic") > 1);
    }
}
