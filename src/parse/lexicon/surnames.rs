//! Chinese surnames, Simplified, in three ranks.
//!
//! Does not split runs of names; `dateline/name_runs` does.

/// The surnames of nine in ten people, from the rank lists of the Ministry of Public Security's yearly report on names.
const COMMON: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤";

/// Less common surnames: the rest of the Hundred Family Surnames, and surnames past rank 100 that occur among
/// reporters.
const RARER: &str = "康施牛洪樊赖安齐庞颜倪梅申兰葛翟季涂欧柴关祝焦庄柳左纪尚耿聂鲁章童俞喻池冉管苗穆单车项盛翁詹辛岳骆游阮靳管穆费霍甘卓裴屈鲍单伍华凌舒蒙宁桂成卜路闵解曲古卞邢蓝包宗席应麦仇迟代褚蔺巡宫成荆缪饶桑尤简艾乔温郁芦蒲邬乌冷扈臧冽滕强查栾连匡商芮茹佘佟姬隋房荣晏柏揭岑党封鞠殷阎苑门丛牟戚明仲戈敖来沙谷谌娄元那谈寇巩乐郎全米晋诸楼展贝麻边敬惠银竺粟候符景储支巫巴幸扬卫柯印燕闻莘国逄凤保奚傅丘涂练庾端木经";

/// Two-character surnames.
const COMPOUND: &[&str] = &[
    "欧阳", "司马", "上官", "诸葛", "司徒", "东方", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "长孙", "宇文",
    "独孤", "南宫", "呼延", "闻人", "端木", "申屠", "澹台", "淳于", "完颜", "钟离", "西门", "轩辕",
];

/// Surname rank of a name's first characters: 2 common, 1 rarer, 0 none. Takes Simplified characters.
pub(crate) fn rank(name: &[char]) -> u8 {
    if is_compound(name) {
        return 2;
    }
    match name.first() {
        Some(first) if COMMON.contains(*first) => 2,
        Some(first) if RARER.contains(*first) => 1,
        _ => 0,
    }
}

pub(crate) fn is_compound(name: &[char]) -> bool {
    let [first, second, ..] = name else { return false };
    COMPOUND.iter().any(|surname| surname.chars().eq([*first, *second]))
}
