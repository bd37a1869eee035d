//! The token that continues a list: where the page before ended, bound to the query that it is a page of.
//!
//! Opaque to clients: URL-safe base64 of a version, a hash of the query, the cursor, and a checksum. It holds nothing
//! secret and gives no right, so the checksum is against accidents and confusion, not against forgery.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use prost::Message;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::article::ArticleName;
use crate::query::Cursor;

/// Grows with every change of the layout.
const VERSION: u8 = 1;

/// No token that was given is longer: 21 bytes and the longest id, in base64, and some room.
const MAX_TOKEN_BYTES: usize = 256;

/// A token that was not given by the server, or not for this query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPageToken {
    #[error("is not a token of this service")]
    Foreign,
    #[error("belongs to a request with other arguments")]
    OtherQuery,
}

/// What a token is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryHash(u64);

impl QueryHash {
    /// Hashes a request whose fields that may change between pages were cleared by the caller. A field that is added to
    /// the request is thereby bound by itself.
    pub fn of(method: &str, request: &impl Message) -> Self {
        Self(xxh3_64_with_seed(&request.encode_to_vec(), xxh3_64(method.as_bytes())))
    }
}

pub fn encode(cursor: &Cursor, query: QueryHash) -> String {
    let mut bytes = vec![VERSION];
    bytes.extend(query.0.to_be_bytes());
    bytes.extend(cursor.time.as_microsecond().to_be_bytes());
    bytes.extend(cursor.name.id().as_bytes());
    let checksum = checksum(&bytes);
    bytes.extend(checksum);
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn decode(token: &str, query: QueryHash) -> Result<Cursor, BadPageToken> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(BadPageToken::Foreign);
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| BadPageToken::Foreign)?;
    let (content, found) = bytes.split_last_chunk::<4>().ok_or(BadPageToken::Foreign)?;
    if checksum(content) != *found {
        return Err(BadPageToken::Foreign);
    }
    let (&version, content) = content.split_first().ok_or(BadPageToken::Foreign)?;
    if version != VERSION {
        return Err(BadPageToken::Foreign);
    }
    let (hash, content) = content.split_first_chunk::<8>().ok_or(BadPageToken::Foreign)?;
    if u64::from_be_bytes(*hash) != query.0 {
        return Err(BadPageToken::OtherQuery);
    }
    let (time, id) = content.split_first_chunk::<8>().ok_or(BadPageToken::Foreign)?;
    let time = Timestamp::from_microsecond(i64::from_be_bytes(*time)).map_err(|_| BadPageToken::Foreign)?;
    let id = str::from_utf8(id).map_err(|_| BadPageToken::Foreign)?;
    let name = ArticleName::from_id(id).map_err(|_| BadPageToken::Foreign)?;
    Ok(Cursor { time, name })
}

fn checksum(bytes: &[u8]) -> [u8; 4] {
    let [_, _, _, _, low @ ..] = xxh3_64(bytes).to_be_bytes();
    low
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn round_trips(micros in -62_135_596_800_000_000..253_402_207_200_000_000_i64, id in "[a-z][a-z0-9]{0,62}", query: u64) {
            let time = Timestamp::from_microsecond(micros).expect("in range");
            let cursor = Cursor { time, name: ArticleName::from_id(&id).expect("an id") };
            let token = encode(&cursor, QueryHash(query));
            prop_assert!(token.len() <= MAX_TOKEN_BYTES);
            prop_assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
            prop_assert_eq!(decode(&token, QueryHash(query)), Ok(cursor));
            prop_assert_eq!(decode(&token, QueryHash(!query)), Err(BadPageToken::OtherQuery));
        }

        #[test]
        fn refuses_what_was_changed(at in 0..40_usize, letter in "[A-Za-z0-9_-]") {
            let cursor = Cursor { time: Timestamp::UNIX_EPOCH, name: ArticleName::from_id("abcdefgh").expect("an id") };
            let token = encode(&cursor, QueryHash(7));
            let at = at % token.len();
            let changed = format!("{}{letter}{}", &token[..at], &token[at + 1..]);
            prop_assume!(changed != token);
            prop_assert_eq!(decode(&changed, QueryHash(7)), Err(BadPageToken::Foreign));
        }

        #[test]
        fn survives_anything(token: String) {
            prop_assert!(decode(&token, QueryHash(0)).is_err());
        }
    }
}
