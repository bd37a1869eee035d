//! A captured HTTP response: status, relevant headers, and the decoded body.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::detect::looks_like_html;
use super::document::ContainerError;
use super::limits::read_document;
use crate::article::MAX_DOCUMENT_BYTES;

/// The brotli decoder's input buffer. It can be small, because the body is already in memory.
const BROTLI_BUFFER_BYTES: usize = 4 << 10;

pub(crate) struct Response<'a> {
    pub status: u16,
    content_type: &'a str,
    content_encoding: String,
    chunked: bool,
    body: &'a [u8],
}

impl<'a> Response<'a> {
    /// `None` if the message is not an HTTP response.
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

    /// The declared type; without one, `text/html` if the body looks like it.
    pub(crate) fn content_type(&self) -> &'a str {
        if self.content_type.is_empty() && looks_like_html(self.body) { "text/html" } else { self.content_type }
    }

    /// The body without transfer and content encodings. Many crawlers decode the body but keep the headers, so a header is
    /// trusted only if the bytes agree with it.
    pub(crate) fn content(&self) -> Result<Vec<u8>, ContainerError> {
        let dechunked = if self.chunked { dechunk(self.body) } else { None };
        let body = dechunked.as_deref().unwrap_or(self.body);
        match self.content_encoding.as_str() {
            "gzip" | "x-gzip" if body.starts_with(&[0x1F, 0x8B]) => read_document(bounded(MultiGzDecoder::new(body))),
            // RFC 9110 defines this as zlib, but many servers send raw deflate, which has no signature.
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

/// Limits the output to one byte more than a document may have, against decompression bombs.
fn bounded(decoder: impl Read) -> impl Read {
    decoder.take(MAX_DOCUMENT_BYTES as u64 + 1)
}

fn looks_like_text(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}

/// Splits at the first empty line.
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

/// `None` if the body is not chunked, whatever the headers say.
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
            // A truncated capture: keep what is there.
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
