//! Texts to repair, texts to leave alone, and properties of all repairs together. The texts are invented.

use proptest::prelude::*;

use super::Repairer;
use crate::article::ParseReport;

fn repaired(text: &str) -> (String, ParseReport) {
    let mut report = ParseReport::default();
    let text = Repairer::learn(text).apply(text, &mut report);
    (text, report)
}

/// A page with residue: listed characters, each annotated everywhere.
const RESIDUE: &str = "湖畔鎮(zhèn)昨天為(wèi)新橋舉行通車(chē)儀式。鎮(zhèn)里說,這個(gè)項(xiàng)目連接兩岸。\n\
    這個(gè)項(xiàng)目歷時(shí)兩年,通車(chē)后居民過河只用一刻鐘。鎮(zhèn)上還將(jiāng)修一所學(xué)校。\n";
const RESIDUE_CLEAN: &str = "湖畔鎮昨天為新橋舉行通車儀式。鎮里說,這個項目連接兩岸。\n\
    這個項目歷時兩年,通車后居民過河只用一刻鐘。鎮上還將修一所學校。\n";

#[test]
fn a_page_with_residue_is_cleaned() {
    let (text, report) = repaired(RESIDUE);
    assert_eq!(text, RESIDUE_CLEAN);
    assert_eq!(report.repairs.into_iter().collect::<Vec<_>>(), [("PINYIN_RESIDUE".into(), 13)]);
}

#[test]
fn brackets_of_the_text_stay() {
    for (damaged, clean) in [
        ("主管行業(yè)(項(xiàng)目)的會議\n", "主管行業(項目)的會議\n"),
        ("(記者林小河、程時(shí))\n", "(記者林小河、程時)\n"),
        ("這個(gè)（項(xiàng)目）好\n", "這個（項目）好\n"),
        ("這個（gè）項(xiàng）目\n", "這個項目\n"),
    ] {
        let (text, _) = repaired(&format!("{RESIDUE}{damaged}"));
        assert_eq!(text, format!("{RESIDUE_CLEAN}{clean}"));
    }
}

/// An author's annotations, alone and on a page with residue.
#[test]
fn annotations_of_an_author_stay() {
    for authored in [
        "古國龜茲(qiū cí)在絲綢之路上。\n",
        "他開始尬(gà)聊起來。\n",
        "讀一讀:學(xué)而(ér)不(bù)厭(yàn)、誨(huì)人(rén)不(bù)倦(juàn)。\n",
        "他的家鄉在亳(bó)州,不在毫州。\n",
        "渦(guō)河從城北流過。\n",
        "歌手單(shàn)小舟來到湖畔。\n",
        "她姓仇(qiú),不姓愁。\n",
        "會(kuài)稽山下有一座亭。\n",
        "「垚」(yáo)字由三塊土組成。\n",
        "說明(shuō míng)一下。\n",
        "價格(jiage)另議。\n",
        "浙江的麗(Lí)水。\n",
        "譙(qiáo)樓在城中。\n",
    ] {
        assert_eq!(repaired(authored).0, authored);
        let (text, _) = repaired(&format!("{RESIDUE}{authored}"));
        assert!(text.starts_with(RESIDUE_CLEAN), "{text}");
        assert_eq!(&text[RESIDUE_CLEAN.len()..], authored);
    }
}

#[test]
fn pages_that_teach_stay() {
    for page in [
        "生字表\n國(guó)\n學(xué)\n書(shū)\n車(chē)\n馬(mǎ)\n鳥(niǎo)\n",
        "國(guó)、學(xué)、書(shū)、車(chē)、馬(mǎ)、鳥(niǎo)。\n",
        "小(xiǎo)鳥(niǎo)飛(fēi)過(guò)湖(hú)面(miàn),魚(yú)兒(ér)在(zài)水(shuǐ)中(zhōng)游(yóu)。\n",
        "我們學(xué)習寫書(shū)法。學校里的書很多,我們坐車(chē)去,車開得很慢。小馬(mǎ)也來了,馬兒真好。飛鳥(niǎo)和小鳥。\n",
        "「國」的讀音是國(guó)。\n",
        "国(guó)家、学(xué)校、书(shū)本、车(chē)站、马(mǎ)路、鸟(niǎo)巢。\n",
    ] {
        assert_eq!(repaired(page).0, page);
    }
}

#[test]
fn split_bytes_are_repaired_on_a_page_with_residue() {
    for (damaged, clean) in [
        ("為(wèi)企業發展?fàn)I造環境\n", "為企業發展營造環境\n"),
        ("當?shù)匾呀M織隊伍\n", "當地已組織隊伍\n"),
        ("改造為(wèi)L(zhǎng)ED燈\n", "改造為LED燈\n"),
        // A crawler converted misaligned byte pairs as if they were full-width marks.
        ("搶險隊確??茖W救援\n", "搶險隊確保科學救援\n"),
    ] {
        let (text, report) = repaired(&format!("{RESIDUE}{damaged}"));
        assert_eq!(text, format!("{RESIDUE_CLEAN}{clean}"), "{report:?}");
    }
}

#[test]
fn without_residue_no_bytes_are_touched() {
    let page = "他問:這是真的嗎?yàn)I造,誰知道呢。\n";
    let (text, report) = repaired(page);
    assert_eq!(text, page);
    let reasons: Vec<&str> = report.warnings.iter().map(|warning| warning.reason.as_ref()).collect();
    assert_eq!(reasons, ["RESIDUE_UNCERTAIN"], "the damage stays");
    let sound = "他問(是真的嗎?a)答:是的。真的嗎?(沒有人知道)\n";
    assert_eq!((repaired(sound).0.as_str(), repaired(sound).1.warnings.len()), (sound, 0));
}

#[test]
fn unrecoverable_damage_stays_with_a_warning() {
    for (damaged, left) in [
        // A digit is lost.
        ("下?lián)?.18億元\n", "下?lián)?.18億元\n"),
        // The year is certain, the character before it is not.
        ("當?shù)?013年通車(chē)。\n", "當?2013年通車。\n"),
        ("當?shù)?000戶家庭\n", "當?shù)?000戶家庭\n"),
    ] {
        let (text, report) = repaired(&format!("{RESIDUE}{damaged}"));
        assert_eq!(text, format!("{RESIDUE_CLEAN}{left}"));
        let reasons: Vec<&str> = report.warnings.iter().map(|warning| warning.reason.as_ref()).collect();
        assert_eq!(reasons, ["RESIDUE_UNCERTAIN"], "{damaged}");
    }
}

#[test]
fn residue_learned_on_the_page_is_removed_from_its_title() {
    let mut report = ParseReport::default();
    assert_eq!(Repairer::learn(RESIDUE).apply("新橋項(xiàng)目通車(chē)", &mut report), "新橋項目通車");
}

#[test]
fn hostile_pages_terminate() {
    for piece in [
        "區(qū)",
        "(",
        "?",
        "區(",
        "天?yàn)",
        "<p ",
        "&amp;",
        "& ",
        "當?shù)匾呀",
        "湖 ",
        "Ã",
        "(((?shù)",
        "區(qū)(",
        "??茖W",
        "!O權",
        "天?yàn)???",
        "?a)",
        "a(a)",
    ] {
        let page = format!("{RESIDUE}{}", piece.repeat((1 << 19) / piece.len()));
        repaired(&page);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn repairing_twice_changes_nothing_more(
        pieces in proptest::collection::vec(prop::sample::select(vec![
            "學(xué)", "學", "而(ér)", "時(shí)", "個(gè)", "項(xiàng)", "鎮(zhèn)", "車(chē)", "渦(guō)", "湖畔", "?", "(", ")", "?yàn)", "?shù)",
            "I造", "發展", "當", "地", "呀M", "&amp;", "&", "lt;", "quot;", "<p>", "</p>", "<br/>", "<", "p>", " ", "湖 畔 鎮 修 橋 ",
            "\n", "Ã©", "婀栫晹", "ºþÅÏ", ",", "L(zhǎng)", "為", "12", "abc", "（xué）", "學(xué)(xué)",
        ]), 0..60),
    ) {
        let page = pieces.concat();
        let once = repaired(&page).0;
        let (twice, _) = repaired(&once);
        prop_assert_eq!(twice, once);
    }

    #[test]
    fn any_text_can_be_repaired(text in any::<String>()) {
        repaired(&text);
    }
}
