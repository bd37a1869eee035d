//! Synthetic pinyin residue: the whole text as its truth has it, by mode and by damage to the bytes.

use std::collections::BTreeMap;

use crate::{Run, Tally, dense, parse_text, text};

pub(crate) fn score(run: &Run) {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for record in run.records("synthetic/residue_synthetic_600.jsonl") {
        let parsed = parse_text(text(&record, "input"), None, None);
        let mut found = parsed.content.printed();
        // What was removed as a line stays out of the comparison on both sides. Chrome stands at the end of these pages, and
        // its words may stand in the story too.
        let mut truth = dense(text(&record, "truth_trad"));
        for line in parsed.report.removed_lines.iter().rev().map(|line| dense(&line.text)) {
            if let Some(at) = truth.rfind(&line) {
                truth.replace_range(at..at + line.len(), "");
            }
        }
        found = dense(&found);
        let damaged = record.get("byte_damage").and_then(serde_json::Value::as_i64).unwrap_or_default() > 0;
        let class = format!("{}{}", text(&record, "mode"), if damaged { ", bytes damaged" } else { "" });
        if !tallies.entry(class.clone()).or_default().add(found == truth) {
            run.miss(|| format!("{} {class}", text(&record, "id")));
        }
    }
    for (class, tally) in &tallies {
        run.tell(&format!("synthetic residue, {class}"), tally);
    }
}
