//! Gzip members one after another, as crawlers write them: one record of a WARC in each.
//!
//! A member that is cut or damaged ends in a [`CutMember`], and reading continues with the next member that holds a record.
//! Other formats have no place at which to continue: their error is the file's last.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// The first bytes of a member: the signature, and deflate as the method.
const MEMBER_MAGIC: &[u8] = &[0x1F, 0x8B, 8];

/// What a member has to begin with for reading to continue there.
const RECORD_MAGIC: &[u8] = b"WARC/";

/// How many compressed bytes of a member are kept to search for the next one: the decoder often notices a cut only when it
/// has already consumed the head of the next member.
const KEPT_BYTES: usize = 256 << 10;

/// A member's head with its file name and comment, and enough of its data to give [`RECORD_MAGIC`].
const HEAD_BYTES: usize = 4 << 10;

const READ_BYTES: usize = 64 << 10;

/// The error between a member that is cut and the next one.
#[derive(Debug, thiserror::Error)]
#[error("a gzip member is cut off or damaged")]
pub(crate) struct CutMember;

pub(crate) struct GzipMembers<R> {
    /// `None` after the last member.
    member: Option<GzDecoder<Kept<R>>>,
}

impl<R: Read> GzipMembers<R> {
    pub(crate) fn new(compressed: R) -> Self {
        Self { member: Some(GzDecoder::new(Kept { inner: compressed, bytes: Vec::new(), at: 0 })) }
    }

    /// Stands at the next record, if there is one.
    fn resume(&mut self, error: io::Error) -> io::Result<usize> {
        let Some(mut kept) = self.member.take().map(GzDecoder::into_inner) else { return Err(error) };
        if kept.find_record()? {
            self.member = Some(GzDecoder::new(kept));
            return Err(io::Error::new(io::ErrorKind::InvalidData, CutMember));
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
                    let Some(mut kept) = self.member.take().map(GzDecoder::into_inner) else { break };
                    kept.forget();
                    if !kept.fill_buf()?.is_empty() {
                        self.member = Some(GzDecoder::new(kept));
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

/// A reader that keeps the last bytes that were consumed of the current member.
struct Kept<R> {
    inner: R,
    /// Consumed bytes of the member, then those that are not consumed yet.
    bytes: Vec<u8>,
    /// How many of them are consumed.
    at: usize,
}

impl<R: Read> Kept<R> {
    /// A new member begins here.
    fn forget(&mut self) {
        self.bytes.drain(..self.at);
        self.at = 0;
    }

    /// Reads what is there, as standard input may wait long for more; `false` at the end of the input.
    fn more(&mut self) -> io::Result<bool> {
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

    /// Goes to the next member that holds a record; `false` if there is none.
    fn find_record(&mut self) -> io::Result<bool> {
        // The current member begins with the signature, too, unless what is kept of it does not reach back that far.
        self.at = usize::from(self.bytes.starts_with(MEMBER_MAGIC));
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(found) = position_of_magic(rest) else {
                // The signature may lie across the border of two reads.
                self.at = self.at.max((self.bytes.len() + 1).saturating_sub(MEMBER_MAGIC.len()));
                self.forget();
                if !self.more()? {
                    return Ok(false);
                }
                continue;
            };
            self.at += found;
            self.forget();
            while self.bytes.len() < HEAD_BYTES && self.more()? {}
            if holds_record(&self.bytes) {
                return Ok(true);
            }
            self.at = 1;
        }
    }
}

fn position_of_magic(bytes: &[u8]) -> Option<usize> {
    bytes.windows(MEMBER_MAGIC.len()).position(|window| window == MEMBER_MAGIC)
}

fn holds_record(member: &[u8]) -> bool {
    let mut start = [0; RECORD_MAGIC.len()];
    GzDecoder::new(member).read_exact(&mut start).is_ok() && start == RECORD_MAGIC
}

impl<R: Read> Read for Kept<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Kept<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.bytes.len() {
            if self.at >= 2 * KEPT_BYTES {
                self.bytes.drain(..self.at - KEPT_BYTES);
                self.at = KEPT_BYTES;
            }
            self.more()?;
        }
        Ok(self.bytes.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
    }
}
