//! The page inside a crawled HTTP response: status, the headers that matter, and the body without its encodings.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::detect::looks_like_html;
use super::document::ContainerError;
use super::limits::read_document;
use crate::article::MAX_DOCUMENT_BYTES;

/// Input that the brotli decoder takes at once. The body is in memory already.
const BROTLI_BUFFER_BYTES: usize = 4 << 10;

pub(crate) struct Response<'a> {
    pub status: u16,
    content_type: &'a str,
    content_encoding: String,
    chunked: bool,
    body: &'a [u8],
}

impl<'a> Response<'a> {
    /// `None` if it is no response.
    pub(crate) fn read(message: &'a [u8]) -> Option<Self> {
        let (head, body) = split_head(message);
        let head = std::str::from_utf8(head).ok().or_else(|| head.utf8_chunks().next().map(|chunk| chunk.valid()))?;
        let mut lines = head.lines();
        let status_line = lines.next()?;
        let status = status_line.strip_prefix("HTTP/")?.split_whitespace().nth(1)?.parse().ok()?;
        let mut response = Self { status, content_type: "", content_encoding: String::new(), chunked: false, body };
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            match name.trim().to_ascii_lowercase().as_str() {
                "content-type" => response.content_type = value,
                "content-encoding" => response.content_encoding = value.to_ascii_lowercase(),
                "transfer-encoding" => response.chunked = value.to_ascii_lowercase().contains("chunked"),
                _ => {}
            }
        }
        Some(response)
    }

    /// As the server said, else as it looks.
    pub(crate) fn content_type(&self) -> &'a str {
        if self.content_type.is_empty() && looks_like_html(self.body) { "text/html" } else { self.content_type }
    }

    /// The body as it was before it was sent. Many crawlers undo the encodings and keep the headers, so that both are
    /// believed only where the bytes agree.
    pub(crate) fn content(&self) -> Result<Vec<u8>, ContainerError> {
        let dechunked = if self.chunked { dechunk(self.body) } else { None };
        let body = dechunked.as_deref().unwrap_or(self.body);
        match self.content_encoding.as_str() {
            "gzip" | "x-gzip" if body.starts_with(&[0x1F, 0x8B]) => read_document(bounded(MultiGzDecoder::new(body))),
            // RFC 9110 means zlib; many servers sent raw deflate, which has no signature.
            "deflate" if !looks_like_text(body) => match read_document(bounded(ZlibDecoder::new(body))) {
                Err(ContainerError::Read(_)) => read_document(bounded(DeflateDecoder::new(body))),
                decoded => decoded,
            },
            "zstd" if body.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]) => {
                read_document(bounded(zstd::stream::read::Decoder::new(body)?))
            }
            // Brotli has no signature.
            "br" if !looks_like_text(body) => {
                read_document(bounded(brotli_decompressor::Decompressor::new(body, BROTLI_BUFFER_BYTES)))
            }
            _ => read_document(body),
        }
    }
}

/// A document is cut off at its own limit, so that an expanding one costs no more.
fn bounded(decoder: impl Read) -> impl Read {
    decoder.take(MAX_DOCUMENT_BYTES as u64 + 1)
}

fn looks_like_text(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}

/// Before and after the first empty line.
fn split_head(message: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    while let Some(length) = message.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n')) {
        let line = message.get(at..at + length).unwrap_or_default();
        let next = at + length + 1;
        if line.is_empty() || line == b"\r" {
            return (message.get(..at).unwrap_or_default(), message.get(next..).unwrap_or_default());
        }
        at = next;
    }
    (message, &[])
}

/// `None` if the body is not chunked, whatever its headers say.
fn dechunk(body: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    let mut rest = body;
    loop {
        let line_end = rest.iter().take(64).position(|byte| *byte == b'\n')?;
        let line = std::str::from_utf8(rest.get(..line_end)?).ok()?;
        let size = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
        rest = rest.get(line_end + 1..)?;
        if size == 0 {
            return Some(content);
        }
        let Some(chunk) = rest.get(..size) else {
            // The crawl cut the page off: what came is kept.
            content.extend_from_slice(rest);
            return Some(content);
        };
        content.extend_from_slice(chunk);
        rest = rest.get(size..)?;
        rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).unwrap_or(rest);
        if rest.is_empty() {
            return Some(content);
        }
    }
}
