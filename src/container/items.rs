//! Iterates over the documents of files: one file after another, one document at a time.

use std::io::Read;
use std::path::PathBuf;

use super::document::{ContainerError, Document, Format, Item, Options};
use super::jsonl::Jsonl;
use super::limits;
use super::open::{OpenFile, open};
use super::skipped::Skipped;
use super::walk::Walk;
use super::warc::Warc;
use crate::article::RawDocument;

/// Iterates over the documents of these paths, in their order. Folders are read recursively, sorted by name.
pub fn read(paths: impl IntoIterator<Item = PathBuf>, options: Options) -> Items {
    Items { walk: Walk::of(paths), options, current: None, skipped: Skipped::default() }
}

/// A blocking iterator over documents.
pub struct Items {
    walk: Walk,
    options: Options,
    current: Option<(String, Source)>,
    skipped: Skipped,
}

enum Source {
    WholeFile(Box<dyn Read>, Format),
    Lines(Jsonl),
    Records(Warc),
}

impl Items {
    /// The number of skipped records and files so far.
    pub fn skipped(&self) -> &Skipped {
        &self.skipped
    }

    fn open_file(&mut self, path: PathBuf) -> Result<(), ContainerError> {
        let origin = path.display().to_string();
        let OpenFile { reader, format } = open(&path, self.options.format, &self.options.meter)?;
        let source = match format {
            Format::Text | Format::Html => Source::WholeFile(Box::new(reader), format),
            Format::Jsonl => Source::Lines(Jsonl::new(reader)),
            Format::Warc => Source::Records(Warc::new(reader)),
        };
        self.current = Some((origin, source));
        Ok(())
    }

    fn with_defaults(&self, mut document: Document) -> Document {
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
                let next = self.walk.next();
                for (kind, count) in self.walk.take_skipped() {
                    self.skipped.add(kind, count);
                }
                let path = match next? {
                    Ok(path) => path,
                    Err((path, error)) => {
                        return Some(Item { origin: path.display().to_string(), document: Err(error.into()) });
                    }
                };
                let origin = path.display().to_string();
                match self.open_file(path) {
                    Ok(()) => continue,
                    Err(error) => return Some(Item { origin, document: Err(error) }),
                }
            };
            let (found, source) = match source {
                Source::WholeFile(reader, format) => {
                    (Some((None, read_whole_file(reader, format, &self.options.content_type))), None)
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
            return Some(Item { origin, document: document.map(|document| self.with_defaults(document)) });
        }
    }
}

/// Reads a file that is one document.
fn read_whole_file(reader: Box<dyn Read>, format: Format, content_type: &str) -> Result<Document, ContainerError> {
    let content = limits::read_document(reader)?;
    let by_format = if format == Format::Html { "text/html" } else { "text/plain" };
    let content_type = if content_type.is_empty() { by_format } else { content_type };
    let raw = RawDocument { content: content.into(), content_type: content_type.to_owned(), ..RawDocument::default() };
    Ok(Document { raw, ..Document::default() })
}
