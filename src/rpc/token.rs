//! Tokens: something that the server remembers by giving it to the client, bound to the query that it belongs to.
//!
//! Opaque to clients: URL-safe base64 of a letter for the kind and its layout, a hash of the query, the content, and a
//! checksum. A token holds nothing secret and gives no right, so the checksum is against accidents and confusion, not
//! against forgery.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use prost::Message;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// No token that was given is longer: 37 bytes and the longest id, in base64, and some room.
pub(crate) const MAX_TOKEN_BYTES: usize = 256;

/// A token that was not given by the server, or not for this query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadToken {
    #[error("is not a token of this service")]
    Foreign,
    #[error("belongs to a request with other arguments")]
    OtherQuery,
    #[error("belongs to another store")]
    OtherStore,
}

/// What a token is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct QueryHash(pub(super) u64);

impl QueryHash {
    /// Hashes a request whose fields that may change between calls were cleared by the caller. A field that is added to
    /// the request is thereby bound by itself.
    pub(crate) fn of(method: &str, request: &impl Message) -> Self {
        Self(xxh3_64_with_seed(&request.encode_to_vec(), xxh3_64(method.as_bytes())))
    }
}

/// Makes a token. `kind` says what the content is; another layout is another kind.
pub(crate) fn seal(kind: u8, query: QueryHash, content: &[u8]) -> String {
    let mut bytes = vec![kind];
    bytes.extend(query.0.to_be_bytes());
    bytes.extend(content);
    let checksum = checksum(&bytes);
    bytes.extend(checksum);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The content of a token.
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
