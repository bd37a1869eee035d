//! WARC (ISO 28500), WET and ARC: the pages of a crawl, record by record.
//!
//! Implemented here, because the existing crate reads whole records into memory and stops at the first invalid one.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read};

use super::arc::{self, ARC_MAGIC};
use super::document::{ContainerError, Document};
use super::gzip::DamagedMember;
use super::http::Response;
use super::limits::{Line, read_document, read_line};
use super::record_head::RecordHead;
use super::skipped::Skipped;

use crate::article::{MAX_DOCUMENT_BYTES, PageUrl, RawDocument, Timestamp};

/// The maximum size of a header line, and of an HTTP response's head.
const MAX_HEAD_BYTES: usize = 64 << 10;

/// The maximum number of header fields of a record.
const MAX_HEADERS: usize = 256;

pub(crate) struct Warc {
    reader: Box<dyn BufRead>,
    /// The number of the current record, from 1.
    record: u64,
    ended: bool,
    /// The next record's first line, which was already read at the end of skipped garbage.
    first_line: Option<FirstLine>,
    /// The file's first record says that it is an ARC.
    is_arc: bool,
}

type DocumentResult = Result<Document, ContainerError>;

/// The first line of a record's head.
enum FirstLine {
    Warc,
    /// It is the whole head.
    Arc(RecordHead),
}

enum NextRecord {
    Head(RecordHead),
    End,
    /// Skipped bytes that are not a record.
    Garbage(String),
}

impl Warc {
    pub(crate) fn new(reader: Box<dyn BufRead>) -> Self {
        Self { reader, record: 0, ended: false, first_line: None, is_arc: false }
    }

    /// The next document and the number of its record. Counts skipped records in `skipped`.
    pub(crate) fn next_document(&mut self, skipped: &mut Skipped) -> Option<(u64, DocumentResult)> {
        while !self.ended {
            self.record += 1;
            let head = match self.read_head() {
                Ok(NextRecord::Head(head)) => head,
                Ok(NextRecord::End) => return None,
                Ok(NextRecord::Garbage(what)) => return Some((self.record, Err(ContainerError::BadRecord(what)))),
                Err(error) => return Some(self.fail(error)),
            };
            match self.read_document(&head) {
                Ok(Ok(document)) => return Some((self.record, document)),
                Ok(Err(kind)) => skipped.add(&kind, 1),
                Err(error) => return Some(self.fail(error)),
            }
        }
        None
    }

    /// Ends the file, unless the error is a damaged gzip member after which reading continues.
    fn fail(&mut self, error: io::Error) -> (u64, DocumentResult) {
        if error.get_ref().is_some_and(|error| error.is::<DamagedMember>()) {
            return (self.record, Err(ContainerError::DamagedRecord));
        }
        self.ended = true;
        let error = match error.kind() {
            io::ErrorKind::UnexpectedEof => ContainerError::Truncated,
            _ => ContainerError::Read(error),
        };
        (self.record, Err(error))
    }

    fn read_head(&mut self) -> io::Result<NextRecord> {
        if let Some(first) = self.first_line.take() {
            return self.read_head_after(first);
        }
        let mut found_garbage = false;
        loop {
            let line = match read_line(&mut self.reader, MAX_HEAD_BYTES)? {
                None if found_garbage => break,
                None => return Ok(NextRecord::End),
                Some(Line::TooLong) => Vec::new(),
                Some(Line::Whole(line)) if line.is_empty() => continue,
                Some(Line::Whole(line)) => line,
            };
            self.is_arc |= self.record == 1 && line.starts_with(ARC_MAGIC);
            if let Some(first) = self.first_line_of(&line) {
                if !found_garbage {
                    return self.read_head_after(first);
                }
                self.first_line = Some(first);
                break;
            }
            found_garbage = true;
        }
        let expected = if self.is_arc { "the head of an ARC record" } else { "WARC/1.x" };
        Ok(NextRecord::Garbage(format!("its first line is not {expected}")))
    }

    /// `None` if no record begins with the line.
    fn first_line_of(&self, line: &[u8]) -> Option<FirstLine> {
        if self.is_arc {
            arc::parse_head(line).map(FirstLine::Arc)
        } else {
            line.starts_with(b"WARC/").then_some(FirstLine::Warc)
        }
    }

    /// The rest of the head whose first line this is.
    fn read_head_after(&mut self, first: FirstLine) -> io::Result<NextRecord> {
        match first {
            FirstLine::Warc => self.read_header_fields(),
            FirstLine::Arc(head) => Ok(NextRecord::Head(head)),
        }
    }

    fn read_header_fields(&mut self) -> io::Result<NextRecord> {
        let mut fields: BTreeMap<String, String> = BTreeMap::new();
        loop {
            let line = match read_line(&mut self.reader, MAX_HEAD_BYTES)? {
                Some(Line::Whole(line)) => line,
                Some(Line::TooLong) => continue,
                None => return Err(io::ErrorKind::UnexpectedEof.into()),
            };
            if line.is_empty() {
                break;
            }
            let line = String::from_utf8_lossy(&line);
            if let Some((name, value)) = line.split_once(':')
                && fields.len() < MAX_HEADERS
            {
                fields.insert(name.trim().to_ascii_lowercase(), value.trim().to_owned());
            }
        }
        let mut field = |name: &str| fields.remove(name).unwrap_or_default();
        let Ok(length) = field("content-length").parse() else {
            return Ok(NextRecord::Garbage("it has no Content-Length".to_owned()));
        };
        Ok(NextRecord::Head(RecordHead {
            kind: field("warc-type").to_ascii_lowercase(),
            length,
            url: field("warc-target-uri").trim_matches(['<', '>']).to_owned(),
            time: field("warc-date"),
            content_type: field("content-type"),
            is_continuation: field("warc-segment-number").parse().is_ok_and(|number: u64| number > 1),
        }))
    }

    /// The record's document, or the kind under which it is counted as skipped. An outer error ends the file.
    fn read_document(&mut self, head: &RecordHead) -> io::Result<Result<DocumentResult, String>> {
        let is_page_record = !head.is_continuation
            && match head.kind.as_str() {
                "response" => head.url.starts_with("http"),
                "resource" | "conversion" => is_page(&head.content_type),
                _ => false,
            };
        if !is_page_record {
            self.skip(head.length)?;
            let kind = if head.kind.is_empty() { "record without a type" } else { &head.kind };
            return Ok(Err(match kind {
                "resource" | "conversion" => format!("{kind} {}", media_type(&head.content_type)),
                kind => kind.to_owned(),
            }));
        }
        if head.length > (MAX_DOCUMENT_BYTES + MAX_HEAD_BYTES) as u64 {
            self.skip(head.length)?;
            return Ok(Ok(Err(ContainerError::TooLarge)));
        }
        let mut block = Vec::new();
        let read = self.reader.by_ref().take(head.length).read_to_end(&mut block)?;
        if (read as u64) < head.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if head.kind != "response" {
            let content = read_document(block.as_slice());
            return Ok(Ok(content.map(|content| document(head, content, &head.content_type))));
        }
        let Some(response) = Response::read(&block) else {
            return Ok(Err("response that is not HTTP".to_owned()));
        };
        if response.status != 200 {
            return Ok(Err(format!("response {}", response.status)));
        }
        let content_type = response.content_type();
        if !is_page(content_type) {
            return Ok(Err(format!("response {}", media_type(content_type))));
        }
        Ok(Ok(response.content().map(|content| document(head, content, content_type))))
    }

    fn skip(&mut self, length: u64) -> io::Result<()> {
        let skipped = io::copy(&mut self.reader.by_ref().take(length), &mut io::sink())?;
        if skipped < length { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }
}

fn document(head: &RecordHead, content: Vec<u8>, content_type: &str) -> Document {
    let mut warnings = Vec::new();
    let url = PageUrl::parse(&head.url).map_err(|why| warnings.push(format!("the URL {:?} {why}", head.url))).ok();
    let fetch_time: Option<Timestamp> = head.time.parse().ok();
    if fetch_time.is_none() {
        warnings.push(format!("the time {:?} is not valid", head.time));
    }
    let content_type = content_type.to_owned();
    let raw = RawDocument { content: content.into(), content_type, url, fetch_time, ..RawDocument::default() };
    Document { raw, is_exported: false, id: None, warnings }
}

fn media_type(content_type: &str) -> String {
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    // The type names a counter, so malformed types share one: a bad crawl must not create thousands of counters.
    let plain = media_type.len() <= 64 && media_type.contains('/') && media_type.is_ascii();
    if plain { media_type } else { "of an unknown type".to_owned() }
}

fn is_page(content_type: &str) -> bool {
    matches!(media_type(content_type).as_str(), "text/html" | "text/plain" | "application/xhtml+xml")
}
