//! docs/operating.md quotes log lines and explains alerts: each line must be in the code, and each alert must have a section.

use std::collections::BTreeSet;
use std::fs;

use super::{none, root, rust_files};

/// The log lines that a page quotes, as in: the line `a backup failed`.
fn quoted_lines(page: &str) -> Vec<&str> {
    let parts: Vec<&str> = page.split('`').collect();
    let quotes = parts.windows(2).step_by(2).filter(|pair| pair[0].trim_end().to_lowercase().ends_with("the line"));
    quotes.map(|pair| pair[1]).collect()
}

fn after_prefix<'a>(text: &'a str, prefix: &'static str) -> BTreeSet<&'a str> {
    text.lines().filter_map(|line| line.trim_start().strip_prefix(prefix)).collect()
}

#[test]
fn each_quoted_log_line_is_in_the_code() {
    let page = fs::read_to_string(root().join("docs/operating.md")).expect("docs/operating.md");
    let lines = quoted_lines(&page);
    let sources = rust_files("src");
    let missing = lines.iter().filter(|line| !sources.iter().any(|(_, source)| source.contains(**line)));
    let faults = missing.map(|line| format!("docs/operating.md: no source file has the log line: {line}")).collect();
    assert!(lines.len() >= 5, "only {} log lines are quoted", lines.len());
    none(faults);
}

#[test]
fn each_alert_has_a_section() {
    let page = fs::read_to_string(root().join("docs/operating.md")).expect("docs/operating.md");
    let rules = fs::read_to_string(root().join("deploy/prometheus/rules.yml")).expect("rules.yml");
    assert_eq!(after_prefix(&rules, "- alert: "), after_prefix(&page, "### "));
}

#[test]
fn quotes_are_found() {
    assert_eq!(quoted_lines("See the line\n`a b`, or `c`. The line `d` and `e`."), ["a b", "d"]);
}
