//! The resume token: a position in the change feed, bound to the keywords and filter of the watch. Pages and watch events
//! return it; a watch starts with it.

use super::proto::{KeywordFilter, WatchArticlesRequest};
use super::token::{BadToken, QueryHash, open, seal};
use super::violations::{ViolationReason, Violations};
use crate::store::FeedPosition;

/// Differs from the kind of page tokens, so that the two cannot be confused. Must be increased with every change of the
/// layout.
const KIND: u8 = 101;

/// The hash that a resume token is bound to: keywords and filter. The view is not part of it, because it may change.
pub(crate) fn watch_hash(keywords: Option<&KeywordFilter>, filter: &str) -> QueryHash {
    let watched = WatchArticlesRequest { keywords: keywords.cloned(), filter: filter.to_owned(), ..Default::default() };
    QueryHash::of("WatchArticles", &watched)
}

pub(crate) fn encode(position: FeedPosition, watched: QueryHash) -> String {
    seal(KIND, watched, &bytes(position))
}

/// The position to resume after; `None` without a token.
pub(crate) fn read(token: &str, watched: QueryHash, violations: &mut Violations) -> Option<FeedPosition> {
    if token.is_empty() {
        return None;
    }
    let read = decode(token, watched);
    read.map_err(|error| violations.add("resume_token", ViolationReason::BadResumeToken, error.to_string())).ok()
}

fn decode(token: &str, watched: QueryHash) -> Result<FeedPosition, BadToken> {
    let content = open(KIND, watched, token)?;
    let bytes = <[u8; 16]>::try_from(content.as_slice()).map_err(|_| BadToken::Foreign)?;
    Ok(position(bytes))
}

/// A feed position as encoded in tokens.
pub(super) fn bytes(position: FeedPosition) -> [u8; 16] {
    let FeedPosition { feed, seq } = position;
    ((u128::from(feed) << 64) | u128::from(seq)).to_be_bytes()
}

pub(super) fn position(bytes: [u8; 16]) -> FeedPosition {
    let both = u128::from_be_bytes(bytes);
    FeedPosition { feed: (both >> 64) as u64, seq: both as u64 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn round_trips(feed: u64, seq: u64, query: u64) {
            let position = FeedPosition { feed, seq };
            let token = encode(position, QueryHash(query));
            prop_assert_eq!(decode(&token, QueryHash(query)), Ok(position));
            prop_assert_eq!(decode(&token, QueryHash(!query)), Err(BadToken::OtherQuery));
        }

        #[test]
        fn refuses_any_other_text(token: String) {
            prop_assert!(decode(&token, QueryHash(0)).is_err());
        }
    }

    #[test]
    fn is_bound_to_keywords_and_filter() {
        let keywords = KeywordFilter { all: vec!["橋".to_owned()], ..Default::default() };
        let hashes = [watch_hash(None, ""), watch_hash(None, "a"), watch_hash(Some(&keywords), "")];
        assert!(hashes[0] != hashes[1] && hashes[1] != hashes[2] && hashes[0] != hashes[2]);
    }
}
