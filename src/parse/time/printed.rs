//! Dates and times as bylines print them: `2021-05-14 08:08:05`, `2021年05月14日08:08`, `2022 01/ 08 01:00:09`, `08-23`.

use std::fmt;

use crate::parse::lexicon::time_words;
use jiff::civil::Date;

use crate::article::DatelineDate;
use crate::parse::dateline::{day_at, number_at};
use crate::parse::normalized_line::NormalizedLine;

/// A printed day, with as much of the time of day as is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Printed {
    /// 0 if it isn't printed.
    pub year: i16,
    pub month: i8,
    pub day: i8,
    pub hour: Option<i8>,
    pub minute: Option<i8>,
    pub second: Option<i8>,
}

impl Printed {
    pub(crate) fn of_day(date: Date) -> Self {
        Self { year: date.year(), month: date.month(), day: date.day(), hour: None, minute: None, second: None }
    }

    pub(crate) fn day(&self) -> DatelineDate {
        DatelineDate { year: self.year, month: self.month, day: self.day }
    }

    pub(crate) fn with_day(&self, day: DatelineDate) -> Self {
        Self { year: day.year, month: day.month, day: day.day, ..*self }
    }

    pub(crate) fn date(&self) -> Option<Date> {
        Date::new(self.year, self.month, self.day).ok().filter(|_| self.year != 0)
    }
}

impl fmt::Display for Printed {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second } = self;
        write!(to, "{year:04}-{month:02}-{day:02}")?;
        for (part, sign) in [(hour, ' '), (minute, ':'), (second, ':')] {
            let Some(part) = part else { break };
            write!(to, "{sign}{part:02}")?;
        }
        Ok(())
    }
}

/// The first date anywhere in a line.
pub(crate) fn first_printed(text: &str) -> Option<Printed> {
    /// In characters.
    const MAX_LINE: usize = 120;
    let line = NormalizedLine::of(text, MAX_LINE);
    (0..line.len()).find_map(|at| printed_at(&line, at)).map(|(time, _)| time)
}

/// The date at `index`, with the time of day if one follows, and the end index.
pub(crate) fn printed_at(line: &NormalizedLine, index: usize) -> Option<(Printed, usize)> {
    let (day, end) = day_at(line, index)
        .filter(|(day, _)| day.month != 0)
        .or_else(|| numeric_day(line, index))
        .or_else(|| republican_day(line, index))
        .or_else(|| english_day(line, index))?;
    let mut printed =
        Printed { year: day.year, month: day.month, day: day.day, hour: None, minute: None, second: None };
    let end = match clock_after(line, end) {
        Some((hour, minute, second, end)) => {
            (printed.hour, printed.minute, printed.second) = (Some(hour), minute, second);
            end
        }
        None => end,
    };
    Some((printed, end))
}

/// `2021-05-14`, `2021/5/14`, `2021.05.14`, `2022 01/ 08`. `08-23` only counts with two digits each, and if no longer
/// number follows.
fn numeric_day(line: &NormalizedLine, index: usize) -> Option<(DatelineDate, usize)> {
    let (first, width) = digits(line, index)?;
    if width == 4 && (1850..=2199).contains(&first) {
        let month_at = separator(line, index + 4)?;
        let (month, width) = digits(line, month_at)?;
        let day_at = separator(line, month_at + width)?;
        let (day, width) = day_before_clock(line, day_at)?;
        return valid(first, month, day).map(|date| (date, day_at + width));
    }
    if width == 2 && matches!(line.at(index + 2), Some('-' | '/')) {
        let (day, width) = day_before_clock(line, index + 3)?;
        let ends = !matches!(line.at(index + 3 + width), Some('-' | '/' | '.' | ':' | '%'));
        return valid(0, first, day).filter(|_| width == 2 && ends).map(|date| (date, index + 5));
    }
    None
}

/// `中華民國91年3月19日`: years of the Republic of China, counted from 1912.
fn republican_day(line: &NormalizedLine, index: usize) -> Option<(DatelineDate, usize)> {
    const YEAR_OFFSET: u32 = 1911;
    let (_, at) = line.word_at(index, time_words::REPUBLIC)?;
    let (year, at) = number_at(line, line.skip_spaces(at)).filter(|(year, _)| (1..=199).contains(year))?;
    let (month, at) = (line.at(at) == Some('年')).then(|| number_at(line, line.skip_spaces(at + 1)))??;
    let (day, at) = (line.at(at) == Some('月')).then(|| number_at(line, line.skip_spaces(at + 1)))??;
    let date = (line.at(at) == Some('日')).then(|| valid(year + YEAR_OFFSET, month, day))??;
    Some((date, at + 1))
}

/// `August 8, 2021`, `Aug. 8th, 2021`, `8 August 2021`, `八月 8th, 2021`. The year is required: sentences contain days without one.
fn english_day(line: &NormalizedLine, index: usize) -> Option<(DatelineDate, usize)> {
    if index.checked_sub(1).and_then(|at| line.at(at)).is_some_and(|before| before.is_ascii_alphanumeric()) {
        return None;
    }
    let (month, day, at) = match month_at(line, index) {
        Some((month, at)) => {
            let (day, width) = digits(line, at)?;
            (month, day, past_ordinal(line, at + width))
        }
        None => {
            let (day, width) = digits(line, index).filter(|(_, width)| *width <= 2)?;
            let (month, at) = month_at(line, line.skip_spaces(past_ordinal(line, index + width)))?;
            (month, day, at)
        }
    };
    let at = if line.at(at) == Some(',') { at + 1 } else { at };
    let at = line.skip_spaces(at);
    let (year, width) = digits(line, at).filter(|(year, _)| (1850..=2199).contains(year))?;
    valid(year, month, day).map(|date| (date, at + width))
}

/// The index after the ending of an ordinal number: `8th`.
fn past_ordinal(line: &NormalizedLine, index: usize) -> usize {
    let ending = line.word_at(index, time_words::ORDINAL_ENDINGS).map(|(_, end)| end);
    ending.filter(|end| !line.at(*end).is_some_and(char::is_alphanumeric)).unwrap_or(index)
}

/// The month name at `index`, English in full or abbreviated, or Chinese with white space after it, and the index of the day
/// after it.
fn month_at(line: &NormalizedLine, index: usize) -> Option<(u32, usize)> {
    const SHORT: usize = 3;
    // Translated blog software keeps the English order: `八月 8th, 2021`.
    if let Some((month, end)) = number_at(line, index)
        && line.at(end) == Some('月')
        && line.at(end + 1) == Some(' ')
        && !line.at(index).is_some_and(|c| c.is_ascii_digit())
    {
        return Some((month, line.skip_spaces(end + 1)));
    }
    let end =
        (index..line.len()).find(|at| !line.at(*at).is_some_and(|c| c.is_ascii_alphabetic())).unwrap_or(line.len());
    let word: String = line.seen(index..end).iter().collect();
    let month = time_words::MONTHS.iter().position(|month| {
        word.len() >= SHORT && (month.starts_with(word.as_str()) || *month == "september" && word == "sept")
    })?;
    let end = if line.at(end) == Some('.') { end + 1 } else { end };
    let next = line.skip_spaces(end);
    (next > end || line.at(end).is_none()).then(|| Some((u32::try_from(month + 1).ok()?, next)))?
}

fn valid(year: u32, month: u32, day: u32) -> Option<DatelineDate> {
    let fits = (1..=12).contains(&month) && (1..=31).contains(&day);
    Some(DatelineDate {
        year: i16::try_from(year).ok()?,
        month: i8::try_from(month).ok().filter(|_| fits)?,
        day: i8::try_from(day).ok()?,
    })
}

/// The digits at `index` as a number, and their count.
fn digits(line: &NormalizedLine, index: usize) -> Option<(u32, usize)> {
    let width = (0..5).take_while(|offset| line.at(index + offset).is_some_and(|c| c.is_ascii_digit())).count();
    if !(1..=4).contains(&width) {
        return None;
    }
    number_at(line, index).map(|(value, _)| (value, width))
}

/// The day of a month. If the markup separates date and time, the text has no space between them: `10-0812:00` is noon
/// of October 8.
fn day_before_clock(line: &NormalizedLine, index: usize) -> Option<(u32, usize)> {
    let (number, width) = digits(line, index)?;
    let glued = width == 4 && line.at(index + 4) == Some(':');
    Some(if glued { (number / 100, 2) } else { (number, width) })
}

/// The index after one of `-`, `/`, `.` or a space, with optional spaces around it.
fn separator(line: &NormalizedLine, index: usize) -> Option<usize> {
    let at = line.skip_spaces(index);
    match line.at(at) {
        Some('-' | '/' | '.') => Some(line.skip_spaces(at + 1)),
        Some(_) if at > index => Some(at),
        _ => None,
    }
}

type Clock = (i8, Option<i8>, Option<i8>, usize);

/// `08:08:05`, `T08:08`, ` 下午3:20`, `10时20分`.
fn clock_after(line: &NormalizedLine, index: usize) -> Option<Clock> {
    let mut at = line.skip_spaces(index);
    if matches!(line.at(at), Some('t' | ',' | '|')) {
        at = line.skip_spaces(at + 1);
    }
    // A weekday may stand between date and time.
    if let Some((_, end)) = line.word_at(at, time_words::WEEKDAYS) {
        at = line.skip_spaces(end + 1);
    } else if line.at(at) == Some('(')
        && let Some(end) = line.group_at(at, 6)
    {
        at = line.skip_spaces(end);
    }
    let afternoon = line.word_at(at, time_words::AFTERNOON);
    let part = afternoon.or_else(|| line.word_at(at, time_words::MORNING));
    if let Some((_, end)) = part {
        at = line.skip_spaces(end);
    }
    let (hour, width) = digits(line, at).filter(|(hour, width)| *hour < 24 && *width <= 2)?;
    let hour = if afternoon.is_some() && hour < 12 { hour + 12 } else { hour };
    let hour = i8::try_from(hour).ok()?;
    at += width;
    if !matches!(line.at(at), Some(':' | '时' | '点')) {
        return None;
    }
    let chinese = line.at(at) != Some(':');
    let Some((minute, width)) = digits(line, at + 1).filter(|(minute, width)| *minute < 60 && (*width == 2 || chinese))
    else {
        return chinese.then_some((hour, None, None, at + 1));
    };
    at += 1 + width;
    let minute = i8::try_from(minute).ok()?;
    if line.at(at) == Some('分') {
        at += 1;
    }
    let second = match line.at(at) {
        Some(':') => digits(line, at + 1).filter(|(second, width)| *second < 60 && *width == 2),
        _ => None,
    };
    let (second, at) = match second {
        Some((second, width)) => (i8::try_from(second).ok(), at + 1 + width),
        None => (None, at),
    };
    let (hour, at) = match half_of_day(line, at).filter(|_| part.is_none()) {
        Some((true, end)) if hour < 12 => (hour + 12, end),
        Some((_, end)) => (hour, end),
        None => (hour, at),
    };
    Some((hour, Some(minute), second, at))
}

/// `pm` or `am` behind a clock: whether it is the afternoon, and where it ends.
fn half_of_day(line: &NormalizedLine, index: usize) -> Option<(bool, usize)> {
    let (word, end) = line.word_at(line.skip_spaces(index), &["pm", "am"])?;
    (!line.at(end).is_some_and(char::is_alphanumeric)).then_some((word == "pm", end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_times() {
        let check = |text: &str, expected: &str| {
            let found = printed_at(&NormalizedLine::of(text, 100), 0).map_or(String::new(), |(printed, end)| {
                let Printed { year, month, day, hour, minute, second } = printed;
                let part = |part: Option<i8>| part.map_or("-".to_owned(), |part| part.to_string());
                format!("{year} {month} {day} {} {} {} @{end}", part(hour), part(minute), part(second))
            });
            assert_eq!(found, expected, "{text}");
        };
        check("2021-05-14 08:08:05来源", "2021 5 14 8 8 5 @19");
        check("2021年05月14日08:08", "2021 5 14 8 8 - @16");
        check("2022 01/ 08 01:00:09", "2022 1 8 1 0 9 @20");
        check("2026/3/10 13:26(3/10", "2026 3 10 13 26 - @15");
        check("2021-05-14T08:08:05+08:00", "2021 5 14 8 8 5 @19");
        check("2020年5月1日 星期五 下午3:20", "2020 5 1 15 20 - @20");
        check("2021.05.14 04:17 pm", "2021 5 14 16 17 - @19");
        check("2021-05-14 08:08 AM", "2021 5 14 8 8 - @19");
        check("2021-05-14 08:08 amber", "2021 5 14 8 8 - @16");
        check("二〇二一年五月一日", "2021 5 1 - - - @9");
        check("September 8th, 2021 10:56 am", "2021 9 8 10 56 - @28");
        check("十一月 6th, 2021", "2021 11 6 - - - @13");
        check("November 8those, 2021", "");
        check("2007-7-30", "2007 7 30 - - - @9");
        check("2021-10-0812:00", "2021 10 8 12 0 - @15");
        check("10-0812:00", "0 10 8 12 0 - @10");
        check("08-23 16333", "0 8 23 - - - @5");
        check("2021年05月14日10时20分", "2021 5 14 10 20 - @17");
        check("12/5華府", "");
        check("11-14-2021", "");
        check("2021-13-01", "");
        check("30%", "");
    }
}
