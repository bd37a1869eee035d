//! Parses Korean bylines: `한가람 기자 | 2022-06-14 09:30`.
//!
//! Owns lines that contain nothing else.

use crate::parse::dateline::{Person, korean_reporters};
use crate::parse::time::{Printed, first_printed};

/// The facts in a Korean byline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct KoreanByline {
    pub times: Vec<Printed>,
    pub people: Vec<Person>,
}

/// Reads `한가람 기자`, alone or with an address or a date.
pub(super) fn read(text: &str) -> Option<KoreanByline> {
    /// In characters.
    const MAX_LINE: usize = 60;
    /// Hangul syllables in addition to the names: the role, the outlet.
    const MAX_OTHERS: usize = 8;
    const ROLE: usize = 5;
    let is_hangul = |c: char| ('\u{AC00}'..='\u{D7A3}').contains(&c);
    if !text.contains(is_hangul) || text.chars().nth(MAX_LINE).is_some() || text.ends_with('.') {
        return None;
    }
    let people = korean_reporters(text);
    let named: usize = people.iter().map(|person| person.name.chars().count() + ROLE).sum();
    if people.is_empty() || text.chars().filter(|c| is_hangul(*c)).count() > named + MAX_OTHERS {
        return None;
    }
    Some(KoreanByline { times: first_printed(text).into_iter().collect(), people })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reporters_and_dates() {
        let check = |line: &str, names: &[&str], day: Option<(i16, i8, i8)>| {
            let found = read(line).unwrap_or_default();
            let people: Vec<&str> = found.people.iter().map(|person| person.name.as_str()).collect();
            assert_eq!(people, names, "{line}");
            assert_eq!(found.times.first().map(|day| (day.year, day.month, day.day)), day, "{line}");
        };
        check("한가람 기자", &["한가람"], None);
        check("한가람 기자 garam@news.example", &["한가람"], None);
        check("한가람 기자 | 2022-06-14 09:30", &["한가람"], Some((2022, 6, 14)));
        check("한가람 기자가 다음 달 문을 여는 강변 도서관을 미리 가 보았다", &[], None);
        check("新桥通车", &[], None);
    }
}
