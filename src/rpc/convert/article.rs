//! Converts articles for responses. `given.rs` is the other direction.

use super::report::wire_count;
use super::{document, report, time};
use crate::article::{
    Article, ArticleContent, ArticleName, Dateline, DatelineDate, Outcome, ParseReport, PublishTime, TimeBasis,
    TimePrecision, View, effective_time,
};
use crate::rpc::proto;

/// A stored article. Fields that the view omits are cleared, even if the store has read them.
pub fn article(stored: Article, view: View) -> proto::Article {
    let etag = stored.etag();
    let effective_time = stored.effective_time();
    let Article { name, content, char_count, create_time, update_time, revision, duplicate_of, parse_report, raw } =
        stored;
    let full = view >= View::Full;
    let mut wire = proto::Article {
        name: name.to_string(),
        create_time: Some(time::to_wire(create_time)),
        update_time: Some(time::to_wire(update_time)),
        effective_time: Some(time::to_wire(effective_time)),
        etag: etag.as_str().to_owned(),
        revision: i64::try_from(revision).unwrap_or(i64::MAX),
        char_count: wire_count(char_count),
        duplicate_of: duplicate_of.map(|name| name.to_string()).unwrap_or_default(),
        parse_report: parse_report.filter(|_| full).map(report::report),
        raw: raw.filter(|_| view == View::Raw).map(document::to_wire),
        ..of_content(content)
    };
    if !full {
        wire.body.clear();
    }
    wire
}

/// A parsed article that is not stored, in the FULL view.
pub fn unsaved_article(name: &ArticleName, content: ArticleContent, report: ParseReport) -> proto::Article {
    let char_count = u32::try_from(content.char_count()).unwrap_or(u32::MAX);
    // Without either time, `effective_time` would be the create time, which is not known yet.
    let known_time = content.publish_time.is_some() || content.fetch_time.is_some();
    let effective_time =
        known_time.then(|| time::to_wire(effective_time(&content, crate::article::Timestamp::UNIX_EPOCH)));
    proto::Article {
        name: name.to_string(),
        effective_time,
        char_count: wire_count(char_count),
        parse_report: Some(report::report(report)),
        ..of_content(content)
    }
}

/// The fields that come from a page or a caller.
fn of_content(content: ArticleContent) -> proto::Article {
    let ArticleContent {
        headline,
        kicker,
        subheadlines,
        dateline,
        authors,
        editors,
        info_source,
        section,
        body,
        keywords,
        cited_works,
        language_code,
        url,
        publish_time,
        fetch_time,
        labels,
    } = content;
    let (precision, basis) = match publish_time {
        Some(PublishTime { time: _, precision, basis }) => (wire_precision(precision), wire_basis(basis)),
        None => (proto::PublishTimePrecision::Unspecified, proto::PublishTimeBasis::Unspecified),
    };
    let (url, canonical_url) = match url {
        Some(url) => (url.as_str().to_owned(), url.canonical().to_owned()),
        None => Default::default(),
    };
    proto::Article {
        headline,
        kicker,
        subheadlines,
        dateline: dateline.map(wire_dateline),
        authors,
        editors,
        info_source,
        section,
        body,
        keywords,
        cited_works,
        language_code,
        url,
        canonical_url,
        publish_time: publish_time.map(|published| time::to_wire(published.time)),
        publish_time_precision: precision.into(),
        publish_time_basis: basis.into(),
        fetch_time: fetch_time.map(time::to_wire),
        labels: labels.into_iter().collect(),
        ..proto::Article::default()
    }
}

fn wire_dateline(dateline: Dateline) -> proto::Dateline {
    let Dateline { text, agency, location, date } = dateline;
    let date = date.map(|DatelineDate { year, month, day }| proto::google::r#type::Date {
        year: year.into(),
        month: month.into(),
        day: day.into(),
    });
    proto::Dateline { text, agency, location, date }
}

fn wire_precision(precision: TimePrecision) -> proto::PublishTimePrecision {
    match precision {
        TimePrecision::Year => proto::PublishTimePrecision::Year,
        TimePrecision::Month => proto::PublishTimePrecision::Month,
        TimePrecision::Day => proto::PublishTimePrecision::Day,
        TimePrecision::Hour => proto::PublishTimePrecision::Hour,
        TimePrecision::Minute => proto::PublishTimePrecision::Minute,
        TimePrecision::Second => proto::PublishTimePrecision::Second,
    }
}

fn wire_basis(basis: TimeBasis) -> proto::PublishTimeBasis {
    match basis {
        TimeBasis::Caller => proto::PublishTimeBasis::Caller,
        TimeBasis::Metadata => proto::PublishTimeBasis::Metadata,
        TimeBasis::PageText => proto::PublishTimeBasis::PageText,
        TimeBasis::Url => proto::PublishTimeBasis::Url,
        TimeBasis::Dateline => proto::PublishTimeBasis::Dateline,
    }
}

/// The warning for a document that was not stored because the stored article has a later fetch time.
pub(crate) fn older_capture() -> proto::ParseWarning {
    proto::ParseWarning {
        reason: "OLDER_CAPTURE".to_owned(),
        message: "the stored article has a later fetch time and was kept; set allow_older to replace it".to_owned(),
    }
}

pub(crate) fn outcome(outcome: Outcome) -> proto::Outcome {
    match outcome {
        Outcome::Created => proto::Outcome::Created,
        Outcome::Updated => proto::Outcome::Updated,
        Outcome::Unchanged => proto::Outcome::Unchanged,
    }
}
