//! Properties of single Chinese characters: readings, simplified and traditional form, GBK code, frequency class.
//!
//! Owns the lookups that several rules share. Does not look at texts.

use std::collections::HashMap;
use std::sync::LazyLock;

use encoding_rs::{BIG5, GBK};
use pinyin::ToPinyinMulti;

use crate::text::{to_simplified, to_traditional};

/// The block CJK Unified Ideographs. It is converted once into a table, as a search does a million lookups.
const IDEOGRAPHS: std::ops::RangeInclusive<char> = '\u{4E00}'..='\u{9FFF}';

/// The simplified form of a character; the character itself if it has none.
pub(crate) fn simplified(c: char) -> char {
    if c == TAKEN_FOR_BOTH { AS_MIRRORS_CONVERT } else { to_simplified(c) }
}

/// The usual traditional form of a character; the character itself if it has none.
pub(crate) fn traditional(c: char) -> char {
    if c == TAKEN_FOR_BOTH { AS_MIRRORS_CONVERT } else { to_traditional(c) }
}

/// OpenCC leaves 著 unconverted, as it is the same in both scripts in words such as 著名. Mirror sites convert each 着 to 著, so
/// here the two are a pair.
const TAKEN_FOR_BOTH: char = '著';
const AS_MIRRORS_CONVERT: char = '着';

/// Whether a character may occur in a text that was converted to traditional characters one by one.
pub(crate) fn is_traditional(c: char) -> bool {
    let index = (c as usize).checked_sub(*IDEOGRAPHS.start() as usize);
    index.and_then(|index| TRADITIONAL.get(index)).copied().unwrap_or(false)
}

static TRADITIONAL: LazyLock<Vec<bool>> = LazyLock::new(|| IDEOGRAPHS.map(is_conversion_output).collect());

/// Traditional characters that mirror sites' conversion writes where OpenCC writes another form.
const VARIANT_FORMS: &str = "為偽眾啟鐘簽凈嫻汙洩症癥臟饑踴著";

/// Simplified characters that mirror sites' conversion leaves unchanged where OpenCC writes another form: these are traditional
/// characters too. Others that are both, such as 听 and 台, are converted.
const UNCONVERTED: &str = "丑于云仆伙余占吁吃后岩峰干并床征托斗杰栗游痴秘群范郁采里唇帘灶皂粽肴腌虱雇霉";

fn is_conversion_output(c: char) -> bool {
    let plain = simplified(c);
    let usual = traditional(plain);
    let in_gb2312 = gbk_pair(plain).is_some_and(|[lead, trail]| lead >= 0xB0 && trail >= 0xA1);
    if !in_gb2312 || usual != c && !if plain == c { UNCONVERTED } else { VARIANT_FORMS }.contains(c) {
        return false;
    }
    let mut buffer = [0; 4];
    let (bytes, _, unmappable) = BIG5.encode(c.encode_utf8(&mut buffer));
    // Big5 has two levels: frequently used characters, then others, which include simplified forms.
    !unmappable
        && match bytes[0] {
            0xA4..=0xC6 => true,
            0xC9..=0xF9 => plain != c || usual == c,
            _ => false,
        }
}

/// The GBK code of a character, if it has one.
pub(crate) fn gbk_pair(c: char) -> Option<[u8; 2]> {
    GBK_PAIRS.get(&c).copied()
}

/// A lookup table, because `encoding_rs` encodes with a linear search.
static GBK_PAIRS: LazyLock<HashMap<char, [u8; 2]>> = LazyLock::new(|| {
    let pairs = (0..=u16::MAX).map(u16::to_be_bytes);
    pairs.filter_map(|pair| gbk_char(pair).map(|c| (c, pair))).collect()
});

/// The character of a byte pair in code page 936, the GBK of the converters of scraped pages. `encoding_rs` follows WHATWG's
/// table, which also has the user-defined areas and later additions of GB 18030; these are left out.
pub(crate) fn gbk_char([lead, trail]: [u8; 2]) -> Option<char> {
    *GBK_CHARS.get(usize::from(lead) << 8 | usize::from(trail))?
}

static GBK_CHARS: LazyLock<Vec<Option<char>>> =
    LazyLock::new(|| (0..=u16::MAX).map(|pair| decoded(pair.to_be_bytes())).collect());

fn decoded(pair: [u8; 2]) -> Option<char> {
    // WHATWG's table has a second full-width space here, which code page 936 lacks.
    if pair == [0xA3, 0xA0] {
        return None;
    }
    let text = GBK.decode_without_bom_handling_and_without_replacement(&pair)?;
    let mut chars = text.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else { return None };
    let later = matches!(c,
        '\u{E000}'..='\u{F8FF}' | '\u{01F9}' | '\u{2E80}'..='\u{2EFF}' | '\u{2FF0}'..='\u{2FFF}' | '\u{303E}'
        | '\u{3400}'..='\u{4DBF}' | '\u{9FA6}'..='\u{9FFF}' | '\u{FE10}'..='\u{FE1F}');
    (!later).then_some(c)
}

/// Whether a character is in level 1 of GB 2312: the 3,755 characters in common use, with the lead bytes 0xB0 to 0xD7.
pub(crate) fn is_common(simplified: char) -> bool {
    gbk_pair(simplified).is_some_and(|[lead, trail]| (0xB0..=0xD7).contains(&lead) && trail >= 0xA1)
}

/// Simplified characters that differ from their traditional form and are among the 1,500 most frequent characters of jieba's
/// dictionary, in code point order. A character's frequency is the sum over the words that contain it.
const FREQUENT: &str = "\
    万与专业东丝两严个丰临为丽举么义乌乐习乡书买乱争于云亚产亩亲亿仅从仪们价众优伙会伟传伤伦体余侧倾储儿\
    党兰关兴养内写军农冲决况净准减几凤凭击划刘则刚创别剂剑剧办务动劲劳势区医华协单卖占卫却厂厅历厉压县参\
    双发变台叶号叹吃后吗吨听启吴员响团园围国图圆圣场坏块坚坛墙壮声处备复够头夺奋奖奥妇妈孙学宁宝实审宪宫\
    宽对寻导将尔尸尽层届属岁岗岛岩岭岳峡峰币师带帮干并广庄庆床库应庙废开异弃张弹强归当录彻征径怀态总恶惊\
    惯愿戏战户托执扩扬抢护报担拥择挂挥损换据摆摇敌数斗断无旧时显晋术机杀杂权条来杨极构枪标树样桥梦检楼横\
    欢欧残毁毕气汇汉汤沟没泪泽测济浓润涨渐温游湾湿满潜灭灯灵灾点烟烧热爱爷状独献环现电画疗盐监盖盘着矿码础\
    确礼离种秘积称税稳穷竞笔筑签简类粮紧红约级纪纯纳纵纷纸纺线练组细织终绍经结绕给络绝统继绩绪续维综绿缓\
    编缘缩网罗罢群职联胆胜脉脑脚脱脸舰艺节苏范荆荣药莲获营萨蓝虑虚虫虽补袭装见观规视览觉触誉计订认讨让训\
    议讯记讲许论设访证评识诉词译试诗话询该语误说请诸诺读课谁调谈谋谓谢贝负贡财责败货质贫购贯贴贵贸费贼资\
    赏赛赞赵赶跃车转轮软轻载较辈辑输辖辞边辽达迁过运还这进远连迹适选递遗郑采释里针钟钢钱铁铜银铺销锋错锛\
    键镇镜长门闪闭问闯闲间闹闻阁阅队阳阴阵阶际陆陈险随隐隶难静韦韩页顶项顺须顾顿预领频题额风飞饭饮馆马驻\
    骂验骑鱼鲁鲜鸟鸡鸿麦黄齐龄龙";

/// Whether a simplified character is one of [`FREQUENT`], which occur on nearly every page.
pub(crate) fn is_frequent(simplified: char) -> bool {
    FREQUENT.contains(simplified)
}

/// How a syllable relates to the readings of a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The first reading in the dictionary, of the character or of its simplified form.
    First,
    /// Another reading.
    Other,
    /// Not a reading of this character.
    None,
}

/// Looks up a syllable with its tone mark among the readings of a character.
pub(crate) fn reading_of(c: char, syllable: &str) -> Reading {
    let mut found = Reading::None;
    for form in [c, simplified(c)] {
        let Some(readings) = form.to_pinyin_multi() else { continue };
        for (index, reading) in readings.into_iter().enumerate() {
            if reading.with_tone() == syllable {
                if index == 0 {
                    return Reading::First;
                }
                found = Reading::Other;
            }
        }
    }
    found
}

/// Whether a character is a letter of pinyin, with or without a tone mark.
pub(crate) fn is_pinyin_letter(c: char) -> bool {
    c.is_ascii_lowercase() || "āáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜêńňǹḿɑɡ".contains(c)
}

/// The longest pinyin syllable, in letters: zhuāng, chuáng, shuǎng.
pub(crate) const LONGEST_SYLLABLE: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_looked_up_in_both_scripts() {
        for (c, syllable, expected) in [
            ('學', "xué", Reading::First),
            ('學', "xuě", Reading::None),
            ('學', "xue", Reading::None),
            ('长', "cháng", Reading::Other),
            ('長', "zhǎng", Reading::First),
            ('渦', "guō", Reading::Other),
            ('a', "a", Reading::None),
        ] {
            assert_eq!(reading_of(c, syllable), expected, "{c} {syllable}");
        }
    }

    #[test]
    fn gbk_is_code_page_936() {
        assert_eq!(gbk_char([0xD1, 0xA7]), Some('学'));
        assert_eq!(gbk_char([0xFB, 0xD5]), None, "user-defined");
        assert_eq!(gbk_char([0x41, 0x42]), None, "two letters are not a pair");
        assert_eq!(gbk_pair('学'), Some([0xD1, 0xA7]));
        assert_eq!(gbk_pair('\u{3000}'), Some([0xA1, 0xA1]), "WHATWG's table has it twice");
        assert_eq!(gbk_pair('a'), None);
        assert_eq!(gbk_pair('😀'), None);
    }

    #[test]
    fn a_conversion_leaves_some_characters_alone() {
        for c in "聽臺后里学".chars() {
            assert_eq!(is_traditional(c), c != '学', "{c}");
        }
        assert!(!is_traditional('听') && !is_traditional('台'), "these are converted");
    }

    #[test]
    fn the_first_level_is_common() {
        assert!(is_common('学'));
        assert!(!is_common('谯'));
        assert!(!is_common('學'), "the standard has simplified forms only");
    }
}
