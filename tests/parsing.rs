//! docs/parsing.md, made from examples that are parsed here, so that the page says what the parser does.
//!
//! `ARTICLED_TEST_UPDATE=1 cargo test --test parsing` writes the page.

#[path = "parsing/examples.rs"]
mod examples;
#[path = "parsing/fields.rs"]
mod fields;
#[path = "parsing/page.rs"]
mod page;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use articled::rpc::proto::DESCRIPTORS;
use prost_reflect::DescriptorPool;

use examples::{EXAMPLES, Example, PARSED};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_page_on_parsing_is_fresh() {
    let path = root().join("docs/parsing.md");
    let made = page::page();
    if std::env::var_os("ARTICLED_TEST_UPDATE").is_some() {
        fs::write(&path, &made).expect("docs/parsing.md can be written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "docs/parsing.md is stale: `just parsing` writes it; then look at what changed");
}

#[test]
fn every_example_shows_its_code() {
    for (Example { code, kind, meaning: _, document: _ }, parsed) in EXAMPLES.iter().zip(PARSED.iter()) {
        let codes = kind.codes(&parsed.report);
        assert!(codes.contains(code), "{code} is not among {codes:?}");
    }
}

#[test]
fn every_code_has_an_example() {
    let mut in_source = BTreeSet::new();
    codes_beneath(&root().join("src/parse"), &mut in_source);
    codes_of(&root().join("src/parse.rs"), &mut in_source);
    let shown: BTreeSet<String> = EXAMPLES.iter().map(|example| example.code.to_owned()).collect();
    let missing: Vec<&String> = in_source.difference(&shown).collect();
    let unknown: Vec<&String> = shown.difference(&in_source).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "without example: {missing:?}; in no rule: {unknown:?}");
}

/// Words of the source in capitals that are no codes of the report.
const NO_CODES: [&str; 3] = ["GMT", "UTC", "HTML"];

fn codes_beneath(folder: &Path, codes: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            codes_beneath(&path, codes);
        } else if name.ends_with(".rs") && name != "tests.rs" && name != "measure.rs" {
            codes_of(&path, codes);
        }
    }
}

fn codes_of(file: &Path, codes: &mut BTreeSet<String>) {
    let source = fs::read_to_string(file).expect("a source file");
    let rules = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    for line in rules.lines().filter(|line| !line.trim_start().starts_with("//")) {
        let texts = line.split('"').skip(1).step_by(2);
        codes.extend(texts.filter(|text| is_code(text)).map(str::to_owned));
    }
}

fn is_code(text: &str) -> bool {
    let capitals = text.len() >= 3 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    capitals && !NO_CODES.contains(&text)
}

#[test]
fn every_field_and_enum_value_of_an_article_is_told() {
    let pool = DescriptorPool::decode(DESCRIPTORS).expect("the contract");
    let page = page::page();
    let article = pool.get_message_by_name("articled.v1.Article").expect("the message");
    for field in article.fields() {
        let told = page.contains(&format!("`{}`", field.name())) || fields::NOT_PARSED.contains(&field.name());
        assert!(told, "{} is neither told nor named as not the parser's", field.name());
    }
    for name in fields::NOT_PARSED {
        assert!(article.get_field_by_name(name).is_some(), "{name} is no field");
    }
    for name in ["PublishTimePrecision", "PublishTimeBasis"] {
        let values = pool.get_enum_by_name(&format!("articled.v1.{name}")).expect(name);
        for value in values.values().filter(|value| value.number() != 0) {
            // PUBLISH_TIME_BASIS_METADATA is told as METADATA.
            let short = value.name().rsplit("_").next().unwrap_or_default().to_owned();
            let told = page.contains(&format!("`{short}`")) || page.contains(&format!("`{}`", value.name()));
            assert!(told || value.name().ends_with("_PAGE_TEXT") && page.contains("`PAGE_TEXT`"), "{}", value.name());
        }
    }
}
