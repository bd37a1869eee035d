//! What the file system tells of a store: the sizes of its files, the free space of the disk, the time of the last backup.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::store::sqlite::files::next_to;
use crate::store::stats::FileSizes;

/// The suffix of the file whose time is that of the last backup.
pub(super) const LAST_BACKUP_SUFFIX: &str = "-backup";

/// When the last backup was made, in seconds of Unix time. This can block, as [`file_sizes`] can.
pub(super) fn last_backup_second(path: &Path) -> Option<i64> {
    fs::metadata(next_to(path, LAST_BACKUP_SUFFIX)).ok().map(|metadata| metadata.mtime())
}

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
