//! Finds the works that a text cites in 《…》. Other marks (「」, 〈〉, “”) quote speech as often as works and are ignored.

use std::collections::HashSet;

/// The longest title. A longer text after 《 means that the mark was never closed.
const MAX_CHARACTERS: usize = 200;

/// The distinct works, without their marks, in order of first mention. A nested title is part of the outer one and keeps its
/// marks: 《关于印发《办法》的通知》 is one work.
pub(crate) fn cited_works(body: &str) -> Vec<String> {
    let mut works: Vec<String> = Vec::new();
    let mut known: HashSet<&str> = HashSet::new();
    for paragraph in body.lines() {
        let mut rest = paragraph;
        while let Some(open) = rest.find('《') {
            let inside = rest.get(open + '《'.len_utf8()..).unwrap_or_default();
            let Some(length) = length_of_title(inside) else {
                // Never closed: continue after the mark, as another title may follow.
                rest = inside;
                continue;
            };
            let (title, after) = inside.split_at(length);
            let title = title.trim();
            if !title.is_empty() && known.insert(title) {
                works.push(title.to_owned());
            }
            rest = after;
        }
    }
    works
}

/// The length of a title in bytes, up to its closing mark.
fn length_of_title(inside: &str) -> Option<usize> {
    let mut depth = 1;
    for (at, character) in inside.char_indices().take(MAX_CHARACTERS) {
        match character {
            '《' => depth += 1,
            '》' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_works() {
        let check = |body: &str, works: &[&str]| assert_eq!(cited_works(body), works, "{body}");
        check("", &[]);
        check(
            "要落實好《安全生產辦法》這個「總要求」,用好《責任清單》。\n《安全生產辦法》指出",
            &["安全生產辦法", "責任清單"],
        );
        check(
            "《关于印发《青石镇办法》的通知》和《〈青石论〉选读》",
            &["关于印发《青石镇办法》的通知", "〈青石论〉选读"],
        );
        check("《没有收尾\n《有收尾》", &["有收尾"]);
        check("《没有收尾的《有收尾》", &["有收尾"]);
        check("》《》《 》《 甲 》", &["甲"]);
    }
}
