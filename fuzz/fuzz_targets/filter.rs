//! Any text is a filter or a precise refusal, and a filter that is printed and read again is the same one.

#![no_main]

use articled::query::Filter;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(Some(filter)) = Filter::parse(text) {
        let printed = filter.to_string();
        // Printing quotes what was bare, so that a filter at the limit of the length may pass it.
        match Filter::parse(&printed) {
            Ok(again) => assert_eq!(again, Some(filter), "{printed}"),
            Err(error) => assert!(printed.len() > text.len(), "{printed}: {error}"),
        }
    }
});
