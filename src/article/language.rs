//! Language tags: BCP 47 (RFC 5646), in canonical letter case.
//!
//! Checks the syntax only, not whether a subtag is registered.

/// The maximum length of a language tag: RFC 5646, section 4.4.1, requires implementations to support 35 characters.
const MAX_LANGUAGE_BYTES: usize = 35;

/// The tag in the letter case of RFC 5646, section 2.1.1; `None` if it does not have the syntax of section 2.1.
pub(crate) fn canonical_language(tag: &str) -> Option<String> {
    if tag.len() > MAX_LANGUAGE_BYTES {
        return None;
    }
    let lower = tag.to_ascii_lowercase();
    let mut subtags = lower.split('-').peekable();
    let mut written: Vec<String> = Vec::new();
    if subtags.peek() != Some(&"x") {
        let language = subtags.next().filter(|subtag| is_alphabetic(subtag, 2..=8))?;
        written.push(language.to_owned());
        if language.len() <= 3 {
            // At most three extended language subtags, such as zh-yue.
            while let Some(extended) = subtags.next_if(|subtag| written.len() <= 3 && is_alphabetic(subtag, 3..=3)) {
                written.push(extended.to_owned());
            }
        }
        if let Some(script) = subtags.next_if(|subtag| is_alphabetic(subtag, 4..=4)) {
            let (first, rest) = script.split_at(1);
            written.push(first.to_ascii_uppercase() + rest);
        }
        if let Some(region) = subtags.next_if(|subtag| is_region(subtag)) {
            written.push(region.to_ascii_uppercase());
        }
        while let Some(variant) = subtags.next_if(|subtag| is_variant(subtag)) {
            written.push(variant.to_owned());
        }
    }
    while let Some(singleton) = subtags.next() {
        if singleton.len() != 1 || !is_alphanumeric(singleton, 1..=1) {
            return None;
        }
        // Private-use subtags, after x, may be single characters.
        let shortest = if singleton == "x" { 1 } else { 2 };
        let before = written.len();
        written.push(singleton.to_owned());
        while let Some(subtag) = subtags.next_if(|subtag| is_alphanumeric(subtag, shortest..=8)) {
            written.push(subtag.to_owned());
        }
        if written.len() == before + 1 {
            return None;
        }
    }
    Some(written.join("-"))
}

fn is_alphabetic(subtag: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_alphanumeric(subtag: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_region(subtag: &str) -> bool {
    is_alphabetic(subtag, 2..=2) || subtag.len() == 3 && subtag.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_variant(subtag: &str) -> bool {
    is_alphanumeric(subtag, 5..=8)
        || is_alphanumeric(subtag, 4..=4) && subtag.starts_with(|first: char| first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_get_their_canonical_case() {
        for (given, expected) in [
            ("zh-hans", "zh-Hans"),
            ("ZH-HANT-tw", "zh-Hant-TW"),
            ("zh-Yue-hk", "zh-yue-HK"),
            ("EN", "en"),
            ("es-419", "es-419"),
            ("de-CH-1901", "de-CH-1901"),
            ("sl-Rozaj-Biske", "sl-rozaj-biske"),
            ("zh-Hans-u-CO-pinyin", "zh-Hans-u-co-pinyin"),
            ("zh-x-a-B", "zh-x-a-b"),
            ("x-private", "x-private"),
            ("und", "und"),
        ] {
            assert_eq!(canonical_language(given).as_deref(), Some(expected), "{given}");
        }
    }

    #[test]
    fn malformed_tags_are_refused() {
        let too_long = format!("zh-x-{}", ["abcdefgh"; 4].join("-"));
        for given in [
            "zh_Hans",
            "z",
            "zh-",
            "-zh",
            "zh--Hans",
            "中文",
            "zh-Hans-Hant",
            "zh-TW-Hant",
            "zh-u",
            "zh-x",
            "1",
            "?",
            "zh Hans",
            "zh\n",
            "abcdefghi",
            &too_long,
        ] {
            assert_eq!(canonical_language(given), None, "{given}");
        }
    }
}
