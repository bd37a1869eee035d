//! The word lists of the parser, each list once.
//!
//! Lists are Simplified, half-width and lower case. Look them up in text that went through
//! [`super::normalized_line::normalize_char`], so that one entry matches both scripts. Does not own rules: a rule lives in the
//! stage that uses the list.

pub(super) mod byline_words;
pub(super) mod captions;
pub(super) mod english_words;
pub(super) mod headline_words;
pub(super) mod outlets;
pub(super) mod page_chrome;
pub(super) mod page_phrases;
pub(super) mod places;
pub(super) mod pronunciation_words;
pub(super) mod roles;
pub(super) mod surnames;
pub(super) mod time_words;
pub(super) mod wire_verbs;

#[cfg(test)]
mod tests {
    use crate::parse::normalized_line::normalize_line;

    const LISTS: &[(&str, &str)] = &[
        ("byline_words", include_str!("lexicon/byline_words.rs")),
        ("captions", include_str!("lexicon/captions.rs")),
        ("english_words", include_str!("lexicon/english_words.rs")),
        ("headline_words", include_str!("lexicon/headline_words.rs")),
        ("outlets", include_str!("lexicon/outlets.rs")),
        ("page_chrome", include_str!("lexicon/page_chrome.rs")),
        ("page_phrases", include_str!("lexicon/page_phrases.rs")),
        ("places", include_str!("lexicon/places.rs")),
        ("pronunciation_words", include_str!("lexicon/pronunciation_words.rs")),
        ("roles", include_str!("lexicon/roles.rs")),
        ("surnames", include_str!("lexicon/surnames.rs")),
        ("time_words", include_str!("lexicon/time_words.rs")),
        ("wire_verbs", include_str!("lexicon/wire_verbs.rs")),
    ];

    #[test]
    fn each_word_is_as_the_rules_see_it_and_once_in_its_list() {
        let mut faults = Vec::new();
        for (file, text) in LISTS {
            let code = text.split("#[cfg(test)]").next().unwrap_or(text);
            let code: String = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            for list in code.split("const ").skip(1) {
                let name = list.split(':').next().unwrap_or_default();
                let words: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
                for (at, word) in words.iter().enumerate() {
                    if normalize_line(word) != *word {
                        faults.push(format!("{file}::{name}: {word} is not Simplified, half-width and lower case"));
                    }
                    if words.iter().take(at).any(|known| known == word) {
                        faults.push(format!("{file}::{name}: {word} twice"));
                    }
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}
