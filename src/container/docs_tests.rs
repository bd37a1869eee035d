//! The examples of docs/import-formats.md, read as an import would read them.

use super::document::{ContainerError, Document};
use super::jsonl::Jsonl;

const DOCS: &str = include_str!("../../docs/import-formats.md");

/// What becomes of each line of the blocks that begin with these words.
fn examples(fence: &str) -> Vec<(String, Result<Document, ContainerError>)> {
    let mut found = Vec::new();
    for block in DOCS.split("\n```").filter_map(|block| block.strip_prefix(&format!("{fence}\n"))) {
        for line in block.lines() {
            let (_, document) = Jsonl::new(Box::new(std::io::Cursor::new(line.to_owned()))).next().expect("an item");
            found.push((line.to_owned(), document));
        }
    }
    assert!(!found.is_empty(), "no examples of {fence}");
    found
}

#[test]
fn the_examples_of_the_import_formats_are_read_as_the_page_says() {
    for (line, document) in examples("jsonl") {
        let document = document.unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!((document.is_exported, document.warnings), (false, vec![]), "{line}");
    }
    for (line, document) in examples("jsonl warning") {
        assert_eq!(document.unwrap_or_else(|error| panic!("{error}: {line}")).warnings.len(), 1, "{line}");
    }
    for (line, document) in examples("jsonl refused") {
        assert!(document.is_err(), "{line}");
    }
    for (line, document) in examples("jsonl exported") {
        assert!(document.unwrap_or_else(|error| panic!("{error}: {line}")).is_exported, "{line}");
    }
}

#[test]
fn the_page_names_the_limits_of_the_code() {
    for text in [crate::article::MAX_DOCUMENT_BYTES.to_string(), "8 MiB".to_owned()] {
        assert!(DOCS.contains(&text), "{text}");
    }
}
