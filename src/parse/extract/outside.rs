//! What a reader of the page sees and the article leaves out: menus, lists of links, what stands around the content.
//!
//! Owns the comparison of a page's lines with those that are kept. Refuses to say what such a line is: it stands outside
//! the content, and the report gives it as the page prints it.

use std::collections::HashSet;

use super::lines::RenderedLine;

/// In characters: so long a line may be kept as a part of another. A shorter one stands in other lines by chance.
const MIN_PART: usize = 12;

/// How much text is searched for such parts, in bytes. What is beyond counts as left out, so that the report says it twice
/// rather than never.
const MAX_SEARCHED_BYTES: usize = 64 << 20;

/// The lines left out, in the order of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outside {
    /// Those before the longest line that is kept, which surely is of the content.
    pub above: Vec<String>,
    pub below: Vec<String>,
}

/// `kept` are the lines that go on to the next stages. The readability library may have joined or parted lines, so that
/// a line also is kept if the text without white space has it.
pub(super) fn outside(page: &[RenderedLine], kept: &[&str]) -> Outside {
    let kept: Vec<String> = kept.iter().map(|line| dense(line)).collect();
    let lines: HashSet<&str> = kept.iter().map(String::as_str).collect();
    let text = kept.concat();
    let mut unsearched_bytes = MAX_SEARCHED_BYTES;
    let mut left_out: Vec<(usize, &str)> = Vec::new();
    // The longest kept line: its length and its place.
    let mut longest = (0, 0);
    for (at, line) in page.iter().enumerate() {
        let own = dense(&line.text);
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

fn dense(line: &str) -> String {
    line.chars().filter(|c| !c.is_whitespace()).collect()
}
