//! Walks the given paths: files, and folders recursively, sorted by name.
//!
//! A walk stays within its folder: symbolic links are not followed, each folder is visited once, and only regular files
//! are read, because a pipe or a device could block or never end.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::document::STANDARD_INPUT;

/// The maximum depth of folders. Real crawls stay far below, and deeper paths approach the system's limits.
const MAX_DEPTH: usize = 64;

struct Entry {
    path: PathBuf,
    depth: usize,
}

pub(crate) struct Walk {
    /// A stack of the entries to visit.
    pending: Vec<Entry>,
    /// Device and inode of the folders visited so far.
    visited: HashSet<(u64, u64)>,
    /// The number of skipped entries since the last call of `take_skipped`, by kind.
    skipped: BTreeMap<&'static str, u64>,
}

impl Walk {
    pub(crate) fn of(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut pending: Vec<Entry> = paths.into_iter().map(|path| Entry { path, depth: 0 }).collect();
        pending.reverse();
        Self { pending, visited: HashSet::new(), skipped: BTreeMap::new() }
    }

    /// Takes the counts of skipped entries.
    pub(crate) fn take_skipped(&mut self) -> BTreeMap<&'static str, u64> {
        std::mem::take(&mut self.skipped)
    }

    /// The file to read; `None` for a folder, whose entries come next, and for a skipped entry.
    fn visit(&mut self, path: &Path, depth: usize) -> io::Result<Option<PathBuf>> {
        if depth == 0 && path == Path::new(STANDARD_INPUT) {
            return Ok(Some(path.to_owned()));
        }
        // A path that the caller names may be a link. A link inside a folder is not followed: a target inside the folder is
        // read anyway, and a target outside was not named.
        let metadata = if depth == 0 { fs::metadata(path)? } else { fs::symlink_metadata(path)? };
        if metadata.is_file() {
            return Ok(Some(path.to_owned()));
        }
        if metadata.is_dir() {
            self.enter(path, depth, &metadata)?;
            return Ok(None);
        }
        let kind = kind(&metadata);
        if depth == 0 {
            return Err(io::Error::other(format!("it is a {kind}, not a file or folder; `-` reads standard input")));
        }
        *self.skipped.entry(kind).or_default() += 1;
        Ok(None)
    }

    fn enter(&mut self, folder: &Path, depth: usize, metadata: &Metadata) -> io::Result<()> {
        if !self.visited.insert((metadata.dev(), metadata.ino())) {
            *self.skipped.entry("folder visited before").or_default() += 1;
            return Ok(());
        }
        if depth >= MAX_DEPTH {
            return Err(io::Error::other(format!("it is nested deeper than {MAX_DEPTH} folders")));
        }
        let mut found = entries(folder)?;
        found.sort_by(|a, b| b.cmp(a));
        self.pending.extend(found.into_iter().map(|path| Entry { path, depth: depth + 1 }));
        Ok(())
    }
}

impl Iterator for Walk {
    type Item = Result<PathBuf, (PathBuf, io::Error)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Entry { path, depth } = self.pending.pop()?;
            match self.visit(&path, depth) {
                Ok(Some(file)) => return Some(Ok(file)),
                Ok(None) => {}
                Err(error) => return Some(Err((path, error))),
            }
        }
    }
}

fn kind(metadata: &Metadata) -> &'static str {
    let kind = metadata.file_type();
    if kind.is_symlink() {
        "link"
    } else if kind.is_fifo() {
        "pipe"
    } else if kind.is_socket() {
        "socket"
    } else {
        "device"
    }
}

/// Skipped, because it describes the folder and is not a document.
const FOLDER_DESCRIPTION: &str = "README.md";

/// The entries of a folder, except hidden ones, which belong to the system and to tools.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let hidden = entry.file_name().as_encoded_bytes().first() == Some(&b'.');
        if !hidden && entry.file_name() != FOLDER_DESCRIPTION {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// The total size of these files and folders; `None` if one is standard input. Unreadable files count as empty.
pub fn total_bytes(paths: Vec<PathBuf>) -> Option<u64> {
    if paths.iter().any(|path| path == Path::new(STANDARD_INPUT)) {
        return None;
    }
    let files = Walk::of(paths).flatten();
    Some(files.filter_map(|file| fs::metadata(file).ok()).map(|file| file.len()).sum())
}
