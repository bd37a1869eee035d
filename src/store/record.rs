//! The stored encoding of an article: the protobuf encoding of the contract's `Article`, split by view.
//!
//! The messages are declared by hand with the contract's field numbers, so that rows can be sent without re-encoding: the
//! bytes of BASIC followed by the rest are a FULL message. A field that is added to the contract later is absent in old rows,
//! and so has protobuf's default. `duplicate_of` is not included, because it changes when other articles do; neither is the
//! raw document, which has a row of its own.

use std::borrow::Cow;
use std::collections::BTreeMap;

use prost::Message;

use crate::article::{
    Article, ArticleContent, ArticleName, Dateline, DatelineDate, PageUrl, ParseReport, ParseWarning, PublishTime,
    RawDocument, RemovedLine, TimeBasis, TimePrecision, Timestamp,
};

/// The number of the contract's field `Article.body`.
pub(super) const BODY: u32 = 10;

/// A damaged record.
#[derive(Debug, thiserror::Error)]
pub enum BadRecord {
    #[error("not decodable: {0}")]
    Encoding(#[from] prost::DecodeError),
    #[error("{0} is malformed")]
    Field(&'static str),
}

/// Encodes the BASIC view.
pub(super) fn encode_basic(article: &Article) -> Vec<u8> {
    let Article {
        name,
        content,
        char_count,
        create_time,
        update_time,
        revision,
        duplicate_of: _,
        parse_report: _,
        raw: _,
    } = article;
    let ArticleContent {
        headline,
        kicker,
        subheadlines,
        dateline,
        authors,
        editors,
        info_source,
        section,
        body: _,
        keywords,
        cited_works,
        language_code,
        url,
        publish_time,
        fetch_time,
        labels,
    } = content.clone();
    let basic = Basic {
        name: name.to_string(),
        headline,
        kicker,
        subheadlines,
        dateline: dateline.map(dateline_record),
        authors,
        editors,
        info_source,
        section,
        keywords,
        cited_works,
        language_code,
        canonical_url: url.as_ref().map_or_else(String::new, |url| url.canonical().to_owned()),
        url: url.map_or_else(String::new, |url| url.as_str().to_owned()),
        publish_time: publish_time.map(|published| published.time.into()),
        publish_time_precision: publish_time.map_or(0, |published| precision_number(published.precision)),
        publish_time_basis: publish_time.map_or(0, |published| basis_number(published.basis)),
        fetch_time: fetch_time.map(TimeRecord::from),
        create_time: Some((*create_time).into()),
        update_time: Some((*update_time).into()),
        effective_time: Some(article.effective_time().into()),
        etag: article.etag().as_str().to_owned(),
        revision: *revision,
        char_count: *char_count,
        labels,
    };
    basic.encode_to_vec()
}

fn dateline_record(dateline: Dateline) -> DatelineRecord {
    let Dateline { text, agency, location, date } = dateline;
    let date = date.map(|DatelineDate { year, month, day }| DateRecord {
        year: year.into(),
        month: month.into(),
        day: day.into(),
    });
    DatelineRecord { text, agency, location, date }
}

/// Encodes the fields that FULL adds: the body, then the parse report.
pub(super) fn encode_rest(article: &Article) -> Vec<u8> {
    let mut rest = Rest { body: article.content.body.clone(), parse_report: None }.encode_to_vec();
    rest.extend(encode_report(article));
    rest
}

/// Encodes the parse report, a part of what FULL adds.
pub(super) fn encode_report(article: &Article) -> Vec<u8> {
    Rest { body: String::new(), parse_report: article.parse_report.clone().map(report_record) }.encode_to_vec()
}

fn report_record(report: ParseReport) -> ReportRecord {
    let ParseReport { parser_version, repairs, removed_lines, warnings } = report;
    let removed = removed_lines
        .into_iter()
        .map(|RemovedLine { text, reason }| RemovedLineRecord { text, reason: reason.into_owned() });
    let warnings = warnings
        .into_iter()
        .map(|ParseWarning { reason, message }| WarningRecord { reason: reason.into_owned(), message });
    ReportRecord {
        parser_version,
        repairs: repairs.into_iter().map(|(kind, count)| RepairRecord { kind: kind.into_owned(), count }).collect(),
        removed_lines: removed.collect(),
        warnings: warnings.collect(),
    }
}

/// Encodes a raw document without its content, which is a column of its own.
pub(super) fn encode_raw_head(raw: &RawDocument) -> Vec<u8> {
    let RawDocument { content: _, content_type, url, fetch_time, labels } = raw;
    let head = RawHead {
        content_type: content_type.clone(),
        url: url.as_ref().map_or_else(String::new, |url| url.as_str().to_owned()),
        fetch_time: fetch_time.map(TimeRecord::from),
        labels: labels.clone(),
    };
    head.encode_to_vec()
}

/// Decodes the BASIC view.
pub(super) fn decode_basic(bytes: &[u8]) -> Result<Article, BadRecord> {
    let basic = Basic::decode(bytes)?;
    let publish_time = match basic.publish_time {
        None => None,
        Some(time) => Some(PublishTime {
            time: time.read("publish_time")?,
            precision: precision(basic.publish_time_precision)?,
            basis: basis(basic.publish_time_basis)?,
        }),
    };
    Ok(Article {
        name: ArticleName::parse(&basic.name).map_err(|_| BadRecord::Field("name"))?,
        content: ArticleContent {
            headline: basic.headline,
            kicker: basic.kicker,
            subheadlines: basic.subheadlines,
            dateline: basic.dateline.map(read_dateline).transpose()?,
            authors: basic.authors,
            editors: basic.editors,
            info_source: basic.info_source,
            section: basic.section,
            body: String::new(),
            keywords: basic.keywords,
            cited_works: basic.cited_works,
            language_code: basic.language_code,
            url: read_url(&basic.url)?,
            publish_time,
            fetch_time: basic.fetch_time.map(|time| time.read("fetch_time")).transpose()?,
            labels: basic.labels,
        },
        char_count: basic.char_count,
        create_time: basic.create_time.unwrap_or_default().read("create_time")?,
        update_time: basic.update_time.unwrap_or_default().read("update_time")?,
        revision: basic.revision,
        duplicate_of: None,
        parse_report: None,
        raw: None,
    })
}

/// Decodes the fields that FULL adds.
pub(super) fn decode_rest(article: &mut Article, bytes: &[u8]) -> Result<(), BadRecord> {
    let rest = Rest::decode(bytes)?;
    article.content.body = rest.body;
    article.parse_report = rest.parse_report.map(|report| ParseReport {
        parser_version: report.parser_version,
        repairs: report.repairs.into_iter().map(|repair| (Cow::Owned(repair.kind), repair.count)).collect(),
        removed_lines: report
            .removed_lines
            .into_iter()
            .map(|line| RemovedLine { text: line.text, reason: Cow::Owned(line.reason) })
            .collect(),
        warnings: report
            .warnings
            .into_iter()
            .map(|doubt| ParseWarning { reason: Cow::Owned(doubt.reason), message: doubt.message })
            .collect(),
    });
    Ok(())
}

/// Decodes a raw document from its head and its content.
pub(super) fn decode_raw(head: &[u8], content: Vec<u8>) -> Result<RawDocument, BadRecord> {
    let head = RawHead::decode(head)?;
    Ok(RawDocument {
        content: content.into(),
        content_type: head.content_type,
        url: read_url(&head.url)?,
        fetch_time: head.fetch_time.map(|time| time.read("raw.fetch_time")).transpose()?,
        labels: head.labels,
    })
}

fn read_url(url: &str) -> Result<Option<PageUrl>, BadRecord> {
    if url.is_empty() {
        return Ok(None);
    }
    PageUrl::parse(url).map(Some).map_err(|_| BadRecord::Field("url"))
}

fn read_dateline(record: DatelineRecord) -> Result<Dateline, BadRecord> {
    let date = match record.date {
        None => None,
        Some(date) => Some(DatelineDate {
            year: i16::try_from(date.year).map_err(|_| BadRecord::Field("dateline.date.year"))?,
            month: i8::try_from(date.month).map_err(|_| BadRecord::Field("dateline.date.month"))?,
            day: i8::try_from(date.day).map_err(|_| BadRecord::Field("dateline.date.day"))?,
        }),
    };
    Ok(Dateline { text: record.text, agency: record.agency, location: record.location, date })
}

fn precision_number(precision: TimePrecision) -> i32 {
    match precision {
        TimePrecision::Year => 1,
        TimePrecision::Month => 2,
        TimePrecision::Day => 3,
        TimePrecision::Hour => 4,
        TimePrecision::Minute => 5,
        TimePrecision::Second => 6,
    }
}

fn precision(number: i32) -> Result<TimePrecision, BadRecord> {
    match number {
        1 => Ok(TimePrecision::Year),
        2 => Ok(TimePrecision::Month),
        3 => Ok(TimePrecision::Day),
        4 => Ok(TimePrecision::Hour),
        5 => Ok(TimePrecision::Minute),
        6 => Ok(TimePrecision::Second),
        _ => Err(BadRecord::Field("publish_time_precision")),
    }
}

fn basis_number(basis: TimeBasis) -> i32 {
    match basis {
        TimeBasis::Caller => 1,
        TimeBasis::Metadata => 2,
        TimeBasis::PageText => 3,
        TimeBasis::Url => 4,
        TimeBasis::Dateline => 5,
    }
}

fn basis(number: i32) -> Result<TimeBasis, BadRecord> {
    match number {
        1 => Ok(TimeBasis::Caller),
        2 => Ok(TimeBasis::Metadata),
        3 => Ok(TimeBasis::PageText),
        4 => Ok(TimeBasis::Url),
        5 => Ok(TimeBasis::Dateline),
        _ => Err(BadRecord::Field("publish_time_basis")),
    }
}

/// `google.protobuf.Timestamp`.
#[derive(Clone, Copy, PartialEq, Message)]
struct TimeRecord {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

impl From<Timestamp> for TimeRecord {
    fn from(time: Timestamp) -> Self {
        Self { seconds: time.as_second(), nanos: time.subsec_nanosecond() }
    }
}

impl TimeRecord {
    fn read(self, field: &'static str) -> Result<Timestamp, BadRecord> {
        Timestamp::new(self.seconds, self.nanos).map_err(|_| BadRecord::Field(field))
    }
}

#[derive(Clone, PartialEq, Message)]
struct Basic {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    headline: String,
    #[prost(string, tag = "3")]
    kicker: String,
    #[prost(string, repeated, tag = "4")]
    subheadlines: Vec<String>,
    #[prost(message, optional, tag = "5")]
    dateline: Option<DatelineRecord>,
    #[prost(string, repeated, tag = "6")]
    authors: Vec<String>,
    #[prost(string, repeated, tag = "7")]
    editors: Vec<String>,
    #[prost(string, tag = "8")]
    info_source: String,
    #[prost(string, tag = "9")]
    section: String,
    #[prost(string, repeated, tag = "11")]
    keywords: Vec<String>,
    #[prost(string, repeated, tag = "12")]
    cited_works: Vec<String>,
    #[prost(string, tag = "13")]
    language_code: String,
    #[prost(string, tag = "14")]
    url: String,
    #[prost(string, tag = "15")]
    canonical_url: String,
    #[prost(message, optional, tag = "16")]
    publish_time: Option<TimeRecord>,
    #[prost(int32, tag = "17")]
    publish_time_precision: i32,
    #[prost(int32, tag = "18")]
    publish_time_basis: i32,
    #[prost(message, optional, tag = "19")]
    fetch_time: Option<TimeRecord>,
    #[prost(message, optional, tag = "20")]
    create_time: Option<TimeRecord>,
    #[prost(message, optional, tag = "21")]
    update_time: Option<TimeRecord>,
    #[prost(message, optional, tag = "22")]
    effective_time: Option<TimeRecord>,
    #[prost(string, tag = "23")]
    etag: String,
    #[prost(uint64, tag = "24")]
    revision: u64,
    #[prost(uint32, tag = "25")]
    char_count: u32,
    #[prost(btree_map = "string, string", tag = "27")]
    labels: BTreeMap<String, String>,
}

#[derive(Clone, PartialEq, Message)]
struct Rest {
    #[prost(string, tag = "10")]
    body: String,
    #[prost(message, optional, tag = "28")]
    parse_report: Option<ReportRecord>,
}

#[derive(Clone, PartialEq, Message)]
struct DatelineRecord {
    #[prost(string, tag = "1")]
    text: String,
    #[prost(string, tag = "2")]
    agency: String,
    #[prost(string, tag = "3")]
    location: String,
    #[prost(message, optional, tag = "4")]
    date: Option<DateRecord>,
}

/// `google.type.Date`.
#[derive(Clone, Copy, PartialEq, Message)]
struct DateRecord {
    #[prost(int32, tag = "1")]
    year: i32,
    #[prost(int32, tag = "2")]
    month: i32,
    #[prost(int32, tag = "3")]
    day: i32,
}

#[derive(Clone, PartialEq, Message)]
struct ReportRecord {
    #[prost(uint32, tag = "1")]
    parser_version: u32,
    #[prost(message, repeated, tag = "2")]
    repairs: Vec<RepairRecord>,
    #[prost(message, repeated, tag = "3")]
    removed_lines: Vec<RemovedLineRecord>,
    #[prost(message, repeated, tag = "4")]
    warnings: Vec<WarningRecord>,
}

#[derive(Clone, PartialEq, Message)]
struct RepairRecord {
    #[prost(string, tag = "1")]
    kind: String,
    #[prost(uint32, tag = "2")]
    count: u32,
}

#[derive(Clone, PartialEq, Message)]
struct RemovedLineRecord {
    #[prost(string, tag = "1")]
    text: String,
    #[prost(string, tag = "2")]
    reason: String,
}

#[derive(Clone, PartialEq, Message)]
struct WarningRecord {
    #[prost(string, tag = "1")]
    reason: String,
    #[prost(string, tag = "2")]
    message: String,
}

/// `RawDocument` without its content.
#[derive(Clone, PartialEq, Message)]
struct RawHead {
    #[prost(string, tag = "2")]
    content_type: String,
    #[prost(string, tag = "3")]
    url: String,
    #[prost(message, optional, tag = "4")]
    fetch_time: Option<TimeRecord>,
    #[prost(btree_map = "string, string", tag = "5")]
    labels: BTreeMap<String, String>,
}
