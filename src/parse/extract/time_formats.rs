//! Parses the publish time in a page's metadata, in the formats that sites use.

use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::Offset;

use crate::article::{PublishTime, TimeBasis, TimePrecision, Timestamp};

/// Asia/Shanghai, the default for a time without a zone.
const SHANGHAI_HOURS: i8 = 8;

/// The first Chinese pages on the web date from the 1990s. Templates print older dates.
const YEARS: std::ops::RangeInclusive<i64> = 1990..=2100;

pub(super) fn publish_time(text: &str) -> Option<PublishTime> {
    let text = text.trim();
    let (time, precision) = epoch(text).or_else(|| numeric(text)).or_else(|| rfc_2822(text))?;
    Some(PublishTime { time, precision, basis: TimeBasis::Metadata })
}

/// The date between the section and site names at the end of a title: `… - 20181217 - 港聞 - …`, `… | 要聞港聞 | 20190418`.
pub(super) fn day_in_title(title: &str) -> Option<PublishTime> {
    /// `20181217`.
    const DIGITS: usize = 8;
    let mut parts = title.split(['-', '－', '–', '|', '｜', '_']).map(str::trim).skip(1);
    parts.find(|part| part.len() == DIGITS && part.bytes().all(|b| b.is_ascii_digit())).and_then(publish_time)
}

/// Seconds or milliseconds since 1970.
fn epoch(text: &str) -> Option<(Timestamp, TimePrecision)> {
    if !text.bytes().all(|b| b.is_ascii_digit()) || !text.starts_with('1') {
        return None;
    }
    let number: i64 = text.parse().ok()?;
    let time = match text.len() {
        10 => Timestamp::from_second(number),
        13 => Timestamp::from_millisecond(number),
        _ => return None,
    };
    Some((time.ok()?, TimePrecision::Second))
}

fn rfc_2822(text: &str) -> Option<(Timestamp, TimePrecision)> {
    let time = DateTimeParser::new().parse_timestamp(text).ok()?;
    Some((Timestamp::from_microsecond(time.as_microsecond()).ok()?, TimePrecision::Second))
}

/// Year, month, day and optionally the time of day, with any separators; or one run of 8, 12 or 14 digits.
fn numeric(text: &str) -> Option<(Timestamp, TimePrecision)> {
    let mut groups: Vec<(&str, usize)> = Vec::new();
    let mut rest_at = 0;
    while let Some(start) = text.get(rest_at..)?.find(|c: char| c.is_ascii_digit()).map(|offset| rest_at + offset) {
        let length = text.get(start..)?.bytes().take_while(u8::is_ascii_digit).count();
        groups.push((text.get(start..start + length)?, start));
        rest_at = start + length;
        if groups.len() == 8 {
            break;
        }
    }
    let &(first, first_at) = groups.first()?;
    let (numbers, time_end) = match first.len() {
        4 => {
            let used: Vec<(&str, usize)> = groups.iter().copied().take(6).collect();
            // A fourth group is the hour only if a minute follows; `2021-11-14 (3)` has none.
            let used = used.get(..if used.len() < 5 { used.len().min(3) } else { used.len() })?.to_vec();
            // A zone after the minute is not the second.
            let zone = used.get(5).is_some_and(|(_, at)| text.get(..*at).is_some_and(|t| t.ends_with(['+', '-'])));
            let used = used.get(..if zone { 5 } else { used.len() })?.to_vec();
            let end = used.last().map_or(0, |(group, at)| at + group.len());
            let numbers: Option<Vec<i64>> = used.iter().map(|(group, _)| group.parse().ok()).collect();
            (numbers?, end)
        }
        8 | 12 | 14 => {
            let mut numbers: Vec<i64> = vec![first.get(..4)?.parse().ok()?];
            for at in (4..first.len()).step_by(2) {
                numbers.push(first.get(at..at + 2)?.parse().ok()?);
            }
            (numbers, first_at + first.len())
        }
        _ => return None,
    };
    let number = |at: usize| numbers.get(at).copied();
    let year = number(0).filter(|year| YEARS.contains(year))?;
    let precision = match numbers.len() {
        1 => TimePrecision::Year,
        2 => TimePrecision::Month,
        3 => TimePrecision::Day,
        4 => TimePrecision::Hour,
        5 => TimePrecision::Minute,
        _ => TimePrecision::Second,
    };
    let small = |at: usize, absent: i64| i8::try_from(number(at).unwrap_or(absent)).ok();
    let civil = DateTime::new(
        i16::try_from(year).ok()?,
        small(1, 1)?,
        small(2, 1)?,
        small(3, 0)?,
        small(4, 0)?,
        small(5, 0)?,
        0,
    )
    .ok()?;
    let offset = if numbers.len() > 3 { zone(text.get(time_end..)?) } else { None };
    let offset = offset.unwrap_or(Offset::constant(SHANGHAI_HOURS));
    let time = Timestamp::of_civil(civil, offset).ok()?;
    Some((time, precision))
}

/// `Z`, `+08:00`, `+0800`, `.123+08:00`, ` GMT`.
fn zone(after: &str) -> Option<Offset> {
    let after = after.trim_start_matches(|c: char| c == '.' || c == ',' || c.is_ascii_digit()).trim_start();
    if after.starts_with(['Z', 'z']) || after.starts_with("GMT") || after.starts_with("UTC") {
        return Some(Offset::UTC);
    }
    let sign = match after.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let digits: String = after.chars().skip(1).filter(|c| *c != ':').take_while(char::is_ascii_digit).take(4).collect();
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits.get(2..4).map_or(Ok(0), str::parse).ok()?;
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let check = |text: &str, time: &str, precision: TimePrecision| {
            let found = publish_time(text).map(|found| (found.time.to_string(), found.precision));
            assert_eq!(found, Some((time.to_owned(), precision)), "{text}");
        };
        check("2020-02-29T18:34:31+08:00", "2020-02-29T10:34:31Z", TimePrecision::Second);
        check("2020-02-29T18:34:31.250Z", "2020-02-29T18:34:31.25Z".replace(".25", "").as_str(), TimePrecision::Second);
        check("2020-02-29T18:34+0800", "2020-02-29T10:34:00Z", TimePrecision::Minute);
        check("2020-02-29 18:34:31", "2020-02-29T10:34:31Z", TimePrecision::Second);
        check("2020年2月29日 18:34", "2020-02-29T10:34:00Z", TimePrecision::Minute);
        check("2020/2/29", "2020-02-28T16:00:00Z", TimePrecision::Day);
        check("2020-02-29", "2020-02-28T16:00:00Z", TimePrecision::Day);
        check("201807021258", "2018-07-02T04:58:00Z", TimePrecision::Minute);
        check("20180702", "2018-07-01T16:00:00Z", TimePrecision::Day);
        check("1582972471", "2020-02-29T10:34:31Z", TimePrecision::Second);
        check("Sat, 29 Feb 2020 18:34:31 +0800", "2020-02-29T10:34:31Z", TimePrecision::Second);
    }

    #[test]
    fn days_in_titles() {
        let check = |title: &str, expected: Option<&str>| {
            let found = day_in_title(title).map(|found| found.time.to_string());
            assert_eq!(found.as_deref(), expected, "{title}");
        };
        check("青石鎮新橋通車 - 20181217 - 港聞 - 青石報", Some("2018-12-16T16:00:00Z"));
        check("青石鎮新橋通車 | 青石報 | 要聞 | 20190418", Some("2019-04-17T16:00:00Z"));
        check("20181217 青石鎮新橋通車 - 青石報", None);
        check("青石鎮新橋通車 - 12345678 - 青石報", None);
    }

    #[test]
    fn no_time() {
        for text in ["", "昨天", "2020-13-01", "0000-00-00 00:00:00", "1900-01-01", "12:30", "99999999999999999999"] {
            assert_eq!(publish_time(text), None, "{text}");
        }
    }
}
