//! Infers the year and month that a date omits.

use jiff::civil::Date;

use crate::article::DatelineDate;

/// Days that a completed date may lie after the reference: a page dated today may print tomorrow's dateline, because
/// time zones differ.
const TOLERANCE_DAYS: i64 = 1;

/// Number of years to try: enough for every 29 February.
const MAX_YEARS_BACK: i16 = 8;

/// Completes a date to the latest possible day up to the reference. Returns `None` if the date is incomplete and there
/// is no reference, or if no such day exists.
pub(super) fn complete(date: DatelineDate, reference: Option<Date>) -> Option<DatelineDate> {
    if date.year != 0 {
        return Date::new(date.year, date.month, date.day).is_ok().then_some(date);
    }
    let reference = reference?;
    let latest = reference.checked_add(jiff::Span::new().days(TOLERANCE_DAYS)).unwrap_or(reference);
    if date.month != 0 {
        return (0..=MAX_YEARS_BACK)
            .filter_map(|back| Date::new(latest.year().checked_sub(back)?, date.month, date.day).ok())
            .find(|candidate| *candidate <= latest)
            .map(from_date);
    }
    let mut month = latest.first_of_month();
    // The latest month may lack this day or not have reached it. Of the two months before, at least one has 31 days.
    for _ in 0..3 {
        if let Ok(candidate) = Date::new(month.year(), month.month(), date.day)
            && candidate <= latest
        {
            return Some(from_date(candidate));
        }
        month = month.yesterday().ok()?.first_of_month();
    }
    None
}

fn from_date(date: Date) -> DatelineDate {
    DatelineDate { year: date.year(), month: date.month(), day: date.day() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn nearest_before() {
        let check = |given: (i16, i8, i8), reference: Option<Date>, expected: Option<(i16, i8, i8)>| {
            let date = DatelineDate { year: given.0, month: given.1, day: given.2 };
            let found = complete(date, reference).map(|date| (date.year, date.month, date.day));
            assert_eq!(found, expected, "{given:?} {reference:?}");
        };
        check((0, 11, 14), Some(date(2021, 11, 15)), Some((2021, 11, 14)));
        check((0, 12, 31), Some(date(2022, 1, 2)), Some((2021, 12, 31)));
        check((0, 1, 3), Some(date(2022, 1, 2)), Some((2022, 1, 3)));
        check((0, 1, 1), Some(date(2021, 12, 31)), Some((2022, 1, 1)));
        check((0, 2, 29), Some(date(2023, 6, 1)), Some((2020, 2, 29)));
        check((0, 0, 31), Some(date(2021, 8, 1)), Some((2021, 7, 31)));
        check((0, 0, 31), Some(date(2021, 3, 1)), Some((2021, 1, 31)));
        check((0, 0, 10), Some(date(2026, 3, 10)), Some((2026, 3, 10)));
        check((1998, 1, 2), None, Some((1998, 1, 2)));
        check((0, 1, 2), None, None);
        check((0, 2, 30), Some(date(2021, 6, 1)), None);
    }
}
