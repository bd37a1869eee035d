//! Opens a file: undoes its compression and recognises its format, by what it begins with and by its name.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::limits::{Counting, Expanding};
use super::{ContainerError, Format, Meter, STANDARD_INPUT};

const BUFFER_BYTES: usize = 64 << 10;

/// The largest window of a zstd frame, as a power of two: what `zstd --long` writes. It is memory.
const MAX_ZSTD_WINDOW_LOG: u32 = 27;

const GZIP_MAGIC: &[u8] = &[0x1F, 0x8B];
const ZSTD_MAGIC: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];

/// How the formats begin that people put beside documents.
const FOREIGN: &[(&[u8], &str)] = &[
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive or office document"),
    (b"\x89PNG", "a picture"),
    (b"GIF8", "a picture"),
    (b"\xFF\xD8\xFF", "a picture"),
    (b"SQLite format 3", "a database"),
    (b"BZh", "compressed with bzip2"),
    (b"\xFD7zXZ", "compressed with xz"),
];

/// How much of a file is looked at to recognise it, in bytes.
const LOOK_AHEAD: usize = 1024;

pub struct Opened {
    pub reader: Box<dyn BufRead>,
    pub format: Format,
}

pub fn open(path: &Path, format: Option<Format>, meter: &Meter) -> Result<Opened, ContainerError> {
    let raw: Box<dyn Read> =
        if path == Path::new(STANDARD_INPUT) { Box::new(io::stdin()) } else { Box::new(File::open(path)?) };
    let mut reader = decompressed(BufReader::with_capacity(BUFFER_BYTES, Box::new(meter.reader(raw))))?;
    let start = reader.fill_buf()?;
    if start.is_empty() {
        return Err(ContainerError::Empty);
    }
    let format = match format {
        Some(format) => format,
        None => recognise(start, path)?,
    };
    Ok(Opened { reader, format })
}

fn decompressed(mut raw: BufReader<Box<dyn Read>>) -> io::Result<Box<dyn BufRead>> {
    let start = raw.fill_buf()?;
    let (gzip, zstd) = (start.starts_with(GZIP_MAGIC), start.starts_with(ZSTD_MAGIC));
    let counting = Counting::new(raw);
    let count = counting.count();
    Ok(if gzip {
        // Crawls put each record into a member of its own.
        Box::new(BufReader::with_capacity(BUFFER_BYTES, Expanding::new(MultiGzDecoder::new(counting), count)))
    } else if zstd {
        let mut decoder = zstd::stream::read::Decoder::new(counting)?;
        decoder.window_log_max(MAX_ZSTD_WINDOW_LOG)?;
        Box::new(BufReader::with_capacity(BUFFER_BYTES, Expanding::new(decoder, count)))
    } else {
        Box::new(BufReader::with_capacity(BUFFER_BYTES, counting))
    })
}

/// By what can't be anything else, then by name, then by what it looks like.
fn recognise(start: &[u8], path: &Path) -> Result<Format, ContainerError> {
    if start.starts_with(b"WARC/") {
        return Ok(Format::Warc);
    }
    if let Some((_, what)) = FOREIGN.iter().find(|(magic, _)| start.starts_with(magic)) {
        return Err(ContainerError::Unrecognised(what));
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
        "warc" | "wet" => Some(Format::Warc),
        _ => None,
    }
}

/// Also used on payloads that don't say what they are.
pub fn looks_like_html(start: &[u8]) -> bool {
    let start = String::from_utf8_lossy(start.get(..LOOK_AHEAD).unwrap_or(start)).to_ascii_lowercase();
    let start = start.trim_start_matches('\u{FEFF}').trim_start();
    let marks = ["<!doctype html", "<html", "<head", "<body", "<meta ", "<title", "<div", "<p>", "<table"];
    start.starts_with('<') && marks.iter().any(|mark| start.contains(mark))
}
