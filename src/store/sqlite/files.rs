//! The files of a store: the names of those next to the database, and the errors of opening them.

use std::io;
use std::path::{Path, PathBuf};

use crate::store::OpenError;
use crate::store::sqlite::error::SqliteError;

/// A path with a suffix.
pub(super) fn next_to(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

pub(super) fn refused(path: &Path, fault: &SqliteError) -> OpenError {
    let (path, reason) = (path.to_owned(), fault.to_string());
    if fault.is_damage() { OpenError::Damaged { path, reason } } else { OpenError::Io { path, reason } }
}

pub(super) fn io_error(path: &Path, error: &io::Error) -> OpenError {
    OpenError::Io { path: path.to_owned(), reason: error.to_string() }
}
