//! The word code: a short form of Chinese text, from which both the text and its folding are read without searching either.
//!
//! Text is a sequence of tokens, characters and words of a fixed table, each with a code of one or two bytes. News takes 0.39
//! to 0.42 of its UTF-8, where zstd with a trained dictionary of 64 KB takes 0.52, and reading it is a lookup and a copy for
//! each token. A second table has the folding of each token, so the folded text is read from the same codes. That holds
//! unless a character folds together with a neighbour: who encodes compares, see `store/packed_text`.
//!
//! ```text
//! code = 0..SHORT                     token of this number
//!      | SHORT..BYTE, low byte        token SHORT + 256 * (first byte - SHORT) + low byte
//!      | BYTE, byte                   a byte that is no part of UTF-8
//!      | CHARACTER, UTF-8             a character that is no token
//! ```
//!
//! Stored data depends on the table and its order, so neither may change: [`xxh3`] is part of the checksums of what is stored,
//! and a test compares it. Longest match from the left is within 0.1 % of the shortest encoding.

use std::sync::LazyLock;

use xxhash_rust::xxh3::xxh3_64;

use super::fold_table::{Entry, FoldTable};
use super::han::is_han;

/// The tokens, in the order of their codes, after a notice and an empty line.
const WORDS: &str = include_str!("word_code/words.txt");

/// The number of codes of one byte.
const SHORT: u8 = 117;

/// The first byte of a byte that is no part of UTF-8.
const BYTE: u8 = 254;

/// The first byte of a character that is no token.
const CHARACTER: u8 = 255;

/// The number of tokens.
const TOKENS: usize = SHORT as usize + (BYTE - SHORT) as usize * 256;

/// What a token is copied as: its text, and in the last byte its length and flags. Of a fixed size, because that is a move,
/// where a copy of some bytes is a call.
type Token = [u8; TOKEN_BYTES];

const TOKEN_BYTES: usize = 16;

/// The flags in the last byte of a folded token, above the length.
const LENGTH: u8 = 0x0F;
const IS_WHITE_SPACE: u8 = 0x10;
const STARTS_WITH_HAN: u8 = 0x20;
const ENDS_WITH_HAN: u8 = 0x40;

/// Bytes that are no encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no text in the word code")]
pub(crate) struct NotWordCode;

/// The XXH3 of the table. Bytes that were encoded with another one cannot be read.
pub(crate) fn xxh3() -> u64 {
    TABLE.xxh3
}

/// Encodes text, or bytes that are mostly text, and appends the code.
pub(crate) fn encode(bytes: &[u8], codes: &mut Vec<u8>) {
    for chunk in bytes.utf8_chunks() {
        TABLE.encode(chunk.valid(), codes);
        for &byte in chunk.invalid() {
            codes.extend([BYTE, byte]);
        }
    }
}

/// Decodes, and appends what was encoded.
pub(crate) fn decode(codes: &[u8], bytes: &mut Vec<u8>) -> Result<(), NotWordCode> {
    let tokens = &*TABLE.tokens;
    let mut output = TokenOutput::after(bytes);
    let mut codes = Codes { codes, at: 0 };
    while let Some(code) = codes.next() {
        match code {
            Code::Token(number) => output.push_token(&tokens[number]),
            Code::Byte => output.push(&[codes.byte()?]),
            Code::Character => output.push(codes.character()?.encode_utf8(&mut [0; 4]).as_bytes()),
            Code::CutOff => return Err(NotWordCode),
        }
    }
    output.finish();
    Ok(())
}

/// Decodes to the folding of each token and appends it: the folding of the text, unless it has characters that fold together
/// with a neighbour. The previous content has no effect.
pub(crate) fn decode_folded(codes: &[u8], folded: &mut Vec<u8>) -> Result<(), NotWordCode> {
    let tokens = &*TABLE.folded;
    let mut output = FoldedOutput::after(folded);
    let mut codes = Codes { codes, at: 0 };
    while let Some(code) = codes.next() {
        match code {
            Code::Token(number) => output.push_token(&tokens[number]),
            Code::Character => output.push_character(codes.character()?),
            // No text has such a byte.
            Code::Byte | Code::CutOff => return Err(NotWordCode),
        }
    }
    output.output.finish();
    Ok(())
}

enum Code {
    Token(usize),
    /// [`Codes::byte`] follows.
    Byte,
    /// [`Codes::character`] follows.
    Character,
    CutOff,
}

struct Codes<'a> {
    codes: &'a [u8],
    at: usize,
}

impl Codes<'_> {
    /// Inlined, and without a branch on the length of the code, which cannot be predicted: three times as fast.
    #[inline(always)]
    fn next(&mut self) -> Option<Code> {
        let &first = self.codes.get(self.at)?;
        if first >= BYTE {
            self.at += 1;
            return Some(if first == BYTE { Code::Byte } else { Code::Character });
        }
        let second = self.codes.get(self.at + 1).copied().unwrap_or_default();
        let is_long = first >= SHORT;
        let long = (first as usize)
            .wrapping_sub(SHORT as usize)
            .wrapping_mul(256)
            .wrapping_add(second as usize + SHORT as usize);
        self.at += 1 + usize::from(is_long);
        if self.at > self.codes.len() {
            return Some(Code::CutOff);
        }
        Some(Code::Token(if is_long { long } else { first as usize }))
    }

    #[cold]
    fn byte(&mut self) -> Result<u8, NotWordCode> {
        let &byte = self.codes.get(self.at).ok_or(NotWordCode)?;
        self.at += 1;
        Ok(byte)
    }

    #[cold]
    fn character(&mut self) -> Result<char, NotWordCode> {
        let rest = self.codes.get(self.at..).unwrap_or_default();
        let length = match rest.first() {
            Some(0..0x80) => 1,
            Some(0xC0..0xE0) => 2,
            Some(0xE0..0xF0) => 3,
            _ => 4,
        };
        let utf8 = rest.get(..length).ok_or(NotWordCode)?;
        let c = std::str::from_utf8(utf8).ok().and_then(|utf8| utf8.chars().next()).ok_or(NotWordCode)?;
        self.at += length;
        Ok(c)
    }
}

/// Appends tokens to a buffer, which is longer than its content until the end.
struct TokenOutput<'a> {
    bytes: &'a mut Vec<u8>,
    length: usize,
}

impl<'a> TokenOutput<'a> {
    fn after(bytes: &'a mut Vec<u8>) -> Self {
        let length = bytes.len();
        Self { bytes, length }
    }

    #[inline(always)]
    fn push_token(&mut self, token: &Token) {
        let end = self.length + TOKEN_BYTES;
        if end > self.bytes.len() {
            self.grow(end);
        }
        self.bytes[self.length..end].copy_from_slice(token);
        self.length += usize::from(token[TOKEN_BYTES - 1] & LENGTH);
    }

    fn push(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        if end > self.bytes.len() {
            self.grow(end);
        }
        self.bytes[self.length..end].copy_from_slice(bytes);
        self.length = end;
    }

    #[cold]
    fn grow(&mut self, end: usize) {
        self.bytes.resize(end.next_power_of_two().max(4096), 0);
    }

    fn finish(self) {
        self.bytes.truncate(self.length);
    }
}

/// Collapses white space as folding does.
struct FoldedOutput<'a> {
    output: TokenOutput<'a>,
    /// The flags of the last token that is no white space.
    last: u8,
    /// [`IS_WHITE_SPACE`] if there was white space after it.
    white_space: u8,
    /// The length before the first token.
    start: usize,
}

impl<'a> FoldedOutput<'a> {
    fn after(folded: &'a mut Vec<u8>) -> Self {
        let output = TokenOutput::after(folded);
        Self { start: output.length, output, last: 0, white_space: 0 }
    }

    #[inline(always)]
    fn push_token(&mut self, token: &Token) {
        let flags = token[TOKEN_BYTES - 1];
        if (flags | self.white_space) & IS_WHITE_SPACE != 0 && self.push_white_space(flags) {
            return;
        }
        self.output.push_token(token);
        self.last = flags;
    }

    /// Handles white space before a token, and returns whether it is white space itself.
    #[cold]
    fn push_white_space(&mut self, flags: u8) -> bool {
        if flags & IS_WHITE_SPACE != 0 {
            self.white_space = IS_WHITE_SPACE;
            return true;
        }
        self.white_space = 0;
        let is_between_han = self.last & ENDS_WITH_HAN != 0 && flags & STARTS_WITH_HAN != 0;
        if self.output.length > self.start && !is_between_han {
            self.output.push(b" ");
        }
        false
    }

    fn push_character(&mut self, c: char) {
        let table = FoldTable::get();
        match table.entry(c) {
            Entry::One(folded) => self.push_folded(folded),
            Entry::WhiteSpace => self.white_space = IS_WHITE_SPACE,
            Entry::Several => table.expansion(c).chars().for_each(|folded| self.push_folded(folded)),
            // It has no folding of its own, so the comparison after encoding finds a difference.
            Entry::Joins => {}
        }
    }

    fn push_folded(&mut self, c: char) {
        let flags = match c {
            _ if c.is_whitespace() => IS_WHITE_SPACE,
            _ if is_han(c) => STARTS_WITH_HAN | ENDS_WITH_HAN,
            _ => 0,
        };
        self.push_token(&token(c.encode_utf8(&mut [0; 4]), flags));
    }
}

static TABLE: LazyLock<Table> = LazyLock::new(Table::make);

struct Table {
    tokens: Vec<Token>,
    folded: Vec<Token>,
    trie: Trie,
    xxh3: u64,
}

/// The tokens in their order.
fn token_texts() -> impl Iterator<Item = String> {
    let (_, lines) = WORDS.split_once("\n\n").unwrap_or_default();
    let controls = (0..0x20).chain([0x7F]).filter_map(char::from_u32).filter(|&c| c != '\n');
    let first = ["\n", " "].into_iter().map(str::to_owned);
    first.chain(lines.lines().map(str::to_owned)).chain(controls.map(String::from))
}

impl Table {
    fn make() -> Self {
        let mut table =
            Self { tokens: Vec::with_capacity(TOKENS), folded: Vec::with_capacity(TOKENS), trie: Trie::new(), xxh3: 0 };
        let mut all = String::new();
        for (number, text) in (0..).zip(token_texts()) {
            table.tokens.push(token(&text, 0));
            table.folded.push(folded_token(&text));
            table.trie.add(&text, number);
            all.push_str(&text);
            all.push('\0');
        }
        table.xxh3 = xxh3_64(all.as_bytes());
        table
    }

    fn encode(&self, text: &str, codes: &mut Vec<u8>) {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let length = match self.trie.longest(rest) {
                Some((number, length)) => {
                    match number.checked_sub(u16::from(SHORT)) {
                        None => codes.push(number as u8),
                        Some(long) => codes.extend([SHORT + (long >> 8) as u8, long as u8]),
                    }
                    length
                }
                None => {
                    codes.push(CHARACTER);
                    codes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    c.len_utf8()
                }
            };
            rest = &rest[length..];
        }
    }
}

fn token(text: &str, flags: u8) -> Token {
    let mut token = [0; TOKEN_BYTES];
    for (to, from) in token[..TOKEN_BYTES - 1].iter_mut().zip(text.bytes()) {
        *to = from;
    }
    token[TOKEN_BYTES - 1] = text.len() as u8 | flags;
    token
}

fn folded_token(text: &str) -> Token {
    let table = FoldTable::get();
    let mut folded = String::new();
    for c in text.chars() {
        match table.entry(c) {
            Entry::One(c) => folded.push(c),
            Entry::Several => folded.push_str(&table.expansion(c)),
            Entry::WhiteSpace => return token("", IS_WHITE_SPACE),
            Entry::Joins => {}
        }
    }
    let starts = folded.chars().next().is_some_and(is_han);
    let ends = folded.chars().next_back().is_some_and(is_han);
    let flags = if starts { STARTS_WITH_HAN } else { 0 } | if ends { ENDS_WITH_HAN } else { 0 };
    token(&folded, flags)
}

/// The tokens by their characters: a hash table of the edges, with open addressing. A token is found in two or three lookups.
/// Small, because most of their cost is memory outside the processor's nearest caches.
struct Trie {
    /// Node and character of each edge, plus one; 0 for an empty slot. A power of two long.
    edges: Vec<u32>,
    /// The node that each edge leads to.
    nodes: Vec<u16>,
    /// The token that ends in each node, or [`NO_TOKEN`]. The first node is the root.
    tokens: Vec<u16>,
}

const NO_TOKEN: u16 = u16::MAX;

/// More than twice the edges of [`TOKENS`] tokens.
const EDGE_SLOTS: usize = 1 << 17;

/// The odd number nearest to 2^32 / φ, for multiplicative hashing (Knuth, The Art of Computer Programming, 6.4).
const SPREAD: u32 = 0x9E37_79B9;

impl Trie {
    fn new() -> Self {
        Self { edges: vec![0; EDGE_SLOTS], nodes: vec![0; EDGE_SLOTS], tokens: vec![NO_TOKEN] }
    }

    /// The edge of a node. No character of a token is outside the Basic Multilingual Plane.
    #[inline]
    fn edge(node: u16, c: char) -> Option<u32> {
        let c = u16::try_from(u32::from(c)).ok()?;
        Some((u32::from(node) << 16 | u32::from(c)).wrapping_add(1))
    }

    /// The slot of an edge, or the empty one in which it belongs.
    #[inline]
    fn slot(&self, edge: u32) -> usize {
        let mut slot = (edge.wrapping_mul(SPREAD) >> (32 - EDGE_SLOTS.trailing_zeros())) as usize;
        while self.edges[slot] != 0 && self.edges[slot] != edge {
            slot = (slot + 1) % EDGE_SLOTS;
        }
        slot
    }

    fn add(&mut self, text: &str, token: u16) {
        let mut node = 0;
        for c in text.chars() {
            let Some(edge) = Self::edge(node, c) else { return };
            let slot = self.slot(edge);
            if self.edges[slot] == 0 {
                self.edges[slot] = edge;
                self.nodes[slot] = self.tokens.len() as u16;
                self.tokens.push(NO_TOKEN);
            }
            node = self.nodes[slot];
        }
        self.tokens[usize::from(node)] = token;
    }

    /// The longest token that a text begins with, and its length.
    #[inline]
    fn longest(&self, text: &str) -> Option<(u16, usize)> {
        let mut found = None;
        let mut node = 0;
        for (at, c) in text.char_indices() {
            let Some(edge) = Self::edge(node, c) else { break };
            let slot = self.slot(edge);
            if self.edges[slot] == 0 {
                break;
            }
            node = self.nodes[slot];
            let token = self.tokens[usize::from(node)];
            if token != NO_TOKEN {
                found = Some((token, at + c.len_utf8()));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::text::fold;

    fn encoded(bytes: &[u8]) -> Vec<u8> {
        let mut codes = Vec::new();
        encode(bytes, &mut codes);
        codes
    }

    fn folded(codes: &[u8]) -> Result<String, NotWordCode> {
        let mut bytes = Vec::new();
        decode_folded(codes, &mut bytes)?;
        Ok(String::from_utf8(bytes).expect("text"))
    }

    /// Stored articles are read with this table. A change of its file or of its order makes them unreadable.
    #[test]
    fn the_table_is_the_one_that_articles_were_stored_with() {
        assert_eq!(xxh3(), 1_901_487_404_337_133_755);
        assert_eq!(token_texts().count(), TOKENS);
    }

    #[test]
    fn tokens_are_distinct_and_fit() {
        let all: Vec<String> = token_texts().collect();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
        for text in &all {
            assert!((1..TOKEN_BYTES).contains(&text.len()) && fold(text).len() < TOKEN_BYTES, "{text:?}");
            // A space within a token's folding would not be collapsed.
            assert!(!fold(text).contains(' '), "{text:?}");
        }
    }

    #[test]
    fn words_are_short() {
        let codes = |text: &str| encoded(text.as_bytes()).len();
        assert_eq!(codes("的。"), 2);
        assert_eq!(codes("经济经济"), 4);
        assert_eq!(codes("經濟"), 2);
        assert_eq!(codes("👍"), 5);
        let text = "青石镇图书馆新馆九月起向居民开放。新馆共有四层,藏书十二万册,设有儿童阅览室、盲文阅览区。";
        assert!(codes(text) * 2 < text.len(), "{}", codes(text));
    }

    #[test]
    fn the_folding_is_read_from_the_codes() {
        let check = |text: &str| assert_eq!(folded(&encoded(text.as_bytes())), Ok(fold(text)), "{text:?}");
        check("安全生產，ＡＢＣ５Ｇ网络");
        check(" 雄安 新区\n召开　会议 \t");
        check("中文 word 中文\r\n句。\n句");
        check("①㈱℃ ´a Straße 한국 𠮷");
        check("");
        check(" \n");
    }

    #[test]
    fn the_previous_content_has_no_effect() {
        let mut folded = "甲".to_owned().into_bytes();
        decode_folded(&encoded(" 乙".as_bytes()), &mut folded).expect("codes");
        decode(&encoded("乙 ".as_bytes()), &mut folded).expect("codes");
        assert_eq!(folded, "甲乙乙 ".as_bytes());
    }

    proptest! {
        #[test]
        fn text_comes_back(text: String, chinese in "[安全生产产經濟新闻社会，。\n a-c1０]{0,60}") {
            for text in [text, chinese] {
                let codes = encoded(text.as_bytes());
                let mut bytes = Vec::new();
                decode(&codes, &mut bytes).expect("codes");
                prop_assert_eq!(&bytes, text.as_bytes());
            }
        }

        #[test]
        fn bytes_come_back(bytes: Vec<u8>) {
            let mut decoded = Vec::new();
            decode(&encoded(&bytes), &mut decoded).expect("codes");
            prop_assert_eq!(decoded, bytes);
        }

        /// Text of characters that fold by themselves.
        #[test]
        fn plain_text_folds_by_its_codes(text in "[安全生產产經濟，。、\n\t \u{3000}A-Za-z0-9０-９Ａ-Ｚ％…—“”《》℃①ß𠮷👍]{0,80}") {
            prop_assert_eq!(folded(&encoded(text.as_bytes())), Ok(fold(&text)));
        }

        #[test]
        fn any_bytes_are_decoded_without_panic(codes: Vec<u8>) {
            let mut bytes = Vec::new();
            let _ = decode(&codes, &mut bytes);
            bytes.clear();
            let _ = decode_folded(&codes, &mut bytes);
        }
    }
}
