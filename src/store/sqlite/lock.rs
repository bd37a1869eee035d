//! One process a file: a lock beside the database, held while it is open for writing.
//!
//! SQLite alone would let a second server in, whose writes wait for ours and whose checks race with our migrations.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Longer than any holder that is written.
const MAX_HOLDER_BYTES: u64 = 64;

/// The lock ends with the process, however it ends. The file stays: removing it would let two processes lock two files.
#[derive(Debug)]
pub(super) struct ProcessLock {
    _file: File,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum LockError {
    #[error("held by {0}")]
    Held(String),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl ProcessLock {
    pub fn take(database: &Path) -> Result<Self, LockError> {
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(lock_path(database))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.take(MAX_HOLDER_BYTES).read_to_string(&mut holder)?;
                let holder = holder.trim();
                let holder = if holder.is_empty() { "another process" } else { holder };
                return Err(LockError::Held(holder.to_owned()));
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "process {}", std::process::id())?;
        Ok(Self { _file: file })
    }
}

/// Beside the database, and the same whatever path led to it.
fn lock_path(database: &Path) -> PathBuf {
    let real = database.canonicalize().unwrap_or_else(|_| database.to_owned());
    let mut path = OsString::from(real);
    path.push(".lock");
    PathBuf::from(path)
}
