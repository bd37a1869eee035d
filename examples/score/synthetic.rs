//! Synthetic pinyin residue: the whole text as its truth has it, by mode and by damage to the bytes.

use std::collections::BTreeMap;

use crate::{Run, Tally, dense, parse_text, text};

pub fn score(run: &Run) {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for record in run.records("synthetic/residue_synthetic_600.jsonl") {
        let parsed = parse_text(text(&record, "input"), None, None);
        let mut found = parsed.content.printed();
        let mut removed: Vec<&str> = parsed.report.removed_lines.iter().map(|line| line.text.as_str()).collect();
        // What was removed as a line stays out of the comparison on both sides.
        let mut truth = dense(text(&record, "truth_trad"));
        removed.iter_mut().for_each(|line| truth = truth.replacen(&dense(line), "", 1));
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
