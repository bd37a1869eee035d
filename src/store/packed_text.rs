//! The stored form of an article's long texts: what FULL adds to BASIC, and the folded texts with which candidates of the keyword
//! index are verified. Both are read from one encoding of the body, see [`word_code`].
//!
//! ```text
//! packed = form(1 byte) varint(bytes of heads) varint(bytes of codes) varint(bytes of the body) heads codes report
//! heads  = the folded texts before the body, in the word code
//! codes  = the body in the word code
//! report = the encoding of the parse report, in the word code
//! ```
//!
//! Owns this format and its checksum, which depends on the table of the word code.

use prost::encoding::{WireType, encode_key, encode_varint};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::record::{self, BODY};
use crate::article::Article;
use crate::query::FoldedFields;
use crate::text::{fold_into, word_code};

/// The folded body is read from the codes.
const FOLDED_BY_CODE: u8 = 1;

/// The body is decoded and then folded, because some of its characters fold together with their neighbours.
const FOLDED_WHEN_READ: u8 = 2;

/// The packed texts of an article, without its report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PackedText(Vec<u8>);

impl PackedText {
    /// Packs a body, and the folded texts of the same article.
    pub(crate) fn of(body: &str, texts: &FoldedFields) -> Self {
        let (heads, folded_body) = texts.heads_and_body();
        let (mut head_codes, mut codes) = (Vec::new(), Vec::with_capacity(body.len() / 2));
        word_code::encode(heads.as_bytes(), &mut head_codes);
        word_code::encode(body.as_bytes(), &mut codes);
        let mut folded = Vec::with_capacity(folded_body.len() + 64);
        let is_same = word_code::decode_folded(&codes, &mut folded).is_ok() && folded == folded_body.as_bytes();
        let mut packed = vec![if is_same { FOLDED_BY_CODE } else { FOLDED_WHEN_READ }];
        for length in [head_codes.len(), codes.len(), body.len()] {
            encode_varint(length as u64, &mut packed);
        }
        packed.extend_from_slice(&head_codes);
        packed.extend_from_slice(&codes);
        Self(packed)
    }

    /// The stored bytes: with the encoded report.
    pub(crate) fn with_report(&self, report: &[u8]) -> Vec<u8> {
        let mut packed = Vec::with_capacity(self.0.len() + report.len());
        packed.extend_from_slice(&self.0);
        word_code::encode(report, &mut packed);
        packed
    }
}

/// The stored bytes of an article with these folded texts.
pub(crate) fn pack(article: &Article, texts: &FoldedFields) -> Vec<u8> {
    PackedText::of(&article.content.body, texts).with_report(&record::encode_report(article))
}

/// The checksum of stored bytes. Another table of the word code gives another one.
pub(crate) fn packed_checksum(packed: &[u8]) -> i64 {
    xxh3_64_with_seed(packed, word_code::xxh3()).cast_signed()
}

/// The pieces of stored bytes; `None` if they are malformed.
struct PackedPieces<'a> {
    form: u8,
    heads: &'a [u8],
    codes: &'a [u8],
    body_bytes: usize,
    report: &'a [u8],
}

impl<'a> PackedPieces<'a> {
    fn of(packed: &'a [u8]) -> Option<Self> {
        let (&form, mut rest) = packed.split_first()?;
        let mut length =
            || prost::encoding::decode_varint(&mut rest).ok().and_then(|length| usize::try_from(length).ok());
        let (heads, codes, body_bytes) = (length()?, length()?, length()?);
        let (heads, rest) = rest.split_at_checked(heads)?;
        let (codes, report) = rest.split_at_checked(codes)?;
        Some(Self { form, heads, codes, body_bytes, report })
    }
}

/// The encoding of what FULL adds to BASIC.
pub(crate) fn unpack_rest(packed: &[u8]) -> Option<Vec<u8>> {
    let PackedPieces { codes, body_bytes, report, .. } = PackedPieces::of(packed)?;
    // The decoder writes whole tokens, so it needs a little more.
    let mut rest = Vec::with_capacity(codes.len() * 4 + report.len() * 2 + 64);
    if body_bytes > 0 {
        encode_key(BODY, WireType::LengthDelimited, &mut rest);
        encode_varint(body_bytes as u64, &mut rest);
    }
    let start = rest.len();
    word_code::decode(codes, &mut rest).ok()?;
    if rest.len() - start != body_bytes {
        return None;
    }
    word_code::decode(report, &mut rest).ok()?;
    Some(rest)
}

/// Appends the stored form of the folded texts.
pub(crate) fn unpack_folded(packed: &[u8], folded: &mut Vec<u8>) -> Option<()> {
    let PackedPieces { form, heads, codes, .. } = PackedPieces::of(packed)?;
    word_code::decode(heads, folded).ok()?;
    match form {
        FOLDED_BY_CODE => word_code::decode_folded(codes, folded).ok()?,
        FOLDED_WHEN_READ => {
            let mut body = Vec::new();
            word_code::decode(codes, &mut body).ok()?;
            let mut folded_body = String::new();
            fold_into(std::str::from_utf8(&body).ok()?, &mut folded_body);
            folded.extend_from_slice(folded_body.as_bytes());
        }
        _ => return None,
    }
    folded.extend_from_slice(FoldedFields::END.as_bytes());
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::article::ArticleContent;
    use crate::store::conformance::fixtures::{at, new};
    use crate::store::write_rules;

    fn article(content: ArticleContent) -> Article {
        let new = crate::store::NewArticle { content, ..new("a", "", "") };
        let write_rules::Decision::Store { article, .. } = write_rules::create(new, [0; 32], false, None, at(0)) else {
            panic!("not stored");
        };
        *article
    }

    fn check(content: ArticleContent) -> u8 {
        let texts = FoldedFields::of(&content);
        let article = article(content);
        let packed = pack(&article, &texts);
        assert_eq!(unpack_rest(&packed), Some(record::encode_rest(&article)));
        let mut folded = "before".to_owned().into_bytes();
        assert_eq!(unpack_folded(&packed, &mut folded), Some(()));
        assert_eq!(std::str::from_utf8(&folded), Ok(format!("before{}", texts.as_str()).as_str()));
        packed[0]
    }

    fn content(headline: &str, body: &str) -> ArticleContent {
        let authors = vec!["甲".to_owned(), "乙".to_owned()];
        ArticleContent { headline: headline.to_owned(), body: body.to_owned(), authors, ..ArticleContent::default() }
    }

    #[test]
    fn both_forms_come_back() {
        assert_eq!(check(content("安全 生產", "雲城日報訊\n安全生產，ＡＢＣ。\n句 word 句")), FOLDED_BY_CODE);
        assert_eq!(check(content("e\u{301}", "cafe\u{301}s 안녕 ｶﾞ")), FOLDED_WHEN_READ);
        assert_eq!(check(content("", "")), FOLDED_BY_CODE);
    }

    #[test]
    fn a_changed_or_emptied_piece_is_noticed() {
        let content = content("题", "安全生产");
        let packed = PackedText::of(&content.body, &FoldedFields::of(&content)).with_report(&[]);
        assert_ne!(packed_checksum(&packed), xxh3_64_with_seed(&packed, 0).cast_signed());
        assert_eq!(unpack_rest(&[]), None);
        assert_eq!(unpack_folded(&[], &mut Vec::new()), None);
        assert_eq!(unpack_rest(&packed[..packed.len() - 1]), None);
    }

    proptest! {
        #[test]
        fn all_text_comes_back(headline: String, body: String, chinese in "[安全生產，。\n \u{3000}A-Za-z０-９e\u{301}ß①]{0,40}") {
            check(content(&headline, &body));
            check(content(&chinese, &chinese));
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
            let _ = unpack_rest(&bytes);
            let _ = unpack_folded(&bytes, &mut Vec::new());
        }
    }
}
