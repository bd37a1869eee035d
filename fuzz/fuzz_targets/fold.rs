//! Folding what is folded changes nothing, and a keyword taken from a text is found in it.

#![no_main]

use articled::text::fold;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let folded = fold(text);
    assert_eq!(fold(&folded), folded);
    for word in text.split_whitespace() {
        assert!(folded.contains(fold(word).trim()), "{word:?} in {text:?}");
    }
});
