//! What `import` and `parse` read: files, folders and standard input, in the containers that crawlers write, as a stream of
//! documents.
//!
//! Owns the formats (text, HTML, JSONL, WARC and WET; plain, gzip, zstd) and how they are recognised. Refuses to look into
//! a document, to hold more than one in memory, and to fail as a whole: what can't be read is an item with a reason, and
//! reading goes on with the next that can.

mod http;
mod jsonl;
mod limits;
mod meter;
mod open;
mod walk;
mod warc;

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::PathBuf;

use jiff::Timestamp;

use self::jsonl::Jsonl;
pub use self::meter::{Meter, total_bytes};
use self::open::{Opened, open};
use self::walk::Walk;
use self::warc::Warc;
use crate::article::{MAX_DOCUMENT_BYTES, PageUrl, RawDocument};

/// The path that stands for standard input.
pub const STANDARD_INPUT: &str = "-";

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One document of plain text.
    Text,
    /// One page.
    Html,
    /// One document a line.
    Jsonl,
    /// WARC or WET.
    Warc,
}

/// What the caller says of files that don't say it themselves.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `None`: recognised, by content and name.
    pub format: Option<Format>,
    /// For text and HTML files, a media type with an optional charset; empty for that of the format.
    pub content_type: String,
    /// For documents without a URL of their own.
    pub url: Option<PageUrl>,
    /// For documents without a fetch time of their own.
    pub fetch_time: Option<Timestamp>,
    /// Counts what is read.
    pub meter: Meter,
}

/// A document, or why there is none.
#[derive(Debug)]
pub struct Item {
    /// Where it stands: `path`, `path:LINE` or `path:RECORD`, counted from 1.
    pub origin: String,
    pub document: Result<Document, ContainerError>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    pub raw: RawDocument,
    /// `raw.content` is no page, but the JSON of an article as `export` writes it. What it says is for those to read who
    /// know the contract.
    pub is_exported: bool,
    /// The id that the container gives it, unchecked.
    pub id: Option<String>,
    /// What of its description could not be used, such as a URL that is none.
    pub warnings: Vec<String>,
}

/// Why an item has no document.
#[derive(Debug, thiserror::Error)]
pub enum ContainerError {
    #[error("can't be read: {0}")]
    Read(#[from] io::Error),
    #[error("is longer than {MAX_DOCUMENT_BYTES} bytes")]
    TooLarge,
    #[error("has no text")]
    Empty,
    #[error("is {0}, which holds no documents that can be read")]
    Unrecognised(&'static str),
    #[error("is no line of a crawl: {0}")]
    BadLine(String),
    #[error("is no record of a WARC: {0}")]
    BadRecord(String),
    #[error("ends in the midst of a record")]
    Truncated,
}

/// The documents of these paths, in the order of the paths, folders sorted by name and with all beneath them.
pub fn read(paths: impl IntoIterator<Item = PathBuf>, options: Options) -> Items {
    Items { walk: Walk::of(paths), options, current: None, skipped: BTreeMap::new() }
}

/// A blocking iterator.
pub struct Items {
    walk: Walk,
    options: Options,
    current: Option<(String, Source)>,
    skipped: BTreeMap<String, u64>,
}

enum Source {
    Whole(Box<dyn Read>, Format),
    Lines(Jsonl),
    Records(Warc),
}

impl Items {
    /// What was passed over so far as it is no document, by kind: `request`, `response 404`, `response image/png`.
    pub fn skipped(&self) -> &BTreeMap<String, u64> {
        &self.skipped
    }

    fn start(&mut self, path: PathBuf) -> Result<(), ContainerError> {
        let origin = path.display().to_string();
        let Opened { reader, format } = open(&path, self.options.format, &self.options.meter)?;
        let source = match format {
            Format::Text | Format::Html => Source::Whole(Box::new(reader), format),
            Format::Jsonl => Source::Lines(Jsonl::new(reader)),
            Format::Warc => Source::Records(Warc::new(reader)),
        };
        self.current = Some((origin, source));
        Ok(())
    }

    fn complete(&self, mut document: Document) -> Document {
        document.raw.url = document.raw.url.or_else(|| self.options.url.clone());
        document.raw.fetch_time = document.raw.fetch_time.or(self.options.fetch_time);
        document
    }
}

impl Iterator for Items {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        loop {
            let Some((path, source)) = self.current.take() else {
                let path = match self.walk.next()? {
                    Ok(path) => path,
                    Err((path, error)) => {
                        return Some(Item { origin: path.display().to_string(), document: Err(error.into()) });
                    }
                };
                let origin = path.display().to_string();
                match self.start(path) {
                    Ok(()) => continue,
                    Err(error) => return Some(Item { origin, document: Err(error) }),
                }
            };
            let (found, source) = match source {
                Source::Whole(reader, format) => {
                    (Some((None, whole(reader, format, &self.options.content_type))), None)
                }
                Source::Lines(mut lines) => {
                    let found = lines.next().map(|(line, document)| (Some(line), document));
                    (found, Some(Source::Lines(lines)))
                }
                Source::Records(mut records) => {
                    let found =
                        records.next_document(&mut self.skipped).map(|(record, document)| (Some(record), document));
                    (found, Some(Source::Records(records)))
                }
            };
            let Some((number, document)) = found else { continue };
            let origin = number.map_or_else(|| path.clone(), |number| format!("{path}:{number}"));
            self.current = source.map(|source| (path, source));
            return Some(Item { origin, document: document.map(|document| self.complete(document)) });
        }
    }
}

/// A file that is one document.
fn whole(reader: Box<dyn Read>, format: Format, content_type: &str) -> Result<Document, ContainerError> {
    let content = limits::read_document(reader)?;
    let by_format = if format == Format::Html { "text/html" } else { "text/plain" };
    let content_type = if content_type.is_empty() { by_format } else { content_type };
    let raw = RawDocument { content: content.into(), content_type: content_type.to_owned(), ..RawDocument::default() };
    Ok(Document { raw, ..Document::default() })
}

#[cfg(test)]
mod tests;
