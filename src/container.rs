//! Reads the inputs of `import` and `parse`: files, folders and standard input, in crawlers' formats, as an iterator of
//! documents.
//!
//! Owns the formats (text, HTML, JSONL, WARC, WET and ARC; uncompressed, gzip, zstd) and their detection. Does not parse
//! documents, and has at most one in memory. An error is one item of the iterator, which continues with the next item.

mod arc;
mod detect;
mod document;
mod gzip;
mod http;
mod items;
mod jsonl;
mod limits;
mod meter;
mod open;
mod record_head;
mod skipped;
mod walk;
mod warc;

pub use self::document::{ContainerError, Document, Format, Item, Options};
pub use self::items::{Items, read};
pub use self::meter::Meter;
pub use self::skipped::Skipped;
pub use self::walk::total_bytes;

#[cfg(test)]
mod docs_tests;
#[cfg(test)]
mod tests;
