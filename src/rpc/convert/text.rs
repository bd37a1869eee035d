//! Which characters a text may not hold: those that no reader sees and that change what a reader sees.
//!
//! Text from documents is cleaned by the parser; text that a caller has parsed is refused, so that nothing is changed
//! behind the caller's back.

use crate::rpc::violations::{Fault, Violations};

/// Checks a text of several lines: no control that reorders what is shown.
pub(crate) fn check_text(field: &str, text: &str, violations: &mut Violations) {
    if let Some(control) = text.chars().find(|&c| is_bidi_control(c)) {
        refuse(field, control, violations);
    }
}

/// Checks a text of one line: no line break of any kind, and no other control either.
pub(crate) fn check_line(field: &str, text: &str, violations: &mut Violations) {
    let is_line_break = |c| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    if text.contains(is_line_break) {
        violations.add(field, Fault::Malformed, "must be a single line");
    } else if let Some(control) = text.chars().find(|&c| is_control(c)) {
        refuse(field, control, violations);
    }
}

fn refuse(field: &str, control: char, violations: &mut Violations) {
    let description = format!("must not hold the control character U+{:04X}", u32::from(control));
    violations.add(field, Fault::Malformed, description);
}

/// A tab is white space, as in a document that the parser has read.
fn is_control(c: char) -> bool {
    c != '\t' && c.is_control() || is_bidi_control(c)
}

/// The embeddings, overrides and isolates of the Unicode Bidirectional Algorithm (UAX #9, section 2).
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
