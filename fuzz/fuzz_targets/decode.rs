//! Any bytes, declared as anything, decode to clean text, and clean text stays as it is.

#![no_main]

use articled::article::ParseReport;
use articled::parse::decode::decode;
use libfuzzer_sys::fuzz_target;

const DECLARED: [&str; 8] = [
    "",
    "text/html",
    "text/plain; charset=utf-8",
    "text/plain; charset=gbk",
    "text/html; charset=big5",
    "text/plain; charset=utf-16le",
    "text/html; charset=iso-2022-jp",
    "text/html; charset=windows-1252",
];

fuzz_target!(|bytes: &[u8]| {
    for content_type in DECLARED {
        let text = decode(bytes, content_type, &mut ParseReport::default()).text;
        assert!(!text.contains(['\0', '\r', '\u{FEFF}', '\u{200B}', '\u{85}']), "{content_type}: {text:?}");
        let mut again = ParseReport::default();
        assert_eq!(decode(text.as_bytes(), "text/plain; charset=utf-8", &mut again).text, text, "{content_type}");
        assert!(again.repairs.is_empty(), "{content_type}: {:?}", again.repairs);
    }
});
