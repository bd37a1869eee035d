//! One process per file: a lock file next to the database, held while the store is open for writing.
//!
//! SQLite alone would let a second server in, whose writes wait for ours and whose checks race with our migrations. Owns
//! how the lock file and a new database file are created. Both are opened without following links, so that no other file
//! is emptied or overwritten through them.

use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, OFlags};

use crate::store::sqlite::files::next_to;

/// The maximum length of a lock file's content that is read.
const MAX_HOLDER_BYTES: u64 = 64;

/// The prefix of a lock file's content; the process id follows.
const HOLDER_PREFIX: &str = "process ";

/// What SQLite appends to the database's path for its files next to it (sqlite.org/tempfiles.html).
const LOG_SUFFIXES: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Only the service's own user can read the files, because articles may be licensed or unpublished. SQLite gives the WAL the
/// mode of the database.
const FILE_MODE: u32 = 0o600;

/// The lock ends with the process, however it ends. The file stays: removing it would let two processes lock two files.
#[derive(Debug)]
pub(super) struct ProcessLock {
    _file: File,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum LockError {
    #[error("held by {0}")]
    Held(String),
    /// Of the lock, the database or one of its logs.
    #[error("{}: {reason}", path.display())]
    File { path: PathBuf, reason: String },
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl ProcessLock {
    pub(super) fn take(database: &Path) -> Result<Self, LockError> {
        let path = next_to(database, ".lock");
        let mut file = open_without_links(&path, true)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = content(&mut file)?;
                let holder = holder.trim();
                let holder = if holder.is_empty() { "another process" } else { holder };
                return Err(LockError::Held(holder.to_owned()));
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let found = content(&mut file)?;
        if !found.is_empty() && !found.starts_with(HOLDER_PREFIX) {
            return Err(refused(&path, "is no lock file of this program"));
        }
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{HOLDER_PREFIX}{}", std::process::id())?;
        // A file with two names has two lock files, so two processes could write it at once.
        match std::fs::symlink_metadata(database) {
            Ok(metadata) => {
                check_file(database, &metadata)?;
                check_writable(database)?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        check_logs(database)?;
        Ok(Self { _file: file })
    }
}

/// Creates an empty file that only its owner can read, unless it exists.
pub(super) fn create_private(path: &Path) -> Result<(), io::Error> {
    let created = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(FILE_MODE)
        .custom_flags(flags(OFlags::NOFOLLOW))
        .open(path);
    match created {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Refuses a WAL, its index or a rollback journal that is not a regular file or has links: SQLite would write through them.
pub(super) fn check_logs(database: &Path) -> Result<(), LockError> {
    for suffix in LOG_SUFFIXES {
        let path = next_to(database, suffix);
        match std::fs::symlink_metadata(&path) {
            Ok(metadata) => check_file(&path, &metadata)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Opens a file to read it. Does not wait for the other end of a FIFO.
pub(super) fn open_to_read(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(flags(OFlags::NOFOLLOW | OFlags::NONBLOCK)).open(path)
}

fn open_without_links(path: &Path, create: bool) -> Result<File, LockError> {
    // Without NONBLOCK a FIFO would wait for its other end.
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(create)
        .truncate(false)
        .mode(FILE_MODE)
        .custom_flags(flags(OFlags::NOFOLLOW | OFlags::NONBLOCK))
        .open(path)
        .map_err(|error| {
            if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
                return refused(path, "is a symbolic link");
            }
            refused(path, &error.to_string())
        })?;
    check_file(path, &file.metadata()?)?;
    Ok(file)
}

fn flags(flags: OFlags) -> i32 {
    // The bits are those of open(2), whose flags are an int.
    flags.bits().cast_signed()
}

/// Refuses files that are not regular or have hard links.
fn check_file(path: &Path, metadata: &Metadata) -> Result<(), LockError> {
    if metadata.is_symlink() {
        return Err(refused(path, "is a symbolic link"));
    }
    if !metadata.is_file() {
        return Err(refused(path, "is not a regular file"));
    }
    if metadata.nlink() > 1 {
        return Err(refused(path, "has a second hard link, under which another process could open it"));
    }
    Ok(())
}

/// SQLite opens a file that it may not write to read it alone, so that only the first write would fail.
fn check_writable(path: &Path) -> Result<(), LockError> {
    let checked = rustix::fs::access(path, Access::WRITE_OK);
    checked.map_err(|error| refused(path, &format!("cannot be written ({error}); --read-only serves it as it is")))
}

fn refused(path: &Path, reason: &str) -> LockError {
    LockError::File { path: path.to_owned(), reason: reason.to_owned() }
}

fn content(file: &mut File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.take(MAX_HOLDER_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
