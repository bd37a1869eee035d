//! Punctuation that later crawlers fold from full to half width.
//!
//! Owns the pairs. Refuses to decide what a text had before.

/// The crawlers that bring pages with residue fold this punctuation, so that its bytes were others.
const FOLDED: [(char, char); 7] =
    [('，', ','), ('：', ':'), ('；', ';'), ('（', '('), ('）', ')'), ('！', '!'), ('？', '?')];

/// What is left of a character after the folding.
pub(super) fn folded(c: char) -> char {
    FOLDED.iter().find(|(full, _)| *full == c).map_or(c, |(_, half)| *half)
}

/// What a character was before the folding, if it was folded.
pub(super) fn unfolded(c: char) -> char {
    FOLDED.iter().find(|(_, half)| *half == c).map_or(c, |(full, _)| *full)
}
