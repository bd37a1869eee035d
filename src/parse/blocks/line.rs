//! A line of a page, with the properties that many rules need.

use crate::parse::lexicon::headline_words;
use crate::parse::normalized_line::normalize_char;
use crate::text::is_han;

/// A non-blank line without the white space around it.
#[derive(Clone, Debug)]
pub(crate) struct Line<'a> {
    pub text: &'a str,
    /// Number of characters, counted up to [`LONG`].
    pub length: usize,
    /// The normalized line without white space; empty for lines that are too long for page chrome.
    pub key: String,
}

/// A line of at least this many characters is a paragraph.
pub(super) const LONG: usize = 200;

/// Lines of page chrome are shorter than this, in characters.
const MAX_KEY: usize = 160;

/// Like [`MAX_KEY`] for ASCII lines, in bytes: Latin script needs more characters for the same content.
const MAX_LATIN_KEY: usize = 400;

impl<'a> Line<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let text = text.trim_matches(is_blank);
        let length = text.chars().take(LONG).count();
        let key = if length < MAX_KEY || text.len() < MAX_LATIN_KEY && text.is_ascii() {
            text.chars().filter(|character| !is_blank(*character)).map(normalize_char).collect()
        } else {
            String::new()
        };
        Self { text, length, key }
    }

    pub(crate) fn ends_in(&self, signs: &[char]) -> bool {
        self.text.ends_with(signs)
    }

    /// The line without quotation marks and brackets at its end.
    pub(crate) fn unquoted(&self) -> &str {
        self.text.trim_end_matches(['”', '’', '」', '』', '"', '）', ')', '】'])
    }

    /// Whether the line is running text rather than a title or a label.
    pub(crate) fn is_prose(&self) -> bool {
        /// A sentence of at least this length is not a title, even if it ends like one.
        const SENTENCE: usize = 45;
        /// A line of at least this length is not a title.
        const MAX_TITLE: usize = 90;
        /// Shorter lines with a full stop are labels and interjections.
        const MIN_STOPPED: usize = 12;
        if self.length >= LONG || self.length >= MIN_STOPPED && self.unquoted().ends_with('。') || self.opens_text() {
            return true;
        }
        let han = self.text.chars().filter(|character| is_han(*character)).count();
        if han * 3 < self.length {
            let words = self.text.split_whitespace().count();
            let sentence = self.unquoted().ends_with(['.', '!', '?']);
            return words >= 25 || sentence && words >= 7;
        }
        if self.length >= MAX_TITLE {
            return true;
        }
        if self.unquoted().ends_with(['。', '；']) || self.text.contains('。') && self.length >= 30 {
            return true;
        }
        let commas = self.text.chars().filter(|character| matches!(character, '，' | ',')).count();
        let ends = self.unquoted().ends_with(['！', '？', '!', '?', '.', ';', '…', ':', '：']);
        self.length >= SENTENCE && (ends || commas >= 2) || commas >= 3 && self.length >= 30
    }

    /// `以下是镇长会见记者的谈话内容：`, `各位来宾、各位朋友：`: the text follows.
    fn opens_text(&self) -> bool {
        let announces = headline_words::ANNOUNCEMENTS.iter().any(|word| self.key.starts_with(word));
        let greets = headline_words::GREETINGS.iter().any(|word| self.key.starts_with(word));
        (announces || greets) && self.key.ends_with(':')
    }

    /// Whether the line looks like the title of another story: short, and not a sentence.
    pub(crate) fn is_list_item(&self) -> bool {
        const MAX_ITEM: usize = 45;
        let cut = self.ends_in(&['…']) || self.text.ends_with("...");
        cut || self.text.starts_with("- ")
            || self.length <= MAX_ITEM
                && !self.unquoted().ends_with(['。', '！', '？', '；', '.', '!', '?', '：', ':', '，'])
    }
}

/// White space, and invisible characters that pages use instead.
pub(super) fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{FEFF}' | '\u{200B}' | '\u{3164}')
}
