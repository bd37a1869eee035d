//! Grams: the distinct folded characters of an article's texts, and each pair of neighbours.
//!
//! They are written as hexadecimal code points, so that no text, of an article or of a caller, is ever taken for the
//! index's query syntax or split by its tokenizer.

use std::collections::HashSet;
use std::fmt::Write;

use crate::article::ArticleContent;
use crate::query::{FoldedFields, Keyword, KeywordFilter, KeywordMatch, TextField};

/// One character, or two neighbours.
type Gram = (char, Option<char>);

/// The grams of an article, as the index takes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store::sqlite) struct Grams(String);

impl Grams {
    pub fn of(content: &ArticleContent) -> Self {
        let texts = FoldedFields::of(content);
        let items = TextField::ALL.into_iter().flat_map(|field| texts.items(field));
        let grams: HashSet<Gram> = items.flat_map(grams_of).collect();
        // Sorted, so that an article's grams are the same text each time.
        let mut grams: Vec<Gram> = grams.into_iter().collect();
        grams.sort_unstable();
        let mut text = String::with_capacity(grams.len() * 10);
        for gram in grams {
            push(&mut text, gram);
            text.push(' ');
        }
        Self(text)
    }

    /// Separated by spaces.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn grams_of(folded: &str) -> impl Iterator<Item = Gram> {
    let pairs = folded.chars().zip(folded.chars().skip(1)).map(|(first, second)| (first, Some(second)));
    folded.chars().map(|character| (character, None)).chain(pairs)
}

/// No hexadecimal digit is an x.
fn push(text: &mut String, (first, second): Gram) {
    // Writing to a String does not fail.
    let _ = match second {
        None => write!(text, "{:x}", u32::from(first)),
        Some(second) => write!(text, "{:x}x{:x}", u32::from(first), u32::from(second)),
    };
}

/// What to ask the index for a filter, and whether all that it finds matches. `None`: the filter has no keyword that an
/// article must hold.
pub(super) fn question(keywords: &KeywordFilter) -> Option<(String, bool)> {
    let must = keywords.all.iter().map(occurrence);
    let one_of: Vec<String> = keywords.any.iter().map(occurrence).collect();
    let one_of = (!one_of.is_empty()).then(|| format!("({})", one_of.join(" OR ")));
    let conditions: Vec<String> = must.chain(one_of).collect();
    if conditions.is_empty() {
        return None;
    }
    let is_exact = keywords.none.is_empty()
        && keywords.matching == KeywordMatch::Substring
        && keywords.fields.len() == TextField::ALL.len()
        && keywords.all.iter().chain(&keywords.any).all(is_gram);
    Some((conditions.join(" AND "), is_exact))
}

/// Whether a keyword is a gram, so that the index knows where it occurs.
fn is_gram(keyword: &Keyword) -> bool {
    keyword.folded().chars().count() <= 2
}

/// An article that holds a keyword holds all its pairs; a keyword of one character has none.
fn occurrence(keyword: &Keyword) -> String {
    let grams: Vec<Gram> = grams_of(keyword.folded()).collect();
    let has_pairs = grams.iter().any(|(_, second)| second.is_some());
    let mut needed: Vec<Gram> = grams.into_iter().filter(|(_, second)| second.is_some() == has_pairs).collect();
    needed.sort_unstable();
    needed.dedup();
    let needed: Vec<String> = needed
        .into_iter()
        .map(|gram| {
            let mut term = String::from('"');
            push(&mut term, gram);
            term.push('"');
            term
        })
        .collect();
    format!("({})", needed.join(" AND "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_has_each_character_and_pair_once() {
        let content =
            ArticleContent { headline: "云云".to_owned(), body: "云a".to_owned(), ..ArticleContent::default() };
        assert_eq!(Grams::of(&content).as_str(), "61 4e91 4e91x61 4e91x4e91 ");
    }

    #[test]
    fn a_filter_becomes_a_question() {
        let word = |text: &str| Keyword::new(text).expect("a keyword");
        let check = |all: &[&str], any: &[&str], none: &[&str], expected: Option<(&str, bool)>| {
            let words = |texts: &[&str]| texts.iter().map(|text| word(text)).collect();
            let filter = KeywordFilter::new(words(all), words(any), words(none), Vec::new(), KeywordMatch::Substring);
            let expected = expected.map(|(question, is_exact)| (question.to_owned(), is_exact));
            assert_eq!(question(&filter.expect("a filter")), expected);
        };
        check(&["云"], &[], &[], Some(("(\"4e91\")", true)));
        check(&["云a"], &[], &[], Some(("(\"4e91x61\")", true)));
        check(&["云云云"], &[], &[], Some(("(\"4e91x4e91\")", false)));
        check(&["a"], &["b", "c"], &[], Some(("(\"61\") AND ((\"62\") OR (\"63\"))", true)));
        check(&["a"], &[], &["b"], Some(("(\"61\")", false)));
        check(&[], &[], &["b"], None);
        check(
            &["\" OR *"],
            &[],
            &[],
            Some(("(\"20x2a\" AND \"20x6f\" AND \"22x20\" AND \"6fx72\" AND \"72x20\")", false)),
        );
    }
}
