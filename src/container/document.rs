//! The types of this module: formats, options, items, documents and errors.

use std::io;

use super::meter::Meter;
use crate::article::{MAX_DOCUMENT_BYTES, PageUrl, RawDocument, Timestamp};

/// The path that means standard input.
pub(crate) const STANDARD_INPUT: &str = "-";

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One plain-text document.
    Text,
    /// One HTML page.
    Html,
    /// One document on each line.
    Jsonl,
    /// WARC, WET or ARC: one document in each record.
    Warc,
}

/// The caller's defaults for metadata that the files do not have.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `None`: detected by content and name.
    pub format: Option<Format>,
    /// The media type of text and HTML files, with an optional charset. Empty: the media type of the format.
    pub content_type: String,
    /// The URL of documents that have none.
    pub url: Option<PageUrl>,
    /// The fetch time of documents that have none.
    pub fetch_time: Option<Timestamp>,
    /// Counts the bytes read.
    pub meter: Meter,
}

/// A document, or an error.
#[derive(Debug)]
pub struct Item {
    /// The location: `path`, `path:LINE` or `path:RECORD`, with numbers from 1.
    pub origin: String,
    /// The document, or why it cannot be read.
    pub document: Result<Document, ContainerError>,
}

/// A document with the metadata from its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Content, type, URL, fetch time and labels.
    pub raw: RawDocument,
    /// `raw.content` is not a document, but the JSON of an article as `export` writes it. It is not decoded here, because
    /// this module does not use the contract's types.
    pub is_exported: bool,
    /// The article id from the file, not validated.
    pub id: Option<String>,
    /// Metadata that was ignored because it is invalid, such as a malformed URL.
    pub warnings: Vec<String>,
}

/// Why a document cannot be read. A message continues a sentence that starts with the location.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ContainerError {
    #[error("cannot be read: {0}")]
    Read(#[from] io::Error),
    #[error("is longer than {MAX_DOCUMENT_BYTES} bytes")]
    TooLarge,
    #[error("has no text")]
    Empty,
    #[error("is {0}, which is not a supported format")]
    Unsupported(&'static str),
    #[error("is not a valid JSONL line: {0}")]
    BadLine(String),
    #[error("has neither `text` nor `html`")]
    NoContentKey,
    #[error(
        "is not a supported JSONL file: a line needs the key `text` or `html`, and may have `title`, `url`, `timestamp`, \
         `content_type`, `labels` and `id`; the rest of the file is not read. docs/import-formats.md shows how to rename other keys"
    )]
    UnknownKeys,
    #[error("is not a WARC record: {0}")]
    BadRecord(String),
    #[error("ends in the middle of a record")]
    Truncated,
    #[error("is a truncated or damaged record; reading continues with the next record")]
    DamagedRecord,
}
