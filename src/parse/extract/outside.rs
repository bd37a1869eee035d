//! The lines that a reader of the page sees and the article leaves out: menus, link lists, everything around the
//! content.
//!
//! Owns the comparison of the page's lines with the kept lines. Does not classify the other lines; the report gives
//! them as the page prints them.

use std::collections::HashSet;

use super::lines::RenderedLine;

/// In characters. A line of this length may be found inside another kept line; a shorter one would match by chance.
const MIN_PART: usize = 12;

/// Maximum amount of text to search for such parts, in bytes. Beyond it a line counts as left out, so that the report
/// repeats it rather than misses it.
const MAX_SEARCHED_BYTES: usize = 64 << 20;

/// The lines left out, in page order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outside {
    /// The lines before the longest kept line, which is certainly part of the content.
    pub above: Vec<String>,
    pub below: Vec<String>,
}

/// `kept` are the lines passed to the next stages. The readability library may have joined or split lines, so a line
/// also counts as kept if the kept text, without white space, contains it.
pub(super) fn outside(page: &[RenderedLine], kept: &[&str]) -> Outside {
    let kept: Vec<String> = kept.iter().map(|line| without_white_space(line)).collect();
    let lines: HashSet<&str> = kept.iter().map(String::as_str).collect();
    let text = kept.concat();
    let mut unsearched_bytes = MAX_SEARCHED_BYTES;
    let mut left_out: Vec<(usize, &str)> = Vec::new();
    // The longest kept line: its length and its index.
    let mut longest = (0, 0);
    for (at, line) in page.iter().enumerate() {
        let own = without_white_space(&line.text);
        let mut is_part = || {
            let searched = own.chars().nth(MIN_PART - 1).is_some() && text.len() <= unsearched_bytes;
            unsearched_bytes -= if searched { text.len() } else { 0 };
            searched && text.contains(&own)
        };
        if !lines.contains(own.as_str()) && !is_part() {
            left_out.push((at, &line.text));
        } else if own.len() > longest.0 {
            longest = (own.len(), at);
        }
    }
    let mut outside = Outside::default();
    for (at, line) in left_out {
        if at < longest.1 { &mut outside.above } else { &mut outside.below }.push(line.to_owned());
    }
    outside
}

fn without_white_space(line: &str) -> String {
    line.chars().filter(|c| !c.is_whitespace()).collect()
}
