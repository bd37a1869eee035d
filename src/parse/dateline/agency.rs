//! Who sends a story: wire agencies, papers, portals.
//!
//! `agency` of a dateline holds the agency itself, as the page writes it: 中新网 also where the page prints the name of a
//! local edition (中新河北网, 中新网北京新闻) or a verb with it (明報專訊). The dateline's text has all that is printed.

use std::ops::Range;

use crate::parse::normalized_line::NormalizedLine;
use crate::text::is_han;

/// Agencies and outlets by name, Simplified, longer names before those that they begin with.
const KNOWN: &[&str] = &[
    "新华每日电讯",
    "新华社",
    "新华网",
    "新华",
    "中国新闻社",
    "中国新闻网",
    "中新社",
    "中新网",
    "中新经纬",
    "中新财经",
    "人民日报海外网",
    "人民日报",
    "人民网",
    "中国网络电视台",
    "中国国际广播电台",
    "中央人民广播电台",
    "中央广播电视总台",
    "中央电视台",
    "总台央视",
    "央视新闻",
    "央视网",
    "央视",
    "央广网",
    "中广网",
    "国际在线",
    "中国台湾网",
    "中国青年网",
    "中国青年报",
    "中国经济网",
    "中国日报网",
    "中国日报",
    "中国新闻",
    "中国网",
    "光明网",
    "光明日报",
    "经济日报",
    "经济参考报",
    "法制日报",
    "法治日报",
    "工人日报",
    "农民日报",
    "科技日报",
    "解放军报",
    "解放日报",
    "文汇报",
    "环球时报",
    "环球网",
    "参考消息网",
    "参考消息",
    "澎湃新闻",
    "界面新闻",
    "财新网",
    "新京报",
    "北京日报",
    "北京青年报",
    "南方日报",
    "南方都市报",
    "南都",
    "羊城晚报",
    "广州日报",
    "东方网",
    "南方网",
    "浙江在线",
    "大众网",
    "四川新闻网",
    "红网时刻新闻",
    "红网时刻",
    "红网",
    "长城网",
    "千龙网",
    "北方网",
    "荆楚网",
    "大河网",
    "汉网",
    "全景网",
    "交汇点",
    "it之家",
    "快科技",
    "直播吧",
    "财联社",
    "证券时报e公司",
    "e公司",
    "每经ai",
    "每经",
    "新黄河",
    "齐鲁壹点",
    "techweb",
    "钛媒体app",
    "钛媒体",
    "中央社",
    "法新社",
    "路透社",
    "路透",
    "美联社",
    "彭博社",
    "彭博",
    "共同社",
    "时事社",
    "韩联社",
    "朝中社",
    "俄新社",
    "塔斯社",
    "俄塔社",
    "国际文传电讯社",
    "德新社",
    "安莎社",
    "埃菲社",
    "合众国际社",
    "中通社",
    "香港中通社",
    "中评社",
    "拉美社",
    "今日俄罗斯",
    "越通社",
    "泰新社",
    "贝尔纳马",
    "联合早报网",
    "联合早报",
    "早报",
    "联合报",
    "自由时报",
    "中国时报",
    "苹果日报",
    "明报",
    "星岛日报",
    "大公报",
    "东方日报",
    "经济日报",
    "信报",
    "香港电台",
    "大纪元",
    "本报",
    "本台",
    "本刊",
    "本网",
    "本社",
    "本站",
    "快报",
    "晨报",
    "晚报",
];

/// Portals; their datelines name a channel (新浪体育讯).
const PORTALS: &[&str] = &["新浪", "搜狐", "网易", "腾讯", "凤凰网", "凤凰", "和讯", "乐居", "爱卡", "太平洋"];

/// What the names of outlets end in, longer endings first.
const ENDINGS: &[&str] = &[
    "新闻网",
    "广播网",
    "通讯社",
    "电视台",
    "广播电台",
    "电台",
    "客户端",
    "日报",
    "晚报",
    "早报",
    "晨报",
    "商报",
    "时报",
    "都市报",
    "在线",
    "卫视",
    "频道",
    "新闻",
    "社",
    "网",
    "报",
    "台网",
];

/// What else they end in, where a dateline's other parts say that a name stands here: alone, 视频 is a label.
const ENDINGS_IN_DATELINES: &[&str] = &["视频", "财经", "经纬", "之家"];

/// An agency at the start of a dateline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agency {
    /// Where the name stands that a reader knows it by.
    pub name: Range<usize>,
    /// Where all that names the outlet ends, local edition and channel with it.
    pub end: usize,
    /// The place in the name of a local edition that follows the agency's (中新网北京新闻); empty if none does.
    pub edition: Range<usize>,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Known,
    Portal,
    /// Known only by its ending.
    Unknown,
}

/// A known agency that begins at `start`.
pub fn known_at(line: &NormalizedLine, start: usize) -> Option<Agency> {
    if let Some((_, end)) = line.word_at(start, PORTALS) {
        let end = channel_end(line, end);
        return Some(Agency { name: start..end, end, edition: end..end, kind: Kind::Portal });
    }
    if let Some(agency) = local_edition(line, start) {
        return Some(agency);
    }
    let (name, end) = line.word_at(start, KNOWN)?;
    // 新华 alone is an agency only in compounds that the table has.
    if name == "新华" || name == "中国新闻" && line.at(end).is_some_and(|next| next == '周') {
        return None;
    }
    let name = start..end;
    let (edition, end) = edition_at(line, end);
    if let Some(tail) = tail_end(line, end) {
        // A channel is a part of the outlet, another outlet (经济日报-中国经济网) a part of the name.
        let channel = line.seen(end..tail).ends_with(&['频', '道']);
        let name = if channel { name } else { start..tail };
        return Some(Agency { name, end: tail, edition: tail..tail, kind: Kind::Known });
    }
    Some(Agency { name, end, edition, kind: Kind::Known })
}

/// 中新河北网, 中新浙江网: the agency's name with the place inside it. It is known as 中新网; as that is not printed in one
/// piece, its name is given by the caller from [`LOCAL_HEAD`] and the last character.
fn local_edition(line: &NormalizedLine, start: usize) -> Option<Agency> {
    let (_, head) = line.word_at(start, &[LOCAL_HEAD])?;
    let end = (head + 2..=head + 3).find(|end| line.at(*end) == Some('网'))? + 1;
    line.seen(head..end).iter().all(|character| is_han(*character)).then_some(Agency {
        name: start..end,
        end,
        edition: end..end,
        kind: Kind::Known,
    })
}

const LOCAL_HEAD: &str = "中新";

/// The agency's name as the page writes it.
pub fn name_of(line: &NormalizedLine, agency: &Agency) -> String {
    let printed = line.slice(agency.name.clone());
    if local_edition(line, agency.name.start).is_some_and(|local| local.name == agency.name) {
        let last = line.slice(agency.name.end - 1..agency.name.end);
        return line.slice(agency.name.start..agency.name.start + 2).to_owned() + last;
    }
    printed.to_owned()
}

/// `中新网北京新闻`, `新华网内蒙古频道`: a local edition's place after the agency's name, and where its name ends.
fn edition_at(line: &NormalizedLine, end: usize) -> (Range<usize>, usize) {
    (end + 2..=end + 5)
        .find_map(|at| {
            let (_, stop) = line.word_at(at, &["新闻", "频道", "分社", "分网", "记者站"])?;
            line.seen(end..at).iter().all(|character| is_han(*character)).then_some((end..at, stop))
        })
        .or_else(|| line.word_at(end, &["客户端", "微博", "新媒体"]).map(|(_, stop)| (end..end, stop)))
        .unwrap_or((end..end, end))
}

/// `经济日报-中国经济网`, `人民网-教育频道`, `大众网·海报新闻`: another name glued to an outlet's, where it ends. The last
/// ending of outlets counts: a place may follow.
fn tail_end(line: &NormalizedLine, end: usize) -> Option<usize> {
    const MAX_TAIL: usize = 10;
    if !matches!(line.at(end), Some('-' | '·')) {
        return None;
    }
    let stop = (end + 1..=end + MAX_TAIL)
        .find(|at| {
            !line.at(*at).is_some_and(is_han) || line.word_at(*at, &["记者", "报道", "报导", "讯", "消息"]).is_some()
        })
        .unwrap_or(end + MAX_TAIL);
    unknown_end(line, end + 1..stop)
}

/// `新浪体育`: a channel of two characters, if one follows.
fn channel_end(line: &NormalizedLine, end: usize) -> usize {
    const CHANNELS: &[&str] = &[
        "体育", "娱乐", "科技", "财经", "家居", "房产", "汽车", "教育", "女性", "游戏", "军事", "新闻", "时尚", "尚品",
        "乐居", "健康", "旅游", "读书", "公益", "国际", "国内", "社会", "股票", "证券", "育儿", "星座", "手机", "数码",
        "文化", "彩票", "法治", "佛学", "收藏", "微博", "美食", "地产", "嘉宾", "亲子", "留学", "考试", "棋牌", "产经",
        "音乐", "影视", "网",
    ];
    line.word_at(end, CHANNELS).map_or(end, |(_, stop)| stop)
}

/// The last ending of an outlet's name within `range`: where the name ends. For outlets that no table knows.
pub fn unknown_end(line: &NormalizedLine, range: Range<usize>) -> Option<usize> {
    const MIN_NAME: usize = 2;
    (range.start + 1..range.end)
        .rev()
        .find_map(|at| line.word_at(at, ENDINGS).or_else(|| line.word_at(at, ENDINGS_IN_DATELINES)).map(|(_, end)| end))
        .filter(|end| *end <= range.end && end - range.start >= MIN_NAME)
}

/// Whether a whole text reads like an outlet's name.
pub fn ends_like_an_outlet(text: &[char]) -> bool {
    const MORE: &[&str] = &[
        "台",
        "局",
        "中心",
        "杂志",
        "周刊",
        "周报",
        "画报",
        "编辑部",
        "视点",
        "评论",
        "财经",
        "体育",
        "站",
        "部",
        "文",
        "团",
        "记者团",
        "快报",
        "导报",
        "通讯",
        "热线",
        "公众号",
        "官网",
        "网站",
        "论坛",
        "微信",
        "微博",
        "传媒",
        "融媒",
    ];
    let ends_in = |ending: &str| {
        text.len() >= ending.chars().count()
            && text.iter().rev().copied().zip(ending.chars().rev()).all(|(a, b)| a == b)
    };
    ENDINGS.iter().chain(MORE).any(|ending| ends_in(ending))
}
