//! What a container holds: documents, or the reason why an item has none, and what the caller says about them.

use std::io;

use super::meter::Meter;
use crate::article::{MAX_DOCUMENT_BYTES, PageUrl, RawDocument, Timestamp};

/// The path that stands for standard input.
pub(crate) const STANDARD_INPUT: &str = "-";

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
    /// The document, or why it could not be read.
    pub document: Result<Document, ContainerError>,
}

/// A document and what its container says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Content, type, URL, fetch time and labels.
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
#[expect(missing_docs, reason = "the messages say it")]
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
    #[error("has neither `text` nor `html`")]
    NoContentKey,
    #[error(
        "is no crawl that can be read: a line needs the key `text` or `html`, and may have `url`, `timestamp`, \
         `content_type`, `labels` and `id`; the rest of the file is not read"
    )]
    UnknownKeys,
    #[error("is no record of a WARC: {0}")]
    BadRecord(String),
    #[error("ends in the midst of a record")]
    Truncated,
    #[error("is a record that is cut off or damaged; reading continues with the next one")]
    CutRecord,
}
