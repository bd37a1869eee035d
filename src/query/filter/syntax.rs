//! The characters of the filter language: which belong to words, which are quotes, and their full-width forms.

/// Whether a character belongs to a word or value without quotes.
pub(super) fn is_plain(c: char) -> bool {
    !c.is_whitespace() && !is_quote(c) && !matches!(c, '(' | ')' | ',' | '=' | '<' | '>' | '!')
}

pub(super) fn is_quote(c: char) -> bool {
    closing_quote(c).is_some() || matches!(c, '”' | '」' | '』')
}

/// The mark that closes what this one opens. ’ alone is an apostrophe.
pub(super) fn closing_quote(c: char) -> Option<char> {
    match c {
        '"' | '\'' => Some(c),
        '“' => Some('”'),
        '‘' => Some('’'),
        '「' => Some('」'),
        '『' => Some('』'),
        _ => None,
    }
}

/// The characters of a filter, with those of its syntax that a Chinese keyboard writes full-width as the ASCII ones. What
/// stands between quotes stays.
pub(super) fn half_width_syntax(text: &str) -> Vec<char> {
    let mut end_quote = None;
    let mut is_escaped = false;
    let half_width = |c: char| {
        if let Some(end) = end_quote {
            if !is_escaped && c == end {
                end_quote = None;
            }
            is_escaped = !is_escaped && c == '\\';
            return c;
        }
        end_quote = closing_quote(c);
        match c {
            '：' => return ':',
            '（' => return '(',
            '）' => return ')',
            '，' => return ',',
            '；' => return ';',
            '＝' => return '=',
            '＜' => return '<',
            '＞' => return '>',
            '！' => return '!',
            '～' => return '~',
            '＊' => return '*',
            _ => {}
        }
        c
    };
    text.chars().map(half_width).collect()
}

/// The first of the stars of a value that has other characters on both sides.
pub(super) fn inner_star(value: std::ops::Range<usize>, stars: Vec<usize>) -> Option<usize> {
    let first_other = value.clone().find(|at| !stars.contains(at))?;
    let last_other = value.rev().find(|at| !stars.contains(at))?;
    stars.into_iter().find(|at| (first_other..last_other).contains(at))
}
