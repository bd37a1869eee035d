//! Scores the parser against test data whose truth is known: `cargo run --release --example score -- ../shared/data`
//! prints a figure for each section, and with `--misses` what was missed. `--only NAME` runs one section.
//!
//! Each section is a file under `examples/score/` with a function from [`Run`] to nothing that tells its figures.

mod score {
    pub(crate) mod damage;
    pub(crate) mod datelines;
    pub(crate) mod duplicates;
    pub(crate) mod headlines;
    pub(crate) mod html;
    pub(crate) mod keywords;
    pub(crate) mod lines;
    pub(crate) mod markup;
    pub(crate) mod mirror;
    pub(crate) mod pages;
    pub(crate) mod raw;
    pub(crate) mod synthetic;
}

use std::path::{Path, PathBuf};

use articled::article::{PageUrl, RawDocument};
use articled::parse::{ParseOptions, Parsed, parse_with};
use serde_json::Value;

/// A run over the data.
pub struct Run {
    folder: PathBuf,
    misses: bool,
}

/// A count of right results out of all.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) right: usize,
    pub(crate) all: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, right: bool) -> bool {
        self.right += usize::from(right);
        self.all += 1;
        right
    }
}

impl Run {
    /// The records of a JSONL file; empty, with a message, if the file does not exist.
    pub(crate) fn records(&self, file: &str) -> Vec<Value> {
        let path = self.folder.join(file);
        let Ok(text) = std::fs::read_to_string(&path) else {
            println!("skipped: no {}", path.display());
            return Vec::new();
        };
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    pub(crate) fn tell(&self, what: &str, tally: &Tally) {
        let Tally { right, all } = *tally;
        let percent = if all == 0 { 0.0 } else { 100.0 * right as f64 / all as f64 };
        println!("{what:<52} {right:>6} of {all:>6}  {percent:6.2} %");
    }

    pub(crate) fn miss(&self, what: impl FnOnce() -> String) {
        if self.misses {
            println!("  miss: {}", what());
        }
    }
}

/// Parses plain text without looking for keywords.
pub fn parse_text(text: &str, url: Option<&str>, fetch_time: Option<&str>) -> Parsed {
    let document = RawDocument {
        content: text.as_bytes().to_vec().into(),
        content_type: "text/plain; charset=utf-8".to_owned(),
        url: url.and_then(|url| PageUrl::parse(url).ok()),
        fetch_time: fetch_time.and_then(|time| time.parse().ok()),
        ..RawDocument::default()
    };
    parse_with(&document, ParseOptions { extract_keywords: false })
}

/// A text field of a record; empty if it has none.
pub fn text<'a>(record: &'a Value, key: &str) -> &'a str {
    record.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The texts of a list field.
pub fn texts(record: &Value, key: &str) -> Vec<String> {
    let list = record.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Without white space, for comparing texts whose layout may differ.
pub fn dense(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

/// A section by its name.
type Section = (&'static str, fn(&Run));

fn main() {
    let mut folder = None;
    let mut misses = false;
    let mut only = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--misses" => misses = true,
            "--only" => only = arguments.next(),
            path => folder = Some(PathBuf::from(path)),
        }
    }
    let folder = folder.unwrap_or_else(|| Path::new("../shared/data").to_owned());
    let run = Run { folder, misses };
    let sections: &[Section] = &[
        ("datelines", score::datelines::score),
        ("headlines", score::headlines::score),
        ("raw", score::raw::score),
        ("lines", score::lines::score),
        ("synthetic", score::synthetic::score),
        ("damage", score::damage::score),
        ("markup", score::markup::score),
        ("html", score::html::score),
        ("pages", score::pages::score_pages),
        ("cases", score::pages::score_cases),
        ("keywords", score::keywords::score),
        ("duplicates", score::duplicates::score),
    ];
    for (name, section) in sections {
        if only.as_deref().is_none_or(|only| only == *name) {
            println!("== {name}");
            section(&run);
        }
    }
}
