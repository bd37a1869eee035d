//! Bearer tokens: generation, format and hash.
//!
//! A token is 256 random bits, so a fast hash is enough: slow hashes protect passwords against guessing, and 256 random bits
//! cannot be guessed. This holds only for generated tokens, so no other format is accepted.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The prefix of tokens, by which secret scanners recognize them.
const PREFIX: &str = "articled_";

const RANDOM_BYTES: usize = 32;

/// A new token. It is not stored anywhere.
pub struct NewToken(String);

impl NewToken {
    /// Generates a token from the operating system's random bytes.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; RANDOM_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// The token itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The hash that the server stores.
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }
}

/// The SHA-256 of a token.
#[derive(Clone, Copy)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The word before the hexadecimal digits.
    const ALGORITHM: &str = "sha256:";

    fn of(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }

    /// The hash of a caller's token; `None` if it does not have the format of a token.
    pub(super) fn of_presented(token: &str) -> Option<Self> {
        let random = token.strip_prefix(PREFIX)?;
        let bytes = URL_SAFE_NO_PAD.decode(random).ok()?;
        (bytes.len() == RANDOM_BYTES).then(|| Self::of(token))
    }

    /// Reads `sha256:` and 64 hexadecimal digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(Self::ALGORITHM)?.as_bytes();
        let mut hash = [0; 32];
        if digits.len() != 2 * hash.len() {
            return None;
        }
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |at: usize| char::from(pair[at]).to_digit(16);
            // Two digits of four bits fit.
            *byte = (digit(0)? << 4 | digit(1)?) as u8;
        }
        Some(Self(hash))
    }

    /// Constant-time comparison.
    pub(super) fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    /// A prefix of the hash, to find the line in the file; it reveals nothing about the token.
    pub(super) fn short(&self) -> String {
        self.to_string().chars().take(Self::ALGORITHM.len() + 8).collect()
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(Self::ALGORITHM)?;
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.short())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_token_is_found_by_its_hash() {
        let token = NewToken::random().expect("random bytes");
        let other = NewToken::random().expect("random bytes");
        let kept = TokenHash::parse(&token.hash().to_string()).expect("its own form");
        assert!(kept.matches(&TokenHash::of_presented(token.reveal()).expect("a token")));
        assert!(!kept.matches(&TokenHash::of_presented(other.reveal()).expect("a token")));
    }

    #[test]
    fn only_what_was_made_here_is_a_token() {
        let token = NewToken::random().expect("random bytes");
        let token = token.reveal();
        for other in
            ["", "secret", PREFIX, &token[1..], &token[..token.len() - 1], &format!("{token}A"), &format!("{token}=")]
        {
            assert!(TokenHash::of_presented(other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_hash_is_64_digits() {
        let digits = "0123456789abcdefABCDEF9876543210".repeat(2);
        let hash = TokenHash::parse(&format!("sha256:{digits}")).expect("a hash");
        assert_eq!(hash.to_string(), format!("sha256:{}", digits.to_lowercase()));
        assert_eq!(hash.short(), "sha256:01234567");
        for bad in [digits.as_str(), "sha256:", "sha256:00", "sha1:00", &format!("sha256:{}", "é".repeat(32))] {
            assert!(TokenHash::parse(bad).is_none(), "{bad}");
        }
    }
}
