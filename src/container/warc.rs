//! WARC (ISO 28500) and WET: the pages of a crawl, record by record.
//!
//! A reader of our own: the crate that there is holds whole records in memory and fails with the first bad one.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read};

use super::document::{ContainerError, Document};
use super::gzip::CutMember;
use super::http::Response;
use super::limits::{Line, read_document, read_line};

use crate::article::{MAX_DOCUMENT_BYTES, PageUrl, RawDocument, Timestamp};

/// A record's or a response's head, in bytes.
const MAX_HEAD_BYTES: usize = 64 << 10;

/// Headers of one record.
const MAX_HEADERS: usize = 256;

pub(crate) struct Warc {
    reader: Box<dyn BufRead>,
    /// Records met so far.
    record: u64,
    ended: bool,
    /// The version line of the next record was read already, behind something that was none.
    at_fields: bool,
}

type Found = Result<Document, ContainerError>;

struct Head {
    kind: String,
    length: u64,
    url: String,
    time: String,
    content_type: String,
    /// A further piece of a record that was cut up.
    is_continuation: bool,
}

enum Next {
    Head(Head),
    End,
    /// Something else than a record, and it was passed over.
    Garbage(String),
}

impl Warc {
    pub(crate) fn new(reader: Box<dyn BufRead>) -> Self {
        Self { reader, record: 0, ended: false, at_fields: false }
    }

    /// The next document and the number of its record; what is none is counted in `skipped`.
    pub(crate) fn next_document(&mut self, skipped: &mut BTreeMap<String, u64>) -> Option<(u64, Found)> {
        while !self.ended {
            self.record += 1;
            let head = match self.head() {
                Ok(Next::Head(head)) => head,
                Ok(Next::End) => return None,
                Ok(Next::Garbage(what)) => return Some((self.record, Err(ContainerError::BadRecord(what)))),
                Err(error) => return Some(self.fail(error)),
            };
            match self.document(&head) {
                Ok(Ok(document)) => return Some((self.record, document)),
                Ok(Err(kind)) => *skipped.entry(kind).or_default() += 1,
                Err(error) => return Some(self.fail(error)),
            }
        }
        None
    }

    /// The file itself ends here, or can't be read further, unless the error is a cut before the next record.
    fn fail(&mut self, error: io::Error) -> (u64, Found) {
        if error.get_ref().is_some_and(|error| error.is::<CutMember>()) {
            return (self.record, Err(ContainerError::CutRecord));
        }
        self.ended = true;
        let error = match error.kind() {
            io::ErrorKind::UnexpectedEof => ContainerError::Truncated,
            _ => ContainerError::Read(error),
        };
        (self.record, Err(error))
    }

    fn head(&mut self) -> io::Result<Next> {
        if std::mem::take(&mut self.at_fields) {
            return self.fields();
        }
        let mut garbage = false;
        loop {
            let line = match read_line(&mut self.reader, MAX_HEAD_BYTES)? {
                None if garbage => break,
                None => return Ok(Next::End),
                Some(Line::TooLong) => Vec::new(),
                Some(Line::Whole(line)) if line.is_empty() => continue,
                Some(Line::Whole(line)) => line,
            };
            if line.starts_with(b"WARC/") {
                if !garbage {
                    return self.fields();
                }
                self.at_fields = true;
                break;
            }
            garbage = true;
        }
        Ok(Next::Garbage("its first line is not WARC/1.x".to_owned()))
    }

    fn fields(&mut self) -> io::Result<Next> {
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
            return Ok(Next::Garbage("it has no Content-Length".to_owned()));
        };
        Ok(Next::Head(Head {
            kind: field("warc-type").to_ascii_lowercase(),
            length,
            url: field("warc-target-uri").trim_matches(['<', '>']).to_owned(),
            time: field("warc-date"),
            content_type: field("content-type"),
            is_continuation: field("warc-segment-number").parse().is_ok_and(|number: u64| number > 1),
        }))
    }

    /// The record's document, or the kind under which it is passed over. An error of the outer result is the file's.
    fn document(&mut self, head: &Head) -> io::Result<Result<Found, String>> {
        let wanted = !head.is_continuation
            && match head.kind.as_str() {
                "response" => head.url.starts_with("http"),
                "resource" | "conversion" => is_page(&head.content_type),
                _ => false,
            };
        if !wanted {
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

fn document(head: &Head, content: Vec<u8>, content_type: &str) -> Document {
    let mut warnings = Vec::new();
    let url =
        PageUrl::parse(&head.url).map_err(|why| warnings.push(format!("WARC-Target-URI {:?} {why}", head.url))).ok();
    let fetch_time: Option<Timestamp> = head.time.parse().ok();
    if fetch_time.is_none() {
        warnings.push(format!("WARC-Date {:?} is not RFC 3339", head.time));
    }
    let content_type = content_type.to_owned();
    let raw = RawDocument { content: content.into(), content_type, url, fetch_time, ..RawDocument::default() };
    Document { raw, is_exported: false, id: None, warnings }
}

fn media_type(content_type: &str) -> String {
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    // It names a counter: a crawl's nonsense should not make thousands of them.
    let plain = media_type.len() <= 64 && media_type.contains('/') && media_type.is_ascii();
    if plain { media_type } else { "of an unknown type".to_owned() }
}

fn is_page(content_type: &str) -> bool {
    matches!(media_type(content_type).as_str(), "text/html" | "text/plain" | "application/xhtml+xml")
}
