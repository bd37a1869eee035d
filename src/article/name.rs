//! The name of an article, `articles/{article}`, and how it is derived from the URL, the document or the text.

use std::fmt;

use sha2::{Digest, Sha256};

use super::PageUrl;

const COLLECTION: &str = "articles/";

/// The longest id: AIP-122's limit, that of a DNS label.
const MAX_ID_BYTES: usize = 63;

/// Crockford's base32 (crockford.com/base32.html), in lower case: it has no letter that looks like a digit.
const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The digits that hold 128 bits, five bits each.
const DERIVED_DIGITS: usize = 26;

/// A validated name: `articles/` and an id that matches `[a-z]([a-z0-9-]{0,61}[a-z0-9])?`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArticleName {
    id: String,
}

/// A malformed name or id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum BadName {
    #[error("must have the form articles/{{article}}")]
    Pattern,
    #[error("the id must match [a-z]([a-z0-9-]{{0,61}}[a-z0-9])?")]
    Id,
}

impl ArticleName {
    /// Checks a full name.
    pub fn parse(name: &str) -> Result<Self, BadName> {
        let id = name.strip_prefix(COLLECTION).ok_or(BadName::Pattern)?;
        Self::from_id(id)
    }

    /// Checks the id alone.
    pub fn from_id(id: &str) -> Result<Self, BadName> {
        let bytes = id.as_bytes();
        let is_alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let well_formed = (1..=MAX_ID_BYTES).contains(&bytes.len())
            && bytes[0].is_ascii_lowercase()
            && is_alphanumeric(bytes[bytes.len() - 1])
            && bytes.iter().all(|&byte| is_alphanumeric(byte) || byte == b'-');
        if well_formed { Ok(Self { id: id.to_owned() }) } else { Err(BadName::Id) }
    }

    /// The name of the page at an address.
    pub(crate) fn of_url(url: &PageUrl) -> Self {
        Self::of_bytes([url.canonical().as_bytes()])
    }

    /// The name of a document without an address.
    pub(crate) fn of_document(content: &[u8]) -> Self {
        Self::of_bytes([content])
    }

    /// The name of an article with neither address nor document.
    pub(crate) fn of_text(headline: &str, body: &str) -> Self {
        Self::of_bytes([headline.as_bytes(), b"\n", body.as_bytes()])
    }

    fn of_bytes<const N: usize>(pieces: [&[u8]; N]) -> Self {
        let mut hash = Sha256::new();
        for piece in pieces {
            hash.update(piece);
        }
        let digest = hash.finalize();
        let mut first_bytes = [0; 16];
        first_bytes.copy_from_slice(&digest[..16]);
        Self { id: format!("a{}", base32(u128::from_be_bytes(first_bytes))) }
    }

    /// The id, without `articles/`.
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// 128 bits as 26 digits, most significant first. The number is padded with leading zero bits to a multiple of five, as
/// Crockford's page specifies and ULIDs do.
fn base32(number: u128) -> String {
    (0..DERIVED_DIGITS).rev().map(|place| char::from(CROCKFORD[(number >> (5 * place) & 31) as usize])).collect()
}

impl fmt::Display for ArticleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{COLLECTION}{}", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_what_the_pattern_accepts() {
        for name in ["articles/a", "articles/a1", "articles/a-1", &format!("articles/a{}", "0".repeat(62))] {
            assert_eq!(ArticleName::parse(name).map(|name| name.to_string()).as_deref(), Ok(name));
        }
    }

    #[test]
    fn refuses_what_the_pattern_refuses() {
        assert_eq!(ArticleName::parse("a"), Err(BadName::Pattern));
        assert_eq!(ArticleName::parse("Articles/a"), Err(BadName::Pattern));
        let too_long = format!("a{}", "0".repeat(63));
        for id in ["", "1", "A", "a-", "-a", "a_b", "a/b", "区", &too_long] {
            assert_eq!(ArticleName::from_id(id), Err(BadName::Id), "{id}");
        }
    }

    #[test]
    fn derives_the_same_name_everywhere() {
        // SHA-256 of the empty string begins e3b0c442 98fc1c14 9afbf4c8 996fb924.
        assert_eq!(ArticleName::of_document(b"").to_string(), "articles/a73p324567w3ga9nyzms2cpze94");
        assert_eq!(ArticleName::of_text("ab", "c"), ArticleName::of_document(b"ab\nc"));
    }
}
