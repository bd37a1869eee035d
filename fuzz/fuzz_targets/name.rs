//! Any text is a name or none, an address or none; what is accepted is accepted again in the form that it got.

#![no_main]

use articled::article::{ArticleName, PageUrl};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(name) = ArticleName::parse(text) {
        assert_eq!(name.to_string(), text);
        assert_eq!(ArticleName::from_id(name.id()), Ok(name));
    }
    if let Ok(url) = PageUrl::parse(text) {
        let again = PageUrl::parse(url.canonical()).expect("a canonical address is an address");
        assert_eq!(again.canonical(), url.canonical());
    }
});
