//! Decodes bytes to text, without invisible characters, and detects HTML.
//!
//! Owns the choice of the charset, the cleaning of the decoded text and the choice between text and HTML. Does not repair
//! damage by earlier converters: [`super::repair`] does.

mod charset;
mod clean;
mod format;

pub use self::clean::clean;
pub use self::format::Format;

use super::explanation::Trace;
use super::repair::before_cleaning;
use crate::article::{ParseReport, ParseWarning};

/// A decoded document.
pub struct Decoded {
    /// NFC, its lines ended by `\n`, without invisible characters.
    pub text: String,
    /// Its format.
    pub format: Format,
}

/// Decodes a document. `content_type` is a media type with an optional charset; empty if it is not known.
pub fn decode(content: &[u8], content_type: &str, report: &mut ParseReport) -> Decoded {
    decode_traced(content, content_type, report, &mut Trace::off())
}

/// The same, and records the choice of the charset.
pub(super) fn decode_traced(
    content: &[u8],
    content_type: &str,
    report: &mut ParseReport,
    trace: &mut Trace,
) -> Decoded {
    let (text, charset) = charset::decode(content, content_type);
    trace.record(|record| {
        for (name, score) in &charset.weighed {
            record.candidate("charset", name, "", Some(*score), "");
        }
        record.choose("charset", charset.used, charset.rule);
        record.text_source(&text);
    });
    if let Some(declared) = charset.wrongly_declared {
        report.warnings.push(ParseWarning {
            reason: "CHARSET_MISDECLARED".into(),
            message: format!("the charset is declared as {declared}, but the bytes are {}", charset.used),
        });
    }
    if charset.undecodable > 0 {
        report.warnings.push(ParseWarning {
            reason: "UNDECODABLE_BYTES".into(),
            message: format!("{} sequences of bytes are not {} and became U+FFFD", charset.undecodable, charset.used),
        });
    }
    let text = before_cleaning(text, report);
    let text = clean::clean(&text, report);
    let format = format::format(&text, content_type);
    trace.record(|record| {
        let name = match format {
            Format::Html => "HTML",
            Format::Text => "plain text",
        };
        record.choose("format", name, format::rule(content_type));
    });
    Decoded { text, format }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn misread_text_is_turned_back_before_its_controls_go() {
        let right = "湖畔镇的居民昨天为新修的石桥举行了通车仪式";
        let misread: String = right.bytes().map(char::from).collect();
        let mut report = ParseReport::default();
        assert_eq!(decode(misread.as_bytes(), "text/plain; charset=utf-8", &mut report).text, right);
        assert_eq!(report.repairs.into_iter().collect::<Vec<_>>(), [("MOJIBAKE".into(), 1)]);
    }

    proptest! {
        #[test]
        fn any_bytes_decode_to_clean_text(
            content in proptest::collection::vec(any::<u8>(), 0..400),
            content_type in prop::sample::select(vec!["", "text/html", "text/plain; charset=gbk", "text/html;charset=utf-16",
                "text/plain;charset=big5", "text/plain; charset=utf-8", "x;;;=", "text/html; charset=\"iso-2022-jp\""]),
        ) {
            let mut report = ParseReport::default();
            let text = decode(&content, content_type, &mut report).text;
            let unclean = text.contains(['\0', '\r', '\u{FEFF}', '\u{200B}', '\u{85}']);
            prop_assert!(!unclean);
            // What is clean stays as it is.
            let mut again = ParseReport::default();
            prop_assert_eq!(decode(text.as_bytes(), "text/plain; charset=utf-8", &mut again).text, text);
            prop_assert!(again.repairs.is_empty());
        }
    }
}
