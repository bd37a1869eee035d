//! Splits a run of Chinese names without separators: 张三丰李四 → 张三丰, 李四.
//!
//! Owns the segmentation, by the surnames of [`crate::parse::lexicon::surnames`]. Does not decide whether a run contains names.

use crate::parse::lexicon::surnames::{is_compound, rank};

/// The end positions of the names in a run without separators. A name has two or three characters, or four with a two-character
/// surname. `None` if the run cannot be split into names that each begin with a surname.
pub(super) fn split_run(run: &[char]) -> Option<Vec<usize>> {
    /// A longer run is no list of names.
    const MAX_RUN: usize = 24;
    if run.len() > MAX_RUN {
        return None;
    }
    // Dynamic programming. For each position: the lowest cost of a split up to it, and the start of the last name.
    let mut reached: Vec<Option<(u32, usize)>> = vec![None; run.len() + 1];
    *reached.first_mut()? = Some((0, 0));
    for start in 0..run.len() {
        let Some((cost, _)) = reached.get(start).copied().flatten() else { continue };
        let rest = run.get(start..)?;
        for length in 2..=4.min(rest.len()) {
            let name = rest.get(..length)?;
            let Some(name_cost) = cost_of(name) else { continue };
            let slot = reached.get_mut(start + length)?;
            if slot.is_none_or(|(known, _)| cost + name_cost < known) {
                *slot = Some((cost + name_cost, start));
            }
        }
    }
    let mut ends = Vec::new();
    let mut end = run.len();
    while end > 0 {
        ends.push(end);
        end = reached.get(end).copied().flatten()?.1;
    }
    ends.reverse();
    Some(ends)
}

/// Cost of taking this for one name. Rare surnames cost more, and so do two-character names, which are rarer.
fn cost_of(name: &[char]) -> Option<u32> {
    let surname = match rank(name) {
        0 => return None,
        1 => 4,
        _ => 0,
    };
    let length = match (name.len(), is_compound(name)) {
        (2, false) | (3, true) => 2,
        (3, false) | (4, true) => 1,
        _ => return None,
    };
    Some(surname + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_names() {
        let check = |run: &str, expected: &[&str]| {
            let chars: Vec<char> = run.chars().collect();
            let mut start = 0;
            let names: Vec<String> = split_run(&chars)
                .unwrap_or_default()
                .into_iter()
                .map(|end| {
                    let name = chars[start..end].iter().collect();
                    start = end;
                    name
                })
                .collect();
            assert_eq!(names, expected, "{run}");
        };
        check("张三丰李四", &["张三丰", "李四"]);
        check("王小明赵六李雷雷", &["王小明", "赵六", "李雷雷"]);
        check("欧阳小明王五", &["欧阳小明", "王五"]);
        check("李四", &["李四"]);
        check("日前在京", &[]);
        check("", &[]);
    }
}
