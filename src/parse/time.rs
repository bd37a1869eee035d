//! Chooses the publication time of a page among its dates, and completes a dateline without year or month.
//!
//! In order of precedence: metadata, the time printed near the headline, the date in the URL, a time that the markup does not
//! label as publication, the dateline. Ignores dates inside the text, which are those of the events.

mod infer;
mod printed;
mod url;

use std::iter;

use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::Offset;

pub(super) use self::printed::{Printed, first_printed, printed_at};
use super::explanation::Trace;

use crate::article::{
    Dateline, DatelineDate, ParseReport, ParseWarning, PublishTime, TimeBasis, TimePrecision, Timestamp,
};

/// What a page says of its time.
#[derive(Clone, Debug, Default)]
pub(super) struct Clues<'a> {
    pub metadata: Option<PublishTime>,
    /// In the order of the page.
    pub printed: &'a [Printed],
    /// From markup that does not say what it is the time of.
    pub likely: Option<PublishTime>,
    pub url: Option<&'a str>,
    /// A day that a crawler wrote into the text. It says when the page was there, not when it was published.
    pub crawl_day: Option<Printed>,
    pub fetch_time: Option<Timestamp>,
}

/// Mainland China, Hong Kong, Macao and Taiwan keep this time without summer time since 1991. A fixed offset needs no zone
/// database, which a container made from nothing lacks.
const SHANGHAI: Offset = Offset::constant(8);

/// How far past the fetch a publish time is believed: clocks and zones differ by up to a day.
const TOLERANCE: SignedDuration = SignedDuration::from_hours(24);

/// Chooses the publish time, and completes the dateline's date.
pub(super) fn resolve(
    clues: &Clues,
    dateline: Option<&mut Dateline>,
    report: &mut ParseReport,
    trace: &mut Trace,
) -> Option<PublishTime> {
    let fetched = clues.fetch_time.map(day_in_shanghai);
    let crawled = clues.crawl_day.and_then(|printed| printed.date());
    let mut judge = Judge { fetch_time: clues.fetch_time, report };
    let of_page = || {
        clues.printed.iter().filter_map(|printed| {
            let day = infer::complete(printed.day(), crawled.or(fetched))?;
            publish_time(&printed.with_day(day), TimeBasis::PageText)
        })
    };
    let of_url = || {
        let day = clues.url.and_then(url::day_in);
        day.and_then(|date| publish_time(&Printed::of_day(date), TimeBasis::Url))
    };
    // The most trusted first.
    let named = |origin: &'static str| move |time: PublishTime| (origin, time);
    let candidates = || {
        let of_metadata = clues.metadata.map(named("metadata")).into_iter();
        let likely = clues.likely.map(named("a time that nothing calls the publication's")).into_iter();
        of_metadata
            .chain(of_page().map(named("printed near the headline")))
            .chain(iter::once_with(of_url).flatten().map(named("the address")))
            .chain(likely)
    };
    let found = candidates().find(|(_, time)| judge.believes(time));
    let mut published = found.map(|(_, time)| match time.basis {
        TimeBasis::Metadata => finer_print(clues, time),
        _ => time,
    });
    trace.record(|record| {
        for (origin, time) in candidates() {
            let verdict = if judge.is_plausible(&time) { "" } else { "more than a day after the page was fetched" };
            record.candidate("publish_time", &time.time.to_string(), origin, None, verdict);
        }
        if let (Some((origin, _)), Some(time)) = (found, published) {
            let rule = format!("the most trusted that is plausible: {origin}");
            record.choose("publish_time", &time.time.to_string(), rule);
        }
    });
    let Some(dateline) = dateline else { return published };
    if dateline.date.is_some_and(|date| !date.exists()) {
        dateline.date = None;
        judge.warn("DATELINE_DAY_IMPOSSIBLE", "the dateline prints a day that no calendar has".to_owned());
    }
    let Some(date) = dateline.date.as_mut() else { return published };
    let reference = published.map(|time| day_in_shanghai(time.time)).or(crawled).or(fetched);
    if let Some(complete) = infer::complete(*date, reference) {
        *date = complete;
    } else if date.year == 0 && published.is_none() {
        let known = if date.month == 0 { "only the day" } else { "no year" };
        judge.warn("PUBLISH_YEAR_UNKNOWN", format!("the dateline prints {known}, and nothing tells the rest"));
    }
    if published.is_none() && date.year != 0 && date.month != 0 {
        let complete = *date;
        let from_dateline =
            to_date(complete).and_then(|date| publish_time(&Printed::of_day(date), TimeBasis::Dateline));
        published = from_dateline.filter(|time| judge.believes(time));
        trace.record(|record| {
            let shown = published.map(|time| time.time.to_string()).unwrap_or_default();
            record.choose("publish_time", &shown, "the dateline, as nothing else tells a time");
        });
    }
    published
}

/// What the page prints, where it tells the time of the very day that the metadata names.
fn finer_print(clues: &Clues, metadata: PublishTime) -> PublishTime {
    let printed = clues.printed.iter().filter_map(|printed| publish_time(printed, TimeBasis::PageText));
    let same_day = |printed: &PublishTime| day_in_shanghai(printed.time) == day_in_shanghai(metadata.time);
    let mut finer = printed.filter(same_day).filter(|printed| printed.precision > metadata.precision);
    if metadata.precision == TimePrecision::Day { finer.next().unwrap_or(metadata) } else { metadata }
}

struct Judge<'a> {
    fetch_time: Option<Timestamp>,
    report: &'a mut ParseReport,
}

impl Judge<'_> {
    fn is_plausible(&self, candidate: &PublishTime) -> bool {
        self.fetch_time.is_none_or(|fetched| candidate.time <= fetched.saturating_add(TOLERANCE))
    }

    /// The same, with a warning if it is not.
    fn believes(&mut self, candidate: &PublishTime) -> bool {
        if self.is_plausible(candidate) {
            return true;
        }
        let basis = match candidate.basis {
            TimeBasis::Caller => "the caller",
            TimeBasis::Metadata => "the page's metadata",
            TimeBasis::PageText => "the page's text",
            TimeBasis::Url => "the address",
            TimeBasis::Dateline => "the dateline",
        };
        let message = format!("{basis} says {}, more than a day after the page was fetched", candidate.time);
        self.warn("PUBLISH_TIME_AFTER_FETCH", message);
        false
    }

    fn warn(&mut self, reason: &'static str, message: String) {
        self.report.warnings.push(ParseWarning { reason: reason.into(), message });
    }
}

fn publish_time(printed: &Printed, basis: TimeBasis) -> Option<PublishTime> {
    let date = printed.date()?;
    let (hour, minute, second) = (printed.hour, printed.minute, printed.second);
    let time = date.at(hour.unwrap_or(0), minute.unwrap_or(0), second.unwrap_or(0), 0);
    let time = Timestamp::of_civil(time, SHANGHAI).ok()?;
    let precision = match (hour, minute, second) {
        (None, ..) => TimePrecision::Day,
        (_, None, _) => TimePrecision::Hour,
        (_, _, None) => TimePrecision::Minute,
        _ => TimePrecision::Second,
    };
    Some(PublishTime { time, precision, basis })
}

fn day_in_shanghai(time: Timestamp) -> Date {
    time.to_civil(SHANGHAI).date()
}

fn to_date(date: DatelineDate) -> Option<Date> {
    Date::new(date.year, date.month, date.day).ok()
}

#[cfg(test)]
mod tests;
