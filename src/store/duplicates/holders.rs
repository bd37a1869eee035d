//! The articles that share keys of a fingerprint with a body, and which of them are compared.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::text::Fingerprint;

/// A key with more articles is boilerplate: sharing only this key does not make an article a candidate.
const MANY_HOLDERS: usize = 16;

/// The number of articles per key, the earliest ones, whose other keys are compared.
pub(crate) const MAX_HOLDERS: usize = 32;

/// The maximum number of candidates to compare, the earliest ones.
const MAX_CANDIDATES: usize = 64;

/// The earliest articles of each of some keys.
pub(crate) type Holders = HashMap<u32, BTreeSet<i64>>;

/// Adds an article to those that have a key, of which only the earliest are kept, as engines read them.
pub(crate) fn add_holder(holders: &mut Holders, key: u32, id: i64) {
    let ids = holders.entry(key).or_default();
    ids.insert(id);
    if ids.len() > MAX_HOLDERS {
        ids.pop_last();
    }
}

/// The near-duplicate candidates of a body, earliest first: articles that share two keys with it, or one rare key. Copies
/// share most of their keys; different stories hardly ever share more than a common phrase.
pub(crate) fn candidates(fingerprint: &Fingerprint, holders: &Holders) -> Vec<i64> {
    let mut found: BTreeMap<i64, SharedKeys> = BTreeMap::new();
    for holders in distinct_keys(Some(fingerprint)).iter().filter_map(|key| holders.get(key)) {
        let is_rare = holders.len() <= MANY_HOLDERS;
        for &id in holders {
            let shared = found.entry(id).or_default();
            shared.keys += 1;
            shared.has_rare |= is_rare;
        }
    }
    found.retain(|_, shared| shared.keys > 1 || shared.has_rare);
    found.into_keys().take(MAX_CANDIDATES).collect()
}

/// The keys that two articles share.
#[derive(Default)]
struct SharedKeys {
    keys: u32,
    /// One of the keys is rare.
    has_rare: bool,
}

/// The keys of a body, each once, in ascending order; none without a fingerprint.
pub(crate) fn distinct_keys(fingerprint: Option<&Fingerprint>) -> Vec<u32> {
    let keys: BTreeSet<u32> = fingerprint.map(Fingerprint::keys).into_iter().flatten().collect();
    keys.into_iter().collect()
}
