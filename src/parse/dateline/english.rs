//! English datelines: `BEIJING, Nov. 14 (Xinhua) --`, `LONDON (Reuters) -`, `HONG KONG, Jan 5 —`.

use super::Found;
use crate::article::{Dateline, DatelineDate};
use crate::parse::lexicon::time_words::MONTHS;

/// The longest English dateline, in bytes.
const MAX_BYTES: usize = 90;

const DASHES: &[&str] = &["--", "—", "–", "-"];

pub(super) fn at_start(line: &str) -> Option<Found> {
    let start = line.len() - line.trim_start().len();
    let text = line.get(start..)?;
    if !text.starts_with(|first: char| first.is_ascii_uppercase() || first == '(') {
        return None;
    }
    let (dash, width) = dash_in(text).or_else(|| bare_end(text))?;
    let head = text.get(..dash)?.trim_end();
    let (rest, agency) = agency_of(head);
    let (place, date) = date_of(rest);
    let place = place.trim_end_matches([',', ' ']);
    let starts_in_capitals =
        !place.is_empty() && place.chars().filter(|c| c.is_alphabetic()).take_while(|c| c.is_uppercase()).count() >= 3;
    let plausible = match (agency.is_empty(), date) {
        // `Taipei, Aug. 8 (CNA) The`: date and agency are sufficient.
        (false, Some(_)) => place.is_empty() || starts_each_word_with_capital(place),
        (false, None) => place.is_empty() || starts_in_capitals,
        (true, _) => starts_in_capitals && (date.is_some() || is_all_upper(place)),
    };
    if !plausible || place.chars().any(|c| matches!(c, '!' | '?' | ':' | ';' | '"' | '$')) {
        return None;
    }
    let end = start + dash + width;
    let body = line.get(end..)?;
    if body.trim().is_empty() {
        return None;
    }
    Some(Found {
        dateline: Dateline {
            text: line.get(start..end)?.trim().to_owned(),
            agency: agency.to_owned(),
            location: place.to_owned(),
            date,
        },
        people: Vec::new(),
        range: start..end,
        body_start: end + body.len() - body.trim_start().len(),
    })
}

/// The first dash within the longest dateline that ends a head. A hyphen needs white space on both sides, any other dash on one
/// side.
fn dash_in(text: &str) -> Option<(usize, usize)> {
    for (at, _) in text.char_indices().take_while(|(at, _)| *at < MAX_BYTES) {
        let rest = text.get(at..)?;
        let Some(dash) = DASHES.iter().find(|dash| rest.starts_with(**dash)) else { continue };
        let before = text.get(..at)?.ends_with([' ', ')']);
        let after = rest.get(dash.len()..).is_some_and(|after| after.starts_with(char::is_whitespace));
        if *dash != "-" && (before || after) || before && after {
            return Some((at, dash.len()));
        }
    }
    None
}

/// The end of a head without a dash, after date and agency: `Taipei, Aug. 8 (CNA) The city`.
fn bare_end(text: &str) -> Option<(usize, usize)> {
    let end = text.find(')').filter(|end| *end < MAX_BYTES)? + 1;
    let (rest, agency) = agency_of(text.get(..end)?);
    let dated = !agency.is_empty() && date_of(rest).1.is_some();
    (dated && text.get(end..)?.starts_with(' ')).then_some((end, 0))
}

fn starts_each_word_with_capital(place: &str) -> bool {
    place.split([' ', ',', '-']).filter(|word| !word.is_empty()).all(|word| word.starts_with(char::is_uppercase))
}

/// `(Xinhua)` at the end of a head.
fn agency_of(head: &str) -> (&str, &str) {
    let Some(inner) = head.strip_suffix(')') else { return (head, "") };
    match inner.rfind('(') {
        Some(open) => {
            let agency = inner.get(open + 1..).unwrap_or_default();
            let named = (2..=40).contains(&agency.len()) && agency.starts_with(|c: char| c.is_ascii_uppercase());
            if named { (inner.get(..open).unwrap_or_default().trim_end(), agency) } else { (head, "") }
        }
        None => (head, ""),
    }
}

/// `Nov. 14` or `Nov. 14, 2021` at the end of a head.
fn date_of(head: &str) -> (&str, Option<DatelineDate>) {
    let parse = || {
        let mut words = head.rsplitn(4, ' ');
        let last = words.next()?.trim_end_matches(',');
        let number: i16 = last.parse().ok()?;
        let (year, day_word) = if number > 31 { (number, words.next()?.trim_end_matches(',')) } else { (0, last) };
        let day: i8 = day_word.parse().ok().filter(|day| (1..=31).contains(day))?;
        let month = month_of(words.next()?)?;
        let tail_start = head.rfind(if year > 0 { day_word } else { last })?;
        let place = head.get(..tail_start)?.trim_end();
        let place = place.get(..place.rfind([' ']).unwrap_or(0))?;
        Some((place, DatelineDate { year, month, day }))
    };
    match parse() {
        Some((place, date)) => (place, Some(date)),
        None => (head, None),
    }
}

fn month_of(word: &str) -> Option<i8> {
    let word = word.trim_end_matches(['.', ',']).to_ascii_lowercase();
    let index = MONTHS.iter().position(|month| word.starts_with(month.get(..3).unwrap_or(month)) && word.len() <= 9)?;
    i8::try_from(index + 1).ok()
}

fn is_all_upper(place: &str) -> bool {
    place.len() <= 30 && place.chars().all(|c| !c.is_alphabetic() || c.is_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_datelines() {
        let check = |line: &str, expected: Option<(&str, &str, i8, i8, &str)>| {
            let found = at_start(line);
            let found = found.as_ref().map(|found| {
                let date = found.dateline.date.unwrap_or(DatelineDate { year: 0, month: 0, day: 0 });
                (
                    found.dateline.agency.as_str(),
                    found.dateline.location.as_str(),
                    date.month,
                    date.day,
                    line.get(found.body_start..).unwrap_or_default(),
                )
            });
            assert_eq!(found, expected, "{line}");
        };
        check("BEIJING, Nov. 14 (Xinhua) -- The city", Some(("Xinhua", "BEIJING", 11, 14, "The city")));
        check("NEW YORK, Sept 3, 2020 (AP) — It", Some(("AP", "NEW YORK", 9, 3, "It")));
        check("LONDON (Reuters) - Shares", Some(("Reuters", "LONDON", 0, 0, "Shares")));
        check("(Reuters) - Shares", Some(("Reuters", "", 0, 0, "Shares")));
        check("HONG KONG — A storm", Some(("", "HONG KONG", 0, 0, "A storm")));
        check("PARIS, France, May 1 (AFP) -- A", Some(("AFP", "PARIS, France", 5, 1, "A")));
        check("Taipei, Aug. 8 (CNA) The city", Some(("CNA", "Taipei", 8, 8, "The city")));
        check("He came on Aug. 8 (Monday) and left", None);
        check("Well-known people - and others - came", None);
        check("The BBC (London) - said", None);
        check("US-China talks", None);
    }
}
