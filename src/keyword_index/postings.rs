//! The postings list of one gram: the ordinals of the documents that contain it, ascending.
//!
//! A list is split into chunks of at most [`CHUNK_DOCUMENTS`]. A chunk has the gaps between its ordinals as varints, or a
//! bitmap, whichever is smaller, so that a reader can skip chunks and decode only those that it needs. A short list is one
//! run of gaps without a chunk header, and a list of one document is only its ordinal.
//!
//! ```text
//! list   = varint(documents << 1 | chunked) body
//! body   = varint(ordinal)                                          one document
//!        | varint(bytes) varint(first) varint(gap - 1)…             not chunked
//!        | varint(bytes) chunk…                                     chunked; a part of the list if it spans blocks
//! chunk  = varint(documents << 1 | bitmap) varint(first - end of the chunk before) varint(last - first)
//!          ( varint(bytes) varint(gap - 1)… | bits from first to last, low bits first )
//! ```

use super::codec::{Malformed, Reader, put_varint, varint_len};

/// The maximum number of documents in a chunk: few enough to decode it in about a microsecond, and so many that its header
/// is negligible.
pub(crate) const CHUNK_DOCUMENTS: usize = 1024;

/// The maximum number of documents in a list without chunks, which is always decoded as a whole.
const UNCHUNKED_DOCUMENTS: usize = 128;

/// The decoded header of a list, or of the part of it in one block. Offsets are relative to the start of the bytes that it
/// was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List {
    /// The number of documents in the whole list, over all blocks.
    pub documents: u32,
    pub body: Body,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    One(u32),
    Gaps { start: usize, end: usize },
    Chunks { start: usize, end: usize },
}

/// The decoded header of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub documents: u32,
    pub is_bitmap: bool,
    pub first: u32,
    pub last: u32,
    /// The range of its gaps or bits.
    pub start: usize,
    pub end: usize,
}

/// Whether a list is written without chunks.
pub(crate) fn is_short(ordinals: &[u32]) -> bool {
    match ordinals {
        [] | [_] => true,
        [first, .., last] => {
            ordinals.len() <= UNCHUNKED_DOCUMENTS && gaps_len(ordinals) <= bitmap_len(*first, *last).saturating_add(4)
        }
    }
}

/// Writes a list that [`is_short`].
pub(crate) fn put_short_list(out: &mut Vec<u8>, ordinals: &[u32]) {
    put_varint(out, (ordinals.len() as u64) << 1);
    match ordinals {
        [] => {}
        [only] => put_varint(out, u64::from(*only)),
        [first, ..] => {
            put_varint(out, (varint_len(u64::from(*first)) + gaps_len(ordinals)) as u64);
            put_varint(out, u64::from(*first));
            put_gaps(out, ordinals);
        }
    }
}

/// Writes the header of a chunked list, or of a part of it, whose chunks have `bytes` bytes.
pub(crate) fn put_chunked_head(out: &mut Vec<u8>, documents: usize, bytes: usize) {
    put_varint(out, (documents as u64) << 1 | 1);
    put_varint(out, bytes as u64);
}

/// Writes one chunk. `end_before` is one past the last ordinal of the previous chunk in the same part, or 0.
pub(crate) fn put_chunk(out: &mut Vec<u8>, ordinals: &[u32], end_before: u32) {
    let [first, .., last] = *ordinals else {
        if let [only] = *ordinals {
            put_varint(out, 1 << 1 | 1);
            put_varint(out, u64::from(only - end_before));
            put_varint(out, 0);
            out.push(1);
        }
        return;
    };
    let gaps_bytes = gaps_len(ordinals);
    let is_bitmap = bitmap_len(first, last) <= gaps_bytes;
    put_varint(out, (ordinals.len() as u64) << 1 | u64::from(is_bitmap));
    put_varint(out, u64::from(first - end_before));
    put_varint(out, u64::from(last - first));
    if is_bitmap {
        let start = out.len();
        out.resize(start + bitmap_len(first, last), 0);
        for &ordinal in ordinals {
            let bit = (ordinal - first) as usize;
            out[start + bit / 8] |= 1 << (bit % 8);
        }
    } else {
        put_varint(out, gaps_bytes as u64);
        put_gaps(out, ordinals);
    }
}

fn bitmap_len(first: u32, last: u32) -> usize {
    (last - first) as usize / 8 + 1
}

fn gaps_len(ordinals: &[u32]) -> usize {
    ordinals.windows(2).map(|pair| varint_len(u64::from(pair[1] - pair[0] - 1))).sum()
}

fn put_gaps(out: &mut Vec<u8>, ordinals: &[u32]) {
    for pair in ordinals.windows(2) {
        put_varint(out, u64::from(pair[1] - pair[0] - 1));
    }
}

/// Reads the header of a list and skips its body.
pub(crate) fn read_list(reader: &mut Reader) -> Result<List, Malformed> {
    let tag = reader.varint()?;
    let documents = u32::try_from(tag >> 1).map_err(|_| Malformed("a list is too long"))?;
    let is_chunked = tag & 1 == 1;
    if documents == 0 {
        return Err(Malformed("a list is empty"));
    }
    if documents == 1 && !is_chunked {
        return Ok(List { documents, body: Body::One(reader.varint_u32()?) });
    }
    let bytes = reader.varint()?;
    let start = reader.at();
    reader.take(bytes)?;
    let end = reader.at();
    let body = if is_chunked { Body::Chunks { start, end } } else { Body::Gaps { start, end } };
    Ok(List { documents, body })
}

/// Reads the header of a chunk and skips its body. `end_before` as in [`put_chunk`].
pub(crate) fn read_chunk(reader: &mut Reader, end_before: u32) -> Result<Chunk, Malformed> {
    const TOO_LARGE: Malformed = Malformed("an ordinal is too large");
    let tag = reader.varint()?;
    let is_bitmap = tag & 1 == 1;
    let documents = u32::try_from(tag >> 1).map_err(|_| Malformed("a chunk is too long"))?;
    if documents == 0 || documents as usize > CHUNK_DOCUMENTS {
        return Err(Malformed("a chunk has an impossible length"));
    }
    let first = end_before.checked_add(reader.varint_u32()?).ok_or(TOO_LARGE)?;
    let last = first.checked_add(reader.varint_u32()?).ok_or(TOO_LARGE)?;
    if last == u32::MAX {
        return Err(TOO_LARGE);
    }
    let bytes = if is_bitmap { bitmap_len(first, last) as u64 } else { reader.varint()? };
    let start = reader.at();
    reader.take(bytes)?;
    Ok(Chunk { documents, is_bitmap, first, last, start, end: reader.at() })
}

/// Appends the ordinals of a chunk.
pub(crate) fn decode_chunk(bytes: &[u8], chunk: &Chunk, ordinals: &mut Vec<u32>) -> Result<(), Malformed> {
    let body = bytes.get(chunk.start..chunk.end).ok_or(Malformed("a chunk is cut off"))?;
    if chunk.is_bitmap {
        let before = ordinals.len();
        for (at, &byte) in body.iter().enumerate() {
            let mut byte = byte;
            while byte != 0 {
                // Bits after `last` may overflow; the check below detects them.
                ordinals.push(chunk.first.wrapping_add((at * 8) as u32 + byte.trailing_zeros()));
                byte &= byte - 1;
            }
        }
        let ends_match = ordinals.get(before) == Some(&chunk.first) && ordinals.last() == Some(&chunk.last);
        if !ends_match || ordinals.len() - before != chunk.documents as usize {
            return Err(Malformed("a bitmap does not fit its head"));
        }
        return Ok(());
    }
    if read_gaps(body, chunk.first, chunk.documents, ordinals)? != chunk.last {
        return Err(Malformed("a chunk does not fit its head"));
    }
    Ok(())
}

/// Appends the ordinals of an unchunked list, or of all the chunks of a part.
pub(crate) fn decode_list(bytes: &[u8], list: &List, ordinals: &mut Vec<u32>) -> Result<(), Malformed> {
    match list.body {
        Body::One(ordinal) => ordinals.push(ordinal),
        Body::Gaps { start, end } => decode_short_list(bytes, list.documents, start, end, ordinals)?,
        Body::Chunks { start, end } => {
            let bytes = bytes.get(..end).ok_or(Malformed("a list is cut off"))?;
            let mut reader = Reader::starting_at(bytes, start);
            let mut end_before = 0;
            while !reader.is_at_end() {
                let chunk = read_chunk(&mut reader, end_before)?;
                decode_chunk(bytes, &chunk, ordinals)?;
                end_before = chunk.last + 1;
            }
        }
    }
    Ok(())
}

/// Appends the ordinals of an unchunked list of more than one document.
pub(crate) fn decode_short_list(
    bytes: &[u8],
    documents: u32,
    start: usize,
    end: usize,
    ordinals: &mut Vec<u32>,
) -> Result<(), Malformed> {
    let body = bytes.get(start..end).ok_or(Malformed("a list is cut off"))?;
    if documents as usize > UNCHUNKED_DOCUMENTS {
        return Err(Malformed("an unchunked list is too long"));
    }
    let mut reader = Reader::new(body);
    let first = reader.varint_u32()?;
    read_gaps(&body[reader.at()..], first, documents, ordinals)?;
    Ok(())
}

/// Appends `first` and the ordinals that the gaps encode, and returns the last one. The gaps must use all of `body`.
fn read_gaps(body: &[u8], first: u32, documents: u32, ordinals: &mut Vec<u32>) -> Result<u32, Malformed> {
    const TOO_LARGE: Malformed = Malformed("an ordinal is too large");
    ordinals.reserve(documents as usize);
    ordinals.push(first);
    let mut last = first;
    let mut at = 0;
    for _ in 1..documents {
        // Fast path: most gaps are one byte.
        let gap = match body.get(at) {
            Some(&byte) if byte < 0x80 => {
                at += 1;
                u32::from(byte)
            }
            _ => {
                let mut reader = Reader::starting_at(body, at);
                let gap = reader.varint_u32()?;
                at = reader.at();
                gap
            }
        };
        last = last.checked_add(gap).and_then(|next| next.checked_add(1)).ok_or(TOO_LARGE)?;
        ordinals.push(last);
    }
    if at != body.len() || last == u32::MAX {
        return Err(Malformed("gaps do not fit their list"));
    }
    Ok(last)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Writes a list as one part.
    fn written(ordinals: &[u32]) -> Vec<u8> {
        let mut out = Vec::new();
        if is_short(ordinals) {
            put_short_list(&mut out, ordinals);
            return out;
        }
        let mut chunks = Vec::new();
        let mut end_before = 0;
        for chunk in ordinals.chunks(CHUNK_DOCUMENTS) {
            put_chunk(&mut chunks, chunk, end_before);
            end_before = chunk[chunk.len() - 1] + 1;
        }
        put_chunked_head(&mut out, ordinals.len(), chunks.len());
        out.extend(chunks);
        out
    }

    fn read(bytes: &[u8]) -> Result<(u32, Vec<u32>), Malformed> {
        let mut reader = Reader::new(bytes);
        let list = read_list(&mut reader)?;
        let mut ordinals = Vec::new();
        decode_list(bytes, &list, &mut ordinals)?;
        Ok((list.documents, ordinals))
    }

    /// Lists of every density: the gaps are drawn from a range that is drawn itself.
    fn lists() -> impl Strategy<Value = Vec<u32>> {
        (0u32..20, 1usize..3000).prop_flat_map(|(bits, length)| {
            (0u32..1000, proptest::collection::vec(1u32..2 + (1 << bits), length)).prop_map(|(start, gaps)| {
                let mut ordinals = BTreeSet::from([start]);
                let mut last = start;
                for gap in gaps {
                    last = last.saturating_add(gap).min(u32::MAX - 1);
                    ordinals.insert(last);
                }
                ordinals.into_iter().collect()
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn lists_round_trip(ordinals in lists()) {
            prop_assert_eq!(read(&written(&ordinals)), Ok((ordinals.len() as u32, ordinals)));
        }

        #[test]
        fn damaged_lists_do_not_panic(ordinals in lists(), at: prop::sample::Index, byte: u8, cut: prop::sample::Index) {
            let mut bytes = written(&ordinals);
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = read(&bytes);
            let _ = read(&bytes[..cut.index(bytes.len())]);
        }
    }

    #[test]
    fn a_dense_list_is_a_bitmap() {
        let all: Vec<u32> = (0..8 * 1024).collect();
        assert!(written(&all).len() < 1024 + 8 * 8 + 4);
    }

    #[test]
    fn short_lists_cost_little() {
        assert_eq!(written(&[0]).len(), 2);
        assert_eq!(written(&[3, 100]).len(), 4);
    }
}
