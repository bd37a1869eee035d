//! Decides which documents are refused: those that are not text, and those with neither headline nor body.
//!
//! Parsing itself never fails; ingest calls this afterwards. Does not know how a refusal is reported.

use super::Parsed;
use super::extract::{HTML_TRUNCATED, MAX_HTML_BYTES};

/// How many bytes of a document are sniffed.
const SNIFFED_BYTES: usize = 1 << 16;

/// The largest share of binary bytes in a text, as 1/n. Random bytes have one in 9; Chinese in UTF-16 has one in 18, among its
/// low bytes; pages with stray NUL or escape bytes have fewer.
const ONE_BINARY_IN: usize = 11;

/// This many binary bytes are accepted in a text of any length: scrapers leave a NUL or a backspace in texts.
const MAX_STRAY_BYTES: usize = 3;

/// UTF-16 text with some ASCII has a zero byte in at least 1/n of its code units, and at most 1/n of the zeros at the other
/// byte position.
const ONE_ZERO_IN: usize = 20;

/// Signatures of files that are not text, from the WHATWG MIME Sniffing Standard (section 6) and the formats' own
/// specifications. Signatures that a text could begin with (`BM`, `MZ`) are left out; the count of binary bytes decides there.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"\x7FELF", "an ELF file"),
    (b"\xCF\xFA\xED\xFE", "a Mach-O file"),
    (b"\x89PNG\r\n\x1A\n", "a PNG image"),
    (b"\xFF\xD8\xFF", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"Rar!\x1A\x07", "a RAR archive"),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
    (b"\x1F\x8B\x08", "a gzip file"),
    (b"\x28\xB5\x2F\xFD", "a zstd file"),
    (b"OggS\0", "an Ogg file"),
    (b"ID3\x03", "an MP3 file"),
    (b"ID3\x04", "an MP3 file"),
    (b"SQLite format 3\0", "a SQLite database"),
];

/// Why a document gives no article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum Refusal {
    #[error("is {0}, not text")]
    NoText(&'static str),
    #[error("has neither a headline nor a body")]
    Blank,
    #[error("has neither a headline nor a body in its first {MAX_HTML_BYTES} bytes of HTML; what follows is not read")]
    BlankWithinBound,
}

/// Whether a document and what was parsed from it are refused.
pub fn refusal(content: &[u8], parsed: &Parsed) -> Option<Refusal> {
    if let Some(kind) = binary(content) {
        return Some(Refusal::NoText(kind));
    }
    let is_blank = |text: &str| text.trim().is_empty();
    if !is_blank(&parsed.content.headline) || !is_blank(&parsed.content.body) {
        return None;
    }
    let is_cut = parsed.report.warnings.iter().any(|warning| warning.reason == HTML_TRUNCATED);
    Some(if is_cut { Refusal::BlankWithinBound } else { Refusal::Blank })
}

/// The kind of the bytes, if they are not text in any charset.
fn binary(content: &[u8]) -> Option<&'static str> {
    let signature = SIGNATURES.iter().find(|(start, _)| content.starts_with(start));
    if let Some((_, kind)) = signature {
        return Some(kind);
    }
    let sniffed = content.get(..content.len().min(SNIFFED_BYTES)).unwrap_or_default();
    if is_utf16(sniffed) {
        return None;
    }
    // "Binary data bytes" of the MIME Sniffing Standard.
    let is_binary = |byte: &&u8| matches!(**byte, 0..=8 | 0x0B | 0x0E..=0x1A | 0x1C..=0x1F);
    let binary_bytes = sniffed.iter().filter(is_binary).count();
    (binary_bytes > MAX_STRAY_BYTES && binary_bytes * ONE_BINARY_IN > sniffed.len()).then_some("binary data")
}

/// Whether the bytes look like UTF-16: ASCII has a zero byte in the same half of each code unit, and text has no zero code
/// units.
fn is_utf16(content: &[u8]) -> bool {
    let units = content.len() / 2;
    let [mut even, mut odd, mut both] = [0_usize; 3];
    for pair in content.chunks_exact(2) {
        let zeros = [pair.first() == Some(&0), pair.last() == Some(&0)];
        even += usize::from(zeros[0]);
        odd += usize::from(zeros[1]);
        both += usize::from(zeros[0] && zeros[1]);
    }
    let marked = content.starts_with(b"\xFF\xFE") || content.starts_with(b"\xFE\xFF");
    let one_sided = even.max(odd) * ONE_ZERO_IN >= units && even.min(odd) * ONE_ZERO_IN <= even.max(odd);
    both * ONE_ZERO_IN <= units && (marked || one_sided)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::RawDocument;
    use crate::parse::{ParseOptions, parse_with};

    fn refused(content: &[u8], content_type: &str) -> Option<Refusal> {
        let raw = RawDocument {
            content: content.to_vec().into(),
            content_type: content_type.to_owned(),
            ..RawDocument::default()
        };
        refusal(content, &parse_with(&raw, ParseOptions { extract_keywords: false }))
    }

    #[test]
    fn a_document_without_a_word_is_blank() {
        for blank in ["", " \n\t ", "\u{FEFF}", "\u{3000}\u{200B}", "\u{AD}", "&nbsp;", "&shy;&#8203;"] {
            assert_eq!(refused(blank.as_bytes(), "text/plain; charset=utf-8"), Some(Refusal::Blank), "{blank:?}");
            let page = format!("<html><body><p>{blank}</p></body></html>");
            assert_eq!(refused(page.as_bytes(), "text/html; charset=utf-8"), Some(Refusal::Blank), "{page:?}");
        }
        assert_eq!(refused(b"<html></html>", ""), Some(Refusal::Blank));
        assert_eq!(refused(b"<!-- x --><script>y</script>", "text/html"), Some(Refusal::Blank));
        assert_eq!(refused("桥".as_bytes(), ""), None);
        assert_eq!(refused("<title>湖畔镇修桥</title>".as_bytes(), "text/html"), None);
    }

    #[test]
    fn a_page_whose_text_lies_beyond_the_bound_is_told_the_bound() {
        let page = format!("<html><body>{}<p>湖畔镇修桥</p></body></html>", "<br>".repeat(MAX_HTML_BYTES / 4));
        let refusal = refused(page.as_bytes(), "text/html; charset=utf-8").expect("it is refused");
        assert_eq!(refusal, Refusal::BlankWithinBound);
        assert!(refusal.to_string().contains("first 4194304 bytes"), "{refusal}");
    }

    #[test]
    fn what_is_no_text_is_refused_and_text_in_any_charset_is_not() {
        let elf = [&b"\x7FELF\x02\x01\x01"[..], &[0; 57], &[3, 0, 62, 0, 1, 0, 0, 0].repeat(100)].concat();
        let noise: Vec<u8> = (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect();
        for content in
            [&elf[..], &elf[4..], b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", b"PK\x03\x04\x14\0", b"%PDF-1.7\n", &noise]
        {
            for content_type in ["", "text/plain", "text/html; charset=utf-8"] {
                let found = refused(content, content_type);
                assert!(matches!(found, Some(Refusal::NoText(_))), "{found:?} for {content_type:?}");
            }
        }
        let text = "湖畔镇修桥\n12月3日，镇长说这座桥通了。\r\n\tA bridge.";
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf16_be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let han_alone: Vec<u8> = "湖畔镇的居民昨天为新修的石桥举行了通车仪式镇长说这座桥把两岸的学校和医院连在了一起"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let marked = [&b"\xFF\xFE"[..], &utf16].concat();
        let gbk = encoding_rs::GBK.encode(text).0.into_owned();
        let shift_jis = encoding_rs::SHIFT_JIS.encode("湖の橋が開通した。").0.into_owned();
        for content in [
            text.as_bytes(),
            &utf16,
            &utf16_be,
            &han_alone,
            &marked,
            &gbk,
            &shift_jis,
            b"\x1B[1mnews\x1B[0m \0 today",
            b"fresh news\0\x08\x08",
        ] {
            assert_eq!(refused(content, ""), None, "{content:?}");
        }
    }
}
