//! Detects the language of a text, as a BCP-47 tag; `und` if the text is too short or ambiguous.

use whatlang::Lang;

use super::script::{Script, script_of};
use crate::text::is_han;

/// How much of a text is scanned, in characters. More does not change the result.
const MAX_CHARACTERS: usize = 4000;

/// With fewer Han characters, and none that is Simplified or Traditional only, a text may be in any language that uses Han
/// characters.
const MIN_AMBIGUOUS_HAN: usize = 8;

/// With fewer letters, trigram statistics are unreliable.
const MIN_LETTERS: usize = 40;

const UNDETERMINED: &str = "und";

/// The tag for a headline and its body.
pub(crate) fn language_code(headline: &str, body: &str) -> String {
    let mut counts = Counts::default();
    for character in headline.chars().chain(body.chars()).take(MAX_CHARACTERS) {
        counts.add(character);
    }
    if let Some(tag) = counts.east_asian().or_else(|| counts.tibetan_or_uyghur()) {
        return tag.to_owned();
    }
    if counts.letters < MIN_LETTERS {
        return UNDETERMINED.to_owned();
    }
    let sample: String =
        headline.chars().chain(['\n']).chain(body.chars()).filter(|c| !is_han(*c)).take(MAX_CHARACTERS).collect();
    match whatlang::detect(&sample) {
        Some(info) if info.is_reliable() => tag_of(info.lang()).to_owned(),
        _ => UNDETERMINED.to_owned(),
    }
}

#[derive(Default)]
struct Counts {
    han: usize,
    kana: usize,
    hangul: usize,
    /// Letters of all other scripts.
    letters: usize,
    simplified: usize,
    traditional: usize,
    tibetan: usize,
    arabic: usize,
    /// Among the languages in Arabic script only Uyghur has all three vowels.
    uyghur_vowels: [usize; UYGHUR_VOWELS.len()],
}

/// Uyghur e, u and ë. Kurdish has the first, Kazakh the second, Pashto the last.
const UYGHUR_VOWELS: [char; 3] = ['\u{6D5}', '\u{6C7}', '\u{6D0}'];

impl Counts {
    fn add(&mut self, character: char) {
        match character {
            '\u{3041}'..='\u{30FA}' | '\u{FF66}'..='\u{FF9D}' => self.kana += 1,
            '\u{0F40}'..='\u{0FBC}' => {
                self.tibetan += 1;
                self.letters += 1;
            }
            '\u{0620}'..='\u{06D5}' => {
                self.arabic += 1;
                self.letters += 1;
                if let Some(at) = UYGHUR_VOWELS.iter().position(|vowel| *vowel == character)
                    && let Some(count) = self.uyghur_vowels.get_mut(at)
                {
                    *count += 1;
                }
            }
            '\u{1100}'..='\u{11FF}' | '\u{3131}'..='\u{318E}' | '\u{AC00}'..='\u{D7A3}' => self.hangul += 1,
            _ if is_han(character) => {
                self.han += 1;
                match script_of(character) {
                    Script::Simplified => self.simplified += 1,
                    Script::Traditional => self.traditional += 1,
                    Script::Either => {}
                }
            }
            _ if character.is_alphabetic() => self.letters += 1,
            _ => {}
        }
    }

    /// The tag, if the text is Tibetan or Uyghur, which whatlang does not detect.
    fn tibetan_or_uyghur(&self) -> Option<&'static str> {
        if self.tibetan * 2 > self.letters && self.tibetan > 0 {
            return Some("bo");
        }
        let all_vowels = self.uyghur_vowels.iter().all(|count| *count > 0);
        (all_vowels && self.arabic * 2 > self.letters).then_some("ug")
    }

    /// The tag, if the text is in East Asian scripts. A Han character carries about as much information as three or four
    /// letters, hence the factor of 4.
    fn east_asian(&self) -> Option<&'static str> {
        let own = self.han + self.kana + self.hangul;
        if own == 0 || own * 4 < self.letters {
            return None;
        }
        // A Japanese text has kana in each sentence; a Chinese one at most in a brand name.
        if self.kana * 8 > self.han && self.kana >= self.hangul {
            return Some("ja");
        }
        if self.hangul * 4 > self.han {
            return Some("ko");
        }
        // Quotations, names and characters that both scripts use cause a few of the other kind.
        if self.simplified > 2 * self.traditional {
            return Some("zh-Hans");
        }
        if self.traditional > 2 * self.simplified {
            return Some("zh-Hant");
        }
        // Chinese in an unknown script.
        Some(if self.han >= MIN_AMBIGUOUS_HAN { "zh" } else { UNDETERMINED })
    }
}

/// Maps whatlang's ISO 639-3 code to BCP-47, which requires the shortest code (RFC 5646, 2.2.1).
fn tag_of(lang: Lang) -> &'static str {
    match lang {
        Lang::Eng => "en",
        Lang::Rus => "ru",
        Lang::Cmn => "zh",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Ben => "bn",
        Lang::Fra => "fr",
        Lang::Deu => "de",
        Lang::Ukr => "uk",
        Lang::Kat => "ka",
        Lang::Ara => "ar",
        Lang::Hin => "hi",
        Lang::Jpn => "ja",
        Lang::Heb => "he",
        Lang::Yid => "yi",
        Lang::Pol => "pl",
        Lang::Amh => "am",
        Lang::Jav => "jv",
        Lang::Kor => "ko",
        Lang::Nob => "nb",
        Lang::Dan => "da",
        Lang::Swe => "sv",
        Lang::Fin => "fi",
        Lang::Tur => "tr",
        Lang::Nld => "nl",
        Lang::Hun => "hu",
        Lang::Ces => "cs",
        Lang::Ell => "el",
        Lang::Bul => "bg",
        Lang::Bel => "be",
        Lang::Mar => "mr",
        Lang::Kan => "kn",
        Lang::Ron => "ro",
        Lang::Slv => "sl",
        Lang::Hrv => "hr",
        Lang::Srp => "sr",
        Lang::Mkd => "mk",
        Lang::Lit => "lt",
        Lang::Lav => "lv",
        Lang::Est => "et",
        Lang::Tam => "ta",
        Lang::Vie => "vi",
        Lang::Urd => "ur",
        Lang::Tha => "th",
        Lang::Guj => "gu",
        Lang::Uzb => "uz",
        Lang::Pan => "pa",
        Lang::Aze => "az",
        Lang::Ind => "id",
        Lang::Tel => "te",
        Lang::Pes => "fa",
        Lang::Mal => "ml",
        Lang::Ori => "or",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Sin => "si",
        Lang::Khm => "km",
        Lang::Tuk => "tk",
        Lang::Aka => "ak",
        Lang::Zul => "zu",
        Lang::Sna => "sn",
        Lang::Afr => "af",
        Lang::Lat => "la",
        Lang::Slk => "sk",
        Lang::Cat => "ca",
        Lang::Tgl => "tl",
        Lang::Hye => "hy",
        Lang::Cym => "cy",
        Lang::Epo => "eo",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags() {
        let check = |text: &str, tag: &str| assert_eq!(language_code(text, ""), tag, "{text}");
        check("安全生產工作會議在青石鎮召開", "zh-Hant");
        check("安全生产工作会议在青石镇召开", "zh-Hans");
        check("皇后大道的后面是公里数", "zh-Hans");
        check("新區", "zh-Hant");
        check("", "und");
        check("12:30", "und");
        check("中文", "und");
        check("大家一同走到山中看日出和月色", "zh");
        check("NBA总决赛：Golden Eagles 击败 River Hawks 夺冠", "zh-Hans");
        check("青石町で新しい図書館が開館し、多くの人が訪れた", "ja");
        check("청석 마을에 새로운 도서관이 문을 열었다", "ko");
        check("The council of Greystone opened a new library on Monday, and many people came to see it.", "en");
        let french = "Le conseil municipal de Pierreverte a inauguré lundi une nouvelle bibliothèque. Les habitants \
                      étaient nombreux devant les portes, et les enfants ont choisi leurs premiers livres.";
        check(french, "fr");
        check("青石 ناھىيەلىك كىتابخانا كەچتىمۇ ئېچىلىدۇ", "ug");
        check("رۆژنامەی کوردی لە شاری سلێمانی دەردەچێت", "und");
        check("གྲོང་རྡལ་དཔེ་མཛོད་ཁང་དེ་རིང་སྒོ་འབྱེད།", "bo");
        check("OK", "und");
    }
}
