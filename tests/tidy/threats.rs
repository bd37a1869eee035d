//! SECURITY.md says of each threat which test shows that it is stopped: each of these tests must exist.

use std::fs;

use super::{none, root};

/// `tests/it/tls.rs::name`, between backticks.
fn named_tests(page: &str) -> Vec<(&str, &str)> {
    let quoted = page.split('`').skip(1).step_by(2);
    quoted.filter_map(|text| text.split_once(".rs::")).collect()
}

fn is_test(source: &str, name: &str) -> bool {
    let Some(at) = source.find(&format!("fn {name}(")) else { return false };
    // Attributes stand right above it; properties have theirs within `proptest!`.
    let above: Vec<&str> = source[..at].lines().rev().take(3).collect();
    above.iter().any(|line| line.contains("#[test]") || line.contains("#[tokio::test]"))
}

#[test]
fn every_threat_has_a_test_that_exists() {
    let page = fs::read_to_string(root().join("SECURITY.md")).expect("SECURITY.md");
    let mut faults = Vec::new();
    for (file, name) in named_tests(&page) {
        let source = fs::read_to_string(root().join(format!("{file}.rs"))).unwrap_or_default();
        if !is_test(&source, name) {
            faults.push(format!("SECURITY.md: {file}.rs has no test {name}"));
        }
    }
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| threat "));
    let untested = rows.filter(|row| named_tests(row).is_empty());
    faults.extend(untested.map(|row| format!("SECURITY.md: no test is named in: {row}")));
    assert!(named_tests(&page).len() > 20, "only {} tests are named", named_tests(&page).len());
    none(faults);
}

#[test]
fn the_reader_above_reads_as_meant() {
    assert_eq!(named_tests("a `x` b `tests/it/a.rs::b` c"), [("tests/it/a", "b")]);
    assert!(is_test("#[test]\nfn a() {", "a") && !is_test("fn a() {", "a") && !is_test("#[test]\nfn ab() {", "a"));
}
