//! The examples in docs/keywords.md are true.

use super::{Keyword, KeywordFilter, KeywordMatch};
use crate::article::ArticleContent;

const DOCUMENT: &str = include_str!("../../docs/keywords.md");

/// The text of a cell between backticks, with its `\n` and `\u{…}` resolved.
fn literal(cell: &str) -> String {
    let quoted = cell.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')).expect(cell);
    let mut pieces = quoted.split("\\u{");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (code, rest) = piece.split_once('}').expect(cell);
        let code = u32::from_str_radix(code, 16).expect(cell);
        text.push(char::from_u32(code).expect(cell));
        text.push_str(rest);
    }
    text.replace("\\n", "\n")
}

#[test]
fn the_examples_of_the_document_hold() {
    let (_, examples) = DOCUMENT.split_once("| keyword | text | match | found | why |").expect("the table");
    let rows: Vec<&str> = examples.lines().skip(2).take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() >= 30, "{} examples", rows.len());
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [keyword, text, matching, found, _why] = cells[..] else { panic!("not five cells: {row}") };
        let matching = match matching {
            "SUBSTRING" => KeywordMatch::Substring,
            "WORD" => KeywordMatch::Word,
            other => panic!("no such match: {other}"),
        };
        let keyword = Keyword::new(&literal(keyword)).expect(row);
        let filter = KeywordFilter::new(vec![keyword], vec![], vec![], vec![], matching).expect(row);
        let content = ArticleContent { body: literal(text), ..ArticleContent::default() };
        assert_eq!(filter.matches(&content), found == "yes", "{row}");
        assert!(matches!(found, "yes" | "no"), "{row}");
    }
}
