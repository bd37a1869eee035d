//! Multi-member gzip, as crawlers write it: one WARC record in each member.
//!
//! A truncated or damaged member ends with the error [`DamagedMember`], and reading continues with the next member that
//! starts with a record. In other formats there is nothing to resynchronize on, so an error ends the file.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// The first bytes of a member: the signature, and the compression method deflate.
const MEMBER_MAGIC: &[u8] = &[0x1F, 0x8B, 8];

/// The first decompressed bytes of a member at which reading can continue: a record of a WARC, or of an ARC.
const RECORD_MAGICS: [&[u8; RECORD_MAGIC_BYTES]; 3] = [b"WARC/", b"http:", b"https"];
const RECORD_MAGIC_BYTES: usize = 5;

/// How many consumed bytes of a member stay buffered, to search them for the next member: the decoder often detects a
/// truncation only after it has consumed the start of the next member.
const REPLAY_BYTES: usize = 256 << 10;

/// Enough for a member's header with file name and comment, and for the data that decompresses to one of [`RECORD_MAGICS`].
const HEAD_BYTES: usize = 4 << 10;

const READ_BYTES: usize = 64 << 10;

/// A damaged member. Reading can continue with the next one.
#[derive(Debug, thiserror::Error)]
#[error("a gzip member is truncated or damaged")]
pub(crate) struct DamagedMember;

pub(crate) struct GzipMembers<R> {
    /// `None` after the last member.
    member: Option<GzDecoder<ReplayBuffer<R>>>,
}

impl<R: Read> GzipMembers<R> {
    pub(crate) fn new(compressed: R) -> Self {
        Self { member: Some(GzDecoder::new(ReplayBuffer { inner: compressed, bytes: Vec::new(), at: 0 })) }
    }

    /// Continues at the next member with a record, and returns the error to report.
    fn resume(&mut self, error: io::Error) -> io::Result<usize> {
        let Some(mut buffer) = self.member.take().map(GzDecoder::into_inner) else { return Err(error) };
        if buffer.find_record()? {
            self.member = Some(GzDecoder::new(buffer));
            return Err(io::Error::new(io::ErrorKind::InvalidData, DamagedMember));
        }
        Err(error)
    }
}

impl<R: Read> Read for GzipMembers<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while let Some(member) = &mut self.member {
            match member.read(buffer) {
                Ok(0) => {
                    let Some(mut buffer) = self.member.take().map(GzDecoder::into_inner) else { break };
                    buffer.discard_consumed();
                    if !buffer.fill_buf()?.is_empty() {
                        self.member = Some(GzDecoder::new(buffer));
                    }
                }
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof
                    ) =>
                {
                    return self.resume(error);
                }
                read => return read,
            }
        }
        Ok(0)
    }
}

/// A reader that keeps the last consumed bytes of the current member.
struct ReplayBuffer<R> {
    inner: R,
    /// The consumed bytes of the member, then the unconsumed ones.
    bytes: Vec<u8>,
    /// The number of consumed bytes.
    at: usize,
}

impl<R: Read> ReplayBuffer<R> {
    /// Drops the consumed bytes, at the start of a new member.
    fn discard_consumed(&mut self) {
        self.bytes.drain(..self.at);
        self.at = 0;
    }

    /// Reads once, without waiting for a full buffer, because standard input may be slow. `false` at the end of the input.
    fn fill(&mut self) -> io::Result<bool> {
        let length = self.bytes.len();
        self.bytes.resize(length + READ_BYTES, 0);
        let read = loop {
            match self.inner.read(self.bytes.get_mut(length..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.bytes.truncate(length + *read.as_ref().unwrap_or(&0));
        read.map(|count| count > 0)
    }

    /// Seeks to the next member that starts with a record; `false` if there is none.
    fn find_record(&mut self) -> io::Result<bool> {
        // Skips the current member's own signature, unless the buffer no longer reaches back to it.
        self.at = usize::from(self.bytes.starts_with(MEMBER_MAGIC));
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(found) = position_of_magic(rest) else {
                // The signature may be split between two reads.
                self.at = self.at.max((self.bytes.len() + 1).saturating_sub(MEMBER_MAGIC.len()));
                self.discard_consumed();
                if !self.fill()? {
                    return Ok(false);
                }
                continue;
            };
            self.at += found;
            self.discard_consumed();
            while self.bytes.len() < HEAD_BYTES && self.fill()? {}
            if starts_with_record(&self.bytes) {
                return Ok(true);
            }
            self.at = 1;
        }
    }
}

fn position_of_magic(bytes: &[u8]) -> Option<usize> {
    bytes.windows(MEMBER_MAGIC.len()).position(|window| window == MEMBER_MAGIC)
}

fn starts_with_record(member: &[u8]) -> bool {
    let mut start = [0; RECORD_MAGIC_BYTES];
    GzDecoder::new(member).read_exact(&mut start).is_ok() && RECORD_MAGICS.contains(&&start)
}

impl<R: Read> Read for ReplayBuffer<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for ReplayBuffer<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.bytes.len() {
            if self.at >= 2 * REPLAY_BYTES {
                self.bytes.drain(..self.at - REPLAY_BYTES);
                self.at = REPLAY_BYTES;
            }
            self.fill()?;
        }
        Ok(self.bytes.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
    }
}
