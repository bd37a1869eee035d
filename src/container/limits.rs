//! Limits on input: the size of a document, the length of a line, and the expansion of compressed data.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use super::document::ContainerError;
use crate::article::MAX_DOCUMENT_BYTES;

/// The maximum expansion ratio. Compressed text usually expands 3 to 20 times; more is a decompression bomb.
const MAX_EXPANSION: u64 = 100;

/// The ratio is checked only after this many decompressed bytes.
const UNCHECKED_BYTES: u64 = 16 << 20;

/// Reads one document to the end of the reader.
pub(crate) fn read_document(reader: impl Read) -> Result<Vec<u8>, ContainerError> {
    let mut content = Vec::new();
    // One byte more than allowed, to distinguish a document that is too large from one that just fits.
    reader.take(MAX_DOCUMENT_BYTES as u64 + 1).read_to_end(&mut content)?;
    match content.len() {
        0 => Err(ContainerError::Empty),
        length if length > MAX_DOCUMENT_BYTES => Err(ContainerError::TooLarge),
        _ => Ok(content),
    }
}

/// A line that was read.
pub(crate) enum Line {
    /// Without its `\n` or `\r\n`.
    Whole(Vec<u8>),
    /// Longer than the limit, and skipped.
    TooLong,
}

/// Reads the next line; `None` at the end of the input.
pub(crate) fn read_line(reader: &mut impl BufRead, max_bytes: usize) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let read = reader.by_ref().take(max_bytes as u64 + 1).read_until(b'\n', &mut line)?;
    if read == 0 {
        return Ok(None);
    }
    if line.last() != Some(&b'\n') && line.len() > max_bytes {
        skip_line(reader)?;
        return Ok(Some(Line::TooLong));
    }
    while matches!(line.last(), Some(b'\n' | b'\r')) {
        line.pop();
    }
    Ok(Some(Line::Whole(line)))
}

fn skip_line(reader: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |at| at + 1);
        reader.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}

/// A reader that counts the bytes read.
pub(crate) struct CountingReader<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R> CountingReader<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, count: Rc::default() }
    }

    pub(crate) fn count(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.count)
    }
}

impl<R: Read> Read for CountingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

/// A reader over a decompressor that fails when the output exceeds [`MAX_EXPANSION`] times the input.
pub(crate) struct ExpansionLimit<R> {
    decoder: R,
    compressed: Rc<Cell<u64>>,
    expanded: u64,
}

impl<R> ExpansionLimit<R> {
    /// `compressed` counts the decoder's input.
    pub(crate) fn new(decoder: R, compressed: Rc<Cell<u64>>) -> Self {
        Self { decoder, compressed, expanded: 0 }
    }
}

impl<R: Read> Read for ExpansionLimit<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.expanded > UNCHECKED_BYTES && self.expanded / MAX_EXPANSION > self.compressed.get() {
            return Err(io::Error::other(format!("it expands more than {MAX_EXPANSION} times when decompressed")));
        }
        let read = self.decoder.read(buffer)?;
        self.expanded += read as u64;
        Ok(read)
    }
}
