//! An article that a caller has parsed, on its way in.

use unicode_normalization::UnicodeNormalization;

use super::{document, labels, report, time};
use crate::article::{
    ArticleContent, Dateline, DatelineDate, MAX_BODY_BYTES, MAX_ITEM_BYTES, MAX_ITEMS, MAX_TEXT_BYTES, ParseReport,
    PublishTime, RawDocument, TimeBasis, TimePrecision,
};
use crate::rpc::proto;
use crate::rpc::violations::{Fault, Violations};

/// The longest language tag, in bytes: RFC 5646, section 4.4.1, asks implementations to take 35.
const MAX_LANGUAGE_BYTES: usize = 35;

/// What a caller says of an article. Precision and basis are apart, as a mask can name them apart.
pub struct GivenArticle {
    pub content: ArticleContent,
    pub precision: Option<TimePrecision>,
    pub basis: Option<TimeBasis>,
}

/// An article with what only a parser makes.
pub struct ImportedArticle {
    pub content: ArticleContent,
    pub parse_report: Option<ParseReport>,
    pub raw: Option<RawDocument>,
}

/// Checks an article that may have been exported: its document and its report are taken too.
pub fn imported_article(mut given: proto::Article, violations: &mut Violations) -> ImportedArticle {
    let raw = given.raw.take().map(|raw| document::given_document("article.raw", raw, violations));
    let parse_report = given.parse_report.take().map(|given| report::given(given, violations));
    let content = given_article(given, violations).content;
    ImportedArticle { content, parse_report, raw }
}

/// Checks an article. What only the server sets is ignored, as the proto says; the name is the caller's to check.
pub fn given_article(given: proto::Article, violations: &mut Violations) -> GivenArticle {
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
        language_code,
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
        violations.add("article.body", Fault::TooLarge, description);
    }
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
        language_code: language(language_code, violations),
        url: document::page_url("article.url", &url, violations),
        publish_time,
        fetch_time: time::timestamp("article.fetch_time", fetch_time.as_ref(), violations),
        labels: labels::labels("article.labels", given_labels, violations),
    };
    GivenArticle { content, precision, basis }
}

/// Text is kept in NFC.
fn nfc(text: String) -> String {
    if unicode_normalization::is_nfc(&text) { text } else { text.nfc().collect() }
}

fn line(field: &str, text: String, violations: &mut Violations) -> String {
    bounded_line(field, text, MAX_TEXT_BYTES, violations)
}

fn lines(field: &str, texts: Vec<String>, violations: &mut Violations) -> Vec<String> {
    if texts.len() > MAX_ITEMS {
        violations.add(field, Fault::TooLarge, format!("must hold at most {MAX_ITEMS} texts"));
        return Vec::new();
    }
    let mut checked = Vec::with_capacity(texts.len());
    for (index, text) in texts.into_iter().enumerate() {
        let field = format!("{field}[{index}]");
        if text.trim().is_empty() {
            violations.add(&field, Fault::Required, "must not be blank");
        }
        checked.push(bounded_line(&field, text, MAX_ITEM_BYTES, violations));
    }
    checked
}

fn bounded_line(field: &str, text: String, max_bytes: usize, violations: &mut Violations) -> String {
    let text = nfc(text);
    if text.len() > max_bytes {
        violations.add(field, Fault::TooLarge, format!("must have at most {max_bytes} bytes"));
    }
    if text.contains(['\n', '\r']) {
        violations.add(field, Fault::Malformed, "must be a single line");
    }
    text
}

fn language(tag: String, violations: &mut Violations) -> String {
    if tag.is_empty() {
        return "und".to_owned();
    }
    let well_formed = tag.len() <= MAX_LANGUAGE_BYTES
        && tag
            .split('-')
            .all(|subtag| (1..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if !well_formed {
        violations.add("article.language_code", Fault::Malformed, "must be a BCP-47 tag such as zh-Hans, or empty");
    }
    tag
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
    let known = (0..=9999).contains(&year) && (0..=12).contains(&month) && (1..=31).contains(&day);
    // A leap year where the year is not known: any day that some year has is then a day.
    let reference_year = if year == 0 { 2000 } else { year };
    let exists = month == 0
        || matches!(
            (i16::try_from(reference_year), i8::try_from(month), i8::try_from(day)),
            (Ok(year), Ok(month), Ok(day)) if jiff::civil::Date::new(year, month, day).is_ok()
        );
    if !known || !exists {
        violations.add("article.dateline.date", Fault::OutOfRange, "must be a day that exists; its year may be 0");
        return None;
    }
    Some(DatelineDate { year: year as i16, month: month as i8, day: day as i8 })
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
            violations.add("article.publish_time_precision", Fault::UnknownValue, description);
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
            violations.add("article.publish_time_basis", Fault::UnknownValue, format!("has no value {value}"));
            None
        }
    }
}
