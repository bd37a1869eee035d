//! Maps the lines of the content back to the page. The readability library returns them without their elements, and the
//! rules need those to classify the lines.
//!
//! Owns the comparison. A line that the library joined or split has no position.

use std::collections::HashMap;

use super::lines::RenderedLine;

/// The page index of each line, if the page contains the line unchanged. Among equal lines of the page, takes the next
/// one after the previous match, otherwise the first.
pub(super) fn page_positions(content: &[String], page: &[RenderedLine]) -> Vec<Option<usize>> {
    let mut indexes: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, line) in page.iter().enumerate() {
        indexes.entry(&line.text).or_default().push(at);
    }
    let mut next = 0;
    let place = |line: &String| {
        let known = indexes.get(line.as_str())?;
        let after = known.partition_point(|at| *at < next);
        let place = known.get(after).or_else(|| known.first()).copied()?;
        next = place + 1;
        Some(place)
    };
    content.iter().map(place).collect()
}
