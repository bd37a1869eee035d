//! The stored form of a raw document: a short head, and the content in the form that makes it smallest.
//!
//! Owns the forms and the choice between them. Plain text in Chinese takes 0.39 to 0.49 of its bytes in the word code, and 0.55 to
//! 0.71 when compressed by zstd; English text and markup take more than their bytes in the word code, and 0.5 and 0.2 by zstd.
//! The differences from the article's text would be smaller still, but then damage to one would lose both.

use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::record;
use super::text_form::TextForm;
use crate::article::RawDocument;
use crate::text::word_code;

/// The zstd level. It compresses scraped pages to a third in about 30 µs per article; higher levels gain a few percent.
const ZSTD_LEVEL: i32 = 3;

/// The limit for a stored document's length, well above the largest document, so that a damaged length is detected.
const MAX_RAW_BYTES: usize = 64 << 20;

/// The length of the beginning by which the form of the whole document is chosen.
const SAMPLE_BYTES: usize = 4096;

/// How the content is stored. Its number is stored, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum RawForm {
    #[default]
    Plain = 0,
    Zstd = 1,
    WordCode = 2,
}

impl RawForm {
    pub(super) fn of_number(number: i64) -> Option<Self> {
        [Self::Plain, Self::Zstd, Self::WordCode].into_iter().find(|form| *form as i64 == number)
    }

    /// The content as it was ingested.
    pub(super) fn unpack(self, content: &[u8]) -> Option<Bytes> {
        match self {
            Self::Plain => Some(Bytes::copy_from_slice(content)),
            Self::Zstd => zstd::bulk::decompress(content, MAX_RAW_BYTES).ok().map(Bytes::from),
            Self::WordCode => {
                let mut bytes = Vec::with_capacity(content.len() * 3);
                word_code::decode(content, &mut bytes).ok()?;
                Some(bytes.into())
            }
        }
    }

    /// The checksum of a stored document. Another form gives another one, and so does another table of the word code.
    pub(super) fn checksum(self, head: &[u8], content: &[u8]) -> i64 {
        let seed = match self {
            Self::Plain | Self::Zstd => self as u64,
            Self::WordCode => word_code::xxh3(),
        };
        xxh3_64_with_seed(content, xxh3_64_with_seed(head, seed)).cast_signed()
    }
}

/// A raw document in the form of its row.
#[derive(Clone, Default)]
pub(crate) struct PackedRaw {
    /// The encoding without the content.
    pub head: Vec<u8>,
    pub content: Bytes,
    pub form: RawForm,
}

impl PackedRaw {
    /// For an engine with this form of long texts: one that stores them as they are takes no word code either.
    pub(super) fn of(raw: RawDocument, texts: TextForm) -> Self {
        Self::of_pieces(record::encode_raw_head(&raw), raw.content, texts)
    }

    /// Of the encoded head.
    pub(super) fn of_pieces(head: Vec<u8>, content: Bytes, texts: TextForm) -> Self {
        let code = if texts == TextForm::Packed { short_word_code(&content) } else { None };
        if let Some(code) = code {
            return Self { head, content: code.into(), form: RawForm::WordCode };
        }
        match zstd::bulk::compress(&content, ZSTD_LEVEL) {
            Ok(compressed) if compressed.len() < content.len() => {
                Self { head, content: compressed.into(), form: RawForm::Zstd }
            }
            // Stored uncompressed if compression fails or does not make it smaller.
            Ok(_) | Err(_) => Self { head, content, form: RawForm::Plain },
        }
    }
}

/// The content in the word code, if it is text for which that is made.
fn short_word_code(content: &[u8]) -> Option<Vec<u8>> {
    let (sample, rest) = content.split_at(content.len().min(SAMPLE_BYTES));
    let mut code = Vec::with_capacity(content.len() / 2);
    word_code::encode(sample, &mut code);
    // About the share that zstd takes.
    if code.len() * 5 >= sample.len() * 3 {
        return None;
    }
    // A character that the sample cuts in two is encoded as bytes, which is no fault.
    word_code::encode(rest, &mut code);
    Some(code)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packed(content: &[u8], texts: TextForm) -> PackedRaw {
        let raw = RawDocument { content: Bytes::copy_from_slice(content), ..RawDocument::default() };
        let packed = PackedRaw::of(raw, texts);
        assert_eq!(packed.form.unpack(&packed.content).as_deref(), Some(content));
        packed
    }

    #[test]
    fn each_kind_of_document_has_its_form() {
        let chinese = "云城日报讯，全市安全生产会议昨日在青溪召开。\n".repeat(400);
        let (gbk, ..) = encoding_rs::GBK.encode(&chinese);
        let page = format!(
            "<html><body class=\"page page-article\">{}</body></html>",
            "<p class=\"text\">云城</p>\n".repeat(99)
        );
        for (content, form) in [
            (chinese.as_bytes(), RawForm::WordCode),
            (&gbk, RawForm::Zstd),
            (page.as_bytes(), RawForm::Zstd),
            (b"It rained in Harbour Town all day, and it rained in Harbour Town all night.".as_slice(), RawForm::Zstd),
            (b"\x00\xff<p>\xb0\xb2", RawForm::Plain),
            (b"", RawForm::Plain),
        ] {
            assert_eq!(packed(content, TextForm::Packed).form, form, "{:?}", String::from_utf8_lossy(content));
        }
        assert_eq!(packed(chinese.as_bytes(), TextForm::Plain).form, RawForm::Zstd);
    }

    #[test]
    fn plain_text_takes_less_than_half() {
        let text = "云城日报讯（记者青溪）全市安全生产工作会议昨日召开，会议要求各单位落实责任，加强对重点行业的检查。";
        assert!(packed(text.as_bytes(), TextForm::Packed).content.len() * 2 < text.len());
    }

    #[test]
    fn the_checksum_depends_on_the_form_and_each_piece() {
        let all = [RawForm::Plain, RawForm::Zstd, RawForm::WordCode];
        let sums = all.map(|form| form.checksum(b"head", b"content"));
        assert!(sums[0] != sums[1] && sums[1] != sums[2] && sums[0] != sums[2]);
        for form in all {
            assert_eq!(RawForm::of_number(form as i64), Some(form));
            assert_ne!(form.checksum(b"head", b"content"), form.checksum(b"", b"content"));
            assert_ne!(form.checksum(b"head", b"content"), form.checksum(b"head", b""));
        }
        assert_eq!(RawForm::of_number(3), None);
    }

    proptest! {
        #[test]
        fn all_bytes_come_back(bytes: Vec<u8>, text in "[安全生產，。\n A-Za-z０-９e\u{301}]{0,40}") {
            for texts in [TextForm::Plain, TextForm::Packed] {
                packed(&bytes, texts);
                packed(text.as_bytes(), texts);
            }
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
            for form in [RawForm::Plain, RawForm::Zstd, RawForm::WordCode] {
                let _ = form.unpack(&bytes);
            }
        }
    }
}
