//! The sizes of a store's files, and the free space of the disk.

use std::fs;
use std::io;
use std::path::Path;

use crate::store::sqlite::open::next_to;
use crate::store::stats::FileSizes;

/// Queries the file system. This can block, so it must not run on async threads.
pub(super) fn file_sizes(path: &Path) -> io::Result<FileSizes> {
    let disk = rustix::fs::statvfs(path)?;
    let bytes_of = |path: &Path| match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    };
    Ok(FileSizes {
        database: bytes_of(path)?,
        write_ahead_log: bytes_of(&next_to(path, "-wal"))?,
        disk: disk.f_blocks * disk.f_frsize,
        // The space that is available to users other than root.
        disk_free: disk.f_bavail * disk.f_frsize,
    })
}
