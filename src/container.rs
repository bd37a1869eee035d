//! Reads the files that `import` and `parse` are given: files, folders and standard input, in the formats that crawlers
//! write, as a stream of documents.
//!
//! Owns the formats (text, HTML, JSONL, WARC and WET; uncompressed, gzip, zstd) and their detection. Does not parse a
//! document, does not hold more than one in memory, and does not fail as a whole: what cannot be read is an item with a
//! reason, and reading continues with the next item.

mod detect;
mod document;
mod gzip;
mod http;
mod items;
mod jsonl;
mod limits;
mod meter;
mod open;
mod walk;
mod warc;

pub use self::document::{ContainerError, Document, Format, Item, Options};
pub use self::items::{Items, read};
pub use self::meter::Meter;
pub use self::walk::total_bytes;

#[cfg(test)]
mod docs_tests;
#[cfg(test)]
mod tests;
