//! Repairs mojibake, which is text that was decoded with the wrong charset: `婀栫晹` for 湖畔, `ºþÅÏ` for 湖畔.
//!
//! Owns lines whose original bytes can be restored completely. Each line is judged by itself, as pages combine several sources.
//! Does not repair lines that lost bytes: they stay, and are counted.

use std::borrow::Cow;

use encoding_rs::{Encoding, GBK, UTF_8, WINDOWS_1252};

use super::script::{is_common, simplified};
use crate::text::is_han;

/// Fewer decoded Chinese characters than this may be chance.
const FEWEST_HAN: usize = 3;

/// The repaired text, and counts of lines.
#[derive(Default)]
pub(super) struct MojibakeRepair {
    pub text: String,
    /// Repaired lines.
    pub repaired: u32,
    /// Lines that are probably mojibake, but have lost bytes.
    pub lossy: u32,
}

/// Repairs the mojibake lines of cleaned text.
pub(super) fn repair(text: &str) -> MojibakeRepair {
    repair_lines(text, |_| true)
}

/// Repairs mojibake lines that contain C1 control characters, which stand for the bytes 0x80 to 0x9F. Cleaning the text would
/// remove them. None if there are no such lines.
pub(super) fn repair_c1_lines(text: &str) -> Option<MojibakeRepair> {
    text.contains(is_c1).then(|| repair_lines(text, |line| line.contains(is_c1)))
}

fn is_c1(c: char) -> bool {
    ('\u{80}'..='\u{9F}').contains(&c)
}

fn repair_lines(text: &str, is_candidate: impl Fn(&str) -> bool) -> MojibakeRepair {
    let mut outcome = MojibakeRepair { text: String::with_capacity(text.len()), ..MojibakeRepair::default() };
    for line in text.split_inclusive('\n') {
        if !is_candidate(line) {
            outcome.text.push_str(line);
            continue;
        }
        match judge(line) {
            Judgement::Sound => outcome.text.push_str(line),
            Judgement::Mojibake(repaired) => {
                outcome.text.push_str(&repaired);
                outcome.repaired += 1;
            }
            Judgement::Lossy => {
                outcome.text.push_str(line);
                outcome.lossy += 1;
            }
        }
    }
    outcome
}

enum Judgement {
    Sound,
    Mojibake(String),
    Lossy,
}

/// The charset of the original bytes, and the one that they were decoded with.
const CHARSET_PAIRS: [(&Encoding, &Encoding); 3] = [(UTF_8, GBK), (UTF_8, WINDOWS_1252), (GBK, WINDOWS_1252)];

fn judge(line: &str) -> Judgement {
    if line.is_ascii() || share_of_common(line) > 0.85 {
        return Judgement::Sound;
    }
    let mut lossy = false;
    for (original, wrong) in CHARSET_PAIRS {
        let (bytes, unmappable) = original_bytes(line, wrong);
        let Some(decoded) =
            original.decode_without_bom_handling_and_without_replacement(&bytes).filter(|_| !unmappable)
        else {
            let (decoded, _) = original.decode_without_bom_handling(&bytes);
            lossy |= is_chinese(&decoded, 0.5) && !line.contains('\u{FFFD}');
            continue;
        };
        if is_chinese(&decoded, 0.85) {
            return Judgement::Mojibake(decoded.into_owned());
        }
        lossy |= is_chinese(&decoded, 0.5);
    }
    if lossy { Judgement::Lossy } else { Judgement::Sound }
}

/// The bytes that the wrong charset decodes to this line, and whether some characters have none.
fn original_bytes<'a>(line: &'a str, wrong: &'static Encoding) -> (Cow<'a, [u8]>, bool) {
    if wrong != WINDOWS_1252 || !line.contains(is_c1) {
        let (bytes, _, unmappable) = wrong.encode(line);
        return (bytes, unmappable);
    }
    // Latin-1 differs from Windows-1252 only in 0x80 to 0x9F, where it has C1 control characters.
    let mut bytes = Vec::with_capacity(line.len());
    let mut lost = false;
    for c in line.chars() {
        if is_c1(c) {
            bytes.extend(u8::try_from(u32::from(c)));
        } else {
            let mut buffer = [0; 4];
            let (one, _, unmappable) = wrong.encode(c.encode_utf8(&mut buffer));
            bytes.extend_from_slice(&one);
            lost |= unmappable;
        }
    }
    (Cow::Owned(bytes), lost)
}

/// Whether a text is Chinese, and at least this share of it is common characters.
fn is_chinese(text: &str, share: f64) -> bool {
    text.chars().filter(|c| is_han(*c)).count() >= FEWEST_HAN && share_of_common(text) >= share
}

/// The share of common characters and Chinese punctuation among the non-ASCII characters. It is near 0 in mojibake.
fn share_of_common(text: &str) -> f64 {
    let (mut common, mut all) = (0u32, 0u32);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        all += 1;
        let mark = matches!(c, '\u{3000}'..='\u{3020}' | '\u{FF01}'..='\u{FF5E}' | '\u{2013}'..='\u{2026}' | '\u{B7}');
        common += u32::from(mark || is_han(c) && is_common(simplified(c)));
    }
    if all == 0 { 1.0 } else { f64::from(common) / f64::from(all) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RIGHT: &str = "湖畔镇的居民昨天为新修的石桥举行了通车仪式";

    fn misread(text: &str, written: &'static Encoding, read: &'static Encoding) -> String {
        read.decode_without_bom_handling(&written.encode(text).0).0.into_owned()
    }

    #[test]
    fn a_mojibake_line_is_repaired_and_its_neighbours_stay() {
        for line in [misread(RIGHT, GBK, WINDOWS_1252), misread("湖畔镇的新桥已经通车", UTF_8, GBK)] {
            let outcome = repair(&format!("新桥通车\n{line}\ncafé déjà\n"));
            assert_eq!(outcome.repaired, 1, "{}", outcome.text);
            assert!(outcome.text.starts_with("新桥通车\n湖畔镇的"), "{}", outcome.text);
            assert!(outcome.text.ends_with("\ncafé déjà\n"));
        }
    }

    #[test]
    fn a_line_with_c1_controls_is_repaired_before_cleaning() {
        for written in [UTF_8, GBK] {
            let line: String = written.encode(RIGHT).0.iter().map(|byte| char::from(*byte)).collect();
            let text = format!("新桥\u{81}通车\n{line}\ncafé\n");
            if line.contains(is_c1) {
                let outcome = repair_c1_lines(&text).expect("controls");
                assert_eq!((outcome.text, outcome.repaired), (format!("新桥\u{81}通车\n{RIGHT}\ncafé\n"), 1));
            }
        }
        assert!(repair_c1_lines("新桥通车\ncafé\n").is_none());
    }

    #[test]
    fn sound_lines_stay() {
        for line in [RIGHT, "湖畔鎮的居民", "龘靐齉爩", "Übermäßig größer", "Привет, мир", "こんにちは世界", "縣婺亳"]
        {
            let outcome = repair(line);
            assert_eq!((outcome.text.as_str(), outcome.repaired), (line, 0));
        }
    }

    #[test]
    fn a_line_that_lost_bytes_stays_and_is_counted() {
        let lossy: String = misread(RIGHT, GBK, WINDOWS_1252).chars().skip(1).filter(|c| *c != 'Å').collect();
        let outcome = repair(&lossy);
        assert_eq!((outcome.text, outcome.repaired), (lossy, 0));
    }
}
