//! Characters that text in requests must not contain: those that change how text is displayed instead of being displayed.
//!
//! The parser removes them from documents. Text that a caller has parsed is refused instead, so that the server does not
//! silently change it.

use crate::rpc::violations::{ViolationReason, Violations};
use crate::text::is_display_control;

/// Checks multi-line text: lines are separated by line feeds, and there is no other control character except the tab,
/// which counts as white space, as in the parser.
pub(crate) fn check_text(field: &str, text: &str, violations: &mut Violations) {
    match text.chars().find(|&c| is_display_control(c) && !matches!(c, '\n' | '\t')) {
        Some(c) if is_line_break(c) => {
            let description = format!("must separate its lines by line feeds, and holds U+{:04X}", u32::from(c));
            violations.add(field, ViolationReason::Malformed, description);
        }
        Some(control) => refuse(field, control, violations),
        None => {}
    }
}

/// Checks one-line text: no line breaks of any kind, and no other control characters.
pub(crate) fn check_line(field: &str, text: &str, violations: &mut Violations) {
    if text.contains(is_line_break) {
        violations.add(field, ViolationReason::Malformed, "must be a single line");
    } else if let Some(control) = text.chars().find(|&c| is_display_control(c) && c != '\t') {
        refuse(field, control, violations);
    }
}

fn refuse(field: &str, control: char, violations: &mut Violations) {
    let description = format!("must not contain the control character U+{:04X}", u32::from(control));
    violations.add(field, ViolationReason::Malformed, description);
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}
