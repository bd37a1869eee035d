//! The page token: the cursor after the previous page, and the end of the change feed when the first page was requested,
//! from which every page's `resume_token` is made.

use super::resume_token;
use super::token::{BadToken, QueryHash, open, seal};
use crate::article::{ArticleName, Timestamp};
use crate::query::Cursor;
use crate::store::FeedPosition;

/// Must be increased with every change of the layout.
const KIND: u8 = 2;

/// The position of the next page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageToken {
    pub cursor: Cursor,
    /// The end of the feed before the first page was read.
    pub since: FeedPosition,
}

impl PageToken {
    pub(crate) fn encode(&self, query: QueryHash) -> String {
        let mut bytes = resume_token::bytes(self.since).to_vec();
        bytes.extend(self.cursor.time.as_microsecond().to_be_bytes());
        bytes.extend(self.cursor.name.id().as_bytes());
        seal(KIND, query, &bytes)
    }

    pub(crate) fn decode(token: &str, query: QueryHash) -> Result<Self, BadToken> {
        let content = open(KIND, query, token)?;
        let (since, content) = content.split_first_chunk::<16>().ok_or(BadToken::Foreign)?;
        let (time, id) = content.split_first_chunk::<8>().ok_or(BadToken::Foreign)?;
        let time = Timestamp::from_microsecond(i64::from_be_bytes(*time)).map_err(|_| BadToken::Foreign)?;
        let id = str::from_utf8(id).map_err(|_| BadToken::Foreign)?;
        let name = ArticleName::from_id(id).map_err(|_| BadToken::Foreign)?;
        Ok(Self { cursor: Cursor { time, name }, since: resume_token::position(*since) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rpc::token::MAX_TOKEN_BYTES;

    fn token(micros: i64, id: &str, seq: u64) -> PageToken {
        let time = Timestamp::from_microsecond(micros).expect("in range");
        let cursor = Cursor { time, name: ArticleName::from_id(id).expect("an id") };
        PageToken { cursor, since: FeedPosition { feed: !seq, seq } }
    }

    proptest! {
        #[test]
        fn round_trips(
            micros in -62_135_596_800_000_000..253_402_207_200_000_000_i64,
            id in "[a-z][a-z0-9]{0,62}",
            seq: u64,
            query: u64,
        ) {
            let given = token(micros, &id, seq);
            let token = given.encode(QueryHash(query));
            prop_assert!(token.len() <= MAX_TOKEN_BYTES);
            prop_assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
            prop_assert_eq!(PageToken::decode(&token, QueryHash(query)), Ok(given));
            prop_assert_eq!(PageToken::decode(&token, QueryHash(!query)), Err(BadToken::OtherQuery));
        }

        #[test]
        fn refuses_a_modified_token(at in 0..40_usize, letter in "[A-Za-z0-9_-]") {
            let token = token(0, "abcdefgh", 5).encode(QueryHash(7));
            let at = at % token.len();
            let changed = format!("{}{letter}{}", &token[..at], &token[at + 1..]);
            prop_assume!(changed != token);
            prop_assert_eq!(PageToken::decode(&changed, QueryHash(7)), Err(BadToken::Foreign));
        }

        #[test]
        fn refuses_any_other_text(token: String) {
            prop_assert!(PageToken::decode(&token, QueryHash(0)).is_err());
        }
    }
}
