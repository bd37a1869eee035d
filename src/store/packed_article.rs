//! An article as its row has it, with its text packed: half of the memory of the encoding that is sent, and read from it in about
//! two microseconds.

use bytes::Bytes;

use super::damage::DamagedRow;
use super::encoded::EncodedArticle;
use super::packed_text::unpack_rest;
use crate::article::{ArticleName, View};

/// An article in the BASIC or FULL view. Its checksums were verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PackedArticle {
    pub id: i64,
    duplicate_of: Option<ArticleName>,
    /// The encoding of BASIC, then the packed text, which is empty in BASIC: one allocation.
    bytes: Bytes,
    basic_bytes: usize,
}

impl PackedArticle {
    pub(super) fn of(id: i64, basic: &[u8], packed_text: &[u8], duplicate_of: Option<ArticleName>) -> Self {
        Self { id, duplicate_of, bytes: [basic, packed_text].concat().into(), basic_bytes: basic.len() }
    }

    /// The length of its bytes.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The encoding that is sent, in a view that is no larger than its own.
    pub(super) fn unpack(&self, view: View) -> Result<EncodedArticle, DamagedRow> {
        let (basic, packed) = (self.bytes.slice(..self.basic_bytes), &self.bytes[self.basic_bytes..]);
        let rest = if view == View::Basic { Some(Vec::new()) } else { unpack_rest(packed) };
        let rest = rest.ok_or_else(|| DamagedRow {
            table: "article",
            id: self.id,
            reason: "its text cannot be read".to_owned(),
        })?;
        Ok(EncodedArticle::from_pieces(basic, self.duplicate_of.as_ref(), rest.into()))
    }
}
