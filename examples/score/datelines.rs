//! Labelled datelines: agency, place, month, day and reporters all right, each line parsed as a document of its own.

use articled::parse::Parsed;
use articled::text::fold;
use serde_json::Value;

use crate::{Run, Tally, dense, parse_text, text, texts};

pub(crate) fn score(run: &Run) {
    let mut all = Tally::default();
    for record in run.records("datelines_labelled.jsonl") {
        let Some(expected) = record.get("expected") else { continue };
        let parsed = parse_text(text(&record, "line"), None, None);
        let wrong = wrong(&parsed, expected, &texts(expected, "reporters"), &others(&record));
        if !all.add(wrong.is_empty()) {
            run.miss(|| format!("{} {} {}", text(&record, "id"), wrong.join(", "), text(&record, "line")));
        }
    }
    run.tell("datelines labelled, all right", &all);
    let mut found = Tally::default();
    for record in run.records("datelines_unlabelled.jsonl") {
        let parsed = parse_text(text(&record, "line"), None, None);
        if !found.add(parsed.content.dateline.is_some()) {
            run.miss(|| format!("none in: {}", text(&record, "line").chars().take(60).collect::<String>()));
        }
    }
    run.tell("datelines unlabelled, one found", &found);
}

fn others(record: &Value) -> Vec<String> {
    let mut others = texts(record, "expected_others");
    others.extend(record.get("expected").map(|expected| texts(expected, "expected_others")).unwrap_or_default());
    others
}

/// What differs.
fn wrong(parsed: &Parsed, expected: &Value, reporters: &[String], others: &[String]) -> Vec<String> {
    let mut wrong = Vec::new();
    let dateline = parsed.content.dateline.clone().unwrap_or_default();
    let mut check = |what: &str, found: String, expected: String| {
        if found != expected {
            wrong.push(format!("{what} is {found:?}, not {expected:?}"));
        }
    };
    check("agency", fold(&dateline.agency), fold(text(expected, "agency")));
    check("place", dense(&dateline.location), dense(text(expected, "place")));
    let number = |key: &str| expected.get(key).and_then(Value::as_i64).unwrap_or_default().to_string();
    check("month", dateline.date.map_or(0, |date| date.month).to_string(), number("month"));
    check("day", dateline.date.map_or(0, |date| date.day).to_string(), number("day"));
    let mut authors = parsed.content.authors.clone();
    let mut people: Vec<String> = reporters.iter().chain(others).cloned().collect();
    authors.sort();
    people.sort();
    check("authors", authors.join(" "), people.join(" "));
    wrong
}
