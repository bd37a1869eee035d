//! Characters that text in requests must not contain: invisible ones, and those that change how other text is displayed.
//!
//! The parser removes them from documents. Text that a caller has parsed is refused instead, so that the server does not
//! silently change it.

use crate::rpc::violations::{ViolationReason, Violations};

/// Checks multi-line text: no bidirectional control characters.
pub(crate) fn check_text(field: &str, text: &str, violations: &mut Violations) {
    if let Some(control) = text.chars().find(|&c| is_bidi_control(c)) {
        refuse(field, control, violations);
    }
}

/// Checks one-line text: no line breaks of any kind, and no other control characters.
pub(crate) fn check_line(field: &str, text: &str, violations: &mut Violations) {
    let is_line_break = |c| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    if text.contains(is_line_break) {
        violations.add(field, ViolationReason::Malformed, "must be a single line");
    } else if let Some(control) = text.chars().find(|&c| is_control(c)) {
        refuse(field, control, violations);
    }
}

fn refuse(field: &str, control: char, violations: &mut Violations) {
    let description = format!("must not contain the control character U+{:04X}", u32::from(control));
    violations.add(field, ViolationReason::Malformed, description);
}

/// A tab counts as white space, as in the parser.
fn is_control(c: char) -> bool {
    c != '\t' && c.is_control() || is_bidi_control(c)
}

/// The embeddings, overrides and isolates of the Unicode Bidirectional Algorithm (UAX #9, section 2).
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
