//! Tests for the classification of the lines above the text, with invented pages.

use crate::article::ParseReport;
use crate::parse::blocks::lay_out;

/// Checks the headline block and the first line of the body.
fn check(page: &str, block: &[&str], first: &str) {
    let layout = lay_out(page, &crate::parse::blocks::MarkupHints::default(), &mut ParseReport::default());
    assert_eq!(layout.headline_block, block, "{page}");
    assert_eq!(layout.body.first().copied().unwrap_or_default(), first, "{page}");
}

#[test]
fn captions_with_sentences_are_text_unless_a_dateline_follows() {
    let caption = "青石镇的稻田今年丰收。在镇外的打谷场上，孩子们围着新堆的谷子追逐。（林远舟摄）";
    let text = "打谷场是三年前修的，平日里晒粮，农闲时放电影，镇上的人都爱来。";
    check(&format!("青石镇粮食丰收\n{caption}\n{text}"), &["青石镇粮食丰收"], caption);
    check(&format!("{caption}\n{text}"), &[], caption);
    check(&format!("图片新闻\n{caption}\n（新华社记者林远舟摄）"), &["图片新闻"], caption);
    let story = format!("青石镇粮食丰收\n{caption}\n新华社青石1月2日电（记者 何秋白）{text}");
    check(&story, &["青石镇粮食丰收"], text);
    check(&format!("青石镇粮食丰收\n{caption}\n来源：青石晚报\n{text}"), &["青石镇粮食丰收"], text);
    check(&format!("青石镇粮食丰收\n打谷场。林远舟 摄\n{text}"), &["青石镇粮食丰收"], text);
}

#[test]
fn news_roundups_keep_their_headings() {
    let item = |heading: &str| format!("{heading}\n{heading}，镇长今天在会上向居民介绍了有关情况，并回答了提问。");
    let items = [item("新桥通车"), item("图书馆开馆"), item("渡口停航")].join("\n");
    check(&format!("镇上快讯\n{items}"), &["镇上快讯"], "新桥通车");
    check(&format!("今日镇情\n{items}\n（责任编辑：何秋白）"), &["今日镇情"], "新桥通车");
    let sections = "新桥通车了\n两岸居民不再绕行\n新桥今天通车，全长三百米。\n桥面有六米宽，可以并排走两辆车。\n来之不易\n修桥用了两年。";
    check(sections, &["新桥通车了", "两岸居民不再绕行"], "新桥今天通车，全长三百米。");
}

#[test]
fn the_only_possible_title_is_restored() {
    let text = "新华社青石1月2日电 市场今天收盘。";
    let rows = ["１青石渡运１２．４２", "２何家建材５．５０"];
    check(&format!("{}\n{}\n{text}", rows[0], rows[1]), &rows, "市场今天收盘。");
    check(&format!("{}\n市场交投活跃\n{text}", rows[0]), &["市场交投活跃"], "市场今天收盘。");
    check(
        "举报人的信\n1997.8.12\n信一共写了三页，寄给了镇上的邮局。",
        &["举报人的信"],
        "信一共写了三页，寄给了镇上的邮局。",
    );
}

#[test]
fn several_titles_on_one_line_are_not_text() {
    let chain = "镇里召开会议 讨论新桥的修建 审议《关于图书馆和盲文阅览区的报告》和《关于旧粮仓改造工程的意见》 \
                 推进旧粮仓改造 布置冬季渡口安全检查工作 镇长主持会议并介绍新桥选址经过 书记通报全年财务安排情况";
    assert!(chain.chars().count() > 90);
    check(&format!("{chain}\n央视网消息（新闻联播）：会议今天举行。"), &[chain], "会议今天举行。");
}

#[test]
fn lines_between_headline_and_text() {
    let text = "新桥今天通车，全长三百米，两岸居民不再绕行。";
    let title = "青石镇新桥通车";
    check(
        &format!("{title}\n【摘要】{text}\n2021-09-01 18:22\n修桥用了两年。"),
        &[title],
        "【摘要】新桥今天通车，全长三百米，两岸居民不再绕行。",
    );
    check(&format!("{title}\n青石新闻网\n2021-09-01 17:12青石\n青石新闻网官方账号\n关注\n{text}"), &[title], text);
    check(&format!("{title}\n原标题：新桥来了\n{text}"), &[title], text);
    check(&format!("原标题：{title}\n{text}"), &[title], text);
    check(
        &format!("{title}\n稿源：青石日报 2021-09-01 08:30 编辑：何秋白 报料热线：0000-8888888\n{text}"),
        &[title],
        text,
    );
    check(&format!("{title}\n浏览：1024次\n【字体：大 中 小】\n{text}"), &[title], text);
    let announced = "以下是镇长今天会见记者的谈话内容：";
    check(&format!("{title}\n{announced}\n记者：镇长，新桥何时通车？\n镇长：大约在九月。"), &[title], announced);
}

#[test]
fn short_lines_between_a_known_headline_and_a_dateline_are_subheadlines() {
    let page =
        "新桥通车\n新桥通车仪式上强调\n推动两岸一起发展\n何秋白出席\n新华社青石1月2日电 新桥今天通车，全长三百米。";
    let known = crate::parse::blocks::MarkupHints { headline: "新桥通车", ..Default::default() };
    let layout = lay_out(page, &known, &mut ParseReport::default());
    assert_eq!(layout.headline_block, ["新桥通车", "新桥通车仪式上强调", "推动两岸一起发展", "何秋白出席"]);
    assert_eq!(layout.body, ["新桥今天通车，全长三百米。"]);
    let page = "新桥通车\n推动两岸一起发展\n新桥今天通车，全长三百米，两岸居民不再绕行。";
    let layout = lay_out(page, &known, &mut ParseReport::default());
    assert_eq!(layout.body.first(), Some(&"推动两岸一起发展"));
}

#[test]
fn the_title_below_a_menu_is_the_repeated_line() {
    let text = "小鎮的老街有一百二十年，街上賣的是米、布和鐵器。";
    let menu = "今日新聞 社論 評論 專題報導";
    check(
        &format!(
            "{menu}\n中華民國91年3月19日星期二\n老街拆了沒有人問\n攤販搬到哪裡去\n老街拆了沒有人問\n☉林岸\n{text}"
        ),
        &["老街拆了沒有人問"],
        text,
    );
    let block = "老街拆了沒有人問\n攤販搬到哪裡去";
    check(&format!("{block}\n{block}\n{text}"), &["老街拆了沒有人問", "攤販搬到哪裡去"], text);
    check(&format!("老街拆了沒有人問\n攤販搬到哪裡去\n{text}"), &["老街拆了沒有人問", "攤販搬到哪裡去"], text);
}

#[test]
fn repeated_text_is_kept_once() {
    let text = "小鎮的老街有一百二十年，街上賣的是米、布和鐵器，居民說從來沒有人問過他們願不願意搬走。\n老街拆了，遊客要看什麼？";
    let mut report = ParseReport::default();
    let page = format!("老街拆了\n{text}\n老街拆了\n{text}");
    let layout = lay_out(&page, &crate::parse::blocks::MarkupHints::default(), &mut report);
    assert_eq!(layout.body.join("\n"), text);
    let reasons: Vec<&str> = report.removed_lines.iter().map(|line| line.reason.as_ref()).collect();
    assert_eq!(reasons, ["REPEATED_TEXT"; 3]);
}

#[test]
fn titles_with_words_of_bylines() {
    for title in [
        "专访一线记者们的故事",
        "县里慰问一线记者 送上节日祝福",
        "【记者调查】中秋味道渐浓 月饼返璞归真",
        "媒体：渡口被困居民已全部上岸",
        "《新桥》剧照曝光>>>点击观看高清图",
    ] {
        check(&format!("{title}\n居民们说，今年的月饼比往年简单。"), &[title], "居民们说，今年的月饼比往年简单。");
    }
}

#[test]
fn a_credited_picture_above_a_dateline_and_a_copied_title_below_a_summary() {
    let text = "粮仓今天清晨起火，七人及时离开，无人受伤。";
    let caption = "青石镇一座粮仓2日清晨起火，七人及时离开，无人受伤，火在天亮前被扑灭，起火的原因还在调查。（消防队提供）青石社记者林远舟传真";
    let page = format!("青石镇粮仓起火\n{caption}\n（中央社记者林远舟台北2日电）{text}");
    let layout = lay_out(&page, &crate::parse::blocks::MarkupHints::default(), &mut ParseReport::default());
    assert_eq!(layout.dateline.map(|found| found.dateline.agency).as_deref(), Some("中央社"));
    assert!(layout.body.contains(&text), "{:?}", layout.body);
    let summary = "[摘要：粮仓起火的原因，镇上的人有许多说法。本文从粮仓的历史说起，谈谈它为什么起火。]";
    let page = format!("青石镇粮仓起火\n{summary}\n原标题：粮仓为什么起火\n{text}");
    let layout = lay_out(&page, &crate::parse::blocks::MarkupHints::default(), &mut ParseReport::default());
    assert_eq!(layout.body, [summary, text]);
}
