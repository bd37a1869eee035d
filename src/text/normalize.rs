//! The Unicode part of folding: default-ignorable characters, compatibility normalization and case.
//!
//! Han classes and white space are folded elsewhere.

use unicase::UniCase;
use unicode_normalization::UnicodeNormalization;

/// Removes default-ignorable characters, then repeats NFKC and full case folding until nothing changes: one round can be
/// too little (UAX #31, NFKC_Casefold, explains why), two are nearly always enough, and the limit ensures termination.
pub(super) fn normalize(segment: &str) -> String {
    const MAX_ROUNDS: usize = 4;
    let mut folded: String = segment.chars().filter(|c| !is_default_ignorable(*c)).nfkc().collect();
    for _ in 0..MAX_ROUNDS {
        let again: String = UniCase::unicode(folded.as_str()).to_folded_case().nfkc().collect();
        if again == folded {
            break;
        }
        folded = again;
    }
    folded
}

/// Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt, Unicode 16): characters that are not visible and may
/// occur inside a word without being part of it.
pub(super) fn is_default_ignorable(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}
