//! Opaque tokens: server state that the client keeps, bound to a query.
//!
//! Format: URL-safe base64 of one byte for kind and layout, a hash of the query, the content, and a checksum. A token
//! holds no secret and grants no permission, so the checksum protects against accidents, not against forgery.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use prost::Message;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// The maximum length of a token: 37 bytes and the longest id, in base64, with some room.
pub(crate) const MAX_TOKEN_BYTES: usize = 256;

/// Why a token is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadToken {
    #[error("is not a token of this service")]
    Foreign,
    #[error("was issued for a request with other arguments")]
    OtherQuery,
    #[error("was issued for another store")]
    OtherStore,
}

/// The hash of the query that a token is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct QueryHash(pub(super) u64);

impl QueryHash {
    /// Hashes a request in which the caller has cleared the fields that may change between calls. A field that is added to
    /// the request later is bound automatically.
    pub(crate) fn of(method: &str, request: &impl Message) -> Self {
        Self(xxh3_64_with_seed(&request.encode_to_vec(), xxh3_64(method.as_bytes())))
    }
}

/// Encodes a token. `kind` identifies the type and the layout of the content.
pub(crate) fn seal(kind: u8, query: QueryHash, content: &[u8]) -> String {
    let mut bytes = vec![kind];
    bytes.extend(query.0.to_be_bytes());
    bytes.extend(content);
    let checksum = checksum(&bytes);
    bytes.extend(checksum);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Decodes and verifies a token, and returns its content.
pub(crate) fn open(kind: u8, query: QueryHash, token: &str) -> Result<Vec<u8>, BadToken> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(BadToken::Foreign);
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| BadToken::Foreign)?;
    let (content, found) = bytes.split_last_chunk::<4>().ok_or(BadToken::Foreign)?;
    if checksum(content) != *found {
        return Err(BadToken::Foreign);
    }
    let content = content.strip_prefix(&[kind]).ok_or(BadToken::Foreign)?;
    let (hash, content) = content.split_first_chunk::<8>().ok_or(BadToken::Foreign)?;
    if u64::from_be_bytes(*hash) != query.0 {
        return Err(BadToken::OtherQuery);
    }
    Ok(content.to_vec())
}

fn checksum(bytes: &[u8]) -> [u8; 4] {
    let [_, _, _, _, low @ ..] = xxh3_64(bytes).to_be_bytes();
    low
}
