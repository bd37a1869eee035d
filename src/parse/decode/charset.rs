//! Detects the charset of a document.
//!
//! Owns the order of trust: byte-order mark, then bytes that are almost certainly UTF-8, then the declaration, then
//! statistics of the bytes. A declaration that contradicts the bytes is ignored.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use crate::parse::repair::script::{is_common, simplified};
use crate::text::is_han;

/// Search range for the document's own declaration. The HTML standard says 1,024 bytes.
const DECLARATION_SEARCH_BYTES: usize = 1024;

/// Number of Chinese characters used to score a decoded text. More would not change the result.
const SCORED_CHARS: usize = 2000;

/// Minimum difference in [`naturalness`] for another charset to win over the declared one. Correct decodings of Chinese
/// text score about 0.9, wrong ones below 0.5.
const MIN_SCORE_MARGIN: f64 = 0.2;

/// A text counts as Korean if at most one in this many of its Hangul and Han characters is Han. Korean news has fewer.
/// For Chinese in GBK read as EUC-KR it is about every second one: EUC-KR has Hangul where GBK has the common
/// characters of the pinyin b to l, and Han characters where it has the others.
const MIN_CHARS_PER_HAN: usize = 10;

/// A Korean page may have one undecodable character for this many Hangul syllables.
const MIN_SYLLABLES_PER_ERROR: usize = 50;

/// With fewer Hangul syllables than this, a text counts as Korean only if it is declared so: 北京 in GBK is two syllables
/// in EUC-KR.
const MIN_SYLLABLES: usize = 24;

/// Sample size for the detector, which reads every byte once for each of about thirty charsets.
const DETECTOR_SAMPLE_BYTES: usize = 1 << 18;

/// The detected charset, and how well the document fits it.
pub(super) struct Charset {
    pub used: &'static str,
    /// The label that the document or its transport declared, if it was wrong.
    pub wrongly_declared: Option<String>,
    /// Number of byte sequences that became U+FFFD.
    pub undecodable: usize,
    /// What decided.
    pub rule: &'static str,
    /// How natural each charset makes the text that was weighed; empty if the rule weighs none.
    pub weighed: Vec<(&'static str, f64)>,
}

/// The media type of a content type, in lower case and without parameters.
pub(super) fn media_type(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Decodes a document with the given content type.
pub(super) fn decode(content: &[u8], content_type: &str) -> (String, Charset) {
    if let Some((encoding, mark_bytes)) = by_mark(content) {
        return decoded(&content[mark_bytes..], Choice::of(encoding, "byte-order mark"), None);
    }
    let declared = charset_parameter(content_type)
        .and_then(|label| Some((label, Encoding::for_label(label.as_bytes())?)))
        .or_else(|| declaration_in_page(content));
    let choice = choose(content, declared.as_ref().map(|(_, encoding)| *encoding));
    let label = declared.filter(|(_, declared)| decoder_of(declared) != decoder_of(choice.encoding));
    // Nearly all charsets encode ASCII the same way.
    let label = label.filter(|_| !content.is_ascii());
    decoded(content, choice, label.map(|(label, _)| label.to_owned()))
}

/// A charset, and why it was chosen.
struct Choice {
    encoding: &'static Encoding,
    rule: &'static str,
    weighed: Vec<(&'static str, f64)>,
}

impl Choice {
    fn of(encoding: &'static Encoding, rule: &'static str) -> Self {
        Self { encoding, rule, weighed: Vec::new() }
    }
}

fn decoded(content: &[u8], choice: Choice, wrongly_declared: Option<String>) -> (String, Charset) {
    let Choice { encoding, rule, weighed } = choice;
    let (text, errors) = decoder_of(encoding).decode_without_bom_handling(content);
    let undecodable = if errors { replacements(&text).saturating_sub(own_replacements(content, encoding)) } else { 0 };
    (text.into_owned(), Charset { used: encoding.name(), wrongly_declared, undecodable, rule, weighed })
}

fn replacements(text: &str) -> usize {
    text.matches('\u{FFFD}').count()
}

/// The U+FFFD characters in the document itself, left by an earlier converter.
fn own_replacements(content: &[u8], encoding: &'static Encoding) -> usize {
    if encoding == UTF_8 { content.windows(3).filter(|bytes| *bytes == [0xEF, 0xBF, 0xBD]).count() } else { 0 }
}

/// GB18030 is a superset of GBK and GB 2312, and pages with these labels often use its other characters.
fn decoder_of(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == GBK { GB18030 } else { encoding }
}

fn by_mark(content: &[u8]) -> Option<(&'static Encoding, usize)> {
    // GB18030 has a byte-order mark too, its encoding of U+FEFF.
    const GB18030_MARK: &[u8] = &[0x84, 0x31, 0x95, 0x33];
    if content.starts_with(GB18030_MARK) {
        return Some((GB18030, GB18030_MARK.len()));
    }
    Encoding::for_bom(content)
}

fn charset_parameter(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']))
    })
}

/// The document's own declaration: `<meta charset=…>`, `<meta http-equiv=… content="…; charset=…">` or
/// `<?xml … encoding="…"?>`.
fn declaration_in_page(content: &[u8]) -> Option<(&str, &'static Encoding)> {
    let opening = &content[..content.len().min(DECLARATION_SEARCH_BYTES)];
    let xml = opening.trim_ascii_start().starts_with(b"<?xml");
    let inside_tags = opening.split(|&byte| byte == b'<').skip(1).filter_map(|after| {
        let tag = after.split(|&byte| byte == b'>').next()?;
        let key: &[u8] = match tag.first_chunk::<4>() {
            Some(name) if name.eq_ignore_ascii_case(b"meta") => b"charset",
            Some(b"?xml") if xml => b"encoding",
            _ => return None,
        };
        let at = tag.windows(key.len()).position(|piece| piece.eq_ignore_ascii_case(key))?;
        let value = tag[at + key.len()..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
        let value = value.strip_prefix(b"\"").or(value.strip_prefix(b"'")).unwrap_or(value).trim_ascii_start();
        let end = value.iter().position(|byte| b"\"'; \t\r\n/".contains(byte)).unwrap_or(value.len());
        std::str::from_utf8(&value[..end]).ok()
    });
    let (label, encoding) =
        inside_tags.filter_map(|label| Some((label, Encoding::for_label(label.as_bytes())?))).next()?;
    // A declaration that is readable as ASCII cannot be UTF-16. The HTML standard reads it as UTF-8.
    let encoding = if encoding == UTF_16LE || encoding == UTF_16BE { UTF_8 } else { encoding };
    Some((label, encoding))
}

fn choose(content: &[u8], declared: Option<&'static Encoding>) -> Choice {
    if let Some(encoding) = utf16_by_zero_bytes(content) {
        return Choice::of(encoding, "every other byte of its ASCII is zero");
    }
    if let Ok(text) = std::str::from_utf8(content)
        && declared != Some(UTF_16LE)
        && declared != Some(UTF_16BE)
        && !content.starts_with(b"\x1B$")
    {
        return match declared {
            None if short_gbk_in_disguise(text) => Choice::of(GBK, "so short that GBK is UTF-8 by chance"),
            // Trust the declaration if the bytes are ASCII or too few to contradict it.
            Some(declared) if text.is_ascii() || !text.chars().any(|c| c >= '\u{800}') => {
                Choice::of(declared, "declared, and the bytes say nothing else")
            }
            _ => Choice::of(UTF_8, "the bytes are valid UTF-8"),
        };
    }
    if is_euc_kr(content, declared == Some(EUC_KR)) {
        return Choice::of(EUC_KR, "the bytes decode to Hangul");
    }
    let guess = detect(content);
    let mut best = declared.unwrap_or(guess);
    let mut best_score = score(content, best) + if declared.is_some() { MIN_SCORE_MARGIN } else { 0.0 };
    let mut weighed = vec![(best.name(), best_score)];
    for encoding in [guess, GBK, BIG5, UTF_8, UTF_16LE, UTF_16BE] {
        if decoder_of(encoding) == decoder_of(best) {
            continue;
        }
        // This score only measures Chinese. chardetng knows the other charsets better.
        let score = score(content, encoding);
        weighed.push((encoding.name(), score));
        if score > best_score {
            (best, best_score) = (encoding, score);
        }
    }
    let rule = match declared {
        Some(declared) if declared == best => "declared, and no other charset makes the text much more natural",
        _ => "makes the text most natural",
    };
    Choice { encoding: best, rule, weighed }
}

fn detect(content: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&content[..content.len().min(DETECTOR_SAMPLE_BYTES)], true);
    detector.guess(None, Utf8Detection::Allow)
}

/// Detects UTF-16: every other byte of its ASCII characters is zero, and no other charset has zero bytes at all.
fn utf16_by_zero_bytes(content: &[u8]) -> Option<&'static Encoding> {
    let [mut even, mut odd] = [0usize; 2];
    for pair in content.chunks_exact(2) {
        even += usize::from(pair[0] == 0);
        odd += usize::from(pair[1] == 0);
    }
    // A stray NUL in a text of another charset is not enough: one in twenty units must be ASCII, with the zeros on one
    // side only.
    let enough = content.len() / 2 / 20 + 1;
    if odd >= enough && even * 20 <= odd && naturalness(content, UTF_16LE) > 0.5 {
        Some(UTF_16LE)
    } else if even >= enough && odd * 20 <= even && naturalness(content, UTF_16BE) > 0.5 {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Whether bytes that are not UTF-8 are EUC-KR (decoded as its superset, code page 949): they decode cleanly to Hangul.
/// [`naturalness`] only measures Chinese, so it cannot tell.
fn is_euc_kr(content: &[u8], is_declared: bool) -> bool {
    let sample = non_ascii_sample(content, EUC_KR);
    let (text, _) = EUC_KR.decode_without_bom_handling(&sample);
    let [mut syllables, mut han, mut broken] = [0_usize; 3];
    for c in text.chars() {
        syllables += usize::from(('\u{AC00}'..='\u{D7A3}').contains(&c));
        han += usize::from(is_han(c));
        broken += usize::from(c == '\u{FFFD}');
    }
    let needed = if is_declared { 1 } else { MIN_SYLLABLES };
    syllables >= needed && han * MIN_CHARS_PER_HAN <= syllables + han && broken * MIN_SYLLABLES_PER_ERROR <= syllables
}

/// A few Chinese characters in GBK can be valid two-byte sequences of UTF-8 by chance (联通 is the known case).
fn short_gbk_in_disguise(text: &str) -> bool {
    if text.is_ascii() || text.chars().any(|c| c >= '\u{800}' || c.is_ascii_alphabetic()) {
        return false;
    }
    let (as_gbk, errors) = GBK.decode_without_bom_handling(text.as_bytes());
    !errors && as_gbk.chars().filter(|c| !c.is_ascii()).all(is_common)
}

/// [`naturalness`], except that UTF-16 with an odd number of bytes is ruled out.
fn score(content: &[u8], encoding: &'static Encoding) -> f64 {
    if (encoding == UTF_16LE || encoding == UTF_16BE) && content.len() % 2 == 1 {
        return -1.0;
    }
    naturalness(content, encoding)
}

/// How much the decoded bytes look like text, at most 1: the share of the non-ASCII characters that are common Chinese
/// characters or Chinese punctuation, minus five times the share that does not decode. Even a damaged page has few
/// undecodable bytes.
fn naturalness(content: &[u8], encoding: &'static Encoding) -> f64 {
    // Enough bytes for [`SCORED_CHARS`], with some markup around each character.
    let sample: Cow<'_, [u8]> = non_ascii_sample(content, encoding);
    let (text, _) = decoder_of(encoding).decode_without_bom_handling(&sample);
    let (mut natural, mut broken, mut all) = (0u32, 0u32, 0u32);
    let mut previous = ' ';
    for c in text.chars() {
        if !c.is_ascii() {
            all += 1;
            let natural_here = match c {
                '\u{FFFD}' => {
                    broken += 1;
                    false
                }
                c if is_han(c) => is_common(simplified(c)),
                '\u{3000}'..='\u{30FF}' | '\u{FF00}'..='\u{FFEE}' | '\u{2010}'..='\u{2030}' | '\u{B7}' | '\u{A0}' => {
                    true
                }
                // An accented letter stands next to letters. Chinese decoded as Latin is a mix of symbols and capitals.
                c => c.is_lowercase() && (c as u32) < 0x500 && previous.is_alphabetic() && !is_accented(previous),
            };
            natural += u32::from(natural_here);
        }
        previous = c;
    }
    if all == 0 {
        return 0.0;
    }
    (f64::from(natural) - 5.0 * f64::from(broken)) / f64::from(all)
}

fn is_accented(c: char) -> bool {
    ('\u{80}'..'\u{250}').contains(&c)
}

/// A sample from the start of a document with enough non-ASCII bytes to score it; long runs of markup are skipped.
fn non_ascii_sample<'a>(content: &'a [u8], encoding: &'static Encoding) -> Cow<'a, [u8]> {
    const ENOUGH_BYTES: usize = SCORED_CHARS * 4;
    if content.len() <= ENOUGH_BYTES || encoding == UTF_16LE || encoding == UTF_16BE {
        return Cow::Borrowed(&content[..content.len().min(ENOUGH_BYTES)]);
    }
    let mut kept = Vec::with_capacity(ENOUGH_BYTES + 1);
    let mut ascii_run = 0;
    for &byte in content {
        ascii_run = if byte.is_ascii() { ascii_run + 1 } else { 0 };
        // Keep the first two: the last byte of a GBK or Big5 character can be ASCII.
        if ascii_run <= 2 {
            kept.push(byte);
        }
        if kept.len() >= ENOUGH_BYTES {
            break;
        }
    }
    // The cut may split a character. That is not a decoding error of the document.
    while kept.last().is_some_and(|byte| !byte.is_ascii()) && kept.len() > ENOUGH_BYTES - 8 {
        kept.pop();
    }
    Cow::Owned(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIMPLIFIED: &str = "湖畔镇的居民昨天为新修的石桥举行了通车仪式，镇长说这座桥把两岸的学校和医院连在了一起。";
    const TRADITIONAL: &str = "湖畔鎮的居民昨天為新修的石橋舉行了通車儀式，鎮長說這座橋把兩岸的學校和醫院連在了一起。";

    fn check(content: &[u8], content_type: &str, expected: &str, misdeclared: bool) {
        let (text, charset) = decode(content, content_type);
        assert_eq!(text, expected, "{content_type:?}, read as {}", charset.used);
        assert_eq!(charset.wrongly_declared.is_some(), misdeclared, "{content_type:?}, read as {}", charset.used);
        assert_eq!(charset.undecodable, 0);
    }

    fn encoded(text: &str, encoding: &'static Encoding) -> Vec<u8> {
        encoding.encode(text).0.into_owned()
    }

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn byte_order_mark_wins() {
        check("\u{FEFF}湖畔".as_bytes(), "text/plain; charset=gbk", "湖畔", false);
        check(&[&[0xFF, 0xFE][..], &utf16("湖畔", u16::to_le_bytes)].concat(), "", "湖畔", false);
        check(&[&[0xFE, 0xFF][..], &utf16("湖畔", u16::to_be_bytes)].concat(), "", "湖畔", false);
        check(&[&[0x84, 0x31, 0x95, 0x33][..], &encoded("湖畔", GB18030)].concat(), "", "湖畔", false);
    }

    #[test]
    fn correct_declaration_is_used() {
        check(&encoded(SIMPLIFIED, GBK), "text/plain; charset=GB2312", SIMPLIFIED, false);
        check(&encoded(TRADITIONAL, BIG5), "text/plain;charset=\"big5\"", TRADITIONAL, false);
        check(SIMPLIFIED.as_bytes(), "text/plain; charset=utf-8", SIMPLIFIED, false);
        check(&utf16(SIMPLIFIED, u16::to_le_bytes), "text/plain; charset=utf-16le", SIMPLIFIED, false);
        check(b"caf\xE9", "text/plain; charset=iso-8859-1", "café", false);
        check(&encoded("联通", GBK), "text/plain; charset=gbk", "联通", false);
        check(b"plain", "text/plain; charset=big5", "plain", false);
    }

    #[test]
    fn korean_is_detected_despite_its_declaration() {
        let page = |meta: &str| {
            format!(
                "<html><head>{meta}<title>호숫가 새 다리</title><p>호숫가 마을의 새 돌다리가 어제 개통했다. 다리는 학교와 병원을 잇는다."
            )
        };
        for (meta, content_type, misdeclared) in [
            ("<meta charset=euc-kr>", "text/html", false),
            ("<meta charset=ks_c_5601-1987>", "text/html", false),
            ("<meta charset=windows-949>", "", false),
            ("", "text/html; charset=EUC-KR", false),
            ("", "text/html", false),
            ("<meta charset=utf-8>", "text/html", true),
            ("<meta charset=gb2312>", "text/html", true),
            ("", "text/html; charset=iso-8859-1", true),
        ] {
            check(&encoded(&page(meta), EUC_KR), content_type, &page(meta), misdeclared);
        }
        check(&encoded("새 다리", EUC_KR), "text/plain; charset=ks_c_5601-1987", "새 다리", false);
        // Chinese in either script stays Chinese, even if it is declared as Korean.
        for declared in ["", "text/plain; charset=euc-kr"] {
            check(&encoded(SIMPLIFIED, GBK), declared, SIMPLIFIED, !declared.is_empty());
            check(&encoded(TRADITIONAL, BIG5), declared, TRADITIONAL, !declared.is_empty());
            check(&encoded(TRADITIONAL, GBK), declared, TRADITIONAL, !declared.is_empty());
        }
        check(&encoded("北京", GBK), "", "北京", false);
        check(&encoded("北京", GBK), "text/plain; charset=gbk", "北京", false);
    }

    #[test]
    fn declaration_in_the_page_is_used() {
        for declaration in [
            "<html><head><meta charset=gb2312>",
            "<meta http-equiv='Content-Type' content='text/html; charset=gbk' />",
            "<META CHARSET = \"GBK\">",
            "<?xml version=\"1.0\" encoding='gb18030'?>",
        ] {
            let page = format!("{declaration}<p>湖畔");
            check(&encoded(&page, GBK), "text/html", &page, false);
        }
    }

    #[test]
    fn wrong_transport_declaration_is_reported() {
        check(SIMPLIFIED.as_bytes(), "text/plain; charset=gbk", SIMPLIFIED, true);
        check(TRADITIONAL.as_bytes(), "text/plain; charset=big5", TRADITIONAL, true);
        check(&encoded(SIMPLIFIED, GBK), "text/plain; charset=utf-8", SIMPLIFIED, true);
        check(&encoded(TRADITIONAL, BIG5), "text/plain; charset=utf-8", TRADITIONAL, true);
        check(&encoded(TRADITIONAL, BIG5), "text/plain; charset=gbk", TRADITIONAL, true);
        check(&encoded(SIMPLIFIED, GBK), "text/plain; charset=big5", SIMPLIFIED, true);
        check(&encoded(SIMPLIFIED, GBK), "text/plain; charset=iso-8859-1", SIMPLIFIED, true);
        check(&encoded(SIMPLIFIED, GBK), "text/plain; charset=shift_jis", SIMPLIFIED, true);
        check(SIMPLIFIED.as_bytes(), "text/plain; charset=windows-1252", SIMPLIFIED, true);
    }

    #[test]
    fn wrong_declaration_in_the_page_is_reported() {
        let page = |label: &str| format!("<html><head><meta charset={label}><p>{SIMPLIFIED}");
        check(page("gb2312").as_bytes(), "text/html", &page("gb2312"), true);
        check(page("big5").as_bytes(), "text/html", &page("big5"), true);
        check(&encoded(&page("utf-8"), GBK), "text/html", &page("utf-8"), true);
        check(&encoded(&page("utf-8"), GB18030), "", &page("utf-8"), true);
        // The transport and the page disagree, and the page is right.
        check(&encoded(&page("gbk"), GBK), "text/html; charset=utf-8", &page("gbk"), true);
        let traditional = format!("<html><head><meta charset=gb2312><p>{TRADITIONAL}");
        check(&encoded(&traditional, BIG5), "text/html", &traditional, true);
        check(format!("\u{FEFF}{}", page("gbk")).as_bytes(), "text/html", &page("gbk"), false);
    }

    #[test]
    fn undeclared_charset_is_detected() {
        check(SIMPLIFIED.as_bytes(), "", SIMPLIFIED, false);
        check(&encoded(SIMPLIFIED, GBK), "", SIMPLIFIED, false);
        check(&encoded(TRADITIONAL, GBK), "", TRADITIONAL, false);
        check(&encoded(TRADITIONAL, BIG5), "", TRADITIONAL, false);
        check(&encoded("联通", GBK), "", "联通", false);
        check(&encoded("新桥通车", GBK), "", "新桥通车", false);
        check(&encoded("龙𠮷", GB18030), "text/plain; charset=gb18030", "龙𠮷", false);
        check(&utf16("湖畔镇修桥\n12月3日\n", u16::to_le_bytes), "", "湖畔镇修桥\n12月3日\n", false);
        check(&utf16("湖畔镇修桥\n12月3日\n", u16::to_be_bytes), "", "湖畔镇修桥\n12月3日\n", false);
        check(&utf16(SIMPLIFIED, u16::to_le_bytes), "", SIMPLIFIED, false);
        check(&utf16(SIMPLIFIED, u16::to_be_bytes), "", SIMPLIFIED, false);
        check("Привет, мир".as_bytes(), "", "Привет, мир", false);
        check("café".as_bytes(), "", "café", false);
        check(b"", "", "", false);
    }

    #[test]
    fn unknown_label_is_ignored() {
        check(&encoded(SIMPLIFIED, GBK), "text/plain; charset=klingon", SIMPLIFIED, false);
        check(SIMPLIFIED.as_bytes(), "text/plain; charset=", SIMPLIFIED, false);
    }

    #[test]
    fn undecodable_bytes_are_counted_and_change_nothing_else() {
        let mut content = SIMPLIFIED.as_bytes().to_vec();
        content.push(0xFF);
        content.extend("\u{FFFD}完".as_bytes());
        let (text, charset) = decode(&content, "text/plain; charset=utf-8");
        assert_eq!(text, format!("{SIMPLIFIED}\u{FFFD}\u{FFFD}完"));
        assert_eq!((charset.used, charset.undecodable), ("UTF-8", 1));
    }
}
