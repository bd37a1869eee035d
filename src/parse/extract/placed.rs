//! Where on the page the lines of the content stand. The readability library hands them on without their elements, by which
//! the page says what they are.
//!
//! Owns the comparison. A line that the library joined or parted has no place.

use std::collections::HashMap;

use super::lines::RenderedLine;

/// For each line its index on the page, if it is there as it is. Of equal lines of the page the next one after the line
/// before is taken, else the first.
pub(super) fn placed(content: &[String], page: &[RenderedLine]) -> Vec<Option<usize>> {
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
