//! How much is read of how much, for who waits.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::STANDARD_INPUT;
use super::walk::Walk;

/// Counts bytes as they are read from files, before they are unpacked. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<AtomicU64>);

impl Meter {
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn reader<R: Read>(&self, inner: R) -> impl Read + use<R> {
        Metered { inner, meter: self.clone() }
    }
}

struct Metered<R> {
    inner: R,
    meter: Meter,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.meter.0.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// How many bytes these files and folders have; `None` if one is standard input. What cannot be read has none.
pub fn total_bytes(paths: Vec<PathBuf>) -> Option<u64> {
    if paths.iter().any(|path| path == Path::new(STANDARD_INPUT)) {
        return None;
    }
    let files = Walk::of(paths).flatten();
    Some(files.filter_map(|file| fs::metadata(file).ok()).map(|file| file.len()).sum())
}
