//! The publish time according to the page's markup.
//!
//! Owns which times count. Does not parse them, and does not read lines that the byline rules read.

use super::flat_dom::FlatDom;
use super::json_ld::JsonLd;
use super::lines::RenderedLine;
use super::meta::{self, Meta};
use super::time_formats::{day_in_title, publish_time};
use crate::article::{PublishTime, TimeBasis, TimePrecision, Timestamp};
use crate::parse::time::{Printed, first_printed};

/// China Standard Time, the zone of printed times.
const CHINA_HOURS: i8 = 8;

/// The time that the metadata labels as the publish time.
pub(super) fn published(meta: &Meta, json_ld: &JsonLd) -> Option<PublishTime> {
    let candidates = [json_ld.published.as_str()].into_iter().chain(meta.all(meta::PUBLISHED));
    let mut best: Option<PublishTime> = None;
    for time in candidates.filter_map(publish_time) {
        // The first is the most trusted; another of the same day may be more precise.
        let known = best.get_or_insert(time);
        let same_day = time.time.duration_since(known.time).abs().as_hours() < 24;
        if same_day && time.precision > known.precision {
            *known = time;
        }
    }
    best
}

/// A time of the metadata in UTC whose clock the page prints: the template wrote a local time with the wrong zone.
pub(super) fn without_wrong_zone(time: PublishTime, before: &[&str]) -> PublishTime {
    let written = time.time.to_civil(jiff::tz::Offset::UTC);
    let is_written = |printed: Printed| {
        let day = printed.date() == Some(written.date());
        day && printed.hour == Some(written.hour()) && printed.minute == Some(written.minute())
    };
    let local = jiff::tz::Offset::constant(CHINA_HOURS);
    let corrected = || Timestamp::of_civil(written, local).ok();
    match before.iter().filter_map(|line| first_printed(line)).next().filter(|printed| is_written(*printed)) {
        Some(_) => PublishTime { time: corrected().unwrap_or(time.time), ..time },
        None => time,
    }
}

/// A time that is probably close to the publish time although the page does not label it so; the most certain first.
pub(super) fn likely(meta: &Meta, dom: &FlatDom, page: &[RenderedLine]) -> Option<PublishTime> {
    publish_time(meta.first(meta::UPDATED))
        .or_else(|| day_in_title(&meta.title))
        .or_else(|| marked_time(dom, page))
        .or_else(|| only_day(page))
}

/// Words in class and id of elements that contain a time.
const TIME_MARKS: &[&str] = &["time", "date"];

/// The time in an element marked as a time, if all such elements on the page have the same day.
fn marked_time(dom: &FlatDom, page: &[RenderedLine]) -> Option<PublishTime> {
    /// In characters.
    const MAX_TIME: usize = 30;
    let is_marked = |line: &&RenderedLine| line.characters() <= MAX_TIME && dom.is_marked(line.node, 1, TIME_MARKS);
    let mut times = page
        .iter()
        .filter(is_marked)
        .filter_map(|line| publish_time(&line.text))
        .filter(|time| time.precision >= TimePrecision::Minute);
    let first = times.next()?;
    let apart = |other: PublishTime| other.time.duration_since(first.time).abs().as_hours() >= 24;
    (!times.any(apart)).then_some(PublishTime { basis: TimeBasis::PageText, ..first })
}

/// The only date that a page prints on a line of its own: a newspaper's `2022年07月15日 星期五`, perhaps with the page
/// number.
fn only_day(page: &[RenderedLine]) -> Option<PublishTime> {
    /// In characters.
    const MAX_DAY: usize = 40;
    let is_of_day =
        |c: char| c.is_ascii_digit() || c.is_whitespace() || "-/.年月日星期一二三四五六天()（）".contains(c);
    let is_bare = |line: &&RenderedLine| {
        let pages = || line.text.starts_with("20") && line.text.contains('版');
        line.characters() <= MAX_DAY && (line.text.chars().all(is_of_day) || pages())
    };
    let mut days = page
        .iter()
        .filter(is_bare)
        .filter_map(|line| publish_time(&line.text))
        .filter(|time| time.precision >= TimePrecision::Day);
    let first = days.next()?;
    let day = PublishTime { basis: TimeBasis::PageText, precision: TimePrecision::Day, ..first };
    days.all(|other| other.time == first.time).then_some(day)
}
