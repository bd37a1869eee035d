//! Punctuation that crawlers convert from full to half width.
//!
//! Owns the pairs. Does not decide which width a text had before.

/// Crawlers that collect pages with residue convert this punctuation, so the bytes on the mirror were those of the full-width
/// form.
const WIDTH_PAIRS: [(char, char); 7] =
    [('，', ','), ('：', ':'), ('；', ';'), ('（', '('), ('）', ')'), ('！', '!'), ('？', '?')];

/// The half-width form of a full-width mark; any other character unchanged.
pub(super) fn to_half_width(c: char) -> char {
    WIDTH_PAIRS.iter().find(|(full, _)| *full == c).map_or(c, |(_, half)| *half)
}

/// The full-width form of a half-width mark; any other character unchanged.
pub(super) fn to_full_width(c: char) -> char {
    WIDTH_PAIRS.iter().find(|(_, half)| *half == c).map_or(c, |(full, _)| *full)
}
