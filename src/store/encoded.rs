//! An article in the contract's encoding, as stored in rows, so that articles that are only passed on need no decoding.
//!
//! Owns how the parts of a row are assembled to a message. Does not validate them: the writer did, and checksums show that
//! they are unchanged.

use bytes::{BufMut, Bytes};
use prost::encoding::{self, WireType, encode_key, encode_varint, encoded_len_varint, key_len};

use super::record::{self, BadRecord};
use crate::article::{Article, ArticleName, View};

/// The numbers of the contract's fields `Article.duplicate_of`, `Article.raw` and `RawDocument.content`.
const DUPLICATE_OF: u32 = 26;
const RAW: u32 = 29;
const RAW_CONTENT: u32 = 1;

/// An encoded article in one view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EncodedArticle {
    basic: Bytes,
    /// The name of the original, if the article is a duplicate.
    duplicate_of: Option<String>,
    /// The fields that FULL adds; empty in BASIC.
    rest: Bytes,
    raw: Option<EncodedRaw>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct EncodedRaw {
    head: Bytes,
    content: Bytes,
}

impl EncodedArticle {
    /// Assembles a BASIC article or, with `rest`, a FULL one.
    pub(super) fn from_pieces(basic: Bytes, duplicate_of: Option<&ArticleName>, rest: Bytes) -> Self {
        Self { basic, duplicate_of: duplicate_of.map(ArticleName::to_string), rest, raw: None }
    }

    /// Adds the raw document: its encoding without the content, and the content.
    pub(super) fn with_raw(self, head: Bytes, content: Bytes) -> Self {
        Self { raw: Some(EncodedRaw { head, content }), ..self }
    }

    /// Encodes an article in a view.
    pub fn of(article: &Article, view: View) -> Self {
        let rest = if view >= View::Full { record::encode_rest(article).into() } else { Bytes::new() };
        let raw = article.raw.as_ref().filter(|_| view == View::Raw);
        let raw = raw.map(|raw| EncodedRaw { head: record::encode_raw_head(raw).into(), content: raw.content.clone() });
        let basic = record::encode_basic(article).into();
        Self { raw, ..Self::from_pieces(basic, article.duplicate_of.as_ref(), rest) }
    }

    /// Removes the fields that a view omits.
    pub fn in_view(self, view: View) -> Self {
        let rest = if view >= View::Full { self.rest } else { Bytes::new() };
        Self { rest, raw: self.raw.filter(|_| view == View::Raw), ..self }
    }

    /// A copy that does not keep the buffer of the whole read alive.
    pub(super) fn detached(&self) -> Self {
        let Self { basic, duplicate_of, rest, raw } = self;
        let both: Bytes = [&basic[..], &rest[..]].concat().into();
        let (basic, rest) = (both.slice(..basic.len()), both.slice(basic.len()..));
        Self { basic, duplicate_of: duplicate_of.clone(), rest, raw: raw.clone() }
    }

    /// Decodes the article.
    pub fn decode(&self) -> Result<Article, BadRecord> {
        let Self { basic, duplicate_of, rest, raw } = self;
        let mut article = record::decode_basic(basic)?;
        if let Some(original) = duplicate_of {
            let original = ArticleName::parse(original).map_err(|_| BadRecord::Field("duplicate_of"))?;
            article.duplicate_of = Some(original);
        }
        record::decode_rest(&mut article, rest)?;
        if let Some(EncodedRaw { head, content }) = raw {
            article.raw = Some(record::decode_raw(head, content.clone().into())?);
        }
        Ok(article)
    }

    /// The length of the encoding, in bytes.
    pub fn encoded_len(&self) -> usize {
        let Self { basic, duplicate_of, rest, raw } = self;
        let original = duplicate_of.as_ref().map_or(0, |name| encoding::string::encoded_len(DUPLICATE_OF, name));
        let raw = raw.as_ref().map_or(0, |raw| {
            let bytes = raw.encoded_len();
            key_len(RAW) + encoded_len_varint(bytes as u64) + bytes
        });
        basic.len() + original + rest.len() + raw
    }

    /// Writes the encoding.
    pub fn encode(&self, buffer: &mut impl BufMut) {
        let Self { basic, duplicate_of, rest, raw } = self;
        buffer.put_slice(basic);
        if let Some(name) = duplicate_of {
            encoding::string::encode(DUPLICATE_OF, name, buffer);
        }
        buffer.put_slice(rest);
        if let Some(raw) = raw {
            encode_key(RAW, WireType::LengthDelimited, buffer);
            encode_varint(raw.encoded_len() as u64, buffer);
            raw.encode(buffer);
        }
    }
}

impl EncodedRaw {
    fn encoded_len(&self) -> usize {
        encoding::bytes::encoded_len(RAW_CONTENT, &self.content) + self.head.len()
    }

    fn encode(&self, buffer: &mut impl BufMut) {
        encoding::bytes::encode(RAW_CONTENT, &self.content, buffer);
        buffer.put_slice(&self.head);
    }
}
