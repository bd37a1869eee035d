//! Validates articles in requests. `article.rs` is the other direction.

use unicode_normalization::UnicodeNormalization;

use super::language::language_code;
use super::text::{check_line, check_text};
use super::{document, labels, report, time};
use crate::article::{
    ArticleContent, Dateline, DatelineDate, MAX_BODY_BYTES, MAX_ITEM_BYTES, MAX_ITEMS, MAX_TEXT_BYTES, ParseReport,
    PublishTime, RawDocument, TimeBasis, TimePrecision,
};
use crate::rpc::proto;
use crate::rpc::violations::{ViolationReason, Violations};

/// An article as a caller gives it. Precision and basis are separate fields, because an update mask can name them
/// separately.
pub(crate) struct GivenArticle {
    pub content: ArticleContent,
    pub precision: Option<TimePrecision>,
    pub basis: Option<TimeBasis>,
}

/// An article with its parse report and raw document, as exported.
pub(crate) struct ImportedArticle {
    pub content: ArticleContent,
    pub parse_report: Option<ParseReport>,
    pub raw: Option<RawDocument>,
}

/// Validates an article that may have been exported, with its document and its report.
pub(crate) fn imported_article(mut given: proto::Article, violations: &mut Violations) -> ImportedArticle {
    let raw = given.raw.take().map(|raw| document::given_document("article.raw", raw, violations));
    let parse_report = given.parse_report.take().map(|given| report::given(given, violations));
    let content = given_article(given, violations).content;
    ImportedArticle { content, parse_report, raw }
}

/// Validates an article. Output-only fields are ignored, as documented in the proto; the caller validates the name.
pub(crate) fn given_article(given: proto::Article, violations: &mut Violations) -> GivenArticle {
    let proto::Article {
        name: _,
        headline,
        kicker,
        subheadlines,
        dateline: given_dateline,
        authors,
        editors,
        info_source,
        section,
        body,
        keywords,
        cited_works,
        language_code: given_language,
        url,
        canonical_url: _,
        publish_time,
        publish_time_precision,
        publish_time_basis,
        fetch_time,
        create_time: _,
        update_time: _,
        effective_time: _,
        etag: _,
        revision: _,
        char_count: _,
        duplicate_of: _,
        labels: given_labels,
        parse_report: _,
        raw: _,
    } = given;
    let body = nfc(body);
    if body.len() > MAX_BODY_BYTES {
        let description = format!("must have at most {MAX_BODY_BYTES} bytes, and has {}", body.len());
        violations.add("article.body", ViolationReason::TooLarge, description);
    }
    check_text("article.body", &body, violations);
    let precision = precision(publish_time_precision, violations);
    let basis = basis(publish_time_basis, violations);
    let publish_time =
        time::timestamp("article.publish_time", publish_time.as_ref(), violations).map(|time| PublishTime {
            time,
            precision: precision.unwrap_or(TimePrecision::Second),
            basis: basis.unwrap_or(TimeBasis::Caller),
        });
    let content = ArticleContent {
        headline: line("article.headline", headline, violations),
        kicker: line("article.kicker", kicker, violations),
        subheadlines: lines("article.subheadlines", subheadlines, violations),
        dateline: given_dateline.map(|given| dateline(given, violations)),
        authors: lines("article.authors", authors, violations),
        editors: lines("article.editors", editors, violations),
        info_source: line("article.info_source", info_source, violations),
        section: line("article.section", section, violations),
        body,
        keywords: lines("article.keywords", keywords, violations),
        cited_works: lines("article.cited_works", cited_works, violations),
        language_code: language_code("article.language_code", given_language, violations),
        url: document::page_url("article.url", &url, violations),
        publish_time,
        fetch_time: time::timestamp("article.fetch_time", fetch_time.as_ref(), violations),
        labels: labels::labels("article.labels", given_labels, violations),
    };
    GivenArticle { content, precision, basis }
}

/// Text is stored in NFC.
fn nfc(text: String) -> String {
    if unicode_normalization::is_nfc(&text) { text } else { text.nfc().collect() }
}

fn line(field: &str, text: String, violations: &mut Violations) -> String {
    bounded_line(field, text, MAX_TEXT_BYTES, violations)
}

fn lines(field: &str, texts: Vec<String>, violations: &mut Violations) -> Vec<String> {
    if texts.len() > MAX_ITEMS {
        violations.add(field, ViolationReason::TooLarge, format!("must contain at most {MAX_ITEMS} elements"));
        return Vec::new();
    }
    let mut checked = Vec::with_capacity(texts.len());
    for (index, text) in texts.into_iter().enumerate() {
        let field = format!("{field}[{index}]");
        if text.trim().is_empty() {
            violations.add(&field, ViolationReason::Required, "must not be blank");
        }
        checked.push(bounded_line(&field, text, MAX_ITEM_BYTES, violations));
    }
    checked
}

fn bounded_line(field: &str, text: String, max_bytes: usize, violations: &mut Violations) -> String {
    let text = nfc(text);
    if text.len() > max_bytes {
        violations.add(field, ViolationReason::TooLarge, format!("must have at most {max_bytes} bytes"));
    }
    check_line(field, &text, violations);
    text
}

fn dateline(given: proto::Dateline, violations: &mut Violations) -> Dateline {
    let proto::Dateline { text, agency, location, date } = given;
    Dateline {
        text: line("article.dateline.text", text, violations),
        agency: line("article.dateline.agency", agency, violations),
        location: line("article.dateline.location", location, violations),
        date: date.and_then(|date| dateline_date(date, violations)),
    }
}

fn dateline_date(date: proto::google::r#type::Date, violations: &mut Violations) -> Option<DatelineDate> {
    let proto::google::r#type::Date { year, month, day } = date;
    let date = match (i16::try_from(year), i8::try_from(month), i8::try_from(day)) {
        (Ok(year), Ok(month), Ok(day)) => Some(DatelineDate { year, month, day }),
        _ => None,
    };
    let date = date.filter(|date| date.exists());
    if date.is_none() {
        violations.add(
            "article.dateline.date",
            ViolationReason::OutOfRange,
            "must be an existing date; its year may be 0",
        );
    }
    date
}

fn precision(value: i32, violations: &mut Violations) -> Option<TimePrecision> {
    match proto::PublishTimePrecision::try_from(value) {
        Ok(proto::PublishTimePrecision::Unspecified) => None,
        Ok(proto::PublishTimePrecision::Year) => Some(TimePrecision::Year),
        Ok(proto::PublishTimePrecision::Month) => Some(TimePrecision::Month),
        Ok(proto::PublishTimePrecision::Day) => Some(TimePrecision::Day),
        Ok(proto::PublishTimePrecision::Hour) => Some(TimePrecision::Hour),
        Ok(proto::PublishTimePrecision::Minute) => Some(TimePrecision::Minute),
        Ok(proto::PublishTimePrecision::Second) => Some(TimePrecision::Second),
        Err(_) => {
            let description = format!("has no value {value}");
            violations.add("article.publish_time_precision", ViolationReason::UnknownValue, description);
            None
        }
    }
}

fn basis(value: i32, violations: &mut Violations) -> Option<TimeBasis> {
    match proto::PublishTimeBasis::try_from(value) {
        Ok(proto::PublishTimeBasis::Unspecified) => None,
        Ok(proto::PublishTimeBasis::Caller) => Some(TimeBasis::Caller),
        Ok(proto::PublishTimeBasis::Metadata) => Some(TimeBasis::Metadata),
        Ok(proto::PublishTimeBasis::PageText) => Some(TimeBasis::PageText),
        Ok(proto::PublishTimeBasis::Url) => Some(TimeBasis::Url),
        Ok(proto::PublishTimeBasis::Dateline) => Some(TimeBasis::Dateline),
        Err(_) => {
            violations.add(
                "article.publish_time_basis",
                ViolationReason::UnknownValue,
                format!("has no value {value}"),
            );
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;
    use crate::article::{ArticleName, View};
    use crate::ingest::{IngestError, parse_document};

    fn pieces() -> impl Strategy<Value = String> {
        let piece = proptest::sample::select(vec![
            "青溪大橋今日通車",
            "：",
            "\n",
            "\n\n",
            " ",
            "　",
            "——",
            "\u{301}",
            "\u{2028}",
            "\r",
            "\u{b}",
            "\t",
            "\u{85}",
            "\u{202E}",
            "&#9;",
            "&#8232;",
            "&#8238;",
            "\0",
            "A",
            "e",
            "记者 陈大文",
            "责任编辑：",
            "来源：云岫在线",
            "云岫在线11月31日电",
            "(云岫在线0年13月40日电)",
            "《",
            "》",
            "关键词：",
            "2021-02-29",
            "<p>",
            "<h1>",
            "</h1>",
            "<title>",
            "<meta name=author content=\"",
            "\">",
            "&#13;",
            "&#10;",
        ]);
        proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// Otherwise an export could not be imported.
        #[test]
        fn the_parsers_output_passes_validation(text in pieces(), is_html in any::<bool>()) {
            let content_type = if is_html { "text/html" } else { "text/plain" }.to_owned();
            let raw = RawDocument { content: Bytes::from(text), content_type, ..RawDocument::default() };
            // A refused document is not stored, so it is never exported.
            let document = match parse_document(raw, None) {
                Err(IngestError::Refused(_)) => return Ok(()),
                other => other.expect("it is small"),
            };
            let parsed = document.parsed;
            let article = crate::article::Article {
                name: ArticleName::from_id("a").expect("an id"),
                content: parsed.content.clone(),
                char_count: 0,
                create_time: crate::article::Timestamp::UNIX_EPOCH,
                update_time: crate::article::Timestamp::UNIX_EPOCH,
                revision: 1,
                duplicate_of: None,
                parse_report: Some(parsed.report.clone()),
                raw: None,
            };
            let mut violations = Violations::default();
            let imported = imported_article(crate::rpc::convert::article(article, View::Full), &mut violations);
            let bad: Vec<_> = violations.iter().map(|bad| format!("{}: {}", bad.field, bad.description)).collect();
            prop_assert!(bad.is_empty(), "{bad:?}");
            prop_assert_eq!(imported.content, parsed.content);
            prop_assert_eq!(imported.parse_report, Some(parsed.report));
        }
    }
}
