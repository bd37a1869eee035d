//! Parses English bylines: `By Ada Lane`, `Published Aug 28, 2024 • Last updated 1 hour ago • 4 minute read`,
//! `Ada Lane | Published 4 months ago`.
//!
//! Owns lines that contain nothing else. Lines with Chinese characters are those of `byline`.

use crate::parse::dateline::{Person, Role};
use crate::parse::lexicon::{english_words, time_words};
use crate::parse::normalized_line::NormalizedLine;
use crate::parse::time::{Printed, printed_at};

/// The facts in an English byline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct EnglishByline {
    pub times: Vec<Printed>,
    pub people: Vec<Person>,
}

/// In characters.
const MAX_LINE: usize = 160;

/// Signs between the parts of a line.
const BARS: &[char] = &['|', '•', '·', '—', '–', '/'];

pub(super) fn read(text: &str) -> Option<EnglishByline> {
    let is_latin = |c: char| c < '\u{2E80}';
    if !text.chars().all(is_latin) || !text.contains(char::is_alphabetic) || text.chars().nth(MAX_LINE).is_some() {
        return None;
    }
    let mut found = EnglishByline::default();
    let (rest, times) = without_times(text);
    found.times = times;
    let mut has_fact = !found.times.is_empty();
    let mut parts: Vec<Vec<&str>> = Vec::new();
    for part in rest.split(BARS) {
        let words: Vec<&str> = part.split_whitespace().collect();
        if !words.is_empty() {
            parts.push(words);
        }
    }
    has_fact |= parts.iter().any(|words| tells_time(words));
    let is_dated = has_fact;
    for words in &parts {
        if words.iter().all(|word| is_known(word)) {
            // `Published`, `Author of the article:`.
            has_fact |= words.first().is_some_and(|word| english_words::BYLINE_STARTS.contains(&bare(word).as_str()));
        } else if let Some(names) = names_after_by(words, is_dated) {
            found.people.extend(names);
            has_fact = true;
        } else if is_dated && is_name(words) {
            found.people.push(person(words));
        } else if is_dated && matches!(words.as_slice(), [one] if is_zone(one) || is_domain(one)) {
            // The site, or the time zone after a clock.
        } else {
            return None;
        }
    }
    has_fact.then_some(found)
}

/// The text without the times that it prints, and these.
fn without_times(text: &str) -> (String, Vec<Printed>) {
    let view = NormalizedLine::of(text, MAX_LINE);
    let mut rest = String::new();
    let mut times = Vec::new();
    let mut at = 0;
    while at < view.len() {
        match printed_at(&view, at).filter(|(printed, _)| printed.year != 0) {
            Some((printed, end)) => {
                times.push(printed);
                rest.push(' ');
                at = end;
            }
            None => {
                rest.push_str(view.slice(at..at + 1));
                at += 1;
            }
        }
    }
    (rest, times)
}

/// A word in lower case, without the signs around it.
fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// Whether a word is one of a byline's, a number, a clock or a sign.
fn is_known(word: &str) -> bool {
    let bare = bare(word);
    let is_number = bare.chars().next().is_none_or(|c| c.is_ascii_digit());
    is_number
        || english_words::BYLINE.contains(&bare.as_str())
        || time_words::ENGLISH_WEEKDAYS.iter().any(|day| *day == bare || day.get(..3) == Some(bare.as_str()))
}

/// `4 months ago`, `17 minute read`, `17-minute read`.
fn tells_time(words: &[&str]) -> bool {
    let words: Vec<String> = words.iter().flat_map(|word| word.split('-')).map(bare).collect();
    words.windows(3).any(|three| match three {
        [number, unit, after] => {
            number.chars().all(|c| c.is_ascii_digit())
                && !number.is_empty()
                && english_words::DURATIONS.contains(&unit.as_str())
                && english_words::AFTER_DURATION.contains(&after.as_str())
        }
        _ => false,
    })
}

/// The names after `By`, to the end of the part. In a line with a time the sections of the site may follow: `By Ada Lane, in News`.
fn names_after_by(words: &[&str], is_dated: bool) -> Option<Vec<Person>> {
    let at = words.iter().position(|word| bare(word) == "by")?;
    let (before, after) = (words.get(..at)?, words.get(at + 1..)?);
    let end = after.iter().position(|word| is_dated && bare(word) == "in").unwrap_or(after.len());
    let sections = after.get(end..)?;
    let in_capitals = |word: &&str| word.starts_with(char::is_uppercase) || is_known(word);
    if !before.iter().all(|word| is_known(word)) || !sections.iter().all(in_capitals) {
        return None;
    }
    let mut names: Vec<Vec<&str>> = vec![Vec::new()];
    for word in after.get(..end)? {
        let joins = matches!(bare(word).as_str(), "and") || *word == "&";
        match names.last_mut() {
            Some(name) if !joins => name.push(word),
            _ => {}
        }
        if joins || word.ends_with(',') {
            names.push(Vec::new());
        }
    }
    names.retain(|name| !name.is_empty());
    let jobs = |name: &[&str]| name.last().is_some_and(|word| english_words::JOBS.contains(&bare(word).as_str()));
    let is_acronym = |name: &[&str]| matches!(name, [one] if is_acronym(one));
    if names.is_empty() || !names.iter().all(|name| is_name(name) || is_acronym(name) || jobs(name)) {
        return None;
    }
    Some(names.into_iter().filter(|name| !jobs(name)).map(|name| person(&name)).collect())
}

/// `IST`, `HKT`.
fn is_zone(word: &str) -> bool {
    (2..=4).contains(&word.len()) && word.chars().all(|c| c.is_ascii_uppercase())
}

/// `NEWS.EXAMPLE`.
fn is_domain(word: &str) -> bool {
    let mut labels = word.split('.');
    word.contains('.') && labels.all(|label| label.len() >= 2 && label.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// Two to four capitalized words.
fn is_name(words: &[&str]) -> bool {
    const WORDS: std::ops::RangeInclusive<usize> = 2..=4;
    // Particles within a surname.
    let is_particle =
        |word: &str| matches!(word, "de" | "van" | "der" | "den" | "von" | "da" | "la" | "del" | "bin" | "al");
    let is_part = |word: &&str| {
        word.starts_with(char::is_uppercase)
            && word.trim_end_matches(',').chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\'' | '’'))
            && !is_known(word)
            || is_particle(word)
    };
    let starts = words.first().is_some_and(|word| word.starts_with(char::is_uppercase));
    WORDS.contains(&words.len()) && starts && words.iter().all(is_part)
}

/// `TPN`: a desk that signs with its letters.
fn is_acronym(word: &str) -> bool {
    let word = word.trim_end_matches(',');
    (2..=6).contains(&word.len()) && word.chars().all(|c| c.is_ascii_uppercase())
}

fn person(words: &[&str]) -> Person {
    Person { name: words.join(" ").trim_end_matches(',').to_owned(), role: Role::Contributor }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_times() {
        let check = |line: &str, expected: Option<(&[&str], usize)>| {
            let found = read(line);
            let people: Vec<&str> =
                found.iter().flat_map(|found| &found.people).map(|person| person.name.as_str()).collect();
            let found = found.as_ref().map(|found| (people.as_slice(), found.times.len()));
            assert_eq!(found, expected, "{line}");
        };
        check("By Ada Lane", Some((&["Ada Lane"], 0)));
        check("by Ada Lane", Some((&["Ada Lane"], 0)));
        check("By Ada Lane and Tom Reed", Some((&["Ada Lane", "Tom Reed"], 0)));
        check("By Ada Lane, Tom Reed & Ida van der Hill", Some((&["Ada Lane", "Tom Reed", "Ida van der Hill"], 0)));
        check("By Ada Lane, Staff Writer", Some((&["Ada Lane"], 0)));
        check("By GRN, in News, Harbour · 31 Jan 2025, 20:02 · 0 Comments", Some((&["GRN"], 1)));
        check("Ada Lane|Published 4 months ago", Some((&["Ada Lane"], 0)));
        check(
            "Published Aug 28, 2024 \u{a0}•\u{a0} Last updated 1 hour ago \u{a0}•\u{a0} 4 minute read",
            Some((&[], 1)),
        );
        check("Ada Lane / NEWS.EXAMPLE / Sep 2, 2024, 17:07 IST", Some((&["Ada Lane"], 1)));
        check("Author of the article:", Some((&[], 0)));
        check("Last updated 21 hours ago", Some((&[], 0)));
        check("1 day ago", Some((&[], 0)));
        check("17-minute read", Some((&[], 0)));
        check("By the river", None);
        check("By Monday the bridge will be open", None);
        check("Published on both banks", None);
        check("A day on the river", None);
        check("Two days ago Ada Lane came", None);
        check("Ada Lane", None);
        check("新桥 by Ada Lane", None);
    }
}
