//! From the paths that were asked for to files, folders sorted and with all beneath them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::STANDARD_INPUT;

/// The deepest folder, against links that lead back up.
const MAX_DEPTH: usize = 64;

pub struct Walk {
    /// What is still to be looked at, the next last, and how deep it stands.
    ahead: Vec<(PathBuf, usize)>,
}

impl Walk {
    pub fn of(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut ahead: Vec<(PathBuf, usize)> = paths.into_iter().map(|path| (path, 0)).collect();
        ahead.reverse();
        Self { ahead }
    }
}

impl Iterator for Walk {
    type Item = Result<PathBuf, (PathBuf, io::Error)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (path, depth) = self.ahead.pop()?;
            if depth == 0 && path == Path::new(STANDARD_INPUT) {
                return Some(Ok(path));
            }
            let is_folder = match fs::metadata(&path) {
                Ok(metadata) => metadata.is_dir(),
                Err(error) => return Some(Err((path, error))),
            };
            if !is_folder {
                return Some(Ok(path));
            }
            if depth >= MAX_DEPTH {
                return Some(Err((path, io::Error::other(format!("it stands deeper than {MAX_DEPTH} folders")))));
            }
            match inside(&path) {
                Ok(mut found) => {
                    found.sort_by(|a, b| b.cmp(a));
                    self.ahead.extend(found.into_iter().map(|path| (path, depth + 1)));
                }
                Err(error) => return Some(Err((path, error))),
            }
        }
    }
}

/// The file that says what a folder holds, and is none of it.
const ABOUT_THE_FOLDER: &str = "README.md";

/// What a folder holds, without hidden files, which are the system's.
fn inside(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let hidden = entry.file_name().as_encoded_bytes().first() == Some(&b'.');
        if !hidden && entry.file_name() != ABOUT_THE_FOLDER {
            found.push(entry.path());
        }
    }
    Ok(found)
}
