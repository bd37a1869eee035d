//! Removes spaces between all characters of a line: `政 府 新 闻 处`.
//!
//! Owns lines in which no two Chinese characters are adjacent, on pages with many such lines. Does not touch a single one: a
//! list of names or a title may be spaced deliberately.

use crate::text::is_han;

/// A page with this many spaces between characters, in spaced lines, is spaced systematically.
const MIN_ON_PAGE: usize = 20;

/// A line with fewer spaces between characters may be two words.
const MIN_IN_LINE: usize = 3;

/// Whether a page spaces its characters systematically.
pub(super) fn is_systematic(page_text: &str) -> bool {
    page_text.lines().map(spaces).sum::<usize>() >= MIN_ON_PAGE
}

/// The text without these spaces, and the number removed.
pub(super) fn remove_spaces(text: &str) -> (String, u32) {
    let (mut closed, mut count) = (String::with_capacity(text.len()), 0);
    for line in text.split_inclusive('\n') {
        if spaces(line) < MIN_IN_LINE {
            closed.push_str(line);
            continue;
        }
        let mut chars = line.chars().peekable();
        let mut previous = '\n';
        while let Some(c) = chars.next() {
            let next = chars.peek().copied().unwrap_or('\n');
            let between = previous != ' ' && next != ' ' && previous != '\n' && next != '\n';
            if c == ' ' && between && (is_wide(previous) || is_wide(next)) {
                count += 1;
            } else {
                closed.push(c);
            }
            previous = c;
        }
    }
    (closed, count)
}

/// The number of single spaces between Chinese characters in a line; 0 if two Chinese characters are adjacent.
fn spaces(line: &str) -> usize {
    let mut spaces = 0;
    let mut before = ['\n'; 2];
    for c in line.chars() {
        if is_han(c) {
            if is_han(before[1]) {
                return 0;
            }
            spaces += usize::from(before[1] == ' ' && is_han(before[0]));
        }
        before = [before[1], c];
    }
    spaces
}

fn is_wide(c: char) -> bool {
    is_han(c) || matches!(c, '\u{3000}'..='\u{303F}' | '\u{FF00}'..='\u{FFEF}' | '“' | '”' | '‘' | '’')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_of_spaced_lines_are_removed() {
        for (text, expected, count) in [
            ("湖 畔 镇 修 桥 。", "湖畔镇修桥。", 5),
            ("镇 上 有 员 工 536 人 ，", "镇上有员工536人，", 7),
            ("镇 长 用 Google News 看 报", "镇长用Google News看报", 5),
            ("张三 李四 王五 赵六", "张三 李四 王五 赵六", 0),
            ("王 芳", "王 芳", 0),
        ] {
            assert_eq!(remove_spaces(text), (expected.to_owned(), count), "{text}");
        }
    }

    #[test]
    fn one_spaced_title_is_not_systematic() {
        assert!(!is_systematic("湖 畔 镇 公 报\n镇上修了一座桥。"));
        assert!(is_systematic(&"湖 畔 镇 修 桥 。\n".repeat(5)));
    }
}
