//! Damages texts as the mirrors do, and repairs them. The texts are invented.

#[path = "../../../../examples/score/mirror.rs"]
mod mirror;

use proptest::prelude::*;

use crate::article::ParseReport;
use crate::parse::repair::Repairer;

const SENTENCES: [&str; 10] = [
    "湖畔鎮的新橋昨天通車,當地居民都很高興。",
    "鎮長說,當時因為資金不足,工程停了兩年。",
    "優秀的施工隊伍來自各地,以優異的成績完成任務。",
    "據當地媒體報道,石橋是因為洪水損壞的。",
    "學校組織學生參觀新橋,了解建設的過程。",
    "記者從縣里獲悉,今后還將發展營造美麗鄉村。",
    "當地已組織專業隊伍維護橋面。",
    "老人們說:這是最實在的變化!",
    "新橋連接兩岸,當地政府將繼續改善道路。",
    "會議要求進一步加強管理,確保安全。",
];

/// Characters that a mirror's list may contain.
const LISTABLE: [(char, &str); 33] = [
    ('鎮', "zhèn"),
    ('數', "shù"),
    ('驗', "yàn"),
    ('優', "yōu"),
    ('當', "dāng"),
    ('時', "shí"),
    ('車', "chē"),
    ('隊', "duì"),
    ('報', "bào"),
    ('學', "xué"),
    ('組', "zǔ"),
    ('發', "fā"),
    ('範', "fàn"),
    ('說', "shuō"),
    ('記', "jì"),
    ('縣', "xiàn"),
    ('兩', "liǎng"),
    ('務', "wù"),
    ('請', "qǐng"),
    ('復', "fù"),
    ('會', "huì"),
    ('進', "jìn"),
    ('堅', "jiān"),
    ('據', "jù"),
    ('業', "yè"),
    ('強', "qiáng"),
    ('維', "wéi"),
    ('護', "hù"),
    ('變', "biàn"),
    ('實', "shí"),
    ('這', "zhè"),
    ('導', "dǎo"),
    ('權', "quán"),
];

/// A text after a mirror and a crawler damaged it.
fn damaged(text: &str, list: &[(char, &str)]) -> String {
    mirror::damaged(&mirror::unfolded(text), list)
}

fn repaired(text: &str) -> String {
    Repairer::learn(text).apply(text, &mut ParseReport::default())
}

#[test]
fn the_simulated_damage_is_that_of_real_pages() {
    for (text, list, expected) in [
        ("發展營造", &[('範', "fàn")][..], "發展?fàn)I造"),
        ("當地", &[('數', "shù"), ('當', "dāng")], "當(dāng)?shù)?"),
        ("當地", &[('當', "dāng"), ('數', "shù")], "當(dāng)地"),
        ("下撥5億", &[('聯', "lián")], "下?lián)?億"),
        ("好,再說", &[], "好,再說"),
    ] {
        assert_eq!(damaged(text, list), expected);
    }
}

#[test]
fn a_line_that_begins_with_a_counter_has_lost_no_number() {
    let text = format!("{}\n湖畔的石橋方便了當地的居民。\n天氣好的時候,人們在橋上散步。\n", SENTENCES.join("\n"));
    let damaged = damaged(&text, &LISTABLE);
    assert!(damaged.contains("?天氣"), "the line break is lost: {damaged}");
    // Another blank may have been lost than a line break; no digit is made up in its place.
    assert_eq!(repaired(&damaged), text.replace("居民。\n天氣", "居民??天氣"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn damage_of_a_mirror_is_repaired_or_a_warning_says_that_it_is_not(
        list in prop::sample::subsequence(LISTABLE.to_vec(), 14..=LISTABLE.len()).prop_shuffle(),
        sentences in Just(SENTENCES.to_vec()).prop_shuffle(),
    ) {
        let text = format!("{}\n", sentences.join("\n"));
        let mut report = ParseReport::default();
        let damaged = damaged(&text, &list);
        let repaired = Repairer::learn(&damaged).apply(&damaged, &mut report);
        if report.warnings.is_empty() {
            prop_assert_eq!(repaired, text);
        }
    }

    #[test]
    fn any_damage_terminates(
        list in prop::sample::subsequence(LISTABLE.to_vec(), 0..=LISTABLE.len()),
        text in "[湖畔鎮當地數學展營，。？！“”a-z0-9?!()\n]{0,80}",
    ) {
        let page = format!("{}\n{text}", SENTENCES.join("\n"));
        repaired(&damaged(&page, &list));
    }
}
