//! Log probabilities of punctuation and other characters that are not Chinese.
//!
//! Owns approximate frequencies, and how the characters before change them. Does not know grammar.

/// Log penalty (natural) for a mark that follows another mark.
const AFTER_MARK: f64 = -5.0;

/// Log bonus (natural) for a 、 in a list that has one already: it is likelier to continue than a list is to begin.
const LIST_CONTINUES: f64 = 1.5;

/// Log bonus (natural) for a line break after the end of a sentence, and log penalty for one after another mark.
const LINE_ENDS: f64 = 3.0;

/// Marks that separate clauses or words. Quotation marks are none, as they often follow one of these.
fn is_mark(c: char) -> bool {
    "，。、；：！？·,;:!?".contains(c)
}

/// Log probability of a character that is not Chinese, after the given characters.
pub(super) fn log(before: &[char], c: char) -> f64 {
    let last = before.last().copied().unwrap_or('\n');
    let mut log = frequency(c).ln();
    if is_mark(c) && is_mark(last) {
        log += AFTER_MARK;
    }
    if c == '、' && before.contains(&'、') {
        log += LIST_CONTINUES;
    }
    if c == '\n' {
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

/// Approximate frequency among the words and punctuation of Chinese prose: one in fourteen is a comma, one in thirty a full
/// stop.
fn frequency(c: char) -> f64 {
    match c {
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
