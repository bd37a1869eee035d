//! Classifies Han characters as Simplified, Traditional, or either.

use crate::text::{to_simplified, to_traditional};

/// Simplified characters that are also ordinary Traditional ones with another meaning (皇后, 公里, 干戈), and therefore do not
/// indicate the script.
const IN_BOTH_SCRIPTS: &str = "后里干台几丑斗范丰云余冲别划卷叶吁咸向回姜家征志念恤扎折朱杆松栗梁板游漓璇症秋累致舍苏药蒙谷辟采里面须胡周沈了系表布欲才只出朴伙仆借佣价准当";

/// The script that a Han character indicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    Simplified,
    Traditional,
    Either,
}

pub(super) fn script_of(character: char) -> Script {
    if to_simplified(character) != character {
        Script::Traditional
    } else if to_traditional(character) != character && !IN_BOTH_SCRIPTS.contains(character) {
        Script::Simplified
    } else {
        Script::Either
    }
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
