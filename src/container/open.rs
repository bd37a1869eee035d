//! Opens a file, decompresses it and detects its format.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::detect::detect;
use super::document::{ContainerError, Format, STANDARD_INPUT};
use super::gzip::GzipMembers;
use super::limits::{CountingReader, ExpansionLimit};
use super::meter::Meter;

const BUFFER_BYTES: usize = 64 << 10;

/// The maximum window of a zstd frame, as a power of two: that of `zstd --long`. The decoder allocates the window.
const MAX_ZSTD_WINDOW_LOG: u32 = 27;

const GZIP_MAGIC: &[u8] = &[0x1F, 0x8B];
const ZSTD_MAGIC: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];

pub(crate) struct OpenFile {
    pub reader: Box<dyn BufRead>,
    pub format: Format,
}

pub(crate) fn open(path: &Path, format: Option<Format>, meter: &Meter) -> Result<OpenFile, ContainerError> {
    let raw: Box<dyn Read> =
        if path == Path::new(STANDARD_INPUT) { Box::new(io::stdin()) } else { Box::new(File::open(path)?) };
    let mut reader = decompressed(BufReader::with_capacity(BUFFER_BYTES, Box::new(meter.reader(raw))))?;
    let start = reader.fill_buf()?;
    if start.is_empty() {
        return Err(ContainerError::Empty);
    }
    let format = match format {
        Some(format) => format,
        None => detect(start, path)?,
    };
    Ok(OpenFile { reader, format })
}

fn decompressed(mut raw: BufReader<Box<dyn Read>>) -> io::Result<Box<dyn BufRead>> {
    let start = raw.fill_buf()?;
    let (gzip, zstd) = (start.starts_with(GZIP_MAGIC), start.starts_with(ZSTD_MAGIC));
    let counting = CountingReader::new(raw);
    let count = counting.count();
    Ok(if gzip {
        Box::new(BufReader::with_capacity(BUFFER_BYTES, ExpansionLimit::new(GzipMembers::new(counting), count)))
    } else if zstd {
        let mut decoder = zstd::stream::read::Decoder::new(counting)?;
        decoder.window_log_max(MAX_ZSTD_WINDOW_LOG)?;
        Box::new(BufReader::with_capacity(BUFFER_BYTES, ExpansionLimit::new(decoder, count)))
    } else {
        Box::new(BufReader::with_capacity(BUFFER_BYTES, counting))
    })
}
