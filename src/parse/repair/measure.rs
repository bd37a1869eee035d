//! Measures the repairs on the shared test data, if it is present.

use serde_json::Value;

use super::Repairer;
use crate::article::ParseReport;

fn repaired(text: &str) -> (String, ParseReport) {
    let mut report = ParseReport::default();
    let text = Repairer::learn(text).apply(text, &mut report);
    (text, report)
}

#[test]
fn synthetic_residue_comes_out_as_its_truth() {
    let Some(folder) = crate::test_data::folder() else { return };
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
    assert_eq!(clean_right, clean);
}

#[test]
fn the_sample_has_156_repairs() {
    let Some(folder) = crate::test_data::folder() else { return };
    let text = std::fs::read_to_string(folder.join("seed-article.txt")).expect("readable");
    let (text, report) = repaired(&text);
    assert_eq!(report.repairs.into_iter().collect::<Vec<_>>(), [("PINYIN_RESIDUE".into(), 156)]);
    assert!(text.contains("主管行業(領域)"));
    assert!(report.warnings.is_empty());
}

/// The residue of scraped excerpts, as their index describes it.
#[test]
fn scraped_excerpts_lose_their_residue_and_keep_what_was_meant() {
    let Some(folder) = crate::test_data::folder() else { return };
    for (file, repairs, kept, gone) in [
        (
            "16_gongjishe_legit_plus_residue.txt",
            27,
            &["亳(bó)", "譙(qiáo)", "渦(guō)", "六(lù)"][..],
            &["(qū)", "(yáng)"][..],
        ),
        ("17_xiaomilidoc_legit_hans.txt", 0, &["盱眙(Xū 虚 Yí 宜)"], &[]),
        ("06_m92880_chinanews_gz_20241029.txt", 0, &["民營企業發展營造良好環境"], &["(fàn)"]),
        ("03_678bjl_rmxiongan_20220505.txt", 0, &["發展營造安全"], &["(fàn)"]),
        ("07_51hei_cctv_20221225.txt", 0, &["當地已組織專業隊伍"], &["(shù)"]),
        ("08_scxinwang_xinhua_20220108.txt", 0, &["電(記者柯高陽、周文沖)"], &["(yáng)"]),
    ] {
        let text = std::fs::read_to_string(folder.join("raw").join(file)).expect("readable");
        let (text, report) = repaired(&text);
        for kept in kept {
            assert!(text.contains(kept), "{file}: {kept} in {text}");
        }
        for gone in gone {
            assert!(!text.contains(gone), "{file}: {gone} in {text}");
        }
        let stripped = report.repairs.get("PINYIN_RESIDUE").copied().unwrap_or_default();
        assert!(stripped >= repairs, "{file}: {stripped} repairs");
        assert!(repairs > 0 || kept.is_empty() || file.starts_with("0") || stripped == 0, "{file}: {stripped} repairs");
    }
}

#[test]
fn repairing_scraped_excerpts_twice_changes_nothing_more() {
    let Some(folder) = crate::test_data::folder() else { return };
    for file in std::fs::read_dir(folder.join("raw")).expect("readable") {
        let path = file.expect("readable").path();
        let once = repaired(&std::fs::read_to_string(&path).expect("UTF-8")).0;
        assert_eq!(repaired(&once).0, once, "{}", path.display());
    }
}

/// Clean corpora have no residue, so each match in them would be a false positive.
#[test]
fn clean_corpora_have_no_residue() {
    let Some(folder) = crate::test_data::folder() else { return };
    for file in [
        "pd1998_01_articles.jsonl",
        "trad_hk_tw.jsonl",
        "sogouc_sample_90.jsonl",
        "bbc_english_2225.jsonl",
        "boson_web_news.jsonl",
    ] {
        for line in std::fs::read_to_string(folder.join(file)).expect("readable").lines() {
            let item: Value = serde_json::from_str(line).expect("JSON");
            let (_, report) = repaired(item["text"].as_str().unwrap_or_default());
            let residue = ["PINYIN_RESIDUE", "RESIDUE_BYTES", "MOJIBAKE"].map(|kind| report.repairs.get(kind));
            assert_eq!(residue, [None; 3], "{file}: {}", item["id"]);
        }
    }
}
