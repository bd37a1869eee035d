//! A gram: one to three adjacent characters of folded text, encoded as one number.
//!
//! Owns the encoding. [`super::text_grams`] decides which grams of a text are indexed.

/// The number of bits of a code point; the largest is U+10FFFF.
const CHAR_BITS: u32 = 21;

/// The second character of a gram of one character. It is not a code point, and sorts after all of them.
const NO_CHAR: u64 = (1 << CHAR_BITS) - 1;

/// The flag of a gram of three characters, so that these sort after all others, and the others stay small numbers.
const THREE: u64 = 1 << 63;

/// One to three adjacent characters of folded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gram(u64);

impl Gram {
    /// A gram of one character.
    pub fn one(character: char) -> Self {
        Gram(u64::from(character) << CHAR_BITS | NO_CHAR)
    }

    /// A gram of two characters.
    pub fn two(first: char, second: char) -> Self {
        Gram(u64::from(first) << CHAR_BITS | u64::from(second))
    }

    /// A gram of three characters.
    pub fn three(first: char, second: char, third: char) -> Self {
        Gram(THREE | u64::from(first) << (2 * CHAR_BITS) | u64::from(second) << CHAR_BITS | u64::from(third))
    }

    /// The gram whose list has the documents that contain a pair and were indexed before it was expanded. It sorts after all
    /// grams of three that begin with the pair.
    pub fn residue(pair: Gram) -> Self {
        Gram(THREE | pair.0 << CHAR_BITS | NO_CHAR)
    }

    /// The two pairs of a gram of three, or the pair of a residue; `None` for shorter grams.
    pub fn pairs(self) -> Option<(Gram, Option<Gram>)> {
        if self.0 & THREE == 0 {
            return None;
        }
        let first = Gram(self.0 >> CHAR_BITS & ((1 << (2 * CHAR_BITS)) - 1));
        let second = Gram(self.0 & ((1 << (2 * CHAR_BITS)) - 1));
        Some((first, (self.0 & NO_CHAR != NO_CHAR).then_some(second)))
    }

    /// The encoded gram.
    pub fn number(self) -> u64 {
        self.0
    }

    /// The gram with this encoding.
    pub fn from_number(number: u64) -> Self {
        Gram(number)
    }

    /// Whether this is a gram of two characters.
    pub fn is_two(self) -> bool {
        self.0 & THREE == 0 && self.0 & NO_CHAR != NO_CHAR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gram_of_three_names_its_pairs() {
        let (ab, bc) = (Gram::two('a', 'b'), Gram::two('b', 'c'));
        assert_eq!(Gram::three('a', 'b', 'c').pairs(), Some((ab, Some(bc))));
        assert_eq!(Gram::residue(ab).pairs(), Some((ab, None)));
        assert_eq!(ab.pairs(), None);
        assert!(
            Gram::three('a', 'b', char::MAX) < Gram::residue(ab) && Gram::residue(ab) < Gram::three('a', 'c', '\0')
        );
    }

    #[test]
    fn no_two_grams_share_a_number() {
        let last = char::MAX;
        let mut all = vec![
            Gram::one('\0'),
            Gram::one(last),
            Gram::two('\0', '\0'),
            Gram::two('\0', last),
            Gram::two(last, last),
            Gram::three('\0', '\0', '\0'),
            Gram::residue(Gram::two('\0', '\0')),
            Gram::residue(Gram::two(last, last)),
            Gram::three(last, last, last),
        ];
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 9);
        assert!(Gram::two(last, last).is_two() && !Gram::one(last).is_two() && !Gram::three('\0', '\0', '\0').is_two());
    }
}
