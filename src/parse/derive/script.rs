//! Which Han characters belong to one script alone, and their Simplified forms.

use std::sync::LazyLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;

/// The Han characters that the conversion tables speak of: extension A and the first block. The rarer planes hold no
/// character that decides the script of a news text.
const FIRST: u32 = 0x3400;
const LAST: u32 = 0x9FFF;

/// Simplified characters that are ordinary Traditional ones too, with a meaning of their own (皇后, 公里, 干戈), and so
/// say nothing about the script.
const IN_BOTH_SCRIPTS: &str = "后里干台几丑斗范丰云余冲别划卷叶吁咸向回姜家征志念恤扎折朱杆松栗梁板游漓璇症秋累致舍苏药蒙谷辟采里面须胡周沈了系表布欲才只出朴伙仆借佣价准当";

/// What a Han character says about the script it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    Simplified,
    Traditional,
    Either,
}

struct Table {
    /// For each character from [`FIRST`] on, its Simplified form.
    simplified: Vec<u16>,
    script: Vec<Script>,
}

static TABLE: LazyLock<Table> = LazyLock::new(Table::make);

impl Table {
    /// Built from OpenCC's own tables, one character at a time: a line break between two of them keeps its phrases out.
    fn make() -> Self {
        let alone: String = (FIRST..=LAST).filter_map(char::from_u32).flat_map(|character| [character, '\n']).collect();
        let convert = |config| OpenCC::from_config(config).map(|opencc| opencc.convert(&alone)).unwrap_or_default();
        let to_simplified = convert(BuiltinConfig::T2s);
        let to_traditional = convert(BuiltinConfig::S2t);
        let mut simplified = Vec::with_capacity((LAST - FIRST + 1) as usize);
        let mut script = Vec::with_capacity(simplified.capacity());
        let forms = alone.lines().zip(to_simplified.lines()).zip(to_traditional.lines());
        for ((own, in_simplified), in_traditional) in forms {
            let code = only_character(own);
            simplified.push(only_character(in_simplified).or(code).unwrap_or_default());
            script.push(if in_simplified != own {
                Script::Traditional
            } else if in_traditional != own && !IN_BOTH_SCRIPTS.contains(own) {
                Script::Simplified
            } else {
                Script::Either
            });
        }
        Self { simplified, script }
    }
}

fn only_character(line: &str) -> Option<u16> {
    let mut characters = line.chars();
    let first = characters.next()?;
    if characters.next().is_some() { None } else { u16::try_from(u32::from(first)).ok() }
}

fn index(character: char) -> Option<usize> {
    u32::from(character).checked_sub(FIRST).map(|index| index as usize)
}

pub(super) fn script_of(character: char) -> Script {
    index(character).and_then(|index| TABLE.script.get(index)).copied().unwrap_or(Script::Either)
}

/// The Simplified form: always one character for one, so that positions stay.
pub(in crate::parse) fn to_simplified(character: char) -> char {
    index(character)
        .and_then(|index| TABLE.simplified.get(index))
        .and_then(|&code| char::from_u32(u32::from(code)))
        .unwrap_or(character)
}

pub(in crate::parse) fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_scripts_apart() {
        let check = |character: char, script: Script, simplified: char| {
            assert_eq!(script_of(character), script, "{character}");
            assert_eq!(to_simplified(character), simplified, "{character}");
        };
        check('產', Script::Traditional, '产');
        check('产', Script::Simplified, '产');
        check('安', Script::Either, '安');
        check('后', Script::Either, '后');
        check('後', Script::Traditional, '后');
        check('a', Script::Either, 'a');
        check('。', Script::Either, '。');
        check('𠮷', Script::Either, '𠮷');
    }
}
