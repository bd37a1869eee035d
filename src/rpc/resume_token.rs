//! The token that a watch begins with: a place in the feed, bound to what is watched. It comes from a page or from an event.

use super::proto::{KeywordFilter, WatchArticlesRequest};
use super::token::{BadToken, QueryHash, open, seal};
use super::violations::{Fault, Violations};
use crate::store::FeedPosition;

/// Page tokens have another kind, so that one is never taken for the other. Grows with every change of the layout.
const KIND: u8 = 101;

/// What a watch, or the watch that a list can be continued by, is bound to. The view is not: it may change.
pub(crate) fn watch_hash(keywords: Option<&KeywordFilter>, filter: &str) -> QueryHash {
    let watched = WatchArticlesRequest { keywords: keywords.cloned(), filter: filter.to_owned(), ..Default::default() };
    QueryHash::of("WatchArticles", &watched)
}

pub(crate) fn encode(position: FeedPosition, watched: QueryHash) -> String {
    seal(KIND, watched, &bytes(position))
}

/// Where a watch begins; `None` without a token.
pub(crate) fn read(token: &str, watched: QueryHash, violations: &mut Violations) -> Option<FeedPosition> {
    if token.is_empty() {
        return None;
    }
    let read = decode(token, watched);
    read.map_err(|error| violations.add("resume_token", Fault::BadResumeToken, error.to_string())).ok()
}

fn decode(token: &str, watched: QueryHash) -> Result<FeedPosition, BadToken> {
    let content = open(KIND, watched, token)?;
    let bytes = <[u8; 16]>::try_from(content.as_slice()).map_err(|_| BadToken::Foreign)?;
    Ok(position(bytes))
}

/// A place in the feed as tokens hold it.
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
        fn survives_anything(token: String) {
            prop_assert!(decode(&token, QueryHash(0)).is_err());
        }
    }

    #[test]
    fn is_bound_to_what_is_watched() {
        let keywords = KeywordFilter { all: vec!["橋".to_owned()], ..Default::default() };
        let hashes = [watch_hash(None, ""), watch_hash(None, "a"), watch_hash(Some(&keywords), "")];
        assert!(hashes[0] != hashes[1] && hashes[1] != hashes[2] && hashes[0] != hashes[2]);
    }
}
