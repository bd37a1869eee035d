//! Damages a text as mirror sites and crawlers do: conversion to Traditional character by character, readings inserted
//! after the bytes of listed characters wherever these bytes stand, and full-width marks folded to ASCII. For the scorer, and
//! for the tests of the repair.

use encoding_rs::GBK;

/// The punctuation that the crawlers fold.
const FOLDED: [(char, char); 7] =
    [('，', ','), ('：', ':'), ('；', ';'), ('（', '('), ('）', ')'), ('！', '!'), ('？', '?')];

/// What a mirror and a crawler make of a text whose marks are full-width. Readings are inserted in the order of the list.
pub(crate) fn damaged<R: AsRef<str>>(text: &str, list: &[(char, R)]) -> String {
    let mut bytes = gbk(text);
    for (c, reading) in list {
        bytes = annotated(&bytes, &gbk(&c.to_string()), &gbk(&format!("({})", reading.as_ref())));
    }
    folded(&decoded(&bytes))
}

/// A text with its full-width marks folded.
pub(crate) fn folded(text: &str) -> String {
    text.chars().map(|c| FOLDED.iter().find(|(full, _)| *full == c).map_or(c, |(_, half)| *half)).collect()
}

/// A text with its half-width marks in full width, as it was printed.
pub(crate) fn unfolded(text: &str) -> String {
    text.chars().map(|c| FOLDED.iter().find(|(_, half)| *half == c).map_or(c, |(full, _)| *full)).collect()
}

fn gbk(text: &str) -> Vec<u8> {
    GBK.encode(text).0.into_owned()
}

/// Writes the annotation after the two bytes wherever they stand.
fn annotated(bytes: &[u8], character: &[u8], annotation: &[u8]) -> Vec<u8> {
    let (mut written, mut rest) = (Vec::new(), bytes);
    while let [first, after @ ..] = rest {
        if let Some(next) = rest.strip_prefix(character) {
            written.extend_from_slice(character);
            written.extend_from_slice(annotation);
            rest = next;
        } else {
            written.push(*first);
            rest = after;
        }
    }
    written
}

/// As decoders do that take two bytes for every character beyond ASCII.
fn decoded(bytes: &[u8]) -> String {
    let (mut text, mut rest) = (String::new(), bytes);
    while let [first, after @ ..] = rest {
        rest = after;
        if first.is_ascii() {
            text.push(char::from(*first));
        } else {
            let second = after.first().copied();
            rest = after.get(1..).unwrap_or_default();
            text.push(second.and_then(|second| character([*first, second])).unwrap_or('?'));
        }
    }
    text
}

/// The character of two bytes in code page 936, which has neither the user-defined areas nor what GB18030 added later. Written
/// apart from the repair's own table, so that the two can be told wrong by each other.
fn character(pair: [u8; 2]) -> Option<char> {
    // WHATWG has a second full-width space here.
    if pair == [0xA3, 0xA0] {
        return None;
    }
    let text = GBK.decode_without_bom_handling_and_without_replacement(&pair)?;
    let mut chars = text.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else { return None };
    let later = matches!(c,
        '\u{E000}'..='\u{F8FF}' | '\u{01F9}' | '\u{2E80}'..='\u{2EFF}' | '\u{2FF0}'..='\u{2FFF}' | '\u{303E}'
        | '\u{3400}'..='\u{4DBF}' | '\u{9FA6}'..='\u{9FFF}' | '\u{FE10}'..='\u{FE1F}');
    (!later).then_some(c)
}
