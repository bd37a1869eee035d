//! Parses printed dates: `11月14日`, `１月２日`, `一月二十四日`, `2021年11月14日`, `15日`.

use crate::article::DatelineDate;
use crate::parse::normalized_line::NormalizedLine;

/// Accepted years.
const YEARS: std::ops::RangeInclusive<u32> = 1850..=2199;

/// The date at `index`, and where it ends. Year and month are 0 if they are not printed.
pub(crate) fn day_at(line: &NormalizedLine, index: usize) -> Option<(DatelineDate, usize)> {
    let mut date = DatelineDate { year: 0, month: 0, day: 0 };
    let (mut value, mut at) = number_at(line, index)?;
    if line.at(at) == Some('年') && YEARS.contains(&value) {
        date.year = i16::try_from(value).ok()?;
        (value, at) = number_at(line, line.skip_spaces(at + 1))?;
    }
    if line.at(at) == Some('月') && (1..=12).contains(&value) {
        date.month = i8::try_from(value).ok()?;
        (value, at) = number_at(line, line.skip_spaces(at + 1))?;
    } else if date.year != 0 {
        return None;
    }
    let named = matches!(line.at(at), Some('日' | '号'));
    if !named || !(1..=31).contains(&value) {
        return None;
    }
    date.day = i8::try_from(value).ok()?;
    Some((date, at + 1))
}

/// The number at `index`, in digits or Chinese numerals, and the position after it and white space.
pub(crate) fn number_at(line: &NormalizedLine, index: usize) -> Option<(u32, usize)> {
    let mut at = index;
    let mut digits = 0_u32;
    let mut value = 0_u32;
    while let Some(digit) = line.at(at).and_then(|character| character.to_digit(10)) {
        value = value.checked_mul(10)?.checked_add(digit)?;
        digits += 1;
        at += 1;
    }
    if digits > 4 {
        return None;
    }
    if digits > 0 {
        return Some((value, line.skip_spaces(at)));
    }
    let start = at;
    while line.at(at).is_some_and(|character| numeral(character).is_some() || character == '十') {
        at += 1;
        if at - start > 4 {
            return None;
        }
    }
    chinese_number(line.seen(start..at)).map(|value| (value, line.skip_spaces(at)))
}

/// Reads 二〇二一 digit by digit, and 二十四 as tens and ones.
fn chinese_number(numerals: &[char]) -> Option<u32> {
    let Some(ten) = numerals.iter().position(|character| *character == '十') else {
        if numerals.is_empty() {
            return None;
        }
        return numerals.iter().try_fold(0_u32, |value, character| numeral(*character).map(|digit| value * 10 + digit));
    };
    let (tens, ones) = (numerals.get(..ten)?, numerals.get(ten + 1..)?);
    let tens = match tens {
        [] => 1,
        [one] => numeral(*one)?,
        _ => return None,
    };
    let ones = match ones {
        [] => 0,
        [one] => numeral(*one)?,
        _ => return None,
    };
    Some(tens * 10 + ones)
}

fn numeral(character: char) -> Option<u32> {
    let value = match character {
        '〇' | '○' | '零' | 'Ｏ' => 0,
        '一' | '元' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    };
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(i16, i8, i8, usize)>) {
        let found = day_at(&NormalizedLine::of(text, 100), 0).map(|(date, end)| (date.year, date.month, date.day, end));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn days() {
        check("11月14日电", Some((0, 11, 14, 6)));
        check("１ 月 ２ 日电", Some((0, 1, 2, 7)));
        check("一月二十四日", Some((0, 1, 24, 6)));
        check("二〇二一年十二月三十一日", Some((2021, 12, 31, 12)));
        check("2021年元月1日", Some((2021, 1, 1, 9)));
        check("15日電", Some((0, 0, 15, 3)));
        check("13月1日", None);
        check("2月30", None);
        check("32日", None);
        check("三亚1月2日", None);
        check("2021年1月", None);
        check("", None);
    }
}
