//! Detects the format of a file, from its first bytes and its name.

use std::path::Path;

use super::arc::ARC_MAGIC;
use super::document::{ContainerError, Format};

/// Signatures of unsupported formats that are common next to documents.
const UNSUPPORTED: &[(&[u8], &str)] = &[
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive or office document"),
    (b"\x89PNG", "an image"),
    (b"GIF8", "an image"),
    (b"\xFF\xD8\xFF", "an image"),
    (b"SQLite format 3", "a database"),
    (b"BZh", "compressed with bzip2"),
    (b"\xFD7zXZ", "compressed with xz"),
];

/// How many bytes of a file detection reads.
const LOOK_AHEAD: usize = 1024;

/// Detects by an unambiguous signature, then by name, then by the first characters.
pub(crate) fn detect(start: &[u8], path: &Path) -> Result<Format, ContainerError> {
    if start.starts_with(b"WARC/") || start.starts_with(ARC_MAGIC) {
        return Ok(Format::Warc);
    }
    if let Some((_, what)) = UNSUPPORTED.iter().find(|(magic, _)| start.starts_with(magic)) {
        return Err(ContainerError::Unsupported(what));
    }
    if let Some(format) = by_name(path) {
        return Ok(format);
    }
    let start = start.get(..LOOK_AHEAD).unwrap_or(start);
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    Ok(if start.starts_with(b"{") {
        Format::Jsonl
    } else if looks_like_html(start) {
        Format::Html
    } else {
        Format::Text
    })
}

fn by_name(path: &Path) -> Option<Format> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let name = [".gz", ".zst", ".zstd"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name);
    match name.rsplit_once('.')?.1 {
        "txt" | "text" | "md" => Some(Format::Text),
        "html" | "htm" | "shtml" | "xhtml" => Some(Format::Html),
        "jsonl" | "ndjson" => Some(Format::Jsonl),
        "warc" | "wet" | "arc" => Some(Format::Warc),
        _ => None,
    }
}

/// Also used for HTTP responses without a content type.
pub(crate) fn looks_like_html(start: &[u8]) -> bool {
    let start = String::from_utf8_lossy(start.get(..LOOK_AHEAD).unwrap_or(start)).to_ascii_lowercase();
    let start = start.trim_start_matches('\u{FEFF}').trim_start();
    let marks = ["<!doctype html", "<html", "<head", "<body", "<meta ", "<title", "<div", "<p>", "<table"];
    start.starts_with('<') && marks.iter().any(|mark| start.contains(mark))
}
