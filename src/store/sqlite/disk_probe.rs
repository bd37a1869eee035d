//! Distinguishes an unreadable disk from a damaged file.
//!
//! SQLite reports a read that failed with EIO as a damaged file (`SQLITE_IOERR_CORRUPTFS` becomes `SQLITE_CORRUPT` in
//! vdbe.c). So before the store reports damage, the file is read here without SQLite.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::store::StoreError;
use crate::store::sqlite::error::SqliteError;

/// The number of bytes read at once.
const CHUNK_BYTES: usize = 1 << 20;

/// How long a result is reused, so that frequent requests for a damaged page do not read the whole file each time.
const ANSWER_LIFETIME: Duration = Duration::from_secs(60);

pub(crate) struct DiskProbe {
    path: PathBuf,
    /// Opened once and never closed, because closing would release the locks of this process's connections (fcntl(2)).
    file: Arc<Mutex<Option<File>>>,
    last: Mutex<Option<(Instant, Result<(), String>)>>,
}

impl DiskProbe {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, file: Arc::default(), last: Mutex::default() }
    }

    /// Maps a failure to the error for the store's callers.
    pub(super) async fn error_of(&self, fault: SqliteError) -> StoreError {
        if fault.is_corrupt()
            && let Err(reason) = self.read_all().await
        {
            return StoreError::Unavailable(format!("{fault}, as the file cannot be read: {reason}"));
        }
        fault.into()
    }

    /// Fails if the file cannot be read to its end.
    pub(super) async fn require_readable(&self) -> Result<(), StoreError> {
        let unreadable = |reason| StoreError::Unavailable(format!("the file cannot be read: {reason}"));
        self.read_all().await.map_err(unreadable)
    }

    async fn read_all(&self) -> Result<(), String> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((time, answer)) = last
            && time.elapsed() < ANSWER_LIFETIME
        {
            return answer;
        }
        let (path, file) = (self.path.clone(), Arc::clone(&self.file));
        let answer = tokio::task::spawn_blocking(move || {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            let file = match file.take() {
                Some(open) => file.insert(open),
                None => file.insert(File::open(path)?),
            };
            read_all_of(file)
        });
        let answer = answer.await.unwrap_or(Ok(())).map_err(|error| error.to_string());
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), answer.clone()));
        answer
    }
}

/// Whether a file can be read to its end. No connection of this process may have it open.
pub(super) fn read_closed_file(path: &Path) -> io::Result<()> {
    read_all_of(&File::open(path)?)
}

fn read_all_of(file: &File) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut at = 0;
    loop {
        match file.read_at(&mut chunk, at)? {
            0 => return Ok(()),
            read => at += read as u64,
        }
    }
}
