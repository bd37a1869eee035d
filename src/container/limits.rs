//! How much may be read: of one document, of one line, and out of compressed bytes.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use super::document::ContainerError;
use crate::article::MAX_DOCUMENT_BYTES;

/// Text that was compressed honestly expands some 3 to 20 times.
const MAX_EXPANSION: u64 = 100;

/// Below, in bytes out, the ratio does not matter.
const FREE_EXPANSION: u64 = 16 << 20;

/// The whole reader as one document.
pub(crate) fn read_document(reader: impl Read) -> Result<Vec<u8>, ContainerError> {
    let mut content = Vec::new();
    // One byte more than is allowed tells a document that is too large from one that just fits.
    reader.take(MAX_DOCUMENT_BYTES as u64 + 1).read_to_end(&mut content)?;
    match content.len() {
        0 => Err(ContainerError::Empty),
        length if length > MAX_DOCUMENT_BYTES => Err(ContainerError::TooLarge),
        _ => Ok(content),
    }
}

/// A line and its end.
pub(crate) enum Line {
    /// Without its `\n` or `\r\n`.
    Whole(Vec<u8>),
    /// It was passed over.
    TooLong,
}

/// The next line, if it has at most so many bytes; `None` at the end.
pub(crate) fn read_line(reader: &mut impl BufRead, most: usize) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let read = reader.by_ref().take(most as u64 + 1).read_until(b'\n', &mut line)?;
    if read == 0 {
        return Ok(None);
    }
    if line.last() != Some(&b'\n') && line.len() > most {
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

/// Counts what is read through it.
pub(crate) struct Counting<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R> Counting<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, count: Rc::default() }
    }

    pub(crate) fn count(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.count)
    }
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

/// A decompressor's output that ends in an error once it is out of proportion to its input.
pub(crate) struct Expanding<R> {
    decoder: R,
    compressed: Rc<Cell<u64>>,
    expanded: u64,
}

impl<R> Expanding<R> {
    /// `compressed` counts the decoder's input.
    pub(crate) fn new(decoder: R, compressed: Rc<Cell<u64>>) -> Self {
        Self { decoder, compressed, expanded: 0 }
    }
}

impl<R: Read> Read for Expanding<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.expanded > FREE_EXPANSION && self.expanded / MAX_EXPANSION > self.compressed.get() {
            return Err(io::Error::other(format!("it expands more than {MAX_EXPANSION} times")));
        }
        let read = self.decoder.read(buffer)?;
        self.expanded += read as u64;
        Ok(read)
    }
}
