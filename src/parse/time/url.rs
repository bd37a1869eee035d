//! The day in a page's URL: `/n1/2021/1114/`, `/2022-01/08/`, `t20211114_`, `/202603100150.aspx`.

use jiff::civil::Date;

/// Chinese news sites were not on the web before 1994.
const YEARS: std::ops::RangeInclusive<i16> = 1994..=2099;

/// The first date in the path of a URL.
pub(super) fn day_in(url: &str) -> Option<Date> {
    // Skip scheme and host: digits in a host name are not a date.
    let path_start = url.find("://").map_or(0, |at| at + 3);
    let path = url.get(path_start..)?.find('/').and_then(|slash| url.get(path_start + slash..))?.as_bytes();
    (0..path.len()).find_map(|at| day_at(path, at))
}

fn day_at(path: &[u8], at: usize) -> Option<Date> {
    let starts_number = at == 0 || !path.get(at - 1)?.is_ascii_digit();
    if !starts_number {
        return None;
    }
    let year = i16::try_from(digits(path, at, 4)?).ok().filter(|year| YEARS.contains(year))?;
    let (month_at, separated) = skip_separator(path, at + 4);
    let month = i8::try_from(digits(path, month_at, 2)?).ok()?;
    let (day_at, _) = skip_separator(path, month_at + 2);
    let day = i8::try_from(digits(path, day_at, 2)?).ok()?;
    let date = Date::new(year, month, day).ok()?;
    let more = path.iter().skip(day_at + 2).take_while(|byte| byte.is_ascii_digit()).count();
    // A date without separators may be followed by hour and minute or a sequence number of that width. Otherwise the
    // digits are an id.
    let whole = more == 0 || !separated && matches!(more, 4 | 6);
    whole.then_some(date)
}

fn digits(path: &[u8], at: usize, count: usize) -> Option<u32> {
    path.get(at..at + count)?
        .iter()
        .try_fold(0_u32, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0')))
}

fn skip_separator(path: &[u8], at: usize) -> (usize, bool) {
    match path.get(at) {
        Some(b'/' | b'-' | b'_' | b'.') => (at + 1, true),
        _ => (at, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_paths() {
        let check = |url: &str, expected: Option<(i16, i8, i8)>| {
            let found = day_in(url).map(|date| (date.year(), date.month(), date.day()));
            assert_eq!(found, expected, "{url}");
        };
        check("http://a.example/n1/2021/1114/c1-2.html", Some((2021, 11, 14)));
        check("http://a.example/x/t20211114_123.html", Some((2021, 11, 14)));
        check("http://a.example/cj/2024/10-29/10310183.shtml", Some((2024, 10, 29)));
        check("https://a.example/news/aipl/202603100150.aspx", Some((2026, 3, 10)));
        check("http://a.example/2022-01/08/c_1128243189.htm", Some((2022, 1, 8)));
        check("http://a.example/2006/2006-03-07/8/1.shtml", Some((2006, 3, 7)));
        check("http://a.example/j/2007-08-08/07483089305.shtml", Some((2007, 8, 8)));
        check("http://a.example/2021/05/14/203689.html", Some((2021, 5, 14)));
        check("http://a.example/20211314/", None);
        check("http://a.example/article/2021111", None);
        check("http://20211114.example/", None);
        check("http://a.example/id/2021111412345", None);
        check("", None);
    }
}
