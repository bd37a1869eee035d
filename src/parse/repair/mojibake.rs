//! Lines that an earlier converter read in the wrong charset: `婀栫晹` for 湖畔, `ºþÅÏ` for 湖畔.
//!
//! Owns what can be turned back without the loss of a byte, line by line, as pages are put together from several sources. Refuses
//! to guess at lines that lost bytes: they stay, and are counted.

use std::borrow::Cow;

use encoding_rs::{Encoding, GBK, UTF_8, WINDOWS_1252};

use super::script::{is_common, simplified};
use crate::text::is_han;

/// Fewer Chinese characters than this may come about by chance.
const FEWEST_HAN: usize = 3;

/// What became of a text.
#[derive(Default)]
pub(super) struct MojibakeRepair {
    pub text: String,
    /// Lines that were turned back.
    pub repaired: u32,
    /// Lines that look misread, but have lost bytes.
    pub lossy: u32,
}

/// Turns back what can be, in clean text.
pub(super) fn turn_back(text: &str) -> MojibakeRepair {
    turn_back_lines(text, |_| true)
}

/// Turns back the lines that still have the control characters which bytes from 80 to 9F became: they are lost when the text is
/// cleaned. None if there are no such lines.
pub(super) fn turn_back_controls(text: &str) -> Option<MojibakeRepair> {
    text.contains(is_c1).then(|| turn_back_lines(text, |line| line.contains(is_c1)))
}

fn is_c1(c: char) -> bool {
    ('\u{80}'..='\u{9F}').contains(&c)
}

fn turn_back_lines(text: &str, may_be_misread: impl Fn(&str) -> bool) -> MojibakeRepair {
    let mut outcome = MojibakeRepair { text: String::with_capacity(text.len()), ..MojibakeRepair::default() };
    for line in text.split_inclusive('\n') {
        if !may_be_misread(line) {
            outcome.text.push_str(line);
            continue;
        }
        match judge(line) {
            Judgement::Sound => outcome.text.push_str(line),
            Judgement::Misread(right) => {
                outcome.text.push_str(&right);
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
    Misread(String),
    Lossy,
}

/// Which charset the bytes were in, and as which they were read.
const MISREADINGS: [(&Encoding, &Encoding); 3] = [(UTF_8, GBK), (UTF_8, WINDOWS_1252), (GBK, WINDOWS_1252)];

fn judge(line: &str) -> Judgement {
    if line.is_ascii() || share_of_common(line) > 0.85 {
        return Judgement::Sound;
    }
    let mut lossy = false;
    for (written, read) in MISREADINGS {
        let (bytes, unmappable) = bytes_read_as(line, read);
        let Some(right) = written.decode_without_bom_handling_and_without_replacement(&bytes).filter(|_| !unmappable)
        else {
            let (right, _) = written.decode_without_bom_handling(&bytes);
            lossy |= is_chinese(&right, 0.5) && !line.contains('\u{FFFD}');
            continue;
        };
        if is_chinese(&right, 0.85) {
            return Judgement::Misread(right.into_owned());
        }
        lossy |= is_chinese(&right, 0.5);
    }
    if lossy { Judgement::Lossy } else { Judgement::Sound }
}

/// The bytes that were read as this line, and whether some of it cannot have been read so.
fn bytes_read_as<'a>(line: &'a str, read: &'static Encoding) -> (Cow<'a, [u8]>, bool) {
    if read != WINDOWS_1252 || !line.contains(is_c1) {
        let (bytes, _, unmappable) = read.encode(line);
        return (bytes, unmappable);
    }
    // Latin-1 has control characters where Windows-1252, which is otherwise the same, has quotation marks and the like.
    let mut bytes = Vec::with_capacity(line.len());
    let mut lost = false;
    for c in line.chars() {
        if is_c1(c) {
            bytes.extend(u8::try_from(u32::from(c)));
        } else {
            let mut buffer = [0; 4];
            let (one, _, unmappable) = read.encode(c.encode_utf8(&mut buffer));
            bytes.extend_from_slice(&one);
            lost |= unmappable;
        }
    }
    (Cow::Owned(bytes), lost)
}

/// Whether this reads as Chinese, and at least as much of it as `share` is in common use.
fn is_chinese(text: &str, share: f64) -> bool {
    text.chars().filter(|c| is_han(*c)).count() >= FEWEST_HAN && share_of_common(text) >= share
}

/// How much of what is not ASCII is a common character or a mark of Chinese text. Misread text hardly has any.
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
    fn a_misread_line_is_turned_back_and_its_neighbours_stay() {
        for line in [misread(RIGHT, GBK, WINDOWS_1252), misread("湖畔镇的新桥已经通车", UTF_8, GBK)] {
            let outcome = turn_back(&format!("新桥通车\n{line}\ncafé déjà\n"));
            assert_eq!(outcome.repaired, 1, "{}", outcome.text);
            assert!(outcome.text.starts_with("新桥通车\n湖畔镇的"), "{}", outcome.text);
            assert!(outcome.text.ends_with("\ncafé déjà\n"));
        }
    }

    #[test]
    fn a_line_with_controls_is_turned_back_before_they_go() {
        for written in [UTF_8, GBK] {
            let line: String = written.encode(RIGHT).0.iter().map(|byte| char::from(*byte)).collect();
            let text = format!("新桥\u{81}通车\n{line}\ncafé\n");
            if line.contains(is_c1) {
                let outcome = turn_back_controls(&text).expect("controls");
                assert_eq!((outcome.text, outcome.repaired), (format!("新桥\u{81}通车\n{RIGHT}\ncafé\n"), 1));
            }
        }
        assert!(turn_back_controls("新桥通车\ncafé\n").is_none());
    }

    #[test]
    fn sound_lines_stay() {
        for line in [RIGHT, "湖畔鎮的居民", "龘靐齉爩", "Übermäßig größer", "Привет, мир", "こんにちは世界", "縣婺亳"]
        {
            let outcome = turn_back(line);
            assert_eq!((outcome.text.as_str(), outcome.repaired), (line, 0));
        }
    }

    #[test]
    fn a_line_that_lost_bytes_stays_and_is_counted() {
        let lossy: String = misread(RIGHT, GBK, WINDOWS_1252).chars().skip(1).filter(|c| *c != 'Å').collect();
        let outcome = turn_back(&lossy);
        assert_eq!((outcome.text, outcome.repaired), (lossy, 0));
    }
}
