//! Which source of the publish time wins.

use super::*;

fn time(text: &str) -> Timestamp {
    text.parse().expect(text)
}

fn printed(year: i16, month: i8, day: i8) -> Printed {
    Printed { year, month, day, hour: Some(8), minute: Some(30), second: None }
}

/// Publish time and basis, the dateline's year and month, and the warnings' reasons.
type Expected<'a> = (Option<(&'a str, TimeBasis)>, (i16, i8), &'a [&'a str]);

/// Resolves the clues and compares the result.
fn check(clues: &Clues, date: (i16, i8, i8), expected: Expected) {
    let mut report = ParseReport::default();
    let date = DatelineDate { year: date.0, month: date.1, day: date.2 };
    let mut dateline = Dateline { date: Some(date), ..Dateline::default() };
    let found = resolve(clues, Some(&mut dateline), &mut report, &mut Trace::off());
    let reasons: Vec<&str> = report.warnings.iter().map(|warning| warning.reason.as_ref()).collect();
    let date = dateline.date.expect("kept");
    let (publish, completed, warnings) = expected;
    assert_eq!(found.map(|found| (found.time, found.basis)), publish.map(|(at, basis)| (time(at), basis)), "{clues:?}");
    assert_eq!((date.year, date.month), completed, "{clues:?}");
    assert_eq!(reasons, warnings, "{clues:?}");
}

#[test]
fn order_of_trust() {
    use TimeBasis::{Dateline, Metadata, PageText, Url};
    let fetched = Some(time("2021-11-15T00:00:00Z"));
    let url = Some("http://a.example/n1/2021/1114/c1.html");
    let on_page = [printed(2021, 11, 13)];
    let metadata =
        Some(PublishTime { time: time("2021-11-12T00:00:00Z"), precision: TimePrecision::Second, basis: Metadata });

    let clues = Clues { fetch_time: fetched, ..Clues::default() };
    check(&clues, (0, 11, 14), (Some(("2021-11-13T16:00:00Z", Dateline)), (2021, 11), &[]));
    check(&clues, (0, 12, 31), (Some(("2020-12-30T16:00:00Z", Dateline)), (2020, 12), &[]));
    check(&clues, (0, 0, 31), (Some(("2021-10-30T16:00:00Z", Dateline)), (2021, 10), &[]));
    check(&Clues::default(), (0, 11, 14), (None, (0, 11), &["PUBLISH_YEAR_UNKNOWN"]));

    let clues = Clues { url, ..Clues::default() };
    check(&clues, (0, 11, 14), (Some(("2021-11-13T16:00:00Z", Url)), (2021, 11), &[]));
    let clues = Clues { url, printed: &on_page, ..Clues::default() };
    check(&clues, (0, 11, 13), (Some(("2021-11-13T00:30:00Z", PageText)), (2021, 11), &[]));
    let clues = Clues { url, printed: &on_page, metadata, ..Clues::default() };
    check(&clues, (0, 11, 12), (Some(("2021-11-12T00:00:00Z", Metadata)), (2021, 11), &[]));

    let likely = metadata.map(|time| PublishTime { time: self::time("2021-11-13T00:00:00Z"), ..time });
    let clues = Clues { likely, ..Clues::default() };
    check(&clues, (0, 11, 12), (Some(("2021-11-13T00:00:00Z", Metadata)), (2021, 11), &[]));
    let clues = Clues { likely, url, ..Clues::default() };
    check(&clues, (0, 11, 14), (Some(("2021-11-13T16:00:00Z", Url)), (2021, 11), &[]));

    // The crawl date supplies month and year, but is not a publish time.
    let clues = Clues { crawl_day: Some(printed(2025, 8, 23)), ..Clues::default() };
    check(&clues, (0, 0, 22), (Some(("2025-08-21T16:00:00Z", Dateline)), (2025, 8), &[]));
}

#[test]
fn impossible_day_is_dropped() {
    for (year, month, day) in [(0, 11, 31), (2021, 2, 29), (2021, 13, 1)] {
        let mut report = ParseReport::default();
        let date = Some(DatelineDate { year, month, day });
        let mut dateline = Dateline { text: "青溪在线11月31日电".to_owned(), date, ..Dateline::default() };
        assert_eq!(resolve(&Clues::default(), Some(&mut dateline), &mut report, &mut Trace::off()), None);
        assert_eq!((dateline.date, dateline.text.as_str()), (None, "青溪在线11月31日电"));
        assert_eq!(report.warnings[0].reason, "DATELINE_DAY_IMPOSSIBLE");
    }
}

#[test]
fn time_after_the_fetch_is_rejected() {
    let fetch_time = Some(time("2021-11-15T00:00:00Z"));
    let on_page = [printed(2022, 3, 1)];
    let clues = Clues { fetch_time, printed: &on_page, ..Clues::default() };
    let dateline = Some(("2021-11-13T16:00:00Z", TimeBasis::Dateline));
    check(&clues, (0, 11, 14), (dateline, (2021, 11), &["PUBLISH_TIME_AFTER_FETCH"]));
    check(&clues, (2023, 11, 14), (None, (2023, 11), &["PUBLISH_TIME_AFTER_FETCH", "PUBLISH_TIME_AFTER_FETCH"]));
}
