//! Datelines of Japanese and Korean papers, with an equals sign after the place: `【ソウル＝佐野透】`, `[강변=강변일보 한가람 기자]`,
//! `(강변=강변통신) 한가람 기자 = `.

use super::Found;
use super::people::{Person, Role};
use crate::article::Dateline;
use crate::parse::lexicon::roles;

/// The longest dateline, in characters, including brackets.
const MAX_DATELINE: usize = 48;

/// The longest place, in characters.
const MAX_PLACE: usize = 12;

pub(super) fn at_start(line: &str) -> Option<Found> {
    let start = line.len() - line.trim_start().len();
    let text = line.get(start..)?;
    let close = match text.chars().next()? {
        '【' => '】',
        '[' => ']',
        '(' => ')',
        '〔' => '〕',
        _ => return None,
    };
    let (end, _) = text.char_indices().take(MAX_DATELINE).find(|(_, c)| *c == close)?;
    let open = text.chars().next()?.len_utf8();
    let inner = text.get(open..end)?;
    let (place, after) = inner.split_once(['＝', '='])?;
    let place = place.trim();
    let is_place = (1..=MAX_PLACE).contains(&place.chars().count())
        && place.chars().all(|c| c.is_alphabetic() && !c.is_ascii() || c == '・');
    let mut body_start = start + end + close.len_utf8();
    let mut range_end = body_start;
    let near: String = text.chars().take(2 * MAX_DATELINE).collect();
    let has = |range: std::ops::RangeInclusive<char>| near.chars().filter(|c| range.contains(c)).count() > 1;
    let mut agency = "";
    let people = if close == '】' && has('\u{3041}'..='\u{30FA}') {
        after.split(['、', '・', '，']).map(str::trim).filter(|name| is_japanese_name(name)).map(reporter).collect()
    } else if has('\u{AC00}'..='\u{D7A3}') {
        agency = after.split_whitespace().next().unwrap_or_default();
        let mut people = korean_reporters(after);
        // `(강변=강변통신) 한가람 기자 = `
        let rest = line.get(body_start..)?;
        if let Some((signed, _)) = rest.split_once('=').filter(|(signed, _)| signed.chars().count() <= MAX_DATELINE)
            && let signers = korean_reporters(signed)
            && !signers.is_empty()
        {
            people.extend(signers);
            range_end = body_start + signed.len() + 1;
            body_start = range_end;
        }
        people
    } else {
        return None;
    };
    let body = line.get(body_start..)?;
    if !is_place || body.trim().is_empty() {
        return None;
    }
    Some(Found {
        dateline: Dateline {
            text: line.get(start..range_end)?.trim().to_owned(),
            agency: agency.to_owned(),
            location: place.to_owned(),
            date: None,
        },
        people,
        range: start..range_end,
        body_start: body_start + body.len() - body.trim_start().len(),
    })
}

fn reporter(name: &str) -> Person {
    Person { name: name.to_owned(), role: Role::Reporter }
}

fn is_japanese_name(name: &str) -> bool {
    (2..=6).contains(&name.chars().count()) && name.chars().all(char::is_alphabetic)
}

/// Reporters in a Korean text: `한가람 기자`. A name has two to four syllables.
pub(crate) fn korean_reporters(text: &str) -> Vec<Person> {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || "=·,/|()[]<>▶".contains(c)).filter(|word| !word.is_empty()).collect();
    let is_name = |word: &&&str| {
        (2..=4).contains(&word.chars().count())
            && word.chars().all(|c| ('\u{AC00}'..='\u{D7A3}').contains(&c))
            && !roles::KOREAN_ROLES.contains(word)
    };
    let mut people: Vec<Person> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        // `인턴 기자` (trainee reporter) is a role of two words.
        let before = if at > 0 && words.get(at - 1) == Some(&roles::KOREAN_TRAINEE) {
            at.checked_sub(2)
        } else {
            at.checked_sub(1)
        };
        let name = before.and_then(|at| words.get(at)).filter(is_name);
        if let Some(name) = name.filter(|_| roles::KOREAN_ROLES.contains(word)) {
            people.push(reporter(name));
        }
    }
    people
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_and_reporter_around_an_equals_sign() {
        let check = |line: &str, expected: Option<(&str, &str, &[&str], &str)>| {
            let found = at_start(line);
            let names: Vec<&str> =
                found.iter().flat_map(|found| &found.people).map(|person| person.name.as_str()).collect();
            let found = found.as_ref().map(|found| {
                let body = line.get(found.body_start..).unwrap_or_default();
                (found.dateline.location.as_str(), found.dateline.agency.as_str(), names.as_slice(), body)
            });
            assert_eq!(found, expected, "{line}");
        };
        check(
            "【ソウル＝佐野透】市は灯台を公開すると発表した。",
            Some(("ソウル", "", &["佐野透"], "市は灯台を公開すると発表した。")),
        );
        check(
            "[강변=강변일보 한가람 기자] 도서관이 문을 연다.",
            Some(("강변", "강변일보", &["한가람"], "도서관이 문을 연다.")),
        );
        check(
            "(강변=강변통신) 한가람 기자 = 도서관이 문을 연다.",
            Some(("강변", "강변통신", &["한가람"], "도서관이 문을 연다.")),
        );
        check("【青石＝新桥】新桥今天通车。", None);
        check("【訂正】記事の中で名前が違いました。", None);
        check("(a=b) 도서관이 문을 연다고 시가 밝혔다.", None);
    }
}
