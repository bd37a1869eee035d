//! How likely punctuation is, and what stands beside it.
//!
//! Owns rough shares, by which signs stand where. Refuses grammar.

/// How much less likely a mark is that follows another one, as a natural logarithm.
const AFTER_MARK: f64 = -5.0;

/// How much likelier a list goes on than that one begins, as a natural logarithm.
const LIST_GOES_ON: f64 = 1.5;

/// How much likelier a line ends after a sentence than elsewhere, as a natural logarithm.
const LINE_ENDS: f64 = 3.0;

/// Marks that end a stretch of words. Quotation marks stand beside these.
fn is_mark(c: char) -> bool {
    "，。、；：！？·,;:!?".contains(c)
}

/// The logarithm of the likelihood of a sign after these characters.
pub(super) fn log(before: &[char], sign: char) -> f64 {
    let last = before.last().copied().unwrap_or('\n');
    let mut log = share(sign).ln();
    if is_mark(sign) && is_mark(last) {
        log += AFTER_MARK;
    }
    if sign == '、' && before.contains(&'、') {
        log += LIST_GOES_ON;
    }
    if sign == '\n' {
        log += if "。！？!?”)）".contains(last) {
            LINE_ENDS
        } else if is_mark(last) {
            -LINE_ENDS
        } else {
            0.0
        };
    }
    log
}

/// The share of a sign among the words and signs of Chinese prose, roughly: a comma in fourteen, a full stop in thirty.
fn share(sign: char) -> f64 {
    match sign {
        '，' | ',' => 0.07,
        '。' => 0.03,
        '、' => 0.02,
        '“' | '”' => 0.01,
        '：' | ':' | '；' | ';' | '（' | '）' | '(' | ')' | '《' | '》' => 0.003,
        '！' | '？' | '!' | '?' | '·' | '—' | '…' => 0.001,
        '\n' | ' ' | '0'..='9' => 0.01,
        c if c.is_ascii_alphanumeric() => 0.002,
        c if c.is_ascii() => 0.000_3,
        _ => 0.000_001,
    }
}
