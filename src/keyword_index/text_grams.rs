//! The indexed grams of a text: each character and each pair of adjacent characters.
//!
//! If two adjacent pairs are common (see [`super::pairs`]), their three characters are indexed too. The text must already be
//! folded.

use super::gram::Gram;
use super::pairs::PairSet;

/// Visits every gram of one or two characters of a folded text, with repetitions.
pub(crate) fn for_each_gram(text: &str, mut visit: impl FnMut(Gram)) {
    let mut previous = None;
    for character in text.chars() {
        visit(Gram::one(character));
        if let Some(previous) = previous {
            visit(Gram::two(previous, character));
        }
        previous = Some(character);
    }
}

/// Visits every gram of three characters of a folded text whose pairs are both common, with repetitions.
pub(crate) fn for_each_three(text: &str, common: &PairSet, mut visit: impl FnMut(Gram)) {
    if common.is_empty() {
        return;
    }
    // The last character, and the one before it if the two are a common pair.
    let mut last = None;
    let mut before = None;
    for character in text.chars() {
        let is_common = last.is_some_and(|last| common.contains(Gram::two(last, character)));
        if let (true, Some(first), Some(second)) = (is_common, before, last) {
            visit(Gram::three(first, second, character));
        }
        before = last.filter(|_| is_common);
        last = Some(character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grams(text: &str) -> Vec<Gram> {
        let mut grams = Vec::new();
        for_each_gram(text, |gram| grams.push(gram));
        grams
    }

    #[test]
    fn a_text_yields_its_characters_and_pairs() {
        assert_eq!(grams(""), []);
        assert_eq!(grams("新"), [Gram::one('新')]);
        assert_eq!(
            grams("新𠮷a"),
            [Gram::one('新'), Gram::one('𠮷'), Gram::two('新', '𠮷'), Gram::one('a'), Gram::two('𠮷', 'a')]
        );
    }

    #[test]
    fn three_characters_of_common_pairs() {
        let common: PairSet =
            [('a', 'b'), ('b', 'c'), ('c', 'd'), ('e', 'f')].map(|(a, b)| Gram::two(a, b)).into_iter().collect();
        let mut found = Vec::new();
        for_each_three("abcdefabdbcd", &common, |gram| found.push(gram));
        assert_eq!(found, [Gram::three('a', 'b', 'c'), Gram::three('b', 'c', 'd'), Gram::three('b', 'c', 'd')]);
    }
}
