//! Lists of a player's films or of albums within the content, where each entry has a counter: `新桥航拍`, `播放：1661`.
//!
//! Owns the evidence of repetition. Does not know the words of counters.

use std::collections::HashMap;

/// Minimum number of counters with one label. Fewer may be a table's lines.
const MIN_COUNTERS: usize = 3;

/// The first and the last line of such a list, where text follows: the first counter's entry, and the last counter.
pub(super) fn list_above_text(lines: &[&str]) -> Option<(usize, usize)> {
    let mut counters: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, line) in lines.iter().enumerate() {
        if let Some(label) = counter_label(line) {
            counters.entry(label).or_default().push(at);
        }
    }
    let places = counters.into_values().filter(|places| places.len() >= MIN_COUNTERS).max_by_key(Vec::len)?;
    let (first, last) = (*places.first()?, *places.last()?);
    // An entry has a line or two of its own.
    let is_list = last - first < 3 * places.len();
    let is_text = |line: &&str| line.chars().count() >= 40;
    (is_list && lines.iter().skip(last + 1).any(is_text)).then_some((first.saturating_sub(1), last))
}

/// The label of a line that is a label, a colon and a number.
fn counter_label(line: &str) -> Option<&str> {
    /// In characters.
    const LABEL: std::ops::RangeInclusive<usize> = 1..=6;
    let (label, number) = line.split_once(['：', ':'])?;
    let number = number.trim().trim_end_matches(['次', '万']);
    let counts = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.'));
    let worded = label.chars().all(char::is_alphabetic) && LABEL.contains(&label.chars().count());
    (counts && worded).then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_with_counters() {
        let text = "新桥今天通车，全长三百米，两岸居民不再绕行十里，镇上的石匠都来帮过忙，河水照旧从桥下流过去。";
        let list = ["新桥航拍", "播放：1661", "渡口停航", "播放：31099", "石匠的手艺", "播放：9173"];
        let page = |lines: &[&str]| list_above_text(lines);
        assert_eq!(page(&[&list[..], &[text]].concat()), Some((0, 5)));
        assert_eq!(page(&[&["河湾镇"], &list[..], &[text]].concat()), Some((1, 6)));
        assert_eq!(page(&[&[text], &list[..]].concat()), None);
        assert_eq!(page(&[&list[..4], &[text]].concat()), None);
        assert_eq!(page(&["面积：120", "人口：3000", "户数：800", text]), None);
    }
}
