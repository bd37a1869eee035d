//! Measures the repairs on the shared test data, where it is there.

use std::path::PathBuf;

use serde_json::Value;

use super::Repairer;
use crate::article::ParseReport;

fn test_data() -> Option<PathBuf> {
    let folder = std::env::var_os("ARTICLED_TEST_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let there = folder.is_dir();
    if !there {
        println!("skipped: no test data at {}", folder.display());
    }
    there.then_some(folder)
}

fn repaired(text: &str) -> (String, ParseReport) {
    let mut report = ParseReport::default();
    let text = Repairer::learn(text).apply(text, &mut report);
    (text, report)
}

#[test]
fn synthetic_residue_comes_out_as_its_truth() {
    let Some(folder) = test_data() else { return };
    let lines = std::fs::read_to_string(folder.join("synthetic/residue_synthetic_600.jsonl")).expect("readable");
    let (mut clean, mut clean_right, mut damaged, mut damaged_right) = (0, 0, 0, 0);
    let show = std::env::var_os("ARTICLED_SHOW").is_some();
    for line in lines.lines() {
        let item: Value = serde_json::from_str(line).expect("JSON");
        let (input, truth) = (item["input"].as_str().expect("text"), item["truth_trad"].as_str().expect("text"));
        let (text, _) = repaired(input);
        let right = text == truth;
        if item["byte_damage"].as_u64() == Some(0) {
            clean += 1;
            clean_right += usize::from(right);
        } else {
            damaged += 1;
            damaged_right += usize::from(right);
        }
        if show && !right {
            for (ours, theirs) in text.lines().zip(truth.lines()).filter(|(ours, theirs)| ours != theirs) {
                println!("{}\n  ours  {ours}\n  truth {theirs}", item["id"]);
            }
        }
    }
    println!("without byte damage {clean_right} of {clean}, with {damaged_right} of {damaged}");
    assert!(clean_right + 1 >= clean);
}
