//! The examples in docs/filters.md are true.

use super::field::{ListField, NumberField, TextScalar, TimeField};
use super::{Filter, tests};

const DOCUMENT: &str = include_str!("../../../docs/filters.md");

/// The rows of the table with these columns. The first cell is a code span, as is the second where it has backticks.
fn rows(columns: &str) -> Vec<Vec<&'static str>> {
    let (_, table) = DOCUMENT.split_once(&format!("\n{columns}\n")).expect(columns);
    let lines = table.lines().skip(1).take_while(|line| line.starts_with('|'));
    let cells =
        |line: &'static str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().trim_matches('`')).collect();
    lines.map(cells).collect()
}

#[test]
fn the_article_of_the_page_is_that_of_the_tests() {
    let article = tests::article();
    for row in rows("| field | value |") {
        let [field, value] = row[..] else { panic!("{row:?}") };
        let filter = Filter::parse(&format!("{field} = \"{value}\"")).expect(field).expect(field);
        assert!(filter.matches(&article), "{field} is not {value}");
    }
}

#[test]
fn what_the_page_says_matches_does() {
    let article = tests::article();
    let rows = rows("| filter | matches | why |");
    assert!(rows.len() >= 30, "{} examples", rows.len());
    let is_wrong = |row: &Vec<&str>| {
        let [filter, matches, _why] = row[..] else { panic!("{row:?}") };
        let parsed = Filter::parse(filter).unwrap_or_else(|bad| panic!("{filter}: {bad}")).expect(filter);
        matches != if parsed.matches(&article) { "yes" } else { "no" }
    };
    let wrong: Vec<_> = rows.into_iter().filter(is_wrong).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_the_page_says_is_refused_is() {
    for row in rows("| filter | error |") {
        let [filter, error] = row[..] else { panic!("{row:?}") };
        assert_eq!(Filter::parse(filter).expect_err(filter).to_string(), error, "{filter}");
    }
}

#[test]
fn the_page_has_every_field() {
    let texts = TextScalar::ALL.into_iter().map(TextScalar::proto_name);
    let times = TimeField::ALL.into_iter().map(TimeField::proto_name);
    let numbers = NumberField::ALL.into_iter().map(NumberField::proto_name);
    let lists = ListField::ALL.into_iter().map(ListField::proto_name);
    for name in texts.chain(times).chain(numbers).chain(lists) {
        assert!(DOCUMENT.contains(&format!("`{name}`")), "{name}");
    }
}
